"""Bodies that do not come: a request that is not here in time is given up (API13), so that others find room.

Proxies do so, too, but not all of them, and a node may stand without one. Heads and silent connections are aiohttp's
(``keepalive_timeout``).
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from aiohttp import web

SECONDS = 60.0
#: A large file may take as long as a slow line needs for it.
BYTES_A_SECOND = 65_536


@contextmanager
def limited(request: web.Request) -> Iterator[None]:
    """While the request is dealt with: whoever reads its body gets HTTPRequestTimeout once its time is over."""
    if request.content.is_eof():  # it came with its head, or there is none
        yield
        return
    seconds = SECONDS + (request.content_length or 0) / BYTES_A_SECOND
    timer = asyncio.get_running_loop().call_later(seconds, _give_up, request)
    try:
        yield
    finally:
        timer.cancel()


def _give_up(request: web.Request) -> None:
    if not request.content.is_eof():
        request.content.set_exception(web.HTTPRequestTimeout())
