"""Where other servers post: each actor's inbox, and the one that all share."""

from aiohttp import web
from aiohttp.web import HTTPRequestEntityTooLarge

from federation.mediatype import read_media_type
from federation.serving.actors import find_own_actor
from federation.serving.visitor import message_of
from federation.state import FEDERATION
from node import metrics
from node.errors import Gone, NodeError, TooLarge, UnsupportedMediaType
from node.state import NODE, address_of

MAX_BODY = 1_048_576
_TYPES = frozenset({"application/activity+json", "application/ld+json"})


async def post_to_shared(request: web.Request) -> web.Response:
    return await _post(request, owner_id=None)


async def post_to_instance(request: web.Request) -> web.Response:
    return await _post(request, owner_id=None)


async def post_to_actor(request: web.Request) -> web.Response:
    actor = await find_own_actor(request)
    if actor.state == "gone":
        raise Gone
    return await _post(request, owner_id=actor.id)


async def _post(request: web.Request, *, owner_id: int | None) -> web.Response:
    """Bound it, take it in, answer 202 with nothing in it (federation section 6)."""
    node, federation = request.app[NODE], request.app[FEDERATION]
    try:
        body = await _read_body(request)
        message = message_of(request, body, origin=node.config.origin)
        outcome = await federation.inbox.accept(message, address=address_of(request), owner_id=owner_id)
    except NodeError as error:
        metrics.inbox_taken(type(error).__name__)
        raise
    metrics.inbox_taken(outcome)
    return web.Response(status=202)


async def _read_body(request: web.Request) -> bytes:
    """IN1 to IN3: refused by what the head says wherever that is possible."""
    if (request.content_length or 0) > MAX_BODY:
        raise TooLarge
    if request.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
        raise UnsupportedMediaType("The node does not take compressed requests.")
    if read_media_type(request.headers.get("Content-Type", "")).essence not in _TYPES:
        raise UnsupportedMediaType
    try:
        return await request.read()
    except HTTPRequestEntityTooLarge:
        raise TooLarge from None
