"""``rhizome emoji``: pictures that everybody here can use in posts and profiles; works while the node runs."""

import asyncio
from collections.abc import Callable
from functools import partial
from pathlib import Path

import click

from node.app.system import opened
from node.cli.shared import config_option, json_option, print_rows, with_config
from node.config import Config
from node.services.posts import emojis
from node.store.posts import emojis as store
from node.store.posts.emojis import OwnEmoji


@click.group("emoji")
@config_option
def command() -> None:
    """Add, list, disable and remove emojis."""


@command.command("add")
@click.argument("shortcode", metavar="NAME")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--category", default="", metavar="TEXT", help="What apps sort it under.")
@with_config
def add(config: Config, shortcode: str, file: Path, category: str) -> None:
    """Let everybody here use the PNG, GIF or WebP picture FILE as :NAME:."""
    asyncio.run(_add(config, shortcode.strip(":"), file, category))
    _say(shortcode, "can be used")


async def _add(config: Config, shortcode: str, file: Path, category: str) -> None:
    async with opened(config) as system:
        await system.node.uploads.add_emoji(shortcode, category, file, by=None)


@command.command("list")
@json_option
@with_config
def list_(config: Config, *, as_json: bool) -> None:
    """Show all emojis of this node."""
    rows = [
        {"name": each.shortcode, "category": each.category, "enabled": each.enabled, "url": each.url}
        for each in asyncio.run(_load(config))
    ]
    print_rows(rows, {name: name for name in ("name", "category", "enabled", "url")}, as_json=as_json)


async def _load(config: Config) -> list[OwnEmoji]:
    async with opened(config) as system:
        return await system.node.store.read(store.list_emojis)


@command.command("disable")
@click.argument("shortcode", metavar="NAME")
@with_config
def disable(config: Config, shortcode: str) -> None:
    """Nobody can use :NAME: from now on; where it was used before, it stays."""
    asyncio.run(_change(config, partial(emojis.set_enabled, enabled=False), shortcode))
    _say(shortcode, "cannot be used any more")


@command.command("enable")
@click.argument("shortcode", metavar="NAME")
@with_config
def enable(config: Config, shortcode: str) -> None:
    """Let :NAME: be used again."""
    asyncio.run(_change(config, partial(emojis.set_enabled, enabled=True), shortcode))
    _say(shortcode, "can be used")


@command.command("remove")
@click.argument("shortcode", metavar="NAME")
@with_config
def remove(config: Config, shortcode: str) -> None:
    """Take :NAME: and its file away, also where it was used."""
    asyncio.run(_change(config, emojis.remove, shortcode))
    _say(shortcode, "is gone")


def _say(shortcode: str, what: str) -> None:
    click.echo(f":{shortcode.strip(':')}: {what}")


async def _change(config: Config, change: Callable[..., None], shortcode: str) -> None:
    async with opened(config) as system:
        await system.node.store.write(change, system.node.unit(), shortcode.strip(":"), by=None)
