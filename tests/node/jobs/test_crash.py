"""Processes killed with -9 in the middle of work: nothing is lost, nothing is done twice that must not be."""

import asyncio
import sys
from collections import Counter
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select

from federation.sending import delivery
from node.clock import SystemClock
from node.ids import Ids
from node.store import jobs as table
from node.store.federation import activities
from node.store.jobs import NewJob
from node.store.tables import actors, facts, jobs
from tests import stores
from tests.broken_peers import BrokenPeer, response

database, postgresql = stores.database, stores.postgresql
_names = count(1)


class Process:
    """A running ``tests.killed_worker``."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def hear(self, lines: int = 1) -> str:
        assert self._process.stdout is not None
        for _ in range(lines):
            line = await asyncio.wait_for(self._process.stdout.readline(), 30)
        return line.decode().strip()

    async def kill(self) -> None:
        if self._process.returncode is None:
            self._process.kill()
        await self._process.wait()


@asynccontextmanager
async def working(database: str, mode: str):
    name = f"worker-{next(_names)}"
    process = Process(
        await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.killed_worker",
            database,
            mode,
            name,
            stdout=asyncio.subprocess.PIPE,
            cwd=Path(__file__).parents[3],
        )
    )
    try:
        assert await process.hear() == "ready"
        yield process
    finally:
        await process.kill()


async def is_done(store) -> bool:
    return not await store.read(lambda conn: conn.scalar(select(func.count()).select_from(jobs)))


async def until_done(store) -> None:
    async with asyncio.timeout(40):
        while not await is_done(store):  # noqa: ASYNC110 (another process works)
            await asyncio.sleep(0.05)


async def enqueue_work(database: str, number: int) -> None:
    ids = Ids(SystemClock())
    new = [NewJob("inbox", ids.new(), 0, ref=i, target="once", serial_key=f"k{i % 50}") for i in range(number)]
    async with stores.open_store(database) as store:
        await store.write(table.enqueue_many, new)


@pytest.mark.timeout(90)
async def test_a_process_killed_while_it_applies_loses_and_doubles_nothing(database):
    await enqueue_work(database, 1500)
    for lines in (1, 5, 12):
        async with working(database, "apply") as process:
            await process.hear(lines)
            await process.kill()
    async with stores.open_store(database) as store:
        before = await store.read(lambda conn: conn.scalar(select(func.count()).select_from(facts)))
        assert 0 < before < 1500
        # (name) is the primary key: a job that was applied twice would have failed and stayed
    async with working(database, "apply"), stores.open_store(database) as store:
        await until_done(store)
        assert await store.read(lambda conn: conn.scalar(select(func.count()).select_from(facts))) == 1500


@pytest.mark.timeout(90)
async def test_a_process_killed_in_a_fan_out_loses_no_delivery(database):
    async def counting(request, writer):
        arrived[request.headers["host"]] += 1
        if sum(arrived.values()) >= 60:
            middle.set()
        writer.write(response(status="202 Accepted"))

    arrived: Counter[str] = Counter()
    middle = asyncio.Event()
    async with BrokenPeer(counting, host="0.0.0.0") as peer:
        inboxes = {f"http://127.0.40.{i + 1}:{peer.port}/inbox": f"127.0.40.{i + 1}:{peer.port}" for i in range(200)}
        async with stores.open_store(database) as store:
            await store.write(post, inboxes)
        async with working(database, "deliver") as process:
            await asyncio.wait_for(middle.wait(), 30)
            await process.kill()
        assert 0 < len(arrived) < 200
        async with working(database, "deliver"), stores.open_store(database) as store:
            await until_done(store)
    assert set(arrived) == set(inboxes.values())
    assert max(arrived.values()) <= 2  # what was under way is sent again, with the same id
    assert sum(arrived.values()) <= 200 + delivery.SLOTS


def post(conn, inboxes) -> None:
    clock = SystemClock()
    ids = Ids(clock)
    row = {"kind": "person", "local": True, "username": "a", "host": "hub.example", "created_at": 1, "updated_at": 1}
    conn.execute(insert(actors).values(id=1, uri="http://127.0.0.1:1/a", **row))
    stored = activities.Activity(
        7, "http://127.0.0.1:1/x/7", 1, "Create", "http://127.0.0.1:1/o/7", "public", '{"type":"Create"}', clock.now()
    )
    activities.insert_activities(conn, [stored])
    delivery.enqueue(conn, ids, clock.now(), stored, inboxes, is_group=False)


@pytest.mark.timeout(90)
async def test_of_two_processes_one_is_killed_and_the_other_finishes_its_work(postgresql):
    async with working(postgresql, "apply") as survivor, working(postgresql, "apply") as victim:
        await enqueue_work(postgresql, 1500)  # with both at hand, or one might have done all before the other had begun
        await asyncio.gather(survivor.hear(2), victim.hear(2))
        await victim.kill()
        async with stores.open_store(postgresql) as store:
            await until_done(store)
            assert await store.read(lambda conn: conn.scalar(select(func.count()).select_from(facts))) == 1500


async def test_an_unfinished_transaction_of_a_killed_process_leaves_nothing(database):
    """What a unit did before its process died is as if it had never been."""
    async with stores.open_store(database) as store:
        await store.write(lambda conn: conn.execute(insert(facts).values(name="before", value="")))
    script = (
        "import asyncio, os, sys\n"
        "from sqlalchemy import insert\n"
        "from node.store.tables import facts\n"
        "from tests import stores\n"
        "def unit(conn):\n"
        "    conn.execute(insert(facts), [{'name': str(i), 'value': 'x' * 1000} for i in range(3000)])\n"
        "    os.kill(os.getpid(), 9)\n"
        "async def main():\n"
        "    store = stores.make_store(sys.argv[1])\n"
        "    await store.open()\n"
        "    await store.write(unit)\n"
        "asyncio.run(main())\n"
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", script, database, cwd=Path(__file__).parents[3]
    )
    assert await asyncio.wait_for(process.wait(), 30) == -9
    async with stores.open_store(database) as store:
        assert await store.read(lambda conn: list(conn.scalars(select(facts.c.name)))) == ["before"]
