"""The job table and its worker on each database: order, locks, leases, outcomes, shutdown."""

import asyncio
from collections import Counter
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, func, select, update
from sqlalchemy.event import listen

from node import errors, log
from node.clock import DAY, HOUR, MINUTE, SECOND, FixedClock, SystemClock
from node.errors import NotFound, RemoteUnavailable, Unavailable
from node.ids import Ids
from node.jobs.outcome import PAUSES, VERDICTS, Done, GiveBack, Park, Retry, Settled, judge
from node.jobs.schedule import Entry, Schedule
from node.jobs.worker import Kind, Worker, single
from node.store import jobs as table
from node.store.jobs import BEHIND, LEASE, Job, NewJob
from node.store.tables import jobs
from tests import stores
from tests.depth import examples
from tests.statements import counted

database, store, postgresql = stores.database, stores.store, stores.postgresql
_ids = count(1)


def job(kind: str = "work", due_at: int = 0, **fields) -> NewJob:
    return NewJob(kind, next(_ids), due_at, **fields)


def claim(conn: Connection, /, limit: int = 10, *, now: int = 100, owner: str = "w", **fields):
    return table.claim(conn, "work", limit, now=now, owner=owner, **fields)


def rows(conn: Connection):
    return conn.execute(select(jobs).order_by(jobs.c.id)).all()


def on_sqlite(unit):
    """Run ``unit(conn)`` on a new SQLite database, for tests that need no event loop."""

    async def run():
        with stores.new_database("sqlite") as path:
            async with stores.open_store(path) as store:
                return await store.write(unit)

    return asyncio.run(run())


async def test_due_jobs_are_claimed_oldest_first_and_once(store):
    first, second, later = job(due_at=50), job(due_at=20), job(due_at=101)
    await store.write(table.enqueue_many, [first, second, later])
    claimed = await store.write(claim)
    assert [each.id for each in claimed] == [second.id, first.id]
    assert [each.attempts for each in claimed] == [1, 1]
    assert await store.write(claim) == []
    assert await store.read(table.next_due_at, "work", 100) == 101


async def test_a_claim_takes_no_more_than_asked_and_only_its_kind(store):
    await store.write(table.enqueue_many, [job("other"), *(job() for _ in range(5))])
    assert len(await store.write(claim, 3)) == 3
    assert len(await store.write(claim, 3)) == 2


async def test_everything_that_was_enqueued_comes_back_with_the_claim(store):
    new = job(ref=7, target="https://b.example/inbox", host="b.example", payload={"a": [1]}, expires_at=DAY)
    await store.write(table.enqueue_many, [new])
    (claimed,) = await store.write(claim)
    for name in ("id", "kind", "ref", "target", "host", "payload", "serial_key", "expires_at"):
        assert getattr(claimed, name) == getattr(new, name)


async def test_a_lock_key_waits_once(store):
    await store.write(table.enqueue_many, [job(lock_key="k"), job(lock_key="k"), job()])
    await store.write(table.enqueue_many, [job(lock_key="k")])
    claimed = await store.write(claim)
    assert len(claimed) == 2
    await store.write(table.finish_many, [each.id for each in claimed])
    await store.write(table.enqueue_many, [job(lock_key="k")])
    assert len(await store.write(claim)) == 1


async def test_jobs_of_one_key_run_one_after_the_other(store):
    chain, other = [job(serial_key="a") for _ in range(3)], job(serial_key="b")
    await store.write(table.enqueue_many, [*chain, other])
    for each in chain:
        claimed = await store.write(claim)
        assert each.id in {found.id for found in claimed}
        assert await store.write(claim) == []
        await store.write(table.finish_many, [found.id for found in claimed])
    assert await store.read(rows) == []


async def test_what_waits_behind_is_not_due_and_becomes_due_in_its_old_place(store):
    first, second, third = job(due_at=10, serial_key="a"), job(due_at=20, serial_key="a"), job(due_at=30)
    await store.write(table.enqueue_many, [first])
    await store.write(table.enqueue_many, [second, third])
    assert [row.due_at for row in await store.read(rows)] == [10, 20 + BEHIND, 30]
    await store.write(table.finish_many, [first.id])
    assert [each.id for each in await store.write(claim)] == [second.id, third.id]


async def test_a_failing_head_keeps_its_followers_waiting_until_it_is_set_aside(store):
    head, follower = job(serial_key="a"), job(serial_key="a")
    await store.write(table.enqueue_many, [head, follower])
    await store.write(claim)
    await store.write(table.retry_many, "w", [(head.id, 1000, "down")])
    assert await store.write(claim, now=999) == []
    assert [each.id for each in await store.write(claim, now=1000)] == [head.id]
    await store.write(table.park_many, "w", [(head.id, 1000, "poison")])
    assert [each.id for each in await store.write(claim, now=1000)] == [follower.id]


