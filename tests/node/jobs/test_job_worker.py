"""The worker of the job table on each database: what it runs when, limits, shutdown, and the daily work."""

import asyncio
from collections import Counter

from sqlalchemy import func, select, update

from node import log
from node.clock import HOUR, MINUTE, SECOND, FixedClock, SystemClock
from node.errors import Unavailable
from node.ids import Ids
from node.jobs.kind import Kind, Late, single
from node.jobs.outcome import Done
from node.jobs.schedule import Entry, Schedule
from node.jobs.settling import Settling
from node.jobs.worker import Worker
from node.store import jobs as table
from node.store.tables import jobs
from tests import stores
from tests.node.jobs.job_rows import claim, job, rows
from tests.node.jobs.workers import make

database, store, postgresql = stores.database, stores.store, stores.postgresql


async def test_what_a_job_logs_carries_its_id(store):
    seen = []

    async def run(each):
        seen.append((str(each.id), log.job_id.get()))
        return Done()

    await store.write(table.enqueue_many, [job(), job()])
    await make(store, run).drain()
    assert len(seen) == 2
    assert all(logged == own for own, logged in seen)
    assert not log.job_id.get()


async def test_drain_runs_what_is_due_and_what_becomes_due_by_it(store):
    ran: list[int] = []

    async def run(each):
        ran.append(each.ref)
        if each.ref < 3:
            await store.write(table.enqueue_many, [job(ref=each.ref + 1)])
        return Done()

    await store.write(table.enqueue_many, [job(ref=1), job(ref=9, due_at=2000)])
    assert await make(store, run).drain() == 3
    assert ran == [1, 2, 3]
    assert len(await store.read(rows)) == 1


async def test_kinds_that_are_late_are_made_with_the_first_job_of_their_group(store):
    ran = asyncio.Queue[str]()

    async def run(each):
        ran.put_nowait(each.kind)
        return Done()

    made = []

    def make_kinds():
        made.append("work and more")
        return [single(name, run, slots=1) for name in ("work", "more")]

    def make_others():
        made.append("others")
        return [single("others", run, slots=1)]

    late = [Late(frozenset({"work", "more"}), make_kinds), Late(frozenset({"others"}), make_others)]
    worker = Worker(store, FixedClock(1000), [single("early", run, slots=1)], name="w", late=late)
    await store.write(table.enqueue_many, [job(kind="early"), job(due_at=2000)])
    assert await worker.drain() == 1
    await worker.start()
    try:
        assert made == []
        for kind in ("work", "more", "work", "others", "work"):
            await store.write(table.enqueue_many, [job(kind=kind)])
            async with asyncio.timeout(30):
                while await ran.get() != kind:
                    pass
            assert made == ["work and more", *(["others"] if kind == "others" or "others" in made else [])]
    finally:
        await worker.stop()
    assert made == ["work and more", "others"]
    assert [row.due_at for row in await store.read(rows)] == [2000]


async def test_what_a_process_holds_is_not_done_twice_after_it_was_stopped_for_long(store):
    clock, began, may_end, ran = FixedClock(1000), asyncio.Event(), asyncio.Event(), []

    async def run(each):
        ran.append(each.ref)
        began.set()
        if each.ref == 1:
            await may_end.wait()
        return Done()

    worker = make(store, run, clock=clock)
    await worker.start()
    try:
        await store.write(table.enqueue_many, [job(ref=1)])
        await asyncio.wait_for(began.wait(), 30)
        clock.advance(table.LEASE + SECOND)
        await store.write(table.enqueue_many, [job(ref=2)])
        async with asyncio.timeout(30):
            while 2 not in ran:  # noqa: ASYNC110 (bounded; the worker runs beside us)
                await asyncio.sleep(0.005)
        may_end.set()
        await until(lambda: is_empty(store))
    finally:
        may_end.set()
        await worker.stop()
    assert ran == [1, 2]


async def test_what_a_process_holds_is_not_done_twice_though_a_slow_database_let_its_claim_end(store):
    """A claim holds from when it was asked for; where its commit took as long, it has ended when it is there."""
    began, may_end, ran = asyncio.Event(), asyncio.Event(), []

    async def run(each):
        ran.append(each.ref)
        began.set()
        if each.ref == 1:
            await may_end.wait()
        return Done()

    worker = make(store, run)
    await worker.start()
    try:
        await store.write(table.enqueue_many, [job(ref=1)])
        await asyncio.wait_for(began.wait(), 30)
        await store.write(lambda conn: conn.execute(update(jobs).values(due_at=1000)))
        await store.write(table.enqueue_many, [job(ref=2)])
        async with asyncio.timeout(30):
            while 2 not in ran:  # noqa: ASYNC110 (bounded; the worker runs beside us)
                await asyncio.sleep(0.005)
        assert min(row.due_at for row in await store.read(rows)) == 1000 + table.LEASE, "it is claimed anew"
        may_end.set()
        await until(lambda: is_empty(store))
    finally:
        may_end.set()
        await worker.stop()
    assert ran == [1, 2]


