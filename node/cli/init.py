"""``rhizome init``: a complete commented configuration, and the key that seals private keys."""

import base64
import os
import secrets
import sys
from pathlib import Path
from typing import Any

import click

from node.cli.shared import config_file, config_option
from node.config import Config, configure, is_testing_host, make_handle
from node.config.hosts import as_address, host_without_port
from node.config.schema import keys, render, toml
from node.errors import Conflict

_SECRETS = """\
# Seals the private keys in the database. A backup is of no use without it: keep a copy in a safe place.
key = {key}
"""


@click.command("init")
@click.option("--host", metavar="HOST[:PORT]", help="The public host name. It can never change.")
@click.option("--name", metavar="TEXT", help="The name of the organisation.")
@click.option("--handle", metavar="ORG", help="Its user name in @ORG@HOST. [default: made from the name]")
@click.option(
    "--data", metavar="DIR", type=click.Path(path_type=Path), help="Where data goes. [default: data beside FILE]"
)
@click.option("--listen", metavar="ADDR:PORT", help=f"Where to serve. [default: {keys()['node.listen'].shown}]")
@click.option("--development", is_flag=True, help="For several nodes on this machine: http, and peers on loopback.")
@config_option
def command(
    host: str | None, name: str | None, handle: str | None, data: Path | None, listen: str | None, development: bool
) -> None:
    """Write a new configuration and its keys; nothing is ever overwritten."""
    file = Path(os.path.abspath(config_file()))  # noqa: PTH100 (a link stays where it is)
    host = host or _ask("--host", "Public host name, such as learn.example.org")
    name = name or _ask("--name", "Name of the organisation")
    values = _values(file, host, name, handle, data, listen, development=development)
    key = secrets.token_bytes(32)
    config = configure(values, file=file, secret_key=key)
    secrets_file = _free_places(config, file)
    values["secrets"] = {"file": secrets_file.name}
    for folder in (file.parent, config.data_dir):
        _make_folder(folder)
    _write(file, secrets_file, render(values), key)
    click.echo(f"Wrote {file} and {secrets_file}; keep a copy of the second in a safe place.")
    click.echo(f"Next: rhizome serve --config {file}")


def _ask(option: str, question: str) -> str:
    if not sys.stdin.isatty():
        raise click.UsageError(f"Missing option '{option}'.")
    answer: str = click.prompt(question, type=str)
    return answer


def _values(
    file: Path, host: str, name: str, handle: str | None, data: Path | None, listen: str | None, *, development: bool
) -> dict[str, dict[str, Any]]:
    """The values that differ from the defaults."""
    node = {"host": host, "name": name, "handle": make_handle(name) if handle is None else handle}
    if data is not None:
        node["data"] = _beside(file, data)
    if listen is None and development:
        listen = _listener_of(host)
    if listen is not None:
        node["listen"] = listen
    if not development:
        # The proxy that speaks TLS is on this machine, or nobody reaches the node at all; else all readers were one.
        return {"node": {**node, "trusted_proxies": ["127.0.0.1/32", "::1/128"]}}
    return {
        "node": {**node, "scheme": "http"},
        "limits": {"exempt": ["127.0.0.0/8"]},
        "development": {"allow_loopback_peers": True},
    }


def _beside(file: Path, data: Path) -> str:
    """``data``, which the command line gives from where it runs, as the file should say it."""
    folder = Path(os.path.abspath(data))  # noqa: PTH100 (a link stays where it is)
    return str(folder.relative_to(file.parent)) if folder.is_relative_to(file.parent) else str(folder)


def _listener_of(host: str) -> str | None:
    """Where a node under development is found without a proxy: at its own host."""
    name = host_without_port(host)
    if name == host or not is_testing_host(host):
        return None
    return host if as_address(name) else f"127.0.0.1:{host.rpartition(':')[2]}"


def _free_places(config: Config, file: Path) -> Path:
    """Where the key goes; Conflict where anything that a node would write is there already."""
    beside = [file.with_name("secrets.toml"), file.with_name(f"{file.stem}.secrets.toml")]
    secrets_file = next((place for place in beside if not place.exists()), beside[0])
    for place in (file, secrets_file, config.database_path):
        if os.path.lexists(place):
            raise Conflict(f"{place} is there already; nothing was written.")
    return secrets_file


def _write(file: Path, secrets_file: Path, text: str, key: bytes) -> None:
    _write_new(secrets_file, _SECRETS.format(key=toml(base64.b64encode(key).decode())))
    try:
        _write_new(file, text)
    except BaseException:
        secrets_file.unlink()
        raise


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise Conflict(f"{folder}: {error.strerror}.") from error


def _write_new(place: Path, text: str) -> None:
    """A file that only its owner may read, and that was not there before."""
    try:
        handle = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise Conflict(f"{place}: {error.strerror}; nothing was written.") from error
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(handle)
