"""Keys change, ours and those of others: nobody is refused meanwhile, and nobody is believed by a key that is gone."""

import pytest

from federation.signatures import rotation
from federation.signatures.keypairs import Algorithm, SigningKey
from federation.signatures.keys import TRUSTED_FOR, make_keys
from node import upkeep
from node.clock import HOUR, FixedClock, SystemClock
from node.errors import Conflict
from node.secretbox import SecretBox
from node.store.people import keys
from node.store.people.keys import CURRENT, NEXT, RETIRED
from tests.network import SECRET, Network, Peer, network
from tests.records import record
from tests.remote import remote


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(SystemClock().now())


@pytest.fixture
async def pair(tmp_path, clock):
    """The hospital follows the university; both begin to run what is periodic."""
    async with network(tmp_path, "hospital", "university", clock=clock) as net:
        hospital, university = net.peers
        await hospital.follow(await hospital.organisation(), (await university.organisation()).uri)
        await net.settle()
        await university.system.schedule.start()
        yield net


async def change_keys(peer: Peer, how=rotation.begin) -> None:
    actor, unit = await peer.organisation(), peer.unit()
    new = make_keys(unit.ids, unit.now, actor.id, actor.uri, SecretBox(SECRET), is_first=False)
    await peer.store.write(how, unit, actor, new)


async def states(peer: Peer) -> dict[str, list[str]]:
    """The ids of the keys of the organisation, by state."""
    found: dict[str, list[str]] = {CURRENT: [], NEXT: [], RETIRED: []}
    for key in await peer.store.read(keys.load_own_keys, (await peer.organisation()).id):
        found[key.state].append(key.uri)
    return found


async def published_keys(peer: Peer) -> tuple[str, set[str]]:
    """What the actor document lists: its ``publicKey``, and the Multikeys beside it."""
    _, document = await peer.get((await peer.organisation()).uri)
    return document["publicKey"]["id"], {key["id"] for key in document["assertionMethod"]}


async def signing_keys(peer: Peer) -> list[str]:
    """The ids of the keys that sign, RSA first."""
    actor = await peer.organisation()
    keyring = peer.system.federation.keyring
    return [(await keyring.signing_key(actor.id, algorithm)).key_id for algorithm in (Algorithm.RSA, Algorithm.ED25519)]


async def is_heard(net: Network, number: int) -> bool:
    """Whether a resource of the university arrives at the hospital."""
    hospital, university = net.peers
    published = await university.publish(record(id=f"https://u.example/{number}"))
    await net.settle()
    return await hospital.object(published.uri) is not None


async def test_a_second_node_verifies_before_between_and_after(pair, clock):
    hospital, university = pair.peers
    old = (await states(university))[CURRENT]
    await change_keys(university)
    new = (await states(university))[NEXT]
    assert len(old) == len(new) == 2
    assert await published_keys(university) == (old[0], {old[1], *new})
    await pair.settle()
    assert ("Update", "profile-updated") in await hospital.outcomes()
    assert await signing_keys(university) == old
    assert await is_heard(pair, 1)

    clock.advance(rotation.PUBLISHED_BEFORE - HOUR)
    await pair.settle()
    assert await signing_keys(university) == old, "not yet 48 hours"
    clock.advance(3 * HOUR)
    await pair.settle()
    assert await states(university) == {CURRENT: new, NEXT: [], RETIRED: old}
    assert await signing_keys(university) == new
    assert await published_keys(university) == (new[0], {new[1], *old})
    assert await is_heard(pair, 2)

    clock.advance(rotation.PUBLISHED_AFTER + HOUR)
    await upkeep.run(university.store, clock.now())
    assert await states(university) == {CURRENT: new, NEXT: [], RETIRED: []}
    assert await published_keys(university) == (new[0], {new[1]})
    assert await is_heard(pair, 3)
    assert not [outcome for _, outcome in await hospital.outcomes() if outcome.startswith(("unproven", "dropped"))]


async def test_keys_that_somebody_else_knows_go_at_once(pair, clock):
    hospital, university = pair.peers
    old = await signing_keys(university)
    assert await is_heard(pair, 1)
    await change_keys(university, rotation.replace)
    await university.system.federation.keyring.check()
    new = await signing_keys(university)
    assert not {*old} & {*new}
    assert await published_keys(university) == (new[0], {new[1]})
    assert await is_heard(pair, 2)
    known = await hospital.store.read(keys.find_remote_key, old[0])
    assert known is None


async def test_a_change_under_way_is_not_begun_again(pair):
    university = pair.peers[1]
    await change_keys(university)
    before = await states(university)
    with pytest.raises(Conflict, match="being changed already"):
        await change_keys(university)
    assert await states(university) == before


async def test_only_the_keys_before_stay_public_beside_the_new_ones(pair, clock):
    university = pair.peers[1]
    for _ in range(3):
        await change_keys(university)
        clock.advance(rotation.PUBLISHED_BEFORE)
        assert await university.store.write(rotation.switch_due, university.unit()) == 1
    assert [len(found) for found in (await states(university)).values()] == [2, 0, 2]
    assert await university.store.write(rotation.switch_due, university.unit()) == 0


async def test_a_key_that_its_owner_replaced_is_believed_for_a_minute_at_most(tmp_path, clock):
    async with network(tmp_path, "hospital", clock=clock) as net, remote() as there:
        node, bob = net.peers[0], there.actor("bob")
        inbox = f"{node.origin}/ap/inbox"
        ann = await node.add_actor("ann")
        await node.follow(ann, bob.uri)
        await net.settle()
        old = bob.key
        assert await there.send(inbox, there.activity("Accept", bob, there.posted[-1]), old) == 202
        bob.key = SigningKey.generate(f"{bob.uri}#second-key", Algorithm.RSA)
        there.documents["/users/bob"] = bob.document
        assert await there.send(inbox, there.activity("Update", bob, bob.document), old) == 202
        await net.settle()
        assert ("Update", "profile-updated") in await node.outcomes()
        clock.advance(TRUSTED_FOR)
        note = there.activity("Create", bob, there.note(bob, 1))
        assert await there.send(inbox, note, old) == 401
        assert await there.send(inbox, note, bob.key) == 202
