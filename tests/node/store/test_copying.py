"""Copies of whole databases, from SQLite to each database and back: every row, every odd value, or nothing at all."""

import os
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Column, Connection, create_engine, inspect, text, types
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from node.errors import Conflict, Unavailable
from node.store.database import ends
from node.store.database.copying import Copying, count_rows, parts, read
from node.store.database.index_words import as_vector, from_vector
from node.store.database.postgresql import driver_url
from node.store.tables import Json, metadata
from tests import postgres, stores

postgresql = stores.postgresql
ODD = "Grüße \U0001f331 \\N \\\\ \t'\"\r\n\u2028"
WORDS = ["tcasting", "z", "kcasting", "z", "z", "bcasting", "bmetal", "bcasting", "m0123456789ab"]


def value_for(column: Column[Any], row: int) -> Any:
    """Something at the edge of what the column holds; row n refers to row n; the last leaves out what it may."""
    kind = column.type
    if column.foreign_keys:
        return value_for(next(iter(column.foreign_keys)).column, row)
    if column.primary_key and isinstance(kind, types.Integer):
        return row
    if column.nullable and row == 3:
        return None
    if isinstance(kind, types.Boolean):
        return row % 2 == 0
    if isinstance(kind, types.Integer):
        return (2**63 if isinstance(kind, types.BigInteger) else 2**31) - row
    if isinstance(kind, types.Float):
        return row + 0.1
    if isinstance(kind, types.LargeBinary):
        return bytes(range(256)) * row
    if isinstance(kind, Json):
        return {"row": row, "text": f"\0{ODD}"}
    return f"{row}{ODD}"[: getattr(kind, "length", None)]


def fill(conn: Connection) -> None:
    """Three rows in each table, and in the indexes of words."""
    for table in metadata.sorted_tables:
        conn.execute(table.insert(), [{c.name: value_for(c, row) for c in table.c} for row in (1, 2, 3)])
    for name in ("resource_search (rowid, words, facets)", "post_search (rowid, words)"):
        values = ["?"] * (name.count(",") + 1)
        row = (1, " ".join(WORDS), f"kind\x1f{ODD}\x1e")[: len(values)]
        conn.exec_driver_sql(f"INSERT INTO {name} VALUES ({', '.join(values)})", row)


@pytest.fixture
def full(tmp_path: Path) -> Path:
    """A database with rows in all tables."""
    path = tmp_path / "full.sqlite3"
    with ends.new_sqlite(path) as conn:
        fill(conn)
    return path


class Target:
    """An empty database of one kind, and how it is filled and held."""

    def __init__(self, backend: str, folder: Path) -> None:
        self.path = folder / "target.sqlite3"
        self.url = "" if backend == "sqlite" else postgres.cluster().url(postgres.cluster().create())

    def new(self) -> AbstractContextManager[Connection]:
        return ends.new_postgresql(self.url) if self.url else ends.new_sqlite(self.path)

    def held(self) -> AbstractContextManager[Connection]:
        return ends.held_postgresql(self.url) if self.url else ends.held_sqlite(self.path)

    def is_empty(self) -> bool:
        if not self.url:
            return not self.path.exists()
        with opened(self.url) as conn:
            return not inspect(conn).get_table_names()


@pytest.fixture(params=postgres.BACKENDS)
def target(request: pytest.FixtureRequest, tmp_path: Path) -> Target:
    return Target(request.param, tmp_path)


@contextmanager
def opened(url: str) -> Iterator[Connection]:
    with create_engine(driver_url(url), poolclass=NullPool).connect() as conn:
        yield conn


def copy(
    old: AbstractContextManager[Connection], new: AbstractContextManager[Connection], advance=lambda _: None
) -> Copying:
    with old as source, new as target:
        copying = Copying(source, target, advance)
        copying.run()
    return copying


def content(conn: Connection) -> dict[str, list[str]]:
    return {part.name: sorted(repr(tuple(row)) for batch in read(conn, part) for row in batch) for part in parts()}


def content_of(path: Path) -> dict[str, list[str]]:
    with ends.held_sqlite(path) as conn:
        return content(conn)


