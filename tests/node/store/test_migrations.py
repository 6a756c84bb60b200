"""The migrations: they make what ``store.tables`` says, keep all rows, and change nothing when they fail (REL13)."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from alembic.config import Config as AlembicConfig
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, MetaData, Table, create_engine, inspect, select, text, types

from node.errors import ConfigurationRefused
from node.store import triggers
from node.store.database import migrate
from node.store.tables import metadata
from tests import postgres
from tests.rows import each_row

FIRST = "0001"
ROOT = Path(__file__).parents[3]


@contextmanager
def empty_database(backend: str, folder: Path) -> Iterator[Engine]:
    if backend == "sqlite":
        engine = create_engine(f"sqlite:///{folder / 'node.sqlite3'}")
    else:
        server = postgres.cluster()
        engine = create_engine(server.url(server.create()).replace("postgresql://", "postgresql+psycopg://", 1))
    yield engine
    engine.dispose()


@pytest.fixture(params=postgres.BACKENDS)
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    with empty_database(request.param, tmp_path) as made:
        yield made


# -- tables and migrations are one ----------------------------------------------------------------------------------


def describe(engine: Engine) -> dict[str, dict[str, Any]]:
    """Everything of a schema that a statement can notice, by table."""
    seen = inspect(engine)
    return {name: describe_table(seen, name) for name in seen.get_table_names() if name != "alembic_version"} | {
        "(triggers)": read_triggers(engine)
    }


def describe_table(seen: Any, name: str) -> dict[str, Any]:
    columns = {
        column["name"]: (str(column["type"]), column["nullable"], column["default"], column.get("autoincrement"))
        for column in seen.get_columns(name)
    }
    unordered = {
        "unique": seen.get_unique_constraints(name),
        "indexes": [index | {"dialect_options": _conditions(index)} for index in seen.get_indexes(name)],
        "foreign": seen.get_foreign_keys(name),
        "checks": seen.get_check_constraints(name),
    }
    return {"columns": columns, "key": seen.get_pk_constraint(name)} | {
        what: sorted(found, key=repr) for what, found in unordered.items()
    }


def _conditions(index: Any) -> dict[str, str]:
    """Which rows an index is of, as text."""
    return {option: str(value) for option, value in index.get("dialect_options", {}).items()}


#: Of PostgreSQL the functions that triggers call, too; of SQLite also tables whose text says more than their columns.
_TRIGGERS = {
    "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' OR sql LIKE 'CREATE VIRTUAL%'",
    "postgresql": """
        SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal UNION ALL
        SELECT proname, pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace""",
}


def read_triggers(engine: Engine) -> list[tuple[str, str]]:
    with engine.connect() as conn:
        found = conn.execute(text(_TRIGGERS[engine.dialect.name])).all()
    return sorted((name, re.sub(r"\s+", " ", definition)) for name, definition in found)


def test_migrations_make_what_the_tables_say(engine: Engine, tmp_path: Path) -> None:
    migrate.upgrade(engine)
    (tmp_path / "meant").mkdir()
    with empty_database(engine.dialect.name, tmp_path / "meant") as meant:
        with meant.begin() as conn:
            metadata.create_all(conn)
            triggers.create(conn)
        made, wanted = describe(engine), describe(meant)
    assert made.keys() == wanted.keys()
    for name, table in wanted.items():
        assert made[name] == table, name
    assert len(made["(triggers)"]) > 2


def test_migrations_are_one_chain_with_numbers_in_order() -> None:
    config = AlembicConfig()
    config.set_main_option("script_location", str(migrate.SCRIPTS))
    chain = sorted(ScriptDirectory.from_config(config).walk_revisions(), key=lambda each: each.revision)
    assert [each.revision for each in chain] == [f"{number:04}" for number in range(1, len(chain) + 1)]
    for before, after in pairwise(chain):
        assert after.down_revision == before.revision, f"{after.path}: down_revision must be {before.revision}"
    assert all(Path(each.path).name.startswith(f"{each.revision}_") for each in chain)
    assert chain[-1].revision == migrate.HEAD
    assert len(list((migrate.SCRIPTS / "versions").glob("*.py"))) == len(chain), "two migrations have one number"


@each_row("path", sorted((migrate.SCRIPTS / "versions").glob("*.py")))
def test_migrations_know_nothing_of_the_tables_of_today(path: Path) -> None:
    imported = set(re.findall(r"^(?:from|import) (\S+)", path.read_text("utf-8"), re.MULTILINE))
    assert not [name for name in imported if name.split(".")[0] in {"node", "federation", "web", "schemas"}]


# -- rows stay ------------------------------------------------------------------------------------------------------


def value_for(column: Any, number: int) -> Any:
    kind = column.type
    if column.foreign_keys or isinstance(kind, types.Integer):
        return number
    if isinstance(kind, types.Boolean):
        return number % 2 == 0
    if isinstance(kind, types.LargeBinary):
        return bytes([number] * 8)
    return f'"{number}"'[: getattr(kind, "length", None)]


def fill(conn: Connection) -> None:
    """Three rows in each table; row n of one refers to row n of the other."""
    found = MetaData()
    found.reflect(conn)
    for table in found.sorted_tables:
        if table.name == "alembic_version" or triggers.is_part_of_index(table.name):
            continue
        conn.execute(table.insert(), [{c.name: value_for(c, number) for c in table.c} for number in (1, 2, 3)])


#: Columns that are gone since, which nobody read. When a key could not be had is its ``fetched_at``.
LOST = {"remote_keys": {"failed_at"}}


def rows(conn: Connection, table: Table, columns: list[str]) -> list[tuple[Any, ...]]:
    return sorted((tuple(row) for row in conn.execute(select(*(table.c[name] for name in columns)))), key=repr)


def test_upgrade_from_the_first_schema_keeps_every_row(engine: Engine) -> None:
    migrate.upgrade(engine, FIRST)
    before, after = MetaData(), MetaData()
    with engine.begin() as conn:
        fill(conn)
        before.reflect(conn)
        stay = {name: [*({*table.c.keys()} - LOST.get(name, set()))] for name, table in before.tables.items()}
        kept = {name: rows(conn, table, stay[name]) for name, table in before.tables.items()}
    migrate.upgrade(engine)
    with engine.begin() as conn:
        assert migrate.current_version(conn) == migrate.HEAD
        after.reflect(conn)
        for name in (before.tables.keys() & after.tables.keys()) - {"alembic_version"}:
            lost = {*before.tables[name].c.keys()} - {*after.tables[name].c.keys()}
            assert lost == LOST.get(name, set()), f"{name} lost a column: say what of it is kept"
            assert rows(conn, after.tables[name], stay[name]) == kept[name], name
    assert sum(len(each) for each in kept.values()) > 3 * 30


def test_courses_from_before_count_as_courses(engine: Engine) -> None:
    """Those that were stored as tutorials; what names its kind itself, or is another type, stays as it is."""
    records = ({"type": ["Course"]}, {"type": ["Course"], "kind": "tutorial"}, {"type": ["HowTo"], "name": "Course"})
    migrate.upgrade(engine, FIRST)
    found = MetaData()
    with engine.begin() as conn:
        fill(conn)
        found.reflect(conn)
        resources, facets = found.tables["resources"], found.tables["resource_facets"]
        conn.execute(facets.delete())
        for number, record in enumerate(records, 1):
            values = {"kind": "tutorial", "listing": "public-local", "record": json.dumps(record)}
            conn.execute(resources.update().where(resources.c.sort_key == number).values(values))
            row = {"sort_key": number, "facet": "kind", "value": "tutorial", "listing": "public-local"}
            conn.execute(facets.insert(), [row])
    migrate.upgrade(engine)
    with engine.connect() as conn:
        kinds = conn.execute(select(resources.c.sort_key, resources.c.kind).order_by(resources.c.sort_key)).all()
        counted = conn.execute(select(facets.c.sort_key, facets.c.value).order_by(facets.c.sort_key)).all()
    assert kinds == counted == [(1, "course"), (2, "tutorial"), (3, "tutorial")]


# -- when it fails --------------------------------------------------------------------------------------------------


_BREAKS = f"""
from alembic import op
import sqlalchemy as sa
revision, down_revision = "9999", "{migrate.HEAD}"
def upgrade():
    op.create_table("halves", sa.Column("id", sa.Integer()))
    op.execute("DELETE FROM facts")
    op.execute("SELECT * FROM no_such_table")
