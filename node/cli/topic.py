"""``rhizome topic``: accounts about a topic, which show what is new about it; works while the node runs."""

import asyncio
from functools import partial
from pathlib import Path

import click
from sqlalchemy import Connection

from federation.actors.topic_accounts import create_topic_account, prepare_topic_account
from node.app.system import opened
from node.cli.shared import config_option, json_option, print_rows, with_config
from node.config import Config
from node.domain.media import MediaPurpose
from node.domain.selections import Selection, of_address
from node.services.accounts import topic_accounts
from node.services.accounts.house_profiles import HouseProfile
from node.services.context import Unit
from node.store.library import topic_accounts as store
from node.store.library.topic_accounts import TopicAccount


@click.group("topic")
@config_option
def command() -> None:
    """Make accounts that can be followed for what is new about a topic, of this kind, in this language."""


@command.command("add")
@click.argument("username", metavar="NAME")
@click.argument("selection", metavar="QUERY")
@click.option("--display-name", required=True, metavar="TEXT", help="What it is called.")
@click.option("--description", default="", metavar="TEXT", help="What it shows, in Markdown.")
@click.option("--topic", "topics", multiple=True, metavar="TAG", help="A hashtag of its profile; again for more.")
@with_config
def add(
    config: Config, username: str, selection: str, display_name: str, description: str, topics: tuple[str, ...]
) -> None:
    """Make @NAME, which shows each new public resource that fits QUERY.

    QUERY is what stands after the ? in an address of the catalogue: "q=wound+care&kind=video&language=de".
    """
    profile = HouseProfile(name=display_name, description=description, topics=topics)
    click.echo(asyncio.run(_add(config, username, profile, of_address(selection))))


@command.command("change")
@click.argument("username", metavar="NAME")
@click.argument("selection", metavar="QUERY", required=False)
@click.option("--display-name", metavar="TEXT", help="What it is called.")
@click.option("--description", metavar="TEXT", help="What it shows, in Markdown.")
@click.option("--topic", "topics", multiple=True, metavar="TAG", help="A hashtag of its profile; again for more.")
@with_config
def change(
    config: Config,
    username: str,
    selection: str | None,
    display_name: str | None,
    description: str | None,
    topics: tuple[str, ...],
) -> None:
    """Change what @NAME shows from now on, or what it says of itself; what is not named stays as it is."""
    profile = HouseProfile(name=display_name, description=description, topics=topics or None)
    wanted = of_address(selection) if selection is not None else None
    click.echo(asyncio.run(_change(config, username.removeprefix("@").lower(), profile, wanted)))


@command.command("list")
@json_option
@with_config
def list_(config: Config, *, as_json: bool) -> None:
    """Show all accounts about topics."""
    rows = [
        {"handle": each.actor.handle, "name": each.actor.title, "shows": each.query}
        for each in asyncio.run(_list(config))
    ]
    print_rows(rows, {name: name for name in ("handle", "name", "shows")}, as_json=as_json)


@command.command("picture")
@click.argument("username", metavar="NAME")
@click.argument("purpose", type=click.Choice([MediaPurpose.AVATAR.value, MediaPurpose.HEADER.value]))
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@with_config
def picture(config: Config, username: str, purpose: str, file: Path | None) -> None:
    """Show the picture FILE as avatar or header of @NAME; without FILE, none."""
    click.echo(asyncio.run(_picture(config, username.removeprefix("@").lower(), MediaPurpose(purpose), file)))


@command.command("remove")
@click.argument("username", metavar="NAME")
@with_config
def remove(config: Config, username: str) -> None:
    """Delete @NAME; its followers are told, and nobody else gets its name."""
    click.echo(asyncio.run(_remove(config, username.removeprefix("@").lower())))


async def _add(config: Config, username: str, profile: HouseProfile, selection: Selection) -> str:
    async with opened(config) as system:
        unit, box = system.node.unit(), config.secret_box
        new = prepare_topic_account(unit, box, username, profile, selection)
        made = await system.node.store.write(create_topic_account, unit, new, by=None)
        return made.actor.handle


async def _change(config: Config, username: str, profile: HouseProfile, selection: Selection | None) -> str:
    async with opened(config) as system:
        return await system.node.store.write(_apply, system.node.unit(), username, profile, selection)


def _apply(conn: Connection, unit: Unit, username: str, profile: HouseProfile, selection: Selection | None) -> str:
    found = topic_accounts.change(conn, unit, username, profile, selection)
    topic_accounts.record_deed(conn, unit, None, "change", found)
    return found.actor.handle


async def _picture(config: Config, username: str, purpose: MediaPurpose, file: Path | None) -> str:
    async with opened(config) as system:
        node = system.node
        found = await node.store.read(topic_accounts.load, username)
        media = await node.uploads.take_picture(found.actor.id, file, purpose) if file else None
        shown = (media.id, node.links.stored(media.key)) if media else (None, "")
        set_picture = partial(topic_accounts.set_picture, username=username, by=None)
        await node.store.write(set_picture, node.unit(), purpose, *shown)
        return found.actor.handle


async def _list(config: Config) -> list[TopicAccount]:
    async with opened(config) as system:
        return await system.node.store.read(store.list_all)


async def _remove(config: Config, username: str) -> str:
    async with opened(config) as system:
        return await system.node.store.write(_erase, system.node.unit(), username)


def _erase(conn: Connection, unit: Unit, username: str) -> str:
    found = topic_accounts.remove(conn, unit, username)
    topic_accounts.record_deed(conn, unit, None, "remove", found)
    return f"{found.actor.handle}: deleted"
