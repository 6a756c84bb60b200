"""``rhizome user``: people of this node, their tokens and other addresses, beside a running node or without one."""

import asyncio
import secrets
import sys

import click
from sqlalchemy import Connection

from federation.actors import moving
from federation.actors.members import ROLES, NewMember, create_member, prepare_member
from node.app.system import opened
from node.cli.owners import find_account, load_owner
from node.cli.shared import config_option, with_config
from node.config import Config
from node.domain.scopes import SCOPES
from node.domain.uris import is_web_uri
from node.errors import Invalid, NotFound, Problem
from node.services import audit
from node.services.access import addresses, credentials
from node.services.access.passwords import hash_password
from node.services.accounts import leaving
from node.services.context import Unit
from node.store.access import accounts, tokens
from node.store.access.accounts import Account


@click.group("user")
@config_option
def command() -> None:
    """Add people, give them passwords and tokens, let accounts move."""


@command.command("add")
@click.argument("name")
@click.option("--email", required=True, metavar="E")
@click.option("--role", type=click.Choice(ROLES), default=accounts.MEMBER, show_default=True)
@click.option("--display-name", default="", metavar="T", help="How pages call the person. [default: NAME]")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input; a terminal is asked.")
@with_config
def add(config: Config, name: str, email: str, role: str, display_name: str, *, password_stdin: bool) -> None:
    """Make an account and its actor."""
    password = _read_password(from_stdin=password_stdin)
    asyncio.run(_add(config, name, email, role, display_name, password))
    click.echo(f"@{name.removeprefix('@').lower()}@{config.host}")


def _read_password(*, from_stdin: bool) -> str:
    """Whoever types it at a terminal is asked for it, and it is not shown."""
    if sys.stdin.isatty():
        answer: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
        return answer
    if not from_stdin:
        raise click.UsageError("Missing option '--password-stdin'.")
    return sys.stdin.readline().rstrip("\r\n")


async def _add(config: Config, name: str, email: str, role: str, display_name: str, password: str) -> None:
    async with opened(config) as system:
        unit = system.node.unit()
        box = config.secret_box
        member: NewMember = prepare_member(
            unit, box, username=name, email=email, password=password, role=role, name=display_name
        )
        await system.node.store.write(create_member, unit, member)


@command.command("password")
@click.argument("name")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input; a terminal is asked.")
@with_config
def password_(config: Config, name: str, *, password_stdin: bool) -> None:
    """Give NAME a new password, for somebody who has lost hers; all sessions and tokens of NAME end."""
    asyncio.run(_set_password(config, name, _read_password(from_stdin=password_stdin)))
    click.echo(f"@{name.removeprefix('@').lower()}@{config.host} has a new password")


async def _set_password(config: Config, name: str, password: str) -> None:
    hashed = hash_password(password)
    async with opened(config) as system:
        await system.node.store.write(_store_password, system.node.unit(), name, hashed)


def _store_password(conn: Connection, unit: Unit, name: str, hashed: str) -> None:
    account = _account(conn, name)
    credentials.change_password(conn, unit, account.actor_id, hashed)


@command.command("alias")
@click.argument("name")
@click.argument("other", metavar="URI|@NAME@HOST")
@click.option("--remove", is_flag=True, help="Take back what was said before.")
@with_config
def alias(config: Config, name: str, other: str, *, remove: bool) -> None:
    """Say that NAME is also another account, so that it may move here."""
    click.echo(asyncio.run(_alias(config, name, other, remove=remove)))


async def _alias(config: Config, name: str, other: str, *, remove: bool) -> str:
    async with opened(config) as system:
        store, unit = system.node.store, system.node.unit()
        actor = await store.read(load_owner, name, config.host)
        if remove and is_web_uri(other):  # that account may be gone
            await store.write(moving.remove_alias, unit, actor, other)
            return f"{actor.handle} is not also known as {other}"
        found = await find_account(system, other)
        if remove:
            await store.write(moving.remove_alias, unit, actor, found.uri)
        else:
            await store.write(moving.add_alias, unit, actor, found)
        return f"{actor.handle} is {'not ' if remove else ''}also known as {found.handle}"


@command.command("move")
@click.argument("name")
@click.argument("target", metavar="@NAME@HOST", required=False)
@click.option("--back", is_flag=True, help="NAME is here again; followers who went stay where they are.")
@with_config
def move(config: Config, name: str, target: str | None, *, back: bool) -> None:
    """Let NAME and its followers go to another account, which must say that it is also NAME."""
    if back == (target is not None):
        raise click.UsageError("Say where to, or --back.")
    click.echo(asyncio.run(_move(config, name, target)))


