"""A node in a folder, founded once and copied for each test."""

import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from node import log
from node.config import load
from tests.node.cli.running import rhizome


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in [name for name in os.environ if name.startswith("RHIZOME_") and "TEST" not in name]:
        monkeypatch.delenv(variable)
    monkeypatch.setattr(log, "_hidden", set())


@pytest.fixture(scope="session")
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
