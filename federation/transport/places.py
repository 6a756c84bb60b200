"""Places for calls to other hosts, so that those that hang do not hold up those that answer.

Most calls take a quick place. While others wait for one, a call that has held its place for longer than the patience
gives way: its host is slow, and is called again from one of the few slow places, where it may take all the time that
the limits of the client allow. Nobody is cut short while there is room.
"""

import asyncio
import math
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import TypeVar

from federation.transport.pool import Slots

T = TypeVar("T")

#: Together fewer than the client's connections: looking things up must be possible beside delivering.
QUICK, SLOW = 64, 24
PATIENCE_SECONDS = 2.0


#: A host that answered promptly is trusted with several calls at once for so long.
_PROMPT_SECONDS = 10.0
_REMEMBERED = 10_000


class Tempo:
    """How hosts answered lately, as this process saw it: promptly, slowly, or not at all. Reading is thread-safe."""

    def __init__(self, *, patience: float = PATIENCE_SECONDS, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._patience, self._monotonic = patience, monotonic
        self._prompt_at: OrderedDict[str, float] = OrderedDict()
        self._slow: set[str] = set()

    def note(self, host: str, seconds: float) -> None:
        """A call took so long, or was given up after so long (infinite: nobody knows)."""
        if seconds < self._patience:
            self._slow.discard(host)
            self._prompt_at[host] = self._monotonic()
            self._prompt_at.move_to_end(host)
            if len(self._prompt_at) > _REMEMBERED:
                self._prompt_at.popitem(last=False)
        else:
            self._prompt_at.pop(host, None)
            if len(self._slow) < _REMEMBERED:
                self._slow.add(host)

    def is_slow(self, host: str) -> bool:
        """Whether its last call took longer than others should wait."""
        return host in self._slow

    def is_prompt(self, host: str) -> bool:
        """Whether it answered promptly a moment ago."""
        return self._monotonic() - self._prompt_at.get(host, -math.inf) < _PROMPT_SECONDS


class GaveWay(Exception):
    """The call held its place for too long while others waited."""


class Crowded(Exception):
    """Too many slow hosts wait already; come again later."""


class Places:
    """Hands out places."""

    def __init__(self, *, quick: int = QUICK, slow: int = SLOW, patience: float = PATIENCE_SECONDS) -> None:
        """``patience`` in seconds."""
        self._quick, self._slow = Slots(quick), Slots(slow)
        self._patience, self._crowd = patience, 2 * slow
        self._quick_waiting = self._slow_waiting = self._leaving = 0
        self._running: dict[asyncio.Timeout, float] = {}  # since when; the longest running first
        self._timer: asyncio.TimerHandle | None = None

    async def run(self, call: Callable[[], Awaitable[T]], *, is_slow: bool) -> T:
        """What ``call()`` answers, once there is a place for it. Raises what it raises, ``GaveWay`` and ``Crowded``."""
        if is_slow:
            return await self._run_slow(call)
        await self._take_quick()
        limit = asyncio.timeout(None)
        self._running[limit] = asyncio.get_running_loop().time()
        self._watch()  # it may hang as those did whose place it got, while the same ones still wait
        try:
            async with limit:
                return await call()
        except TimeoutError:
            if not limit.expired():
                raise
            raise GaveWay from None
        finally:
            if self._running.pop(limit, None) is None:
                self._leaving -= 1
            self._quick.give()

    async def _run_slow(self, call: Callable[[], Awaitable[T]]) -> T:
        if self._slow_waiting >= self._crowd:
            raise Crowded
        self._slow_waiting += 1
        try:
            await self._slow.take()
        finally:
            self._slow_waiting -= 1
        try:
            return await call()
        finally:
            self._slow.give()

    async def _take_quick(self) -> None:
        if self._quick.is_free:
            await self._quick.take()
            return
        self._quick_waiting += 1
        self._watch()
        try:
            await self._quick.take()
        finally:
            self._quick_waiting -= 1

    def _watch(self) -> None:
        """Look again when the longest running call will have used up the patience of those who wait."""
        if self._timer is None and self._running and self._quick_waiting > self._leaving:
            since = next(iter(self._running.values()))
            self._timer = asyncio.get_running_loop().call_at(since + self._patience, self._look)

    def _look(self) -> None:
        self._timer = None
        now = asyncio.get_running_loop().time()
        late = [limit for limit, since in self._running.items() if since + self._patience <= now]
        for limit in late[: max(0, self._quick_waiting - self._leaving)]:
            del self._running[limit]
            self._leaving += 1
            limit.reschedule(now)
        self._watch()
