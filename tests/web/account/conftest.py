"""Nodes with mail, with open doors, and their administrator ada."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from node.clock import Clock, FixedClock
from tests.mailbox import Mailbox, mailbox
from tests.network import running_peer
from tests.web.conftest import Site

Start = Callable[..., Awaitable[Site]]


@pytest.fixture
async def ada(site: Site) -> Site:
    """A node whose administrator ada is signed in."""
    await site.set_up()
    return site


@pytest.fixture
async def box() -> AsyncIterator[Mailbox]:
    async with mailbox() as made:
        yield made


@pytest.fixture
async def start(tmp_path: Path, box: Mailbox) -> AsyncIterator[Start]:
    """Starts a node with some sections of the configuration, with mail unless told otherwise; ada is signed in."""
    async with AsyncExitStack() as stack:

        async def begin(*, mail: bool = True, clock: Clock | None = None, **sections: dict[str, Any]) -> Site:
            clock = clock or FixedClock()
            server = {"host": "127.0.0.1", "port": box.port, "security": "none"}
            told = sections | ({"mail": server} if mail else {})
            peer = await stack.enter_async_context(running_peer(tmp_path, "uni", clock=clock, sections=told))
            browser = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))
            await stack.enter_async_context(browser)
            made = Site(peer, browser, clock)
            await made.set_up()
            return made

        yield begin
