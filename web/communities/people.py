"""``/c/NAME/members``: who belongs to a community, and what those who govern decide about people."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from sqlalchemy import Connection

from federation.finding import find_account
from federation.state import FEDERATION
from node.domain.communities import Act
from node.domain.deeds import Deed
from node.errors import Invalid, NodeError, NotFound
from node.sentences import Sentence
from node.services import governing, membership
from node.services.context import Unit
from node.state import NODE
from node.store import actors, communities, follows, showing
from node.store.actors import Actor
from node.store.communities import Ban, Community
from web import sessions
from web.communities.form import load_governed
from web.communities.listing import PATH as LIST
from web.communities.listing import community_path
from web.communities.views import Head, MembersView, PersonRow
from web.communities.words import BUTTONS
from web.pages.actor import find_by_name
from web.pages.cards import actor_card
from web.pages.cursor import number_in
from web.pages.frame import html, page_of
from web.pages.parts import Field, Link, Paging
from web.pages.reader import reader_of
from web.pages.views import Notice
from web.viewer import viewer_of

_PAGE = 50
#: What is decided about a person, by her address.
_ABOUT_PEOPLE = frozenset(
    {Act.ADMIT, Act.REFUSE, Act.INVITE, Act.UNINVITE, Act.EXPEL, Act.BAN, Act.UNBAN, Act.APPOINT, Act.DISMISS}
)


@dataclass(frozen=True, slots=True)
class Inside:
    """A community whose inner pages somebody may see."""

    group: Actor
    community: Community
    me: Actor
    may_govern: bool


def load_inside(conn: Connection, unit: Unit, name: str, viewer_id: int | None, *, for_all: bool = False) -> Inside:
    """For members and those who govern, ``for_all``: for all who may read there. Raises NotFound for everybody else."""
    group = find_by_name(conn, name)
    community = communities.find_community(conn, group.id) if group.kind == "group" else None
    me = actors.find_actor_by_id(conn, viewer_id) if viewer_id is not None else None
    if community is None or me is None:
        raise NotFound
    may_govern = membership.governs(conn, unit, group, me)
    is_inside = may_govern or follows.is_following(conn, me.id, group.id)
    if not is_inside and not (for_all and membership.may_look(conn, unit, community, me)):
        raise NotFound
    return Inside(group, community, me, may_govern)


def head_of(inside: Inside, requests: int = 0) -> Head:
    return Head(
        name=inside.group.title,
        path=community_path(inside.group),
        handle=inside.group.handle,
        may_govern=inside.may_govern and inside.group.local,
        requests=requests,
    )


@dataclass(frozen=True, slots=True)
class Found:
    inside: Inside
    moderators: Sequence[str]
    members: Sequence[tuple[int, Actor]]
    total: int
    requests: Sequence[int]
    invited: Sequence[int]
    bans: Sequence[Ban]
    people: Any  # whole rows by URI


async def show_members(request: web.Request) -> web.Response:
    return await _answer(request)


async def _answer(request: web.Request, *, handle: Field | None = None, status: int = 200) -> web.Response:
    session, node = sessions.require_person(request), request.app[NODE]
    before = number_in(request.query.get("before", ""))
    name = request.match_info["name"]
    found = await node.store.read(_find, node.unit(), name, viewer_of(request).actor_id, before)
    return html(request, _view(request, session.csrf, found, before, handle or Field()), status=status)


def _find(conn: Connection, unit: Unit, name: str, viewer_id: int | None, before: int | None) -> Found:
    inside = load_inside(conn, unit, name, viewer_id, for_all=True)
    group = inside.group
    moderators = communities.load_moderators(conn, group.id, unit.now)
    members = follows.list_followers(conn, group.id, before=before, limit=_PAGE + 1)
    governs = inside.may_govern and group.local
    requests = follows.load_pending_followers(conn, group.id) if governs else []
    invitations = communities.load_open_invitations(conn, community_id=group.id) if governs else []
    bans = communities.load_bans(conn, group.id, unit.now) if inside.may_govern else []
    ids = {actor.id for _, actor in members} | set(requests) | {each.invited_id for each in invitations}
    named = actors.load_actors(conn, [*moderators, *(ban.actor_uri for ban in bans)])
    rows = showing.load_rows(conn, ids | {actor.id for actor in named.values()})
    return Found(
        inside=inside,
        moderators=moderators,
        members=members,
        total=communities.count_members(conn, [group.id]).get(group.id, 0),
        requests=requests,
        invited=[each.invited_id for each in invitations],
        bans=bans,
        people={row.uri: row for row in rows.values()} | rows,
    )


def _view(request: web.Request, csrf: str, found: Found, before: int | None, handle: Field) -> MembersView:
    inside, reader = found.inside, reader_of(request)
    governs, path = inside.may_govern, community_path(inside.group)

    def row(key: Any, *acts: Act, note: str = "", at: int = 0, until_at: int | None = None) -> PersonRow | None:
        person = found.people.get(key)
        if person is None:
            return None
        shown = tuple((act.value, BUTTONS[act]) for act in acts) if governs and inside.group.local else ()
        return PersonRow(
            actor=actor_card(person, reader), uri=person.uri, acts=shown, note=note, at=at, until_at=until_at
        )

    listed = found.members[:_PAGE]
    is_more = len(found.members) > _PAGE
    members = [
        row(actor.id, *([] if actor.uri in found.moderators else [Act.APPOINT]), Act.EXPEL, Act.BAN)
        for _, actor in listed
    ]
    here = f"{path}/members"
    return MembersView(
        page=page_of(
            request,
            here,
            title=Sentence("Members"),
            section=LIST,
            noindex=True,
            notice=_notice(request),
            breadcrumbs=(Link(label=inside.group.title, href=path),),
        ),
        head=head_of(inside, len(found.requests)),
        csrf=csrf,
        action=here,
        moderators=_there(row(uri, Act.DISMISS) for uri in found.moderators),
        members=_there(members),
        total=found.total,
        requests=_there(row(each, Act.ADMIT, Act.REFUSE) for each in found.requests),
        invited=_there(row(each, Act.UNINVITE) for each in found.invited),
        banned=_there(
            row(ban.actor_uri, Act.UNBAN, note=ban.reason, at=ban.created_at, until_at=ban.expires_at)
            for ban in found.bans
        ),
        handle=handle,
        paging=Paging(
            next_path=f"{here}?before={listed[-1][0]}" if is_more else "", first_path=here if before is not None else ""
        ),
    )


def _there(rows: Any) -> tuple[PersonRow, ...]:
    return tuple(row for row in rows if row is not None)


def _notice(request: web.Request) -> Notice | None:
    return Notice(text=Sentence("Done.")) if "done" in request.query else None


# -- deciding -------------------------------------------------------------------------------------------------------


async def decide(request: web.Request) -> web.StreamResponse:
    """A person is named by her address (buttons) or by her handle (the field for those who are not there yet)."""
    session, node = sessions.require_person(request), request.app[NODE]
    fields = await sessions.read_form(request)
    act = next((act for act in _ABOUT_PEOPLE if act.value == fields.get("act")), None)
    if act is None:
        raise Invalid(Sentence("This is not possible."))
    name, target, typed = request.match_info["name"], fields.get("target", ""), fields.get("handle", "")
    try:
        if not target:
            target = await _find_person(request, typed)
        await node.store.write(_decide, node.unit(), name, session.actor_id, act, target, fields.get("reason", ""))
    except NodeError as error:
        if not typed:
            raise
        return await _answer(request, handle=Field(value=typed, error=error.public), status=422)
    raise web.HTTPSeeOther(f"/c/{name}/members?done")


async def _find_person(request: web.Request, handle: str) -> str:
    node, federation = request.app[NODE], request.app[FEDERATION]
    found = await find_account(
        node.store, federation.client, federation.fetcher, handle.strip(), own_host=node.config.host
    )
    return found.uri


def _decide(conn: Connection, unit: Unit, name: str, actor_id: int, act: Act, target: str, reason: str) -> None:
    group, _ = load_governed(conn, unit, name, actor_id)
    me = actors.load_actors_by_id(conn, [actor_id])[actor_id]
    governing.govern(conn, unit, me, group, Deed(act, me.uri, target, reason=reason))
