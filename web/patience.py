"""Requests that do not come: what is not here in time is given up (API13), so that others find room.

A head has 30 s from its first byte on, a body 60 s and what a slow line needs for its length. Connections on which
nothing comes at all are aiohttp's (``keepalive_timeout``). Proxies see to all of this, too, but not all of them do, and
a node may stand without one.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

from aiohttp import hdrs, web
from aiohttp.http import RawRequestMessage
from aiohttp.web_protocol import RequestHandler

HEAD_SECONDS = 30.0
SECONDS = 60.0
#: A large file may take as long as a slow line needs for it.
BYTES_A_SECOND = 65_536
_BLANK_LINE = b"\r\n\r\n"

_Answering = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]


def limited(request: web.Request) -> AbstractContextManager[None]:
    """While the request is dealt with: whoever reads its body gets HTTPRequestTimeout once its time is over."""
    return _IN_TIME if request.content.is_eof() else _limited(request)


#: It came with its head, or there is none.
_IN_TIME = nullcontext()


@contextmanager
def _limited(request: web.Request) -> Iterator[None]:
    seconds = SECONDS + (request.content_length or 0) / BYTES_A_SECOND
    timer = asyncio.get_running_loop().call_later(seconds, _give_up, request)
    try:
        yield
    finally:
        timer.cancel()


def _give_up(request: web.Request) -> None:
    if not request.content.is_eof():
        request.content.set_exception(web.HTTPRequestTimeout())


# -- heads ----------------------------------------------------------------------------------------------------------


class _Connection(RequestHandler):
    """A connection that is closed when a head has begun and does not end."""

    __slots__ = ("_late",)

    _late: asyncio.TimerHandle | None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._late = None
        super().connection_made(transport)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._has_head() and not self._has_begun_another(data):
            self._forget()
        elif self._late is None:
            self._wait()

    def _has_head(self) -> bool:
        """A whole head is here, or what it asks for is being answered."""
        return bool(self._messages) or self._current_request is not None

    def _has_begun_another(self, data: bytes) -> bool:
        """Whether more stands in ``data`` than the last request that came whole: the beginning of the next head.

        A blank line inside a body hides it; then it has as long as a connection on which nothing comes.
        """
        if not self._messages or self._upgraded:
            return False
        message, body = self._messages[-1]
        if not isinstance(message, RawRequestMessage) or not body.is_eof():
            return False
        length = int(message.headers.get(hdrs.CONTENT_LENGTH, 0))
        return len(data) - (data.rfind(_BLANK_LINE) + len(_BLANK_LINE)) > length

    def _wait(self) -> None:
        self._late = self._loop.call_later(HEAD_SECONDS, self._end)

    def _end(self) -> None:
        if self._has_head():  # the request before it is still being answered
            self._wait()
        else:
            self._late = None
            self.force_close()

    def connection_lost(self, exc: BaseException | None) -> None:
        self._forget()
        super().connection_lost(exc)

    def _forget(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None


class _Server(web.Server):
    """Connections of the kind above; aiohttp has no place to name one's own."""

    def __call__(self) -> RequestHandler:
        return _Connection(self, loop=self._loop, **self._kwargs)


class Runner(web.AppRunner):
    """Serves an application to those who are in no hurry, but not for ever."""

    __slots__ = ()

    async def _make_server(self) -> web.Server:
        made = await super()._make_server()
        made.__class__ = _Server
        made.request_handler = _expecting(made.request_handler)
        return made


# -- expectations ---------------------------------------------------------------------------------------------------


def _expecting(answer: _Answering) -> _Answering:
    """Refuses what nobody offers (RFC 9110, 10.1.1) before aiohttp does, whose refusal fails where it is no text."""

    def answer_expected(request: web.BaseRequest) -> Awaitable[web.StreamResponse]:
        expected = request.headers.get(hdrs.EXPECT)
        return answer(request) if not expected or expected.lower() == "100-continue" else _refuse()

    return answer_expected


async def _refuse() -> web.StreamResponse:
    raise web.HTTPExpectationFailed
