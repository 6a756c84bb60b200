"""Who is in a community, what those who govern do about them and about posts, and the log of that."""

from collections.abc import Mapping, Sequence
from typing import Any

from aiohttp import web
from sqlalchemy import Connection

from node.clock import from_rfc3339, to_rfc3339
from node.domain.communities import Act, Role
from node.domain.deeds import Deed
from node.domain.numbers import number_in
from node.errors import Invalid, NotFound, Problem
from node.services import membership
from node.services.context import Unit
from node.services.governing import governing
from node.state import NODE
from node.store.communities import community_log, community_roles
from node.store.people import actors, follows
from node.store.people.actors import Actor
from web.communities.home_members import members_at_home
from web.learning_api import callers
from web.learning_api.answers import PREFIX, json_answer
from web.learning_api.communities import REFUSALS, WHICH, see
from web.learning_api.description import ACTOR, INSTANT, PROBLEM, TEXT, answer, list_of, object_of, operation, pages
from web.queries import limit_of

_WRITE = "write:accounts"


async def list_members(request: web.Request) -> web.Response:
    """``GET /communities/NAME/members``: for those who may read there and have an account.

    Of a community elsewhere the home is asked for those who govern it; everybody else sees whom this node knows. Who is
    known by an address alone has no handle.
    """
    viewer_id, node = await callers.reader(request, "read:accounts"), request.app[NODE]
    name, text = request.match_info["name"], request.query.get("cursor", "")
    group, me, governs = await node.store.read(_see_inside, node.unit(), name, viewer_id)
    if governs and not group.local and (told := await members_at_home(request, group, me, text)) is not None:
        items = await node.store.read(_members_json, node.unit(), group, told.uris)
        return json_answer(request, {"items": items, "next": told.next or None})
    before = number_in(text)
    items, last = await node.store.read(_members, node.unit(), group, before, limit_of(request))
    return json_answer(request, {"items": items, "next": str(last) if last is not None else None})


def _see_inside(conn: Connection, unit: Unit, name: str, viewer_id: int | None) -> tuple[Actor, Actor, bool]:
    """A community whose members the caller may see, the caller, and whether she governs it."""
    group, community, me = see(conn, unit, name, viewer_id)
    if me is None or not membership.may_look(conn, unit, community, me):
        raise NotFound
    return group, me, membership.governs(conn, unit, group, me)


def _members(
    conn: Connection, unit: Unit, group: Actor, before: int | None, limit: int
) -> tuple[list[dict[str, Any]], int | None]:
    found = follows.list_followers(conn, group.id, before=before, limit=limit + 1)
    items = _members_json(conn, unit, group, [person.uri for _, person in found[:limit]])
    return items, found[limit - 1][0] if len(found) > limit else None


def _members_json(conn: Connection, unit: Unit, group: Actor, uris: Sequence[str]) -> list[dict[str, Any]]:
    known, held = actors.load_actors(conn, uris), community_roles.load_roles(conn, group.id, unit.now)
    return [
        {
            "uri": uri,
            "handle": known[uri].handle if uri in known else "",
            "name": known[uri].title if uri in known else uri.partition("://")[2],
            "roles": [each.role.value for each in held if each.actor_uri == uri],
        }
        for uri in uris
    ]


async def show_log(request: web.Request) -> web.Response:
    """``GET /communities/NAME/log``: what those who govern did; for members."""
    viewer_id, node = await callers.reader(request, "read:accounts"), request.app[NODE]
    before = number_in(request.query.get("cursor", ""))
    items, last = await node.store.read(
        _log, node.unit(), request.match_info["name"], viewer_id, before, limit_of(request)
    )
    return json_answer(request, {"items": items, "next": str(last) if last is not None else None})


def _log(
    conn: Connection, unit: Unit, name: str, viewer_id: int | None, before: int | None, limit: int
) -> tuple[list[dict[str, Any]], int | None]:
    group, _, me = see(conn, unit, name, viewer_id)
    is_member = me is not None and (
        follows.is_following(conn, me.id, group.id) or membership.governs(conn, unit, group, me)
    )
    if not is_member:
        raise NotFound
    found = community_log.load_log(conn, group.id, before=before, limit=limit + 1)
    items = [
        {
            "act": entry.act,
            "by": entry.actor_uri,
            "target": entry.target_uri or None,
            "title": entry.title,
            "reason": entry.reason,
            "until": to_rfc3339(entry.expires_at) if entry.expires_at is not None else None,
            "refusal": entry.refusal if entry.refused_at is not None else None,
            "at": to_rfc3339(entry.created_at),
        }
        for entry in found[:limit]
    ]
    return items, found[limit - 1].id if len(found) > limit else None


