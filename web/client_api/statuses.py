"""``/api/v1/statuses``: single statuses and what people do with them."""

from aiohttp import web

from node.errors import NotFound
from node.state import NODE
from web.client_api.answers import answer, joined
from web.client_api.callers import reader
from web.client_api.entities import statuses
from web.client_api.entities.look import look_of
from web.client_api.parameters import query_parameters, read_id

_MOST = 20


async def show(request: web.Request) -> web.Response:
    viewer = await reader(request)
    status_id = read_id(request.match_info["id"])
    found = await request.app[NODE].store.read(statuses.render, look_of(request), [status_id], viewer)
    if status_id not in found:
        raise NotFound
    return answer(found[status_id])


async def show_many(request: web.Request) -> web.Response:
    """``?id[]=``: in the order in which they are asked for; what is unknown is left out."""
    viewer = await reader(request)
    ids = query_parameters(request).identifiers("id")[:_MOST]
    found = await request.app[NODE].store.read(statuses.render, look_of(request), ids, viewer)
    return answer(joined(found.values()))


ROUTES = [
    web.get("/api/v1/statuses", show_many, name="client-statuses"),
    web.get("/api/v1/statuses/{id}", show, name="client-status"),
]
