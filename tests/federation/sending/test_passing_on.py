"""What a community passes on is understood by servers that take JSON-LD by its word, whatever words its author used."""

import pytest

from federation.signatures.proofs import add_proof
from node.clock import SystemClock
from tests.federation.mapping.expansion import AUTHORS_DATA_INTEGRITY, expand
from tests.network import network
from tests.remote import PUBLIC, remote

ANNOUNCE = "https://www.w3.org/ns/activitystreams#Announce"


@pytest.fixture
async def hospital(tmp_path):
    async with network(tmp_path, "hospital") as net:
        yield net


async def test_words_of_proofs_may_be_defined_otherwise_inside(hospital):
    """Terms of the two contexts for proofs are protected: neither may stand around the other (JSON-LD 1.1, 4.1.11)."""
    (peer,) = hospital.peers
    cafe = await peer.add_community("cafe")
    async with remote("127.2.0.1") as writing, remote("127.2.0.2") as reading:
        zoe, yann = writing.actor("zoe"), reading.actor("yann")
        inbox = f"{peer.origin}/ap/inbox"
        assert await reading.send(inbox, reading.activity("Follow", yann, cafe.uri), yann.key) == 202
        assert await writing.send(inbox, writing.activity("Follow", zoe, cafe.uri), zoe.key) == 202
        await hospital.settle()
        note = writing.note(zoe, 1, audience=cafe.uri, cc=[cafe.uri])
        said = writing.activity("Create", zoe, note, cc=[cafe.uri], audience=cafe.uri)
        said["@context"] = [*said["@context"], AUTHORS_DATA_INTEGRITY]
        proven = add_proof(said, zoe.ed25519, created_at=SystemClock().now())
        assert await writing.send(inbox, proven, zoe.key) == 202
        await hospital.settle()
        passed = [each for each in reading.posted if each["type"] == "Announce" and each["object"] == proven]
        assert len(passed) == 1
        meant = expand(passed[0])
    assert meant["@type"] == [ANNOUNCE]
    (inner,) = meant["https://www.w3.org/ns/activitystreams#object"]
    assert inner["https://www.w3.org/ns/activitystreams#to"] == [{"@id": PUBLIC}]
    assert inner["https://w3id.org/security#proof"]
