"""Communities: found, joined, founded and changed."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from sqlalchemy import Connection

from federation.actors.communities import create_community, prepare_community
from federation.state import FEDERATION
from node.clock import to_rfc3339
from node.domain.communities import Act, JoinPolicy, PostPolicy
from node.domain.community_drafts import CommunityDraft
from node.domain.deeds import Deed
from node.domain.numbers import number_in
from node.domain.uris import origin_of
from node.domain.visibility import Visibility
from node.errors import Forbidden, Invalid, NotFound, Problem
from node.services import membership
from node.services.context import Unit
from node.services.governing import governing
from node.services.people import follows as following
from node.state import NODE
from node.store.access import idempotency
from node.store.communities import communities, community_members, community_roles
from node.store.communities.communities import Community
from node.store.people import actors, follows
from node.store.people.actors import Actor
from node.store.posts import topics
from node.store.reading import showing
from schemas import load as load_schema
from web.learning_api import callers
from web.learning_api.answers import PREFIX, json_answer
from web.learning_api.description import (
    INSTANT,
    PROBLEM,
    TEXT,
    answer,
    list_of,
    object_of,
    operation,
    pages,
    parameter,
    ref,
)
from web.queries import limit_of, one_of

_WRITE, _FOLLOW = "write:accounts", "write:follows"
_LEVELS = (Visibility.PUBLIC, Visibility.COMMUNITY)


# -- reading --------------------------------------------------------------------------------------------------------


async def list_communities(request: web.Request) -> web.Response:
    """``GET /communities?origin=&joined=1&limit=&cursor=``: those that the caller may know of, the newest first."""
    viewer_id, node = await callers.reader(request, "read:accounts"), request.app[NODE]
    origin = one_of(request.query.get("origin", ""), "origin", ("", "local", "remote"))
    joined = request.query.get("joined") in {"1", "true"}
    before = number_in(request.query.get("cursor", ""))
    limit = limit_of(request)
    found = await node.store.read(_list, node.unit(), viewer_id, origin, joined, before, limit)
    items, last = found
    return json_answer(request, {"items": items, "next": str(last) if last is not None else None})


def _list(
    conn: Connection, unit: Unit, viewer_id: int | None, origin: str, joined: bool, before: int | None, limit: int
) -> tuple[list[dict[str, Any]], int | None]:
    levels = [*_LEVELS, *([Visibility.ORGANISATION] if viewer_id is not None else [])]
    local = None if not origin else origin == "local"
    if joined:
        mine = community_members.load_memberships(conn, viewer_id) if viewer_id is not None else {}
        ids = sorted((each for each in mine if before is None or each < before), reverse=True)[: limit + 1]
    else:
        ids = communities.list_communities(conn, levels=levels, before=before, limit=limit + 1, local=local)
    shown = ids[:limit]
    groups, known = actors.load_actors_by_id(conn, shown), communities.load_communities(conn, shown)
    me = actors.find_actor_by_id(conn, viewer_id) if viewer_id is not None else None
    told = membership.load_known(conn, unit, known.values(), me)
    there = [(groups[each], known[each]) for each in shown if each in groups and each in told]
    return communities_json(conn, unit, there, me), shown[-1] if len(ids) > limit else None


async def show_community(request: web.Request) -> web.Response:
    """``GET /communities/NAME`` or ``NAME@HOST``."""
    viewer_id, node = await callers.reader(request, "read:accounts"), request.app[NODE]
    shown = await node.store.read(_show, node.unit(), request.match_info["name"], viewer_id)
    return json_answer(request, shown)


def _show(conn: Connection, unit: Unit, name: str, viewer_id: int | None) -> dict[str, Any]:
    group, community, me = see(conn, unit, name, viewer_id)
    return communities_json(conn, unit, [(group, community)], me)[0]


def see(conn: Connection, unit: Unit, name: str, viewer_id: int | None) -> tuple[Actor, Community, Actor | None]:
    """A community that the caller may know of. Raises NotFound otherwise."""
    username, _, host = name.partition("@")
    own = not host or host == unit.host
    group = (
        actors.find_local_actor(conn, username)
        if own
        else actors.find_actor_by_handle(conn, username, host, kind="group")
    )
    community = communities.find_community(conn, group.id) if group is not None else None
    me = actors.find_actor_by_id(conn, viewer_id) if viewer_id is not None else None
    if group is None or community is None or not group.is_active:
        raise NotFound
    if not membership.may_know(conn, unit, community, me):
        raise NotFound
    return group, community, me


def communities_json(
    conn: Connection, unit: Unit, there: Sequence[tuple[Actor, Community]], me: Actor | None
) -> list[dict[str, Any]]:
    """Our JSON of communities, with the same number of statements for one as for many."""
    ids = [group.id for group, _ in there]
    facts = _Facts(
        origin=unit.origin,
        threads=topics.count_topics(conn, ids),
        moderators=community_roles.load_all_moderators(conn, ids, unit.now),
        mine=community_members.load_memberships(conn, me.id) if me is not None else {},
        profiles=showing.load_rows(conn, ids),
    )
    return [_community_json(facts, group, community) for group, community in there]


@dataclass(frozen=True, slots=True)
class _Facts:
    """What is told beside the rows themselves, by community; ``mine``: the state of the caller's follow."""

    origin: str
    threads: Mapping[int, int]
    moderators: Mapping[int, Sequence[str]]
    mine: Mapping[int, str]
    profiles: Mapping[int, Any]


