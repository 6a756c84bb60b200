"""The state of one kind of work in this process: what waits here for a slot, and what is held."""

import asyncio
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from node.jobs.kind import Kind
from node.store.jobs import Job


@dataclass(slots=True)
class Lane:
    kind: Kind
    queue: asyncio.Queue[Job] = field(default_factory=asyncio.Queue)
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    held: set[int] = field(default_factory=set)  # claimed here and not settled
    busy: Counter[str] = field(default_factory=Counter)  # the same, counted by host
    running: int = 0
    begun: set[int] = field(default_factory=set)  # of those held, where ``kind.in_hand`` bounds them
    _room: asyncio.Semaphore = field(init=False)

    def __post_init__(self) -> None:
        self._room = asyncio.Semaphore(self.kind.in_hand)

    @property
    def enough(self) -> int:
        """How many jobs keep all slots busy."""
        return max(self.kind.batch, self.kind.slots)

    def take(self, jobs: Iterable[Job]) -> list[Job]:
        """Hold these jobs; answers those that were not held already.

        A claim holds from when it was asked for: where its commit takes as long, it ends unseen and is made again.
        """
        new = [job for job in jobs if job.id not in self.held]
        for job in new:
            self.held.add(job.id)
            if job.host:
                self.busy[job.host] += 1
        return new

    async def begin(self, job: Job) -> None:
        """Wait until so little is in hand that this job may begin, too."""
        if self.kind.in_hand:
            await self._room.acquire()
            self.begun.add(job.id)

    def let_go(self, job: Job) -> None:
        self.held.discard(job.id)
        if job.id in self.begun:
            self.begun.remove(job.id)
            self._room.release()
        if job.host:
            self.busy[job.host] -= 1
            if not self.busy[job.host]:
                del self.busy[job.host]
