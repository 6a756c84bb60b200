"""Servers on loopback that do what servers should not: fall silent, drip, lie, redirect, never end.

Each is a raw socket with one answer, so that nothing between the test and the wire repairs it.
"""

import asyncio
import gzip
import ssl
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Self, cast

ACTIVITY = "application/activity+json"


@dataclass(frozen=True)
class Request:
    """What arrived; header names in lower case."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


Answer = Callable[[Request, asyncio.StreamWriter], Awaitable[None]]


class BrokenPeer:
    """Answers every request with the same answer; remembers requests and counts connections.

    ``async with BrokenPeer(answer) as peer: peer.url("/x")``
    """

    def __init__(self, answer: Answer, *, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None) -> None:
        self.answer, self.host, self._tls = answer, host, tls
        self.requests: list[Request] = []
        self.connections = 0
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self.arrived = asyncio.Event()

    @property
    def port(self) -> int:
        return int(self._server.sockets[0].getsockname()[1])

    def url(self, path: str = "/") -> str:
        return f"http://{self.host}:{self.port}{path}"

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, self.host, 0, ssl=self._tls)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()

    def drop_connections(self) -> None:
        """Closes every connection without a word."""
        for writer in self._writers:
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._writers.add(writer)
        self._tasks.add(task := cast(asyncio.Task[None], asyncio.current_task()))
        task.add_done_callback(self._tasks.discard)
        try:
            with suppress(asyncio.IncompleteReadError, asyncio.CancelledError, OSError):
                while True:
                    request = await self._read(reader)
                    self.requests.append(request)
                    self.arrived.set()
                    await self.answer(request, writer)
                    await writer.drain()
        finally:
            writer.transport.abort()
            self._writers.discard(writer)

    async def _read(self, reader: asyncio.StreamReader) -> Request:
        head = await reader.readuntil(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")[:-2]
        method, path, _ = first.split(" ")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        return Request(method, path, headers, body)


def response(body: bytes = b"", *, status: str = "200 OK", **headers: str) -> bytes:
    """The bytes of a whole response; header names with ``_`` for ``-``."""
    fields = {"Content-Length": str(len(body)), **{name.replace("_", "-"): value for name, value in headers.items()}}
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"HTTP/1.1 {status}\r\n{head}\r\n".encode() + body


def says(data: bytes, *, then_close: bool = False) -> Answer:
    """Sends exactly these bytes."""

    async def answer(_: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(data)
        if then_close:
            await writer.drain()
            writer.close()

    return answer


def says_json(text: str = "{}", content_type: str = ACTIVITY, status: str = "200 OK") -> Answer:
    return says(response(text.encode(), status=status, Content_Type=content_type))


def redirects(location: Callable[[Request], str], status: str = "302 Found") -> Answer:
    """Sends the asker elsewhere."""

    async def answer(request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(response(status=status, Location=location(request)))

    return answer


def is_silent(before: bytes = b"") -> Answer:
    """Says this much, and nothing more, for ever."""

    async def answer(_: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(before)
        await writer.drain()
        await asyncio.get_running_loop().create_future()

    return answer


def drips(data: bytes, *, seconds: float, rest: bytes = b"") -> Answer:
    """Sends ``data`` byte by byte with this pause between two, then ``rest``."""

    async def answer(_: Request, writer: asyncio.StreamWriter) -> None:
        for byte in data:
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(seconds)
        writer.write(rest)

    return answer


def is_endless(head: bytes, piece: bytes) -> Answer:
    """Sends ``head``, then ``piece`` again and again until the other side goes away."""

    async def answer(_: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(head)
        while not writer.is_closing():
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0)

    return answer


def hangs_up(before: bytes = b"") -> Answer:
    """Says this much and closes."""
    return says(before, then_close=True)


def bomb(unpacked_bytes: int) -> Answer:
    """A small compressed body that unpacks to zeros."""

    async def answer(request: Request, writer: asyncio.StreamWriter) -> None:
        packed = gzip.compress(bytes(unpacked_bytes), 1)
        await says(response(packed, Content_Type=ACTIVITY, Content_Encoding="gzip"))(request, writer)

    return answer


def in_turn(*answers: Answer) -> Answer:
    """The first answer for the first request and so on; the last one stays."""
    left = list(answers)

    async def answer(request: Request, writer: asyncio.StreamWriter) -> None:
        await (left.pop(0) if len(left) > 1 else left[0])(request, writer)

    return answer


def by_path(**answers: Answer) -> Answer:
    """An answer for each first segment of the path; anything else is 404."""

    async def answer(request: Request, writer: asyncio.StreamWriter) -> None:
        segment = request.path.lstrip("/").partition("/")[0].partition("?")[0]
        await answers.get(segment, says(response(status="404 Not Found")))(request, writer)

    return answer
