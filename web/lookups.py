"""Whom somebody means by a handle or an address, on pages: another server is asked where nobody here knows.

The only pages that wait for another server, a few seconds at most, and each address only so often.
"""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from aiohttp import web

from federation.discovery.finding import find_account, find_known
from federation.state import FEDERATION
from node.domain.uris import is_web_uri
from node.errors import Malformed, NodeError, NotFound, RateLimited, RemoteError, RemoteUnavailable
from node.sentences import Sentence
from node.state import NODE
from node.store.people.actors import Actor
from web import rates
from web.state import WEB

T = TypeVar("T")

PATIENCE = 5.0  # seconds
NOBODY = Sentence("No account was found under this handle or address.")
_SILENT = Sentence("That server did not answer in time. Try again later.")


async def look_up(request: web.Request, text: str) -> Actor:
    """The account of ``@name``, ``@name@host`` or an address; NotFound for one that is blocked or gone, too."""
    node, parts, own_host = request.app[NODE], request.app[FEDERATION], request.app[NODE].config.host
    text = text.strip()[:1_000]
    if "@" not in text.removeprefix("@") and not is_web_uri(text):
        text = f"{text}@{own_host}"
    found = await find_known(node.store, text, own_host=own_host)
    if found is None:
        take_turn(request)
        found = await in_time(find_account(node.store, parts.client, parts.fetcher, text, own_host=own_host))
    if found.kind == "application" or not found.is_active or parts.policies().is_blocked(found.host):
        raise NotFound
    return found


def take_turn(request: web.Request) -> None:
    """Raises RateLimited where this address makes us ask other servers too often."""
    rates.check_address(request, request.app[WEB].lookups)


async def in_time(work: Coroutine[Any, Any, T]) -> T:
    """What another server answers, as long as a reader waits; RemoteUnavailable after that."""
    try:
        async with asyncio.timeout(PATIENCE):
            return await work
    except TimeoutError:
        raise RemoteUnavailable(detail="the reader does not wait longer") from None


def why_not(failure: NodeError, otherwise: str) -> str:
    """What a member is told whose words led to nobody; nothing of what a server said."""
    if isinstance(failure, RateLimited):
        return failure.public
    if isinstance(failure, RemoteUnavailable):
        return _SILENT
    return NOBODY if isinstance(failure, NotFound | Malformed | RemoteError) else otherwise
