"""What all commands have in common: finding and loading the configuration, exit codes, tables.

A command begins like this:

    @click.command("follow")
    @click.argument("handle")
    @with_config
    def command(config: Config, handle: str) -> None:
        ...
"""

import functools
import json
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, Any, Concatenate, ParamSpec, TypeVar

import click

from node import log
from node.config import Config, load
from node.errors import ConfigurationRefused, Invalid, NodeError

P = ParamSpec("P")
T = TypeVar("T")
Function = TypeVar("Function", bound=Callable[..., Any])

FAILED, REFUSED = 1, 78
VARIABLE = "RHIZOME_CONFIG"
_KEY = "node.cli.config"


class Failed(click.ClickException):
    """A ``NodeError`` as the command line tells it."""

    exit_code = FAILED

    def __init__(self, error: NodeError) -> None:
        problems = [str(problem) for problem in error.problems] if isinstance(error, Invalid) else []
        lines = problems if error.public == "; ".join(problems[:5]) else [error.public, *problems]
        super().__init__("\n".join(lines) + (f" ({log.one_line(error.detail)})" if error.detail else ""))

    def show(self, file: IO[Any] | None = None) -> None:
        """The sentences alone, on standard error."""
        for line in self.message.splitlines():
            click.echo(log.escape(log.mask(line)), err=True, file=file)


class Refused(Failed):
    """A configuration that is not usable."""

    exit_code = REFUSED


def told(error: NodeError) -> Failed:
    """How the command line ends with this error."""
    return Refused(error) if isinstance(error, ConfigurationRefused) else Failed(error)


# -- configuration --------------------------------------------------------------------------------------------------


def _remember(ctx: click.Context, _: click.Parameter, value: Path | None) -> None:
    if value is not None:
        ctx.meta[_KEY] = value  # shared with the commands above and below: the last one wins


def config_option(function: Function) -> Function:
    """Let a command take ``--config FILE`` without using it, for groups and for ``init``."""
    option = click.option(
        "--config",
        type=click.Path(path_type=Path, readable=False),  # what cannot be read is refused as a configuration is
        metavar="FILE",
        expose_value=False,
        callback=_remember,
        help=f"The configuration file, in place of {VARIABLE}.",
    )
    return option(function)


def config_file() -> Path:
    """The configuration file that was named; wrong usage where none was."""
    named = click.get_current_context().meta.get(_KEY) or os.environ.get(VARIABLE)
    if not named:
        raise click.UsageError(f"Say which configuration: --config FILE, or the variable {VARIABLE}.")
    return Path(named)


def load_config(**overrides: Any) -> Config:
    """The configuration that was named. ``overrides`` by path with ``__`` for the dot: ``node__listen="..."``.

    From here on its secrets never appear in a log line.
    """
    given = {name.replace("__", "."): value for name, value in overrides.items() if value is not None}
    config = load(config_file(), overrides=given)
    log.hide(*config.secret_texts)
    return config


def variable_for(path: str) -> str | None:
    """The variable of the environment that stands for this key, where there is one: a file cannot change it."""
    name = f"RHIZOME_{path.replace('.', '__').upper()}"
    return name if name in os.environ else None


def with_config(function: Callable[Concatenate[Config, P], T]) -> Callable[P, T]:
    """Give a command ``--config FILE`` and, as its first argument, the configuration."""

    @functools.wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        log.setup("warning", "text")
        return function(load_config(), *args, **kwargs)

    return config_option(run)


# -- answers --------------------------------------------------------------------------------------------------------


def json_option(function: Function) -> Function:
    """Let a command take ``--json``, as the argument ``as_json``."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON for machines.")(function)


def print_rows(
    rows: Sequence[Mapping[str, Any]], columns: Mapping[str, str], *, as_json: bool, limit: int = log.MAX_TEXT
) -> None:
    """A table of ``columns`` (key -> heading), or the whole rows as a JSON array.

    Texts are escaped, on one line and cut at ``limit`` characters, as those of strangers have to be (ADM5).
    """
    if as_json:
        click.echo(json.dumps([dict(row) for row in rows], ensure_ascii=False, indent=2, default=str))
        return
    cells = [[_cell(row.get(key), limit) for key in columns] for row in rows]
    widths = [max(map(len, column)) for column in zip(columns.values(), *cells, strict=True)]
    for line in ([heading.upper() for heading in columns.values()], *cells):
        padded = [text.ljust(width) for text, width in zip(line, widths, strict=True)]
        click.echo("  ".join(padded).rstrip())


def _cell(value: Any, limit: int) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else log.one_line(str(value), limit)
