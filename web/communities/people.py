"""``/c/NAME/members``: who belongs to a community, and what those who govern can decide about people."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

from aiohttp import web
from sqlalchemy import Connection

from federation.fetching.community_members import Members
from node.domain.communities import APPOINTS, DISMISSES, Act, Role
from node.domain.numbers import number_in
from node.errors import NotFound
from node.sentences import Sentence
from node.services import membership
from node.services.communities import join_requests
from node.services.context import Unit
from node.state import NODE
from node.store.communities import (
    communities,
    community_bans,
    community_invitations,
    community_reports,
    community_requests,
    community_roles,
)
from node.store.communities.communities import Community
from node.store.communities.community_bans import Ban
from node.store.people import actors, follows
from node.store.people.actors import Actor
from node.store.reading import showing
from web import sessions
from web.communities.home_members import members_at_home
from web.communities.listing import PATH as LIST
from web.communities.listing import community_path, crumbs_of
from web.communities.rooms import rooms_of
from web.communities.views import Head, MembersView, PersonRow
from web.communities.words import BUTTONS, ROLES, SAID
from web.design.cards import Reader, actor_card
from web.design.frame import html, page_of
from web.design.lists import Paging
from web.design.parts import ActorCard, Field
from web.design.reader import reader_of
from web.names import find_by_name
from web.viewer import viewer_of

_PAGE = 50
#: How long somebody can be banned, beside for ever.
BAN_DAYS = (1, 7, 30)


@dataclass(frozen=True, slots=True)
class Inside:
    """A community whose inner pages somebody may see."""

    group: Actor
    community: Community
    me: Actor
    may_govern: bool
    is_member: bool

    @property
    def asks_home(self) -> bool:
        """Whether the home of the community tells her who belongs to it."""
        return self.may_govern and not self.group.local


def load_inside(conn: Connection, unit: Unit, name: str, viewer_id: int | None, *, for_all: bool = False) -> Inside:
    """For members and those who govern, ``for_all``: for all who may read there. Raises NotFound for everybody else."""
    group = find_by_name(conn, name, kind="group")
    community = communities.find_community(conn, group.id) if group.is_group else None
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
    return join_requests.count_waiting(conn, inside.group), community_reports.count_open(conn, inside.group.id)


@dataclass(frozen=True, slots=True)
class Found:
    inside: Inside
    waiting: tuple[int, int]
    roles: Mapping[Role, Sequence[str]]
    members: Sequence[str]  # URIs
    onward: str  # what the address of the next page ends in, '' at the end
    total: int
    requests: Sequence[int]
    invited: Sequence[int]
    bans: Sequence[Ban]
    people: Any  # whole rows by URI, and by id


async def show_members(request: web.Request) -> web.Response:
    return await answer(request)


async def answer(request: web.Request, *, handle: Field | None = None, status: int = 200) -> web.Response:
    """The page; ``handle``: what was typed that led to nobody."""
    session, node = sessions.require_person(request), request.app[NODE]
    before = number_in(request.query.get("before", ""))
    name, viewer_id = request.match_info["name"], viewer_of(request).actor_id
    found, told = await node.store.read(_find, node.unit(), name, viewer_id, before, None), None
    if (inside := found.inside).asks_home:
        told = await members_at_home(request, inside.group, inside.me, request.query.get("from", ""))
        found = await node.store.read(_find, node.unit(), name, viewer_id, before, told)
    return html(request, _view(request, session.csrf, found, told, handle or Field()), status=status)


def _find(
    conn: Connection, unit: Unit, name: str, viewer_id: int | None, before: int | None, told: Members | None
) -> Found:
    inside = load_inside(conn, unit, name, viewer_id, for_all=True)
    group = inside.group
    held = community_roles.load_roles(conn, group.id, unit.now)
    roles = {role: [each.actor_uri for each in held if each.role is role] for role in Role}
    members, onward = _known_members(conn, group, before) if told is None else (told.uris, _after(told))
    requests = _find_requests(conn, group) if inside.may_govern else []
    invites = inside.may_govern and group.local
    invitations = community_invitations.load_open_invitations(conn, community_id=group.id) if invites else []
    bans = community_bans.load_bans(conn, group.id, unit.now) if inside.may_govern else []
    ids = {*requests, *(each.invited_id for each in invitations)}
    named = actors.load_actors(conn, {*members, *(each.actor_uri for each in held), *(ban.actor_uri for ban in bans)})
    rows = showing.load_rows(conn, ids | {group.id} | {actor.id for actor in named.values()})
    return Found(
        inside=inside,
        waiting=count_waiting(conn, inside),
        roles=roles,
        members=members,
        onward=onward,
        total=rows[group.id].followers_count,
        requests=requests,
        invited=[each.invited_id for each in invitations],
        bans=bans,
        people={row.uri: row for row in rows.values()} | rows,
    )


def _known_members(conn: Connection, group: Actor, before: int | None) -> tuple[Sequence[str], str]:
    """Those whom this node knows: all where the community lives here."""
    found = follows.list_followers(conn, group.id, before=before, limit=_PAGE + 1)
    onward = f"before={found[_PAGE - 1][0]}" if len(found) > _PAGE else ""
    return [person.uri for _, person in found[:_PAGE]], onward


def _after(told: Members) -> str:
    return f"from={quote(told.next, safe='')}" if told.next else ""


def _find_requests(conn: Connection, group: Actor) -> list[int]:
    """Who waits to be let in, as far as this node decides it."""
    if group.local:
        return follows.load_pending_followers(conn, group.id)
    return [each.asker_id for each in community_requests.load_open(conn, group.id)]


@dataclass(frozen=True, slots=True)
class _Rows:
    """Lists of people as whoever looks may see them and act on them."""

    found: Found
    reader: Reader

    def of(self, keys: Iterable[int | str], *acts: Act) -> tuple[PersonRow, ...]:
        """Those of these whom the node knows, by URI or id."""
        return _there(self._row(key, acts) for key in keys)

    def holders(self, role: Role) -> tuple[PersonRow, ...]:
        mine = self.found.inside.me.uri
        rows = _there(self._row(uri, [DISMISSES[role]], is_open=False) for uri in self.found.roles[role])
        own = ((DISMISSES[role].value, Sentence("Give this role up")),)
        return tuple(replace(each, acts=own) if each.uri == mine else each for each in rows)

    def members(self) -> tuple[PersonRow, ...]:
        return tuple(map(self._member, self.found.members))

    def banned(self) -> tuple[PersonRow, ...]:
        return _there(
            self._row(ban.actor_uri, [Act.UNBAN], note=ban.reason, at=ban.created_at, until_at=ban.expires_at)
            for ban in self.found.bans
        )

    def _member(self, uri: str) -> PersonRow:
        found = self.found
        acts = [APPOINTS[role] for role in Role if uri not in found.roles[role]]
        if uri != found.inside.me.uri:
            acts += [Act.EXPEL, Act.BAN]
        roles = tuple(ROLES[role] for role in Role if uri in found.roles[role])
        if (known := self._row(uri, acts, is_open=False, roles=roles)) is not None:
            return known
        stranger = ActorCard(path=uri, name=uri.partition("://")[2], handle="")
        return PersonRow(actor=stranger, uri=uri, acts=_buttons(acts), is_open=False)

    def _row(self, key: int | str, acts: Sequence[Act], **more: Any) -> PersonRow | None:
        person = self.found.people.get(key)
        if person is None:
            return None
        shown = _buttons(acts) if self.found.inside.may_govern else ()
        return PersonRow(actor=actor_card(person, self.reader), uri=person.uri, acts=shown, **more)


def _view(request: web.Request, csrf: str, found: Found, told: Members | None, handle: Field) -> MembersView:
    inside, rows = found.inside, _Rows(found, reader_of(request))
    here = f"{community_path(inside.group)}/members"
    return MembersView(
        page=page_of(
            request,
            here,
            title=Sentence("Members"),
            section=LIST,
            noindex=True,
            said=SAID,
            breadcrumbs=crumbs_of(inside.group),
        ),
        head=head_of(inside, *found.waiting),
        csrf=csrf,
        action=here,
        moderators=rows.holders(Role.MODERATOR),
        facilitators=rows.holders(Role.FACILITATOR),
        experts=rows.holders(Role.EXPERT),
        members=rows.members(),
        total=found.total,
        hint=_hint(inside, told),
        requests=rows.of(found.requests, Act.ADMIT, Act.REFUSE),
        invited=rows.of(found.invited, Act.UNINVITE),
        banned=rows.banned(),
        handle=handle,
        durations=tuple((str(days), Sentence("for {n} day", "for {n} days", n=days)) for days in BAN_DAYS),
        paging=Paging(
            next_path=f"{here}?{found.onward}" if found.onward else "",
            first_path=here if {"before", "from"} & set(request.query) else "",
        ),
    )


def _buttons(acts: Sequence[Act]) -> tuple[tuple[str, str], ...]:
    return tuple((act.value, BUTTONS[act]) for act in acts)


def _hint(inside: Inside, told: Members | None) -> str:
    if inside.group.local or told is not None:
        return ""
    if inside.asks_home:
        return Sentence("{host} does not answer now. Shown are those whom this node knows.", host=inside.group.host)
    return Sentence("Shown are those whom this node knows. All of them are known where the community lives.")


def _there(rows: Iterable[PersonRow | None]) -> tuple[PersonRow, ...]:
    return tuple(row for row in rows if row is not None)
