"""``/api/v1/announcements``: what those who look after the node have to say."""

from aiohttp import web
from sqlalchemy import Connection

from node.services.house import announcements
from node.state import NODE
from node.store.house import announcements as store
from web.client_api.answers import answer, empty, joined
from web.client_api.callers import require
from web.client_api.entities import announcements as entities
from web.client_api.parameters import query_parameters, read_id

_READ, _WRITE, _REACT = "read:accounts", "write:accounts", "write:favourites"


async def list_all(request: web.Request) -> web.Response:
    """``GET /api/v1/announcements``; those that were dismissed only on request."""
    caller, node = await require(request, _READ), request.app[NODE]
    with_dismissed = bool(query_parameters(request).flag("with_dismissed"))
    return answer(await node.store.read(_list, caller.actor_id, node.clock.now(), with_dismissed))


def _list(conn: Connection, actor_id: int, now: int, with_dismissed: bool) -> bytes:
    ids = [row.id for row in store.list_current(conn, now)]
    read = set() if with_dismissed else store.load_read(conn, ids, actor_id)
    return joined(entities.render(conn, actor_id, [each for each in ids if each not in read]).values())


async def dismiss(request: web.Request) -> web.Response:
    """``POST /api/v1/announcements/:id/dismiss``"""
    caller, node = await require(request, _WRITE), request.app[NODE]
    one = read_id(request.match_info["id"])
    await node.store.write(announcements.dismiss, one, caller.actor_id, node.clock.now())
    return empty()


async def react(request: web.Request) -> web.Response:
    """``PUT /api/v1/announcements/:id/reactions/:name``"""
    caller, node = await require(request, _REACT), request.app[NODE]
    one, name = read_id(request.match_info["id"]), request.match_info["name"]
    await node.store.write(announcements.react, node.unit(), one, name, caller.actor_id)
    return empty()


async def take_back(request: web.Request) -> web.Response:
    """``DELETE /api/v1/announcements/:id/reactions/:name``"""
    caller, node = await require(request, _REACT), request.app[NODE]
    one, name = read_id(request.match_info["id"]), request.match_info["name"]
    await node.store.write(announcements.take_back, node.unit(), one, name, caller.actor_id)
    return empty()


_BASE = "/api/v1/announcements"
ROUTES = [
    web.get(_BASE, list_all, name="client-announcements"),
    web.post(f"{_BASE}/{{id:\\d+}}/dismiss", dismiss, name="client-announcement-dismiss"),
    web.put(f"{_BASE}/{{id:\\d+}}/reactions/{{name}}", react, name="client-announcement-react"),
    web.delete(f"{_BASE}/{{id:\\d+}}/reactions/{{name}}", take_back, name="client-announcement-take-back"),
]
