"""Runs due jobs: a feeder and some slots per kind of work, one writer of outcomes for all.

The feeder claims due jobs into a short local queue; slots run them. Kinds that are ``Late`` get both with the first job
that is due of any of their group; until then their code is not loaded. A kind with ``batch`` runs many jobs in one
call, so that its function can load and write as sets. A slot does not wait until the outcome is written: outcomes that
come together share a transaction, and are kept until the database takes them. Nothing is lost when the process dies:
what it held becomes due again when its lease ends, or at once at the next start of a node with one process.
"""

import asyncio
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from sqlalchemy import Connection

from node import log
from node.clock import MINUTE, SECOND, Clock
from node.errors import Unavailable
from node.jobs.kind import Kind, Late
from node.jobs.lane import Lane
from node.jobs.outcome import GiveBack, Outcome
from node.jobs.reports import judged, report
from node.jobs.settling import Settling
from node.store import claims
from node.store import jobs as table
from node.store.database.engine import Store
from node.store.house import workers
from node.store.jobs import LEASE, Job

#: Without a signal, look this often: another process may have died with work in hand, or the clock have been set.
_LOOK_SECONDS = 2.0
_HEARTBEAT_SECONDS = LEASE / SECOND / 3
_DRAIN_SECONDS = 10.0
#: While the database is away, ask again this often.
_PAUSE_SECONDS = 1.0
#: What can wait looks so often, and so many times, whether it is its turn.
_ASIDE_SECONDS, _ASIDE_LOOKS = 1.0, 30
#: The wall clock moved on its own when it is this far behind what passed since the last heartbeat.
_JUMP = MINUTE


