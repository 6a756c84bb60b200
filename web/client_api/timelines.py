"""``/api/v1/timelines``: lists of statuses, newest first."""

from aiohttp import web
from sqlalchemy import Connection

from node.state import NODE
from node.store import entries
from node.store.windows import Window
from web.client_api.answers import answer, joined
from web.client_api.callers import require
from web.client_api.entities import statuses
from web.client_api.entities.look import Look, look_of
from web.client_api.paging import link_header, read_window
from web.client_api.parameters import query_parameters

Rendered = tuple[list[int], list[bytes]]


async def home(request: web.Request) -> web.Response:
    caller = await require(request, "read:statuses")
    window = read_window(query_parameters(request))
    found = await request.app[NODE].store.read(_home, look_of(request), caller.actor_id, window)
    return listing(request, found, window)


def _home(conn: Connection, look: Look, owner_id: int, window: Window) -> Rendered:
    listed = entries.list_home(conn, owner_id, window, look.now)
    return [entry.id for entry in listed], list(statuses.render_entries(conn, look, listed, owner_id).values())


def listing(request: web.Request, found: Rendered, window: Window) -> web.Response:
    """A list of statuses; ids are those of all entries, also of what is not shown."""
    ids, bodies = found
    return answer(joined(bodies), headers=link_header(request, ids, window=window))


ROUTES = [web.get("/api/v1/timelines/home", home, name="client-home")]
