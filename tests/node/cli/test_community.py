"""``rhizome community``."""

import sqlite3
from pathlib import Path

from tests.node.cli.running import rhizome


def test_communities_are_founded_listed_governed_and_closed(file: Path, database: sqlite3.Connection) -> None:
    added = rhizome(
        file, "user", "add", "ada", "--email", "ada@example.org", "--password-stdin", stdin="correct horse\n"
    )
    assert added.exit_code == 0, added.stderr
    add = ("community", "add", "metals", "--display-name", "Metals", "--rule", "Be kind.", "--join", "invite")
    made = rhizome(file, *add, "--read", "community", "--moderator", "ada")
    assert (made.exit_code, made.output) == (0, "@metals@localhost:8111\n"), made.stderr
    listed = rhizome(file, "community", "list").output
    assert listed == "@metals@localhost:8111\t1 members\t0 threads\tjoin: invite\tread: community\n"
    again = rhizome(file, *add)
    assert (again.exit_code, "taken" in again.stderr) == (1, True)
    refused = rhizome(file, "community", "govern", "metals", "dismiss", "@ada@localhost:8111")
    assert (refused.exit_code, "needs a moderator" in refused.stderr) == (1, True)
    assert rhizome(file, "community", "govern", "metals", "ban", "@nobody@localhost:8111").exit_code == 1
    assert rhizome(file, "community", "close", "metals").output == "closed\n"
    assert rhizome(file, "community", "list").output.endswith("\tclosed\n")
    acts = database.execute("SELECT act FROM community_log ORDER BY id").fetchall()
    assert acts == [("found",), ("archive",)]
