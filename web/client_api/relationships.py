"""What a person is to others, and what she decides about them: follow, block, mute, note, endorse.

Every act answers the Relationship as it is afterwards.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from aiohttp import web
from sqlalchemy import Connection

from federation.state import FEDERATION
from node.domain.text import clean
from node.services.context import Unit
from node.services.people import follows, relations
from node.services.people.follows import Options
from node.state import NODE
from node.store.people.relationships import load_relationships
from web.client_api.answers import answer
from web.client_api.callers import require
from web.client_api.entities.relationships import relationship
from web.client_api.parameters import Parameters, read_id, read_parameters

_MOST_IDS = 200
Act = Callable[[Connection, Unit, int, int], object]
Read = Callable[[web.Request, Parameters], Act]


def _plain(act: Act) -> Read:
    """An act without parameters."""
    return lambda _request, _parameters: act


def _follow(request: web.Request, parameters: Parameters) -> Act:
    options = Options(
        reblogs=parameters.flag("reblogs"),
        notify=parameters.flag("notify"),
        languages=[code[:35] for code in parameters.texts("languages")[:50]] if parameters.has("languages") else None,
    )
    is_blocked = request.app[FEDERATION].policies().is_blocked
    return lambda conn, unit, me, target: follows.follow(conn, unit, me, target, options, is_blocked=is_blocked)


def _mute(_request: web.Request, parameters: Parameters) -> Act:
    notifications = parameters.flag("notifications") is not False
    seconds = max(0, parameters.number("duration") or 0)
    return lambda conn, unit, me, target: relations.mute(
        conn, unit, me, target, notifications=notifications, seconds=seconds
    )


def _note(_request: web.Request, parameters: Parameters) -> Act:
    comment = clean(parameters.text("comment") or "").strip()
    return lambda conn, unit, me, target: relations.note(conn, unit, me, target, comment)


@dataclass(frozen=True, slots=True)
class _Way:
    scope: str
    read: Read


_ACTS: Mapping[str, _Way] = MappingProxyType(
    {
        "follow": _Way("write:follows", _follow),
        "unfollow": _Way("write:follows", _plain(follows.unfollow)),
        "remove_from_followers": _Way("write:follows", _plain(follows.remove_follower)),
        "block": _Way("write:blocks", _plain(relations.block)),
        "unblock": _Way("write:blocks", _plain(relations.unblock)),
        "mute": _Way("write:mutes", _mute),
        "unmute": _Way("write:mutes", _plain(relations.unmute)),
        "note": _Way("write:accounts", _note),
        "endorse": _Way("write:accounts", _plain(relations.endorse)),
        "unendorse": _Way("write:accounts", _plain(relations.unendorse)),
        "pin": _Way("write:accounts", _plain(relations.endorse)),  # the older names
        "unpin": _Way("write:accounts", _plain(relations.unendorse)),
    }
)
_ANSWERS: Mapping[str, Act] = MappingProxyType({"authorize": follows.authorize, "reject": follows.reject})


async def act(request: web.Request) -> web.Response:
    way = _ACTS[request.match_info["act"]]
    caller = await require(request, way.scope)
    return await _done(request, caller.actor_id, way.read(request, await read_parameters(request)))


async def answer_request(request: web.Request) -> web.Response:
    caller = await require(request, "write:follows")
    return await _done(request, caller.actor_id, _ANSWERS[request.match_info["act"]])


async def _done(request: web.Request, me: int, wanted: Act) -> web.Response:
    node = request.app[NODE]
    found = await node.store.write(_do, node.unit(), me, read_id(request.match_info["id"]), wanted)
    return answer(found)


def _do(conn: Connection, unit: Unit, me: int, target_id: int, wanted: Act) -> dict[str, Any]:
    wanted(conn, unit, me, target_id)
    (found,) = load_relationships(conn, me, [target_id], unit.now)
    return relationship(found)


async def show_relationships(request: web.Request) -> web.Response:
    """In the order in which they are asked for; ids that nobody has are left out."""
    caller = await require(request, "read:follows")
    node = request.app[NODE]
    ids = (await read_parameters(request)).identifiers("id")[:_MOST_IDS]
    found = await node.store.read(load_relationships, caller.actor_id, ids, node.clock.now())
    return answer([relationship(each) for each in found])


ROUTES = [
    web.get("/api/v1/accounts/relationships", show_relationships, name="client-relationships"),
    web.post(f"/api/v1/accounts/{{id:[0-9]+}}/{{act:{'|'.join(_ACTS)}}}", act, name="client-account-act"),
    web.post(
        f"/api/v1/follow_requests/{{id:[0-9]+}}/{{act:{'|'.join(_ANSWERS)}}}",
        answer_request,
        name="client-follow-request-answer",
    ),
]
