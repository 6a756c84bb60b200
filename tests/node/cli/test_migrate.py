"""``rhizome migrate``, and what the other commands make of the version of a database."""

import sqlite3
from pathlib import Path

from node.config import load
from tests.node.cli.running import rhizome


def test_migrate_says_what_it_did(file: Path) -> None:
    assert "already" in rhizome(file, "migrate").output
    load(file, environ={}).database_path.unlink()
    assert "now" in rhizome(file, "migrate").output


def test_a_database_of_a_newer_version_is_left_alone(file: Path, database: sqlite3.Connection) -> None:
    with database:
        database.execute("UPDATE alembic_version SET version_num = '9998'")
    for words in (("migrate",), ("keys", "list"), ("serve",)):
        result = rhizome(file, *words)
        assert (result.exit_code, "newer version" in result.stderr) == (78, True)
    assert database.execute("SELECT version_num FROM alembic_version").fetchone() == ("9998",)


def test_worker_needs_postgresql(file: Path) -> None:
    result = rhizome(file, "worker")
    assert result.exit_code == 1
    assert "PostgreSQL" in result.stderr
