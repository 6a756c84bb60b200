"""A value of the wrong kind at any place of what another server answers: nothing raises, and nothing of others changes.

What a node of ours tells a reader is written down once. A played server then says the same under its own origin, with
an odd value at one place after the other, each time to a reader who looks at it as a node does.
"""

import copy
import itertools
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from sqlalchemy import Connection, delete, select, update

from federation.discovery.finding import find_account
from federation.discovery.nodeinfo import find_software
from federation.fetching.community_members import fetch_members
from node import errors
from node.clock import DAY, FixedClock, SystemClock
from node.errors import NodeError
from node.jobs import kinds
from node.services import membership
from node.services.membership import Part
from node.services.people import follows as following
from node.store import jobs as table
from node.store.jobs import NewJob
from node.store.library import catalogues
from node.store.people import actors, follows
from node.store.people.actors import Actor
from node.store.people.follows import Follow
from node.store.posts import objects
from node.store.tables import catalogue_buckets, catalogue_entries, jobs
from node.store.tables import catalogues as catalogues_table
from tests.depth import DEPTH
from tests.federation.arriving import messages
from tests.federation.arriving.test_odd_messages import ODD, of_others, places
from tests.network import Network, Peer, network
from tests.remote import Remote, remote

#: Every day one of so many places gets an odd value; ``make test-deep`` tries each, with several.
STRIDE = 40
#: What a reader may raise, by name: errors of ours, which the table of verdicts knows.
_OURS = {name for name, each in vars(errors).items() if isinstance(each, type) and issubclass(each, NodeError)}
_KINDS = ("note", "poll", "question", "quoting", "event", "series", "course", "resource", "collection", "pathway")


@dataclass
class Reader:
    """A node that looks at another one, which is at ``origin``; ``uris`` are of what that has, by name."""

    net: Network
    clock: FixedClock
    origin: str
    uris: dict[str, str]
    heard: dict[str, Any] = field(default_factory=dict)  # by path

    @property
    def node(self) -> Peer:
        return self.net.peers[0]

    def listen(self) -> None:
        """Note from now on what is answered."""
        client = self.node.system.federation.client
        get = client.get

        async def noting(url: str, **options: Any) -> Any:
            answer = await get(url, **options)
            if answer.body.startswith(b"{") and url.startswith(self.origin):
                self.heard[path_of(url)] = json.loads(answer.body)
            return answer

        client.get = noting  # type: ignore[method-assign]

    def at(self, origin: str) -> "Reader":
        """The same reader, who looks at the same things elsewhere."""
        return Reader(
            self.net, self.clock, origin, {name: uri.replace(self.origin, origin) for name, uri in self.uris.items()}
        )

    async def actor(self, name: str) -> Actor:
        known = await self.node.store.read(actors.find_actor, self.uris[name])
        assert known is not None, name
        return known

    async def follow(self) -> None:
        """ben follows everybody there."""
        unit, ben = self.node.unit(), await self.node.store.read(actors.find_local_actor, "ben")
        assert ben is not None
        for name in ("ann", "tin", "org"):
            found = await self.node.system.federation.fetcher.actor(self.uris[name], fresh=True)
            follow_id = unit.ids.new()
            new = Follow(follow_id, ben.id, found.id, f"{unit.origin}/ap/x/{follow_id}", follows.ACCEPTED, unit.now)
            await self.node.store.write(follows.save_follow, new)

    async def works(self, kind: str, ref: int | None = None, **parts: Any) -> None:
        unit = self.node.unit()
        job = NewJob(kind, unit.ids.new(), unit.now, ref=ref, **parts)
        await self.node.store.write(table.enqueue_many, [job])


def path_of(url: str) -> str:
    parts = urlsplit(url)
    return parts.path + (f"?{parts.query}" if parts.query else "")


# -- what is looked at ----------------------------------------------------------------------------------------------


async def an_account(reader: Reader) -> None:
    await reader.node.system.federation.fetcher.actor(reader.uris["ann"], fresh=True)


