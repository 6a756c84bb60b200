"""How often strangers make this node fetch a key or verify a signature: IN9 and IN20."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest

from federation.arriving.inbox import Rates
from federation.signatures.keypairs import Algorithm, SigningKey
from federation.signatures.keys import FAILED_FOR, REFRESH_PAUSE
from node.clock import FixedClock, SystemClock
from node.errors import RateLimited
from node.ratelimit import Exemptions
from tests.network import Peer, network
from tests.remote import Remote, RemoteActor, remote


@dataclass
class World:
    node: Peer
    far: Remote
    clock: FixedClock
    followed: str  # of our organisation
    told: int = 0

    async def says(self, actor: RemoteActor, key: SigningKey | None = None) -> int:
        """The answer to a Follow by this actor, signed with its key or another."""
        self.told += 1
        said: dict[str, Any] = self.far.activity("Follow", actor, self.followed, self.told)
        age = SystemClock().now() - self.clock.now()
        return await self.far.send(f"{self.node.origin}/ap/inbox", said, key or actor.key, age=age)

    def fetches(self, actor: RemoteActor) -> int:
        return self.far.asked.count(actor.uri.removeprefix(self.far.origin))


@pytest.fixture
async def world(tmp_path) -> AsyncIterator[World]:
    clock = FixedClock(SystemClock().now())
    async with network(tmp_path, "hospital", clock=clock, sections={"limits": {"exempt": []}}) as net, remote() as far:
        node = net.peers[0]
        yield World(node, far, clock, (await node.organisation()).uri)


async def test_in9_requests_that_wait_for_a_key_share_one_fetch(world):
    zoe = world.far.actor("zoe")
    assert await asyncio.gather(*(world.says(zoe) for _ in range(8))) == [202] * 8
    assert world.fetches(zoe) == 1


async def test_in9_a_key_that_is_not_there_is_asked_for_again_after_ten_minutes(world):
    nobody = world.far.actor("nobody")
    del world.far.documents["/users/nobody"]
    assert [await world.says(nobody) for _ in range(3)] == [401] * 3
    assert world.fetches(nobody) == 1
    world.clock.advance(FAILED_FOR)
    assert await world.says(nobody) == 401
    assert world.fetches(nobody) == 2


async def test_in9_signatures_that_do_not_fit_refresh_a_key_once_in_five_minutes(world):
    zoe = world.far.actor("zoe")
    forged = SigningKey.generate(zoe.key.key_id, Algorithm.RSA)
    assert await world.says(zoe) == 202
    for refreshed in (2, 3):
        assert [await world.says(zoe, forged) for _ in range(3)] == [401] * 3
        assert world.fetches(zoe) == refreshed
        world.clock.advance(REFRESH_PAUSE)


async def test_in20_failed_signatures_are_few_for_each_address(world):
    forged = world.far.actor("zoe")
    answers = [await world.says(forged, SigningKey.generate(f"{forged.uri}#{n}", Algorithm.ED25519)) for n in range(70)]
    assert answers[:60] == [401] * 60
    assert answers[-1] == 429
    assert await world.says(forged) == 429, "until a minute is over, whatever comes from there"


def test_in20_a_host_is_heard_twenty_times_a_second() -> None:
    rates = Rates(Exemptions([]))
    refused: list[RateLimited] = []
    for _ in range(500):
        try:
            rates.check_host("far.example", "203.0.113.7")
        except RateLimited as error:
            refused.append(error)
    assert 50 < len(refused) <= 100  # of the burst of 400 nothing, of the rest all but what a second gives
    assert 1 <= refused[-1].retry_after_seconds <= 2
    rates.check_host("other.example", "203.0.113.7")
