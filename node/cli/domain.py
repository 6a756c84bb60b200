"""``rhizome domain``: how the node deals with other hosts; a running node sees changes within seconds."""

import asyncio
from collections.abc import Callable
from typing import Concatenate, ParamSpec, TextIO, TypeVar

import click
from sqlalchemy import Connection

from federation.transport.address import normalise_host
from node.app.system import opened
from node.cli.shared import config_option, json_option, print_rows, with_config
from node.clock import to_rfc3339
from node.config import Config
from node.domain.blocklists import Line, read_list, write_list
from node.domain.moderation import DomainPolicy
from node.errors import Conflict
from node.services.context import Unit
from node.services.house import moderate
from node.store.federation import policies

P = ParamSpec("P")
T = TypeVar("T")

_COLUMNS = {"domain": "domain", "policy": "policy", "since": "since", "reason": "reason"}
_EFFECT = {"what": "what is known of it", "count": "how many"}


@click.group("domain")
@config_option
def command() -> None:
    """Decide how to deal with other hosts, and everything below them."""


@command.command("set")
@click.argument("domain")
@click.argument("policy", type=click.Choice([each.value for each in DomainPolicy]))
@click.option("--reason", default="", help="Why, for those who come after you.")
@with_config
def set_(config: Config, domain: str, policy: str, reason: str) -> None:
    """Set what holds for DOMAIN; a block ends all follows between us and it."""
    name = _other_domain(config, domain)
    ended = _write(config, moderate.set_policy, None, name, DomainPolicy(policy), reason)
    click.echo(f"{name}: {policy}" + (f", {ended} follows ended" if ended else ""))


@command.command("remove")
@click.argument("domain")
@with_config
def remove(config: Config, domain: str) -> None:
    """Let DOMAIN be like any other; follows that a block ended do not come back."""
    name = normalise_host(domain)
    _write(config, moderate.remove_policy, None, name)
    click.echo(f"{name}: no policy")


@command.command("list")
@json_option
@with_config
def list_(config: Config, *, as_json: bool) -> None:
    """Show all policies."""
    rows = asyncio.run(_read(config, policies.list_policies))
    print_rows(
        [
            {"domain": row.domain, "policy": row.policy, "since": to_rfc3339(row.created_at), "reason": row.reason}
            for row in rows
        ],
        _COLUMNS,
        as_json=as_json,
    )


@command.command("preview")
@click.argument("domain")
@json_option
@with_config
def preview(config: Config, domain: str, *, as_json: bool) -> None:
    """Show what a block of DOMAIN would touch."""
    counts = asyncio.run(_read(config, policies.count_effect, normalise_host(domain)))
    print_rows([{"what": what, "count": count} for what, count in counts.items()], _EFFECT, as_json=as_json)


@command.command("export")
@with_config
def export(config: Config) -> None:
    """Print all policies as a block list (CSV) that other servers read."""
    rows = asyncio.run(_read(config, policies.list_policies))
    lines = (Line(row.domain, DomainPolicy(row.policy), row.reason) for row in rows)
    click.echo(write_list(lines), nl=False)


@command.command("import")
@click.argument("file", type=click.File())
@with_config
def import_(config: Config, file: TextIO) -> None:
    """Take a block list over: CSV as other servers export it, or a domain in each line; "-" is standard input."""
    lines, problems = read_list(file.read())
    ours = [line for line in lines if line.domain != config.host and not config.host.endswith(f".{line.domain}")]
    changed, ended = _write(config, moderate.take_list_over, None, ours)
    click.echo(f"{changed} policies set, {len(ours) - changed} as before, {ended} follows ended")
    for problem in problems:
        click.echo(problem, err=True)
    if problems:
        raise SystemExit(1)


def _other_domain(config: Config, text: str) -> str:
    name = normalise_host(text)
    if name in config.own_hosts or config.host.endswith(f".{name}"):
        raise Conflict("This is the host of this node.")
    return name


async def _read(config: Config, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
    async with opened(config) as system:
        return await system.node.store.read(fn, *args, **kwargs)


def _write(config: Config, fn: Callable[Concatenate[Connection, Unit, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
    async def run() -> T:
        async with opened(config) as system:
            unit = system.node.unit()
            return await system.node.store.write(lambda conn: fn(conn, unit, *args, **kwargs))

    return asyncio.run(run())