async def a_community(reader: Reader) -> None:
    group = await reader.actor("tin")
    await reader.works(kinds.COMMUNITY, group.id)
    await reader.node.store.write(membership.ask_for, reader.node.unit(), group, Part.NUMBER)


async def its_members(reader: Reader) -> None:
    ben = await reader.node.store.read(actors.find_local_actor, "ben")
    assert ben is not None
    await fetch_members(reader.node.system.federation.fetcher, await reader.actor("tin"), ben)


async def a_key(reader: Reader) -> None:
    await reader.node.system.federation.fetcher.fetch_key_owner(f"{reader.uris['org']}#main-key")


async def a_handle(reader: Reader) -> None:
    federation = reader.node.system.federation
    handle = f"@ann@{urlsplit(reader.origin).netloc}"
    own = reader.node.system.node.config.host
    await find_account(reader.node.store, federation.client, federation.fetcher, handle, own_host=own, fresh=True)


async def its_software(reader: Reader) -> None:
    await find_software(reader.node.system.federation.client, urlsplit(reader.origin).netloc)


async def what_is_shown_first(reader: Reader) -> None:
    ann = await reader.actor("ann")
    await reader.node.store.write(following.ask_for_pins, reader.node.unit(), [ann])
    await reader.node.store.write(following.ask_for_posts, reader.node.unit(), ann)


async def a_thread(reader: Reader) -> None:
    for name in ("note", "thread"):
        found = await reader.node.object(reader.uris[name])
        assert found is not None
        await reader.works(kinds.THREAD, found.id, target=found.uri)


async def an_order(reader: Reader) -> None:
    for name in ("collection", "pathway"):
        found = await reader.node.object(reader.uris[name])
        assert found is not None
        await reader.works(kinds.STEPS, found.id)


async def a_stamp(reader: Reader) -> None:
    found = await reader.node.object(reader.uris["quoting"])
    assert found is not None
    row = await reader.node.store.read(objects.load_row, found.id)
    await reader.works(kinds.QUOTE, found.id, target=(row.details or {}).get("quote_authorization", ""))


async def followers(reader: Reader) -> None:
    ann = await reader.actor("ann")
    url = f"{ann.uri}/followers-sync"
    await reader.works(kinds.FOLLOWERS, ann.id, target=ann.followers or url, payload={"digest": "f" * 64})


async def a_catalogue(reader: Reader) -> None:
    await _look_at_catalogue(reader, 0)


async def its_buckets(reader: Reader) -> None:
    await _look_at_catalogue(reader, 1_000_000)


async def _look_at_catalogue(reader: Reader, position: int) -> None:
    """As if nothing of it were known, or as if its owner had come back from a backup."""
    owner = await reader.actor("org")

    def forget(conn: Connection) -> None:
        catalogues.add(conn, owner.id, owner.catalogue)
        for each in (catalogue_entries, catalogue_buckets):
            conn.execute(delete(each).where(each.c.catalogue_id == owner.id))
        row = update(catalogues_table).where(catalogues_table.c.actor_id == owner.id)
        fresh = {"etag": "", "digest": "0" * 64, "total": 0, "announced_digest": "", "repaired_at": 0}
        conn.execute(row.values(position=position, revision=0, announced_revision=0, equal_at=None, **fresh))

    await reader.node.store.write(forget)
    await reader.works(kinds.CATALOGUE, owner.id)


def an_object(name: str) -> Callable[[Reader], Awaitable[None]]:
    async def look(reader: Reader) -> None:
        fetcher = reader.node.system.federation.fetcher
        await fetcher.take_in(await fetcher.get_object(reader.uris[name]))

    look.__name__ = name
    return look


LOOKS = (
    an_account,
    a_community,
    its_members,
    a_key,
    a_handle,
    its_software,
    what_is_shown_first,
    *map(an_object, _KINDS),
    a_thread,
    an_order,
    a_stamp,
    followers,
    a_catalogue,
    its_buckets,
)


