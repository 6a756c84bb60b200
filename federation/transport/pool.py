"""How many requests run at once, in all and to one host, and which connections stay open for the next one.

100 requests in all, 4 to one host, 2 of them caused by others. A host gets more than one only after it has answered
promptly, so that fifty slow ones hold few places and not two hundred (REL8). POSTs never take the last place of a host:
whoever answers a POST may first ask us something that we must ask it back (its key). Connections that are free stay
open, because a post goes to the same thousand hosts as the one before; the longest unused is closed first.
"""

import asyncio
import re
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from federation.transport.address import Target
from federation.transport.connection import TIMEOUTS, Connection
from federation.transport.http1 import Headers, ResponseReader
from node.errors import RemoteUnavailable, Unavailable

_PROMPT = 2.0  # seconds within which a host answers that may get several requests at once
_MARGIN = 1.0  # seconds by which we close before the other side does
_ANNOUNCED = re.compile(r"\btimeout\s*=\s*([0-9]{1,6})")

_Key = tuple[str, str, int]


class Slots:
    """At most ``limit`` at a time, first come, first served. ``limit`` may change while somebody waits."""

    __slots__ = ("_waiting", "limit", "used")

    def __init__(self, limit: int) -> None:
        self.limit, self.used = limit, 0
        self._waiting: deque[asyncio.Future[None]] = deque()

    @property
    def is_free(self) -> bool:
        """Whether ``take`` would not wait."""
        return self.used < self.limit and not self._waiting

    @property
    def is_unused(self) -> bool:
        return not self.used and not self._waiting

    async def take(self) -> None:
        if self.is_free:
            self.used += 1
            return
        waiter = asyncio.get_running_loop().create_future()
        self._waiting.append(waiter)
        try:
            await waiter
        except asyncio.CancelledError:
            if not waiter.cancelled():
                self.give()  # it was handed over just as we gave up
            raise

    def give(self) -> None:
        self.used -= 1
        while self._waiting and self.used < self.limit:
            waiter = self._waiting.popleft()
            if not waiter.cancelled():
                self.used += 1
                waiter.set_result(None)


@dataclass(slots=True)
class _Lane:
    """What goes on with one host."""

    all: Slots
    gets: Slots = field(default_factory=lambda: Slots(1))
    posts: Slots = field(default_factory=lambda: Slots(1))
    caused_by_others: Slots = field(default_factory=lambda: Slots(2))
    free: list[Connection] = field(default_factory=list)

    @property
    def is_unused(self) -> bool:
        return not self.free and self.all.is_unused and self.gets.is_unused and self.posts.is_unused


