"""``/api/v1/scheduled_statuses``: posts that wait for their time; only their author sees them."""

from typing import Any

from aiohttp import web
from sqlalchemy import Connection

from node.errors import Invalid
from node.services.context import Unit
from node.services.posts import scheduling
from node.state import NODE
from node.store.database.windows import Window
from node.store.posts import scheduled
from web.client_api.answers import answer, empty
from web.client_api.callers import require
from web.client_api.entities import scheduled as entities
from web.client_api.entities.look import Look, look_of
from web.client_api.paging import link_header, read_window
from web.client_api.parameters import query_parameters, read_id, read_parameters
from web.client_api.statuses import WRITE, read_time


async def show_all(request: web.Request) -> web.Response:
    caller, node = await require(request, "read:statuses"), request.app[NODE]
    window = read_window(query_parameters(request))
    ids, found = await node.store.read(_list, caller.actor_id, window, look_of(request))
    return answer(found, headers=link_header(request, ids, window=window))


def _list(conn: Connection, actor_id: int, window: Window, look: Look) -> tuple[list[int], list[dict[str, Any]]]:
    found = scheduled.list_scheduled(conn, actor_id, window)
    return [each.id for each in found], entities.render(conn, look, found)


async def show(request: web.Request) -> web.Response:
    caller, node = await require(request, "read:statuses"), request.app[NODE]
    return answer(await node.store.read(_one, caller.actor_id, read_id(request.match_info["id"]), look_of(request)))


def _one(conn: Connection, actor_id: int, scheduled_id: int, look: Look) -> dict[str, Any]:
    return entities.render(conn, look, [scheduling.find_own(conn, actor_id, scheduled_id)])[0]


async def move(request: web.Request) -> web.Response:
    """Only the time changes."""
    caller, node = await require(request, WRITE), request.app[NODE]
    sent = await read_parameters(request)
    text = sent.text("scheduled_at")
    if not text:
        raise Invalid("A time is expected in scheduled_at.")
    scheduled_id = read_id(request.match_info["id"])
    found = await node.store.write(_move, node.unit(), caller.actor_id, scheduled_id, read_time(text), look_of(request))
    return answer(found)


def _move(conn: Connection, unit: Unit, actor_id: int, scheduled_id: int, at: int, look: Look) -> dict[str, Any]:
    return entities.render(conn, look, [scheduling.reschedule(conn, unit, actor_id, scheduled_id, at)])[0]


async def cancel(request: web.Request) -> web.Response:
    caller, node = await require(request, WRITE), request.app[NODE]
    await node.store.write(scheduling.cancel, caller.actor_id, read_id(request.match_info["id"]))
    return empty()


_ID = "/api/v1/scheduled_statuses/{id:[0-9]+}"
ROUTES = [
    web.get("/api/v1/scheduled_statuses", show_all, name="client-scheduled"),
    web.get(_ID, show, name="client-scheduled-one"),
    web.put(_ID, move, name="client-scheduled-move"),
    web.delete(_ID, cancel, name="client-scheduled-cancel"),
]
