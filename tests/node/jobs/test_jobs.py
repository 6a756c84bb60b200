"""The job table on each database: order, locks, leases, what is shown of it."""

import asyncio
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.event import listen

from node.clock import DAY, HOUR, MINUTE, FixedClock
from node.ids import Ids
from node.jobs.kinds import PERIODIC
from node.jobs.schedule import Entry, Schedule
from node.jobs.worker import Worker
from node.store import claims
from node.store import jobs as table
from node.store.house import queue, workers
from node.store.jobs import BEHIND, LEASE, Job
from tests import stores
from tests.depth import examples
from tests.node.jobs.job_rows import claim, job, on_sqlite, rows
from tests.statements import counted

database, store = stores.database, stores.store


async def test_due_jobs_are_claimed_oldest_first_and_once(store):
    first, second, later = job(due_at=50), job(due_at=20), job(due_at=101)
    await store.write(table.enqueue_many, [first, second, later])
    claimed = await store.write(claim)
    assert [each.id for each in claimed] == [second.id, first.id]
    assert [each.attempts for each in claimed] == [1, 1]
    assert await store.write(claim) == []
    assert await store.read(claims.next_due_at, "work", 100) == 101


async def test_a_claim_takes_no_more_than_asked_and_only_its_kind(store):
    await store.write(table.enqueue_many, [job("other"), *(job() for _ in range(5))])
    assert len(await store.write(claim, 3)) == 3
    assert len(await store.write(claim, 3)) == 2


async def test_one_look_tells_of_which_kinds_something_is_due(store):
    await store.write(table.enqueue_many, [job("a", due_at=50), job("b", due_at=101), job("c", due_at=100)])
    assert await store.read(claims.find_due, ["a", "b", "c", "d"], 100) == ["a", "c"]
    await store.write(lambda conn: claims.claim(conn, "a", 5, now=100, owner="me"))  # not due until its lease ends
    assert await store.read(claims.find_due, ["a", "b", "c", "d"], 100) == ["c"]


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
    await store.write(table.retry_many, "w", [(head.id, 1000, "down", True)])
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
    await store.write(table.retry_many, "w", [(follower.id, HOUR, "down", True)])
    assert await store.write(queue.revive, head.id, 200)
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
                query = claims._DUE.compile(dialect=conn.dialect)
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
        workers.beat(conn, "w", 100, [each.id for each in claimed])
        table.finish_many(conn, [each.id for each in claimed])
        claimed = claim(conn)
        table.retry_many(conn, "w", [(claimed[0].id, 50, "no", True)])
        table.give_back_many(conn, "w", [(claimed[0].id, 50)])
        table.park_many(conn, "w", [(claim(conn)[0].id, 50, "no")])
        queue.revive(conn, claimed[0].id, 50)
        table.hold_host(conn, "h", "work", 500)
        table.release_oldest(conn, "h", "work", 60)
        table.release_host(conn, "h", "work", 50)
        table.pull_in(conn, "work", 50)
        claims.next_due_at(conn, "work", 50)
        workers.take_over(conn, 50, ["w"])
        workers.take_over(conn, 50)
        statements = [each for each in seen if " jobs" in each[0] and not each[0].startswith("INSERT")]
        raw = conn.connection.driver_connection
        plans = {
            sql: [row[3] for row in raw.execute(f"EXPLAIN QUERY PLAN {sql}", bound)] for sql, bound in flat(statements)
        }
        assert len(plans) > 12
        for sql, plan in plans.items():
            whole = [
                line for line in plan if line.startswith("SCAN") and "jobs" in line and "ix_jobs_owner" not in line
            ]
            assert not whole, (sql, plan)

    def flat(statements):
        for sql, bound in statements:
            yield sql, bound[0] if isinstance(bound, list) else bound

    with stores.new_database("sqlite") as path:
        async with stores.open_store(path) as store:
            await store.write(unit)


async def test_a_lease_ends_unless_its_owner_lives(store):
    """Work of a dead process is taken up (REL3)."""
    await store.write(table.enqueue_many, [job(), job(), job()])
    await store.write(claim, 1, owner="dead")
    held = await store.write(claim, 1, owner="alive")
    await store.write(claim, 1, owner="alive")  # whose answer was lost on the way
    await store.write(workers.beat, "alive", 100 + LEASE, [each.id for each in held])
    assert await store.write(claim, now=99 + LEASE, owner="third") == []
    taken = await store.write(claim, now=101 + LEASE, owner="third")
    assert [each.attempts for each in taken] == [2, 2]
    assert await store.write(claim, now=101 + LEASE, owner="third") == []


