"""The commands that change a node beside the one that runs: user, resource, follow, domain, jobs, migrate."""

import asyncio
import json
import os
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from federation.catalogues.reader import read_document
from node import cli, log
from node.app import open_store
from node.config import Config, load
from node.services import passwords
from node.store import accounts
from node.store.accounts import hash_of
from node.store.actors import find_local_actor
from node.store.keys import load_own_keys
from tests import media_files

PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in [name for name in os.environ if name.startswith("RHIZOME_")]:
        monkeypatch.delenv(variable)
    monkeypatch.setattr(log, "_hidden", set())


def rhizome(file: Path, *words: Any, stdin: str | bytes = "") -> Result:
    return CliRunner().invoke(cli.main, [*map(str, words), "--config", str(file)], input=stdin)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A node that has been founded once."""
    folder = tmp_path_factory.mktemp("node")
    file = folder / "rhizome.toml"
    made = rhizome(file, "init", "--host", "localhost:8111", "--name", "Uni", "--handle", "uni", "--development")
    assert made.exit_code == 0, made.output
    assert rhizome(file, "domain", "list").exit_code == 0
    return folder


@pytest.fixture
def file(template: Path, tmp_path: Path) -> Path:
    config = load(template / "rhizome.toml", environ={})
    (tmp_path / "data").mkdir(mode=0o700)
    with sqlite3.connect(config.database_path) as old, sqlite3.connect(tmp_path / "data" / "rhizome.sqlite3") as new:
        old.backup(new)
    old.close()
    new.close()
    for name in ("rhizome.toml", "secrets.toml"):
        (tmp_path / name).write_bytes((template / name).read_bytes())
        (tmp_path / name).chmod(0o600)
    return tmp_path / "rhizome.toml"


@pytest.fixture
def database(file: Path) -> Iterator[sqlite3.Connection]:
    raw = sqlite3.connect(load(file, environ={}).database_path)
    yield raw
    raw.close()


def ask(config: Config, fn: Any, *args: Any) -> Any:
    async def run() -> Any:
        store = open_store(config)
        await store.open()
        try:
            return await store.read(fn, *args)
        finally:
            await store.close()

    return asyncio.run(run())


def add_user(file: Path, name: str = "ada", *words: str, email: str = "ada@x.org", password: str = PASSWORD) -> Result:
    return rhizome(file, "user", "add", name, "--email", email, "--password-stdin", *words, stdin=password + "\n")


# -- user -----------------------------------------------------------------------------------------------------------


def test_new_user_has_account_actor_keys_and_audit_row(file: Path, database: sqlite3.Connection) -> None:
    result = add_user(file, "ada", "--role", "admin", "--display-name", "Ada L.", email="Ada@X.org")
    assert (result.exit_code, result.output) == (0, "@ada@localhost:8111\n")
    config = load(file, environ={})
    account = ask(config, accounts.find_account, "ada@x.org")
    assert (account.username, account.name, account.role) == ("ada", "Ada L.", "admin")
    actor = ask(config, find_local_actor, "ada")
    assert {key.algorithm for key in ask(config, load_own_keys, actor.id)} == {"rsa-v1_5-sha256", "ed25519"}
    (row,) = database.execute("SELECT actor_uri, action, target, after FROM audit_log").fetchall()
    assert row == ("", "member.add", actor.uri, '{"role":"admin"}')
    assert PASSWORD not in repr(database.execute("SELECT * FROM accounts").fetchall())


@pytest.mark.parametrize(
    ("name", "email", "password", "sentence"),
    [
        ("Not a name", "a@x.org", PASSWORD, "$.username"),
        ("support", "a@x.org", PASSWORD, "does not need itself"),
        ("bob", "nothing", PASSWORD, "$.email"),
        ("bob", "b@x.org", "short", "12 to 256 characters"),
        ("uni", "b@x.org", PASSWORD, "taken"),
    ],
)
def test_wrong_users_leave_no_trace(
    file: Path, database: sqlite3.Connection, name: str, email: str, password: str, sentence: str
) -> None:
    before = database.execute("SELECT count(*) FROM actors").fetchone()
    result = add_user(file, name, email=email, password=password)
    assert result.exit_code == 1
    assert sentence in result.stderr
    assert result.stdout == ""
    assert database.execute("SELECT count(*) FROM actors").fetchone() == before
    assert database.execute("SELECT count(*) FROM audit_log").fetchone() == (0,)


def test_name_and_email_belong_to_one_account(file: Path, database: sqlite3.Connection) -> None:
    assert add_user(file).exit_code == 0
    assert "taken" in add_user(file, email="other@x.org").stderr
    assert "e-mail" in add_user(file, "eve", email="ADA@x.org").stderr
    assert database.execute("SELECT count(*) FROM accounts").fetchone() == (1,)


def test_password_must_be_given(file: Path) -> None:
    assert rhizome(file, "user", "add", "ada", "--email", "a@x.org").exit_code == 2


def test_token_is_printed_alone_and_works(file: Path, database: sqlite3.Connection) -> None:
    add_user(file)
    result = rhizome(file, "user", "token", "ada", "--scopes", "read push")
    assert result.exit_code == 0
    token = result.output.strip()
    assert result.output == token + "\n"
    assert len(token) >= 40
    assert ask(load(file, environ={}), accounts.find_token, token).scopes == {"read", "push"}
    assert database.execute("SELECT token_hash FROM access_tokens").fetchall() == [(hash_of(token),)]


def test_token_for_nobody_or_for_unknown_scopes_is_refused(file: Path) -> None:
    add_user(file)
    assert rhizome(file, "user", "token", "eve").exit_code == 1
    assert "$.scopes" in rhizome(file, "user", "token", "ada", "--scopes", "root").stderr


# -- resource -------------------------------------------------------------------------------------------------------


def record(number: int, **more: Any) -> dict[str, Any]:
    return {
        "id": f"https://uni.example/r/{number}",
        "kind": "article",
        "name": {"en": f"Course {number}"},
        "description": {"en": "A course."},
        "inLanguage": ["en"],
        "license": "https://creativecommons.org/licenses/by/4.0/",
        **more,
    }


def lines(*records: dict[str, Any]) -> str:
    return "".join(json.dumps(each) + "\n" for each in records)


def test_records_are_published_once(file: Path, tmp_path: Path, database: sqlite3.Connection) -> None:
    source = tmp_path / "records.jsonl"
    source.write_text(lines(record(1), record(2)))
    first = rhizome(file, "resource", "add", source)
    assert (first.exit_code, first.output) == (0, "2 created, 0 updated, 0 unchanged, 0 failed\n"), first.stderr
    source.write_text(lines(record(1), record(2, name={"en": "Renamed"}), record(3)))
    again = rhizome(file, "resource", "add", source, "--json")
    assert json.loads(again.output) == {"created": 1, "updated": 1, "unchanged": 1, "failed": 0}
    assert database.execute("SELECT count(*) FROM resources").fetchone() == (3,)
    assert database.execute("SELECT DISTINCT visibility FROM objects").fetchall() == [("public",)]


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


def test_what_was_published_is_written_out_and_taken_again(file: Path, tmp_path: Path) -> None:
    many = [record(number) for number in range(1, 4)]
    assert rhizome(file, "resource", "add", "-", stdin=lines(*many)).exit_code == 0
    rhizome(file, "resource", "add", "-", "--visibility", "organisation", stdin=lines(record(9)))
    own = rhizome(file, "resource", "export")
    assert own.exit_code == 0, own.stderr
    assert {json.loads(line)["id"] for line in own.stdout.splitlines()} == {each["id"] for each in many}
    again = rhizome(file, "resource", "add", "-", "--json", stdin=own.stdout)
    assert json.loads(again.output)["unchanged"] == 3, again.stderr
    amb = rhizome(file, "resource", "export", "--format", "amb", "--owner", "uni")
    assert amb.exit_code == 0, amb.stderr
    for document in map(json.loads, amb.stdout.splitlines()):
        (reading,) = read_document(document)
        assert not reading.problems
    assert rhizome(file, "resource", "export", "--format", "xml").exit_code == 2


def test_bad_records_are_told_with_their_path_and_the_others_published(
    file: Path, database: sqlite3.Connection
) -> None:
    bad = record(2)
    del bad["name"]
    result = rhizome(file, "resource", "add", "-", "--owner", "uni", stdin=lines(record(1), bad, record(3)))
    assert result.exit_code == 1
    assert result.stdout == "2 created, 0 updated, 0 unchanged, 1 failed\n"
    assert "-: record 2 (https://uni.example/r/2): $.name" in result.stderr
    assert database.execute("SELECT count(*) FROM resources").fetchone() == (2,)


def test_visibility_and_owner_are_taken(file: Path, database: sqlite3.Connection) -> None:
    add_user(file)
    words = ("resource", "add", "-", "--owner", "@ada@localhost:8111", "--visibility", "organisation")
    assert rhizome(file, *words, stdin=lines(record(1))).exit_code == 0
    query = "SELECT username, visibility FROM objects JOIN actors ON actors.id = objects.actor_id"
    assert database.execute(query).fetchall() == [("ada", "organisation")]


def test_unknown_owner_and_missing_file_are_refused(file: Path) -> None:
    assert "Nobody here" in rhizome(file, "resource", "add", "-", "--owner", "eve", stdin="{}").stderr
    assert "Nobody here" in rhizome(file, "resource", "add", "-", "--owner", "uni@b.example", stdin="{}").stderr
    assert rhizome(file, "resource", "add", "nowhere.json").exit_code == 2


def test_a_lost_password_is_replaced_and_ends_what_was_open(file: Path, database: sqlite3.Connection) -> None:
    add_user(file)
    assert rhizome(file, "user", "token", "ada").exit_code == 0
    given = rhizome(file, "user", "password", "ada", "--password-stdin", stdin="another good password\n")
    assert (given.exit_code, given.output) == (0, "@ada@localhost:8111 has a new password\n")
    (stored,) = database.execute("SELECT password_hash FROM accounts").fetchone()
    assert asyncio.run(passwords.is_right(stored, "another good password"))
    assert database.execute("SELECT count(*) FROM access_tokens").fetchone() == (0,)
    assert database.execute("SELECT count(*) FROM audit_log WHERE action = 'password.change'").fetchone() == (1,)
    for name, word in (("ada", "short"), ("nobody", "another good password")):
        assert rhizome(file, "user", "password", name, "--password-stdin", stdin=f"{word}\n").exit_code == 1


def test_a_resource_is_taken_back(file: Path, tmp_path: Path, database: sqlite3.Connection) -> None:
    (tmp_path / "records.jsonl").write_text(lines(record(1), record(2)))
    assert rhizome(file, "resource", "add", tmp_path / "records.jsonl").exit_code == 0
    query = "SELECT o.url FROM objects o JOIN resources r ON r.object_id = o.id WHERE r.iri LIKE '%/1'"
    (url,) = database.execute(query).fetchone()
    assert rhizome(file, "resource", "withdraw", url).output == f"{url} is withdrawn\n"
    assert rhizome(file, "resource", "withdraw", "https://uni.example/r/2").exit_code == 0
    assert database.execute("SELECT count(*) FROM objects WHERE state = 'live'").fetchone() == (0,)
    for name in (url, "https://uni.example/r/2", "https://elsewhere.example/r/1", "x"):
        assert rhizome(file, "resource", "withdraw", name).exit_code == 1
    deleted = [json.loads(row[0])["event"] for row in database.execute("SELECT payload FROM jobs WHERE kind = 'event'")]
    assert deleted.count("ObjectDeleted") == 2


# -- moving ---------------------------------------------------------------------------------------------------------


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


@pytest.mark.parametrize(
    ("words", "code"),
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
def test_wrong_moves_change_nothing(
    file: Path, database: sqlite3.Connection, words: tuple[str, ...], code: int
) -> None:
    add_user(file)
    before = database.execute("SELECT moved_to, also_known_as, updated_at FROM actors ORDER BY id").fetchall()
    assert rhizome(file, "user", *words).exit_code == code
    assert database.execute("SELECT moved_to, also_known_as, updated_at FROM actors ORDER BY id").fetchall() == before


# -- follow ---------------------------------------------------------------------------------------------------------


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


# -- domain ---------------------------------------------------------------------------------------------------------


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


# -- jobs -----------------------------------------------------------------------------------------------------------


def put(database: sqlite3.Connection, job: int, kind: str, due_at: int, **more: Any) -> None:
    values = {"id": job, "kind": kind, "due_at": due_at, "created_at": 0, **more}
    with database:
        names = ", ".join(values)
        database.execute(f"INSERT INTO jobs ({names}) VALUES ({', '.join('?' * len(values))})", [*values.values()])


FAR = 4_000_000_000_000


def test_waiting_ends_when_nothing_is_due(file: Path, database: sqlite3.Connection) -> None:
    put(database, 1, "periodic", 1)
    put(database, 2, "deliver", FAR, error="no answer", attempts=1)
    result = rhizome(file, "jobs", "--wait", "0", "--json")
    assert result.exit_code == 0
    found = json.loads(result.output)
    assert {each["kind"]: (each["due"], each["later"], each["failing"]) for each in found["kinds"]} == {
        "deliver": (0, 1, 1), "periodic": (1, 0, 0),
    }  # fmt: skip
    assert [each["error"] for each in found["failing"]] == ["no answer"]


@pytest.mark.parametrize("kind", ["inbox", "deliver", "event", "resolve", "fetch", "catalogue"])
def test_waiting_ends_with_1_while_work_is_due(file: Path, database: sqlite3.Connection, kind: str) -> None:
    put(database, 1, kind, 1)
    assert rhizome(file, "jobs", "--wait", "0").exit_code == 1
    assert rhizome(file, "jobs").exit_code == 0


def test_running_work_counts_as_due(file: Path, database: sqlite3.Connection) -> None:
    put(database, 1, "deliver", FAR, owner="worker")
    assert rhizome(file, "jobs", "--wait", "0").exit_code == 1


@pytest.mark.parametrize("words", [["jobs"], ["jobs", "--wait", "1"], ["jobs", "retry", 1], ["jobs", "discard", 1]])
def test_who_looks_at_work_makes_no_database_and_upgrades_none(
    file: Path, database: sqlite3.Connection, words: list[Any]
) -> None:
    database.execute("UPDATE alembic_version SET version_num = '0001'")
    database.commit()
    told = rhizome(file, *words)
    assert (told.exit_code, "rhizome migrate" in told.stderr) == (1, True)
    assert database.execute("SELECT version_num FROM alembic_version").fetchone() == ("0001",)
    place = load(file, environ={}).database_path
    place.unlink()
    told = rhizome(file, *words)
    assert (told.exit_code, told.stderr) == (1, "There is no database yet; `rhizome serve` makes it.\n")
    assert not place.exists()


def test_parked_work_is_shown_retried_and_dropped(file: Path, database: sqlite3.Connection) -> None:
    put(database, 1, "deliver", 1, state="parked", error="refused", attempts=3)
    put(database, 2, "deliver", 1, state="parked", error="refused\x1b[2J", attempts=3)
    shown = rhizome(file, "jobs").output
    assert "Set aside:" in shown
    assert "\x1b" not in shown
    assert rhizome(file, "jobs", "retry", "1").exit_code == 0
    assert rhizome(file, "jobs", "discard", "2").exit_code == 0
    assert rhizome(file, "jobs", "retry", "2").exit_code == 1
    assert database.execute("SELECT id, state, attempts FROM jobs").fetchall() == [(1, "live", 0)]


# -- the rest -------------------------------------------------------------------------------------------------------


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


# -- keys -----------------------------------------------------------------------------------------------------------


def test_new_keys_are_public_and_do_not_sign_yet(file: Path, database: sqlite3.Connection) -> None:
    result = rhizome(file, "keys", "rotate", "@uni")
    assert result.exit_code == 0
    assert re.fullmatch(r"@uni@localhost:8111: new keys are public, and sign from \S+Z\n", result.output)
    listed = json.loads(rhizome(file, "keys", "list", "--json").output)
    mine = [(key["algorithm"], key["state"]) for key in listed if key["actor"] == "@uni@localhost:8111"]
    kinds = ("rsa-v1_5-sha256", "ed25519")
    assert mine == [(kind, state) for state in ("current", "next") for kind in kinds]
    (told,) = database.execute("SELECT payload FROM jobs WHERE kind = 'event'").fetchall()
    assert json.loads(told[0])["event"] == "ActorUpdated"
    again = rhizome(file, "keys", "rotate", "uni")
    assert (again.exit_code, again.stderr) == (1, "The keys of @uni@localhost:8111 are being changed already.\n")
    others = rhizome(file, "keys", "rotate").output
    assert "public" in others
    assert "@uni@" not in others


def test_keys_of_all_actors_are_replaced_at_once(file: Path, database: sqlite3.Connection) -> None:
    before = {uri for (uri,) in database.execute("SELECT uri FROM own_keys")}
    result = rhizome(file, "keys", "rotate", "--at-once")
    assert result.output.count("the old ones are gone") == len(before) / 2
    after = database.execute("SELECT uri, state FROM own_keys").fetchall()
    assert len(after) == len(before)
    assert not before & {uri for uri, _ in after}
    assert {state for _, state in after} == {"current"}
    (actions,) = database.execute("SELECT DISTINCT action FROM audit_log").fetchall()
    assert actions == ("keys.replace",)


def test_keys_of_nobody_are_refused(file: Path, database: sqlite3.Connection) -> None:
    result = rhizome(file, "keys", "rotate", "uni", "nobody")
    assert (result.exit_code, result.stderr) == (1, "Nobody here is called nobody.\n")
    assert database.execute("SELECT count(*) FROM own_keys WHERE state <> 'current'").fetchone() == (0,)


def test_reset_prints_a_link_that_opens_once(file: Path, database: sqlite3.Connection) -> None:
    add_user(file)
    result = rhizome(file, "user", "reset", "@ada")
    assert result.exit_code == 0, result.output
    link = result.output.strip()
    assert link.startswith("http://localhost:8111/reset?ticket=")
    stored = database.execute("SELECT token_hash, purpose FROM one_time_links").fetchall()
    assert stored == [(hash_of(link.partition("=")[2]), "reset")]
    assert rhizome(file, "user", "reset", "ada", "--drop-second-factor").exit_code == 0
    actions = [row[0] for row in database.execute("SELECT action FROM audit_log WHERE actor_uri = '' ORDER BY id")]
    assert actions == ["member.add", "password.link", "second-factor.remove", "password.link"]
    assert "Nobody here" in rhizome(file, "user", "reset", "zoe").output


def test_an_account_is_deleted_for_good(file: Path, database: sqlite3.Connection) -> None:
    rhizome(
        file, "user", "add", "ada", "--email", "ada@example.org", "--role", "admin", "--password-stdin", stdin=PASSWORD
    )
    rhizome(file, "user", "add", "ben", "--email", "ben@example.org", "--password-stdin", stdin=PASSWORD)
    assert rhizome(file, "user", "delete", "ben", stdin="n\n").exit_code == 1
    assert "only administrator" in rhizome(file, "user", "delete", "ada", "--yes").output
    assert "Nobody here" in rhizome(file, "user", "delete", "zoe", "--yes").output
    founded = rhizome(file, "community", "add", "club", "--display-name", "Club", "--moderator", "ben")
    assert founded.exit_code == 0, founded.output
    assert "Nobody else moderates Club" in rhizome(file, "user", "delete", "ben", "--yes").output
    assert rhizome(file, "community", "govern", "club", "appoint", "@ada@localhost:8111").exit_code == 0
    deleted = rhizome(file, "user", "delete", "@ben", stdin="y\n")
    assert deleted.exit_code == 0, deleted.output
    assert database.execute("SELECT state FROM actors WHERE username = 'ben'").fetchone() == ("gone",)
    assert database.execute("SELECT count(*) FROM accounts").fetchone() == (1,)
    (row,) = database.execute("SELECT actor_uri FROM audit_log WHERE action = 'account.delete'").fetchall()
    assert row == ("",)
    assert rhizome(file, "user", "add", "ben", "--email", "b@example.org", "--password-stdin", stdin=PASSWORD).exit_code


def test_emojis_are_given_listed_and_taken_away(file: Path, tmp_path: Path, database: sqlite3.Connection) -> None:
    (tmp_path / "owl.png").write_bytes(media_files.picture("PNG"))
    assert rhizome(file, "emoji", "add", "owl", tmp_path / "owl.png", "--category", "Birds").exit_code == 0
    assert "already" in rhizome(file, "emoji", "add", "owl", tmp_path / "owl.png").output
    assert rhizome(file, "emoji", "disable", ":owl:").exit_code == 0
    (row,) = json.loads(rhizome(file, "emoji", "list", "--json").output)
    assert (row["name"], row["category"], row["enabled"]) == ("owl", "Birds", False)
    assert rhizome(file, "emoji", "enable", "owl").exit_code == 0
    assert rhizome(file, "emoji", "remove", "owl").exit_code == 0
    assert rhizome(file, "emoji", "remove", "owl").exit_code == 1
    actions = database.execute("SELECT action FROM audit_log WHERE action LIKE 'emoji.%' ORDER BY id").fetchall()
    assert [action for (action,) in actions] == ["emoji.add", "emoji.disable", "emoji.enable", "emoji.remove"]


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
    assert rhizome(file, "topic", "remove", "nursing").exit_code == 0
    assert rhizome(file, "topic", "remove", "nursing").exit_code == 1
    actions = database.execute("SELECT action FROM audit_log WHERE action LIKE 'topic.%' ORDER BY id").fetchall()
    assert [action for (action,) in actions] == ["topic.add", "topic.change", "topic.remove"]


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
