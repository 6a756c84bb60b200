"""``rhizome database copy``: an administrator who has outgrown SQLite, and one who goes back."""

import asyncio
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from click.testing import Result
from sqlalchemy import Connection, insert

from node.app.database import open_store
from node.config import load
from node.guard import alone_in
from node.store.database import ends
from node.store.database.copying import Copying
from node.store.people import actors
from node.store.tables import workers
from tests import stores
from tests.node.cli.running import add_user, ask, lines, record, rhizome

postgresql, empty_postgresql = stores.postgresql, stores.empty_postgresql
AWAY = "postgresql://rhizome@127.0.0.1:1/none"


@pytest.fixture
def url(file: Path, empty_postgresql: str) -> str:
    """The address of an empty database; a file beside the configuration holds it."""
    (file.parent / "database-url").write_text(f"{empty_postgresql}\n")
    (file.parent / "database-url").chmod(0o600)
    return empty_postgresql


def copy(file: Path, target: str, *words: str) -> Result:
    return rhizome(file, "database", "copy", "--to", target, *words)


def is_founded(conn: Connection) -> bool:
    return bool(actors.load_local_actors(conn, ["organization"]))


def test_a_node_goes_to_postgresql_and_back(file: Path, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert add_user(file).exit_code == 0
    assert rhizome(file, "resource", "add", "-", stdin=lines(record(1), record(2))).exit_code == 0
    monkeypatch.chdir(file.parent)
    written = file.read_text("utf-8")

    there = copy(file, "database-url", "--write")
    assert there.exit_code == 0, there.output
    assert "Entries of the catalogue: 2, with the digest" in there.stdout
    assert "rhizome.sqlite3 stays as it was" in there.stdout
    assert "let a timer call `rhizome backup`" in there.stdout
    assert file.read_text("utf-8") == written.replace('\nurl_file = ""', '\nurl_file = "database-url"')
    assert file.stat().st_mode & 0o777 == 0o600
    assert load(file, environ={}).database.url == url
    checked = rhizome(file, "check")
    assert (checked.exit_code, "The secrets file opens all" in checked.stdout) == (0, True)
    assert "already" in rhizome(file, "migrate").output
    assert rhizome(file, "user", "token", "ada").exit_code == 0
    again = rhizome(file, "resource", "add", "-", "--json", stdin=lines(record(1), record(3)))
    assert '"created": 1, "updated": 0, "unchanged": 1' in again.stdout

    assert copy(file, "database-url").stderr == "The node is on this database already.\n"
    kept = file.parent / "data" / "rhizome.sqlite3"
    refused = copy(file, "sqlite", "--write")
    assert (refused.exit_code, "move away rhizome.sqlite3" in refused.stderr) == (1, True)
    for place in sorted(kept.parent.glob("rhizome.sqlite3*")):
        place.rename(place.with_name(place.name.replace("rhizome.", "before.")))
    back = copy(file, "sqlite", "--write")
    assert back.exit_code == 0, back.output
    assert "Entries of the catalogue: 3," in back.stdout
    assert file.read_text("utf-8") == written
    assert ask(load(file, environ={}), is_founded)


def test_who_was_broken_off_starts_again(file: Path, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the middle, when there is nothing of it; after its end, before the file was written. There and back."""
    assert add_user(file).exit_code == 0
    written = file.read_text("utf-8")
    with monkeypatch.context() as patch:
        patch.setattr(Copying, "_verify", interrupted)
        broken = copy(file, url, "--write")
    assert (broken.exit_code, "Start the same command again" in broken.stderr) == (1, True)
    with monkeypatch.context() as patch:
        patch.setattr("node.cli.database._replace", interrupted)
        assert copy(file, url, "--write").exit_code == 1
    assert file.read_text("utf-8") == written
    again = copy(file, url, "--write")
    assert (again.exit_code, "An earlier copy is there: " in again.stdout) == (0, True), again.output
    assert load(file, environ={}).database.url == url
    for place in (file.parent / "data").glob("rhizome.sqlite3*"):
        place.unlink()
    for told in ("Copied ", "An earlier copy is there: "):
        assert copy(file, "sqlite").stdout.startswith(told)
    assert rhizome(file, "check").exit_code == 0


def interrupted(*_args: object) -> None:
    raise KeyboardInterrupt


def test_a_database_that_is_no_copy_of_this_one_is_left_alone(file: Path, url: str) -> None:
    """Something has happened here since; or somebody else lives there."""
    assert copy(file, url).exit_code == 0
    assert add_user(file).exit_code == 0
    refused = copy(file, url, "--write")
    assert (refused.exit_code, refused.stderr) == (1, "The new database is not empty; nothing was copied.\n")
    with closing(psycopg.connect(url, autocommit=True)) as conn:
        conn.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public; CREATE TABLE theirs (id int)")
    assert copy(file, url).stderr == "The new database is not empty; nothing was copied.\n"


def test_a_server_at_work_elsewhere_is_noticed(file: Path, url: str) -> None:
    assert copy(file, url, "--write").exit_code == 0
    assert f'url = "{url}"' in file.read_text("utf-8")
    (file.parent / "data" / "rhizome.sqlite3").unlink()

    async def beat() -> None:
        store, now = open_store(load(file, environ={})), time.time_ns() // 1_000_000
        await store.open()
        await store.write(lambda conn: conn.execute(insert(workers).values(name="w", started_at=now, seen_at=now)))
        await store.close()

    asyncio.run(beat())
    refused = copy(file, "sqlite")
    assert (refused.exit_code, "Somebody is at work on the database" in refused.stderr) == (1, True)
    assert list((file.parent / "data").glob("rhizome.*")) == []


def test_wrong_wishes_are_refused_before_anything_is_done(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (file.parent / "odd-url").write_text("mysql://x\n")
    (file.parent / "odd-url").chmod(0o600)
    monkeypatch.chdir(file.parent)
    for target, code, told in (
        ("sqlite", 1, "The node is on SQLite already."),
        (AWAY, 1, "The new database cannot be used; nothing was copied."),
        ("postgresql://rhizome:secret@localhost/rhizome", 2, "--to FILE"),
        ("mysql://localhost/rhizome", 2, "An address begins with postgresql://"),
        ("no-such-file", 78, f"{file.parent}/no-such-file: there is no such file."),
        ("odd-url", 78, "expected postgresql://USER:PASSWORD@HOST/NAME and nothing else."),
    ):
        result = copy(file, target, "--write")
        assert (result.exit_code, told in result.stderr) == (code, True), (target, result.output)
    monkeypatch.setenv("RHIZOME_DATABASE__POOL", "3")
    monkeypatch.setenv("RHIZOME_DATABASE__URL_FILE", "")
    variable = copy(file, AWAY, "--write")
    assert (variable.exit_code, "RHIZOME_DATABASE__URL_FILE says which database" in variable.stderr) == (2, True)


def test_nothing_is_copied_while_the_node_serves(file: Path) -> None:
    with alone_in(file.parent / "data"):
        result = copy(file, AWAY)
    assert (result.exit_code, "already serves" in result.stderr) == (1, True)


def test_a_database_that_somebody_writes_into_is_not_copied(
    file: Path, database: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A command beside the node."""
    monkeypatch.setattr(ends, "WAIT_SECONDS", 0)
    database.execute("BEGIN IMMEDIATE")
    result = copy(file, AWAY)
    assert (result.exit_code, "database is locked" in result.stderr) == (1, True)


def test_there_must_be_something_to_copy(file: Path) -> None:
    load(file, environ={}).database_path.unlink()
    assert copy(file, AWAY).stderr == "There is no database yet.\n"