async def test_who_lost_a_job_cannot_put_it_off_for_its_new_owner(store):
    await store.write(table.enqueue_many, [job()])
    (mine,) = await store.write(claim, owner="slow")
    await store.write(claim, now=100 + LEASE, owner="new")
    await store.write(table.retry_many, "slow", [(mine.id, DAY, "late", True)])
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
        await store.write(workers.beat, owner, 100)
    await store.write(workers.retire, "a", 100)
    assert len(await store.write(claim, owner="d")) == 1
    assert await store.write(workers.take_over, 100, ["b"]) == 1
    assert await store.write(workers.take_over, 100) == 2
    assert len(await store.write(claim, owner="d")) == 3
    await store.write(workers.succeed, 100)  # the only process starts anew
    assert len(await store.write(claim, owner="e")) == 3
    assert await store.read(workers.load_worker_heartbeats) == []


async def test_a_held_host_waits_and_a_released_one_goes_on_in_order(store):
    mine = [job(host="h", due_at=i, serial_key="k" if i < 3 else None) for i in range(5)]
    await store.write(table.enqueue_many, [*mine, job(host="other")])
    await store.write(table.hold_host, "h", "work", DAY)
    assert [each.host for each in await store.write(claim)] == ["other"]
    await store.write(table.release_oldest, "h", "work", 200)
    (probe,) = await store.write(claim, now=200)
    assert probe.id == mine[0].id
    await store.write(table.retry_many, "w", [(probe.id, DAY, "down", True)])
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
    longest = {PERIODIC: schedule.longest_waits}
    worker = Worker(store, clock, [schedule.kind()], name="w", longest_waits=longest)
    await schedule.start()
    await worker.start()
    try:
        clock.advance(-DAY)
        async with asyncio.timeout(30):
            while (await store.read(rows))[0].due_at > 9 * DAY + 2 * MINUTE:  # noqa: ASYNC110 (bounded)
                await asyncio.sleep(0.01)
        clock.advance(2 * MINUTE)
        await asyncio.wait_for(ran.wait(), 30)
    finally:
        await worker.stop()


async def test_parked_jobs_are_shown_revived_discarded_and_forgotten(store):
    new = [job(target=f"t{i}") for i in range(3)]
    await store.write(table.enqueue_many, new)
    await store.write(claim)
    await store.write(table.park_many, "w", [(each.id, 500, "no " * 300) for each in new])
    parked = await store.read(queue.load_parked, 10)
    assert [row.target for row in parked] == ["t2", "t1", "t0"]
    assert len(parked[0].error) == 500
    assert [row.target for row in await store.read(queue.load_parked, 10, before=new[1].id)] == ["t0"]
    assert await store.write(queue.revive, new[0].id, 600)
    assert not await store.write(queue.revive, new[0].id, 600)
    assert await store.write(queue.discard, new[1].id)
    assert not await store.write(queue.discard, new[1].id)
    assert [each.attempts for each in await store.write(claim, now=600)] == [1]
    await store.write(queue.forget_parked, 500)
    assert len(await store.read(queue.load_parked, 10)) == 1
    await store.write(queue.forget_parked, 501)
    assert await store.read(queue.load_parked, 10) == []


async def test_counts_tell_due_later_failing_and_parked(store):
    await store.write(table.enqueue_many, [job(due_at=10), job(due_at=20), job(due_at=500), job("rest", due_at=900)])
    claimed = await store.write(claim, 2)
    await store.write(table.retry_many, "w", [(claimed[0].id, 700, "down", True)])
    counts = {each.kind: each for each in await store.read(queue.count_by_kind, 100)}
    assert counts["work"] == queue.Count("work", due=1, later=2, failing=1, parked=0, oldest_due_at=None)
    assert counts["rest"].later == 1
    assert [row.error for row in await store.read(queue.load_failing, 10)] == ["down"]


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
            "retry": lambda each: table.retry_many(conn, "w", [(each.id, now + 5, "again", True)]),
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
