"""``/admin/people``: everybody whom this node knows, and what moderators decide about them."""

from dataclasses import dataclass, field
from typing import Any, ClassVar
from urllib.parse import urlencode

from aiohttp import web
from sqlalchemy import Connection

from node.domain.actors import handle_of
from node.domain.moderation import Sanction
from node.domain.numbers import id_in
from node.domain.text import plain, shorten
from node.errors import Malformed, NotFound
from node.log import one_line
from node.sentences import Sentence, sentences
from node.services.access import addresses, credentials
from node.services.context import Unit
from node.services.house import moderate
from node.state import NODE
from node.store.access import accounts
from node.store.access.accounts import ADMIN, MEMBER, MODERATOR
from node.store.access.sessions import Session
from node.store.house import reports
from node.store.people import actors, sanctions
from web.design.cards import actor_path
from web.design.cursor import cursor_of
from web.design.frame import done, html, page_of
from web.design.lists import Paging, SortOption
from web.design.page import Page
from web.sessions import read_form, require_admin, require_moderator

PATH = "/admin/people"
_SAID = sentences(
    {
        "imposed": "The decision holds from now on.",
        "lifted": "The decision has been taken back.",
        "role": "The role has been changed.",
    }
)
_PAGE = 40
#: What the list can be narrowed to: parameters of ``sanctions.list_actors`` by the value of ``show``.
_FILTERS: dict[str, tuple[str, dict[str, Any]]] = {
    "": (Sentence("All"), {"under": None, "local": None}),
    "here": (Sentence("People here"), {"under": None, "local": True}),
    "suspended": (Sentence("Suspended"), {"under": Sanction.SUSPENDED, "local": None}),
    "silenced": (Sentence("Silenced"), {"under": Sanction.SILENCED, "local": None}),
    "sensitive": (Sentence("Media covered"), {"under": Sanction.SENSITIVE, "local": None}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A sanction that holds for somebody."""

    kind: Sanction
    reason: str = ""
    since: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRow:
    """Somebody whom moderators can decide about; ``role`` and ``email`` only of those with an account here."""

    id: str
    path: str
    handle: str
    name: str = ""
    kind: str = "person"
    local: bool = False
    role: str = ""
    email: str = ""
    state: str = "active"
    decisions: tuple[Decision, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleView:
    """Everybody, ours and others'. ``filters`` are such as "suspended"."""

    template: ClassVar[str] = "admin/people.html"

    page: Page
    people: tuple[PersonRow, ...] = ()
    query: str = ""
    filters: tuple[SortOption, ...] = ()
    paging: Paging = field(default_factory=Paging)


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonView:
    """One of them, with what can be decided. ``role_path`` and ``reset_path`` are there for who may give roles, and
    links for new passwords; ``link`` is one that was made just now and is shown once.

    ``posts``, ``followers`` and ``following`` say what a suspension would touch.
    """

    template: ClassVar[str] = "admin/person.html"

    page: Page
    csrf: str
    person: PersonRow
    sanction_path: str
    role_path: str = ""
    reset_path: str = ""
    email_path: str = ""
    link: str = ""
    profile_path: str = ""
    roles: tuple[str, ...] = ()
    may_decide: bool = True
    posts: int = 0
    followers: int = 0
    following: int = 0
    open_reports: int = 0
    reports_path: str = ""


async def show_people(request: web.Request) -> web.Response:
    require_moderator(request)
    show, query, cursor = request.query.get("show", ""), request.query.get("q", "")[:320], cursor_of(request)
    if show not in _FILTERS:
        raise NotFound
    _, narrowed = _FILTERS[show]
    rows, decided = await request.app[NODE].store.read(_find_many, query, cursor, narrowed)
    kept = {"show": show, "q": query}
    more = f"{PATH}?{urlencode({**kept, 'before': rows[_PAGE - 1].id})}" if len(rows) > _PAGE else ""
    view = PeopleView(
        page=page_of(request, PATH, title=Sentence("People"), section="/admin", noindex=True),
        people=tuple(person_row(row, decided.get(row.id, ())) for row in rows[:_PAGE]),
        query=query,
        filters=tuple(
            SortOption(label=label, path=f"{PATH}?show={name}", selected=name == show)
            for name, (label, _) in _FILTERS.items()
        ),
        paging=Paging(next_path=more, first_path=f"{PATH}?{urlencode(kept)}" if cursor else ""),
    )
    return html(request, view)


def _find_many(conn: Connection, query: str, before: int | None, narrowed: dict[str, Any]) -> tuple[Any, Any]:
    rows = sanctions.list_actors(conn, query=query, before=before, limit=_PAGE + 1, **narrowed)
    return rows, sanctions.load_many(conn, [row.id for row in rows])


def person_row(row: Any, decided: Any) -> PersonRow:
    """``row`` as ``sanctions.list_actors`` has it; ``decided``: the sanctions that hold."""
    return PersonRow(
        id=str(row.id),
        path=f"{PATH}/{row.id}",
        handle=handle_of(row),
        name=one_line(row.name),
        kind=row.kind,
        local=row.local,
        role=row.role or "",
        email=row.email or "",
        state=row.account_state or row.state,
        decisions=tuple(
            Decision(kind=Sanction(each.kind), reason=each.reason, since=each.created_at) for each in decided
        ),
    )


async def show_person(request: web.Request) -> web.Response:
    return await _person_page(request, require_moderator(request))


async def _person_page(request: web.Request, session: Session, *, link: str = "") -> web.Response:
    node = request.app[NODE]
    row, decided, counts, open_reports = await node.store.read(_find_one, id_in(request.match_info, "actor"))
    path = f"{PATH}/{row.id}"
    is_admin = session.role == ADMIN
    view = PersonView(
        page=page_of(
            request,
            path,
            title=shorten(plain(row.name or row.username), 60),
            section="/admin",
            noindex=True,
            said=_SAID,
        ),
        csrf=session.csrf,
        person=person_row(row, decided),
        sanction_path=f"{path}/sanctions",
        role_path=f"{path}/role" if is_admin and row.role and row.id != session.actor_id else "",
        reset_path=f"{path}/reset" if is_admin and row.role else "",
        email_path=f"{path}/email" if is_admin and row.role else "",
        link=link,
        profile_path=actor_path(row) if row.state == "active" else "",
        roles=(MEMBER, MODERATOR, ADMIN),
        may_decide=row.id != session.actor_id and not (row.local and row.kind in {"application", "organization"}),
        open_reports=open_reports,
        reports_path=f"/admin/reports?about={row.id}",
        **counts,
    )
    return html(request, view)


def _find_one(conn: Connection, actor_id: int) -> tuple[Any, Any, dict[str, int], int]:
    row = sanctions.find_actor(conn, actor_id)
    if row is None:
        raise NotFound
    decided = sanctions.load_many(conn, [row.id]).get(row.id, ())
    return row, decided, sanctions.count_effect(conn, row.id), reports.count_reports(conn, about=row.uri)


async def decide(request: web.Request) -> web.Response:
    """Impose or lift a sanction."""
    session, node = require_moderator(request), request.app[NODE]
    fields = await read_form(request, session.csrf)
    kind, actor_id = fields.get("kind", ""), id_in(request.match_info, "actor")
    if kind not in set(Sanction):
        raise Malformed("This decision is not known.")
    if fields.get("lift"):
        await node.store.write(moderate.lift, node.unit(), session.actor_id, actor_id, Sanction(kind))
        return done(f"{PATH}/{actor_id}", "lifted")
    reason = fields.get("reason", "")
    await node.store.write(moderate.impose, node.unit(), session.actor_id, actor_id, Sanction(kind), reason)
    return done(f"{PATH}/{actor_id}", "imposed")


async def set_role(request: web.Request) -> web.Response:
    session, node = require_admin(request), request.app[NODE]
    fields, actor_id = await read_form(request, session.csrf), id_in(request.match_info, "actor")
    await node.store.write(moderate.set_role, node.unit(), session.actor_id, actor_id, fields.get("role", ""))
    return done(f"{PATH}/{actor_id}", "role")


async def give_reset(request: web.Request) -> web.Response:
    """A link for a new password, to hand over in person; it is shown this once."""
    session, node = require_admin(request), request.app[NODE]
    await read_form(request, session.csrf)
    secret = await node.store.write(_reset, node.unit(), id_in(request.match_info, "actor"), session.actor_id)
    return await _person_page(request, session, link=f"{node.config.origin}/reset?ticket={secret}")


async def give_address(request: web.Request) -> web.Response:
    """A link that gives an account another address, to hand over in person; it is shown this once."""
    session, node = require_admin(request), request.app[NODE]
    fields, actor_id = await read_form(request, session.csrf), id_in(request.match_info, "actor")
    secret = await node.store.write(_address, node.unit(), actor_id, fields.get("email", ""), session.actor_id)
    return await _person_page(request, session, link=f"{node.config.origin}/email?ticket={secret}")


def _address(conn: Connection, unit: Unit, actor_id: int, email: str, admin_id: int) -> str:
    account = accounts.load_account(conn, actor_id)
    if account is None:
        raise NotFound
    by = actors.load_actors_by_id(conn, [admin_id])[admin_id].uri
    return addresses.give_link(conn, unit, account, email, by=by)


def _reset(conn: Connection, unit: Unit, actor_id: int, admin_id: int) -> str:
    account = accounts.load_account(conn, actor_id)
    if account is None:
        raise NotFound
    by = actors.load_actors_by_id(conn, [admin_id])[admin_id].uri
    return credentials.give_reset(conn, unit, account, by=by)
