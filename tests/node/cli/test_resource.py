"""``rhizome resource``."""

import json
import sqlite3
from pathlib import Path

from federation.catalogues.reader import read_document
from tests.node.cli.running import add_user, lines, record, rhizome


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
    sent = lines(record(1), bad, record(3)) + "not json\n"
    result = rhizome(file, "resource", "add", "-", "--owner", "uni", stdin=sent)
    assert result.exit_code == 1
    assert result.stdout == "2 created, 0 updated, 0 unchanged, 2 failed\n"
    assert "-: record 2 (https://uni.example/r/2): $.name" in result.stderr
    assert '-: record 4: $: expected a JSON object, found "not json" (This is not valid JSON)' in result.stderr
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
