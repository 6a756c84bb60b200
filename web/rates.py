"""How often clients may ask (API8): each answer of the API says how much is left.

A valid token counts for itself and for its person, anybody else by address: inventing tokens, or having apps mint them,
buys nothing. Uploads and deletions are counted once more, by person. Networks of
``[limits] exempt`` are told the figures and never refused.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from aiohttp import hdrs, web

from node.clock import to_rfc3339
from node.errors import RateLimited
from node.ratelimit import Rate, Taken, key_of_address
from node.state import NODE, address_of
from node.store.access.tokens import Token
from web.state import WEB, ApiRates
from web.tokens import TOKENS, bearer_of

#: Where the middleware counts.
COUNTED = ("/api/", "/oauth/token", "/oauth/revoke")
_UPLOADS = re.compile(r"/api/v[0-9]+/media")
_DELETIONS = re.compile(r"/api/v[0-9]+/statuses/[0-9]+(?:/unreblog)?")
_TAKEN = web.RequestKey("TAKEN", Taken)


async def count(request: web.Request) -> None:
    """Count a request of the API. Raises RateLimited where one of its rates is used up."""
    node, state, address = request.app[NODE], request.app[WEB], address_of(request)
    text = bearer_of(request)
    now = node.clock.now()
    token = await request.app[TOKENS].find(text, now) if text else None
    taken = min(_take(request, state.rates, token, address, now), key=lambda each: (not each.is_over, each.left))
    request[_TAKEN] = taken
    if taken.is_over and not state.exemptions.covers(address):
        raise RateLimited(retry_after_seconds=max(1, -(-(taken.resets_at - now) // 1000)))


def check_address(request: web.Request, rate: Rate) -> None:
    """Count a try by the address of who asks. Raises RateLimited where there have been too many."""
    if not is_exempt(request) and (wait := rate.take(key_of_address(address_of(request)))):
        raise RateLimited(retry_after_seconds=wait)


def is_exempt(request: web.Request) -> bool:
    """Whether no rate holds for who asks (``[limits] exempt``)."""
    return request.app[WEB].exemptions.covers(address_of(request))


def _take(request: web.Request, rates: ApiRates, token: Token | None, address: str, now: int) -> Iterator[Taken]:
    who = key_of_address(address)
    if token is not None:
        yield rates.by_token.take(token.hash, now)
    if token is not None and token.actor_id is not None:
        who = str(token.actor_id)
        yield rates.by_account.take(who, now)
    else:
        yield rates.by_address.take(who, now)
    if request.method == hdrs.METH_POST and _UPLOADS.fullmatch(request.path):
        yield rates.uploads.take(who, now)
    elif _is_deletion(request):
        yield rates.deletions.take(who, now)


def _is_deletion(request: web.Request) -> bool:
    wanted = hdrs.METH_POST if request.path.endswith("/unreblog") else hdrs.METH_DELETE
    return request.method == wanted and _DELETIONS.fullmatch(request.path) is not None


def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Say what is left, where the request was counted."""
    taken: Taken | None = request.get(_TAKEN)
    if taken is not None:
        response.headers["X-RateLimit-Limit"] = str(taken.limit)
        response.headers["X-RateLimit-Remaining"] = str(taken.left)
        response.headers["X-RateLimit-Reset"] = _reset(taken.resets_at)


@lru_cache(maxsize=1_000)
def _reset(at: int) -> str:
    """The end of a window: the same for all requests of it."""
    return to_rfc3339(at)
