"""A first look at a node: modules that load late, what statements and templates compile to, the database to copy."""

import asyncio
import tempfile
from pathlib import Path

import uvloop

from tests.records import full_record
from tests.web.conftest import opened_site
from web.assets import Assets
from web.rendering import Renderer

_PATHS = ("/", "/resources", "/@ada", "/events", "/questions", "/settings", "/admin")


def up() -> None:
    """Leave all that in this process, and no thread and no file."""
    pages = Renderer(Assets())._environment("en")
    for name in pages.list_templates():
        pages.get_template(name)
    with tempfile.TemporaryDirectory() as folder, asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_look_around(Path(folder)))


async def _look_around(folder: Path) -> None:
    async with opened_site(folder) as site:
        await site.set_up()
        await site.peer.publish(full_record())
        for path in _PATHS:
            await site.get(path)
