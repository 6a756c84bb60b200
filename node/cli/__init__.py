"""The command line: one module per command, imported when it is called and not before (start-up budget).

Each module holds a click command or group named ``command``. What a command raises as ``NodeError``, or because a file
cannot be used, becomes a sentence on standard error and an exit code: 0 done, 1 failed, 2 wrong usage, 78
configuration refused.
"""

import gc
import importlib
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import click

import node
from node.cli.shared import config_option, told
from node.errors import NodeError, Unavailable

#: Every command and what the overview says about it; ``backup`` lies in ``node.cli.backup``.
COMMANDS: Mapping[str, str] = MappingProxyType(
    {
        "init": "Write a new configuration and its keys.",
        "check": "Say whether all is well.",
        "serve": "Serve and work until told to stop.",
        "worker": "Work without serving (PostgreSQL).",
        "migrate": "Bring the database up to this version.",
        "database": "Take the node from SQLite to PostgreSQL, or back; set its counters right.",
        "keys": "Show and change the keys that actors sign with.",
        "user": "Add people, give them passwords and tokens, let accounts move.",
        "community": "Found communities and govern them.",
        "emoji": "Give the node small pictures for posts and profiles.",
        "actor": "Add further catalogues, and say what profiles are about.",
        "topic": "Make accounts that show what is new about a topic.",
        "resource": "Add learning resources, and take them back.",
        "follow": "Follow somebody on another node.",
        "domain": "Decide how to deal with other hosts.",
        "jobs": "Show what is queued, failing and set aside.",
        "backup": "Copy everything while the node serves.",
        "restore": "Bring a backup into an empty data folder.",
        "demo": "Run three organisations on this machine.",
    }
)


class _Commands(click.Group):
    """The commands of the table above."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 (the interface)
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 (the interface)
        if cmd_name not in COMMANDS:
            return None
        gc.disable()  # of what modules make when they are loaded nothing is garbage: a seventh of the start
        try:
            found: click.Command = importlib.import_module(f"node.cli.{cmd_name}").command
        finally:
            gc.enable()
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 (the interface)
        """The overview, without importing what it lists."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except NodeError as error:
            raise told(error) from error
        except OSError as error:
            if error.filename is None:
                raise
            hint = " Run commands as the user of the service." if isinstance(error, PermissionError) else ""
            raise told(Unavailable(f"{error.filename}: {error.strerror}.{hint}")) from error


@click.command(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(node.__version__, prog_name="rhizome", message="%(prog)s %(version)s")
@config_option
def main() -> None:
    """A node for learning resources, people and communities of an organisation.

    Begin with `rhizome init`. Every command takes --config FILE, or the variable RHIZOME_CONFIG.
    """