async def test_ending_a_revived_job_does_not_hurry_the_one_that_backs_off(store):
    head, follower = job(serial_key="a"), job(serial_key="a")
    await store.write(table.enqueue_many, [head, follower])
    await store.write(claim)
    await store.write(table.park_many, "w", [(head.id, 100, "poison")])
    await store.write(claim)
    await store.write(table.retry_many, "w", [(follower.id, HOUR, "down")])
    assert await store.write(table.revive, head.id, 200)
    assert [each.id for each in await store.write(claim, now=200)] == [head.id]
    await store.write(table.finish_many, [head.id])
    assert await store.write(claim, now=300) == []


async def test_a_host_gets_no_more_than_its_share_and_hides_nobody(store):
    crowd = [job(host="busy", due_at=1) for _ in range(40)]
    await store.write(table.enqueue_many, [*crowd, *(job(host=f"h{i}", due_at=50) for i in range(5)), job(due_at=60)])
    claimed = await store.write(claim, 10, per_host=4)
    assert Counter(each.host for each in claimed) == {"busy": 4, "h0": 1, "h1": 1, "h2": 1, "h3": 1, "h4": 1, "": 1}
    assert await store.write(claim, 10, per_host=4, busy={"busy": 4}) == []
    assert len(await store.write(claim, 10, per_host=4, busy={"busy": 3})) == 1


async def test_the_share_may_differ_from_host_to_host(store):
    await store.write(table.enqueue_many, [job(host=host) for host in ("none", "one", "all") for _ in range(5)])
    share = {"none": 0, "one": 1, "all": 9}
    claimed = await store.write(claim, 20, per_host=share.__getitem__)
    assert Counter(each.host for each in claimed) == {"one": 1, "all": 5}


async def test_a_claim_costs_two_statements_however_many_jobs_wait(store):
    await store.write(table.enqueue_many, [job(serial_key="a", host="h") for _ in range(500)])
    await store.write(table.enqueue_many, [job(serial_key=f"k{i}", host=f"h{i}") for i in range(50)])
    with counted(store) as statements:
        assert len(await store.write(claim, 51, per_host=4)) == 51
    assert len(statements) == 2


async def test_a_claim_reads_by_its_index():
    with stores.new_database("sqlite") as path:
        async with stores.open_store(path) as store:

            def plan(conn):
                query = table._DUE.compile(dialect=conn.dialect)
                values = query.construct_params({"kind": "w", "now": 1, "limit": 1})
                bound = tuple(values[name] for name in query.positiontup or ())
                found = conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}", bound)
                return " ".join(row.detail for row in found)

            text = await store.read(plan)
            assert "ix_jobs_kind_state_due_at" in text
            assert "ix_jobs_serial_key_id" in text
            assert "TEMP B-TREE" not in text


async def test_no_statement_of_the_daily_work_reads_the_whole_table():
    seen: list[tuple[str, object]] = []

    def unit(conn):
        listen(conn.engine, "before_cursor_execute", lambda *args: seen.append((args[2], args[3])))
        table.enqueue_many(conn, [job(serial_key="a", host="h", lock_key="l"), job(serial_key="a", host="h")])
        claimed = claim(conn, per_host=1, busy={"x": 1})
        table.beat(conn, "w", 100)
        table.finish_many(conn, [each.id for each in claimed])
        claimed = claim(conn)
        table.retry_many(conn, "w", [(claimed[0].id, 50, "no")])
        table.give_back_many(conn, "w", [(claimed[0].id, 50)])
        table.park_many(conn, "w", [(claim(conn)[0].id, 50, "no")])
        table.revive(conn, claimed[0].id, 50)
        table.hold_host(conn, "h", "work", 500)
        table.release_oldest(conn, "h", "work", 60)
        table.release_host(conn, "h", "work", 50)
        table.pull_in(conn, "work", 50)
        table.next_due_at(conn, "work", 50)
        table.take_over(conn, 50, ["w"])
        statements = [each for each in seen if " jobs" in each[0] and not each[0].startswith("INSERT")]
        raw = conn.connection.driver_connection
        plans = {
            sql: [row[3] for row in raw.execute(f"EXPLAIN QUERY PLAN {sql}", bound)] for sql, bound in flat(statements)
        }
        assert len(plans) > 12
        for sql, plan in plans.items():
            assert not [line for line in plan if line.startswith("SCAN") and "jobs" in line], (sql, plan)

    def flat(statements):
        for sql, bound in statements:
            yield sql, bound[0] if isinstance(bound, list) else bound

    with stores.new_database("sqlite") as path:
        async with stores.open_store(path) as store:
            await store.write(unit)


