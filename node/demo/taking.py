"""What every step of the demo needs: where it is taken, by whom, and what it is about as known there."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection

from federation.discovery import finding
from node.app.system import System
from node.demo.organisations import Organisation
from node.errors import Unavailable
from node.services.context import Unit
from node.services.posts.uploads import Uploads
from node.store import facts
from node.store.library import resources
from node.store.library.resources import Resource
from node.store.people import actors
from node.store.people.actors import Actor
from node.store.posts import objects
from node.store.posts.objects import Object

T = TypeVar("T")
_WITHIN_SECONDS, _LOOK_SECONDS = 60.0, 0.2


@dataclass(frozen=True, slots=True)
class House:
    """One organisation and its node, open beside the process that serves it."""

    organisation: Organisation
    system: System

    async def find(self, handle: str) -> Actor:
        """Whoever is called ``@name@host``, looked up where she is not known yet."""
        node, parts = self.system.node, self.system.federation
        return await finding.find_account(
            node.store, parts.client, parts.fetcher, f"@{handle}", own_host=node.config.host
        )


@dataclass(frozen=True, slots=True)
class Demo:
    """The houses, and the addresses of what was made so far, by the keys of its steps."""

    houses: Sequence[House]
    made: dict[str, str] = field(default_factory=dict)

    def split(self, named: str) -> tuple[str, House]:
        """``("methods", the house)`` of ``methods@university``."""
        name, _, key = named.partition("@")
        return name, next(house for house in self.houses if house.organisation.key == key)


@dataclass(frozen=True, slots=True)
class Taken:
    """A step that is being taken, where and by whom."""

    demo: Demo
    house: House
    unit: Unit
    by: Actor
    step: Mapping[str, Any]
    fact: str

    @property
    def uploads(self) -> Uploads:
        return self.house.system.node.uploads

    async def done(self, write: Callable[[Connection], Any]) -> str:
        """Run it and note it in one transaction; the address of what it made, where it answers one."""
        return await self.house.system.node.store.write(self._run, write)

    def _run(self, conn: Connection, write: Callable[[Connection], Any]) -> str:
        made = write(conn)
        address = made if isinstance(made, str) else ""
        facts.save_fact(conn, self.fact, address)
        return address

    # -- what it is about --------------------------------------------------------------------------------------------

    def about(self, conn: Connection, word: str) -> Object:
        """The post or event of an earlier step, which this one names by ``word``."""
        return self.found(conn, self.demo.made[self.step[word]])

    def found(self, conn: Connection, uri: str) -> Object:
        found = objects.find_object(conn, uri)
        assert found is not None, uri
        return found

    async def actor(self, named: str) -> Actor:
        """Somebody, or a community, of a house (``name@museum``)."""
        username, house = self.demo.split(named)
        return await self.house.find(f"{username}@{house.organisation.host}")

    async def resource(self, named: str) -> Resource:
        """A resource of a house (``slug@museum``), as soon as its catalogue has brought it here."""
        slug, house = self.demo.split(named)
        iri = f"{house.organisation.origin}/r/{slug}#resource"
        owner = await self.house.find(f"{house.organisation.handle}@{house.organisation.host}")

        def find(conn: Connection) -> Resource | None:
            return resources.load_by_iris(conn, owner.id, [iri]).get(iri)

        return await self.arrived(iri, find)

    async def arrived(self, what: str, find: Callable[[Connection], T | None]) -> T:
        """What ``find`` finds in the store of the house, as soon as it does."""
        return await arrived(f"{self.house.organisation.name}: {what}", lambda: self.house.system.node.store.read(find))

    @asynccontextmanager
    async def canvas(self) -> AsyncIterator[Path]:
        """A file for a drawing."""
        async with self.uploads.scratch() as folder:
            yield folder / "drawing"


async def arrived(what: str, find: Callable[[], Awaitable[T | None]]) -> T:
    """What ``find`` finds, as soon as it does; Unavailable with ``what`` where it takes a minute."""
    try:
        async with asyncio.timeout(_WITHIN_SECONDS):
            while not (found := await find()):  # noqa: ASYNC110 (what is waited for happens in other processes)
                await asyncio.sleep(_LOOK_SECONDS)
    except TimeoutError:
        raise Unavailable("The demo's nodes do not hear of each other.", detail=what) from None
    return found


async def find_own(system: System, username: str) -> Actor:
    """The actor of this user name, who has been made."""
    return await system.node.store.read(find_by_name, username)


def find_by_name(conn: Connection, username: str) -> Actor:
    found = actors.find_local_actor(conn, username)
    assert found is not None, username
    return found
