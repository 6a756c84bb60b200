"""Who sends on what somebody else did proves nothing by it: neither what the words mean, nor for whom they are."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import orjson
import pytest

from federation.signatures.proofs import add_proof
from federation.vocab import AS
from node.clock import SystemClock
from node.store.people import actors
from node.store.posts import objects
from tests.network import Network, network
from tests.remote import PUBLIC, Remote, RemoteActor, remote

pytestmark = pytest.mark.usefixtures("each_database")

#: What only this context calls an object, and what is none by it although it is called so.
_RENAMED = {"thing": f"{AS}object", "object": f"{AS}target"}


@dataclass
class Scene:
    """Ann of the hospital follows zoe, who is at home far away; so is eve, who sends on what zoe is to have said."""

    net: Network
    far: Remote
    zoe: RemoteActor
    eve: RemoteActor

    async def hears(self, said: dict[str, Any], by: RemoteActor) -> None:
        assert await self.far.send(f"{self.net.peers[0].origin}/ap/inbox", said, by.key) == 202
        await self.net.settle()

    async def row(self, uri: str) -> Any:
        node = self.net.peers[0]
        found = await node.object(uri)
        return None if found is None else await node.store.read(objects.load_row, found.id)

    def forged(self, type_: str, thing: dict[str, Any], number: int) -> dict[str, Any]:
        said = self.far.activity(type_, self.zoe, None, number)
        del said["object"]
        return {**said, "@context": [*said["@context"], _RENAMED], "thing": thing}


@pytest.fixture
async def scene(tmp_path) -> AsyncIterator[Scene]:
    async with network(tmp_path, "hospital") as net, remote() as far:
        made = Scene(net, far, far.actor("zoe"), far.actor("eve"))
        ann = await net.peers[0].add_actor("ann")
        await net.peers[0].follow(ann, made.zoe.uri)
        await net.settle()
        await made.hears(far.activity("Accept", made.zoe, far.posted[-1]), made.zoe)
        yield made


async def test_no_context_of_theirs_makes_another_object_the_meant_one(scene):
    note = scene.far.note(scene.zoe, 1)
    await scene.hears(scene.forged("Create", {**note, "content": "<p>Forged</p>"}, 11), scene.eve)
    assert (await scene.row(note["id"])).content == "<p>Note 1</p>"
    edited = {**note, "content": "<p>Forged</p>", "updated": "2026-11-26T12:00:00Z"}
    await scene.hears(scene.forged("Update", edited, 12), scene.eve)
    assert (await scene.row(note["id"])).content == "<p>Note 1</p>"


async def test_nobody_gets_the_keys_and_the_name_of_somebody_else(scene):
    stolen = {**scene.zoe.document, "name": "Eve", "publicKey": scene.eve.document["publicKey"]}
    await scene.hears(scene.forged("Update", stolen, 13), scene.eve)
    assert (await scene.net.peers[0].store.read(actors.find_actor, scene.zoe.uri)).name == "Zoe"


async def test_no_context_of_theirs_says_what_words_of_the_object_mean(scene):
    note = scene.far.note(scene.zoe, 2)
    said = scene.far.activity("Create", scene.zoe, note["id"], 14)
    said["@context"] = [*said["@context"], {"content": f"{AS}name"}]
    await scene.hears(said, scene.eve)
    assert (await scene.row(note["id"])).content == "<p>Note 2</p>"


async def test_they_say_to_nobody_but_its_author_for_whom_it_is(scene):
    note = scene.far.note(scene.zoe, 3)
    await scene.hears(scene.far.activity("Create", scene.zoe, note, 15, to=[scene.eve.uri], cc=[]), scene.eve)
    assert (await scene.row(note["id"])).visibility == "public"


async def test_a_community_of_ours_passes_on_what_was_proven(scene):
    node = scene.net.peers[0]
    group = await node.add_community("tin")
    await scene.hears(scene.far.activity("Follow", scene.zoe, group.uri, 16), scene.zoe)
    note = scene.far.note(scene.zoe, 4, audience=group.uri, to=[PUBLIC, group.uri])
    await scene.hears(scene.far.activity("Create", scene.zoe, {**note, "content": "<p>Forged</p>"}, 17), scene.eve)
    announced = [each["object"] for each in scene.far.posted if each["type"] == "Announce" and "id" in each["object"]]
    assert [each["object"]["content"] for each in announced] == ["<p>Note 4</p>"]
    assert "Forged" not in orjson.dumps(scene.far.posted).decode()

    scene.far.documents["/notes/4"] = 410
    gone = scene.far.activity("Delete", scene.zoe, note["id"], 18)
    gone["@context"] = [*gone["@context"], _RENAMED]
    gone |= {"thing": note["id"], "object": f"{scene.far.origin}/notes/1"}
    await scene.hears(gone, scene.eve)
    deleted = [each["object"] for each in scene.far.posted if each["type"] == "Announce"][-1]
    assert (deleted["type"], deleted["object"]) == ("Delete", note["id"])


async def test_nobody_takes_the_id_of_what_somebody_else_will_say(scene):
    """Many servers name a deletion after its post: whoever claims that id first must not keep it from being heard."""
    note = scene.far.note(scene.zoe, 5)
    await scene.hears(scene.far.activity("Create", scene.zoe, note, 19), scene.zoe)
    deleted = scene.far.activity("Delete", scene.zoe, note["id"], 20)
    await scene.hears({**deleted, "type": "Like"}, scene.eve)
    await scene.hears(deleted, scene.zoe)
    assert (await scene.row(note["id"])).state == "deleted"
    again = await scene.net.peers[0].outcomes()
    await scene.hears({**deleted, "type": "Like"}, scene.eve)
    await scene.hears(deleted, scene.zoe)
    assert await scene.net.peers[0].outcomes() == again


async def test_the_word_of_the_author_beside_that_of_a_forwarder_counts_once(scene):
    """Both in one moment, in either order."""
    for number, order in ((21, (scene.eve, scene.zoe)), (22, (scene.zoe, scene.eve))):
        note = scene.far.note(scene.zoe, number)
        said = scene.far.activity("Create", scene.zoe, note, number)
        for by in order:
            assert await scene.far.send(f"{scene.net.peers[0].origin}/ap/inbox", said, by.key) == 202
        await scene.net.settle()
        assert (await scene.row(note["id"])).content == f"<p>Note {number}</p>"


async def test_a_proof_proves_what_its_context_says_and_nothing_of_what_was_appended(scene):
    """Eve has signed that zoe deletes a note; only by the words that mallory appends it is eve who says so."""
    async with remote("127.2.0.2") as evil:
        eve, mallory = evil.actor("eve"), evil.actor("mallory")
        note = scene.far.note(scene.zoe, 6)
        await scene.hears(scene.far.activity("Create", scene.zoe, note, 23), scene.zoe)
        said = {**evil.activity("Delete", scene.zoe, note["id"], 24), "x": eve.uri}
        said = add_proof(said, eve.ed25519, created_at=SystemClock().now())
        said["@context"] = [*said["@context"], {"x": f"{AS}actor", "actor": f"{AS}target"}]
        assert await evil.send(f"{scene.net.peers[0].origin}/ap/inbox", said, mallory.key) == 202
        await scene.net.settle()
        assert (await scene.row(note["id"])).state == "live"


async def test_words_that_were_appended_to_a_proof_are_not_passed_on(scene):
    group = await scene.net.peers[0].add_community("lead")
    await scene.hears(scene.far.activity("Follow", scene.zoe, group.uri, 25), scene.zoe)
    note = scene.far.note(scene.zoe, 7, audience=group.uri, to=[PUBLIC, group.uri])
    said = add_proof(
        scene.far.activity("Create", scene.zoe, note, 26), scene.zoe.ed25519, created_at=SystemClock().now()
    )
    await scene.hears({**said, "@context": [*said["@context"], {"content": f"{AS}name"}]}, scene.eve)
    announced = [each["object"] for each in scene.far.posted if each["type"] == "Announce" and "id" in each["object"]]
    assert [each["object"]["content"] for each in announced] == ["<p>Note 7</p>"]
    assert f"{AS}name" not in orjson.dumps(scene.far.posted).decode()
    assert announced[0]["proof"] == said["proof"]


async def test_that_a_post_for_followers_is_not_shown_to_us_does_not_mean_that_it_is_gone(scene):
    """Its host answers 404 to whoever may not read it, and strangers know of it, too."""
    for number, answer, state in ((8, 404, "live"), (10, 410, "deleted")):
        note = scene.far.note(scene.zoe, number, to=[f"{scene.zoe.uri}/followers"], cc=[])
        scene.far.documents[f"/notes/{number}"] = answer
        await scene.hears(scene.far.activity("Create", scene.zoe, note, 2 * number), scene.zoe)
        await scene.hears(scene.far.activity("Delete", scene.zoe, note["id"], 2 * number + 1), scene.eve)
        assert (await scene.row(note["id"])).state == state


async def test_nobody_keeps_from_being_heard_what_is_not_written_yet(scene):
    note = scene.far.note(scene.zoe, 9)
    written, scene.far.documents["/notes/9"] = scene.far.documents["/notes/9"], 404
    await scene.hears(scene.far.activity("Delete", scene.zoe, note["id"], 40), scene.eve)
    scene.far.documents["/notes/9"] = written
    await scene.hears(scene.far.activity("Create", scene.zoe, note, 41), scene.zoe)
    assert (await scene.row(note["id"])).state == "live"


async def test_nothing_is_left_on_its_way_where_the_author_takes_the_place_of_a_forwarder(scene):
    note = scene.far.note(scene.zoe, 50)
    said = scene.far.activity("Create", scene.zoe, note, 50)
    handover = scene.net.peers[0].system.federation.handover
    for by in (scene.eve, scene.zoe, scene.zoe):
        assert await scene.far.send(f"{scene.net.peers[0].origin}/ap/inbox", said, by.key) == 202
    await scene.net.settle()
    assert not handover.is_waiting(SystemClock().now())
    assert (await scene.row(note["id"])).state == "live"
    assert [each for each in await scene.net.peers[0].outcomes() if each[0] == "Create"] in (
        [("Create", "stored")],
        [("Create", "known")],
    )
