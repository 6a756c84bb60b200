"""Where other servers post: each actor's inbox, and the one that all share."""

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType

from aiohttp import web
from aiohttp.web import HTTPRequestEntityTooLarge

from federation.serving.actors import find_own_actor
from federation.serving.visitor import message_of
from federation.state import FEDERATION
from federation.transport.mediatype import read_media_type
from node import metrics
from node.errors import (
    Gone,
    Malformed,
    NodeError,
    NotFound,
    ProofUnavailable,
    RateLimited,
    SignatureInvalid,
    TooLarge,
    Unavailable,
    UnsupportedMediaType,
)
from node.state import NODE, address_of

MAX_BODY = 1_048_576
_TYPES = frozenset({"application/activity+json", "application/ld+json"})


#: By which of the inbox rules (docs/develop/rules.md) something was refused; of those that end alike, the first.
_RULES: Mapping[type[NodeError], str] = MappingProxyType(
    {
        TooLarge: "IN1",
        UnsupportedMediaType: "IN3",
        Malformed: "IN4",
        NotFound: "IN5",
        Gone: "IN5",
        SignatureInvalid: "IN7",
        RateLimited: "IN20",
        Unavailable: "IN21",
        ProofUnavailable: "IN9",
    }
)


async def post_to_shared(request: web.Request) -> web.Response:
    return await _post(request)


async def post_to_instance(request: web.Request) -> web.Response:
    return await _post(request)


async def post_to_actor(request: web.Request) -> web.Response:
    return await _post(request, find_addressee=_find_addressee)


async def _find_addressee(request: web.Request) -> int:
    actor = await find_own_actor(request)
    if actor.state == "gone":
        raise Gone
    return actor.id


async def _post(
    request: web.Request, *, find_addressee: Callable[[web.Request], Awaitable[int]] | None = None
) -> web.Response:
    """Bound it, take it in, answer 202 with nothing in it."""
    node, federation = request.app[NODE], request.app[FEDERATION]
    try:
        owner_id = await find_addressee(request) if find_addressee is not None else None
        body = await _read_body(request)
        message = message_of(request, body, origin=node.config.origin)
        outcome = await federation.inbox.accept(message, address=address_of(request), owner_id=owner_id)
    except NodeError as error:
        metrics.inbox_taken("refused", rule=_RULES.get(type(error), type(error).__name__))
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
