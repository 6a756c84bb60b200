"""``rhizome database``: from SQLite to PostgreSQL, and back; counters set right."""

import asyncio
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

from node.app.system import opened
from node.cli.shared import config_option, load_config, variable_for, with_config
from node.clock import SystemClock
from node.config import Config
from node.config.editing import with_values
from node.config.schema import toml
from node.guard import alone_in
from node.services.house.copying import Copied, copy_database
from node.store.database.backup import sync
from node.store.database.copying import Advance
from node.store.posts import counters

_SQLITE, _SCHEME = "sqlite", "postgresql://"


@click.group("database")
@config_option
def command() -> None:
    """Take the node from SQLite to PostgreSQL, or back; set its counters right."""


@command.command("copy")
@click.option("--to", "target", required=True, metavar="TARGET", help="The new database: see above.")
@click.option("--write", is_flag=True, help="Name the new database in the configuration, too.")
@with_config
def copy(config: Config, target: str, *, write: bool) -> None:
    """Copy the database into a new one; the node must not be running.

    TARGET is a file that holds postgresql://USER:PASSWORD@HOST/NAME, such an address without a password, or the word
    sqlite. The new database must be empty. What was written is read again and compared; the old one stays as it is.

    A copy is whole or not there at all: after one that was broken off, start the same command again. A copy that is
    whole already is compared and told.
    """
    values = _values(config, target)
    meant = load_config(**{f"database__{name}": value for name, value in values.items()})
    changed = _changed(config, values) if write else ""
    with alone_in(config.data_dir), _told_when_broken_off():
        copied = copy_database(config, meant, SystemClock().now(), _progress)
    if write:
        _replace(config.file, changed)
    _tell(config, meant, copied, values, is_written=write)


@command.command("recount")
@with_config
def recount(config: Config) -> None:
    """Count followers and posts anew, where "rhizome check" finds them wrong; works while the node runs."""

    async def repair() -> int:
        async with opened(config) as system:
            return await system.node.store.write(counters.repair)

    number = asyncio.run(repair())
    click.echo(f"Accounts that were counted wrong and are right now: {number}." if number else "All was counted right.")


def _values(config: Config, target: str) -> dict[str, Any]:
    """What ``[database]`` says of the new database."""
    if target == _SQLITE:
        return {"url": "", "url_file": ""}
    if target.startswith(_SCHEME):
        if urlsplit(target).password:
            raise click.UsageError(
                "Other users of this machine can read the words of a command. Write the address with its password into "
                "a file that you alone can read, and name that: --to FILE."
            )
        return {"url": target, "url_file": ""}
    if "://" in target:
        raise click.UsageError(f"An address begins with {_SCHEME}")
    file = Path(os.path.abspath(target))  # noqa: PTH100 (a link stays where it is)
    folder = config.file.parent
    return {"url": "", "url_file": str(file.relative_to(folder) if file.is_relative_to(folder) else file)}


def _changed(config: Config, values: dict[str, Any]) -> str:
    """The text of the configuration file as it shall be."""
    if variable := variable_for("database.url") or variable_for("database.url_file"):
        raise click.UsageError(f"The variable {variable} says which database; change it there, without --write.")
    return with_values(config.file.read_text("utf-8"), "database", values)


@contextmanager
def _told_when_broken_off() -> Iterator[None]:
    try:
        yield
    except KeyboardInterrupt:
        click.echo(
            "Broken off: both databases are as they were. Start the same command again, or serve as before.", err=True
        )
        raise


@contextmanager
def _progress(steps: int) -> Iterator[Advance]:
    """A bar on a terminal; nothing elsewhere."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    with click.progressbar(length=steps, label="Copying and comparing", file=sys.stderr) as bar:
        yield bar.update


def _replace(file: Path, text: str) -> None:
    """Write the file anew, whole or not at all, for whom it was."""
    place = file.resolve()
    partial = place.with_name(f".{place.name}.partial")
    partial.touch(mode=0o600)
    partial.write_text(text, "utf-8")
    shutil.copymode(place, partial)
    shutil.chown(partial, place.stat().st_uid, place.stat().st_gid)
    sync(partial)
    partial.replace(place)
    sync(place.parent)


def _tell(config: Config, meant: Config, copied: Copied, values: dict[str, Any], *, is_written: bool) -> None:
    click.echo(
        f"An earlier copy is there: {copied.rows} rows of {copied.tables} tables; compared, each is what it is here."
        if copied.is_found
        else f"Copied {copied.rows} rows of {copied.tables} tables; read again, each is what it was."
    )
    if copied.catalogue is not None:
        entries, digest = copied.catalogue.total, copied.catalogue.digest
        click.echo(f"Entries of the catalogue: {entries}, with the digest {digest[:16]}, in both databases.")
    for column, texts in copied.mended.items():
        click.echo(f"In {texts} texts of {column} U+FFFD stands for NUL, which PostgreSQL does not take.")
    lines = "\n".join(f"    {name} = {toml(value)}" for name, value in values.items())
    click.echo(f"\n{config.file} {'says now' if is_written else 'has to say'}:\n\n    [database]\n{lines}\n")
    kept = str(config.database_path) if config.is_sqlite else "The old database"
    click.echo(f"{kept} stays as it was: let the configuration name it again to go back.")
    click.echo("What the node does from now on is in the new one alone. Media and secrets stay where they are.")
    if not meant.is_sqlite:
        click.echo("Of PostgreSQL the node makes no copy by itself: let a timer call `rhizome backup`.")
    click.echo(f"Next: rhizome check --config {config.file}")
