"""Brings the schema of a database up to this version.

The common case costs one SELECT: the version row is compared first, and Alembic (11 MiB, 220 ms) is imported only
where it differs. On SQLite a verified backup is taken before anything changes (REL12).
"""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, inspect, text

from node.errors import ConfigurationRefused, Unavailable

#: The newest migration; a test compares it with the scripts.
HEAD = "0001"
_VERSIONS = text("SELECT version_num FROM alembic_version")


def current_version(conn: Connection) -> str | None:
    """The version of the schema; None for an empty database."""
    if not inspect(conn).has_table("alembic_version"):
        return None
    version: str | None = conn.scalar(_VERSIONS)
    return version


def is_current(conn: Connection) -> bool:
    return current_version(conn) == HEAD


def is_current_file(path: Path) -> bool:
    """Whether a SQLite file is at ``HEAD``; asks the file itself, which loads nothing."""
    with closing(sqlite3.connect(path)) as raw:
        try:
            found: tuple[str] | None = raw.execute("SELECT version_num FROM alembic_version").fetchone()
            return found == (HEAD,)
        except sqlite3.DatabaseError:
            return False


def migrate(url: str, *, before: Callable[[str], None] | None = None) -> bool:
    """Upgrade to ``HEAD``; answers whether there was anything to do.

    ``before(version)`` is called when an existing database is about to change. Raises ConfigurationRefused for a
    schema that is newer than this program.
    """
    engine = create_engine(url)
    try:
        with engine.connect() as conn:
            found = current_version(conn)
        if found == HEAD:
            return False
        if found is not None and found not in known_versions():
            raise ConfigurationRefused(
                "The database was written by a newer version of this program.", detail=f"schema {found}, known {HEAD}"
            )
        if found is not None and before is not None:
            before(found)
        _upgrade(engine)
        return True
    finally:
        engine.dispose()


def known_versions() -> frozenset[str]:
    """All versions that this program can upgrade from."""
    return frozenset(path.name[:4] for path in (_HERE / "versions").glob("[0-9]*.py"))


_HERE = Path(__file__).with_name("migrations")


def _upgrade(engine: Engine) -> None:
    # Late: see the module.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_HERE))
    with engine.begin() as conn:
        config.attributes["connection"] = conn
        command.upgrade(config, "head")


def copy_sqlite(source: Path, target: Path) -> None:
    """A consistent copy of a SQLite database, also while it is written to; refused without space for it."""
    needed = source.stat().st_size
    if shutil.disk_usage(target.parent).free < 2 * needed:
        raise Unavailable("There is not enough disk space for a backup.", detail=f"{needed} bytes needed")
    partial = target.with_suffix(".partial")
    with closing(sqlite3.connect(source)) as original, closing(sqlite3.connect(partial)) as copy:
        original.backup(copy, pages=1024)
        (verdict,) = copy.execute("PRAGMA integrity_check").fetchone()
    if verdict != "ok":
        partial.unlink()
        raise Unavailable("The copy of the database is damaged.", detail=str(verdict)[:200])
    partial.chmod(0o600)
    partial.replace(target)
