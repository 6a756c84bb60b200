"""SQLite: one writer whose waiting units share a commit, and a few readers that cannot write.

aiosqlite owns the connections and their threads; SQLAlchemy speaks over the same connections. Group commit: units
that wait at the same time run in one transaction, with one fsync (``synchronous=FULL``); nobody is answered before it.
Where one of them fails after it has written, all run again, each in its own SAVEPOINT.
"""

import asyncio
import functools
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import aiosqlite
from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.pool import NullPool

from node.errors import Unavailable
from node.store.database.engine import FULL_AGAIN_SECONDS, Signal, stopping, take_signals, unavailable
from node.store.database.lanes import LaneLock

T = TypeVar("T")

#: Set on each connection, in this order, and read back (REL1).
PRAGMAS: tuple[tuple[str, str, str], ...] = (
    # name, value to set, value to read back
    ("busy_timeout", "5000", "5000"),
    ("journal_mode", "WAL", "wal"),
    ("synchronous", "FULL", "2"),
    ("foreign_keys", "ON", "1"),
    ("temp_store", "MEMORY", "2"),
    ("cache_size", "-8000", "-8000"),
    ("journal_size_limit", "67108864", "67108864"),
)

BATCH_AT_MOST = 256

#: Result codes that tell of the disk, the file or its locks, not of the statement.
_AWAY = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_NOTADB,
        sqlite3.SQLITE_PROTOCOL,
    }
)
#: For the writer, a file that cannot be written is one more; in a reader it is a unit that tried to write.
_AWAY_WRITING = _AWAY | {sqlite3.SQLITE_READONLY}
_OF_THE_DISK = frozenset({sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY})


def _code(error: BaseException) -> int:
    """The primary result code of an error of SQLite, also inside SQLAlchemy's; 0 for any other error."""
    return int(getattr(getattr(error, "orig", error), "sqlite_errorcode", 0)) & 0xFF


def _translated(error: BaseException, away: frozenset[int]) -> BaseException:
    if isinstance(error, StopIteration):  # a future cannot carry it
        made = RuntimeError("a unit of work raised StopIteration")
        made.__cause__ = error
        return made
    code = _code(error)
    if code in _OF_THE_DISK and code in away:
        return unavailable(error, FULL_AGAIN_SECONDS)
    return unavailable(error) if code in away else error


_handed_over = threading.local()


@functools.cache
def _engine() -> Engine:
    """The engine of all connections of this process, so that a statement is compiled once and not for each of them.

    It opens none: the thread of a connection hands over its own.
    """
    return create_engine("sqlite://", creator=lambda: _handed_over.raw, poolclass=NullPool)


class _Connection(aiosqlite.Connection):
    """An aiosqlite connection that runs whole functions in its thread, over SQLAlchemy."""

    sql: Connection

    async def run(self, function: Callable[[], T]) -> T:
        result: T = await self._execute(function)  # type: ignore[no-untyped-call]  # aiosqlite leaves it untyped
        return result

    def prepare(self, engine: Engine, *, read_only: bool) -> None:
        raw = self._conn
        for name, value, expected in PRAGMAS:
            raw.execute(f"PRAGMA {name}={value}")
            found = str(raw.execute(f"PRAGMA {name}").fetchone()[0])
            if found != expected:
                raise Unavailable(f"SQLite refused PRAGMA {name}={value}; it stays at {found}.")
        if read_only:
            raw.execute("PRAGMA query_only=ON")
        _handed_over.raw = raw
        self.sql = engine.connect().execution_options(isolation_level="AUTOCOMMIT")

    async def release(self) -> None:
        await self.run(self.sql.invalidate)
        await self.close()


async def _connect(path: Path, engine: Engine, *, read_only: bool) -> _Connection:
    try:
        connection = _Connection(partial(sqlite3.connect, path, isolation_level=None, check_same_thread=False), 64)
        await connection
        try:
            await connection.run(partial(connection.prepare, engine, read_only=read_only))
        except BaseException:
            await connection.close()  # else its thread would keep the process alive
            raise
    except sqlite3.Error as error:
        raise _translated(error, _AWAY_WRITING) from error
    return connection


@dataclass(slots=True)
class _Waiting:
    unit: Callable[[Connection], Any]
    future: asyncio.Future[Any]
    result: Any = None
    error: BaseException | None = None


