"""Where the outgoing client lets itself be led: OUT6."""

import pytest

from federation.transport.address import AddressPolicy
from node.errors import RemoteRefused
from tests.broken_peers import ACTIVITY, BrokenPeer, redirects, response, says, says_json
from tests.federation.outgoing.clients import Names


async def test_out6_three_redirects_are_followed_and_the_last_address_is_told(client):
    steps = {"/a": "/b", "/b": "/c?d=e", "/c?d=e": "/f"}

    async def answer(request, writer):
        goes_on = request.path in steps
        writer.write(response(status="301 -", Location=steps[request.path]) if goes_on else response(b"{}"))

    async with BrokenPeer(answer) as peer:
        found = await client.get(peer.url("/a#fragment"))
        assert (found.status, found.url) == (200, peer.url("/f"))
        assert [request.path for request in peer.requests] == ["/a", "/b", "/c?d=e", "/f"]


async def test_out6_the_fourth_redirect_is_refused(client):
    async with BrokenPeer(redirects(lambda request: request.path + "x")) as peer:
        with pytest.raises(RemoteRefused):
            await client.get(peer.url("/"))
        assert len(peer.requests) == 4


@pytest.mark.parametrize("location", ["/", "#again", "//127.0.0.1:{port}"])
async def test_out6_a_circle_is_refused(client, location):
    async with BrokenPeer(redirects(lambda _: location.format(port=peer.port))) as peer:
        with pytest.raises(RemoteRefused):
            await client.get(peer.url("/"))
        assert len(peer.requests) == 1


@pytest.mark.parametrize("location", ["file:///etc/passwd", "https://[", "https://ada@peer.example/", "\xff\xfe"])
async def test_out6_a_redirect_to_no_proper_address_is_refused(client, location):
    async with BrokenPeer(says(response(status="302 -", Location=location, X="y").decode().encode("latin-1"))) as peer:
        with pytest.raises(RemoteRefused):
            await client.get(peer.url())


async def test_out6_a_redirect_to_our_own_host_is_refused(make_client):
    client = make_client(AddressPolicy(own_hosts=frozenset({"learn.uni.example"}), allow_loopback_peers=True))
    async with BrokenPeer(redirects(lambda _: "https://learn.uni.example/ap/o/1")) as peer:
        with pytest.raises(RemoteRefused):
            await client.get(peer.url())


async def test_out6_https_does_not_lead_to_http(make_client, authority):
    async with BrokenPeer(says_json()) as plain:
        tls = authority.server_context("peer.example")
        async with BrokenPeer(redirects(lambda _: plain.url()), tls=tls) as peer:
            names = Names([("127.0.0.1", peer.port)])
            with pytest.raises(RemoteRefused):
                await make_client(resolver=names, tls=authority.client_context()).get("https://peer.example/")
        assert plain.connections == 0


async def test_out6_each_hop_is_signed_anew_and_other_origins_learn_nothing(client):
    async def sign(url):
        return {"Signature": f"for {url}"}

    async with BrokenPeer(says_json()) as last, BrokenPeer(redirects(lambda _: last.url("/z"))) as first:
        await client.get(first.url("/a"), sign=sign, headers={"If-None-Match": '"1"'})
        assert first.requests[0].headers["signature"] == f"for {first.url('/a')}"
        assert first.requests[0].headers["if-none-match"] == '"1"'
        assert last.requests[0].headers["signature"] == f"for {last.url('/z')}"
        assert "if-none-match" not in last.requests[0].headers


@pytest.mark.parametrize("status", ["301 -", "302 -", "303 -", "307 -", "308 -"])
async def test_out6_a_post_is_never_redirected(client, status):
    async with BrokenPeer(redirects(lambda _: "/elsewhere", status)) as peer:
        answer = await client.post(peer.url("/inbox"), b"{}", {"Content-Type": ACTIVITY})
        assert answer.status == int(status[:3])
        assert [request.path for request in peer.requests] == ["/inbox"]


async def test_a_redirect_status_without_a_location_is_an_answer(client):
    async with BrokenPeer(says(response(status="304 Not Modified"))) as peer:
        assert (await client.get(peer.url())).status == 304