async def test_a_lease_ends_unless_its_owner_lives(store):
    await store.write(table.enqueue_many, [job(), job()])
    await store.write(claim, 1, owner="dead")
    await store.write(claim, 1, owner="alive")
    await store.write(table.beat, "alive", 100 + LEASE)
    assert await store.write(claim, now=99 + LEASE, owner="third") == []
    (taken,) = await store.write(claim, now=101 + LEASE, owner="third")
    assert taken.attempts == 2
    assert await store.write(claim, now=101 + LEASE, owner="third") == []


async def test_who_lost_a_job_cannot_put_it_off_for_its_new_owner(store):
    await store.write(table.enqueue_many, [job()])
    (mine,) = await store.write(claim, owner="slow")
    await store.write(claim, now=100 + LEASE, owner="new")
    await store.write(table.retry_many, "slow", [(mine.id, DAY, "late")])
    await store.write(table.park_many, "slow", [(mine.id, DAY, "late")])
    await store.write(table.give_back_many, "slow", [(mine.id, DAY)])
    (row,) = await store.read(rows)
    assert (row.owner, row.state, row.error, row.due_at, row.attempts) == ("new", "live", "", 100 + 2 * LEASE, 2)


async def test_a_job_given_back_counts_no_try(store):
    await store.write(table.enqueue_many, [job()])
    (claimed,) = await store.write(claim)
    await store.write(table.give_back_many, "w", [(claimed.id, 150)])
    assert [each.attempts for each in await store.write(claim, now=150)] == [1]


async def test_taking_over_and_retiring_make_work_due(store):
    await store.write(table.enqueue_many, [job(), job(), job()])
    for owner in ("a", "b", "c"):
        await store.write(claim, 1, owner=owner)
        await store.write(table.beat, owner, 100)
    await store.write(table.retire, "a", 100)
    assert len(await store.write(claim, owner="d")) == 1
    assert await store.write(table.take_over, 100, ["b"]) == 1
    assert await store.write(table.take_over, 100) == 2
    assert len(await store.write(claim, owner="d")) == 3
    await store.write(table.succeed, 100)  # the only process starts anew
    assert len(await store.write(claim, owner="e")) == 3
    assert await store.read(table.load_worker_heartbeats) == []


async def test_a_held_host_waits_and_a_released_one_goes_on_in_order(store):
    mine = [job(host="h", due_at=i, serial_key="k" if i < 3 else None) for i in range(5)]
    await store.write(table.enqueue_many, [*mine, job(host="other")])
    await store.write(table.hold_host, "h", "work", DAY)
    assert [each.host for each in await store.write(claim)] == ["other"]
    await store.write(table.release_oldest, "h", "work", 200)
    (probe,) = await store.write(claim, now=200)
    assert probe.id == mine[0].id
    await store.write(table.retry_many, "w", [(probe.id, DAY, "down")])
    await store.write(table.release_host, "h", "work", 300)
    claimed = [each.id for each in await store.write(claim, now=300)]
    assert claimed == [mine[0].id, mine[3].id, mine[4].id]
    await store.write(table.finish_many, claimed)
    assert [each.id for each in await store.write(claim, now=300)] == [mine[1].id]


async def test_a_clock_set_back_makes_nothing_wait_for_ever(store):
    await store.write(table.enqueue_many, [job(due_at=DAY), job(due_at=HOUR)])
    await store.write(table.pull_in, "work", 2 * HOUR)
    assert [row.due_at for row in await store.read(rows)] == [2 * HOUR, HOUR]
    await store.write(table.enqueue_many, [job(due_at=DAY, target="a"), job(due_at=DAY, target="b")])
    await store.write(table.pull_in, "work", 3 * HOUR, target="b")
    assert [row.due_at for row in await store.read(rows)] == [2 * HOUR, HOUR, DAY, 3 * HOUR]


async def test_a_worker_notices_that_the_clock_was_set_back(store, monkeypatch):
    from node.jobs import worker as module

    monkeypatch.setattr(module, "_HEARTBEAT_SECONDS", 0.01)
    clock, ran = FixedClock(10 * DAY), asyncio.Event()

    async def tick():
        ran.set()

    schedule = Schedule(store, clock, Ids(clock), [Entry("tick", MINUTE, tick, delay=MINUTE)])
    worker = Worker(store, clock, [schedule.kind()], name="w")
    await schedule.start()
    await worker.start()
    try:
        clock.advance(-DAY)
        async with asyncio.timeout(10):
            while (await store.read(rows))[0].due_at > 9 * DAY + 2 * MINUTE:  # noqa: ASYNC110 (bounded)
                await asyncio.sleep(0.01)
        clock.advance(2 * MINUTE)
        await asyncio.wait_for(ran.wait(), 10)
    finally:
        await worker.stop()


