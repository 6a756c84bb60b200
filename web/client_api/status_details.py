"""What is known around a status: its conversation, source, history, who reacted, who quotes it."""

from typing import Any

from aiohttp import web
from sqlalchemy import Connection

from federation.state import FEDERATION
from node.services.posts import post_changes
from node.state import NODE
from node.store.database.windows import Window
from node.store.posts.objects import Object
from node.store.posts.reactions import LIKE, SHARE
from node.store.reading import conversation, entries, timelines
from web.client_api.answers import answer, joined
from web.client_api.callers import reader, require
from web.client_api.entities import accounts, edits, statuses
from web.client_api.entities.look import Look, look_of
from web.client_api.paging import link_header, read_window
from web.client_api.parameters import query_parameters, read_id
from web.client_api.statuses import find_target
from web.client_api.timelines import Rendered, listing

#: With a token so many of each; without one this many above and below, and so deep.
_MOST, _MOST_ABOVE, _MOST_BELOW, _DEEPEST = 4_096, 40, 60, 20


async def context(request: web.Request) -> web.Response:
    """What is known now; what other servers have of the conversation is fetched in the background for members."""
    viewer, node = await reader(request), request.app[NODE]
    target, found = await node.store.read(_context, read_id(request.match_info["id"]), viewer, look_of(request))
    if viewer is not None:
        await request.app[FEDERATION].threads.ask(target)
    return answer(found)


def _context(conn: Connection, status_id: int, viewer_id: int | None, look: Look) -> tuple[Object, bytes]:
    target = find_target(conn, look, status_id, viewer_id)
    is_member = viewer_id is not None
    above = conversation.load_ancestor_ids(conn, target.id, _MOST if is_member else _MOST_ABOVE)
    deepest, most = (_MOST, _MOST) if is_member else (_DEEPEST, _MOST_BELOW)
    below = conversation.load_answer_ids(conn, target.id, deepest=deepest, most=most)
    known = entries.load_wanted(conn, [*above, *below], viewer_id, look.now)
    shown = statuses.render_entries(conn, look, [known[each] for each in (*above, *below) if each in known], viewer_id)
    lists = [joined(shown[each] for each in ids if each in shown) for ids in (above, below)]
    return target, b'{"ancestors":%s,"descendants":%s}' % tuple(lists)


async def source(request: web.Request) -> web.Response:
    """The text as it was typed, for whoever wrote it."""
    caller, node = await require(request, "read:statuses"), request.app[NODE]
    return answer(await node.store.read(_source, read_id(request.match_info["id"]), caller.actor_id, look_of(request)))


def _source(conn: Connection, status_id: int, author_id: int, look: Look) -> dict[str, Any]:
    target = post_changes.find_own(conn, author_id, find_target(conn, look, status_id, author_id).id)
    return edits.source(conn, target.id)


async def history(request: web.Request) -> web.Response:
    """All versions, the oldest first, the present one last."""
    viewer, node = await reader(request), request.app[NODE]
    return answer(await node.store.read(_history, read_id(request.match_info["id"]), viewer, look_of(request)))


def _history(conn: Connection, status_id: int, viewer_id: int | None, look: Look) -> list[dict[str, Any]]:
    return edits.render(conn, look, find_target(conn, look, status_id, viewer_id).id, viewer_id)


async def favourited_by(request: web.Request) -> web.Response:
    return await _reacted_by(request, LIKE)


async def reblogged_by(request: web.Request) -> web.Response:
    return await _reacted_by(request, SHARE)


async def _reacted_by(request: web.Request, kind: str) -> web.Response:
    viewer, node = await reader(request), request.app[NODE]
    window = read_window(query_parameters(request), most=80, default=40)
    status_id = read_id(request.match_info["id"])
    ids, bodies = await node.store.read(_reactors, status_id, viewer, kind, window, look_of(request))
    return answer(joined(bodies), headers=link_header(request, ids, window=window))


def _reactors(
    conn: Connection, status_id: int, viewer_id: int | None, kind: str, window: Window, look: Look
) -> Rendered:
    target = find_target(conn, look, status_id, viewer_id)
    found = timelines.list_reactors(conn, viewer_id, target.id, kind, window, look.now)
    people = accounts.render_known(conn, look, [actor_id for _, actor_id in found], viewer_id)
    return [reaction_id for reaction_id, _ in found], [people[actor] for _, actor in found if actor in people]


async def quotes(request: web.Request) -> web.Response:
    viewer, node = await reader(request), request.app[NODE]
    window = read_window(query_parameters(request))
    status_id = read_id(request.match_info["id"])
    return listing(request, await node.store.read(_quotes, status_id, viewer, window, look_of(request)), window)


def _quotes(conn: Connection, status_id: int, viewer_id: int | None, window: Window, look: Look) -> Rendered:
    target = find_target(conn, look, status_id, viewer_id)
    found = timelines.list_quotes(conn, viewer_id, target.id, window, look.now)
    shown = statuses.render_entries(conn, look, found, viewer_id)
    return [entry.id for entry in found], list(shown.values())


_ID = "/api/v1/statuses/{id:[0-9]+}"
ROUTES = [
    web.get(f"{_ID}/context", context, name="client-status-context"),
    web.get(f"{_ID}/source", source, name="client-status-source"),
    web.get(f"{_ID}/history", history, name="client-status-history"),
    web.get(f"{_ID}/favourited_by", favourited_by, name="client-status-favourited-by"),
    web.get(f"{_ID}/reblogged_by", reblogged_by, name="client-status-reblogged-by"),
    web.get(f"{_ID}/quotes", quotes, name="client-status-quotes"),
]
