"""The first start of several processes on one new database."""

import asyncio
import threading

from sqlalchemy import func, select

from node.app import foundation
from node.clock import SystemClock
from node.config import configure
from node.store.tables import actors
from tests import stores

postgresql = stores.postgresql


def is_writing(conn):
    return conn.exec_driver_sql("SHOW transaction_read_only").scalar() == "off"


async def test_processes_that_start_together_found_one_node(postgresql, tmp_path, monkeypatch):
    config = configure({"node": {"host": "learn.example.org"}}, file=tmp_path / "rhizome.toml", secret_key=bytes(32))
    is_first, one_is_done = threading.Lock(), threading.Event()

    def find_slowly(conn, instance_uri):
        """The first that looks in vain, about to found, goes on when the other is done: or not, as it has to wait."""
        found = find_founded(conn, instance_uri)
        if is_writing(conn) and is_first.acquire(blocking=False):
            one_is_done.wait(2)
        return found

    find_founded = foundation._find_founded
    monkeypatch.setattr(foundation, "_find_founded", find_slowly)

    async def start():
        async with stores.open_store(postgresql) as store:
            base = await foundation.lay(config, SystemClock(), store, None)
            one_is_done.set()
            return base.instance_id, await store.read(
                lambda conn: conn.scalar(select(func.count()).select_from(actors))
            )

    one, other = await asyncio.gather(start(), start())
    assert one == other
    assert one[1] == 2
