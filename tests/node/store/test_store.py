"""The store's promises, on each database: one transaction per unit, shared commits, failures that stay put."""

import asyncio
import sqlite3
import threading
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from sqlalchemy import Connection, event, func, insert, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from node.errors import NotFound, Unavailable
from node.ids import LANES
from node.store.database.engine import Store, send, signal
from node.store.database.sqlite import SqliteBackend
from node.store.tables import facts
from tests import postgres, stores

database, store = stores.database, stores.store


def put(conn: Connection, name: str, value: str = "") -> str:
    conn.execute(insert(facts).values(name=name, value=value))
    return name


def put_many(conn: Connection, names):
    for name in names:
        put(conn, name)
    return [name.upper() for name in names]


def names(conn: Connection) -> list[str]:
    return list(conn.scalars(select(facts.c.name).order_by(facts.c.name)))


def count_commits(store: Store) -> list[str]:
    """Collects what the writer commits; SQLite only, where one connection writes."""
    seen: list[str] = []
    store._backend._writer._conn.set_trace_callback(
        lambda statement: seen.append(statement) if statement.startswith(("COMMIT", "BEGIN")) else None
    )
    return seen


async def test_a_unit_is_answered_and_stored(store):
    assert await store.write(put, "a", value="1") == "a"
    assert await store.read(names) == ["a"]


async def test_a_unit_that_raises_leaves_nothing_and_its_error_arrives(store):
    def unit(conn):
        put(conn, "half")
        raise NotFound(detail="on purpose")

    with pytest.raises(NotFound) as caught:
        await store.write(unit)
    assert caught.value.detail == "on purpose"
    assert await store.read(names) == []


async def test_a_refused_statement_is_the_callers_error(store):
    await store.write(put, "a")
    with pytest.raises(IntegrityError):
        await store.write(put, "a")
    await store.write(put, "b")
    assert await store.read(names) == ["a", "b"]


async def test_a_wrong_statement_is_not_taken_for_a_database_that_is_away(store):
    with pytest.raises(DBAPIError):
        await store.write(lambda conn: conn.execute(text("SELECT nothing FROM nowhere")))
    with pytest.raises(DBAPIError):
        await store.read(lambda conn: conn.execute(text("SELECT nothing FROM nowhere")))


async def test_a_reader_cannot_write(store):
    with pytest.raises(DBAPIError):
        await store.read(put, "a")
    assert await store.read(names) == []
    await store.write(put, "b")
    assert await store.read(names) == ["b"]


async def test_stop_iteration_arrives_as_an_error_instead_of_hanging_the_caller(store):
    for run in (store.read, store.write):
        with pytest.raises(RuntimeError, match="StopIteration"):
            await asyncio.wait_for(run(lambda _: next(iter(()))), 5)


async def test_a_reader_sees_one_state_of_the_database(store):
    inside, go_on = threading.Event(), threading.Event()

    def look_twice(conn):
        before = conn.scalar(select(func.count()).select_from(facts))
        inside.set()
        assert go_on.wait(5)
        return before, conn.scalar(select(func.count()).select_from(facts))

    reading = asyncio.create_task(store.read(look_twice))
    await asyncio.to_thread(inside.wait, 5)
    await store.write(put, "a")
    go_on.set()
    assert await reading == (0, 0)
    assert await store.read(names) == ["a"]


async def test_readers_do_not_wait_for_the_writer(store):
    inside, go_on = threading.Event(), threading.Event()

    def slow(conn):
        put(conn, "slow")
        inside.set()
        assert go_on.wait(5)

    writing = asyncio.create_task(store.write(slow))
    await asyncio.to_thread(inside.wait, 5)
    assert await asyncio.wait_for(store.read(names), 2) == []
    go_on.set()
    await writing
    assert await store.read(names) == ["slow"]


async def test_of_many_units_only_the_failing_ones_fail(store):
    await store.write(put, "n7")
    results = await asyncio.gather(*(store.write(put, f"n{i}") for i in range(20)), return_exceptions=True)
    failed = [i for i, result in enumerate(results) if isinstance(result, Exception)]
    assert failed == [7]
    assert isinstance(results[7], IntegrityError)
    assert len(await store.read(names)) == 20


