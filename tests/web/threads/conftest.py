"""A node with its pages, a community, and people who write in it from their browsers."""

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from lxml.html import HtmlElement, document_fromstring  # type: ignore[import-untyped]  # it carries no types

from node.clock import FixedClock
from node.domain.drafts import Draft
from node.domain.visibility import Visibility
from node.services.people import follows
from node.services.posts import posts
from node.store.access import sessions
from node.store.people.actors import Actor
from node.store.posts.objects import Object
from tests.network import Peer, running_peer


@dataclass(slots=True)
class Person:
    """Somebody with a browser; ``me`` is None for a stranger."""

    peer: Peer
    browser: aiohttp.ClientSession
    me: Actor | None = None

    async def get(self, path: str, status: int = 200, **headers: str) -> str:
        """The page; of a redirect its target."""
        url, asked = self.peer.origin + path, {"Accept": "text/html", **headers}
        async with self.browser.get(url, headers=asked, allow_redirects=False) as answer:
            text = await answer.text()
            assert answer.status == status, (answer.status, text[:3000])
            return answer.headers["Location"] if status in {302, 303} else text

    async def page(self, path: str) -> HtmlElement:
        return document_fromstring(await self.get(path))

    async def post(self, path: str, status: int = 303, /, csrf: str | None = None, **fields: Any) -> str:
        """Send a form with the token of this person's forms, unless given another."""
        data = aiohttp.FormData(default_to_multipart="files" in fields)
        data.add_field("csrf", await self.csrf() if csrf is None else csrf)
        for name, value in fields.items():
            for each in value if isinstance(value, list) else [value]:
                if isinstance(each, bytes):
                    data.add_field(name, each, filename="picture.png", content_type="image/png")
                else:
                    data.add_field(name.replace("_", "-") if name.startswith("alt_") else name, str(each))
        url = self.peer.origin + path
        async with self.browser.post(url, data=data, headers={"Accept": "text/html"}, allow_redirects=False) as answer:
            text = await answer.text()
            assert answer.status == status, (answer.status, text[:3000])
            return answer.headers["Location"] if status == 303 else text

    async def csrf(self) -> str:
        found = re.search(r'name="csrf" value="([^"]+)"', await self.get("/settings"))
        assert found
        return found[1]


@dataclass(slots=True)
class House:
    """A node with a community ``metals`` that ada founded, and whose member ben is; eve is none of it."""

    peer: Peer
    clock: FixedClock
    group: Actor
    ada: Person
    ben: Person
    eve: Person
    stranger: Person

    async def write(self, person: Person, **draft: Any) -> Object:
        """A post of this person, as any other way would write it."""
        assert person.me is not None
        said = {"visibility": Visibility.PUBLIC, "text": "Words.", **draft}
        return await self.peer.store.write(posts.publish, self.peer.unit(), person.me.id, Draft(**said))

    async def thread(self, person: Person, title: str = "Cooling", **draft: Any) -> Object:
        return await self.write(person, **{"title": title, "community_id": self.group.id, **draft})

    async def join(self, person: Person) -> None:
        assert person.me is not None
        await self.peer.store.write(follows.follow, self.peer.unit(), person.me.id, self.group.id)


async def sign_in(peer: Peer, browser: aiohttp.ClientSession, username: str) -> Person:
    """Somebody new, whose browser has a session."""
    me, now = await peer.add_actor(username), peer.unit().now
    token = f"session-of-{username}-".ljust(43, "x")
    await peer.store.write(sessions.insert_session, token, me.id, f"csrf-of-{username}".ljust(43, "y"), now, "test")
    port = peer.origin.rpartition(":")[2]
    browser.cookie_jar.update_cookies({f"rhizome-{port}": token})
    return Person(peer, browser, me)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    clock = FixedClock()
    async with AsyncExitStack() as stack:
        peer = await stack.enter_async_context(running_peer(tmp_path, "uni", clock=clock))
        jars = [aiohttp.CookieJar(unsafe=True) for _ in range(4)]
        browsers = [await stack.enter_async_context(aiohttp.ClientSession(cookie_jar=jar)) for jar in jars]
        ada, ben, eve = [
            await sign_in(peer, browser, name) for browser, name in zip(browsers, ("ada", "ben", "eve"), strict=False)
        ]
        assert ada.me is not None
        group = await peer.add_community("metals", ada.me, rules=["Be kind."])
        made = House(peer, clock, group, ada, ben, eve, Person(peer, browsers[3]))
        await made.join(ben)
        yield made
