"""Copies of a database while it is written to, and what can be counted in a copy.

SQLite: the backup interface reads one state of the database in one step; with a write-ahead log readers hold up no
writer. PostgreSQL: pg_dump reads the snapshot in which the rows were counted. Copying the file of a live database is
never right: what has been committed may lie in the log beside it.
"""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from urllib.parse import unquote, urlsplit

from sqlalchemy import Connection, Engine, create_engine, inspect, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from node.errors import Conflict, Unavailable
from node.store.database.engine import unavailable
from node.store.database.migrate import current_version
from node.store.database.postgresql import driver_url
from node.store.tables import own_keys
from node.store.triggers import is_part_of_index

_TOOL_SECONDS = 24 * 3600


@dataclass(frozen=True, slots=True)
class Content:
    """What a database holds, to be compared: schema version, rows by table, fingerprints of our public keys by id."""

    schema: str | None
    rows: Mapping[str, int]
    keys: Mapping[str, str]


def look_into(conn: Connection) -> Content:
    """Count what is there, whichever version made it; the search index is left out."""
    present = {name for name in inspect(conn).get_table_names() if not is_part_of_index(name)}
    quoted = conn.dialect.identifier_preparer.quote
    counts = (f"SELECT '{name}', count(*) FROM {quoted(name)}" for name in sorted(present))  # noqa: S608 (of our own)
    rows = {name: int(count) for name, count in conn.execute(text(" UNION ALL ".join(counts)))} if present else {}
    keys = conn.execute(select(own_keys.c.uri, own_keys.c.public)) if own_keys.name in present else ()
    fingerprints = {uri: sha256(public.encode()).hexdigest() for uri, public in keys}
    return Content(current_version(conn), rows, fingerprints)


def sync(place: Path) -> None:
    """Have a file, or the names in a folder, on disk when this returns."""
    handle = os.open(place, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


# -- SQLite ---------------------------------------------------------------------------------------------------------


def copy_sqlite(source: Path, target: Path) -> None:
    """One consistent state of a database that may be in use, as a single new file. Refused without space for it."""
    needed = source.stat().st_size
    if shutil.disk_usage(target.parent).free < 2 * needed:
        raise Unavailable("There is not enough disk space for a backup.", detail=f"{needed} bytes needed")
    target.touch(mode=0o600, exist_ok=False)
    try:
        uri = f"{source.as_uri()}?mode=ro"
        with closing(sqlite3.connect(uri, uri=True, timeout=5)) as original, closing(sqlite3.connect(target)) as copy:
            original.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")  # no log beside it: one file is the whole database
    except sqlite3.Error as error:
        raise Unavailable("The database cannot be copied.", detail=str(error)) from error


def check_sqlite(path: Path) -> Content:
    """What a copy holds, after SQLite has found it whole; nothing is written. Raises Conflict for damage."""
    try:
        with _reading(path, "mode=ro&immutable=1") as conn:
            verdict = list(conn.execute(text("PRAGMA integrity_check(3)")).scalars())
            orphans = len(conn.execute(text("PRAGMA foreign_key_check")).all())
            if verdict != ["ok"] or orphans:
                raise Conflict("The database in the backup is damaged.", detail="; ".join(verdict)[:200])
            return look_into(conn)
    except DBAPIError as error:
        raise Conflict("The database in the backup cannot be read.", detail=str(error.orig)[:200]) from error


def look_into_sqlite(path: Path) -> Content:
    """What a database holds that is in its place, with the log beside it. Raises Unavailable for damage."""
    try:
        with _reading(path, "mode=ro") as conn:
            return look_into(conn)
    except DBAPIError as error:
        raise unavailable(error) from error


@contextmanager
def _reading(path: Path, options: str) -> Iterator[Connection]:
    uri = f"{path.absolute().as_uri()}?{options}"
    engine = create_engine("sqlite://", creator=lambda: sqlite3.connect(uri, uri=True), poolclass=NullPool)
    try:
        with engine.connect() as conn:
            yield conn
    finally:
        engine.dispose()


# -- PostgreSQL -----------------------------------------------------------------------------------------------------


def dump_postgresql(url: str, target: Path) -> Content:
    """Dump the database into a new file, and answer what the dumped state holds."""
    with (
        _server(url) as engine,
        engine.connect().execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True) as conn,
    ):
        content = look_into(conn)
        snapshot = conn.scalar(text("SELECT pg_export_snapshot()"))
        target.touch(mode=0o600, exist_ok=False)
        _run(url, "pg_dump", "--format=custom", "--no-owner", f"--snapshot={snapshot}", f"--file={target}")
        return content


def check_dump(path: Path) -> None:
    """Whether pg_restore can read all of a dump. Raises Conflict where it cannot."""
    _run("", "pg_restore", f"--file={os.devnull}", str(path))


def restore_postgresql(url: str, dump: Path) -> Content:
    """Fill an empty database in one transaction; answers what it holds. Raises Conflict where it is not empty."""
    with _server(url) as engine:
        with engine.connect() as conn:
            if inspect(conn).get_table_names():
                raise Conflict("The database is not empty; nothing was restored.")
        name = unquote(urlsplit(url).path.removeprefix("/"))
        _run(url, "pg_restore", "--no-owner", "--single-transaction", f"--dbname={name}", str(dump))
        with engine.connect() as conn:
            return look_into(conn)


@contextmanager
def _server(url: str) -> Iterator[Engine]:
    """Raises Unavailable where the server cannot be reached or refuses."""
    engine = create_engine(driver_url(url), poolclass=NullPool, connect_args={"connect_timeout": 5})
    try:
        yield engine
    except DBAPIError as error:
        raise unavailable(error) from error
    finally:
        engine.dispose()


def _run(url: str, tool: str, *words: str) -> None:
    """Run one of PostgreSQL's own tools; where it connects goes by the environment, which other users cannot see."""
    program = shutil.which(tool)
    if program is None:
        raise Unavailable(f"Backups of PostgreSQL need its tool {tool}, which is not on this machine.")
    ended = subprocess.run(  # noqa: S603 (a fixed program, and words of our own)
        [program, *words],
        env={**os.environ, **_connection_of(url)},
        capture_output=True,
        text=True,
        timeout=_TOOL_SECONDS,
        check=False,
    )
    if ended.returncode:
        raise Conflict(f"{tool} failed.", detail=ended.stderr.strip()[-200:])


def _connection_of(url: str) -> dict[str, str]:
    """The variables of libpq that say what the address says."""
    # Late: the driver loads only where PostgreSQL is configured.
    from psycopg.conninfo import conninfo_to_dict

    names = {"dbname": "PGDATABASE", "user": "PGUSER", "password": "PGPASSWORD", "host": "PGHOST", "port": "PGPORT",
             "sslmode": "PGSSLMODE", "sslrootcert": "PGSSLROOTCERT"}  # fmt: skip
    found = conninfo_to_dict(url) if url else {}
    return {variable: str(found[name]) for name, variable in names.items() if found.get(name)}
