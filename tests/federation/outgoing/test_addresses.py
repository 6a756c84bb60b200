"""Which address the one outgoing client calls, and what it refuses by its text: OUT1 to OUT5."""

import asyncio
import socket

import pytest

from federation.transport.address import AddressPolicy, OwnAddress
from node.errors import Blocked, RemoteRefused, RemoteUnavailable
from tests.broken_peers import BrokenPeer, redirects, says_json
from tests.federation.outgoing.clients import DEVELOPMENT, HASTY, PUBLIC, Names

# OUT1, OUT2: which address the socket goes to


@pytest.mark.parametrize(
    "addresses",
    [
        ["10.0.0.1"],
        ["169.254.169.254"],
        ["::1"],
        ["::ffff:10.0.0.1"],
        ["64:ff9b::a00:1"],
        ["2002:a00:1::"],
        ["1.1.1.1", "10.0.0.1"],
        ["2606:4700::1111", "1.1.1.1", "fe80::1%eth0"],
    ],
)
async def test_out1_a_name_with_one_special_address_is_refused(make_client, addresses):
    names = Names(addresses)
    for policy in (PUBLIC, DEVELOPMENT):
        if policy is PUBLIC or addresses != ["::1"]:
            with pytest.raises(RemoteRefused):
                await make_client(policy, resolver=names).get("https://peer.example/")


async def test_out1_no_byte_reaches_a_server_on_a_refused_address(make_client):
    async with BrokenPeer(says_json()) as peer:
        names = Names([("127.0.0.1", peer.port)])
        with pytest.raises(RemoteRefused):
            await make_client(PUBLIC, resolver=names).get("https://peer.example/")
        with pytest.raises(RemoteRefused):
            await make_client(PUBLIC, resolver=names).post("https://peer.example/inbox", b"{}", {})
        assert peer.connections == 0


@pytest.mark.parametrize("location", ["http://10.0.0.1/", "https://peer.example/", "http://[::ffff:7f00:1]/"])
async def test_out1_a_redirect_to_a_special_address_is_refused(make_client, location):
    async with BrokenPeer(redirects(lambda _: location)) as peer:
        with pytest.raises(RemoteRefused):
            await make_client(resolver=Names(["192.168.0.1"])).get(peer.url())
        assert len(peer.requests) == 1


async def test_out2_a_name_is_asked_once_and_the_checked_address_is_called(make_client, authority):
    tls = authority.server_context("peer.example")
    async with BrokenPeer(says_json(), tls=tls) as peer:
        names = Names([("127.0.0.1", peer.port)], ["10.0.0.1"])
        client = make_client(resolver=names, tls=authority.client_context())
        await client.get("https://peer.example/")
        assert names.questions == [("peer.example", 443)]
        await client.get("https://peer.example/again")
        assert (len(names.questions), peer.connections) == (1, 1)
        peer.drop_connections()
        with pytest.raises(RemoteRefused):
            await client.get("https://peer.example/")
        assert (len(names.questions), peer.connections) == (2, 1)


async def test_an_address_that_does_not_answer_gives_way_to_the_next(make_client, authority):
    tls = authority.server_context("peer.example")
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        async with BrokenPeer(says_json(), tls=tls) as peer:
            names = Names([closed.getsockname(), ("127.0.0.1", peer.port)])
            client = make_client(resolver=names, tls=authority.client_context())
            assert (await client.get("https://peer.example/")).status == 200


@pytest.mark.parametrize("answer", [socket.gaierror("unknown"), OSError("broken"), []])
async def test_a_name_without_an_address_is_unavailable(make_client, answer):
    with pytest.raises(RemoteUnavailable):
        await make_client(PUBLIC, resolver=Names(answer)).get("https://peer.example/")


async def test_a_name_server_that_never_answers_is_unavailable(make_client):
    async def never(_host, _port):
        await asyncio.get_running_loop().create_future()

    with pytest.raises(RemoteUnavailable):
        await make_client(PUBLIC, resolver=never, timeouts=HASTY).get("https://peer.example/")


async def test_the_system_resolver_knows_localhost(client):
    async with BrokenPeer(says_json()) as peer:
        assert (await client.get(f"http://localhost:{peer.port}/")).status == 200
        assert peer.requests[0].headers["host"] == f"localhost:{peer.port}"


# OUT3 to OUT5: what is refused by its text (the table of spellings is in test_address.py)


@pytest.mark.parametrize(
    "url",
    ["http://peer.example/", "https://ada@peer.example/", "https://127.0.0.1/", "https://127.1/", "https://intranet/",
     "https://peer.local/", "https://peer.example:8443/", "gopher://peer.example/"],
)  # fmt: skip
async def test_out3_out4_nothing_is_resolved_for_an_odd_address(make_client, url):
    names = Names(["1.1.1.1"])
    client = make_client(PUBLIC, resolver=names)
    with pytest.raises(RemoteRefused):
        await client.get(url)
    with pytest.raises(RemoteRefused):
        await client.post(url, b"{}", {})
    assert names.questions == []


async def test_out5_our_own_host_is_never_called(make_client):
    names = Names(["1.1.1.1"])
    client = make_client(AddressPolicy(own_hosts=frozenset({"learn.uni.example"})), resolver=names)
    with pytest.raises(OwnAddress):
        await client.get("https://Learn.Uni.Example.:443/ap/o/1")
    with pytest.raises(OwnAddress):
        await client.post("https://learn.uni.example/inbox", b"{}", {})
    assert names.questions == []


async def test_a_blocked_host_is_not_called_and_not_redirected_to(make_client):
    async with BrokenPeer(redirects(lambda _: "http://127.0.0.9:8101/")) as peer:
        client = make_client(blocked=lambda host: host == "127.0.0.9:8101")
        with pytest.raises(Blocked):
            await client.get(peer.url())
        with pytest.raises(Blocked):
            await client.post("http://127.0.0.9:8101/inbox", b"{}", {})
