"""``rhizome domain``: how the node deals with other hosts; a running node sees changes within seconds."""

import asyncio
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, TypeVar

import click
from sqlalchemy import Connection

from federation.address import normalise_host
from node.app import opened
from node.cli.shared import config_option, json_option, print_rows, with_config
from node.clock import to_rfc3339
from node.config import Config
from node.domain.moderation import DomainPolicy
from node.errors import Conflict, NotFound
from node.services.context import Unit
from node.store import accounts, policies

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
    ended = _write(config, set_policy, name, DomainPolicy(policy), reason)
    click.echo(f"{name}: {policy}" + (f", {ended} follows ended" if ended else ""))


@command.command("remove")
@click.argument("domain")
@with_config
def remove(config: Config, domain: str) -> None:
    """Let DOMAIN be like any other; follows that a block ended do not come back."""
    name = normalise_host(domain)
    _write(config, remove_policy, name)
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


def _other_domain(config: Config, text: str) -> str:
    name = normalise_host(text)
    if name in config.own_hosts or config.host.endswith(f".{name}"):
        raise Conflict("This is the host of this node.")
    return name


def set_policy(conn: Connection, unit: Unit, domain: str, policy: DomainPolicy, reason: str) -> int:
    """Set the policy with its audit row; answers how many follows a block ended."""
    before = _current(conn, domain)
    policies.set_policy(conn, domain, policy, reason, unit.now)
    ended = policies.cut_follows(conn, domain) if policy is DomainPolicy.BLOCK else 0
    _audit(conn, unit, domain, before, {"policy": policy.value, "reason": reason, "follows_ended": ended})
    return ended


def remove_policy(conn: Connection, unit: Unit, domain: str) -> None:
    """Remove the policy with its audit row; raises NotFound where there is none."""
    before = _current(conn, domain)
    if not policies.delete_policy(conn, domain):
        raise NotFound("There is no policy for this domain.")
    _audit(conn, unit, domain, before, None)


def _current(conn: Connection, domain: str) -> dict[str, Any] | None:
    rows = (row for row in policies.list_policies(conn) if row.domain == domain)
    return next(({"policy": row.policy, "reason": row.reason} for row in rows), None)


def _audit(conn: Connection, unit: Unit, domain: str, before: Any, after: Any) -> None:
    accounts.record_audit(
        conn, unit.ids.new(), by="", action="domain.policy", target=domain, now=unit.now, before=before, after=after
    )


async def _read(config: Config, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
    async with opened(config) as system:
        return await system.node.store.read(fn, *args, **kwargs)


def _write(config: Config, fn: Callable[Concatenate[Connection, Unit, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
    async def run() -> T:
        async with opened(config) as system:
            unit = system.node.unit()
            return await system.node.store.write(lambda conn: fn(conn, unit, *args, **kwargs))

    return asyncio.run(run())
