"""PostgreSQL: a bounded pool of threads, each unit a transaction; signals travel by LISTEN and NOTIFY."""

import asyncio
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.exc import OperationalError

from node.store.engine import take_signals, translate

T = TypeVar("T")

CHANNEL = "rhizome"
#: Two units that touched rows in opposite order, or a concurrent insert of one key: run again from the start.
_RETRIED = frozenset({"40P01", "40001"})
_TRIES = 5
_NOTIFY = text("SELECT pg_notify(:channel, :payload)")


class PostgresqlBackend:
    """Any number of processes on one database."""

    def __init__(self, url: str, *, pool: int) -> None:
        self._engine = create_engine(
            url.replace("postgresql://", "postgresql+psycopg://", 1),
            pool_size=pool,
            max_overflow=0,
            pool_pre_ping=True,
            connect_args={"options": "-c timezone=UTC -c statement_timeout=30000", "connect_timeout": 5},
        )
        self._threads = ThreadPoolExecutor(pool, thread_name_prefix="postgresql")
        self._listener: threading.Thread | None = None
        self._stopping = threading.Event()
        self._listening: Any = None
        self._loop: asyncio.AbstractEventLoop
        self._on_signals: Callable[[frozenset[str]], None]

    @property
    def engines(self) -> Sequence[Engine]:
        return [self._engine]

    async def open(self, on_signals: Callable[[frozenset[str]], None]) -> None:
        self._on_signals = on_signals
        self._loop = asyncio.get_running_loop()
        await self.read(lambda conn: conn.execute(text("SELECT 1")))
        self._listener = threading.Thread(target=self._listen, name="postgresql listener", daemon=True)
        self._listener.start()

    async def close(self) -> None:
        self._stopping.set()
        if self._listener is not None:
            await asyncio.to_thread(self._listener.join)
        self._threads.shutdown()
        self._engine.dispose()

    async def read(self, unit: Callable[[Connection], T]) -> T:
        return await self._loop_of().run_in_executor(self._threads, self._run, unit, True)

    async def write(self, unit: Callable[[Connection], T]) -> T:
        return await self._loop_of().run_in_executor(self._threads, self._run, unit, False)

    @staticmethod
    def _loop_of() -> asyncio.AbstractEventLoop:
        return asyncio.get_running_loop()

    def _run(self, unit: Callable[[Connection], T], read_only: bool) -> T:
        for attempt in range(_TRIES):
            try:
                return self._run_once(unit, read_only)
            except OperationalError as error:
                if getattr(error.orig, "sqlstate", "") not in _RETRIED or attempt == _TRIES - 1:
                    raise translate(error) from error
            except Exception as error:  # noqa: BLE001 (raised again, translated)
                raise translate(error) from error.__cause__
        raise AssertionError("the loop above returns or raises")

    def _run_once(self, unit: Callable[[Connection], T], read_only: bool) -> T:
        with self._engine.connect() as connection:
            conn = connection.execution_options(postgresql_readonly=True) if read_only else connection
            take_signals(conn)
            with conn.begin():
                result = unit(conn)
                signals = take_signals(conn)
                for name in sorted(signals):
                    conn.execute(_NOTIFY, {"channel": CHANNEL, "payload": name})
            return result

    def _listen(self) -> None:
        """Wait for notifications of all processes, this one's own included; connect again when the line breaks."""
        while not self._stopping.is_set():
            try:
                with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                    raw = connection.connection.driver_connection
                    connection.execute(text(f"LISTEN {CHANNEL}"))
                    self._forward(raw)
                    connection.execute(text(f"UNLISTEN {CHANNEL}"))
            except Exception:  # noqa: BLE001 (the database is away: due jobs are also found by time)
                self._stopping.wait(1)

    def _forward(self, raw: Any) -> None:
        while not self._stopping.is_set():
            names = frozenset(notice.payload for notice in raw.notifies(timeout=0.2))
            if names:
                self._loop.call_soon_threadsafe(self._on_signals, names)
