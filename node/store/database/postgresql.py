"""PostgreSQL: a bounded pool of threads, each unit a transaction; signals travel by LISTEN and NOTIFY."""

import asyncio
import itertools
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.pool import NullPool

from node.ids import LANES
from node.store.database.engine import FULL_AGAIN_SECONDS, Signal, stopping, take_signals, unavailable

T = TypeVar("T")

CHANNEL = "rhizome"
#: How often a unit is run before its error counts, by SQLSTATE. Two units that touched rows in opposite order, or one
#: that wrote what another unit wrote after this one had looked for it in vain: run again from the start, it finds that.
_TRIES = {"40P01": 5, "40001": 5, "23505": 3}
_DISK_FULL = "53100"
#: Held by the line on which the process listens, so that it falls with the process.
_CLAIM = text("SELECT pg_try_advisory_lock(7467832, :lane)")
_NOTIFY = text("SELECT pg_notify(:channel, :payload)")
#: What a reader is: one state of the database for all its statements, and no way to change it.
_READING: dict[str, Any] = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
#: How long the listener waits at a time before it asks whether the store is being closed.
_LISTEN_SECONDS = 2.0


def driver_url(url: str) -> str:
    """The address of the configuration as SQLAlchemy takes it."""
    return url.replace("postgresql://", "postgresql+psycopg://", 1)


def _is_away(error: BaseException) -> bool:
    """Whether the database itself failed: no connection, shut down, out of space, lock or statement timed out."""
    return isinstance(error, OperationalError | InterfaceError) or (
        isinstance(error, DBAPIError) and error.connection_invalidated
    )


class PostgresqlBackend:
    """Any number of processes on one database."""

    def __init__(self, url: str, *, pool: int) -> None:
        url = driver_url(url)
        arguments = {"options": "-c timezone=UTC -c statement_timeout=30000", "connect_timeout": 5}
        self._engine = create_engine(url, pool_size=pool, max_overflow=0, pool_pre_ping=True, connect_args=arguments)
        # Apart from the pool: it is held all the time, and a pool of one must still serve units.
        self._listening = create_engine(url, poolclass=NullPool, connect_args=arguments, isolation_level="AUTOCOMMIT")
        self.on_commit: Callable[[float], None] = lambda _: None
        self._threads = ThreadPoolExecutor(pool, thread_name_prefix="postgresql")
        self._listener = threading.Thread(target=self._listen, name="postgresql listener", daemon=True)
        self._heard = threading.Event()  # the listener listens
        self._stopping = threading.Event()
        self._closed = True
        self._lane: int | None = None
        self._loop: asyncio.AbstractEventLoop
        self._on_signals: Callable[[Sequence[Signal]], None]

    @property
    def engines(self) -> Sequence[Engine]:
        return [self._engine]

    async def open(self, on_signals: Callable[[Sequence[Signal]], None]) -> None:
        self._on_signals = on_signals
        self._loop = asyncio.get_running_loop()
        self._closed = False
        try:
            await self.read(lambda conn: conn.execute(text("SELECT 1")))
        except BaseException:
            self._closed = True
            raise
        self._listener.start()
        await asyncio.to_thread(self._heard.wait, _LISTEN_SECONDS)

    async def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        self._stopping.set()
        await asyncio.to_thread(self._end)

    def _end(self) -> None:
        self._threads.shutdown()
        try:
            with self._listening.connect() as connection:  # wakes the listener
                connection.execute(_NOTIFY, {"channel": CHANNEL, "payload": ""})
        except DBAPIError:
            pass  # the database is away; the listener looks up by itself
        self._listener.join()
        self._engine.dispose()

    def version(self) -> int | None:
        """Nothing: only a question to the server could tell."""
        return None

    def lane(self) -> int | None:
        return self._lane

    async def read(self, unit: Callable[[Connection], T]) -> T:
        return await self._submit(unit, _READING)

    async def write(self, unit: Callable[[Connection], T]) -> T:
        return await self._submit(unit, {})

    async def _submit(self, unit: Callable[[Connection], T], options: dict[str, Any]) -> T:
        if self._closed:
            raise stopping()
        return await self._loop.run_in_executor(self._threads, self._run, unit, options)

    def _run(self, unit: Callable[[Connection], T], options: dict[str, Any]) -> T:
        for run in itertools.count(1):
            try:
                return self._run_once(unit, options)
            except StopIteration as error:  # a future cannot carry it
                raise RuntimeError("a unit of work raised StopIteration") from error
            except DBAPIError as error:
                if run < _TRIES.get(getattr(error.orig, "sqlstate", ""), 1):
                    continue
                if _is_away(error):
                    is_full = getattr(error.orig, "sqlstate", "") == _DISK_FULL
                    raise (unavailable(error, FULL_AGAIN_SECONDS) if is_full else unavailable(error)) from error
                raise
        raise AssertionError("the loop above returns or raises")

    def _run_once(self, unit: Callable[[Connection], T], options: dict[str, Any]) -> T:
        with self._engine.connect() as connection:
            conn = connection.execution_options(**options)
            take_signals(conn)
            with conn.begin():
                result = unit(conn)
                for said in take_signals(conn):
                    conn.execute(
                        _NOTIFY, {"channel": CHANNEL, "payload": "\n".join(said) if said.message else said.name}
                    )
                started_at = time.monotonic()
            if options is not _READING:
                self.on_commit(time.monotonic() - started_at)
            return result

    def _listen(self) -> None:
        """Wait for notifications of all processes, this one's own included; connect again when the line breaks."""
        while not self._stopping.is_set():
            try:
                with self._listening.connect() as connection:
                    connection.execute(text(f"LISTEN {CHANNEL}"))
                    self._claim(connection)
                    self._heard.set()
                    self._forward(connection.connection.driver_connection)
            except Exception:  # noqa: BLE001 (the database is away: due jobs are also found by time)
                self._stopping.wait(1)

    def _claim(self, connection: Connection) -> None:
        """Take the first lane that is free, or on a new line the one that this process has."""
        for lane in range(LANES) if self._lane is None else (self._lane,):
            if connection.scalar(_CLAIM, {"lane": lane}):
                self._lane = lane
                return

    def _forward(self, raw: Any) -> None:
        while not self._stopping.is_set():
            for notice in raw.notifies(timeout=_LISTEN_SECONDS, stop_after=1):
                if notice.payload and not self._stopping.is_set():
                    said = Signal(*notice.payload.split("\n", 1))
                    self._loop.call_soon_threadsafe(self._on_signals, [said])
