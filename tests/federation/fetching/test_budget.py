"""OUT12, OUT13, OUT15: how often one message of a hostile server makes this node ask others, and what stays gone."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import func, select

from federation.applying.batch import BUDGET
from federation.fetching import misses
from node.clock import HOUR, SECOND, FixedClock, SystemClock
from node.store.people import actors, follows
from node.store.people.follows import Follow
from node.store.tables import jobs
from tests.broken_peers import ACTIVITY, BrokenPeer, response, says_json
from tests.network import Network, Peer, network
from tests.remote import CONTEXT, PUBLIC, Remote, RemoteActor, remote


@dataclass
class World:
    """A node, where somebody follows mallory, who is at ``far``."""

    net: Network
    clock: FixedClock
    far: Remote
    mallory: RemoteActor
    told: int = 0

    @property
    def peer(self) -> Peer:
        return self.net.peers[0]

    async def says(self, type_: str, about: Any, by: RemoteActor | None = None) -> str:
        """What becomes of it once nothing is due."""
        self.told += 1
        said = self.far.activity(type_, by or self.mallory, about, self.told)
        age = SystemClock().now() - self.clock.now()
        assert await self.far.send(f"{self.peer.origin}/ap/inbox", said, self.mallory.key, age=age) == 202
        await self.net.settle()
        return (await self.peer.outcomes())[-1][1]

    async def count(self, **where: str) -> int:
        """Jobs of the inbox."""
        wanted = [jobs.c.kind != "periodic", *(jobs.c[name] == value for name, value in where.items())]
        found = await self.peer.store.read(lambda conn: conn.scalar(select(func.count()).where(*wanted)))
        return found or 0


@pytest.fixture
async def world(tmp_path) -> AsyncIterator[World]:
    clock = FixedClock(SystemClock().now())
    limits = {"limits": {"exempt": []}}
    async with network(tmp_path, "hospital", clock=clock, sections=limits) as net, remote() as far:
        made = World(net, clock, far, far.actor("mallory"))
        ann = await made.peer.add_actor("ann")
        mallory = await made.peer.system.federation.fetcher.actor(made.mallory.uri)
        unit = made.peer.unit()
        follow = Follow(unit.ids.new(), ann.id, mallory.id, f"{made.peer.origin}/ap/x/1", follows.ACCEPTED, unit.now)
        await made.peer.store.write(follows.save_follow, follow)
        yield made


async def endless(request: Any, writer: asyncio.StreamWriter) -> None:
    """Whatever is asked for is there: it answers something new, and quotes something new with a stamp."""
    kind, path = request.path[1], f"http://{request.headers['host']}"
    document: dict[str, Any] = {"id": path + request.path, "@context": CONTEXT}
    if kind == "u":
        document |= {"type": "Person", "preferredUsername": "x", "inbox": f"{path}/inbox"}
    elif kind == "n":
        name = request.path[3:]
        document |= {"type": "Note", "attributedTo": f"{path}/u/{name}", "content": "x", "to": [PUBLIC]}
        document |= {"inReplyTo": f"{path}/n/{name}a", "quote": f"{path}/n/{name}b"}
        document |= {"quoteAuthorization": f"{path}/s/{name}b"}
    writer.write(response(json.dumps(document).encode(), Content_Type=ACTIVITY))


async def test_out12_posts_without_end_are_not_followed_without_end(world):
    async with BrokenPeer(endless, host="127.2.0.2") as evil:
        assert await world.says("Announce", evil.url("/n/x")) == "shared"
        assert len(evil.requests) <= BUDGET
    assert await world.count() == 0


async def test_out12_what_is_missing_is_asked_for_once(world):
    missing = f"{world.far.origin}/notes/1"
    assert [await world.says("Announce", missing) for _ in range(3)] == ["needs-unmet"] * 3
    assert world.far.asked.count("/notes/1") == 1


async def test_out12_what_was_missing_is_asked_for_again_when_somebody_names_it_later(world):
    note = f"{world.far.origin}/notes/1"
    assert await world.says("Announce", note) == "needs-unmet"
    world.far.note(world.mallory, 1)
    world.clock.advance(SECOND)
    assert await world.says("Announce", note) == ""
    assert world.far.asked.count("/notes/1") == 1
    world.clock.advance(misses.WITHIN)
    await world.net.settle()
    assert (await world.peer.outcomes())[-1][1] == "shared"


async def test_out13_hosts_without_end_leave_no_work_for_an_administrator(world):
    async with AsyncExitStack() as stack:
        answer = says_json(status="404 -")
        evil = [await stack.enter_async_context(BrokenPeer(answer)) for _ in range(13)]
        outcomes = [await world.says("Announce", f"http://localhost:{each.port}/n") for each in evil]
        assert (outcomes[9], outcomes[10]) == ("needs-unmet", "")
        assert sum(len(each.requests) for each in evil) == 10
        assert await world.count(state="live") == 3
        for _ in range(5):  # others of that domain are faster, each time
            contacts = world.peer.system.federation.fetcher.contacts
            world.clock.advance(HOUR)
            for number in range(10):
                await contacts.check(f"localhost:{number + 1}{world.clock.now() % 1000}")
            world.clock.advance(2 * SECOND)
            await world.net.settle()
        assert await world.count() == 0
        assert {outcome for _, outcome in await world.peer.outcomes()} == {"needs-unmet"}


async def test_out15_no_old_copy_of_an_account_that_is_gone_is_shown(world):
    zoe = world.far.actor("zoe")
    seen, unseen = world.far.note(zoe, 1), world.far.note(zoe, 2)
    fetcher = world.peer.system.federation.fetcher
    await fetcher.object(seen["id"])
    world.far.documents["/users/zoe"] = 410
    for _ in range(2):
        await asyncio.gather(fetcher.actor(zoe.uri, fresh=True), return_exceptions=True)
        world.clock.advance(HOUR)
    assert (await world.peer.store.read(actors.find_actor, zoe.uri)).state == "gone"
    assert await world.says("Announce", seen["id"]) == "not-visible"
    assert await world.says("Announce", unseen["id"]) == "needs-unmet"
    assert await world.peer.object(unseen["id"]) is None
