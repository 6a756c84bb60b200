"""How much the outgoing client takes and how long it waits: OUT9 (the table of framings is in test_http1.py)."""

import asyncio
import socket

import pytest

from node.errors import RemoteMalformed, RemoteUnavailable
from tests.broken_peers import BrokenPeer, bomb, drips, hangs_up, is_endless, is_silent, response, says
from tests.federation.outgoing.clients import CHUNKED, HASTY, Names, get_activity

OVERSIZED = {
    "announced": says(b"HTTP/1.1 200 OK\r\nContent-Length: 1048577\r\n\r\n"),
    "streamed": is_endless(b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 65_536),
    "chunked": is_endless(CHUNKED, b"1000\r\n" + b"x" * 4_096 + b"\r\n"),
    "bomb": bomb(20_000_000),
    "head": is_endless(b"HTTP/1.1 200 OK\r\n", b"A: b\r\n" * 1_000),
    "interim": is_endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 100),
}


@pytest.mark.parametrize("answer", OVERSIZED.values(), ids=OVERSIZED)
async def test_out9_an_endless_answer_is_cut_off(client, answer):
    async with BrokenPeer(answer) as peer:
        with pytest.raises(RemoteMalformed):
            await get_activity(client, peer.url())


async def test_out9_the_limit_is_the_callers(client):
    async with BrokenPeer(says(response(b"x" * 11))) as peer:
        assert len((await client.get(peer.url(), max_bytes=11)).body) == 11
        with pytest.raises(RemoteMalformed):
            await client.get(peer.url(), max_bytes=10)


SLOW = {
    "silent": is_silent(),
    "silent after the head": is_silent(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"),
    "dripping head": drips(b"HTTP/1.1 200 OK\r\n" + b"A: bcdefgh\r\n" * 20, seconds=0.015),
    "dripping body": drips(b"x" * 90, seconds=0.015, rest=b""),
}


@pytest.mark.parametrize("answer", SLOW.values(), ids=SLOW)
async def test_out9_a_slow_answer_is_given_up(make_client, answer):
    async with BrokenPeer(answer) as peer:
        client = make_client(timeouts=HASTY)
        loop = asyncio.get_running_loop()
        started_at = loop.time()
        with pytest.raises(RemoteUnavailable):
            await client.get(peer.url())
        assert loop.time() - started_at < 10
        with pytest.raises(RemoteUnavailable):
            await client.post(peer.url(), b"{}", {})


async def test_out9_all_redirects_together_have_one_time_limit(make_client):
    async def answer(request, writer):
        await asyncio.sleep(0.1)
        writer.write(response(status="302 -", Location=request.path + "x"))

    async with BrokenPeer(answer) as peer:
        with pytest.raises(RemoteUnavailable):
            await make_client().get(peer.url(), timeout=0.25)
        assert len(peer.requests) <= 3  # one limit for each of them would let all redirects be followed


async def test_a_server_that_takes_the_connection_and_no_tls_is_given_up(make_client, authority):
    async with BrokenPeer(is_silent()) as peer:
        client = make_client(resolver=Names([("127.0.0.1", peer.port)]), tls=authority.client_context(), timeouts=HASTY)
        with pytest.raises(RemoteUnavailable):
            await client.get("https://peer.example/")


async def test_a_closed_port_is_unavailable(client):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        with pytest.raises(RemoteUnavailable):
            await client.get(f"http://127.0.0.1:{closed.getsockname()[1]}/")


@pytest.mark.parametrize("before", [b"", b"HTTP/1.1 200", b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel"])
async def test_a_server_that_hangs_up_is_an_error(client, before):
    async with BrokenPeer(hangs_up(before)) as peer:
        with pytest.raises((RemoteUnavailable, RemoteMalformed)):
            await client.get(peer.url())
        assert len(peer.requests) == 1