async def test_who_fails_after_writing_has_the_others_run_again_and_who_wrote_nothing_does_not():
    runs: list[str] = []

    def run(conn, name, *, writes=True, fails=False):
        runs.append(name)
        if writes:
            put(conn, name)
            signal(conn, name)
        if fails:
            raise NotFound
        return name

    async def together(*units):
        runs.clear()
        heard.clear()
        return await asyncio.gather(*units, return_exceptions=True)

    with stores.new_database("sqlite") as path:
        async with stores.open_store(path) as store:
            heard: list[str] = []
            store.listen(heard.append)
            got = await together(
                store.write(run, "a"), store.write(run, "b", writes=False, fails=True), store.write(run, "c")
            )
            assert (runs, [got[0], got[2]], heard) == (["a", "b", "c"], ["a", "c"], ["a", "c"])
            got = await together(store.write(run, "d"), store.write(run, "e", fails=True), store.write(run, "f"))
            assert (runs, [got[0], got[2]], heard) == (["d", "e", "d", "e", "f"], ["d", "f"], ["d", "f"])
            assert isinstance(got[1], NotFound)
            assert await store.read(names) == ["a", "c", "d", "f"]


async def test_units_that_wait_together_share_a_commit():
    with stores.new_database("sqlite") as path:
        async with stores.open_store(path) as store:
            commits = count_commits(store)
            await asyncio.gather(*(store.write(put, f"n{i}") for i in range(200)))
            assert commits.count("COMMIT") <= 3  # the first alone, then those that came meanwhile
            assert len(await store.read(names)) == 200


async def test_many_who_wait_to_write_are_a_crowd_until_they_are_answered(store):
    few = [asyncio.create_task(store.write(names)) for _ in range(3)]
    await asyncio.sleep(0)
    assert not store.is_crowded()
    many = [asyncio.create_task(store.write(names)) for _ in range(20)]
    await asyncio.sleep(0)
    assert store.is_crowded()
    await asyncio.gather(*few, *many)
    assert not store.is_crowded()


async def test_nobody_is_answered_before_the_commit(tmp_path):
    with stores.new_database("sqlite") as path:
        async with stores.open_store(path) as store:
            await asyncio.gather(*(store.write(put, f"n{i}") for i in range(50)))
            other = sqlite3.connect(path)  # another process would see the same
            assert other.execute("SELECT count(*) FROM facts").fetchone() == (50,)
            other.close()


async def test_a_caller_who_leaves_takes_nobody_with_him(store):
    callers = [asyncio.create_task(store.write(put, f"n{i}")) for i in range(10)]
    await asyncio.sleep(0)
    callers[3].cancel()
    results = await asyncio.gather(*callers, return_exceptions=True)
    assert isinstance(results[3], asyncio.CancelledError)
    assert {f"n{i}" for i in range(10) if i != 3} <= set(await store.read(names))


async def test_gathered_items_share_calls_and_get_their_own_results(store):
    calls: list[int] = []

    def insert_all(conn, items):
        calls.append(len(items))
        return put_many(conn, items)

    results = await asyncio.gather(*(store.gather(insert_all, f"n{i}") for i in range(600)))
    assert results == [f"N{i}" for i in range(600)]
    assert sum(calls) == 600
    assert max(calls) <= Store.GATHER_AT_MOST
    assert len(calls) <= 5
    assert len(await store.read(names)) == 600


async def test_a_bad_item_fails_alone(store):
    await store.write(put, "n3")
    results = await asyncio.gather(*(store.gather(put_many, f"n{i}") for i in range(10)), return_exceptions=True)
    assert isinstance(results.pop(3), IntegrityError)
    assert results == [f"N{i}" for i in range(10) if i != 3]
    assert len(await store.read(names)) == 10


async def test_collected_items_share_reads_and_get_their_own_results(store):
    await store.gather(put_many, "there")
    calls = []

    def find_many(conn, items):
        calls.append(len(items))
        known = set(names(conn))
        return [item if item in known else None for item in items]

    asked = ["there", "nowhere"] * 20
    found = await asyncio.gather(*(store.collect(find_many, item) for item in asked))
    assert found == ["there", None] * 20
    assert len(calls) < 5
    with pytest.raises((DBAPIError, Unavailable)):
        await store.collect(put_many, "by a reader")


async def test_gathering_survives_callers_who_leave(store):
    callers = [asyncio.create_task(store.gather(put_many, f"n{i}")) for i in range(10)]
    await asyncio.sleep(0)
    for caller in callers[:9]:
        caller.cancel()
    assert await callers[9] == "N9"
    assert len(await store.read(names)) == 10


async def test_a_function_that_answers_too_little_is_an_error_for_each(store):
    results = await asyncio.gather(*(store.gather(lambda _, items: [], i) for i in range(3)), return_exceptions=True)
    assert [type(result) for result in results] == [RuntimeError] * 3
    assert store._gatherings == {}


async def test_nothing_is_remembered_of_functions_that_were_gathered(store):
    for i in range(20):
        await store.gather(lambda conn, items: put_many(conn, items), f"n{i}")
    assert store._gatherings == {}


async def heard(store: Store, heard_names: list[str], number: int) -> None:
    done = asyncio.Event()

    def listen(name: str) -> None:
        heard_names.append(name)
        if len(heard_names) >= number:
            done.set()

    store.listen(listen)
    await store.write(_signal, "first")
    await asyncio.wait_for(done.wait(), 10)


