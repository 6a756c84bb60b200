"""Brings the schema of a database up to this version.

The common case costs one SELECT: the version row is compared first, and Alembic (11 MiB, 220 ms) is imported only
where it differs. All pending migrations run in one transaction: what fails leaves the database as it was, and the
older program runnable (REL12).
"""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.exc import DBAPIError

from node.errors import ConfigurationRefused, Conflict
from node.store.database.engine import unavailable

#: Where ``env.py`` and the versions are.
SCRIPTS = Path(__file__).parent.with_name("migrations")
_VERSIONS = text("SELECT version_num FROM alembic_version")
_LOCK = text("SELECT pg_advisory_xact_lock(7467831)")  # any number that nobody else takes


def known_versions() -> frozenset[str]:
    """All versions that this program can upgrade from: the numbers in front of the names of the migrations."""
    return frozenset(path.name[:4] for path in (SCRIPTS / "versions").glob("[0-9]*.py"))


#: The newest migration.
HEAD = max(known_versions())


def current_version(conn: Connection) -> str | None:
    """The version of the schema; None for an empty database."""
    if not inspect(conn).has_table("alembic_version"):
        return None
    version: str | None = conn.scalar(_VERSIONS)
    return version


def is_current_file(path: Path) -> bool:
    """Whether a SQLite file is at ``HEAD``; asks the file itself, which loads nothing."""
    try:
        with closing(sqlite3.connect(path)) as raw:
            found: tuple[str] | None = raw.execute("SELECT version_num FROM alembic_version").fetchone()
            return found == (HEAD,)
    except sqlite3.DatabaseError:
        return False  # whoever looks closer says why


def migrate(url: str, *, before: Callable[[str], object] | None = None) -> bool:
    """Upgrade to ``HEAD``; answers whether there was anything to do.

    ``before(version)`` is called when an existing database is about to change. Raises Unavailable for a database that
    cannot be read, ConfigurationRefused for a schema that is newer than this program, Conflict where a migration failed
    or left rows that refer to nothing.
    """
    engine = create_engine(url, connect_args={} if url.startswith("sqlite:") else {"connect_timeout": 5})
    try:
        found = look(engine)
        if found == HEAD:
            return False
        if found is not None and found not in known_versions():
            raise ConfigurationRefused(
                "The database was written by a newer version of this program.", detail=f"schema {found}, known {HEAD}"
            )
        if found is not None and before is not None:
            before(found)
        try:
            upgrade(engine)
        except DBAPIError as error:
            told = "The upgrade of the database failed; it is as it was."
            raise Conflict(told, detail=str(error.orig)[:200]) from error
        return True
    finally:
        engine.dispose()


def look(engine: Engine) -> str | None:
    """The version of the schema as ``current_version`` tells it; Unavailable where the database cannot be read."""
    try:
        with engine.connect() as conn:
            return current_version(conn)
    except DBAPIError as error:
        raise unavailable(error) from error


def upgrade(engine: Engine, target: str = "head") -> None:
    """Run the migrations up to ``target`` in one transaction; several processes do so one after the other."""
    is_sqlite = engine.dialect.name == "sqlite"
    if is_sqlite:
        event.listen(engine, "connect", _without_own_transactions)
        event.listen(engine, "begin", _begin)
    with engine.begin() as conn:
        if not is_sqlite:
            lock(conn)
        upgrade_within(conn, target)
        if is_sqlite and (orphans := conn.execute(text("PRAGMA foreign_key_check")).all()):
            raise Conflict("The upgrade of the database failed; it is as it was.", detail=str(orphans[:3]))


def lock(conn: Connection) -> None:
    """Wait for others who upgrade or fill the database; they wait for the end of this transaction (PostgreSQL)."""
    conn.execute(_LOCK)


def upgrade_within(conn: Connection, target: str = "head") -> None:
    """Run the migrations in a transaction of the caller."""
    # Late: see the module.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = conn
    command.upgrade(config, target)


# Python's driver begins a transaction only before rows change, not before tables do.


def _without_own_transactions(raw: sqlite3.Connection, _record: Any) -> None:
    raw.isolation_level = None


def _begin(conn: Connection) -> None:
    conn.exec_driver_sql("BEGIN IMMEDIATE")