def schema_of(path: Path) -> list[tuple[str, str]]:
    with closing(sqlite3.connect(path)) as raw:
        return sorted(raw.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"))


def test_every_row_comes_through_and_back(full: Path, target: Target, tmp_path: Path) -> None:
    steps: list[int] = []
    copied = copy(ends.held_sqlite(full), target.new(), steps.append)
    with target.held() as conn:
        assert content(conn) == content_of(full)
        assert count_rows(conn) * 2 == sum(steps) == 2 * sum(each.rows for each in copied.sums.values())
        if target.url:
            assert conn.scalar(text("SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'O'")) == 0
            assert conn.scalar(text("SELECT count(*) FROM pg_sequences")) == 0  # all ids are our own; no sequence lags
    assert copied.mended == {}
    back = tmp_path / "back.sqlite3"
    copy(target.held(), ends.new_sqlite(back))
    assert content_of(back) == content_of(full)
    assert schema_of(back) == schema_of(full)
    assert back.stat().st_mode & 0o777 == 0o600
    assert sorted(place.name for place in tmp_path.glob("*.partial")) == []


def test_a_database_that_is_not_empty_is_left_alone(full: Path, target: Target) -> None:
    copy(ends.held_sqlite(full), target.new())
    with pytest.raises(Conflict, match=r"not empty|move away target"):
        copy(ends.held_sqlite(full), target.new())
    with target.held() as conn:
        assert content(conn) == content_of(full)
        with pytest.raises((OperationalError, sqlite3.OperationalError), match=r"lock timeout|is locked"):
            write_beside(target)


def write_beside(target: Target) -> None:
    """As somebody else who does not wait."""
    if target.url:
        with opened(target.url) as conn:
            conn.execute(text("SET lock_timeout = 10"))
            conn.execute(text("DELETE FROM facts"))
    else:
        with closing(sqlite3.connect(target.path, timeout=0)) as raw:
            raw.execute("DELETE FROM facts")


def test_who_is_killed_in_the_middle_leaves_nothing(full: Path, target: Target) -> None:
    before, batches = content_of(full), iter(range(60))

    def advance(_: int) -> None:
        if next(batches, None) is None:
            os.kill(os.getpid(), signal.SIGKILL)

    if (child := os.fork()) == 0:
        try:
            copy(ends.held_sqlite(full), target.new(), advance)
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -9
    assert target.is_empty()
    assert content_of(full) == before
    copy(ends.held_sqlite(full), target.new())


TOO_LONG = "follows.state of the row with id = {}: value too long for type character varying(16)"


def test_what_a_database_does_not_take_is_named(full: Path, tmp_path: Path, postgresql: str) -> None:
    """NUL gives way; what is too long, which SQLite bears, stops the copy and leaves nothing; all of it is told."""
    assert postgresql
    target = Target("postgresql", tmp_path)
    with closing(sqlite3.connect(full)) as raw, raw:
        raw.execute("UPDATE objects SET content = 'a' || char(0) || 'b' WHERE id < 3")
        raw.execute("UPDATE follows SET state = 'accepted and more' WHERE id IN (2, 3)")
        raw.execute("UPDATE objects SET visibility = 'everybody and more' WHERE id = 2")
    with pytest.raises(Conflict) as refused:
        copy(ends.held_sqlite(full), target.new())
    told = str(refused.value).removeprefix("PostgreSQL does not take ").split("; ")
    for place in ("objects.visibility of the row with id = 2: ", *(TOO_LONG.format(number) for number in (2, 3))):
        assert any(each.startswith(place) for each in told), told
    assert target.is_empty()
    with closing(sqlite3.connect(full)) as raw, raw:
        raw.execute("UPDATE follows SET state = 'accepted' WHERE id IN (2, 3)")
        raw.execute("UPDATE objects SET visibility = 'public' WHERE id = 2")
    assert copy(ends.held_sqlite(full), target.new()).mended == {"objects.content": 2}
    with target.held() as conn:
        assert conn.execute(text("SELECT content FROM objects ORDER BY id LIMIT 2")).scalars().all() == ["a\ufffdb"] * 2


def test_a_row_that_refers_to_nothing_stops_the_copy(full: Path, target: Target) -> None:
    with closing(sqlite3.connect(full)) as raw, raw:
        raw.execute("DELETE FROM actors WHERE id = 2")  # without PRAGMA foreign_keys
    with pytest.raises(Conflict, match=r"foreign key|refer to rows that are not there"):
        copy(ends.held_sqlite(full), target.new())
    assert target.is_empty()


def test_text_that_is_none_is_named(full: Path, target: Target) -> None:
    with closing(sqlite3.connect(full)) as raw, raw:
        raw.execute("UPDATE objects SET content = CAST(x'ff41' AS TEXT)")
    with pytest.raises(Conflict, match="What objects holds cannot be read"):
        copy(ends.held_sqlite(full), target.new())
    assert target.is_empty()


def test_a_database_of_another_version_is_refused(full: Path, target: Target) -> None:
    with closing(sqlite3.connect(full)) as raw, raw:
        raw.execute("UPDATE alembic_version SET version_num = '0001'")
    with pytest.raises(Conflict, match="rhizome migrate"):
        copy(ends.held_sqlite(full), target.new())


def test_a_server_that_is_away_is_told_in_a_sentence(full: Path) -> None:
    with pytest.raises(Unavailable, match="The new database cannot be used; nothing was copied"):
        copy(ends.held_sqlite(full), ends.new_postgresql("postgresql://rhizome@127.0.0.1:1/none"))


def test_words_survive_their_form_on_postgresql() -> None:
    assert from_vector(as_vector(WORDS)) == WORDS
