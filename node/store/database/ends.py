"""The two databases of a copy: one that nobody changes meanwhile, and a new one that is there whole or not at all.

The new one is filled in one transaction, PostgreSQL's tables included, or as a file that gets its name when it is
complete: whoever is killed leaves nothing that a second try has to clear away.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, inspect, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from node.errors import Conflict, Unavailable
from node.store.database import migrate
from node.store.database.backup import sync
from node.store.database.postgresql import driver_url
from node.store.tables import metadata

#: How long it may take until nobody else writes, or a server answers.
WAIT_SECONDS = 5
_TRIGGERS = text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
_ENCODING = text("SELECT pg_encoding_to_char(encoding) FROM pg_database WHERE datname = current_database()")


def _of_file(path: Path) -> Engine:
    """The engine of a file that is there; transactions are begun by the caller."""
    uri = f"{path.absolute().as_uri()}?mode=rw"

    def connect() -> sqlite3.Connection:
        return sqlite3.connect(uri, uri=True, timeout=WAIT_SECONDS, isolation_level=None)

    return create_engine("sqlite://", creator=connect, poolclass=NullPool)


def _of_server(url: str) -> Engine:
    options = f"-c timezone=UTC -c lock_timeout={WAIT_SECONDS}s"
    arguments = {"options": options, "connect_timeout": WAIT_SECONDS}
    return create_engine(driver_url(url), poolclass=NullPool, connect_args=arguments)


@contextmanager
def _told(where: str) -> Iterator[None]:
    """What a database itself says, in a sentence."""
    try:
        yield
    except DBAPIError as error:
        told = str(error.orig).strip().partition("\n")[0]
        raise Unavailable(f"{where} cannot be used; nothing was copied.", detail=told) from error


# -- the one that is read -------------------------------------------------------------------------------------------


@contextmanager
def held_sqlite(path: Path) -> Iterator[Connection]:
    """One state of a database, into which nobody writes meanwhile. Raises Unavailable while somebody does."""
    engine = _of_file(path)
    with _told(str(path)), engine.connect() as conn:
        _refuse_other_version(conn)
        conn.exec_driver_sql("BEGIN IMMEDIATE")
        yield conn


@contextmanager
def held_postgresql(url: str) -> Iterator[Connection]:
    """The same."""
    engine = _of_server(url)
    with _told("The database that is configured"), engine.connect() as conn:
        _refuse_other_version(conn)
        conn.rollback()
        # Committed is what others wrote before the lock; after it nobody writes, so that every statement sees the same.
        conn.execute(text(f"LOCK TABLE {', '.join(metadata.tables)} IN SHARE MODE"))
        yield conn


def _refuse_other_version(conn: Connection) -> None:
    if (found := migrate.current_version(conn)) != migrate.HEAD:
        told = f"schema {found}, known {migrate.HEAD}"
        raise Conflict("The database is not one of this version; run `rhizome migrate` first.", detail=told)


# -- the one that is filled -----------------------------------------------------------------------------------------


class Occupied(Conflict):
    """The new database holds something already: an earlier copy that nobody was told of, or anything else."""


@contextmanager
def new_sqlite(path: Path) -> Iterator[Connection]:
    """A new file with all tables and no rows. Raises Occupied where anything of that name is there."""
    if found := sorted(place.name for place in path.parent.glob(f"{path.name}*")):
        raise Occupied(f"{path.parent} holds a database already; move away {', '.join(found)} first.")
    partial = path.with_suffix(".partial")  # perhaps that of a copy that was killed
    partial.unlink(missing_ok=True)
    try:
        migrate.migrate(f"sqlite:///{partial}")
        partial.chmod(0o600)
        with _told(str(path)), _of_file(partial).connect() as conn:
            conn.exec_driver_sql("PRAGMA journal_mode=OFF")  # what fails here is thrown away
            conn.exec_driver_sql("PRAGMA synchronous=OFF")
            conn.exec_driver_sql("BEGIN IMMEDIATE")
            triggers = conn.execute(_TRIGGERS).all()
            for trigger in triggers:
                conn.exec_driver_sql(f"DROP TRIGGER {trigger.name}")
            yield conn
            for trigger in triggers:
                conn.exec_driver_sql(trigger.sql)
            if orphans := conn.execute(text("PRAGMA foreign_key_check")).all():
                raise Conflict("Rows refer to rows that are not there; nothing was copied.", detail=str(orphans[:3]))
            conn.exec_driver_sql("COMMIT")
        sync(partial)
        partial.rename(path)
        sync(path.parent)
    finally:
        partial.unlink(missing_ok=True)


@contextmanager
def new_postgresql(url: str) -> Iterator[Connection]:
    """The tables in an empty database, all of it in one transaction. Raises Occupied where any table is there."""
    with _told("The new database"), _of_server(url).begin() as conn:
        migrate.lock(conn)
        if inspect(conn).get_table_names():
            raise Occupied("The new database is not empty; nothing was copied.")
        if (encoding := conn.scalar(_ENCODING)) != "UTF8":
            raise Conflict(f"The new database is encoded in {encoding}; make one with ENCODING 'UTF8'.")
        migrate.upgrade_within(conn)
        for table in metadata.tables:
            conn.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        yield conn
        for table in metadata.tables:
            conn.execute(text(f"ALTER TABLE {table} ENABLE TRIGGER USER"))
        conn.execute(text("ANALYZE"))