async def test_parked_jobs_are_shown_revived_discarded_and_forgotten(store):
    new = [job(target=f"t{i}") for i in range(3)]
    await store.write(table.enqueue_many, new)
    await store.write(claim)
    await store.write(table.park_many, "w", [(each.id, 500, "no " * 300) for each in new])
    parked = await store.read(table.load_parked, 10)
    assert [row.target for row in parked] == ["t2", "t1", "t0"]
    assert len(parked[0].error) == 500
    assert [row.target for row in await store.read(table.load_parked, 10, before=new[1].id)] == ["t0"]
    assert await store.write(table.revive, new[0].id, 600)
    assert not await store.write(table.revive, new[0].id, 600)
    assert await store.write(table.discard, new[1].id)
    assert not await store.write(table.discard, new[1].id)
    assert [each.attempts for each in await store.write(claim, now=600)] == [1]
    await store.write(table.forget_parked, 500)
    assert len(await store.read(table.load_parked, 10)) == 1
    await store.write(table.forget_parked, 501)
    assert await store.read(table.load_parked, 10) == []


async def test_counts_tell_due_later_failing_and_parked(store):
    await store.write(table.enqueue_many, [job(due_at=10), job(due_at=20), job(due_at=500), job("rest", due_at=900)])
    claimed = await store.write(claim, 2)
    await store.write(table.retry_many, "w", [(claimed[0].id, 700, "down")])
    counts = {each.kind: each for each in await store.read(table.count_by_kind, 100)}
    assert counts["work"] == table.Count("work", due=1, later=2, failing=1, parked=0, oldest_due_at=None)
    assert counts["rest"].later == 1
    assert [row.error for row in await store.read(table.load_failing, 10)] == ["down"]


KEYS = st.sampled_from(["a", "b", "c", None])


@examples(20)
@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("enqueue"), st.lists(KEYS, max_size=4)),
            st.tuples(st.just("claim"), st.integers(1, 4)),
            st.tuples(st.just("end"), st.sampled_from(["finish", "retry", "park", "give back"])),
        ),
        max_size=25,
    )
)
def test_whatever_happens_keys_stay_in_order_and_nothing_is_forgotten(steps):
    def unit(conn):
        started: dict[str, list[int]] = {"a": [], "b": [], "c": []}
        running: list[Job] = []
        enqueued, ended, now = 0, 0, 1000
        ends = {
            "finish": lambda each: table.finish_many(conn, [each.id]),
            "retry": lambda each: table.retry_many(conn, "w", [(each.id, now + 5, "again")]),
            "park": lambda each: table.park_many(conn, "w", [(each.id, now, "no")]),
            "give back": lambda each: table.give_back_many(conn, "w", [(each.id, now + 3)]),
        }

        def take(limit):
            found = claim(conn, limit, now=now)
            for each in found:
                if each.serial_key is not None:
                    assert each.serial_key not in {other.serial_key for other in running}
                    assert each.id >= max(started[each.serial_key], default=0)
                    started[each.serial_key].append(each.id)
                running.append(each)
            return found

        for what, how in steps:
            now += 2
            if what == "enqueue":
                table.enqueue_many(conn, [job(due_at=now, serial_key=key) for key in how])
                enqueued += len(how)
            elif what == "claim":
                take(how)
            elif running:
                ends[how](running.pop(0))
                ended += how in {"finish", "park"}
        while True:
            now += 10
            found = take(100)
            if not running:
                break
            table.finish_many(conn, [each.id for each in running])
            ended += len(running)
            running.clear()
        assert found == []
        assert ended == enqueued

    on_sqlite(unit)


def make(store, run, *, clock=None, name="w", **options) -> Worker:
    return Worker(store, clock or FixedClock(1000), [single("work", run, slots=4, **options)], name=name)


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


OUTCOMES = {
    "retry": (Retry(5000, "later"), "live", 6000, 1, "later"),
    "park": (Park("poison"), "parked", 1000, 1, "poison"),
    "give back": (GiveBack(70), "live", 1070, 0, ""),
}