# -- governing ------------------------------------------------------------------------------------------------------


async def govern(request: web.Request) -> web.Response:
    """``POST /communities/NAME/deeds``: ``{act, target, reason, until}``; 204 also where it was so before."""
    actor_id, node, name = await callers.writer(request, _WRITE), request.app[NODE], request.match_info["name"]
    sent = await callers.read_json(request)
    deed = _read_deed(sent)
    await node.store.write(_govern, node.unit(), name, actor_id, deed)
    return web.Response(status=204)


_DEEDS = frozenset((governing.TOLD - {Act.SETTINGS}) | {Act.ADMIT, Act.REFUSE, Act.INVITE, Act.UNINVITE, Act.EXPEL})


def _read_deed(sent: Mapping[str, Any]) -> Deed:
    act = next((act for act in _DEEDS if act.value == sent.get("act")), None)
    target, reason, until = sent.get("target"), sent.get("reason", ""), sent.get("until")
    problems = []
    if act is None:
        problems.append(Problem("$.act", " or ".join(sorted(_DEEDS)), str(sent.get("act"))[:60]))
    if not isinstance(target, str) or not target:
        problems.append(Problem("$.target", "the uri of a person or a post", str(target)[:60]))
    if not isinstance(reason, str):
        problems.append(Problem("$.reason", "a text", str(reason)[:60]))
    expires_at = from_rfc3339(until) if isinstance(until, str) else None
    if until is not None and expires_at is None:
        problems.append(Problem("$.until", "an instant", str(until)[:60]))
    if problems or act is None:
        raise Invalid(problems=problems)
    return Deed(act, "", str(target), reason=str(reason), expires_at=expires_at)


def _govern(conn: Connection, unit: Unit, name: str, actor_id: int, deed: Deed) -> None:
    group, _, me = see(conn, unit, name, actor_id)
    assert me is not None
    governing.govern(
        conn,
        unit,
        me,
        group,
        Deed(deed.act, me.uri, deed.target, reason=deed.reason, expires_at=deed.expires_at),
    )


_C = f"{PREFIX}/communities/{{name}}"
ROUTES = [
    web.get(f"{_C}/members", list_members, name="learning-community-members"),
    web.get(f"{_C}/log", show_log, name="learning-community-log"),
    web.post(f"{_C}/deeds", govern, name="learning-community-deeds"),
]

# -- the description ------------------------------------------------------------------------------------------------

PATHS: Mapping[str, Any] = {
    "/communities/{name}/members": {
        "get": operation("listMembers", {**answer("Who has joined", "Members"), "404": PROBLEM}, [WHICH, *pages()])
    },
    "/communities/{name}/log": {
        "get": operation(
            "showLog", {**answer("What moderators did", "CommunityLog"), "404": PROBLEM}, [WHICH, *pages()]
        )
    },
    "/communities/{name}/deeds": {
        "post": operation("governCommunity", {"204": {"description": "Done"}, **REFUSALS}, [WHICH], body="Deed")
    },
}


def schemas() -> Mapping[str, Any]:
    """The schemas that ``PATHS`` refer to."""
    member = {
        **ACTOR["properties"],
        "roles": {"type": "array", "items": {"enum": [role.value for role in Role]}},
    }
    entry = {
        "act": {"enum": [act.value for act in Act]},
        "by": TEXT,
        "target": {"type": ["string", "null"]},
        "title": TEXT,
        "reason": TEXT,
        "until": {"anyOf": [INSTANT, {"type": "null"}], "description": "When a ban ends"},
        "refusal": {
            "type": ["string", "null"],
            "description": "Why its home elsewhere refused it, so that it does not hold",
        },
        "at": INSTANT,
    }
    return {
        "Member": object_of(member),
        "Members": list_of("Member"),
        "LogEntry": object_of(entry),
        "CommunityLog": list_of("LogEntry"),
        "Deed": {
            "type": "object",
            "required": ["act", "target"],
            "properties": {
                "act": {"enum": sorted(_DEEDS)},
                "target": {**TEXT, "description": "The uri of a person or a post"},
                "reason": TEXT,
                "until": {**INSTANT, "description": "When a ban ends"},
            },
        },
    }
