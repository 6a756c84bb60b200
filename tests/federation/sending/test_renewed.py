"""Accounts elsewhere that show other keys than before, and never said so by one of the old."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest

from federation.signatures.keypairs import Algorithm, SigningKey
from node.clock import HOUR, FixedClock, SystemClock
from node.store.people import actors, follows
from node.store.people.actors import Actor
from tests.network import Network, Peer, network
from tests.remote import Remote, RemoteActor, remote

AWAY = 2 * HOUR


@dataclass(slots=True)
class Scene:
    """Ann of the hospital follows zoe, who has deleted a note; ``AWAY`` later her server is heard again."""

    net: Network
    far: Remote
    old: RemoteActor
    ann: Actor
    note: dict[str, Any]
    clock: FixedClock

    @property
    def node(self) -> Peer:
        return self.net.peers[0]

    async def says(self, activity: dict[str, Any], by: RemoteActor) -> str:
        assert await self.far.send(f"{self.node.origin}/ap/inbox", activity, by.key, age=-AWAY) == 202
        await self.net.settle()
        return (await self.node.outcomes())[-1][1]

    def follows_sent(self) -> list[str]:
        return [each["id"] for each in self.far.posted if each["type"] == "Follow"]

    async def is_following(self) -> bool:
        followed = await self.node.system.federation.fetcher.actor(self.old.uri)
        return await self.node.store.read(follows.is_following, self.ann.id, followed.id)

    def create(self, number: int) -> dict[str, Any]:
        return self.far.activity("Create", self.old, self.note, number)


@pytest.fixture
async def scene(tmp_path) -> AsyncIterator[Scene]:
    clock = FixedClock(SystemClock().now())
    async with network(tmp_path, "hospital", clock=clock) as net, remote() as far:
        zoe, inbox = far.actor("zoe"), f"{net.peers[0].origin}/ap/inbox"
        ann = await net.peers[0].add_actor("ann")
        await net.peers[0].follow(ann, zoe.uri)
        await net.settle()
        note = far.note(zoe, 1)
        for said in (
            far.activity("Accept", zoe, far.posted[-1]),
            far.activity("Create", zoe, note),
            far.activity("Delete", zoe, note["id"]),
        ):
            assert await far.send(inbox, said, zoe.key) == 202
            await net.settle()
        clock.advance(AWAY)
        yield Scene(net, far, zoe, ann, note, clock)


async def test_who_follows_asks_again_and_what_was_deleted_may_come_again(scene):
    new = scene.far.actor("zoe")
    assert await scene.says(scene.create(2), new) == "stored"
    before, again = scene.follows_sent()
    assert again != before
    assert await scene.is_following()
    assert await scene.says(scene.far.activity("Reject", new, scene.far.posted[-1]), new) == "follow-rejected"
    assert not await scene.is_following()


async def test_so_it_is_where_the_new_key_has_another_id(scene):
    new = scene.far.actor("zoe")
    key = SigningKey.generate(f"{new.uri}#second", Algorithm.RSA)
    listed = {"id": key.key_id, "owner": new.uri, "publicKeyPem": key.public.to_pem()}
    scene.far.documents["/users/zoe"] = {**new.document, "publicKey": listed}
    assert await scene.says(scene.create(2), RemoteActor(new.uri, key, new.ed25519)) == "stored"
    assert len(scene.follows_sent()) == 2


async def test_keys_that_change_every_moment_make_nobody_ask_more_often(scene):
    for number in range(2, 5):
        new = scene.far.actor("zoe")
        key = SigningKey.generate(f"{new.uri}#key-{number}", Algorithm.RSA)
        listed = {"id": key.key_id, "owner": new.uri, "publicKeyPem": key.public.to_pem()}
        scene.far.documents["/users/zoe"] = {**new.document, "publicKey": listed}
        await scene.says(scene.create(number), RemoteActor(new.uri, key, new.ed25519))
    assert len(scene.follows_sent()) == 2


async def test_a_change_that_an_old_key_signs_is_no_reason_to_ask(scene):
    new = scene.far.actor("zoe")
    told = scene.far.activity("Update", scene.old, scene.far.documents["/users/zoe"], 2)
    assert await scene.says(told, scene.old) == "profile-updated"
    assert await scene.says(scene.create(3), new) == "deleted-before"
    assert len(scene.follows_sent()) == 1


async def test_one_key_that_stays_vouches_for_the_other(scene):
    new = scene.far.actor("zoe")
    kept = scene.old.document["assertionMethod"]
    scene.far.documents["/users/zoe"] = {**new.document, "assertionMethod": kept}
    assert await scene.says(scene.create(2), new) == "deleted-before"
    assert len(scene.follows_sent()) == 1


async def test_keys_that_are_listed_by_their_ids_alone_are_none_the_less_listed(scene):
    """One signs now and then the other: each is read at its own address, and none makes the others new."""
    zoe, addresses = scene.old, [f"{scene.far.origin}/keys/{number}" for number in (1, 2)]
    scene.far.documents["/users/zoe"] = {**zoe.document, "publicKey": addresses, "assertionMethod": []}
    pairs = [SigningKey.generate(address, Algorithm.RSA) for address in addresses]
    for number, pair in enumerate(pairs, 1):
        listed = {"id": pair.key_id, "owner": zoe.uri, "publicKeyPem": pair.public.to_pem()}
        scene.far.documents[f"/keys/{number}"] = listed
    await scene.says(scene.create(31), RemoteActor(zoe.uri, pairs[0], zoe.ed25519))
    before = len(scene.follows_sent())
    for number, pair in enumerate([pairs[1], pairs[0], pairs[1]], 32):
        scene.clock.advance(AWAY)
        asked, late = len(scene.far.asked), SystemClock().now() - scene.clock.now()
        said = scene.far.activity("Like", zoe, scene.note["id"], number)
        assert await scene.far.send(f"{scene.node.origin}/ap/inbox", said, pair, age=late) == 202
        await scene.net.settle()
        if number > 32:
            assert not any("/keys/" in path for path in scene.far.asked[asked:])
    assert len(scene.follows_sent()) == before


@pytest.mark.parametrize("place", ["inbox", "endpoints"])
async def test_nobody_has_us_send_requests_to_a_host_that_is_not_his(scene, place):
    new, address = scene.far.actor("zoe"), "https://somebody.example/inbox"
    elsewhere = {"inbox": address, "endpoints": {"sharedInbox": address}}[place]
    scene.far.documents["/users/zoe"] = {**new.document, place: elsewhere}
    followed = await scene.node.store.read(actors.find_actor, new.uri)
    before = await scene.node.store.read(follows.load_out, followed.id)
    assert await scene.far.send(f"{scene.node.origin}/ap/inbox", scene.create(2), new.key, age=-AWAY) == 202
    await scene.net.settle()
    assert await scene.node.store.read(follows.load_out, followed.id) == before
    assert await scene.is_following()
