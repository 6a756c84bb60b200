"""``/api/v1/markers``: how far somebody has read, so that another device goes on there."""

from typing import Any

from aiohttp import web
from sqlalchemy import Connection

from node.errors import Conflict
from node.state import NODE
from node.store.reading import markers
from node.store.reading.markers import TIMELINES, Marker
from web.client_api.answers import answer
from web.client_api.callers import require
from web.client_api.entities.look import instant
from web.client_api.parameters import Parameters, query_parameters, read_parameters


async def show(request: web.Request) -> web.Response:
    """``GET /api/v1/markers``; of timelines that nobody read before there is nothing."""
    caller = await require(request, "read:statuses")
    wanted = query_parameters(request).texts("timeline")
    found = await request.app[NODE].store.read(markers.load_markers, caller.actor_id, wanted)
    return answer({each.timeline: _marker(each) for each in found})


async def save(request: web.Request) -> web.Response:
    """``POST /api/v1/markers``; 409 where a client names a ``version`` that is not the present one."""
    caller, node = await require(request, "write:statuses"), request.app[NODE]
    values = await read_parameters(request)
    found = await node.store.write(_save, caller.actor_id, values, node.clock.now())
    return answer({each.timeline: _marker(each) for each in found})


def _save(conn: Connection, owner_id: int, values: Parameters, now: int) -> list[Marker]:
    said = {timeline: values.table(timeline) for timeline in TIMELINES if values.has(timeline)}
    versions = {timeline: table.number("version") for timeline, table in said.items()}
    if any(version is not None for version in versions.values()):
        known = {each.timeline: each.version for each in markers.load_markers(conn, owner_id, list(said))}
        if any(version not in {None, known.get(timeline, 0)} for timeline, version in versions.items()):
            raise Conflict("Conflict during update, please try again")
    read = {timeline: last for timeline, table in said.items() if (last := table.identifier("last_read_id"))}
    return markers.save_markers(conn, owner_id, read, now)


def _marker(marker: Marker) -> dict[str, Any]:
    return {
        "last_read_id": str(marker.last_read_id),
        "version": marker.version,
        "updated_at": instant(marker.updated_at),
    }


ROUTES = [
    web.get("/api/v1/markers", show, name="client-markers"),
    web.post("/api/v1/markers", save, name="client-markers-save"),
]
