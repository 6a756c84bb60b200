"""``rhizome follow``."""

import sqlite3
from pathlib import Path

from tests.node.cli.running import add_user, rhizome


def test_local_follow_holds_at_once(file: Path, database: sqlite3.Connection) -> None:
    add_user(file)
    for _ in range(2):
        result = rhizome(file, "follow", "@uni@localhost:8111", "--owner", "ada")
        assert result.output == "@ada@localhost:8111 follows @uni@localhost:8111\n", result.stderr
    assert database.execute("SELECT state FROM follows").fetchall() == [("accepted",)]
    assert database.execute("SELECT count(*) FROM jobs").fetchone() == (0,)


def test_follow_of_nobody_changes_nothing(file: Path, database: sqlite3.Connection) -> None:
    for handle in ("nonsense", "@eve@localhost:8111", "@uni@localhost:8111", "@a@127.0.0.1:9"):
        assert rhizome(file, "follow", handle).exit_code == 1
    assert database.execute("SELECT count(*) FROM follows").fetchone() == (0,)
