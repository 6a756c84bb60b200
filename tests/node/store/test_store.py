"""The store's promises, on each database: one transaction per unit, shared commits, failures that stay put."""

import asyncio
import threading

import pytest
from sqlalchemy import event, func, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from node.errors import NotFound, Unavailable
from node.store.tables import facts
from tests import stores
from tests.node.store.units import names, put, put_many

database, store = stores.database, stores.store


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
            await asyncio.wait_for(run(lambda _: next(iter(()))), 30)


async def test_a_reader_sees_one_state_of_the_database(store):
    inside, go_on = threading.Event(), threading.Event()

    def look_twice(conn):
        before = conn.scalar(select(func.count()).select_from(facts))
        inside.set()
        assert go_on.wait(30)
        return before, conn.scalar(select(func.count()).select_from(facts))

    reading = asyncio.create_task(store.read(look_twice))
    await asyncio.to_thread(inside.wait, 30)
    await store.write(put, "a")
    go_on.set()
    assert await reading == (0, 0)
    assert await store.read(names) == ["a"]


async def test_readers_do_not_wait_for_the_writer(store):
    inside, go_on = threading.Event(), threading.Event()

    def slow(conn):
        put(conn, "slow")
        inside.set()
        assert go_on.wait(30)

    writing = asyncio.create_task(store.write(slow))
    await asyncio.to_thread(inside.wait, 30)
    assert await asyncio.wait_for(store.read(names), 30) == []
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


async def test_many_who_wait_to_write_are_a_crowd_until_they_are_answered(store):
    few = [asyncio.create_task(store.write(names)) for _ in range(3)]
    await asyncio.sleep(0)
    assert not store.is_crowded()
    many = [asyncio.create_task(store.write(names)) for _ in range(20)]
    await asyncio.sleep(0)
    assert store.is_crowded()
    await asyncio.gather(*few, *many)
    assert not store.is_crowded()


async def test_a_caller_who_leaves_takes_nobody_with_him(store):
    callers = [asyncio.create_task(store.write(put, f"n{i}")) for i in range(10)]
    await asyncio.sleep(0)
    callers[3].cancel()
    results = await asyncio.gather(*callers, return_exceptions=True)
    assert isinstance(results[3], asyncio.CancelledError)
    assert {f"n{i}" for i in range(10) if i != 3} <= set(await store.read(names))


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
