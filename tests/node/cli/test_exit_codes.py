"""How commands end: 0 done, 1 failed, 2 wrong usage, 78 configuration refused; supervisors and scripts rely on it."""

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from node import cli
from tests.node.cli.running import lines, record, rhizome
from tests.rows import each_row

NOBODY = 65534


@each_row(
    "code, words, stdin",
    [
        (0, ("check",), ""),
        (0, ("jobs", "--json"), ""),
        (0, ("resource", "add", "-"), lines(record(1))),
        (1, ("resource", "add", "-"), lines(record(2), {"name": "of no kind"})),
        (1, ("user", "token", "nobody"), ""),
        (1, ("user", "add", "ada", "--email", "ada@x.org", "--password-stdin"), "short\n"),
        (1, ("follow", "@uni@localhost:8111"), ""),
        (1, ("worker",), ""),
        (1, ("backup", "--verify", "/"), ""),
        (1, ("restore", "/"), ""),
        (2, ("no-such-command",), ""),
        (2, ("check", "--no-such-option"), ""),
        (2, ("user", "token"), ""),
        (2, ("user", "add", "ada", "--email", "ada@x.org", "--role", "queen", "--password-stdin"), ""),
        (2, ("resource", "add", "/no/such/file"), ""),
        (2, ("resource", "add", "-", "--visibility", "loud"), ""),
        (2, ("jobs", "--wait", "soon"), ""),
        (1, ("jobs", "discard", "5"), ""),
        (2, ("jobs", "retry", "9" * 30), ""),
        (2, ("jobs", "discard", "9" * 30), ""),
        (2, ("restore", "/no/such/folder"), ""),
        (78, ("serve", "--listen", "here"), ""),
    ],
)
def test_commands_end_with_the_code_of_what_became_of_them(
    code: int, words: tuple[str, ...], stdin: str, file: Path
) -> None:
    assert_ends(rhizome(file, *words, stdin=stdin), code)


def test_no_configuration_at_all_is_wrong_usage() -> None:
    assert_ends(CliRunner().invoke(cli.main, ["check"]), 2)


@each_row(
    "name, content, told",
    [
        ("missing.toml", None, "there is no such file; `rhizome init` writes one."),
        ("folder.toml", (), "Is a directory."),
        ("other/rhizome.toml", "", "node: expected an object, found nothing."),
        ("latin.toml", b'[node]\nname = "M\xfcnchen"\n', "this is not text in UTF-8."),
        (
            "broken.toml",
            '[node]\nhost = "learn.example.org\n',
            "this is not TOML: Illegal character '\\n' (at line 2, col",
        ),
        ("unknown.toml", '[node]\nhost = "learn.example.org"\nhots = 1\n', "hots"),
        ("impossible.toml", '[node]\nhost = "learn.example.org"\n[log]\nlevel = 5\n', "log.level: expected"),
        ("secretless.toml", '[node]\nhost = "learn.example.org"\n', "secrets.toml: there is no such file"),
    ],
)
def test_a_configuration_that_is_none_is_refused(name: str, content: Any, told: str, tmp_path: Path) -> None:
    place = tmp_path / name
    place.parent.mkdir(exist_ok=True)
    if content == ():
        place.mkdir()
    elif content is not None:
        place.write_bytes(content if isinstance(content, bytes) else content.encode())
    for words in (("check",), ("serve",), ("user", "token", "ada")):
        result = assert_ends(rhizome(place, *words), 78)
        assert str(tmp_path) in result.stderr
        assert told in result.stderr


def test_a_configuration_that_is_closed_to_the_user_is_refused() -> None:
    """The file of another user, and a file in a folder of another user."""
    with tempfile.TemporaryDirectory() as made:  # pytest's own folders are closed already
        folder, file = Path(made), Path(made, "rhizome.toml")
        file.touch()
        assert_ends(rhizome(file, "check"), 78)  # loads what the command needs, which may be closed as well
        for closed in (file, folder):
            folder.chmod(0o755)
            closed.chmod(0)
            with _without_privileges():
                result = assert_ends(rhizome(file, "check"), 78)
            assert result.stderr == f"{file}: Permission denied.\n"
        folder.chmod(0o700)


@contextmanager
def _without_privileges() -> Iterator[None]:
    """As somebody to whom files can be closed; nothing is closed to root, as whom tests may run."""
    if os.geteuid() != 0:
        yield
        return
    os.setresuid(NOBODY, NOBODY, 0)
    try:
        yield
    finally:
        os.setresuid(0, 0, 0)


def assert_ends(result: Result, code: int) -> Result:
    """With this code, with a sentence where something is wrong, and never with a traceback."""
    assert result.exit_code == code, (result.output, json.dumps(result.stderr))
    assert result.exception is None or isinstance(result.exception, SystemExit)
    assert bool(result.stderr) == (code != 0), result.stderr
    return result
