"""Connections to other servers: one name question, every answer checked, a socket to exactly a checked address.

Security rules OUT1, OUT2 and OUT8. Nothing else in the product opens a connection to another machine.
"""

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import cast

from federation.transport.address import AddressPolicy, Target, is_literal
from federation.transport.http1 import ResponseReader
from federation.transport.tunnel import open_tunnel
from node.errors import RemoteError, RemoteUnavailable, Unavailable

# A name and a port to (IP address, port) pairs, best first; raises OSError. It answers for one connection only.
Resolver = Callable[[str, int], Awaitable[Sequence[tuple[str, int]]]]

_MAX_ADDRESSES = 4
_PATIENCE = 1.0  # seconds for an address while there is another to try: broken IPv6 is common
_NAME_THREADS = 64  # a dead name server holds one for longer than the time we wait


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds, each for one step; ``silence`` between two parts of an answer."""

    name: float = 5
    connect: float = 5
    tls: float = 5
    silence: float = 10
    total: float = 30


TIMEOUTS = Timeouts()


class SystemResolver:
    """Asks the system's resolver, in threads of its own: slow name servers hold up nobody but the asker."""

    def __init__(self) -> None:
        self._threads: ThreadPoolExecutor | None = None

    async def __call__(self, host: str, port: int) -> list[tuple[str, int]]:
        if self._threads is None:
            self._threads = ThreadPoolExecutor(_NAME_THREADS, thread_name_prefix="resolve")
        loop = asyncio.get_running_loop()
        found = await loop.run_in_executor(self._threads, _ask_system, host, port)
        return [(address[0], address[1]) for *_, address in found]

    def close(self) -> None:
        if self._threads is not None:
            self._threads.shutdown(wait=False, cancel_futures=True)


class Dialer:
    """Opens connections to checked targets."""

    def __init__(
        self,
        policy: AddressPolicy,
        *,
        timeouts: Timeouts = TIMEOUTS,
        resolver: Resolver | None = None,
        tls: ssl.SSLContext | None = None,
        proxy: tuple[str, int] | None = None,
    ) -> None:
        """``tls`` may trust another authority (tests do), never skip verification: that raises ``ValueError``.

        ``proxy``: host and port of the proxy that connects for us (OUT7).
        """
        self._policy, self._timeouts, self._proxy = policy, timeouts, proxy
        self._tls = _checked(tls) if tls else None
        self._system = SystemResolver()
        self._resolver = resolver or self._system

    async def dial(self, target: Target) -> "Connection":
        """An open connection to one of the addresses behind a target that ``check_url`` has passed.

        Raises ``RemoteRefused`` when any of them is refused, ``RemoteUnavailable`` when none answers or when the
        certificate does not prove the name (a peer may renew it: try later).
        """
        if self._proxy is not None:
            return await self._dial_by_proxy(self._proxy, target)
        addresses = await self._resolve(target.host, target.port)
        for ip, _ in addresses:
            self._policy.check_ip(ip)
        sock = await self._connect(addresses[:_MAX_ADDRESSES])
        try:
            return await self._start(sock, target)
        except BaseException:
            sock.close()
            raise

    async def _dial_by_proxy(self, proxy: tuple[str, int], target: Target) -> "Connection":
        """Raises ``Unavailable`` where the proxy does not answer: that says nothing about the target."""
        try:
            sock = await self._connect((await self._resolve(*proxy))[:_MAX_ADDRESSES])
        except RemoteUnavailable as error:
            raise Unavailable(detail=f"the proxy cannot be reached: {error.detail}") from None
        try:
            async with asyncio.timeout(self._timeouts.name + self._timeouts.connect):
                await open_tunnel(sock, target)
            return await self._start(sock, target)
        except TimeoutError:
            sock.close()
            raise RemoteUnavailable(detail=f"{target.host}: not reached by the proxy in time") from None
        except BaseException:
            sock.close()
            raise

    def close(self) -> None:
        self._system.close()

    async def _resolve(self, host: str, port: int) -> Sequence[tuple[str, int]]:
        if is_literal(host):
            return [(host, port)]
        try:
            async with asyncio.timeout(self._timeouts.name):
                addresses = await self._resolver(host, port)
        except (OSError, UnicodeError) as error:  # TimeoutError among them
            raise RemoteUnavailable(detail=f"{host}: name not found: {error!r}") from None
        if not addresses:
            raise RemoteUnavailable(detail=f"{host}: name without an address")
        return addresses

    async def _connect(self, addresses: Sequence[tuple[str, int]]) -> socket.socket:
        """A socket to the first address that answers within the time for all of them."""
        deadline = asyncio.get_running_loop().time() + self._timeouts.connect
        failure: Exception | None = None
        for left, address in zip(range(len(addresses) - 1, -1, -1), addresses, strict=True):
            try:
                return await _connect_one(address, deadline, _PATIENCE if left else None)
            except OSError as error:  # TimeoutError among them
                failure = error
        raise RemoteUnavailable(detail=f"{addresses[0][0]}: no connection: {failure!r}")

    async def _start(self, sock: socket.socket, target: Target) -> "Connection":
        loop = asyncio.get_running_loop()
        if target.scheme == "http":
            return (await loop.create_connection(Connection, sock=sock))[1]
        try:
            _, connection = await loop.create_connection(
                Connection,
                sock=sock,
                ssl=await self._context(),
                server_hostname=target.host,
                ssl_handshake_timeout=self._timeouts.tls,
                ssl_shutdown_timeout=1,
            )
        except OSError as error:  # ssl.SSLError and TimeoutError among them
            raise RemoteUnavailable(detail=f"{target.host}: no TLS: {error!r}") from None
        return connection

    async def _context(self) -> ssl.SSLContext:
        """Made at the first need, in a thread: reading the authorities of the system takes some 30 ms."""
        if self._tls is None:
            self._tls = _checked(await asyncio.to_thread(ssl.create_default_context))
        return self._tls


