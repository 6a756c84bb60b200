"""``/admin/audit``: who changed what; nobody can change it here (ADM3)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar
from urllib.parse import urlencode

from aiohttp import web
from sqlalchemy import Connection

from node.log import one_line
from node.sentences import Sentence
from node.state import NODE
from node.store.house import audit_log
from node.store.people import actors
from node.store.people.actors import Actor
from web.admin.audit_words import ACTIONS, BY_ITSELF, action_of, changes_of, object_of
from web.admin.people import PATH as PEOPLE
from web.design.cursor import cursor_of
from web.design.frame import html, language_of, page_of
from web.design.lists import Paging
from web.design.page import Page
from web.design.paths import actor_path
from web.language import Language
from web.sessions import require_admin

PATH = "/admin/audit"
_PAGE = 50
COMMAND_LINE, NODE_ITSELF = Sentence("command line"), Sentence("the node itself")
#: Actions whose object is written as the user name of an account here.
_BY_USERNAME = ("role.", "member.", "token.")


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRow:
    """One line of the log; ``changes``: label, value before, value after, where there are any."""

    at: int
    action: str
    target: str
    path: str = ""
    by: str
    by_path: str = ""
    changes: Sequence[tuple[str, str, str]] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditView:
    template: ClassVar[str] = "admin/audit.html"

    page: Page
    rows: tuple[AuditRow, ...] = ()
    query: str = ""
    paging: Paging = field(default_factory=Paging)


async def show_audit(request: web.Request) -> web.Response:
    require_admin(request)
    about, cursor = request.query.get("q", "")[:200].strip(), cursor_of(request)
    language = Language(language_of(request))
    actions = [name for name, said in ACTIONS.items() if about and about.lower() in language.say(said).lower()]
    rows, accounts_there = await request.app[NODE].store.read(_find, about, actions, cursor)
    view = AuditView(
        page=page_of(request, PATH, title=Sentence("Log"), section="/admin", noindex=True),
        rows=tuple(_row(row, accounts_there) for row in rows[:_PAGE]),
        query=about,
        paging=Paging(
            next_path=f"{PATH}?{urlencode({'q': about, 'before': rows[_PAGE - 1].id})}" if len(rows) > _PAGE else "",
            first_path=f"{PATH}?{urlencode({'q': about})}" if cursor else "",
        ),
    )
    return html(request, view)


def _find(
    conn: Connection, about: str, actions: Sequence[str], before: int | None
) -> tuple[Sequence[Any], Mapping[str, Actor]]:
    """Rows, and the accounts that they name, by URI and by the name that they have here."""
    meant = actors.find_local_actor(conn, about.removeprefix("@").partition("@")[0]) if about else None
    rows = audit_log.list_acts(
        conn, about=about, actions=actions, uri=meant.uri if meant else "", before=before, limit=_PAGE + 1
    )
    named = actors.load_actors(conn, {uri for row in rows for uri in (row.actor_uri, row.target)})
    usernames = {row.target for row in rows if row.action.startswith(_BY_USERNAME)}
    return rows, named | actors.load_actors_by_username(conn, usernames)


def _row(row: Any, known: Mapping[str, Actor]) -> AuditRow:
    by, target = known.get(row.actor_uri), known.get(row.target)
    name, path = (target.handle, _path(target)) if target is not None else object_of(row.action, row.target)
    itself = NODE_ITSELF if row.action in BY_ITSELF else COMMAND_LINE
    return AuditRow(
        at=row.created_at,
        action=action_of(row.action),
        target=name,
        path=path,
        by=by.handle if by is not None else one_line(row.actor_uri) or itself,
        by_path=_path(by) if by is not None else "",
        changes=changes_of(row.before, row.after),
    )


def _path(actor: Actor) -> str:
    """Where administrators decide about somebody; other accounts have their own page alone."""
    if not actor.is_active and actor.kind != "person":
        return ""
    return f"{PEOPLE}/{actor.id}" if actor.kind == "person" else actor_path(actor)