@pytest.mark.parametrize("name", OUTCOMES)
async def test_an_outcome_decides_what_becomes_of_the_row(store, name):
    outcome, state, due_at, attempts, error = OUTCOMES[name]

    async def run(_):
        return outcome

    await store.write(table.enqueue_many, [job()])
    assert await make(store, run).drain() == 1
    (row,) = await store.read(rows)
    assert (row.state, row.due_at, row.attempts, row.error, row.owner) == (state, due_at, attempts, error, "")


async def test_a_settled_job_is_left_to_the_one_who_settled_it(store):
    async def run(each):
        await store.write(table.finish_many, [each.id])
        return Settled()

    await store.write(table.enqueue_many, [job()])
    assert await make(store, run).drain() == 1
    assert await store.read(rows) == []


@pytest.mark.parametrize(
    ("error", "state", "reason"),
    [
        (RemoteUnavailable(detail="down"), "live", "RemoteUnavailable: Another server could not be reached. (down)"),
        (NotFound(), None, ""),
        (ZeroDivisionError("oh"), "live", "ZeroDivisionError: oh"),
    ],
)
async def test_an_error_is_judged_by_its_class(store, error, state, reason):
    async def run(_):
        raise error

    await store.write(table.enqueue_many, [job()])
    await make(store, run).drain()
    found = await store.read(rows)
    assert [(row.state, row.error, row.due_at) for row in found] == (
        [(state, reason, 1000 + PAUSES[0])] if state else []
    )


async def test_an_answer_that_is_no_outcome_is_an_error_of_that_job(store):
    async def run(_):
        return None

    await store.write(table.enqueue_many, [job()])
    await make(store, run).drain()
    (row,) = await store.read(rows)
    assert row.error.startswith("RuntimeError")


async def test_poison_is_set_aside_after_five_tries_and_those_behind_go_on(store):
    clock, ran = FixedClock(1000), []

    async def run(each):
        ran.append(each.ref)
        if each.ref == 1:
            raise ZeroDivisionError
        return Done()

    await store.write(table.enqueue_many, [job(ref=1, serial_key="k"), job(ref=2, serial_key="k")])
    worker = make(store, run, clock=clock)
    for pause in (*PAUSES, 0):
        await worker.drain()
        clock.advance(pause)
    assert ran == [1, 1, 1, 1, 1, 2]
    assert [row.state for row in await store.read(rows)] == ["parked"]


async def test_a_batch_fails_only_where_it_must(store):
    calls: list[list[int]] = []

    async def run(batch):
        calls.append([each.ref for each in batch])
        if 3 in calls[-1]:
            raise ZeroDivisionError
        return [Done()] * len(batch)

    await store.write(table.enqueue_many, [job(ref=i) for i in range(6)])
    worker = Worker(store, FixedClock(1000), [Kind("work", run, batch=10)], name="w")
    await worker.drain()
    assert calls[0] == [0, 1, 2, 3, 4, 5]
    assert [row.ref for row in await store.read(rows)] == [3]


def test_every_error_of_ours_has_a_verdict():
    def tree(cls):
        return {cls}.union(*map(tree, cls.__subclasses__()))

    missing = {cls for cls in tree(errors.NodeError) if cls.__module__ == "node.errors"} - set(VERDICTS)
    assert missing == set()


def test_an_error_says_how_long_to_wait():
    assert judge(RemoteUnavailable(retry_after_seconds=90), 1) == Retry(
        90 * SECOND, "RemoteUnavailable: Another server could not be reached."
    )
    assert isinstance(judge(Unavailable(), len(PAUSES) + 1), Park)


async def until(condition) -> None:
    async with asyncio.timeout(20):
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


async def test_a_chain_runs_in_order_and_without_pauses(store):
    done: list[int] = []

    async def run(each):
        done.append(each.ref)
        return Done()

    worker = Worker(store, SystemClock(), [single("work", run, slots=8)], name="w")
    await worker.start()
    try:
        loop = asyncio.get_running_loop()
        started_at = loop.time()
        await store.write(table.enqueue_many, [job(ref=i, serial_key="k") for i in range(60)])
        await until(lambda: is_empty(store))
        assert loop.time() - started_at < 10  # nobody waited for the two-second look
    finally:
        await worker.stop()
    assert done == list(range(60))


async def test_a_job_runs_when_its_time_comes(store):
    ran = asyncio.Event()

    async def run(_):
        ran.set()
        return Done()

    clock = SystemClock()
    worker = Worker(store, clock, [single("work", run, slots=1)], name="w")
    await worker.start()
    try:
        await store.write(table.enqueue_many, [job(due_at=clock.now() + 150)])
        async with asyncio.timeout(1.5):
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
    from node.jobs import worker as module

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