def _signal(conn, *sent: str, fail: bool = False) -> None:
    for name in sent:
        signal(conn, name)
    if fail:
        raise NotFound


async def test_signals_arrive_after_the_commit_and_only_then(store):
    arrived: list[str] = []
    await heard(store, arrived, 1)
    with pytest.raises(NotFound):
        await store.write(_signal, "never", fail=True)
    end = asyncio.Event()
    store.listen(lambda name: end.set() if name == "end" else None)
    await store.write(_signal, "end", "end")
    await asyncio.wait_for(end.wait(), 10)
    assert arrived == ["first", "end"]


async def test_messages_arrive_in_their_order_after_the_commit_and_each_once(store):
    arrived: list[str] = []
    end = asyncio.Event()
    store.hear("topic", lambda message: end.set() if message == "end" else arrived.append(message))
    store.hear("other", arrived.append)
    store.listen(arrived.append)

    def say(conn, *messages: str, fail: bool = False) -> None:
        for message in messages:
            send(conn, "topic", message)
        if fail:
            raise NotFound

    with pytest.raises(NotFound):
        await store.write(say, "never", fail=True)
    await store.write(say, *(f"a {number}\nb" for number in range(20)), "a 3\nb", "é" * 3_900, "end")
    await asyncio.wait_for(end.wait(), 10)
    assert arrived == [*(f"a {number}\nb" for number in range(20)), "é" * 3_900]
    with pytest.raises(ValueError, match="too long"):
        await store.write(say, "é" * 4_000)


async def test_no_two_processes_mint_ids_in_one_lane(postgresql):
    """Two that serve did, and in the same millisecond made the same ids."""
    async with AsyncExitStack() as stack:
        opened = [await stack.enter_async_context(stores.open_store(postgresql)) for _ in range(3)]
        lanes = {each.lane() for each in opened}
        assert len(lanes) == 3
        assert lanes <= {*range(LANES)}


async def test_every_process_hears_a_message(postgresql):
    async with stores.open_store(postgresql) as one, stores.open_store(postgresql) as other:
        both: list[asyncio.Event] = [asyncio.Event(), asyncio.Event()]
        for store, heard in zip((one, other), both, strict=True):
            store.hear("topic", lambda message, heard=heard: heard.set() if message == "hello" else None)
        await one.write(send, "topic", "hello")
        await asyncio.wait_for(asyncio.gather(*(heard.wait() for heard in both)), 10)


async def test_a_failing_listener_stops_nobody(store):
    reported: list[dict[str, object]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: reported.append(context))
    store.listen(lambda name: 1 / 0)
    arrived: list[str] = []
    await heard(store, arrived, 1)
    await store.write(put, "a")
    assert arrived == ["first"]
    assert isinstance(reported[0]["exception"], ZeroDivisionError)


async def test_closing_finishes_what_was_asked_and_refuses_the_rest(database):
    store = stores.make_store(database)
    await store.open()
    asked = [asyncio.create_task(store.write(put, f"n{i}")) for i in range(100)]
    await asyncio.sleep(0)
    await store.close()
    assert len(await asyncio.gather(*asked)) == 100
    for refused in (store.write(put, "late"), store.read(names), store.gather(put_many, "late")):
        with pytest.raises(Unavailable):
            await refused
    await store.close()
    async with stores.open_store(database) as again:
        assert len(await again.read(names)) == 100


async def test_a_store_that_cannot_be_opened_leaves_no_thread_behind(tmp_path: Path):
    before = threading.active_count()
    (tmp_path / "node.db").write_bytes(b"this is no database" * 100)
    for path in (tmp_path / "node.db", tmp_path / "missing" / "node.db"):
        with pytest.raises(Unavailable):
            await Store(SqliteBackend(path), dialect="sqlite").open()
    for thread in threading.enumerate():
        if thread is not threading.current_thread():
            await asyncio.to_thread(thread.join, 2)
    assert threading.active_count() <= before + 1  # the thread that waited


async def test_a_full_disk_refuses_writes_serves_reads_and_heals(tmp_path):
    with stores.new_database("sqlite") as path:
        async with stores.open_store(path) as store:
            await store.write(put, "before")

            def limit(conn, pages):
                conn.exec_driver_sql(f"PRAGMA max_page_count={pages}")

            def fill(conn):
                put(conn, "big", "x" * 4_000_000)

            await store.write(limit, 1)  # SQLite takes the present size instead: every growth is a full disk
            results = await asyncio.gather(
                store.write(fill), store.write(put, "small", "y" * 100_000), return_exceptions=True
            )
            assert [type(result) for result in results] == [Unavailable, Unavailable]
            assert "full" in str(results[0])
            assert await store.read(names) == ["before"]
            await store.write(limit, 1_000_000)
            await store.write(fill)
            assert await store.read(names) == ["before", "big"]


