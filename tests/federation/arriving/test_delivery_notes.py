"""What a delivery says beside its body is heard in whatever way the body arrives, and of who signs it alone."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest

from federation.synchronisation import followers_sync as sync
from node.store.people import follows
from node.store.people.actors import Actor
from tests.network import Network, network
from tests.remote import Remote, RemoteActor, remote

NOBODY = sync.followers_digest([])


@dataclass(slots=True)
class Scene:
    """Ann of the hospital follows zoe, who has forgotten it."""

    net: Network
    far: Remote
    zoe: RemoteActor
    ann: Actor

    async def delivers(self, activity: dict[str, Any], by: RemoteActor, about: RemoteActor) -> None:
        told = sync.write_header(f"{about.uri}/followers", f"{about.uri}/sync", NOBODY)
        url = f"{self.net.peers[0].origin}/ap/inbox"
        assert await self.far.send(url, activity, by.key, headers={sync.NAME: told}) == 202
        await self.net.settle()

    async def is_following(self) -> bool:
        node = self.net.peers[0]
        followed = await node.system.federation.fetcher.actor(self.zoe.uri)
        return await node.store.read(follows.is_following, self.ann.id, followed.id)


@pytest.fixture
async def scene(tmp_path) -> AsyncIterator[Scene]:
    async with network(tmp_path, "hospital") as net, remote() as far:
        node, zoe = net.peers[0], far.actor("zoe")
        ann = await node.add_actor("ann")
        await node.follow(ann, zoe.uri)
        await net.settle()
        url = f"{node.origin}/ap/inbox"
        assert await far.send(url, far.activity("Accept", zoe, far.posted[-1]), zoe.key) == 202
        await net.settle()
        made = Scene(net, far, zoe, ann)
        listed = {"id": f"{zoe.uri}/sync", "type": "OrderedCollection", "orderedItems": []}
        far.documents["/users/zoe/sync"] = listed
        assert await made.is_following()
        yield made


async def test_with_a_whole_object(scene):
    note = scene.far.note(scene.zoe, 1)
    await scene.delivers(scene.far.activity("Create", scene.zoe, note), scene.zoe, scene.zoe)
    assert not await scene.is_following()


async def test_with_an_address_that_is_looked_at_first(scene):
    note = scene.far.note(scene.zoe, 1)
    await scene.delivers(scene.far.activity("Create", scene.zoe, note["id"]), scene.zoe, scene.zoe)
    assert await scene.net.peers[0].object(note["id"]) is not None
    assert not await scene.is_following()


async def test_who_passes_something_on_says_nothing_of_its_author(scene):
    eve, note = scene.far.actor("eve"), scene.far.note(scene.zoe, 1)
    await scene.delivers(scene.far.activity("Create", scene.zoe, note), eve, scene.zoe)
    assert await scene.net.peers[0].object(note["id"]) is not None
    assert await scene.is_following()
    assert "/users/zoe/sync" not in scene.far.asked
