"""``/api/v1/conversations``: direct messages, one entry for each set of participants of a thread."""

from collections.abc import Sequence
from typing import Any

from aiohttp import web
from sqlalchemy import Connection, Row

from node.errors import NotFound
from node.state import NODE
from node.store.database.windows import Window
from node.store.posts import conversations
from web.client_api.answers import answer, empty, joined
from web.client_api.callers import require
from web.client_api.entities import conversations as entities
from web.client_api.entities.look import Look, look_of
from web.client_api.paging import filled, link_header, read_window
from web.client_api.parameters import query_parameters, read_id

_READ, _WRITE = "read:statuses", "write:conversations"


async def list_all(request: web.Request) -> web.Response:
    """``GET /api/v1/conversations``; pages go by the id of the last message."""
    caller = await require(request, _READ)
    window = read_window(query_parameters(request))
    store, look = request.app[NODE].store, look_of(request)
    ids, body = await store.read(_list, look, caller.actor_id, window)
    return answer(body, headers=link_header(request, ids, window=window))


def _list(conn: Connection, look: Look, owner_id: int, window: Window) -> tuple[list[int], bytes]:
    def show(rows: Sequence[Row[Any]]) -> tuple[list[int], dict[int, bytes]]:
        return [row.last_object_id for row in rows], entities.render(conn, look, owner_id, rows)

    ids, shown = filled(window, lambda part: conversations.list_conversations(conn, owner_id, part), show)
    return ids, joined(shown.values())


async def delete(request: web.Request) -> web.Response:
    """``DELETE /api/v1/conversations/:id``: forget it; the messages stay."""
    caller, node = await require(request, _WRITE), request.app[NODE]
    one = read_id(request.match_info["id"])
    if not await node.store.write(conversations.delete_conversation, caller.actor_id, one):
        raise NotFound("Record not found")
    return empty()


async def read(request: web.Request) -> web.Response:
    """``POST /api/v1/conversations/:id/read``"""
    return await _set_unread(request, False)


async def unread(request: web.Request) -> web.Response:
    """``POST /api/v1/conversations/:id/unread``"""
    return await _set_unread(request, True)


async def _set_unread(request: web.Request, unread: bool) -> web.Response:
    caller, node = await require(request, _WRITE), request.app[NODE]
    one = read_id(request.match_info["id"])
    return answer(await node.store.write(_mark, look_of(request), caller.actor_id, one, unread))


def _mark(conn: Connection, look: Look, owner_id: int, conversation_id: int, unread: bool) -> bytes:
    row = conversations.set_unread(conn, owner_id, conversation_id, unread=unread)
    shown = {} if row is None else entities.render(conn, look, owner_id, [row])
    if conversation_id not in shown:
        raise NotFound("Record not found")
    return shown[conversation_id]


_BASE = "/api/v1/conversations"
ROUTES = [
    web.get(_BASE, list_all, name="client-conversations"),
    web.delete(f"{_BASE}/{{id:\\d+}}", delete, name="client-conversation-delete"),
    web.post(f"{_BASE}/{{id:\\d+}}/read", read, name="client-conversation-read"),
    web.post(f"{_BASE}/{{id:\\d+}}/unread", unread, name="client-conversation-unread"),
]
