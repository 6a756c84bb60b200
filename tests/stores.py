"""Opened stores on each database, every one new and empty.

A test module says ``store = stores.store`` and its tests run on SQLite, and on PostgreSQL too with
``RHIZOME_TEST_POSTGRESQL=1``, or there alone with ``RHIZOME_TEST_POSTGRESQL=only``.
"""

import functools
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import pytest

from node.store.database.engine import Store
from node.store.database.sqlite import SqliteBackend
from tests import postgres
from tests.costs import migrate, sqlite_template

#: PostgreSQL databases that a test has used and that are empty again.
_free: list[str] = []


@functools.cache
def _postgresql_template() -> str:
    server = postgres.cluster()
    name = server.create()
    migrate(server.url(name).replace("postgresql://", "postgresql+psycopg://", 1))
    return name


@contextmanager
def new_database(backend: str) -> Iterator[str]:
    """A new database with all tables: the path of a file, or a PostgreSQL URL; gone afterwards."""
    if backend == "sqlite":
        folder = Path(tempfile.mkdtemp(prefix="rhizome-"))
        (folder / "node.db").write_bytes(sqlite_template())
        yield str(folder / "node.db")
        shutil.rmtree(folder)
    else:
        server = postgres.cluster()
        name = _free.pop() if _free else server.create(template=_postgresql_template())
        yield server.url(name)
        server.empty(name)
        _free.append(name)


def make_store(database: str, *, pool: int = 4) -> Store:
    """A store, not yet open, on what ``new_database`` made; several may share one PostgreSQL database."""
    if database.startswith("postgresql://"):
        from node.store.database.postgresql import PostgresqlBackend  # the driver loads only where it is tested

        return Store(PostgresqlBackend(database, pool=pool), dialect="postgresql")
    return Store(SqliteBackend(Path(database)), dialect="sqlite")


@asynccontextmanager
async def open_store(database: str) -> AsyncIterator[Store]:
    made = make_store(database)
    await made.open()
    try:
        yield made
    finally:
        await made.close()


@pytest.fixture(params=postgres.BACKENDS)
def database(request: pytest.FixtureRequest) -> Iterator[str]:
    with new_database(request.param) as made:
        yield made


@pytest.fixture
async def store(database: str) -> AsyncIterator[Store]:
    async with open_store(database) as made:
        yield made


@pytest.fixture
def postgresql() -> Iterator[str]:
    """A PostgreSQL database, for what only several processes can show."""
    if not postgres.WANTED:
        pytest.skip("RHIZOME_TEST_POSTGRESQL is not set")
    with new_database("postgresql") as made:
        yield made


@contextmanager
def silent(_steps: int) -> Iterator[Callable[[int], None]]:
    """The progress of a copy that nobody looks at."""
    yield lambda _: None


@pytest.fixture
def empty_postgresql(postgresql: str) -> str:
    """The address of a PostgreSQL database without tables."""
    assert postgresql
    server = postgres.cluster()
    return server.url(server.create())