async def test_a_locked_database_is_unavailable_and_leaves_no_half(monkeypatch):
    from node.store.database import sqlite as backend

    monkeypatch.setattr(backend, "PRAGMAS", (("busy_timeout", "50", "50"), *backend.PRAGMAS[1:]))
    with stores.new_database("sqlite") as path:
        async with stores.open_store(path) as store:
            other = sqlite3.connect(path, isolation_level=None)
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(Unavailable, match="right now"):
                await store.write(put, "a")
            other.execute("ROLLBACK")
            other.close()
            await store.write(put, "b")
            assert await store.read(names) == ["b"]


async def test_the_settings_of_sqlite_are_what_the_rules_say():
    with stores.new_database("sqlite") as path:
        async with stores.open_store(path) as store:

            def settings(conn):
                wanted = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
                return [conn.exec_driver_sql(f"PRAGMA {name}").scalar() for name in wanted]

            assert await store.write(settings) == ["wal", 2, 1, 5000]
            assert await store.read(settings) == ["wal", 2, 1, 5000]


async def test_postgresql_runs_a_unit_again_after_a_deadlock(postgresql):
    async with stores.open_store(postgresql) as store:
        await store.write(put_many, ["a", "b"])
        meeting, runs = threading.Barrier(2), []

        def crossing(conn, first, second):
            runs.append(first)
            conn.execute(text("UPDATE facts SET value = value || :x WHERE name = :n"), {"n": first, "x": first})
            if len(runs) <= 2:
                meeting.wait(5)
            conn.execute(text("UPDATE facts SET value = value || :x WHERE name = :n"), {"n": second, "x": first})

        await asyncio.gather(store.write(crossing, "a", "b"), store.write(crossing, "b", "a"))
        values = await store.read(lambda conn: sorted("".join(sorted(v)) for v in conn.scalars(select(facts.c.value))))
        assert values == ["ab", "ab"]
        assert len(runs) > 2  # three, unless the one that runs again is quicker than the one that waits


async def test_postgresql_runs_a_unit_again_that_another_one_outran(postgresql):
    """What a unit looked for in vain is written by another process before it writes: it finds that, run again."""
    async with stores.open_store(postgresql) as store:
        meeting, runs = threading.Barrier(2), []

        def find_or_put(conn):
            runs.append(1)
            known = conn.scalar(select(facts.c.value).where(facts.c.name == "a"))
            if len(runs) <= 2:
                meeting.wait(5)
            return "was there" if known is not None else put(conn, "a")

        both = await asyncio.gather(store.write(find_or_put), store.write(find_or_put))
        assert sorted(both) == ["a", "was there"]
        assert len(runs) == 3


async def test_postgresql_comes_back_after_its_server_restarted(postgresql):
    async with stores.open_store(postgresql) as store:
        lane = store.lane()
        await store.write(put, "before")
        postgres.cluster().stop(mode="fast")
        with pytest.raises(Unavailable):
            await store.write(put, "while away")
        postgres.cluster().start()
        await store.write(put, "after")
        assert await store.read(names) == ["after", "before"]
        arrived: list[str] = []

        async def until_heard() -> None:
            while not arrived:
                await store.write(_signal, "again")
                await asyncio.sleep(0.1)

        store.listen(arrived.append)
        await asyncio.wait_for(until_heard(), 15)
        async with stores.open_store(postgresql) as other:
            assert other.lane() != store.lane() == lane


async def test_a_pool_of_one_serves_units_and_signals(postgresql):
    store = stores.make_store(postgresql, pool=1)
    await store.open()
    try:
        arrived: list[str] = []
        await heard(store, arrived, 1)
        await asyncio.gather(*(store.write(put, f"n{i}") for i in range(5)))
        assert len(await store.read(names)) == 5
    finally:
        await store.close()


postgresql = stores.postgresql


async def test_each_commit_of_a_write_is_timed(store):
    seconds: list[float] = []
    store._backend.on_commit = seconds.append
    await store.write(put, "a")
    await store.read(names)
    with pytest.raises(IntegrityError):
        await store.write(put, "a")
    assert len(seconds) in {1, 2}  # SQLite commits the batch of which one unit failed
    assert all(0 <= each < 10 for each in seconds)


async def test_engines_can_be_watched(store):
    seen: list[str] = []
    for engine in store.engines:
        event.listen(engine, "before_cursor_execute", lambda *args: seen.append(args[2]))
    await store.read(names)
    await store.write(put, "a")
    assert [statement.split()[0] for statement in seen] == ["SELECT", "INSERT"]
