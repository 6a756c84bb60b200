"""Inbox forwarding: an answer from elsewhere reaches the followers of whom it answers, if it is proven (7.1.2)."""

from typing import Any

import pytest

from federation.contexts import with_context
from federation.signatures.keypairs import Algorithm, SigningKey
from federation.signatures.multikey import encode_multikey
from federation.signatures.proofs import add_proof
from federation.vocab import PUBLIC
from node.clock import SystemClock
from node.domain.visibility import Visibility
from node.store.federation import activities
from node.store.people import blocks
from node.store.people.actors import Actor
from node.store.posts.objects import Object
from tests.network import Network, Peer, network
from tests.notes import publish_note
from tests.remote import Remote, RemoteActor, remote

pytestmark = pytest.mark.usefixtures("each_database")


@pytest.fixture
async def net(tmp_path):
    async with network(tmp_path, "hospital", "museum") as made:
        yield made


async def thread_of_ann(net: Network) -> tuple[Actor, Object]:
    """A post of ann (hospital), whom carl (museum) follows."""
    hospital, museum = net.peers
    ann, carl = await hospital.add_actor("ann"), await museum.add_actor("carl")
    await museum.follow(carl, ann.uri)
    await net.settle()
    post = await hospital.store.write(publish_note, hospital.unit(), ann.id, "Who knows?", Visibility.PUBLIC)
    await net.settle()
    return ann, post


def person_with_two_keys(far: Remote) -> tuple[RemoteActor, SigningKey]:
    zoe = far.actor("zoe")
    key = SigningKey.generate(f"{zoe.uri}#ed25519-key", Algorithm.ED25519)
    multikey = {"id": key.key_id, "type": "Multikey", "controller": zoe.uri}
    listed = [{**multikey, "publicKeyMultibase": encode_multikey(key.public)}]
    far.documents["/users/zoe"] = zoe.document | {"assertionMethod": listed}
    return zoe, key


def answer(far: Remote, zoe: RemoteActor, ann: Actor, post: Object, number: int, **changes: Any) -> dict[str, Any]:
    addressed = {"to": [PUBLIC], "cc": [f"{ann.uri}/followers", ann.uri]} | changes
    note = far.note(zoe, number, inReplyTo=post.uri, **addressed)
    return with_context(far.activity("Create", zoe, note, number, **addressed), signed=True)


async def send(peer: Peer, far: Remote, zoe: RemoteActor, activity: dict[str, Any]) -> None:
    assert await far.send(f"{peer.origin}/ap/inbox", activity, zoe.key) == 202


async def test_a_proven_answer_is_sent_on_as_it_came_and_so_is_its_end(net):
    hospital, museum = net.peers
    async with remote() as far:
        ann, post = await thread_of_ann(net)
        zoe, key = person_with_two_keys(far)
        created = add_proof(answer(far, zoe, ann, post, 1), key, created_at=SystemClock().now())
        await send(hospital, far, zoe, created)
        await net.settle()
        note = created["object"]["id"]
        assert (await museum.object(note)).in_reply_to == post.uri
        assert ("Create", "stored") in await museum.outcomes()

        deleted = far.activity("Delete", zoe, {"id": note, "type": "Tombstone"}, 2, cc=[f"{ann.uri}/followers"])
        await send(
            hospital, far, zoe, add_proof(with_context(deleted, signed=True), key, created_at=SystemClock().now())
        )
        await net.settle()
        assert (await museum.object(note)).state == "deleted"
        sent = await hospital.store.read(activities.list_by_actor, ann.id, before=None, limit=9)
        assert len(sent) == await hospital.store.read(activities.count_by_actor, ann.id)
        assert all(each.uri.startswith(hospital.origin) for each in sent)  # her own, nobody else's
        _, outbox = await museum.get(f"{ann.uri}/outbox")
        assert outbox["totalItems"] == 1


UNFIT = {
    "without a proof": ({}, False, True),
    "not for everybody": ({"to": []}, True, True),
    "not for her followers": ({"cc": []}, True, True),
    "with a proof that does not fit": ({}, True, False),
}


@pytest.mark.parametrize(("changes", "has_proof", "is_right"), UNFIT.values(), ids=UNFIT.keys())
async def test_nothing_else_is_sent_on(net, changes, has_proof, is_right):
    hospital, museum = net.peers
    async with remote() as far:
        ann, post = await thread_of_ann(net)
        zoe, key = person_with_two_keys(far)
        created = answer(far, zoe, ann, post, 1, **changes)
        if has_proof:
            created = add_proof(created, key, created_at=SystemClock().now())
        if not is_right:
            created["object"]["content"] = "<p>Changed on the way.</p>"
        await send(hospital, far, zoe, created)
        await net.settle()
        assert await hospital.object(created["object"]["id"]) is not None
        assert await museum.object(created["object"]["id"]) is None
        assert far.asked.count("/notes/1") == 0


@pytest.mark.parametrize("why", ["of somebody else", "of somebody who has blocked her"])
async def test_an_answer_reaches_the_followers_of_whom_it_answers_and_of_nobody_else(net, why: str) -> None:
    """Anybody can address the followers of everybody here; who has blocked her speaks for her to nobody."""
    hospital, museum = net.peers
    async with remote() as far:
        ann, post = await thread_of_ann(net)
        zoe, key = person_with_two_keys(far)
        addressed = ann
        if why == "of somebody else":
            addressed = await hospital.add_actor("ben")
            await museum.follow(await museum.add_actor("cleo"), addressed.uri)
            await net.settle()
        else:
            known = await hospital.system.federation.fetcher.actor(zoe.uri)
            blocked = (hospital.unit().ids.new(), ann.id, known.id, f"{ann.uri}/b", 1)
            await hospital.store.write(blocks.insert_block, *blocked)
        created = answer(far, zoe, addressed, post, 1)
        await send(hospital, far, zoe, add_proof(created, key, created_at=SystemClock().now()))
        await net.settle()
        assert await museum.object(created["object"]["id"]) is None
