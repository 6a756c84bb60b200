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

    @property
    def enough(self) -> int:
        """How many jobs keep all slots busy."""
        return max(self.kind.batch, self.kind.slots)

    def take(self, jobs: Iterable[Job]) -> None:
        for job in jobs:
            self.held.add(job.id)
            if job.host:
                self.busy[job.host] += 1

    def let_go(self, job: Job) -> None:
        self.held.discard(job.id)
        if job.host:
            self.busy[job.host] -= 1
            if not self.busy[job.host]:
                del self.busy[job.host]
