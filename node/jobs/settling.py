"""What became of jobs, on its way to the database: outcomes that come together share a transaction."""

import asyncio
from collections.abc import Iterable, Sequence

from sqlalchemy import Connection

from node.clock import Clock
from node.jobs.lane import Lane
from node.jobs.outcome import Done, GiveBack, Outcome, Park, Retry, Settled
from node.jobs.reports import report
from node.store import jobs as table
from node.store.database.engine import Store
from node.store.jobs import Job

#: How many outcomes one transaction takes.
_AT_MOST = 512
#: While the database is away, ask again this often.
_PAUSE_SECONDS = 1.0

Ended = tuple[Lane, Job, Outcome]


class Settling:
    """Outcomes of one worker, kept until the database takes them."""

    def __init__(self, store: Store, clock: Clock, owner: str) -> None:
        self._store, self._clock, self._owner = store, clock, owner
        self._ended: list[Ended] = []
        self._ended_some = asyncio.Event()
        self._turn = asyncio.Lock()

    def add(self, ended: Iterable[Ended]) -> None:
        self._ended += ended
        self._ended_some.set()

    async def settle_always(self) -> None:
        """Settle whatever ends, until cancelled."""
        while True:
            await self._ended_some.wait()
            try:
                await self.settle()
            except Exception as error:  # noqa: BLE001 (what has ended must be written one day)
                report("jobs.settle_failed", error, waiting=len(self._ended))
                await asyncio.sleep(_PAUSE_SECONDS)

    async def settle(self) -> None:
        """Write what became of jobs; what cannot be written stays to be written later."""
        async with self._turn:
            while self._ended:
                batch = self._ended[:_AT_MOST]
                unsettled = [(job, out) for _, job, out in batch if not isinstance(out, Settled)]
                if unsettled:
                    await self._store.write(_settle_many, self._owner, unsettled, self._clock.now())
                del self._ended[: len(batch)]
                for lane, job, outcome in batch:
                    lane.let_go(job)
                    if lane.kind.per_host is not None or isinstance(outcome, Retry | GiveBack):
                        lane.wake.set()  # its host has room again, or there is another time to look at
            self._ended_some.clear()


def _settle_many(conn: Connection, owner: str, items: Sequence[tuple[Job, Outcome]], now: int) -> None:
    table.finish_many(conn, [job.id for job, out in items if isinstance(out, Done)])
    retries = [(job.id, now + o.after, o.reason, o.counts) for job, o in items if isinstance(o, Retry)]
    table.retry_many(conn, owner, retries)
    table.park_many(conn, owner, [(job.id, now, o.reason) for job, o in items if isinstance(o, Park)])
    table.give_back_many(conn, owner, [(job.id, now + o.after) for job, o in items if isinstance(o, GiveBack)])
