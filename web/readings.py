"""What is read on other servers while somebody looks: it goes on when the page is sent without it.

Whoever looks again finds it; nothing is kept beyond a minute.
"""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from aiohttp import web

from node.errors import RemoteUnavailable

T = TypeVar("T")

_KEPT_FOR = 60.0  # seconds, after it has come
_MOST = 100  # at the same time


class Readings:
    """By what is asked for, and for whom."""

    def __init__(self) -> None:
        self._tasks: dict[Any, asyncio.Task[Any]] = {}

    async def find(self, key: Any, read: Callable[[], Coroutine[Any, Any, T]], seconds: float) -> T:
        """What ``read`` answers, begun now or earlier. Raises what it raises, RemoteUnavailable after ``seconds``."""
        if key not in self._tasks:
            if len(self._tasks) >= _MOST:
                raise RemoteUnavailable(detail="too much is being read for others")
            self._tasks[key] = asyncio.create_task(read())
            self._tasks[key].add_done_callback(lambda task: self._came(key, task))
        task = self._tasks[key]
        await asyncio.wait({task}, timeout=seconds)
        if not task.done():
            raise RemoteUnavailable(detail="the reader does not wait longer")
        self._tasks.pop(key, None)
        found: T = task.result()
        return found

    def _came(self, key: Any, task: asyncio.Task[Any]) -> None:
        if not task.cancelled():
            task.exception()  # perhaps nobody looks again
        task.get_loop().call_later(_KEPT_FOR, self._forget, key, task)

    def _forget(self, key: Any, task: asyncio.Task[Any]) -> None:
        if self._tasks.get(key) is task:
            del self._tasks[key]

    async def end(self, _app: web.Application) -> None:
        """The server stops."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
