"""Items that wait at one time share a call, and each gets its own result."""

import asyncio

import pytest
from sqlalchemy.exc import DBAPIError, IntegrityError

from node.errors import Unavailable
from node.store.database.engine import Store
from tests import stores
from tests.node.store.units import names, put, put_many

database, store = stores.database, stores.store


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
