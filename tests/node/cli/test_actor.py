"""``rhizome actor``: communities, catalogues and topic accounts; moving."""

import json
import sqlite3
from pathlib import Path

import pytest

from tests.media_files import picture
from tests.node.cli.running import add_user, lines, record, rhizome
from tests.rows import each_row


def test_communities_and_catalogues_are_founded(file: Path, database: sqlite3.Connection) -> None:
    words = ("actor", "add", "sammlung", "--kind", "catalogue", "--display-name", "Sammlung", "--description", "*Alt*")
    made = rhizome(file, *words)
    assert (made.exit_code, made.output) == (0, "@sammlung@localhost:8111\n"), made.stderr
    assert rhizome(file, "actor", "add", "cafe", "--kind", "community", "--display-name", "Café").exit_code == 0
    kinds = database.execute(
        "SELECT kind, catalogue != '' FROM actors WHERE username IN ('sammlung', 'cafe')"
    ).fetchall()
    assert sorted(kinds) == [("group", 0), ("service", 1)]
    stored = rhizome(file, "resource", "add", "-", "--owner", "sammlung", stdin=lines(record(1)))
    assert stored.exit_code == 0, stored.stderr
    assert rhizome(file, "resource", "export", "--owner", "sammlung").stdout.count("\n") == 1
    assert database.execute("SELECT count(*) FROM audit_log WHERE action = 'actor.add'").fetchone() == (2,)
    again = rhizome(file, *words)
    assert (again.exit_code, again.stderr) == (1, "This user name is taken. (sammlung)\n")
    for wrong in ("A b", "admin", "x" * 31):
        refused = rhizome(file, "actor", "add", wrong, "--kind", "community", "--display-name", "X")
        assert (refused.exit_code, "$.username" in refused.stderr) == (1, True)
    assert rhizome(file, "actor", "add", "x", "--kind", "person", "--display-name", "X").exit_code == 2


def test_communities_say_what_they_are_about(file: Path, database: sqlite3.Connection) -> None:
    add = ("actor", "add", "cafe", "--kind", "community", "--display-name", "Café", "--description", "Be *kind*.")
    made = rhizome(file, *add, "--topic", "Casting", "--topic", "bronze", "--website", "https://cafe.example/x")
    assert made.exit_code == 0, made.stderr

    def profile() -> tuple[str, dict[str, str]]:
        query = "SELECT name, summary, fields FROM actors WHERE username = 'cafe'"
        name, summary, fields = database.execute(query).fetchone()
        assert "<em>kind</em>" in summary
        return name, {each["name"]: each["text"] for each in json.loads(fields)}

    expected = {
        "Topics": "#Casting #bronze",
        "Organisation": "http://localhost:8111/@uni",
        "Joining": "Open to everybody",
        "Website": "https://cafe.example/x",
    }
    name, fields = profile()
    assert (name, list(fields.items())) == ("Café", list(expected.items()))
    assert rhizome(file, "actor", "describe", "@cafe", "--display-name", "Methods", "--website", "").exit_code == 0
    del expected["Website"]
    assert profile() == ("Methods", expected)
    for words in (("--topic", "no tag"), ("--website", "javascript:alert(1)"), ("--display-name", "")):
        assert rhizome(file, "actor", "describe", "cafe", *words).exit_code == 1
    assert profile() == ("Methods", expected)
    assert rhizome(file, "actor", "describe", "uni", "--website", "https://uni.example/").exit_code == 0
    assert rhizome(file, "actor", "describe", "nobody", "--website", "https://uni.example/").exit_code == 1


