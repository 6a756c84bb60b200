"""``rhizome domain``."""

import json
import sqlite3
from pathlib import Path

from tests.node.cli.running import rhizome


def test_policies_are_set_listed_and_removed(file: Path, database: sqlite3.Connection) -> None:
    assert rhizome(file, "domain", "set", "Bad.Example", "limit").exit_code == 0
    assert rhizome(file, "domain", "set", "bad.example", "block", "--reason", "spam").exit_code == 0
    (row,) = json.loads(rhizome(file, "domain", "list", "--json").output)
    assert (row["domain"], row["policy"], row["reason"]) == ("bad.example", "block", "spam")
    assert rhizome(file, "domain", "remove", "bad.example").exit_code == 0
    assert rhizome(file, "domain", "remove", "bad.example").exit_code == 1
    assert json.loads(rhizome(file, "domain", "list", "--json").output) == []
    audited = database.execute("SELECT before, after FROM audit_log ORDER BY id").fetchall()
    assert [before and json.loads(before)["policy"] for before, _ in audited] == [None, "limit", "block"]
    assert [after and json.loads(after)["policy"] for _, after in audited] == ["limit", "block", None]


def test_block_ends_follows_and_its_preview_counts_them(file: Path, database: sqlite3.Connection) -> None:
    mine = database.execute("SELECT id FROM actors WHERE kind = 'organization'").fetchone()[0]
    with database:
        database.execute(
            "INSERT INTO actors (id, uri, kind, local, username, host, created_at, updated_at) "
            "VALUES (7, 'https://a.bad.example/u', 'person', 0, 'u', 'a.bad.example', 0, 0)"
        )
        database.execute("INSERT INTO follows (id, follower_id, followed_id, uri, state, created_at) "
                         "VALUES (8, ?, 7, 'x', 'accepted', 0)", (mine,))  # fmt: skip
    counts = {each["what"]: each["count"] for each in json.loads(rhizome(file, "domain", "preview", "bad.example",
                                                                         "--json").output)}  # fmt: skip
    assert counts == {"actors": 1, "objects": 0, "followers": 0, "following": 1}
    assert "1 follows ended" in rhizome(file, "domain", "set", "bad.example", "block").output
    assert database.execute("SELECT count(*) FROM follows").fetchone() == (0,)


def test_own_host_cannot_be_blocked(file: Path) -> None:
    assert rhizome(file, "domain", "set", "localhost:8111", "block").exit_code == 1