class SqliteBackend:
    """One database file, one process."""

    def __init__(self, path: Path) -> None:
        self.on_commit: Callable[[float], None] = lambda _: None
        self._path, self._lane = path, LaneLock(path)
        # Copies that can be watched by themselves, with the same statements: for the writer, for all readers.
        self._engines = tuple(_engine().execution_options() for _ in range(2))
        self._writer: _Connection
        self._watch: sqlite3.Connection
        self._readers: list[_Connection] = []
        self._idle: asyncio.LifoQueue[_Connection] = asyncio.LifoQueue()
        self._waiting: list[_Waiting] = []
        self._wake = asyncio.Event()
        self._loop_task: asyncio.Task[None] | None = None
        #: Opens a second reader, once somebody finds the first at work: many a command and test never does.
        self._second: asyncio.Task[None] | None = None
        self._closed = True
        self._on_signals: Callable[[Sequence[Signal]], None]

    @property
    def engines(self) -> Sequence[Engine]:
        return self._engines

    async def open(self, on_signals: Callable[[Sequence[Signal]], None]) -> None:
        self._on_signals = on_signals
        self._writer = await _connect(self._path, self._engines[0], read_only=False)
        try:
            await self._add_reader()
        except BaseException:
            await self._release()
            raise
        self._watch = sqlite3.connect(self._path, timeout=0, isolation_level=None)
        self._lane.take()
        self._closed = False
        self._loop_task = asyncio.create_task(self._write_loop(), name="sqlite writer")

    async def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        self._wake.set()
        if self._loop_task is not None:
            await self._loop_task
        if self._second is not None:
            await asyncio.wait([self._second])
        self._watch.close()
        self._lane.release()
        await self._release()

    async def _add_reader(self) -> None:
        reader = await _connect(self._path, self._engines[1], read_only=True)
        self._readers.append(reader)
        self._idle.put_nowait(reader)

    async def _release(self) -> None:
        for connection in (*self._readers, self._writer):
            await connection.release()
        self._readers.clear()
        self._second = None
        self._idle = asyncio.LifoQueue()

    def version(self) -> int | None:
        """What ``PRAGMA data_version`` says, on a connection that does nothing else: it looks into shared memory only,
        which takes some microseconds and waits for no lock.
        """
        if self._closed:
            raise stopping()
        try:
            return int(self._watch.execute("PRAGMA data_version").fetchone()[0])
        except sqlite3.OperationalError:
            return None

    def lane(self) -> int | None:
        return self._lane.lane

    async def read(self, unit: Callable[[Connection], T]) -> T:
        if self._closed:
            raise stopping()
        if self._second is None and self._idle.empty():
            self._second = asyncio.create_task(self._add_reader(), name="sqlite reader")
        reader = await self._idle.get()
        try:
            return await reader.run(partial(_run_read, reader, unit))
        finally:
            self._idle.put_nowait(reader)

    async def write(self, unit: Callable[[Connection], T]) -> T:
        if self._closed:
            raise stopping()
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiting(unit, future))
        self._wake.set()
        return await future

    async def _write_loop(self) -> None:
        """Write batch after batch; ends when the store is closed and nobody waits any more."""
        while self._waiting or not self._closed:
            if not self._waiting:
                self._wake.clear()
                await self._wake.wait()
                continue
            batch = self._waiting[:BATCH_AT_MOST]
            del self._waiting[: len(batch)]
            await self._write_batch([waiting for waiting in batch if not waiting.future.done()])
            await asyncio.sleep(0)  # who has just been answered, and has more to write, is to be in the next commit

    async def _write_batch(self, batch: list[_Waiting]) -> None:
        try:
            signals = await self._writer.run(partial(_run_batch, self._writer, batch, self.on_commit))
        except asyncio.CancelledError:
            for waiting in batch:
                waiting.future.cancel()
            raise
        except Exception as error:  # noqa: BLE001 (the commit failed: nobody in the batch was durable)
            for waiting in batch:
                if not waiting.future.done():
                    waiting.future.set_exception(_translated(error, _AWAY_WRITING))
            return
        for waiting in batch:
            if waiting.future.done():
                continue
            if waiting.error is not None:
                waiting.future.set_exception(_translated(waiting.error, _AWAY_WRITING))
            else:
                waiting.future.set_result(waiting.result)
        self._on_signals(signals)


def _run_read(connection: _Connection, unit: Callable[[Connection], T]) -> T:
    raw = connection._conn  # noqa: SLF001 (our own subclass)
    try:
        raw.execute("BEGIN")
        try:
            return unit(connection.sql)
        finally:
            if raw.in_transaction:
                raw.execute("COMMIT")
    except Exception as error:
        translated = _translated(error, _AWAY)
        if translated is error:
            raise
        raise translated from error


class _SpoiltError(Exception):
    """A unit has failed after it had written, and nothing can take that alone back."""


def _run_batch(connection: _Connection, batch: list[_Waiting], on_commit: Callable[[float], None]) -> list[Signal]:
    """Run all units in one transaction; answers what they signalled, each once, in order.

    A SAVEPOINT has SQLite copy each page that a unit changes, and units seldom fail once they have written.
    """
    try:
        return _commit(connection, batch, _run_bare, on_commit)
    except _SpoiltError:
        return _commit(connection, batch, _run_guarded, on_commit)


def _commit(
    connection: _Connection,
    batch: list[_Waiting],
    run: Callable[[_Connection, _Waiting], None],
    on_commit: Callable[[float], None],
) -> list[Signal]:
    raw = connection._conn  # noqa: SLF001 (our own subclass)
    signals: dict[Signal, None] = {}
    raw.execute("BEGIN IMMEDIATE")
    try:
        for waiting in batch:
            take_signals(connection.sql)
            waiting.error = None
            run(connection, waiting)
            if waiting.error is None:
                signals.update(dict.fromkeys(take_signals(connection.sql)))
        started_at = time.monotonic()
        raw.execute("COMMIT")
    except BaseException:
        if raw.in_transaction:
            raw.execute("ROLLBACK")
        raise
    on_commit(time.monotonic() - started_at)
    return list(signals)


def _run_bare(connection: _Connection, waiting: _Waiting) -> None:
    raw = connection._conn  # noqa: SLF001 (our own subclass)
    before = raw.total_changes
    try:
        waiting.result = waiting.unit(connection.sql)
    except Exception as error:
        if not raw.in_transaction:  # SQLite itself gave up the whole transaction (disk full, I/O error)
            raise
        if raw.total_changes != before:
            raise _SpoiltError from error
        waiting.error = error


def _run_guarded(connection: _Connection, waiting: _Waiting) -> None:
    raw = connection._conn  # noqa: SLF001 (our own subclass)
    raw.execute("SAVEPOINT unit")
    try:
        waiting.result = waiting.unit(connection.sql)
    except Exception as error:
        if not raw.in_transaction:  # the same
            raise
        raw.execute("ROLLBACK TO unit")
        waiting.error = error
    raw.execute("RELEASE unit")