def test_topic_accounts_are_made_changed_and_removed(file: Path, database: sqlite3.Connection) -> None:
    add = ("topic", "add", "nursing", "https://localhost:8111/resources?q=wound+care&kind=video&page=2")
    made = rhizome(file, *add, "--display-name", "New in nursing", "--description", "All of it.")
    assert (made.exit_code, made.output) == (0, "@nursing@localhost:8111\n"), made.stderr
    for words, problem in (
        (add, "taken"),
        (("topic", "add", "x y", "q=a"), "a-z"),
        (("topic", "add", "all", "page=2"), "kind"),
    ):
        refused = rhizome(file, *words, "--display-name", "Again")
        assert (refused.exit_code, problem in refused.stderr) == (1, True), refused.stderr
    assert rhizome(file, "topic", "change", "@nursing", "kind=audio", "--display-name", "To hear").exit_code == 0
    (row,) = json.loads(rhizome(file, "topic", "list", "--json").output)
    assert row == {"handle": "@nursing@localhost:8111", "name": "To hear", "shows": "kind=audio"}
    drawn = file.parent / "picture.png"
    drawn.write_bytes(picture())
    assert rhizome(file, "topic", "picture", "@nursing", "avatar", str(drawn)).exit_code == 0
    shown = "SELECT icon FROM actors WHERE username = 'nursing'"
    assert "/media/" in database.execute(shown).fetchone()[0]
    assert rhizome(file, "topic", "picture", "nursing", "avatar").exit_code == 0
    assert database.execute(shown).fetchone()[0] == ""
    drawn.write_bytes(b"no picture")
    refused = rhizome(file, "topic", "picture", "nursing", "header", str(drawn))
    assert (refused.exit_code, "no picture" in refused.stderr) == (1, True)
    assert rhizome(file, "topic", "remove", "nursing").exit_code == 0
    assert rhizome(file, "topic", "remove", "nursing").exit_code == 1
    actions = database.execute("SELECT action FROM audit_log WHERE action LIKE 'topic.%' ORDER BY id").fetchall()
    assert [action for (action,) in actions] == [
        "topic.add",
        "topic.change",
        "topic.picture",
        "topic.picture",
        "topic.remove",
    ]


def test_an_account_moves_once_the_other_confirms_it(file: Path, database: sqlite3.Connection) -> None:
    add_user(file)
    add_user(file, "bob", email="bob@x.org")
    early = rhizome(file, "user", "move", "ada", "@bob@localhost:8111")
    assert early.exit_code == 1
    assert "add this address there first" in early.stderr
    said = rhizome(file, "user", "alias", "bob", "@ada@localhost:8111")
    assert said.output == "@bob@localhost:8111 is also known as @ada@localhost:8111\n"
    moved = rhizome(file, "user", "move", "ada", "@bob@localhost:8111")
    assert moved.output == (
        "@ada@localhost:8111 moves to @bob@localhost:8111: 0 followers elsewhere are told, 0 here go along\n"
    )
    assert "wait until" in rhizome(file, "user", "move", "ada", "@bob@localhost:8111").stderr
    assert rhizome(file, "user", "move", "ada", "--back").output == "@ada@localhost:8111 is here again\n"
    (uri,) = database.execute("SELECT uri FROM actors WHERE username = 'ada'").fetchone()
    assert rhizome(file, "user", "alias", "bob", uri, "--remove").exit_code == 0
    assert rhizome(file, "user", "alias", "bob", uri, "--remove").exit_code == 1
    actions = [action for (action,) in database.execute("SELECT action FROM audit_log ORDER BY id")]
    assert actions[2:] == ["actor.alias", "actor.move", "actor.return", "actor.alias"]


@pytest.fixture
def ada(file: Path) -> Path:
    """The node with a person ada."""
    add_user(file)
    return file


@each_row(
    "words, code",
    [
        (("move", "ada"), 2),
        (("move", "ada", "@uni@localhost:8111", "--back"), 2),
        (("move", "nobody", "@ada@localhost:8111"), 1),
        (("move", "ada", "@nobody@localhost:8111"), 1),
        (("move", "ada", "@ada@localhost:8111"), 1),
        (("move", "ada", "--back"), 1),
        (("alias", "ada", "nonsense"), 1),
        (("alias", "ada", "@ada@localhost:8111"), 1),
        (("alias", "ada", "http://127.0.0.1:9/users/x"), 1),
    ],
)
def test_wrong_moves_change_nothing(ada: Path, database: sqlite3.Connection, words: tuple[str, ...], code: int) -> None:
    before = database.execute("SELECT moved_to, also_known_as, updated_at FROM actors ORDER BY id").fetchall()
    assert rhizome(ada, "user", *words).exit_code == code
    assert database.execute("SELECT moved_to, also_known_as, updated_at FROM actors ORDER BY id").fetchall() == before
