"""``rhizome keys``: the keys that our actors sign with, and their change, beside a running node or without one."""

import asyncio
from collections.abc import Sequence
from typing import Any

import click
from sqlalchemy import Connection

from federation.signatures import rotation
from federation.signatures.keys import make_keys
from node.app.system import System, opened
from node.cli.owners import load_owner
from node.cli.shared import config_option, json_option, print_rows, with_config
from node.clock import to_rfc3339
from node.config import Config
from node.store.people import keys
from node.store.people.actors import Actor, load_local_actors

_COLUMNS = {"actor": "actor", "algorithm": "kind", "state": "state", "since": "since", "until": "until", "key": "key"}


@click.group("keys")
@config_option
def command() -> None:
    """Show and change the keys that actors sign with."""


@command.command("list")
@json_option
@with_config
def list_(config: Config, *, as_json: bool) -> None:
    """Show all keys that are public now, and since when."""
    print_rows(asyncio.run(_list(config)), _COLUMNS, as_json=as_json)


async def _list(config: Config) -> list[dict[str, Any]]:
    async with opened(config) as system:
        return await system.node.store.read(_load_rows)


def _load_rows(conn: Connection) -> list[dict[str, Any]]:
    return [
        {
            "actor": actor.handle,
            "algorithm": key.algorithm,
            "state": key.state,
            "since": to_rfc3339(key.created_at),
            "until": to_rfc3339(key.retires_at) if key.retires_at else None,
            "key": key.uri,
        }
        for actor in load_local_actors(conn)
        for key in keys.load_own_keys(conn, actor.id)
    ]


@command.command("rotate")
@click.argument("handles", metavar="[HANDLE]...", nargs=-1)
@click.option("--at-once", is_flag=True, help="Drop the old keys now; for keys that somebody else may know.")
@with_config
def rotate(config: Config, handles: tuple[str, ...], *, at_once: bool) -> None:
    """Give actors of this node new keys: each HANDLE, or all whose keys are not being changed already.

    New keys are published now and sign after 48 hours; a running node does that by itself.
    """
    asyncio.run(_rotate(config, handles, at_once=at_once))


async def _rotate(config: Config, handles: Sequence[str], *, at_once: bool) -> None:
    async with opened(config) as system:
        store = system.node.store
        chosen = await (store.read(_load_named, handles, config.host) if handles else store.read(_load_all, at_once))
        for actor in chosen:
            click.echo(await _rotate_one(system, config, actor, at_once=at_once))


def _load_named(conn: Connection, handles: Sequence[str], host: str) -> list[Actor]:
    return list({actor.id: actor for actor in (load_owner(conn, handle, host) for handle in handles)}.values())


def _load_all(conn: Connection, at_once: bool) -> list[Actor]:
    """All actors of ours, without those whose keys are being changed already."""
    changing = set() if at_once else {key.actor_id for key in keys.load_next_keys(conn)}
    return [actor for actor in load_local_actors(conn) if actor.id not in changing]


async def _rotate_one(system: System, config: Config, actor: Actor, *, at_once: bool) -> str:
    unit = system.node.unit()
    box = config.secret_box
    new_keys = await asyncio.to_thread(make_keys, unit.ids, unit.now, actor.id, actor.uri, box, is_first=False)
    await system.node.store.write(rotation.replace if at_once else rotation.begin, unit, actor, new_keys)
    if at_once:
        return f"{actor.handle}: the new keys sign, the old ones are gone"
    return f"{actor.handle}: new keys are public, and sign from {to_rfc3339(unit.now + rotation.PUBLISHED_BEFORE)}"