class Worker:
    """All kinds of work of one process."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        kinds: Sequence[Kind],
        *,
        name: str,
        late: Sequence[Late] = (),
        longest_waits: Mapping[str, Mapping[str, int]] = MappingProxyType({}),
    ) -> None:
        """``name``: of this process among those that share the database; the last 64 characters count.

        ``longest_waits``: no job of a kind is ever due later than so many milliseconds from now; by target where they
        differ, "" for all others.
        """
        self.name = name[-64:]
        self._late, self._longest_waits = list(late), longest_waits
        self._store, self._clock = store, clock
        self._lanes = {kind.name: Lane(kind) for kind in kinds}
        self._settling = Settling(store, clock, self.name)
        self._feeders: list[asyncio.Task[None]] = []
        self._others: list[asyncio.Task[None]] = []
        self._looking = asyncio.Event()
        self._stopping = False
        self._renewed_at = 0
        store.listen(self._on_signal)

    def _on_signal(self, name: str) -> None:
        channel, _, kind = name.partition(":")
        if channel != "jobs":
            return
        if lane := self._lanes.get(kind):
            lane.wake.set()
        elif any(kind in each.names for each in self._late):
            self._looking.set()

    async def start(self) -> None:
        """Take over what a dead predecessor held (one process), then work."""
        now = self._clock.now()
        if self._store.dialect == "sqlite":
            await self._store.write(workers.succeed, now)
        await self._store.write(workers.beat, self.name, now)
        self._renewed_at = now
        await self._pull_in(now)
        self._others.append(asyncio.create_task(self._beat(now), name="worker heartbeat"))
        self._others.append(asyncio.create_task(self._settling.settle_always(), name="worker settling"))
        self._others.append(asyncio.create_task(self._look_always(), name="worker looking"))
        for lane in self._lanes.values():
            self._open(lane)

    def _open(self, lane: Lane) -> None:
        self._feeders.append(asyncio.create_task(self._feed(lane), name=f"feeder {lane.kind.name}"))
        self._others += [
            asyncio.create_task(self._work(lane), name=f"slot {lane.kind.name} {number}")
            for number in range(lane.kind.slots)
        ]

    async def stop(self) -> None:
        """Finish what runs, within limits; give the rest back."""
        self._stopping = True
        await _cancel(self._feeders)
        for lane in self._lanes.values():
            self._settling.add([(lane, lane.queue.get_nowait(), GiveBack()) for _ in range(lane.queue.qsize())])
        try:
            async with asyncio.timeout(_DRAIN_SECONDS):
                while any(lane.running for lane in self._lanes.values()):  # noqa: ASYNC110 (bounded, only at the end)
                    await asyncio.sleep(0.02)
        except TimeoutError:
            pass  # their leases end; nothing is lost
        await _cancel(self._others)
        try:
            await self._settling.settle()
            await self._store.write(workers.retire, self.name, self._clock.now())
        except Unavailable:
            pass  # leases end here too

    async def drain(self) -> int:
        """Run everything that is due now, and what becomes due by it; answers how many jobs ran.

        For tests and for commands that wait: runs beside or without ``start``.
        """
        total = 0
        while ran := await self._drain_once():
            total += ran
        return total

    async def _drain_once(self) -> int:
        if self._late:
            await self._find_due()
        return sum([await self._drain_lane(lane) for lane in self._lanes.values()])

    async def _drain_lane(self, lane: Lane) -> int:
        jobs, _ = await self._claim(lane, lane.enough)
        if lane.kind.batch > 1:
            if jobs:
                await self._run(lane, jobs)
        else:
            await asyncio.gather(*(self._run(lane, [job]) for job in jobs))
        await self._settling.settle()
        return len(jobs)

    async def _feed(self, lane: Lane) -> None:
        is_woken = True
        while not self._stopping:
            lane.wake.clear()
            seconds: float | None = None
            waiting = lane.queue.qsize()
            if waiting < lane.enough:
                if lane.kind.can_wait:
                    await self._stand_aside()
                try:
                    jobs, seconds = await self._claim(lane, 2 * lane.enough - waiting)
                except Exception as error:  # noqa: BLE001 (a feeder that ends would end this kind of work)
                    report("jobs.claim_failed", error, kind=lane.kind.name)
                    jobs, seconds = [], _PAUSE_SECONDS
                for job in jobs:
                    lane.queue.put_nowait(job)
                if is_woken and len(jobs) < lane.enough and lane.kind.pause:
                    await asyncio.sleep(lane.kind.pause)
                if jobs:
                    continue
            is_woken = await _wait(lane.wake, seconds)

    async def _stand_aside(self) -> None:
        """Let those go first who wait for their commits; not for ever."""
        for _ in range(_ASIDE_LOOKS):
            if not self._store.is_crowded():
                return
            await asyncio.sleep(_ASIDE_SECONDS)

    async def _look_always(self) -> None:
        """Wake whoever has something due: one read for all kinds, where each claim is a transaction of its own."""
        while True:
            await _wait(self._looking, _LOOK_SECONDS)
            self._looking.clear()
            try:
                due = await self._find_due()
            except Exception as error:  # noqa: BLE001 (the next look may succeed)
                report("jobs.look_failed", error)
                continue
            for kind in due:
                self._lanes[kind].wake.set()

    async def _find_due(self) -> list[str]:
        """Kinds of which something is due; those that are late come now, each with all of its group."""
        names = [name for each in self._late for name in each.names]
        due = await self._store.read(claims.find_due, [*self._lanes, *names], self._clock.now())
        for late in [each for each in self._late if not each.names.isdisjoint(due)]:
            lanes = {kind.name: Lane(kind) for kind in late.make()}
            self._lanes |= lanes
            self._late.remove(late)
            if self._feeders:
                for lane in lanes.values():
                    self._open(lane)
        return due

    async def _claim(self, lane: Lane, limit: int) -> tuple[list[Job], float | None]:
        """What is due and may run, and after how many seconds the next is due, where one is known."""
        now = self._clock.now()
        busy = dict(lane.busy) if lane.kind.per_host is not None else None
        # After a pause of the whole process its own work would look like that of a dead one, and be done twice.
        overdue = self._held() if now >= self._renewed_at + LEASE else []
        jobs, next_at = await self._store.write(_claim, lane.kind, limit, now, self.name, busy, overdue)
        self._renewed_at = now if overdue else self._renewed_at
        return lane.take(jobs), None if next_at is None else max(0.01, (next_at - now) / SECOND)

    def _held(self) -> list[int]:
        return [job_id for lane in self._lanes.values() for job_id in lane.held]

    async def _work(self, lane: Lane) -> None:
        while True:
            jobs = [await lane.queue.get()]
            while len(jobs) < lane.kind.batch and not lane.queue.empty():
                jobs.append(lane.queue.get_nowait())
            if lane.queue.qsize() < lane.enough:
                lane.wake.set()
            try:
                for job in jobs:
                    await lane.begin(job)
            except asyncio.CancelledError:
                self._settling.add([(lane, job, GiveBack()) for job in jobs])
                raise
            await self._run(lane, jobs)

    async def _run(self, lane: Lane, jobs: Sequence[Job]) -> None:
        lane.running += 1
        try:
            outcomes = await self._outcomes(lane, jobs)
            self._settling.add([(lane, job, outcome) for job, outcome in zip(jobs, outcomes, strict=True)])
        finally:
            lane.running -= 1

    async def _outcomes(self, lane: Lane, jobs: Sequence[Job]) -> Sequence[Outcome]:
        try:
            # Of this slot, until its next job.
            log.job_id.set(str(jobs[0].id) if len(jobs) == 1 else "")
            log.request_id.set((jobs[0].request_id or "") if len(jobs) == 1 else "")
            outcomes = await lane.kind.run(jobs)
            if len(outcomes) != len(jobs) or not all(isinstance(outcome, Outcome) for outcome in outcomes):
                raise RuntimeError(f"{lane.kind.name}: {outcomes!r:.100} for {len(jobs)} jobs")
            return outcomes
        except Exception as error:  # noqa: BLE001 (the table of verdicts decides)
            if len(jobs) == 1 or isinstance(error, Unavailable):  # which is the fault of none of them
                return [judged(job, error) for job in jobs]
        return [outcome for job in jobs for outcome in await self._outcomes(lane, [job])]

    async def _beat(self, before: int) -> None:
        while True:
            await asyncio.sleep(_HEARTBEAT_SECONDS)
            now = self._clock.now()
            try:
                await self._store.write(workers.beat, self.name, now, self._held())
                self._renewed_at = now
                if now < before - _JUMP:
                    await self._pull_in(now)
            except Exception as error:  # noqa: BLE001 (the next beat may succeed)
                report("jobs.beat_failed", error)
                continue
            before = now

    async def _pull_in(self, now: int) -> None:
        """Nothing waits longer than its kind allows, wherever the clock stood when it was put off (REL6)."""
        for kind, waits in self._longest_waits.items():
            for target, wait in waits.items():
                await self._store.write(table.pull_in, kind, now + wait, target=target)


def _claim(
    conn: Connection, kind: Kind, limit: int, now: int, owner: str, busy: dict[str, int] | None, overdue: list[int]
) -> tuple[list[Job], int | None]:
    """Claimed jobs, and when the next one becomes due if these were all; ``overdue``: what is held is held on."""
    workers.renew(conn, owner, now, overdue)
    jobs = claims.claim(conn, kind.name, limit, now=now, owner=owner, busy=busy, per_host=kind.per_host)
    return jobs, None if len(jobs) == limit else claims.next_due_at(conn, kind.name, now)


async def _wait(event: asyncio.Event, seconds: float | None) -> bool:
    """Whether it was set within so many seconds, or ever."""
    try:
        async with asyncio.timeout(seconds):
            return await event.wait()
    except TimeoutError:
        return False


async def _cancel(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    tasks.clear()