async def look_at(reader: Reader, look: Callable[[Reader], Awaitable[None]]) -> list[str]:
    """What went wrong that should not, whatever the other side says; days later, so that all is asked for again."""
    reader.clock.advance(2 * DAY)
    wrong = []
    try:
        with suppress(NodeError):
            await look(reader)
    except Exception as error:  # noqa: BLE001 (what is looked for)
        wrong.append(repr(error))
    await reader.net.settle()

    def left(conn: Connection) -> list[str]:
        """What a job has raised that is no answer of the table of verdicts, and what it leaves to an administrator."""
        rows = conn.execute(select(jobs.c.kind, jobs.c.state, jobs.c.error).where(jobs.c.kind != kinds.PERIODIC)).all()
        conn.execute(delete(jobs).where(jobs.c.kind != kinds.PERIODIC))
        return [
            f"{row.kind} {row.state}: {row.error}"
            for row in rows
            if row.state == "parked" or (row.error and row.error.partition(":")[0] not in _OURS)
        ]

    return wrong + await reader.node.store.write(left)


# -- the two servers ------------------------------------------------------------------------------------------------


@asynccontextmanager
async def open_readers(folder: Path) -> AsyncIterator[tuple[Reader, Remote]]:
    """A reader of a played server, which says all that a node of ours has told the same reader."""
    clock = FixedClock(SystemClock().now())
    async with network(folder, "hospital", "university", clock=clock) as net, remote("127.2.0.5") as played:
        hospital, university = net.peers
        world = await messages.furnish(university)
        uris = world.uris | {"ann": world.ann, "tin": world.tin.uri, "org": world.org.uri}
        await hospital.add_actor("ben")
        reader = Reader(net, clock, university.origin, uris)
        reader.listen()
        await reader.follow()
        for look in LOOKS[::-1]:  # objects before what leads to them
            await look_at(reader, look)
        said = json.dumps(reader.heard).replace(university.origin, played.origin)
        said = said.replace(urlsplit(university.origin).netloc, urlsplit(played.origin).netloc)
        played.documents |= json.loads(said)
        mirrored = Reader(Network([hospital]), clock, played.origin, reader.at(played.origin).uris)
        await mirrored.follow()
        for look in LOOKS[::-1]:
            await look_at(mirrored, look)
        played.asked.clear()
        yield mirrored, played


def odd_answers(said: dict[str, Any]) -> Iterator[tuple[str, Any, str]]:
    """Path, document and what is odd about it."""
    at, odd = itertools.count(), itertools.cycle(ODD)
    for path, document in sorted(said.items()):
        for place in places(document):
            if DEPTH > 1 or next(at) % STRIDE == 0:
                for value in itertools.islice(odd, max(1, DEPTH // 10)):
                    changed = copy.deepcopy(document)
                    part: Any = changed
                    for name in place[:-1]:
                        part = part[name]
                    part[place[-1]] = value
                    yield path, changed, f"{path} {place} {str(value)[:40]!r}"


@pytest.mark.dear("what two nodes tell each other, twice, and some 60 looks at it")
async def test_what_is_odd_in_an_answer_is_left_out_and_breaks_nothing(tmp_path) -> None:
    async with open_readers(tmp_path) as (reader, played):
        asked: dict[str, Callable[[Reader], Awaitable[None]]] = {}
        for look in LOOKS:
            played.asked.clear()
            assert await look_at(reader, look) == [], look.__name__
            assert played.asked, f"{look.__name__} asks for nothing"
            for path in played.asked:
                asked.setdefault(path, look)
        before, wrong = await reader.node.store.read(others), []
        whole = {path: played.documents[path] for path in asked if path in played.documents}
        for path, document, what in odd_answers(whole):
            played.documents[path] = json.dumps(document).encode()
            wrong += [f"{what}: {each}" for each in await look_at(reader, asked[path])]
            wrong += [f"{what} changes {each}" for each in before - await reader.node.store.read(others)]
            played.documents[path] = whole[path]
            if "inbox" in document:  # the next look begins with what that says
                await look_at(reader, asked[path])
        assert wrong == []


def others(conn: Connection) -> set[Any]:
    return {row for row in of_others(conn) if "127.2.0.5" not in row[0]}
