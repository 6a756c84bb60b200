"""Commands whose database is damaged, foreign, no file at all or a server that is away: sentences, and nothing done."""

import shutil
import sqlite3
from pathlib import Path

import pytest

from node.config import load
from node.store.database import migrate
from tests.node.cli.running import rhizome

AWAY = "postgresql://rhizome:pa55word@127.0.0.1:1/rhizome"
OPENING = (("serve",), ("migrate",), ("user", "token", "ada"), ("jobs",), ("keys", "list"))


def damage(path: Path) -> None:
    path.write_bytes(b"this is no database" * 1000)


def damage_within(path: Path) -> None:
    pages = bytearray(path.read_bytes())
    for at in range(5 * 4096, len(pages), 2 * 4096):
        pages[at : at + 200] = b"\xff" * 200
    path.write_bytes(pages)


def put_a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def put_another(path: Path) -> None:
    path.unlink()
    with sqlite3.connect(path) as raw:
        raw.execute("CREATE TABLE actors (name TEXT)")
    raw.close()


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (damage, "cannot be used right now. (file is not a database)"),
        (damage_within, "(database disk image is malformed)"),
        (put_a_folder, "cannot be used right now. (unable to open database file)"),
        (put_another, "(table actors already exists)"),
    ],
)
def test_a_database_that_is_none_is_told_in_a_sentence_and_stays_as_it_is(file: Path, spoil, told: str) -> None:
    path = load(file, environ={}).database_path
    spoil(path)
    before = path.read_bytes() if path.is_file() else b""
    for words in OPENING[:3]:
        result = rhizome(file, *words)
        assert (result.exit_code, told in result.stderr, result.stderr.count("\n")) == (1, True, 1), result.output
        assert isinstance(result.exception, SystemExit)
    assert (path.read_bytes() if path.is_file() else b"") == before
    assert not (path.parent / "backups").exists()


@pytest.mark.parametrize("words", [*OPENING, ("worker",), ("backup", "copies")], ids=" ".join)
def test_a_server_that_is_away_is_told_in_a_sentence(
    words: tuple[str, ...], file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RHIZOME_DATABASE__URL", AWAY)
    result = rhizome(file, *words)
    assert (result.exit_code, result.stderr.count("\n")) == (1, 1), result.output
    assert isinstance(result.exception, SystemExit)
    assert "pa55word" not in result.output
    assert not [*Path("copies").glob("*")]


def test_an_upgrade_that_fails_is_told_in_a_sentence(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = load(file, environ={}).database_path
    shutil.copytree(migrate.SCRIPTS, tmp_path / "scripts")
    (tmp_path / "scripts" / "versions" / "9999_breaks.py").write_text(
        f"from alembic import op\nrevision, down_revision = '9999', {migrate.HEAD!r}\n"
        "def upgrade():\n    op.execute('DELETE FROM actors')\n    op.execute('SELECT * FROM no_such_table')\n"
    )
    monkeypatch.setattr(migrate, "SCRIPTS", tmp_path / "scripts")
    monkeypatch.setattr(migrate, "HEAD", "9999")
    for words in OPENING[:3]:
        result = rhizome(file, *words)
        assert result.exit_code == 1
        assert result.stderr == (
            "The upgrade of the database failed; it is as it was. (no such table: no_such_table)\n"
        )
    monkeypatch.undo()
    with sqlite3.connect(path) as raw:
        assert raw.execute("SELECT count(*) FROM actors").fetchone() == (2,)
    raw.close()
    assert rhizome(file, "check").exit_code == 0
