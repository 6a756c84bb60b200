"""``rhizome user``: people of this node and their tokens, beside a running node or without one."""

import asyncio
import secrets
import sys

import click
from sqlalchemy import Connection

from federation.members import ROLES, NewMember, create_member, prepare_member
from node.app import opened
from node.cli.shared import config_option, with_config
from node.config import Config
from node.errors import Invalid, NotFound, Problem
from node.secretbox import SecretBox
from node.services.context import Unit
from node.store import accounts

SCOPES = frozenset({"read", "write", "follow", "push"})


@click.group("user")
@config_option
def command() -> None:
    """Add people and make their tokens."""


@command.command("add")
@click.argument("name")
@click.option("--email", required=True, metavar="E")
@click.option("--role", type=click.Choice(ROLES), default=accounts.MEMBER, show_default=True)
@click.option("--display-name", default="", metavar="T", help="How pages call the person. [default: NAME]")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@with_config
def add(config: Config, name: str, email: str, role: str, display_name: str, *, password_stdin: bool) -> None:
    """Make an account and its actor."""
    password = _read_password(from_stdin=password_stdin)
    asyncio.run(_add(config, name, email, role, display_name, password))
    click.echo(f"@{name.removeprefix('@').lower()}@{config.host}")


def _read_password(*, from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise click.UsageError("Missing option '--password-stdin'.")
    answer: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    return answer


async def _add(config: Config, name: str, email: str, role: str, display_name: str, password: str) -> None:
    async with opened(config) as system:
        unit = system.node.unit()
        box = SecretBox(config.secrets.key, config.secrets.previous)
        member: NewMember = prepare_member(
            unit, box, username=name, email=email, password=password, role=role, name=display_name
        )
        await system.node.store.write(create_member, unit, member)


@command.command("token")
@click.argument("name")
@click.option("--scopes", default="read write follow push", show_default=True, metavar="WORDS")
@with_config
def token(config: Config, name: str, scopes: str) -> None:
    """Print an access token of the client API, and nothing else."""
    wanted = scopes.split()
    unknown = [scope for scope in wanted if scope.partition(":")[0] not in SCOPES]
    if unknown or not wanted:
        raise Invalid(problems=[Problem("$.scopes", f"some of {' '.join(sorted(SCOPES))}", scopes)])
    click.echo(asyncio.run(_make_token(config, name, wanted)))


async def _make_token(config: Config, name: str, scopes: list[str]) -> str:
    made = secrets.token_urlsafe(32)
    async with opened(config) as system:
        await system.node.store.write(_store_token, system.node.unit(), name, made, scopes)
    return made


def _store_token(conn: Connection, unit: Unit, name: str, made: str, scopes: list[str]) -> None:
    account = accounts.find_account(conn, name.removeprefix("@"))
    if account is None or account.state != "active":
        raise NotFound(f"Nobody here is called {name}.")
    accounts.insert_token(conn, made, account.actor_id, scopes, "command line", unit.now)
    accounts.record_audit(
        conn, unit.ids.new(), by="", action="token.add", target=account.username, now=unit.now, after={"scopes": scopes}
    )
