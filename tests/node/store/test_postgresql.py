"""What PostgreSQL alone shows: units that run again, a server that restarts, lanes of processes."""

import asyncio
import threading
from contextlib import AsyncExitStack

import pytest
from sqlalchemy import select, text

from node.errors import Unavailable
from node.ids import LANES
from node.store.tables import facts
from tests import postgres, stores
from tests.node.store.units import heard, names, put, put_many, tell

postgresql = stores.postgresql


async def test_no_two_processes_mint_ids_in_one_lane(postgresql):
    """Two that serve did, and in the same millisecond made the same ids."""
    async with AsyncExitStack() as stack:
        opened = [await stack.enter_async_context(stores.open_store(postgresql)) for _ in range(3)]
        lanes = {each.lane() for each in opened}
        assert len(lanes) == 3
        assert lanes <= {*range(LANES)}


async def test_postgresql_runs_a_unit_again_after_a_deadlock(postgresql):
    async with stores.open_store(postgresql) as store:
        await store.write(put_many, ["a", "b"])
        meeting, runs = threading.Barrier(2), []

        def crossing(conn, first, second):
            runs.append(first)
            conn.execute(text("UPDATE facts SET value = value || :x WHERE name = :n"), {"n": first, "x": first})
            if len(runs) <= 2:
                meeting.wait(30)
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
                meeting.wait(30)
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
                await store.write(tell, "again")
                await asyncio.sleep(0.1)

        store.listen(arrived.append)
        await asyncio.wait_for(until_heard(), 15)
        async with stores.open_store(postgresql) as other:
            assert other.lane() != store.lane() == lane


async def test_a_pool_of_one_serves_units_and_signals(postgresql):
    store = stores.make_store(postgresql, pool=1)
    await store.open()
    try:
        assert await heard(store) == ["first"]
        await asyncio.gather(*(store.write(put, f"n{i}") for i in range(5)))
        assert len(await store.read(names)) == 5
    finally:
        await store.close()