async def until(condition) -> None:
    async with asyncio.timeout(30):
        while not await condition():  # noqa: ASYNC110 (bounded; the worker runs beside us)
            await asyncio.sleep(0.005)


async def test_jobs_that_come_during_a_pause_share_the_next_claim(store):
    calls: list[list[int]] = []

    async def run(batch):
        calls.append([each.ref for each in batch])
        return [Done()] * len(batch)

    async def ran(number: int) -> bool:
        return sum(map(len, calls)) == number

    worker = Worker(store, SystemClock(), [Kind("work", run, batch=10, pause=1.5)], name="w")
    await worker.start()
    await store.write(table.enqueue_many, [job(ref=0)])
    await until(lambda: ran(1))
    for number in range(1, 5):
        await store.write(table.enqueue_many, [job(ref=number)])
    await until(lambda: ran(5))
    await worker.stop()
    assert calls == [[0], [1, 2, 3, 4]]


async def test_what_can_wait_lets_a_crowd_go_first_and_only_that(store, monkeypatch):
    crowd = iter([True, True, True])
    done: list[str] = []

    def kind(name: str, *, can_wait: bool) -> Kind:
        async def run(_):
            done.append(name)
            return Done()

        return single(name, run, slots=1, can_wait=can_wait)

    monkeypatch.setattr("node.jobs.worker._ASIDE_SECONDS", 0.05)
    monkeypatch.setattr(store, "is_crowded", lambda: next(crowd, False))
    await store.write(table.enqueue_many, [job(kind="card"), job(kind="work")])
    kinds = [kind("card", can_wait=True), kind("work", can_wait=False)]
    worker = Worker(store, SystemClock(), kinds, name="w")
    await worker.start()
    await until(lambda: is_empty(store))
    await worker.stop()
    assert done == ["work", "card"]
    assert not list(crowd)


async def is_empty(store) -> bool:
    return not await store.read(rows)


async def test_a_started_worker_runs_what_comes_and_keeps_the_limits_per_host(store):
    running: Counter[str] = Counter()
    most: Counter[str] = Counter()
    done: list[int] = []

    async def run(each):
        running[each.host] += 1
        most[each.host] = max(most[each.host], running[each.host])
        await asyncio.sleep(0.001)
        running[each.host] -= 1
        done.append(each.id)
        return Done()

    worker = Worker(store, SystemClock(), [single("work", run, slots=20, per_host=4)], name="w")
    await worker.start()
    try:
        new = [job(host=f"h{i % 3}") for i in range(150)]
        await store.write(table.enqueue_many, new)
        await until(lambda: is_empty(store))
    finally:
        await worker.stop()
    assert sorted(done) == [each.id for each in new]
    assert max(most.values()) <= 4


async def test_a_chain_runs_in_order_and_without_pauses(store, monkeypatch):
    monkeypatch.setattr("node.jobs.worker._LOOK_SECONDS", 60)  # nobody waits for the next look
    done: list[int] = []

    async def run(each):
        done.append(each.ref)
        return Done()

    worker = Worker(store, SystemClock(), [single("work", run, slots=8)], name="w")
    await worker.start()
    try:
        await store.write(table.enqueue_many, [job(ref=i, serial_key="k") for i in range(60)])
        await until(lambda: is_empty(store))
    finally:
        await worker.stop()
    assert done == list(range(60))


async def test_a_job_runs_when_its_time_comes(store, monkeypatch):
    monkeypatch.setattr("node.jobs.worker._LOOK_SECONDS", 60)
    ran = asyncio.Event()

    async def run(_):
        ran.set()
        return Done()

    clock = SystemClock()
    worker = Worker(store, clock, [single("work", run, slots=1)], name="w")
    await worker.start()
    try:
        await store.write(table.enqueue_many, [job(due_at=clock.now() + 150)])
        async with asyncio.timeout(30):
            await ran.wait()
    finally:
        await worker.stop()


async def test_stopping_finishes_what_runs_and_gives_the_rest_back(store):
    begun, go_on, done = asyncio.Event(), asyncio.Event(), []

    async def run(each):
        begun.set()
        await go_on.wait()
        done.append(each.id)
        return Done()

    worker = Worker(store, SystemClock(), [single("work", run, slots=2)], name="w")
    await worker.start()
    await store.write(table.enqueue_many, [job() for _ in range(10)])
    await begun.wait()
    stopping = asyncio.create_task(worker.stop())
    await asyncio.sleep(0.05)
    go_on.set()
    await stopping
    left = await store.read(rows)
    assert len(left) + len(done) == 10
    assert 1 <= len(done) <= 2
    assert {(row.owner, row.attempts) for row in left} == {("", 0)}
    assert all(row.due_at <= SystemClock().now() for row in left)