def _community_json(facts: _Facts, group: Actor, community: Community) -> dict[str, Any]:
    """``membership`` is what the caller is to it: member, asked, or nothing."""
    path = f"/c/{group.username}" if group.local else f"/c/{group.username}@{group.host}"
    state, profile = facts.mine.get(group.id), facts.profiles.get(group.id)
    return {
        "username": group.username,
        "handle": group.handle,
        "name": group.title,
        "purpose": community.purpose,
        "rules": list(community.rules),
        "topics": list(community.topics),
        "languages": list(community.languages),
        "joinPolicy": community.join_policy.value,
        "postPolicy": community.post_policy.value,
        "visibility": community.visibility.value,
        "archived": community.is_archived,
        "successor": community.successor or None,
        "avatar": (profile.icon or None) if profile is not None else None,
        "header": (profile.image or None) if profile is not None else None,
        "members": profile.followers_count if profile is not None else 0,
        "threads": facts.threads.get(group.id, 0),
        "moderators": list(facts.moderators.get(group.id, ())),
        "membership": None if state is None else "member" if state == follows.ACCEPTED else "asked",
        "version": community.version,
        "origin": origin_of(group.uri),
        "uri": group.uri,
        "page": f"{facts.origin}{path}",
        "updated": to_rfc3339(community.updated_at),
    }


# -- writing --------------------------------------------------------------------------------------------------------


async def create(request: web.Request) -> web.Response:
    """``POST /communities``: found one; the caller governs it."""
    actor_id, node = await callers.writer(request, _WRITE), request.app[NODE]
    sent = await callers.read_json(request, "community")
    box = node.config.secret_box
    username = sent.pop("username", "")
    new = await asyncio.to_thread(prepare_community, node.unit(), box, username, _draft(sent))
    made = await node.store.write(_create, node.unit(), new, actor_id, callers.key_of(request))
    return callers.written(made, status=201, location=f"{PREFIX}/communities/{made['username']}")


def _create(conn: Connection, unit: Unit, new: Any, actor_id: int, key: str) -> dict[str, Any]:
    if key:
        claimed = idempotency.claim(conn, actor_id, key, new.identity.actor_id, unit.now)
        if claimed != new.identity.actor_id:
            known = actors.load_actors_by_id(conn, [claimed])[claimed]
            return _show(conn, unit, known.username, actor_id)
    create_community(conn, unit, new, founder_id=actor_id)
    return _show(conn, unit, new.username, actor_id)


def _draft(sent: Mapping[str, Any]) -> CommunityDraft:
    said = dict(sent)
    join, post, level = said.pop("joinPolicy", None), said.pop("postPolicy", None), said.pop("visibility", None)
    return CommunityDraft(
        **said,
        join_policy=JoinPolicy(join) if join else None,
        post_policy=PostPolicy(post) if post else None,
        visibility=Visibility(level) if level else None,
    )


async def change(request: web.Request) -> web.Response:
    """``PATCH /communities/NAME`` with ``If-Match``: what is not named stays as it is.

    The home of one elsewhere is asked to change it (202), if the caller governs it.
    """
    actor_id, node, name = await callers.writer(request, _WRITE), request.app[NODE], request.match_info["name"]
    sent = await callers.read_json(request, "community")
    if "username" in sent:
        raise Invalid(problems=[Problem("$.username", "nothing: it is given once", str(sent["username"])[:60])])
    before = await node.store.read(_show, node.unit(), name, actor_id)
    callers.require_match(request, before)
    changed, is_asked = await node.store.write(_change, node.unit(), name, actor_id, _draft(sent), before["version"])
    return callers.written(changed, status=202 if is_asked else 200)


def _change(
    conn: Connection, unit: Unit, name: str, actor_id: int, draft: CommunityDraft, version: int
) -> tuple[dict[str, Any], bool]:
    """What it says of itself now, and whether its home elsewhere was only asked to change that."""
    group, _, me = see(conn, unit, name, actor_id)
    assert me is not None
    deed = Deed(Act.SETTINGS, me.uri, group.uri, settings=draft, version=version)
    is_new = governing.govern(conn, unit, me, group, deed)
    return _show(conn, unit, name, actor_id), is_new and governing.is_asked(group, deed.act)


