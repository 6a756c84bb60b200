"""Periodic work: a table of names, intervals and functions; each entry is one job that asks for its next turn.

The queueing lock keeps an entry from waiting twice, so any number of processes may start with the same table.
"""

import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from node.clock import Clock
from node.ids import Ids
from node.jobs.kind import Kind, single
from node.jobs.kinds import PERIODIC
from node.jobs.outcome import Outcome, Retry
from node.store import jobs as table
from node.store.database.engine import Store
from node.store.jobs import Job, NewJob

_JITTER = 0.2


@dataclass(frozen=True, slots=True)
class Entry:
    """``run`` every ``interval`` milliseconds, give or take a fifth, first after ``delay`` milliseconds."""

    name: str
    interval: int
    run: Callable[[], Awaitable[object]]
    delay: int = 0


class Schedule:
    def __init__(self, store: Store, clock: Clock, ids: Ids, entries: Sequence[Entry]) -> None:
        self._store, self._clock, self._ids = store, clock, ids
        self._entries: Mapping[str, Entry] = {entry.name: entry for entry in entries}

    def kind(self) -> Kind:
        return single(PERIODIC, self._run, slots=2)

    @property
    def longest_waits(self) -> Mapping[str, int]:
        """By name of the entry, in milliseconds."""
        return {name: max(entry.delay, round(entry.interval * (1 + _JITTER))) for name, entry in self._entries.items()}

    async def start(self) -> None:
        """See to it that every entry waits for its turn."""
        now = self._clock.now()
        new = [
            NewJob(PERIODIC, self._ids.new(), now + entry.delay, target=entry.name, lock_key=f"periodic:{entry.name}")
            for entry in self._entries.values()
        ]
        await self._store.write(_enqueue, new)

    async def _run(self, job: Job) -> Outcome:
        """A turn that fails is not tried again on its own: the next turn comes anyway."""
        entry = self._entries.get(job.target)
        if entry is None:
            return Retry(24 * 3_600_000, "unknown to this version")
        reason = ""
        try:
            await entry.run()
        except Exception as error:  # noqa: BLE001 (kept in the row; one failing entry must not stop the others)
            reason = f"{type(error).__name__}: {error}"
        spread = 1 + random.uniform(-_JITTER, _JITTER)  # noqa: S311 (spreads load)
        return Retry(int(entry.interval * spread), reason)


def _enqueue(conn: Connection, new: Sequence[NewJob]) -> None:
    table.enqueue_many(conn, new)
