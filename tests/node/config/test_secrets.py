"""Secrets: where they come from, who may read them, and where they are never shown."""

import base64
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import get_type_hints

import pytest

from node.config import Config, load
from node.config.schema import keys
from node.config.settings import SECRETS
from node.errors import ConfigurationRefused
from tests.node.config.texts import KEY, KEY_TEXT, MINIMAL, development, load_text, refusal, write_private


def test_key_comes_from_the_environment_where_there_is_no_file(tmp_path: Path) -> None:
    other = base64.b64encode(bytes(32)).decode()
    config = load_text(tmp_path, MINIMAL, {"RHIZOME_SECRETS__KEY": other})
    assert config.secrets.key == bytes(32)


def test_replaced_keys_are_kept(folder: Path) -> None:
    old = base64.b64encode(bytes(32)).decode()
    write_private(folder / "secrets.toml", f'key = "{KEY_TEXT}"\nprevious = ["{old}"]\n')
    assert load_text(folder, MINIMAL).secrets.previous == (bytes(32),)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "expected base64 of 32 bytes"),
        ("key = 'c2hvcnQ='", "expected base64 of 32 bytes"),
        ("key = 7", "expected base64 of 32 bytes"),
        ("key = [", "this is not TOML"),
        (f"key = '{KEY_TEXT}'\nprevious = 'x'", "expected a list"),
        (f"key = '{KEY_TEXT}'\nprevious = ['x']", "expected base64 of 32 bytes"),
        (f"keys = '{KEY_TEXT}'", "keys: expected"),
    ],
)
def test_broken_secrets_file_is_refused(folder: Path, text: str, sentence: str) -> None:
    write_private(folder / "secrets.toml", text)
    told = refusal(folder, MINIMAL)
    assert sentence in told
    assert "secrets.toml" in told


def test_missing_secrets_file_is_refused(tmp_path: Path) -> None:
    assert "secrets.toml: there is no such file" in refusal(tmp_path, MINIMAL)


def test_url_may_stand_in_a_file_of_its_own(folder: Path) -> None:
    write_private(folder / "url", "postgresql://rhizome:pa55word@db/rhizome\n")
    config = load_text(folder, MINIMAL + '[database]\nurl_file = "url"\n')
    assert config.database.url == "postgresql://rhizome:pa55word@db/rhizome"
    assert not config.is_sqlite
    write_private(folder / "url", "mysql://pa55word")
    assert "pa55word" not in refusal(folder, MINIMAL + '[database]\nurl_file = "url"\n')


def test_no_secret_is_ever_shown(folder: Path) -> None:
    config = load_text(folder, MINIMAL + '[database]\nurl = "postgresql://rhizome:pa55word@db/rhizome"\n')
    for shown in (repr(config), str(config), repr(config.secrets), repr(config.database)):
        assert "pa55word" not in shown
        assert KEY_TEXT not in shown
        assert repr(KEY)[2:-1] not in shown
    told = refusal(folder, MINIMAL + '[database]\nurl = "postgres://rhizome:pa55word@db/rhizome"\n')
    assert "pa55word" not in told
    assert "pa55word" not in refusal(folder, MINIMAL, {"RHIZOME_SECRETS__KEY": "pa55word"})


@pytest.mark.parametrize(
    "url",
    [
        "p4ss@db:port/n",
        "pa55/word@db/n",
        "pa55#word@db/n",
        "pa55?word@db/n",
        "pa55@word@db/n",
        "pa55[word@db/n",
        "pa55]word@db/n",
        "p4ss@db:0/n",
    ],
)
def test_database_address_that_can_be_read_in_two_ways_is_refused(folder: Path, url: str) -> None:
    """SQLAlchemy, libpq and this module would each take another part of it for the password."""
    write_private(folder / "url", f"postgresql://rhizome:{url}")
    in_file = refusal(folder, MINIMAL + '[database]\nurl_file = "url"\n')
    given = refusal(folder, MINIMAL, {"RHIZOME_DATABASE__URL": f"postgresql://rhizome:{url}"})
    assert in_file.startswith(f"{folder}/url: expected postgresql://")
    assert given.startswith("environment variable RHIZOME_DATABASE__URL: database.url: expected postgresql://")
    in_password, _, _ = url.rpartition("@")
    for told in (in_file, given):
        assert "in a password write %2F for /" in told
        assert all(f"%{ord(each):X} for {each}" in told for each in in_password if not each.isalnum())
        assert "word" not in told.replace("password", "")
        assert "p4ss" not in told


def test_everything_that_is_secret_is_known_as_such() -> None:
    """A key whose name says so, or that has a file of its own, and every field that no ``repr`` shows."""
    paths = {".".join(key) for key in SECRETS}
    by_name = {path for path in keys() if path.endswith(("password", "secret_key", "client_secret"))}
    assert paths == by_name | {"database.url", "secrets.key"}
    assert paths == {path.removesuffix("_file") for path in keys() if path.endswith("_file")} | {"secrets.key"}
    hidden = {
        f"{section}.{field.name}"
        for section, kind in get_type_hints(Config).items()
        if is_dataclass(kind)
        for field in fields(kind)
        if not field.repr
    }
    assert hidden == paths | {"secrets.previous"}


@pytest.mark.parametrize("mode", [0o604, 0o644, 0o602, 0o666])
def test_secrets_that_others_can_read_are_refused(folder: Path, mode: int) -> None:
    (folder / "secrets.toml").chmod(mode)
    told = refusal(folder, MINIMAL)
    assert f"run `chmod 600 {folder / 'secrets.toml'}`" in told
    config = load_text(folder, development("localhost:8000"))
    assert "secrets.toml" in config.warnings[0]


def test_database_that_others_can_read_is_refused(folder: Path) -> None:
    (folder / "data").mkdir(mode=0o755)
    (folder / "data" / "rhizome.sqlite3").touch(mode=0o644)
    assert "rhizome.sqlite3: other users" in refusal(folder, MINIMAL)
    (folder / "data").chmod(0o700)
    assert load_text(folder, MINIMAL).warnings == ()


def test_configuration_with_a_password_must_be_private(folder: Path) -> None:
    file = folder / "rhizome.toml"
    file.write_text(MINIMAL + '[database]\nurl = "postgresql://rhizome:pa55word@db/rhizome"\n')
    file.chmod(0o644)
    with pytest.raises(ConfigurationRefused, match=r"rhizome\.toml: other users"):
        load(file, environ={})
    file.write_text(MINIMAL)
    load(file, environ={"RHIZOME_DATABASE__URL": "postgresql://rhizome:pa55word@db/rhizome"})
