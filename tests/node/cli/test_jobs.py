"""``rhizome jobs``."""

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from node.config import load
from tests.node.cli.running import rhizome


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


@pytest.mark.parametrize("seconds", ["nan", "inf", "-inf", "1e999", "-1", "soon", ""])
def test_who_waits_says_for_how_long(file: Path, seconds: str) -> None:
    """Nothing is due, so that a span which never ends would be told by the exit code alone."""
    told = rhizome(file, "jobs", f"--wait={seconds}")
    assert (told.exit_code, "Invalid value for '--wait'" in told.stderr) == (2, True), told.stderr


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
