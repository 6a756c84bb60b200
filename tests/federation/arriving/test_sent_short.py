"""What is said in fewer or other words than usual: an address where others send the object, an object where others send
an address, a collection of followers that does not look like one.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from node.store.posts import object_lists, objects
from tests.network import Network, network
from tests.remote import PUBLIC, Remote, RemoteActor, remote


@dataclass
class Scene:
    """Ann of the hospital follows zoe, who is at home far away."""

    net: Network
    far: Remote
    zoe: RemoteActor
    ann: Any = None
    number: int = field(default=0)

    async def says(self, type_: str, about: Any, **parts: Any) -> str:
        """What becomes of it."""
        self.number += 1
        said = self.far.activity(type_, self.zoe, about, self.number, **parts)
        assert await self.far.send(f"{self.net.peers[0].origin}/ap/inbox", said, self.zoe.key) == 202
        await self.net.settle()
        return (await self.net.peers[0].outcomes())[-1][1]

    async def row(self, uri: str) -> Any:
        node = self.net.peers[0]
        found = await node.object(uri)
        return None if found is None else await node.store.read(objects.load_row, found.id)

    async def is_on_her_timeline(self, uri: str) -> bool:
        shown = await self.net.peers[0].store.read(object_lists.list_home, self.ann.id, before=None, limit=20)
        return uri in {each.uri for each in shown}


@pytest.fixture
async def scene(tmp_path) -> AsyncIterator[Scene]:
    async with network(tmp_path, "hospital") as net, remote() as far:
        made = Scene(net, far, far.actor("zoe"))
        made.ann = await net.peers[0].add_actor("ann")
        await net.peers[0].follow(made.ann, made.zoe.uri)
        await net.settle()
        assert await made.says("Accept", far.posted[-1]) == "follow-accepted"
        yield made


async def test_what_is_made_or_changed_may_be_named_by_its_address_alone(scene):
    note = scene.far.note(scene.zoe, 1)
    assert await scene.says("Create", note["id"]) == "stored"
    assert (await scene.row(note["id"])).content == "<p>Note 1</p>"
    scene.far.note(scene.zoe, 1, content="<p>Better</p>", updated="2026-11-25T12:00:00Z")
    assert await scene.says("Update", note["id"]) == "edited"
    assert (await scene.row(note["id"])).content == "<p>Better</p>"
    scene.far.documents["/users/zoe"] = {**scene.zoe.document, "name": "Zoe Z."}
    assert await scene.says("Update", scene.zoe.uri) == "profile-updated"


async def test_what_is_read_there_may_be_written_with_aliases(scene):
    note = scene.far.note(scene.zoe, 11)
    names = {"id": "@id", "type": "@type"}
    whole = scene.far.documents["/notes/11"]
    scene.far.documents["/notes/11"] = {names.get(name, name): value for name, value in whole.items()}
    assert await scene.says("Create", note["id"]) == "stored"
    scene.far.documents["/notes/11"] = {"@id": note["id"], "@type": "as:Tombstone"}
    eve = scene.far.actor("eve")
    gone = scene.far.activity("Delete", scene.zoe, note["id"], 94)
    assert await scene.far.send(f"{scene.net.peers[0].origin}/ap/inbox", gone, eve.key) == 202
    await scene.net.settle()
    assert (await scene.row(note["id"])).state == "deleted"


async def test_a_community_may_pass_on_an_address(scene):
    group = scene.far.actor("metals")
    scene.far.documents["/users/metals"] = {**group.document, "type": "Group"}
    await scene.net.peers[0].follow(scene.ann, group.uri)
    await scene.net.settle()
    accepted = scene.far.activity("Accept", group, scene.far.posted[-1], 91)
    assert await scene.far.send(f"{scene.net.peers[0].origin}/ap/inbox", accepted, group.key) == 202
    topic = scene.far.note(scene.zoe, 10, type="Page", name="Tin", audience=group.uri)
    inner = scene.far.activity("Create", scene.zoe, topic["id"], 92)
    told = scene.far.activity("Announce", group, inner, 93)
    assert await scene.far.send(f"{scene.net.peers[0].origin}/ap/inbox", told, group.key) == 202
    await scene.net.settle()
    assert (await scene.row(topic["id"])).audience == group.uri


async def test_an_address_proves_no_more_than_the_object_would(scene):
    eve = scene.far.actor("eve")
    assert await scene.says("Create", scene.far.note(eve, 2)["id"]) == "other-author"
    assert (await scene.says("Create", f"{scene.far.origin}/notes/404")).startswith("dropped")
    scene.far.documents["/notes/12"] = {"id": f"{scene.far.origin}/notes/13", "type": "Note"}
    assert (await scene.says("Create", f"{scene.far.origin}/notes/12")).startswith("dropped")
    outcome = await scene.says("Create", "http://127.2.0.2:1/notes/3")
    assert outcome.startswith("unproven")
    assert not [path for path in scene.far.asked if path == "/notes/3"]


async def test_a_boost_brings_a_post_for_followers_along(scene):
    followers = {"to": [f"{scene.zoe.uri}/followers"], "cc": []}
    note = scene.far.note(scene.zoe, 4, **followers)
    scene.far.documents["/notes/4"] = 404
    assert await scene.says("Announce", note, **followers) == "shared"
    assert (await scene.row(note["id"])).visibility == "followers"
    assert await scene.is_on_her_timeline(note["id"])


async def test_a_boost_vouches_for_nobody_else(scene):
    eve = scene.far.actor("eve")
    note = scene.far.note(eve, 5)
    assert await scene.says("Announce", {**note, "content": "<p>Forged</p>"}) == "shared"
    assert (await scene.row(note["id"])).content == "<p>Note 5</p>"
    hidden = scene.far.note(eve, 6)
    scene.far.documents["/notes/6"] = 404
    assert await scene.says("Announce", hidden) == "needs-unmet"
    assert await scene.row(hidden["id"]) is None


async def test_followers_are_a_collection_wherever_their_actor_says(scene):
    crowd = f"{scene.far.origin}/c/77"
    assert await scene.says("Update", {**scene.zoe.document, "followers": crowd}) == "profile-updated"
    for number, addressed in enumerate(({"to": [crowd], "cc": []}, {"to": [], "cc": [crowd]}), 7):
        note = scene.far.note(scene.zoe, number, **addressed)
        assert await scene.says("Create", note, **addressed) == "stored"
        assert (await scene.row(note["id"])).visibility == "followers"
        assert await scene.is_on_her_timeline(note["id"])
    aside = scene.far.note(scene.zoe, 9, to=[f"{scene.far.origin}/c/78"], cc=[])
    await scene.says("Create", aside, to=[scene.ann.uri, PUBLIC])
    assert (await scene.row(aside["id"])).visibility == "direct"
