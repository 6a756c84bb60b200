"""Runs due jobs: a feeder and some slots per kind of work.

The feeder claims due jobs into a short local queue; slots run them. A kind with ``batch`` runs many jobs in one call,
so that its function can load and write as sets. Nothing is lost when the process dies: what it held becomes due again
when its lease ends, or at once at the next start of a node with one process.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection

from node.clock import Clock
from node.errors import Unavailable
from node.jobs.outcome import Done, GiveBack, Outcome, Park, Retry, Settled, judge
from node.store import jobs as table
from node.store.engine import Store
from node.store.jobs import Job

Run = Callable[[Sequence[Job]], Awaitable[Sequence[Outcome]]]

#: Without a signal, look this often: another process may have died with work in hand.
_LOOK_SECONDS = 2.0
_HEARTBEAT_SECONDS = 5.0
_DRAIN_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of work and how it is run."""

    name: str
    run: Run  # one outcome per job, in order
    batch: int = 1
    slots: int = 1
    per_host: int | None = None


@dataclass(slots=True)
class _Lane:
    """The state of one kind in this process."""

    kind: Kind
    queue: asyncio.Queue[Job] = field(default_factory=asyncio.Queue)
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    held: Counter[str] = field(default_factory=Counter)  # host -> queued or running here
    running: int = 0


def _each(run_one: Callable[[Job], Awaitable[Outcome]]) -> Run:
    async def run(jobs: Sequence[Job]) -> Sequence[Outcome]:
        return [await run_one(job) for job in jobs]

    return run


def single(name: str, run_one: Callable[[Job], Awaitable[Outcome]], *, slots: int, per_host: int | None = None) -> Kind:
    """A kind whose jobs run one by one in ``slots`` places."""
    return Kind(name, _each(run_one), batch=1, slots=slots, per_host=per_host)


