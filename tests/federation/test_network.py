"""Two and three whole nodes: follow, publish, edit, withdraw, be away, be killed."""

import pytest

from node.services import publish
from tests.network import Network, network
from tests.records import record


@pytest.fixture
async def pair(tmp_path):
    async with network(tmp_path, "hospital", "university") as net:
        yield net


async def befriend(net: Network) -> None:
    """Every organisation follows every other."""
    for peer in net.peers:
        for other in net.peers:
            if other is not peer:
                await peer.follow(await peer.organisation(), (await other.organisation()).uri)
    await net.settle()


async def test_a_follow_is_accepted_and_known_on_both_sides(pair):
    hospital, university = pair.peers
    ours, theirs = await hospital.organisation(), await university.organisation()
    await hospital.follow(ours, theirs.uri)
    await pair.settle()
    assert ("Follow", "followed") in await university.outcomes()
    assert ("Accept", "follow-accepted") in await hospital.outcomes()
    _, followers = await university.get(f"{theirs.uri}/followers")
    assert followers["totalItems"] == 1


async def test_a_resource_travels_with_its_edits_and_its_withdrawal(pair):
    hospital, university = pair.peers
    await befriend(pair)
    published = await university.publish(record())
    await pair.settle()
    copied = await hospital.object(published.uri)
    assert copied is not None
    assert copied.kind == "resource"
    assert not copied.local

    await university.publish(record(description={"en": "A better text."}))
    await pair.settle()
    edited = await hospital.object(published.uri)
    assert edited.version == 2

    await university.store.write(publish.withdraw_resource, university.unit(), published.object_id)
    await pair.settle()
    assert (await hospital.object(published.uri)).state == "deleted"
    status, tombstone = await university.get(published.uri)
    assert (status, tombstone["type"]) == (410, "Tombstone")