async def test_an_outcome_that_cannot_be_written_is_written_later(store, monkeypatch):
    from node.jobs import settling as module

    monkeypatch.setattr(module, "_PAUSE_SECONDS", 0.01)
    refused: list[int] = []

    def settle(conn, *arguments):
        if len(refused) < 3:
            refused.append(1)
            raise Unavailable
        return original(conn, *arguments)

    original = module._settle_many
    monkeypatch.setattr(module, "_settle_many", settle)
    ran: list[int] = []

    async def run(each):
        ran.append(each.id)
        return Done()

    worker = Worker(store, SystemClock(), [single("work", run, slots=1)], name="w")
    await worker.start()
    try:
        await store.write(table.enqueue_many, [job()])
        await until(lambda: is_empty(store))
    finally:
        await worker.stop()
    assert len(ran) == 1
    assert len(refused) == 3


async def test_a_restarted_node_goes_on_at_once_with_what_its_predecessor_held():
    with stores.new_database("sqlite") as path:
        async with stores.open_store(path) as store:
            clock = SystemClock()
            await store.write(table.enqueue_many, [job(), job()])
            await store.write(claim, now=clock.now(), owner="killed")
            done = []

            async def run(each):
                done.append(each.attempts)
                return Done()

            worker = Worker(store, clock, [single("work", run, slots=2)], name="next")
            await worker.start()
            await until(lambda: is_empty(store))
            await worker.stop()
            assert done == [2, 2]


async def test_two_workers_on_one_database_share_the_work_and_double_nothing(postgresql):
    ran: list[int] = []

    async def run(each):
        ran.append(each.id)
        await asyncio.sleep(0)
        return Done()

    async with stores.open_store(postgresql) as one, stores.open_store(postgresql) as two:
        workers = [
            Worker(opened, SystemClock(), [single("work", run, slots=8, per_host=4)], name=name)
            for opened, name in ((one, "one"), (two, "two"))
        ]
        new = [job(serial_key=f"k{i % 40}" if i % 2 else None, host=f"h{i % 30}") for i in range(400)]
        for worker in workers:
            await worker.start()
        await asyncio.gather(*(store.write(table.enqueue_many, new[i::8]) for i, store in enumerate((one, two) * 4)))
        await until(lambda: is_empty(one))
        for worker in workers:
            await worker.stop()
    assert sorted(ran) == [each.id for each in new]


async def test_a_job_enqueued_while_its_predecessor_ends_is_not_left_waiting(postgresql):
    """Without a lock between the two, the new job would wait behind one that is gone."""
    async with stores.open_store(postgresql) as store:
        for _ in range(60):
            head, follower = job(serial_key="k"), job(serial_key="k")
            await store.write(table.enqueue_many, [head])
            await asyncio.gather(store.write(table.enqueue_many, [follower]), store.write(table.finish_many, [head.id]))
            assert [each.id for each in await store.write(claim)] == [follower.id]
            await store.write(table.finish_many, [follower.id])


async def test_the_schedule_runs_each_entry_once_a_turn_however_many_start_it(store):
    clock, ran = FixedClock(1000), []

    async def tick():
        ran.append("tick")

    async def fail():
        ran.append("fail")
        raise ZeroDivisionError

    entries = [Entry("tick", 10 * MINUTE, tick), Entry("fail", HOUR, fail, delay=MINUTE)]
    schedule = Schedule(store, clock, Ids(clock), entries)
    await schedule.start()
    await Schedule(store, clock, Ids(clock, lane=1), entries).start()
    worker = Worker(store, clock, [schedule.kind()], name="w")
    assert await worker.drain() == 1
    clock.advance(MINUTE)
    assert await worker.drain() == 1
    clock.advance(12 * MINUTE)
    assert await worker.drain() == 1
    assert ran == ["tick", "fail", "tick"]
    assert await store.read(lambda conn: conn.scalar(select(func.count()).select_from(jobs))) == 2
    await store.write(lambda conn: conn.execute(update(jobs).values(due_at=0)))
    assert await worker.drain() == 2


async def test_no_more_is_begun_than_may_be_done_twice_while_nothing_is_settled(store, monkeypatch):
    """And what was about to begin when the worker is stopped goes back."""
    ran, third, may_settle, settle = [], asyncio.Event(), asyncio.Event(), Settling.settle

    async def run(each):
        ran.append(each.ref)
        if len(ran) == 3:
            third.set()
        return Done()

    async def settle_later(settling):
        await may_settle.wait()
        await settle(settling)

    monkeypatch.setattr(Settling, "settle", settle_later)
    worker = make(store, run, in_hand=3)
    await store.write(table.enqueue_many, [job(ref=number) for number in range(10)])
    for rest in (7, 0):
        await worker.start()
        await asyncio.wait_for(third.wait(), 30)
        if rest:
            assert await asyncio.gather(*(store.read(rows) for _ in range(20)))  # time enough for a fourth
            assert len(ran) == 3
        may_settle.set()
        if not rest:
            async with asyncio.timeout(30):
                while len(ran) < 10:  # noqa: ASYNC110 (bounded; the worker runs beside us)
                    await asyncio.sleep(0.005)
        await worker.stop()
        left = await store.read(rows)
        assert len(left) == 10 - len(ran) <= rest
        assert all(row.owner == "" for row in left)
        worker = make(store, run, in_hand=3)
    assert sorted(ran) == list(range(10))