class Worker:
    """All kinds of work of one process."""

    def __init__(self, store: Store, clock: Clock, kinds: Sequence[Kind], *, name: str) -> None:
        self.name = name
        self._store, self._clock = store, clock
        self._lanes = {kind.name: _Lane(kind) for kind in kinds}
        self._tasks: list[asyncio.Task[None]] = []
        self._stopping = False
        store.listen(self._on_signal)

    def _on_signal(self, name: str) -> None:
        channel, _, kind = name.partition(":")
        if channel == "jobs" and (lane := self._lanes.get(kind)):
            lane.wake.set()

    async def start(self) -> None:
        """Take over what a dead predecessor held (one process), then work."""
        if self._store.dialect == "sqlite":
            await self._store.write(table.take_over, self._clock.now())
        await self._store.write(table.beat, self.name, self._clock.now())
        self._tasks.append(asyncio.create_task(self._beat(), name="worker heartbeat"))
        for lane in self._lanes.values():
            self._tasks.append(asyncio.create_task(self._feed(lane), name=f"feeder {lane.kind.name}"))
            self._tasks += [
                asyncio.create_task(self._work(lane), name=f"slot {lane.kind.name} {number}")
                for number in range(lane.kind.slots)
            ]

    async def stop(self) -> None:
        """Finish what runs, within limits; give the rest back."""
        self._stopping = True
        for lane in self._lanes.values():
            lane.wake.set()
            unstarted = [lane.queue.get_nowait() for _ in range(lane.queue.qsize())]
            await self._settle([(job, GiveBack()) for job in unstarted], lane)
        try:
            async with asyncio.timeout(_DRAIN_SECONDS):
                while any(lane.running for lane in self._lanes.values()):  # noqa: ASYNC110 (bounded, only at the end)
                    await asyncio.sleep(0.02)
        except TimeoutError:
            pass  # leases end; nothing is lost
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()
        await self._store.write(table.retire, self.name, self._clock.now())

    async def drain(self) -> int:
        """Run everything that is due now, and what becomes due by it; answers how many jobs ran.

        For tests and for commands that wait: runs beside or without ``start``.
        """
        total = 0
        while ran := sum([await self._drain_lane(lane) for lane in self._lanes.values()]):
            total += ran
        return total

    async def _drain_lane(self, lane: _Lane) -> int:
        limit = max(lane.kind.batch, lane.kind.slots)
        jobs = await self._claim(lane, limit)
        if lane.kind.batch > 1:
            if jobs:
                await self._run(lane, jobs)
        else:
            await asyncio.gather(*(self._run(lane, [job]) for job in jobs))
        return len(jobs)

    async def _claim(self, lane: _Lane, limit: int) -> list[Job]:
        jobs = await self._store.write(
            table.claim,
            lane.kind.name,
            limit,
            now=self._clock.now(),
            owner=self.name,
            busy=lane.held if lane.kind.per_host is not None else None,
            per_host=lane.kind.per_host,
        )
        lane.held.update(job.host for job in jobs if job.host)
        return jobs

    async def _feed(self, lane: _Lane) -> None:
        enough = max(lane.kind.batch, lane.kind.slots)
        while not self._stopping:
            lane.wake.clear()
            jobs: list[Job] = []
            if lane.queue.qsize() < enough:
                try:
                    jobs = await self._claim(lane, 2 * enough - lane.queue.qsize())
                except Unavailable:
                    await asyncio.sleep(1)
            for job in jobs:
                lane.queue.put_nowait(job)
            if not jobs:
                await self._wait(lane)

    async def _wait(self, lane: _Lane) -> None:
        try:
            now = self._clock.now()
            due_at = await self._store.read(table.next_due_at, lane.kind.name, now)
            seconds = _LOOK_SECONDS if due_at is None else min(_LOOK_SECONDS, (due_at - now) / 1000)
            async with asyncio.timeout(max(0.01, seconds)):
                await lane.wake.wait()
        except (TimeoutError, Unavailable):
            return

    async def _work(self, lane: _Lane) -> None:
        while True:
            jobs = [await lane.queue.get()]
            while len(jobs) < lane.kind.batch and not lane.queue.empty():
                jobs.append(lane.queue.get_nowait())
            await self._run(lane, jobs)

    async def _run(self, lane: _Lane, jobs: Sequence[Job]) -> None:
        lane.running += 1
        try:
            outcomes = await self._outcomes(lane, jobs)
            await self._settle(list(zip(jobs, outcomes, strict=True)), lane)
        finally:
            lane.running -= 1
            lane.wake.set()

    async def _outcomes(self, lane: _Lane, jobs: Sequence[Job]) -> Sequence[Outcome]:
        try:
            return await lane.kind.run(jobs)
        except Exception as error:  # noqa: BLE001 (the table of verdicts decides)
            if len(jobs) == 1:
                return [judge(error, jobs[0].attempts)]
        return [outcome for job in jobs for outcome in await self._outcomes(lane, [job])]

    async def _settle(self, settled: Sequence[tuple[Job, Outcome]], lane: _Lane) -> None:
        """Write what became of the jobs; many that end at one time share a transaction."""
        try:
            now = self._clock.now()
            await asyncio.gather(*(self._store.gather(_settle_many, (job, outcome, now)) for job, outcome in settled))
        except Unavailable:
            pass  # the lease ends and the job is done again: effects are idempotent
        finally:
            lane.held.subtract(job.host for job, _ in settled if job.host)
            lane.held += Counter()

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(_HEARTBEAT_SECONDS)
            try:
                await self._store.write(table.beat, self.name, self._clock.now())
            except Unavailable:
                continue


def _settle_many(conn: Connection, items: Sequence[tuple[Job, Outcome, int]]) -> Sequence[None]:
    done = [job.id for job, outcome, _ in items if isinstance(outcome, Done)]
    table.finish_many(conn, done)
    table.retry_many(conn, [(job.id, now + out.after, out.reason) for job, out, now in items if isinstance(out, Retry)])
    table.park_many(conn, [(job.id, now, out.reason) for job, out, now in items if isinstance(out, Park)])
    table.give_back_many(conn, [(job.id, now + out.after) for job, out, now in items if isinstance(out, GiveBack)])
    assert all(isinstance(out, Done | Settled | Retry | Park | GiveBack) for _, out, _ in items)
    return [None] * len(items)