"""


def test_failed_upgrade_leaves_the_database_as_it_was(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    migrate.upgrade(engine)
    shutil.copytree(migrate.SCRIPTS, tmp_path / "scripts")
    (tmp_path / "scripts" / "versions" / "9999_breaks.py").write_text(_BREAKS)
    monkeypatch.setattr(migrate, "SCRIPTS", tmp_path / "scripts")
    with engine.begin() as conn:
        conn.execute(text("INSERT INTO facts (name, value) VALUES ('host', 'alpha.example')"))
    before = describe(engine)
    with pytest.raises(Exception, match="no_such_table"):
        migrate.upgrade(engine)
    assert describe(engine) == before
    with engine.connect() as conn:
        assert migrate.current_version(conn) == migrate.HEAD
        assert conn.scalar(text("SELECT value FROM facts")) == "alpha.example"


_ENDS = f"""
import os
from alembic import op
import sqlalchemy as sa
revision, down_revision = "9999", "{migrate.HEAD}"
def upgrade():
    op.create_table("halves", sa.Column("id", sa.Integer()))
    op.execute("DELETE FROM facts")
    if "KILLED" in os.environ:
        os.kill(os.getpid(), 9)
"""
_UPGRADES = """
import sys
from pathlib import Path
from node.store.database import migrate
migrate.SCRIPTS, migrate.HEAD = Path(sys.argv[2]), "9999"
migrate.migrate(sys.argv[1])
"""


def test_killed_upgrade_leaves_the_database_as_it_was_and_the_next_start_upgrades_it(
    engine: Engine, tmp_path: Path
) -> None:
    migrate.upgrade(engine)
    shutil.copytree(migrate.SCRIPTS, tmp_path / "scripts")
    (tmp_path / "scripts" / "versions" / "9999_ends.py").write_text(_ENDS)
    with engine.begin() as conn:
        conn.execute(text("INSERT INTO facts (name, value) VALUES ('host', 'alpha.example')"))
    before = describe(engine)
    words = (sys.executable, "-c", _UPGRADES, engine.url.render_as_string(hide_password=False), tmp_path / "scripts")
    for _ in range(2):
        killed = subprocess.run(words, env={**os.environ, "KILLED": "1"}, cwd=ROOT, check=False)
        assert killed.returncode == -signal.SIGKILL
        assert describe(engine) == before
        with engine.connect() as conn:
            assert migrate.current_version(conn) == migrate.HEAD
            assert conn.scalar(text("SELECT value FROM facts")) == "alpha.example"
    subprocess.run(words, cwd=ROOT, check=True)
    with engine.connect() as conn:
        assert migrate.current_version(conn) == "9999"
        assert conn.scalar(text("SELECT count(*) FROM facts")) == 0


def test_newer_database_is_refused_untouched(engine: Engine) -> None:
    migrate.upgrade(engine)
    with engine.begin() as conn:
        conn.execute(text("UPDATE alembic_version SET version_num = '9998'"))
    with pytest.raises(ConfigurationRefused, match="newer version"):
        migrate.migrate(engine.url.render_as_string(hide_password=False))
