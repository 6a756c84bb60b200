"""How a node signs its GETs: the second knock, what a host asks for, and what is remembered."""

import asyncio

import pytest

from federation.signatures.httpsig import Message, read_claim, verify
from federation.signatures.keypairs import PublicKey
from federation.transport.circuit import remembered_scheme
from node.domain.uris import host_of
from node.errors import RemoteNotFound
from tests.broken_peers import ACTIVITY, BrokenPeer, Request, response
from tests.network import Peer, network


@pytest.fixture
async def node(tmp_path):
    async with network(tmp_path, "hospital") as net:
        yield net.peers[0]


DOCUMENT = b'{"id":"x","type":"Note"}'
TAKEN = response(DOCUMENT, Content_Type=ACTIVITY)
REFUSED = response(b"bad signature", status="401 Unauthorized")


def takes(is_right, refusal: bytes = REFUSED):
    async def answer(request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(TAKEN if is_right(request) else refusal)

    return answer


def is_rfc9421(request: Request) -> bool:
    return "signature-input" in request.headers


async def remembered(node: Peer, url: str) -> str:
    hosts = node.system.federation.hosts
    await hosts.flush()
    found = await hosts.reread(host_of(url))
    return remembered_scheme(found, node.system.node.clock.now())


async def fetch(node: Peer, url: str) -> dict:
    found = await node.system.federation.fetcher.get_document(url)
    return found.document


async def test_a_host_that_takes_only_rfc9421_is_asked_twice_and_then_once(node):
    async with BrokenPeer(takes(is_rfc9421)) as peer:
        assert await fetch(node, peer.url("/1")) == {"id": "x", "type": "Note"}
        assert [is_rfc9421(request) for request in peer.requests] == [False, True]
        assert await remembered(node, peer.url()) == "rfc9421"
        await fetch(node, peer.url("/2"))
        assert [is_rfc9421(request) for request in peer.requests[2:]] == [True]


async def test_one_that_leaves_the_query_out_is_found_too(node):
    """The third knock; nothing is remembered of what a host takes at the first."""
    knocked = []

    def is_third(request: Request) -> bool:
        knocked.append(request.headers["signature"])
        return len(knocked) == 3

    async with BrokenPeer(takes(is_third)) as peer:
        await fetch(node, peer.url("/1?page=2"))
        assert len(set(knocked)) == 3
    async with BrokenPeer(takes(lambda _: True)) as peer:
        await fetch(node, peer.url("/1"))
        assert await remembered(node, peer.url()) == ""


async def test_a_host_that_refuses_everything_is_left_alone(node):
    async with BrokenPeer(takes(lambda _: False)) as peer:
        with pytest.raises(RemoteNotFound):
            await fetch(node, peer.url("/1"))
        assert len(peer.requests) == 2
        assert await remembered(node, peer.url()) == ""
    async with BrokenPeer(takes(lambda _: False, response(status="503 Unavailable"))) as peer:
        with pytest.raises(Exception, match="503"):
            await fetch(node, peer.url("/1"))
        assert len(peer.requests) == 1


async def test_what_a_host_asks_for_is_given_once(node):
    """``Accept-Signature`` (RFC 9421 section 5): its components and its nonce, verified with our key."""
    wish = 'sig1=("@method" "@target-uri" "@authority");created;nonce="n-17";tag="app"'
    refusal = response(status="401 Unauthorized", Accept_Signature=wish)
    async with BrokenPeer(
        takes(lambda request: 'nonce="n-17"' in request.headers.get("signature-input", ""), refusal)
    ) as peer:
        await fetch(node, peer.url("/1"))
        assert len(peer.requests) == 2
        asked = peer.requests[1]
        message = Message("GET", peer.url("/1"), asked.headers, b"")
        claim = read_claim(message, now=node.system.node.clock.now(), hosts=[host_of(peer.url())])
        assert claim.key_id == f"{node.origin}/ap/instance#main-key"
        _, instance = await node.get("/ap/instance")
        verify(message, claim, PublicKey.from_pem(claim.key_id, instance["publicKey"]["publicKeyPem"]))
    async with BrokenPeer(takes(lambda _: False, refusal)) as peer:
        with pytest.raises(RemoteNotFound):
            await fetch(node, peer.url("/1"))
        assert len(peer.requests) == 2
