"""``rhizome actor``: communities and further catalogues of this node, which others can follow."""

import asyncio
import re
from dataclasses import asdict

import click
from sqlalchemy import Connection

from federation.actors.founding import Identity, create_actor, make_identity
from federation.actors.members import RESERVED
from node.app.system import opened
from node.cli.shared import config_option, with_config
from node.config import Config
from node.domain.actors import ActorKind
from node.domain.community_drafts import CommunityDraft
from node.errors import Invalid, Problem
from node.services import audit
from node.services.accounts import house_profiles
from node.services.accounts.house_profiles import HouseProfile
from node.services.communities import communities
from node.services.context import Unit

_KINDS = {"community": ActorKind.GROUP, "catalogue": ActorKind.SERVICE}
_USERNAME = re.compile(r"[a-z0-9_]{1,30}")


@click.group("actor")
@config_option
def command() -> None:
    """Add communities and further catalogues, and say what they are about."""


@command.command("add")
@click.argument("username", metavar="NAME")
@click.option("--kind", type=click.Choice(tuple(_KINDS)), required=True)
@click.option("--display-name", required=True, metavar="TEXT", help="What it is called.")
@click.option("--description", default="", metavar="TEXT", help="What it is for, and its rules, in Markdown.")
@click.option("--topic", "topics", multiple=True, metavar="TAG", help="What it is about; again for more.")
@click.option("--website", metavar="URL", help="A page about it elsewhere.")
@with_config
def add(
    config: Config,
    username: str,
    kind: str,
    display_name: str,
    description: str,
    topics: tuple[str, ...],
    website: str | None,
) -> None:
    """Found a community, or a catalogue beside the organisation's own, as @NAME; works while the node runs.

    `rhizome resource add --owner NAME` publishes in a catalogue.
    """
    name = username.removeprefix("@").lower()
    if not _USERNAME.fullmatch(name) or name in RESERVED:
        raise Invalid(problems=[Problem("$.username", "1 to 30 of the characters a-z, 0-9 and _, not reserved", name)])
    profile = HouseProfile(name=display_name, description=description, topics=topics, website=website)
    click.echo(asyncio.run(_add(config, name, _KINDS[kind], profile)))


@command.command("describe")
@click.argument("username", metavar="NAME")
@click.option("--display-name", metavar="TEXT", help="What it is called.")
@click.option("--description", metavar="TEXT", help="What it is for, and its rules, in Markdown.")
@click.option("--topic", "topics", multiple=True, metavar="TAG", help="What it is about; again for more.")
@click.option("--website", metavar="URL", help="A page about it elsewhere; empty for none.")
@with_config
def describe(
    config: Config,
    username: str,
    display_name: str | None,
    description: str | None,
    topics: tuple[str, ...],
    website: str | None,
) -> None:
    """Say what the organisation, a community or a catalogue is about; what is not named stays as it is."""
    profile = HouseProfile(name=display_name, description=description, topics=topics or None, website=website)
    click.echo(asyncio.run(_describe(config, username.removeprefix("@").lower(), profile)))


async def _describe(config: Config, username: str, profile: HouseProfile) -> str:
    async with opened(config) as system:
        return await system.node.store.write(_change, system.node.unit(), username, profile)


def _change(conn: Connection, unit: Unit, username: str, profile: HouseProfile) -> str:
    changed = house_profiles.describe(conn, unit, username, profile)
    said = {name: value for name, value in asdict(profile).items() if value is not None}
    audit.record(conn, unit, None, "actor.describe", changed.uri, after=said)
    return changed.handle


async def _add(config: Config, username: str, kind: ActorKind, profile: HouseProfile) -> str:
    async with opened(config) as system:
        unit = system.node.unit()
        identity = make_identity(unit, config.secret_box)
        return await system.node.store.write(_found, unit, identity, kind, username, profile)


def _found(
    conn: Connection, unit: Unit, identity: Identity, kind: ActorKind, username: str, profile: HouseProfile
) -> str:
    made = create_actor(conn, unit, identity, kind, username, discoverable=True, indexable=True)
    if kind is ActorKind.GROUP:
        communities.establish(conn, unit, made, CommunityDraft(), None)
    house_profiles.describe(conn, unit, username, profile)
    audit.record(conn, unit, None, "actor.add", made.uri, after={"kind": kind.value})
    return made.handle
