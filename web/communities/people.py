"""``/c/NAME/members``: who belongs to a community, and what those who govern decide about people."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from aiohttp import web
from sqlalchemy import Connection

from federation.discovery.finding import find_account
from federation.state import FEDERATION
from node.clock import DAY
from node.domain.communities import APPOINTS, DISMISSES, Act, Role
from node.domain.deeds import Deed
from node.errors import Invalid, NodeError, NotFound
from node.sentences import Sentence
from node.services import governing, governing_people, membership
from node.services.context import Unit
from node.state import NODE
from node.store import (
    actors,
    communities,
    community_bans,
    community_invitations,
    community_reports,
    community_requests,
    follows,
    showing,
)
from node.store.actors import Actor
from node.store.communities import Community
from node.store.community_bans import Ban
from web import sessions
from web.communities.listing import PATH as LIST
from web.communities.listing import community_path, crumbs_of
from web.communities.rooms import rooms_of
from web.communities.views import Head, MembersView, PersonRow
from web.communities.words import BUTTONS, ROLES
from web.pages.actor import find_by_name
from web.pages.cards import actor_card
from web.pages.cursor import number_in
from web.pages.frame import html, page_of
from web.pages.parts import Field, Paging
from web.pages.reader import reader_of
from web.pages.views import Notice
from web.threads.access import count_requests
from web.viewer import viewer_of

_PAGE = 50
#: What is decided about a person, by her address.
_ABOUT_PEOPLE = frozenset(governing_people.EFFECTS)
#: Acts that take a reason, and a time where they are a ban.
_DURATIONS = (1, 7, 30)


@dataclass(frozen=True, slots=True)
class Inside:
    """A community whose inner pages somebody may see."""

    group: Actor
    community: Community
    me: Actor
    may_govern: bool
    is_member: bool


def load_inside(conn: Connection, unit: Unit, name: str, viewer_id: int | None, *, for_all: bool = False) -> Inside:
    """For members and those who govern, ``for_all``: for all who may read there. Raises NotFound for everybody else."""
    group = find_by_name(conn, name)
    community = communities.find_community(conn, group.id) if group.kind == "group" else None
    me = actors.find_actor_by_id(conn, viewer_id) if viewer_id is not None else None
    if community is None or me is None:
        raise NotFound
    may_govern = membership.governs(conn, unit, group, me)
    is_member = follows.is_following(conn, me.id, group.id)
    if not (may_govern or is_member) and not (for_all and membership.may_look(conn, unit, community, me)):
        raise NotFound
    return Inside(group, community, me, may_govern, is_member)


def head_of(inside: Inside, requests: int = 0, reports: int = 0) -> Head:
    path = community_path(inside.group)
    return Head(
        name=inside.group.title,
        path=path,
        handle=inside.group.handle,
        may_govern=inside.may_govern,
        rooms=rooms_of(
            path,
            is_inside=inside.is_member,
            governs=inside.may_govern,
            lives_here=inside.group.local,
            requests=requests,
            reports=reports,
        ),
    )


def count_waiting(conn: Connection, inside: Inside) -> tuple[int, int]:
    """How many requests and reports wait for somebody who governs."""
    if not inside.may_govern:
        return 0, 0
    return count_requests(conn, inside.group), community_reports.count_open(conn, inside.group.id)


@dataclass(frozen=True, slots=True)
class Found:
    inside: Inside
    waiting: tuple[int, int]
    roles: Mapping[Role, Sequence[str]]
    members: Sequence[tuple[int, Actor]]
    total: int
    requests: Sequence[int]
    invited: Sequence[int]
    bans: Sequence[Ban]
    people: Any  # whole rows by URI, and by id


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
    held = communities.load_roles(conn, group.id, unit.now)
    roles = {role: [each.actor_uri for each in held if each.role is role] for role in Role}
    members = follows.list_followers(conn, group.id, before=before, limit=_PAGE + 1)
    requests = _find_requests(conn, group) if inside.may_govern else []
    invites = inside.may_govern and group.local
    invitations = community_invitations.load_open_invitations(conn, community_id=group.id) if invites else []
    bans = community_bans.load_bans(conn, group.id, unit.now) if inside.may_govern else []
    ids = {actor.id for _, actor in members} | set(requests) | {each.invited_id for each in invitations}
    named = actors.load_actors(conn, {*(each.actor_uri for each in held), *(ban.actor_uri for ban in bans)})
    rows = showing.load_rows(conn, ids | {group.id} | {actor.id for actor in named.values()})
    counted = communities.count_members(conn, [group.id]).get(group.id, 0)
    return Found(
        inside=inside,
        waiting=count_waiting(conn, inside),
        roles=roles,
        members=members,
        total=counted if group.local else max(rows[group.id].followers_count, counted),
        requests=requests,
        invited=[each.invited_id for each in invitations],
        bans=bans,
        people={row.uri: row for row in rows.values()} | rows,
    )


def _find_requests(conn: Connection, group: Actor) -> list[int]:
    """Who waits to be let in, as far as this node decides it."""
    if group.local:
        return follows.load_pending_followers(conn, group.id)
    return [each.asker_id for each in community_requests.load_open(conn, group.id)]


def _view(request: web.Request, csrf: str, found: Found, before: int | None, handle: Field) -> MembersView:
    inside, reader = found.inside, reader_of(request)
    governs, path = inside.may_govern, community_path(inside.group)

    def row(key: Any, *acts: Act, with_roles: bool = False, **more: Any) -> PersonRow | None:
        person = found.people.get(key)
        if person is None:
            return None
        shown = tuple((act.value, BUTTONS[act]) for act in acts) if governs else ()
        roles = tuple(ROLES[role] for role in Role if with_roles and person.uri in found.roles[role])
        return PersonRow(actor=actor_card(person, reader), uri=person.uri, acts=shown, roles=roles, **more)

    def holders(role: Role) -> tuple[PersonRow, ...]:
        return _there(row(uri, DISMISSES[role], is_open=False) for uri in found.roles[role])

    def member(uri: str, key: int) -> PersonRow | None:
        acts = [APPOINTS[role] for role in Role if uri not in found.roles[role]]
        if uri != inside.me.uri:
            acts += [Act.EXPEL, Act.BAN]
        return row(key, *acts, with_roles=True, is_open=False)

    listed = found.members[:_PAGE]
    is_more = len(found.members) > _PAGE
    here = f"{path}/members"
    return MembersView(
        page=page_of(
            request,
            here,
            title=Sentence("Members"),
            section=LIST,
            noindex=True,
            notice=_notice(request),
            breadcrumbs=crumbs_of(inside.group),
        ),
        head=head_of(inside, *found.waiting),
        csrf=csrf,
        action=here,
        moderators=holders(Role.MODERATOR),
        facilitators=holders(Role.FACILITATOR),
        experts=holders(Role.EXPERT),
        members=_there(member(actor.uri, actor.id) for _, actor in listed),
        total=found.total,
        lives_here=inside.group.local,
        requests=_there(row(each, Act.ADMIT, Act.REFUSE) for each in found.requests),
        invited=_there(row(each, Act.UNINVITE) for each in found.invited),
        banned=_there(
            row(ban.actor_uri, Act.UNBAN, note=ban.reason, at=ban.created_at, until_at=ban.expires_at)
            for ban in found.bans
        ),
        handle=handle,
        durations=tuple((str(days), Sentence("for {n} day", "for {n} days", n=days)) for days in _DURATIONS),
        paging=Paging(
            next_path=f"{here}?before={listed[-1][0]}" if is_more else "", first_path=here if before is not None else ""
        ),
    )


def _there(rows: Any) -> tuple[PersonRow, ...]:
    return tuple(row for row in rows if row is not None)


def _notice(request: web.Request) -> Notice | None:
    if "asked" in request.query:
        return Notice(text=Sentence("The node on which the community lives has been asked to do it."))
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
        deed = Deed(act, "", target, reason=fields.get("reason", ""), expires_at=_until(node.clock.now(), act, fields))
        is_asked = await node.store.write(_decide, node.unit(), name, session.actor_id, deed)
    except NodeError as error:
        if not typed:
            raise
        return await _answer(request, handle=Field(value=typed, error=error.public), status=422)
    raise web.HTTPSeeOther(f"/c/{name}/members?{'asked' if is_asked else 'done'}")


def _until(now: int, act: Act, fields: Mapping[str, str]) -> int | None:
    """When a ban ends; None for any other act, and for one for ever."""
    days = next((days for days in _DURATIONS if str(days) == fields.get("days")), None)
    return now + days * DAY if days is not None and act is Act.BAN else None


async def _find_person(request: web.Request, handle: str) -> str:
    node, federation = request.app[NODE], request.app[FEDERATION]
    found = await find_account(
        node.store, federation.client, federation.fetcher, handle.strip(), own_host=node.config.host
    )
    return found.uri


def _decide(conn: Connection, unit: Unit, name: str, actor_id: int, deed: Deed) -> bool:
    """Whether the home of the community was only asked to."""
    inside = load_inside(conn, unit, name, actor_id)
    governing.govern(conn, unit, inside.me, inside.group, replace(deed, by=inside.me.uri))
    return governing.is_asked(inside.group, deed.act)
