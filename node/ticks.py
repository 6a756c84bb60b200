"""What each process does for itself every few seconds, and keeps in its own memory: no job, no row.

Work that is done once for all processes belongs in ``node.jobs.schedule``.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from node import log


@dataclass(frozen=True, slots=True)
class Tick:
    """``run`` every ``seconds``."""

    name: str
    seconds: float
    run: Callable[[], Awaitable[object]]


class Ticks:
    """Runs them until ``stop``; one that fails is told to the log and runs again."""

    def __init__(self, ticks: Sequence[Tick]) -> None:
        self._ticks = ticks
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        self._tasks = [asyncio.create_task(self._repeat(tick), name=f"tick {tick.name}") for tick in self._ticks]

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []

    async def _repeat(self, tick: Tick) -> None:
        while True:
            await asyncio.sleep(tick.seconds)
            try:
                await tick.run()
            except Exception as error:  # noqa: BLE001 (the next round comes anyway)
                log.event("tick.failed", level=log.WARNING, error=error, tick=tick.name)
