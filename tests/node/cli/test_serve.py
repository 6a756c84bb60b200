"""``rhizome serve`` as a process: started, stopped politely, killed, with commands beside it (REL2, REL11, ADM7)."""

import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from node import cli

pytestmark = pytest.mark.timeout(120)


@pytest.fixture
def config(tmp_path: Path, held_port: int) -> Path:
    file, host = tmp_path / "rhizome.toml", f"127.0.0.1:{held_port}"
    made = rhizome(file, "init", "--host", host, "--name", "Uni", "--development", "--listen", host)
    assert made.exit_code == 0, made.stderr
    return file


def rhizome(file: Path, *words: str, stdin: str = "") -> Result:
    """A command in this process, which is another one than the node's."""
    return CliRunner().invoke(cli.main, [*words, "--config", str(file)], input=stdin)


def start(file: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "node", "serve", "--config", str(file)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)


@contextmanager
def serving(file: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A node that answers, and its address; whatever becomes of the test, it ends."""
    process = start(file)
    try:
        assert process.stdout is not None
        line = next(line for line in process.stdout if line.startswith("listening on"))
        yield process, line.split()[-1]
    finally:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


def test_a_node_stops_when_it_is_told_to_and_commands_work_beside_it(config: Path) -> None:
    assert rhizome(config, "migrate").exit_code == 0
    with serving(config) as (process, origin):
        with urllib.request.urlopen(f"{origin}/healthz", timeout=30) as answer:
            assert answer.status == 200
        beside = rhizome(
            config, "user", "add", "ada", "--email", "a@x.org", "--password-stdin", stdin="a long password\n"
        )
        assert beside.exit_code == 0, beside.stderr
        second = rhizome(config, "serve")
        assert second.exit_code == 1
        assert "already serves" in second.stderr
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    host, port = origin.removeprefix("http://").split(":")
    with socket.create_server((host, int(port))):
        refused = rhizome(config, "serve")
    assert (refused.exit_code, refused.stderr) == (
        1,
        f"The node cannot listen on {host}:{port}: Address already in use.\n",
    )


@pytest.mark.dear("starts a node three times")
def test_a_node_that_was_killed_starts_again_without_a_hand(config: Path) -> None:
    begun = start(config)
    while not (config.parent / "data" / "rhizome.sqlite3").exists():
        assert begun.poll() is None
        time.sleep(0.002)
    begun.kill()  # in the middle of its first migration
    begun.wait()
    if begun.stdout is not None:
        begun.stdout.close()
    with serving(config) as (process, _):
        process.kill()
        process.wait()
    checked = rhizome(config, "check", "--json")
    assert checked.exit_code == 0, checked.stdout
    with serving(config) as (process, origin), urllib.request.urlopen(f"{origin}/readyz", timeout=30) as answer:
        assert answer.status == 200


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (PermissionError(13, "Denied", "/srv/data"), "Denied. Run commands as the user of the service."),
        (NotADirectoryError(20, "Not a directory", "/srv/data"), "Not a directory."),
    ],
)
def test_a_folder_that_cannot_be_used_is_told_in_a_sentence(config: Path, monkeypatch, error, told) -> None:
    """What the system says to whoever is not the user of the service; nothing is closed to root, as whom tests run."""

    def refuse(_config):
        raise error

    monkeypatch.setattr("node.cli.serve.locked", refuse)
    result = CliRunner().invoke(cli.main, ["serve", "--config", str(config)])
    assert (result.exit_code, result.stderr) == (1, f"/srv/data: {told}\n")