async def _move(config: Config, name: str, target: str | None) -> str:
    async with opened(config) as system:
        store, unit = system.node.store, system.node.unit()
        actor = await store.read(load_owner, name, config.host)
        if target is None:
            await store.write(moving.come_back, unit, actor)
            return f"{actor.handle} is here again"
        found = await find_account(system, target, fresh=True)
        moved = await store.write(moving.move, unit, actor, found)
    told = f"{moved.told} followers elsewhere are told, {moved.followed_along} here go along"
    return f"{actor.handle} moves to {found.handle}: {told}"


@command.command("reset")
@click.argument("name")
@click.option("--drop-second-factor", is_flag=True, help="For somebody whose phone and recovery codes are gone.")
@with_config
def reset(config: Config, name: str, *, drop_second_factor: bool) -> None:
    """Print a link under which NAME chooses a new password within an hour, once."""
    click.echo(asyncio.run(_reset(config, name, drop_factor=drop_second_factor)))


async def _reset(config: Config, name: str, *, drop_factor: bool) -> str:
    async with opened(config) as system:
        secret = await system.node.store.write(_make_reset, system.node.unit(), name, drop_factor=drop_factor)
    return f"{config.origin}/reset?ticket={secret}"


def _make_reset(conn: Connection, unit: Unit, name: str, *, drop_factor: bool) -> str:
    account = _account(conn, name)
    if drop_factor:
        credentials.drop_factor(conn, unit, account.actor_id, by="")
    return credentials.give_reset(conn, unit, account, by="")


@command.command("delete")
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask again.")
@with_config
def delete(config: Config, name: str, *, yes: bool) -> None:
    """Delete the account of NAME for good: posts, files and places at events go, other servers are told.

    Nobody else ever gets the name. Refused for the last administrator and for whoever moderates a community alone.
    """
    if not yes:
        click.confirm(f"Delete {name} for good?", abort=True, err=True)
    click.echo(asyncio.run(_delete(config, name)))


async def _delete(config: Config, name: str) -> str:
    async with opened(config) as system:
        return await system.node.store.write(_leave, system.node.unit(), name)


def _leave(conn: Connection, unit: Unit, name: str) -> str:
    account = _account(conn, name)
    leaving.leave(conn, unit, account.actor_id, by="")
    return f"@{account.username}@{unit.host} is deleted; the running node tells other servers and removes the posts"


@command.command("email")
@click.argument("name")
@click.argument("address")
@with_config
def email(config: Config, name: str, address: str) -> None:
    """Print a link under which NAME takes ADDRESS as e-mail address within an hour, once."""
    click.echo(asyncio.run(_email(config, name, address)))


async def _email(config: Config, name: str, address: str) -> str:
    async with opened(config) as system:
        secret = await system.node.store.write(_make_email_link, system.node.unit(), name, address)
    return f"{config.origin}/email?ticket={secret}"


def _make_email_link(conn: Connection, unit: Unit, name: str, address: str) -> str:
    return addresses.give_link(conn, unit, _account(conn, name), address, by="")


def _account(conn: Connection, name: str) -> Account:
    account = accounts.find_account(conn, name.removeprefix("@"))
    if account is None:
        raise NotFound(f"Nobody here is called {name}.")
    return account


@command.command("token")
@click.argument("name")
@click.option("--scopes", default="read write follow push", show_default=True, metavar="WORDS")
@with_config
def token(config: Config, name: str, scopes: str) -> None:
    """Print an access token of the client API, and nothing else."""
    wanted = scopes.split()
    unknown = [scope for scope in wanted if scope not in SCOPES]
    if unknown or not wanted:
        raise Invalid(problems=[Problem("$.scopes", f"some of {' '.join(SCOPES)}", scopes)])
    click.echo(asyncio.run(_make_token(config, name, wanted)))


async def _make_token(config: Config, name: str, scopes: list[str]) -> str:
    made = secrets.token_urlsafe(32)
    async with opened(config) as system:
        await system.node.store.write(_store_token, system.node.unit(), name, made, scopes)
    return made


def _store_token(conn: Connection, unit: Unit, name: str, made: str, scopes: list[str]) -> None:
    account = accounts.find_account(conn, name.removeprefix("@"))
    if account is None or account.state != accounts.ACTIVE:
        raise NotFound(f"Nobody here is called {name}.")
    tokens.insert_token(conn, made, account.actor_id, scopes, "command line", unit.now)
    audit.record(conn, unit, None, "token.add", account.username, after={"scopes": scopes})