class Pool:
    """Runs exchanges over connections that it opens, keeps and closes."""

    def __init__(
        self,
        dial: Callable[[Target], Awaitable[Connection]],
        *,
        connections: int = 100,
        per_host: int = 4,
        idle: int = 1_024,
        idle_seconds: float = 55,
        patience: float = 30,
        silence: float = TIMEOUTS.silence,
    ) -> None:
        """``idle``: how many free connections stay open, and ``idle_seconds`` for how long: less than the 60 to 75
        seconds after which servers usually close them. ``patience``: seconds that a request waits for its turn.
        """
        self._dial, self._per_host, self._silence, self._patience = dial, per_host, silence, patience
        self._idle_limit, self._idle_seconds = idle, idle_seconds
        self._all = Slots(connections)
        self._lanes: dict[_Key, _Lane] = {}
        self._idle: OrderedDict[Connection, tuple[_Key, float]] = OrderedDict()
        self._sweeper: asyncio.TimerHandle | None = None

    @property
    def idle(self) -> int:
        """How many free connections are open."""
        return len(self._idle)

    async def exchange(
        self,
        target: Target,
        make_request: Callable[[], Awaitable[bytes]],
        new_reader: Callable[[], ResponseReader],
        *,
        seconds: float,
        is_post: bool = False,
        caused_by_others: bool = False,
    ) -> ResponseReader:
        """Sends the request when it is its turn; the answer's reader, done.

        ``make_request`` is asked once there is a connection: a host that is gone costs no signature. ``seconds`` count
        from that turn on. Raises ``Unavailable`` when the turn never came (that says nothing about the host), otherwise
        as ``make_request``, ``Dialer.dial`` and ``Connection.exchange`` do.
        """
        key = (target.scheme, target.host, target.port)
        lane = self._lanes.get(key) or self._lanes.setdefault(key, _Lane(Slots(self._per_host)))
        own = lane.posts if is_post else lane.gets
        slots = (*((lane.caused_by_others,) if caused_by_others else ()), own, lane.all, self._all)
        await self._take(slots)
        loop = asyncio.get_running_loop()
        started_at, is_prompt = loop.time(), False
        try:
            reader = await self._run(target, key, make_request, new_reader, started_at + seconds)
            is_prompt = loop.time() < started_at + _PROMPT
            return reader
        finally:
            own.limit = max(1, self._per_host - is_post) if is_prompt else 1
            for slot in slots:
                slot.give()
            self._forget_unused(key)

    async def close(self) -> None:
        """Closes what is free; whoever runs an exchange ends it himself."""
        connections = list(self._idle)
        for connection in connections:
            self._drop(connection)
        if connections:
            await asyncio.wait([connection.lost for connection in connections], timeout=1)
        if self._sweeper is not None:
            self._sweeper.cancel()

    async def _take(self, slots: Sequence[Slots]) -> None:
        if all(slot.is_free for slot in slots):
            for slot in slots:
                slot.used += 1
            return
        taken: list[Slots] = []
        try:
            async with asyncio.timeout(self._patience):
                for slot in slots:
                    await slot.take()
                    taken.append(slot)
        except BaseException as error:
            for slot in taken:
                slot.give()
            if isinstance(error, TimeoutError):
                raise Unavailable(retry_after_seconds=5, detail="no connection became free in time") from None
            raise

    async def _run(
        self,
        target: Target,
        key: _Key,
        make_request: Callable[[], Awaitable[bytes]],
        new_reader: Callable[[], ResponseReader],
        deadline: float,
    ) -> ResponseReader:
        connection = self._reuse(key) or await self._open(target, deadline)
        try:
            request = await make_request()
        except BaseException:
            connection.abort()
            raise
        if connection.exchanges and not connection.is_open:  # closed by the other side in the meantime
            connection = await self._open(target, deadline)
        reader = new_reader()
        try:
            await connection.exchange(request, reader, silence=self._silence, deadline=deadline)
        except RemoteUnavailable:
            if not connection.was_stale:
                raise
            # Nothing was answered, and our POSTs may arrive twice: peers know an activity by its id.
            connection, reader = await self._open(target, deadline), new_reader()
            await connection.exchange(request, reader, silence=self._silence, deadline=deadline)
        self._keep(connection, key, reader.headers)
        return reader

    async def _open(self, target: Target, deadline: float) -> Connection:
        try:
            async with asyncio.timeout_at(deadline):
                connection = await self._dial(target)
        except TimeoutError:
            raise RemoteUnavailable(detail=f"{target.netloc}: connecting took too long") from None
        connection.lost.add_done_callback(lambda _: self._drop(connection))
        return connection

    def _reuse(self, key: _Key) -> Connection | None:
        free, now = self._lanes[key].free, asyncio.get_running_loop().time()
        while free:
            connection = free.pop()
            _, expires_at = self._idle.pop(connection)
            if connection.is_open and now < expires_at:
                return connection
            connection.abort()
        return None

    def _keep(self, connection: Connection, key: _Key, headers: Headers) -> None:
        announced = _ANNOUNCED.search(headers.get("keep-alive", ""))
        seconds = min(self._idle_seconds, int(announced[1]) - _MARGIN) if announced else self._idle_seconds
        if not connection.is_open:
            return
        loop = asyncio.get_running_loop()
        self._lanes[key].free.append(connection)
        self._idle[connection] = (key, loop.time() + seconds)
        if len(self._idle) > self._idle_limit:
            self._drop(next(iter(self._idle)))
        if self._sweeper is None:
            self._sweeper = loop.call_later(self._idle_seconds / 2, self._sweep)

    def _drop(self, connection: Connection) -> None:
        """Closes a free connection; does nothing for one that is in use or gone."""
        key, _ = self._idle.pop(connection, (None, 0))
        if key is not None:
            self._lanes[key].free.remove(connection)
            connection.abort()
            self._forget_unused(key)

    def _sweep(self) -> None:
        loop = asyncio.get_running_loop()
        for connection in [held for held, (_, expires_at) in self._idle.items() if expires_at <= loop.time()]:
            self._drop(connection)
        self._sweeper = loop.call_later(self._idle_seconds / 2, self._sweep) if self._idle else None

    def _forget_unused(self, key: _Key) -> None:
        lane = self._lanes.get(key)
        if lane is not None and lane.is_unused:
            del self._lanes[key]