async def join(request: web.Request) -> web.Response:
    """``PUT /communities/NAME/membership``: join, or ask to; again changes nothing."""
    actor_id, node = await callers.writer(request, _FOLLOW), request.app[NODE]
    is_blocked = request.app[FEDERATION].policies().is_blocked
    shown = await node.store.write(_join, node.unit(), request.match_info["name"], actor_id, is_blocked)
    return callers.written(shown)


def _join(conn: Connection, unit: Unit, name: str, actor_id: int, is_blocked: Any) -> dict[str, Any]:
    group, community, _ = see(conn, unit, name, actor_id)
    if community.is_archived and not follows.is_following(conn, actor_id, group.id):
        raise Forbidden("This community is closed: nobody joins it any more.")
    following.follow(conn, unit, actor_id, group.id, is_blocked=is_blocked)
    return _show(conn, unit, name, actor_id)


async def leave(request: web.Request) -> web.Response:
    """``DELETE /communities/NAME/membership``: leave, or take the request back."""
    actor_id, node = await callers.writer(request, _FOLLOW), request.app[NODE]
    await node.store.write(_leave, node.unit(), request.match_info["name"], actor_id)
    return web.Response(status=204)


def _leave(conn: Connection, unit: Unit, name: str, actor_id: int) -> None:
    group, _, _ = see(conn, unit, name, actor_id)
    following.unfollow(conn, unit, actor_id, group.id)


_NAME = "{name}"
ROUTES = [
    web.get(f"{PREFIX}/communities", list_communities, name="learning-communities"),
    web.post(f"{PREFIX}/communities", create, name="learning-community-create"),
    web.get(f"{PREFIX}/communities/{_NAME}", show_community, name="learning-community"),
    web.patch(f"{PREFIX}/communities/{_NAME}", change, name="learning-community-change"),
    web.put(f"{PREFIX}/communities/{_NAME}/membership", join, name="learning-community-join"),
    web.delete(f"{PREFIX}/communities/{_NAME}/membership", leave, name="learning-community-leave"),
]

# -- the description ------------------------------------------------------------------------------------------------

WHICH = parameter("name", "Its short name, with @ and host where it lives elsewhere", TEXT, where="path")
_MATCH = {**parameter("If-Match", "The entity tag of what was read", TEXT, where="header"), "required": True}
_KEY = parameter("Idempotency-Key", "The same key again makes nothing more", TEXT, where="header")
REFUSALS = {"401": PROBLEM, "403": PROBLEM, "404": PROBLEM, "422": PROBLEM}
_IT = {"content": {"application/json": {"schema": ref("Community")}}}

PATHS: Mapping[str, Any] = {
    "/communities": {
        "get": operation(
            "listCommunities",
            answer("Communities that the caller may know of", "Communities"),
            [
                parameter("origin", "Where they live", {"enum": ["local", "remote"]}),
                parameter("joined", "1 for those that the caller has joined or asked to join", TEXT),
                *pages(),
            ],
        ),
        "post": operation(
            "createCommunity",
            {"201": {"description": "It is founded", **_IT}, **REFUSALS, "409": PROBLEM},
            [_KEY],
            body="CommunityToWrite",
        ),
    },
    "/communities/{name}": {
        "get": operation("showCommunity", {**answer("A community", "Community"), "404": PROBLEM}, [WHICH]),
        "patch": operation(
            "changeCommunity",
            {
                "200": {"description": "It is changed", **_IT},
                "202": {"description": "Its home elsewhere has been asked to change it; as it is still", **_IT},
                **REFUSALS,
                "412": PROBLEM,
                "428": PROBLEM,
            },
            [WHICH, _MATCH],
            body="CommunityToWrite",
        ),
    },
    "/communities/{name}/membership": {
        "put": operation("joinCommunity", {"200": {"description": "Joined, or asked to", **_IT}, **REFUSALS}, [WHICH]),
        "delete": operation("leaveCommunity", {"204": {"description": "Left"}, **REFUSALS}, [WHICH]),
    },
}


def schemas() -> Mapping[str, Any]:
    """The schemas that ``PATHS`` refer to."""
    words = load_schema("community")
    said = {name: value for name, value in words["properties"].items() if name != "username"}
    known = {
        "username": TEXT,
        "handle": TEXT,
        **said,
        "archived": {"type": "boolean"},
        "successor": {"type": ["string", "null"]},
        "avatar": {"type": ["string", "null"]},
        "header": {"type": ["string", "null"]},
        "members": {"type": "integer", "minimum": 0},
        "threads": {"type": "integer", "minimum": 0},
        "moderators": {"type": "array", "items": TEXT},
        "membership": {"enum": ["member", "asked", None]},
        "version": {"type": "integer", "minimum": 1},
        "origin": TEXT,
        "uri": TEXT,
        "page": TEXT,
        "updated": INSTANT,
    }
    return {
        "CommunityToWrite": {name: value for name, value in words.items() if name not in {"$id", "$schema"}},
        "Community": object_of(known),
        "Communities": list_of("Community"),
    }
