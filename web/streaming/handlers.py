"""The addresses of streaming: one WebSocket for everything, and an event stream for each stream."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from aiohttp import HttpVersion11, WSMsgType, hdrs, web
from sqlalchemy import Connection as Database

from node.errors import Forbidden, NodeError, NotFound, Unauthenticated
from node.state import NODE
from node.store.access.tokens import Token
from node.store.news import streams
from web import cors
from web.errors import status_of
from web.streaming import frames
from web.streaming.channels import LIST, Channel, read_channel
from web.streaming.connections import Connection, EventSource, Socket
from web.streaming.hub import HUB, Hub
from web.tokens import TOKENS, bearer_of

#: A message of a client is no longer than this (STR4).
MAX_MESSAGE = 4_096
#: And says no more than this in so many seconds: a message may cost a look into the database.
MAX_SAID, SAID_WITHIN = 300, 60.0
_PROTOCOL = hdrs.SEC_WEBSOCKET_PROTOCOL


async def health(_request: web.Request) -> web.Response:
    """``GET /api/v1/streaming/health``"""
    return web.Response(text="OK")


async def _authenticate(request: web.Request) -> tuple[Token, int]:
    """The token and its person: from the header, the query, or the name of the protocol, where browsers put it."""
    text = bearer_of(request) or request.query.get("access_token", "") or _protocol_of(request)
    if not text:
        raise Unauthenticated("Missing access token")
    token = await request.app[TOKENS].find(text, request.app[NODE].clock.now())
    if token is None:
        raise Unauthenticated("Invalid access token")
    if token.actor_id is None:
        raise Forbidden("This method requires an authenticated user")
    return token, token.actor_id


def _protocol_of(request: web.Request) -> str:
    return request.headers.get(_PROTOCOL, "").partition(",")[0].strip()


async def _channel_of(request: web.Request, token: Token, viewer_id: int, said: Mapping[str, Any]) -> Channel:
    """What is subscribed to; raises Malformed, Forbidden, or NotFound for a list of somebody else."""
    name = said.get("stream")
    channel = read_channel(
        name if isinstance(name, str) else "",
        viewer_id=viewer_id,
        scopes=frozenset(token.scopes),
        tag=_text(said.get("tag")),
        list_id=_text(said.get("list")),
    )
    if channel.name == LIST:

        def owns(conn: Database) -> bool:
            return streams.owns_list(conn, viewer_id, int(channel.parameter))

        if not await request.app[NODE].store.read(owns):
            raise NotFound("Not authorized to stream this list")
    return channel


def _text(value: Any) -> str | None:
    return str(value) if isinstance(value, str | int) else None


# -- WebSocket --------------------------------------------------------------------------------------------------------


async def connect(request: web.Request) -> web.StreamResponse:
    """``GET /api/v1/streaming`` with an upgrade; everything is refused before it (STR1)."""
    if request.headers.get(hdrs.UPGRADE, "").lower() != "websocket":
        raise NotFound
    token, viewer_id = await _authenticate(request)
    hub = request.app[HUB]
    first = await _channel_of(request, token, viewer_id, request.query) if request.query.get("stream") else None
    hub.check_room(viewer_id)
    offered = _protocol_of(request)
    socket = web.WebSocketResponse(
        protocols=[offered] if offered else [],
        autoping=False,
        compress=False,
        max_msg_size=MAX_MESSAGE,
        writer_limit=MAX_MESSAGE,
    )
    await socket.prepare(request)
    if request.transport is None:
        return socket
    connection = Socket(request.transport, token, viewer_id, hub.now)
    hub.add(connection)
    try:
        if first is not None:
            hub.subscribe(connection, first)
        await _converse(request, socket, hub, connection)
    finally:
        hub.remove(connection)
    return socket


async def _converse(request: web.Request, socket: web.WebSocketResponse, hub: Hub, connection: Socket) -> None:
    since, said = hub.now, 0
    async for message in socket:
        connection.heard_at = hub.now
        if connection.heard_at - since > SAID_WITHIN:
            since, said = connection.heard_at, 0
        said += 1
        if said > MAX_SAID:
            connection.close(frames.POLICY)
        elif message.type is WSMsgType.TEXT:
            await _obey(request, hub, connection, message.data)
        elif message.type is WSMsgType.PING:
            await socket.pong(message.data)
        elif message.type is WSMsgType.BINARY:
            connection.close(frames.UNSUPPORTED)


async def _obey(request: web.Request, hub: Hub, connection: Connection, text: str) -> None:
    """Subscribe or unsubscribe; what is no JSON, and what else it may say, is passed over (STR4)."""
    try:
        said = orjson.loads(text)
    except orjson.JSONDecodeError:
        return
    if not isinstance(said, dict) or said.get("type") not in {"subscribe", "unsubscribe"}:
        return
    try:
        channel = await _channel_of(request, connection.token, connection.viewer_id, said)
    except NodeError as error:
        connection.write(frames.refusal(error.public, status_of(error)))
        return
    if said["type"] == "unsubscribe":
        hub.unsubscribe(connection, channel)
    elif not hub.subscribe(connection, channel):
        connection.write(frames.refusal("Too many streams are open.", web.HTTPTooManyRequests.status_code))


# -- server-sent events -----------------------------------------------------------------------------------------------

#: The rest of the path -> the stream.
_PATHS = {
    "user": "user",
    "user/notification": "user:notification",
    "public": "public",
    "public/local": "public:local",
    "public/remote": "public:remote",
    "hashtag": "hashtag",
    "hashtag/local": "hashtag:local",
    "list": "list",
    "direct": "direct",
}


async def listen(request: web.Request) -> web.StreamResponse:
    """``GET /api/v1/streaming/user`` and the others: an answer that goes on."""
    token, viewer_id = await _authenticate(request)
    name = _PATHS.get(request.match_info["stream"])
    if name is None:
        raise NotFound
    if name.startswith("public") and request.query.get("only_media") in {"true", "1"}:
        name = f"{name}:media"
    hub = request.app[HUB]
    channel = await _channel_of(request, token, viewer_id, {**request.query, "stream": name})
    hub.check_room(viewer_id)
    return await stream(request, EventSource, token, viewer_id, [channel], is_open=True)


async def stream(
    request: web.Request,
    kind: type[EventSource],
    token: Token,
    viewer_id: int,
    channels: Sequence[Channel],
    *,
    first: bytes = b"",
    is_open: bool = False,
) -> web.StreamResponse:
    """An event stream of these channels, until either side ends it. ``is_open``: pages of other hosts may read it.

    What is written goes straight to the transport, so routes of it take no HEAD, whose answer has no body.
    """
    if request.version < HttpVersion11:  # whose answers have no chunks
        raise web.HTTPVersionNotSupported
    hub = request.app[HUB]
    response = web.StreamResponse(headers={hdrs.CACHE_CONTROL: "private, no-store", "X-Accel-Buffering": "no"})
    response.content_type = "text/event-stream"
    response.enable_chunked_encoding()
    if is_open:
        cors.add_headers(response)
    await response.prepare(request)
    await response.write(frames.THUMP + first)
    if request.transport is None:
        return response
    connection = kind(request.transport, token, viewer_id, hub.now)
    hub.add(connection)
    ended = asyncio.get_running_loop().create_future()

    def end() -> None:
        hub.remove(connection)
        if not ended.done():
            ended.set_result(None)

    connection.on_closed = end
    for channel in channels:
        hub.subscribe(connection, channel)
    try:
        await ended
    finally:
        hub.remove(connection)
    request.protocol.force_close()
    return response


_BASE = "/api/v1/streaming"
ROUTES = [
    web.get(f"{_BASE}/health", health, name="client-streaming-health"),
    web.get(_BASE, connect, name="client-streaming", allow_head=False),
    web.get(f"{_BASE}/", connect, name="client-streaming-slash", allow_head=False),
    web.get(f"{_BASE}/{{stream:[a-z/]+}}", listen, name="client-streaming-events", allow_head=False),
]
