"""What SQLite alone shows: commits that are shared, files that cannot be used, its settings."""

import asyncio
import sqlite3
import threading
from pathlib import Path

import pytest

from node.errors import NotFound, Unavailable
from node.store.database import sqlite
from node.store.database.engine import Store, signal
from tests import stores
from tests.node.store.units import names, put


def count_commits(store: Store) -> list[str]:
    """Collects what the writer commits; SQLite only, where one connection writes."""
    seen: list[str] = []
    store._backend._writer._conn.set_trace_callback(
        lambda statement: seen.append(statement) if statement.startswith(("COMMIT", "BEGIN")) else None
    )
    return seen


async def test_units_that_wait_together_share_a_commit():
    with stores.new_database("sqlite") as path:
        async with stores.open_store(path) as store:
            commits = count_commits(store)
            await asyncio.gather(*(store.write(put, f"n{i}") for i in range(200)))
            assert commits.count("COMMIT") <= 3  # the first alone, then those that came meanwhile
            assert len(await store.read(names)) == 200


async def test_who_writes_again_at_once_is_in_the_next_commit():
    begun, may_go = threading.Event(), threading.Event()

    def slow(conn):
        begun.set()
        may_go.wait(5)
        put(conn, "first")

    async def twice():
        await store.write(slow)
        await store.write(put, "second")

    with stores.new_database("sqlite") as path:
        async with stores.open_store(path) as store:
            commits = count_commits(store)
            both = asyncio.create_task(twice())
            await asyncio.to_thread(begun.wait, 5)
            other = asyncio.create_task(store.write(put, "other"))
            await asyncio.sleep(0)
            may_go.set()
            await asyncio.gather(both, other)
            assert commits.count("COMMIT") == 2


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


async def test_nobody_is_answered_before_the_commit(tmp_path):
    with stores.new_database("sqlite") as path:
        async with stores.open_store(path) as store:
            await asyncio.gather(*(store.write(put, f"n{i}") for i in range(50)))
            other = sqlite3.connect(path)  # another process would see the same
            assert other.execute("SELECT count(*) FROM facts").fetchone() == (50,)
            other.close()


async def test_a_store_that_cannot_be_opened_leaves_no_thread_behind(tmp_path: Path):
    before = {*threading.enumerate()}
    (tmp_path / "node.db").write_bytes(b"this is no database" * 100)
    for path in (tmp_path / "node.db", tmp_path / "missing" / "node.db"):
        with pytest.raises(Unavailable):
            await Store(sqlite.SqliteBackend(path), dialect="sqlite").open()
    for thread in {*threading.enumerate()} - before:
        await asyncio.to_thread(thread.join, 30)
        assert not thread.is_alive()


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
            assert [result.retry_after_seconds for result in results] == [60, 60]
            assert await store.read(names) == ["before"]
            await store.write(limit, 1_000_000)
            await store.write(fill)
            assert await store.read(names) == ["before", "big"]


async def test_a_locked_database_is_unavailable_and_leaves_no_half(monkeypatch):
    monkeypatch.setattr(sqlite, "PRAGMAS", (("busy_timeout", "50", "50"), *sqlite.PRAGMAS[1:]))
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
