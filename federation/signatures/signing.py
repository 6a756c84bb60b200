"""Signatures by the thousand: requests that wait at one time are signed together, in threads.

RSA takes a quarter of a millisecond without the interpreter lock, so it is kept off the event loop; a hop to a thread
for each signature would cost as much again, so those that wait share one. Threads share what waits evenly, and a
question to another server, for which somebody waits here, does not stand behind a thousand deliveries.
"""

import asyncio
import math
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from node.errors import Unavailable

T = TypeVar("T")

THREADS = 2
#: What one hop takes along: enough to make the hop cheap, few enough that the first need not wait long.
AT_ONCE = 16

_Waiting = tuple[Callable[[], object], asyncio.Future[object]]


class Signing:
    """Threads that sign. ``close`` them."""

    def __init__(self, *, threads: int = THREADS) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="sign")
        self._number = self._free = threads
        self._waiting: list[_Waiting] = []
        self._hurrying = 0  # so many of them, at the front, go first
        self._tasks: set[asyncio.Task[None]] = set()
        self._closed = False

    async def run(self, sign: Callable[[], T], *, hurries: bool = False) -> T:
        """What ``sign()`` answers or raises, in a thread; before all others if it ``hurries``.

        Raises Unavailable once the node stops.
        """
        if self._closed:
            raise Unavailable("The node is stopping.")
        future: asyncio.Future[object] = asyncio.get_running_loop().create_future()
        self._waiting.insert(self._hurrying if hurries else len(self._waiting), (sign, future))
        self._hurrying += hurries
        if self._free:
            self._free -= 1
            task = asyncio.create_task(self._drain(), name="sign")
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return await future  # type: ignore[return-value]  # what this ``sign`` answered

    def close(self) -> None:
        """Sign no more; who still waits is cancelled."""
        self._closed = True
        self._threads.shutdown(wait=False, cancel_futures=True)
        for task in self._tasks:
            task.cancel()
        for _, future in self._waiting:
            future.cancel()
        self._waiting.clear()
        self._hurrying = 0

    async def _drain(self) -> None:
        loop = asyncio.get_running_loop()
        batch: list[_Waiting] = []
        try:
            while self._waiting:
                batch = self._waiting[: min(AT_ONCE, math.ceil(len(self._waiting) / self._number))]
                del self._waiting[: len(batch)]
                self._hurrying = max(0, self._hurrying - len(batch))
                results = await loop.run_in_executor(self._threads, _run_all, [sign for sign, _ in batch])
                for (_, future), (result, error) in zip(batch, results, strict=True):
                    if future.done():
                        continue
                    if error is None:
                        future.set_result(result)
                    else:
                        future.set_exception(error)
        except asyncio.CancelledError:
            for _, future in batch:
                future.cancel()
            raise
        finally:
            self._free += 1


def _run_all(signs: list[Callable[[], object]]) -> list[tuple[object, Exception | None]]:
    return [_run(sign) for sign in signs]


def _run(sign: Callable[[], object]) -> tuple[object, Exception | None]:
    try:
        return sign(), None
    except Exception as error:  # noqa: BLE001 (raised again where it was asked for)
        return None, error