class Connection(asyncio.Protocol):
    """One connection of HTTP/1.1, carrying one exchange at a time.

    ``exchanges`` counts those that ended; ``lost`` is done when the connection has ended.
    """

    __slots__ = (
        "_deadline",
        "_heard_at",
        "_loop",
        "_reader",
        "_silence",
        "_timer",
        "_transport",
        "_unsent",
        "_waiter",
        "answered",
        "exchanges",
        "lost",
    )

    _transport: asyncio.Transport

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._reader: ResponseReader | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._silence = self._deadline = self._heard_at = 0.0
        self._unsent = self.exchanges = 0
        self.answered = False
        self.lost: asyncio.Future[None] = self._loop.create_future()

    @property
    def is_open(self) -> bool:
        return not self._transport.is_closing()

    @property
    def was_stale(self) -> bool:
        """Whether the last exchange failed because the other side had closed the connection before it: the request
        was not read, and may be sent once more over a new connection.
        """
        return self.exchanges > 1 and not self.answered and self.lost.done()

    async def exchange(self, request: bytes, reader: ResponseReader, *, silence: float, deadline: float) -> None:
        """Sends a request and fills ``reader`` with the answer.

        ``silence`` in seconds, ``deadline`` on the loop's clock. Raises ``RemoteUnavailable`` when the other side
        goes away, falls silent or takes too long, ``RemoteMalformed`` for what is not a response within the limits.
        Afterwards the connection is open only if it can carry another exchange.
        """
        if not self.is_open:
            raise RemoteUnavailable(detail="the connection was closed before the request")
        self._reader, self._waiter, self.answered = reader, self._loop.create_future(), False
        self._silence, self._deadline = silence, deadline
        self._heard_at = self._loop.time()
        self._timer = self._loop.call_at(min(self._heard_at + silence, deadline), self._look)
        self._transport.write(request)
        self._unsent = self._transport.get_write_buffer_size()
        try:
            await self._waiter
        except BaseException:
            self.abort()
            raise
        finally:
            self._timer.cancel()
            self._reader = self._waiter = self._timer = None
            self.exchanges += 1
        if not reader.reusable or self._transport.get_write_buffer_size():
            self.abort()

    def abort(self) -> None:
        self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is one without saying so

    def data_received(self, data: bytes) -> None:
        if self._reader is None or self._waiter is None or self._waiter.done():
            self.abort()  # nobody asked: whatever it is, it must not become the answer to the next request
            return
        self.answered, self._heard_at = True, self._loop.time()
        try:
            if self._reader.feed(data):
                self._waiter.set_result(None)
        except RemoteError as error:
            self._waiter.set_exception(error)

    def connection_lost(self, exc: Exception | None) -> None:
        self.lost.set_result(None)
        if self._reader is not None and self._waiter is not None:
            self._end(self._reader, self._waiter, exc)

    def _end(self, reader: ResponseReader, waiter: asyncio.Future[None], exc: Exception | None) -> None:
        if waiter.done():
            return
        try:
            if not self.answered or exc is not None:
                raise RemoteUnavailable(detail=f"the connection ended before the answer: {exc!r}")
            reader.end()
            waiter.set_result(None)
        except RemoteError as error:
            waiter.set_exception(error)

    def _look(self) -> None:
        """Runs when the time may be up; bytes that came or left in the meantime put it off."""
        if self._waiter is None or self._waiter.done():
            return
        now, unsent = self._loop.time(), self._transport.get_write_buffer_size()
        if unsent < self._unsent:
            self._heard_at, self._unsent = now, unsent
        if now >= self._deadline:
            self._waiter.set_exception(RemoteUnavailable(detail="the answer took too long"))
        elif now >= self._heard_at + self._silence:
            self._waiter.set_exception(RemoteUnavailable(detail=f"silent for {self._silence:g} s"))
        else:
            due_at = min(self._heard_at + self._silence, self._deadline)
            self._timer = self._loop.call_at(due_at, self._look)


def _ask_system(host: str, port: int) -> list[tuple[int, int, int, str, tuple[str, int]]]:
    return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)  # type: ignore[return-value]  # only IP families


async def _connect_one(address: tuple[str, int], deadline: float, patience: float | None) -> socket.socket:
    loop = asyncio.get_running_loop()
    sock = socket.socket(socket.AF_INET6 if ":" in address[0] else socket.AF_INET, socket.SOCK_STREAM)
    try:
        sock.setblocking(False)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        async with asyncio.timeout_at(deadline if patience is None else min(deadline, loop.time() + patience)):
            await loop.sock_connect(sock, address)
    except BaseException:
        sock.close()
        raise
    return sock


def _checked(context: ssl.SSLContext) -> ssl.SSLContext:
    if context.verify_mode is not ssl.CERT_REQUIRED or not context.check_hostname:
        raise ValueError("this TLS context does not verify")
    context.minimum_version = max(context.minimum_version, ssl.TLSVersion.TLSv1_2)
    return context
