"""``rhizome emoji``."""

import json
import sqlite3
from pathlib import Path

from tests import media_files
from tests.node.cli.running import rhizome


def test_emojis_are_given_listed_and_taken_away(file: Path, tmp_path: Path, database: sqlite3.Connection) -> None:
    (tmp_path / "owl.png").write_bytes(media_files.picture("PNG"))
    assert rhizome(file, "emoji", "add", "owl", tmp_path / "owl.png", "--category", "Birds").exit_code == 0
    assert "already" in rhizome(file, "emoji", "add", "owl", tmp_path / "owl.png").output
    assert rhizome(file, "emoji", "disable", ":owl:").output == ":owl: cannot be used any more\n"
    assert "no" in rhizome(file, "emoji", "list").output.split()
    (row,) = json.loads(rhizome(file, "emoji", "list", "--json").output)
    assert (row["name"], row["category"], row["enabled"]) == ("owl", "Birds", False)
    assert rhizome(file, "emoji", "enable", "owl").exit_code == 0
    assert rhizome(file, "emoji", "remove", "owl").output == ":owl: is gone\n"
    assert rhizome(file, "emoji", "remove", "owl").exit_code == 1
    actions = database.execute("SELECT action FROM audit_log WHERE action LIKE 'emoji.%' ORDER BY id").fetchall()
    assert [action for (action,) in actions] == ["emoji.add", "emoji.disable", "emoji.enable", "emoji.remove"]
