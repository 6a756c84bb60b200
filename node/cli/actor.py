"""``rhizome actor``: communities and further catalogues of this node, which others can follow."""

import asyncio
import re

import click
from sqlalchemy import Connection

from federation.documents import actor_uri
from federation.founding import create_actor
from federation.keys import make_keys
from federation.members import RESERVED
from node.app import opened
from node.cli.shared import config_option, with_config
from node.config import Config
from node.domain.actors import ActorKind
from node.errors import Invalid, Problem
from node.markdown import render_markdown
from node.secretbox import SecretBox
from node.services import moderate
from node.services.context import Unit
from node.store.keys import OwnKey

_KINDS = {"community": ActorKind.GROUP, "catalogue": ActorKind.SERVICE}
_USERNAME = re.compile(r"[a-z0-9_]{1,30}")


@click.group("actor")
@config_option
def command() -> None:
    """Add communities and further catalogues."""


@command.command("add")
@click.argument("username", metavar="NAME")
@click.option("--kind", type=click.Choice(tuple(_KINDS)), required=True)
@click.option("--display-name", required=True, metavar="TEXT", help="What it is called.")
@click.option("--description", default="", metavar="TEXT", help="What it is for, in Markdown.")
@with_config
def add(config: Config, username: str, kind: str, display_name: str, description: str) -> None:
    """Found a community, or a catalogue beside the organisation's own, as @NAME; works while the node runs.

    `rhizome resource add --owner NAME` publishes in a catalogue.
    """
    name = username.removeprefix("@").lower()
    if not _USERNAME.fullmatch(name) or name in RESERVED:
        raise Invalid(problems=[Problem("$.username", "1 to 30 of the characters a-z, 0-9 and _, not reserved", name)])
    click.echo(asyncio.run(_add(config, name, _KINDS[kind], display_name.strip()[:100], description)))


async def _add(config: Config, username: str, kind: ActorKind, name: str, description: str) -> str:
    async with opened(config) as system:
        unit = system.node.unit()
        actor_id = unit.ids.new()
        box = SecretBox(config.secret_key, config.secrets.previous)
        own_keys = make_keys(unit.ids, unit.now, actor_id, actor_uri(unit.origin, actor_id), box)
        return await system.node.store.write(_found, unit, actor_id, kind, username, name, description, own_keys)


def _found(
    conn: Connection,
    unit: Unit,
    actor_id: int,
    kind: ActorKind,
    username: str,
    name: str,
    description: str,
    own_keys: list[OwnKey],
) -> str:
    made = create_actor(
        conn,
        unit,
        actor_id=actor_id,
        kind=kind,
        username=username,
        own_keys=own_keys,
        name=name,
        summary=render_markdown(description),
        discoverable=True,
        indexable=True,
    )
    moderate.audit(conn, unit, None, "actor.add", made.uri, after={"kind": kind.value})
    return made.handle
