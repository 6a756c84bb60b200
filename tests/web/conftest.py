"""A whole node with its pages, and a browser-like client that keeps cookies."""

import re
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from node.clock import FixedClock
from node.store.access import mailed_links
from tests.network import Peer, running_peer
from tests.web.chromium import Browser, started

PASSWORD = "correct horse battery"


@dataclass(slots=True)
class Site:
    """One node and one reader."""

    peer: Peer
    browser: aiohttp.ClientSession
    clock: FixedClock

    @property
    def store(self):
        return self.peer.store

    async def get(self, path: str, status: int = 200, **headers: str) -> str:
        url = self.peer.origin + path
        asked = {"Accept": "text/html", **headers}
        async with self.browser.get(url, headers=asked, allow_redirects=False) as answer:
            text = await answer.text()
            assert answer.status == status, text[:2000]
            return text if status != 303 else answer.headers["Location"]

    async def post(self, path: str, status: int = 303, **fields: str) -> str:
        return await self.post_as(path, {}, status, **fields)

    async def post_as(self, path: str, headers: dict[str, str], status: int, **fields: str) -> str:
        asked = {"Accept": "text/html", **headers}
        url = self.peer.origin + path
        async with self.browser.post(url, data=fields, headers=asked, allow_redirects=False) as answer:
            text = await answer.text()
            assert answer.status == status, text[:2000]
            return text if status != 303 else answer.headers["Location"]

    async def csrf(self, path: str) -> str:
        """The token of a form on a page."""
        found = re.search(r'name="csrf" value="([^"]+)"', await self.get(path))
        assert found
        return found[1]

    async def set_up(self) -> None:
        """Make the administrator, who is then signed in."""
        now = self.clock.now()
        await self.store.write(mailed_links.insert_link, "t" * 43, "setup", now, now + 3_600_000)
        path = f"/setup?ticket={'t' * 43}"
        await self.post("/setup", 200, csrf=await self.csrf(path), ticket="t" * 43, **ADA)

    async def sign_in(self, status: int = 303, next_path: str = "/", **changes: str) -> str:
        fields = {"login": "ada", "password": PASSWORD, "next": next_path, "csrf": await self.csrf("/sign-in")}
        return await self.post("/sign-in", status, **(fields | changes))


ADA = {"user_name": "ada", "email": "ada@example.org", "display_name": "Ada L.", "password": PASSWORD}


@asynccontextmanager
async def opened_site(folder: Path, **sections: Mapping[str, Any]) -> AsyncIterator[Site]:
    clock = FixedClock()
    async with (
        running_peer(folder, "uni", clock=clock, sections=sections) as peer,
        aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as browser,
    ):
        yield Site(peer, browser, clock)


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    async with opened_site(tmp_path) as site:
        yield site


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """The browser of this process, for ``async with chromium.tab() as tab``."""
    with started(tmp_path_factory.mktemp("chromium")) as browser:
        yield browser
