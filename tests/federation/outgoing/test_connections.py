"""Deliveries, connections that are used again, and how many requests run at once."""

import asyncio

import pytest

from federation.transport.address import parse_url
from federation.transport.http1 import ResponseReader
from node.errors import RemoteNotFound, RemoteUnavailable, Unavailable
from tests.broken_peers import (
    ACTIVITY,
    BrokenPeer,
    by_path,
    hangs_up,
    in_turn,
    is_endless,
    is_silent,
    response,
    says,
    says_json,
)
from tests.federation.outgoing.clients import HASTY


async def test_a_delivery_is_sent_as_it_was_signed(client):
    headers = {
        "Date": "Mon, 21 Sep 2026 14:13:20 GMT",
        "Digest": "SHA-256=x",
        "Content-Type": ACTIVITY,
        "Signature": "y",
    }
    async with BrokenPeer(says(response(status="202 Accepted"))) as peer:
        answer = await client.post(peer.url("/inbox?a=b"), b'{"type": "Create"}', {**headers, "Host": peer.url()[7:-1]})
        assert answer.status == 202
        (request,) = peer.requests
        assert (request.method, request.path, request.body) == ("POST", "/inbox?a=b", b'{"type": "Create"}')
        assert {name: request.headers[name.lower()] for name in headers} == headers
        assert (request.headers["host"], request.headers["user-agent"]) == (peer.url()[7:-1], "Rhizome/test")
        assert "cookie" not in request.headers


async def test_the_answer_to_a_delivery_is_read_to_64_kib(client):
    async with BrokenPeer(is_endless(b"HTTP/1.1 401 -\r\nAccept-Signature: x\r\n\r\n", b"x" * 1_000)) as peer:
        answer = await client.post(peer.url(), b"{}", {})
        assert (answer.status, answer.headers["accept-signature"], len(answer.body)) == (401, "x", 65_536)


async def test_an_answer_before_the_request_was_read_still_counts(client):
    writers = []

    async def answer(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(response(status="413 -"))
        writers.append(writer)

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        found = await client.post(f"http://127.0.0.1:{port}/", b"x" * 20_000_000, {})
        assert (found.status, client._pool.idle) == (413, 0)
        for writer in writers:
            writer.transport.abort()


async def test_a_connection_serves_one_request_after_the_other(client):
    async with BrokenPeer(says(response(b"hello"))) as peer:
        for _ in range(5):
            assert (await client.get(peer.url())).body == b"hello"
            assert (await client.post(peer.url(), b"{}", {})).body == b"hello"
        assert peer.connections == 1


@pytest.mark.parametrize(
    "answer",
    [
        says(response(b"hello", Connection="close")),
        says(b"HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello"),
        says(b"HTTP/1.1 200 OK\r\n\r\nhello", then_close=True),
        says(response(b"hello", Keep_Alive="timeout=1, max=100")),
        says(response(b"hello") + response(b"smuggled")),
    ],
)
async def test_a_connection_that_cannot_be_trusted_again_is_not_used_again(client, answer):
    async with BrokenPeer(answer) as peer:
        for _ in range(2):
            assert (await client.get(peer.url())).body == b"hello"
        assert peer.connections == 2


async def test_what_arrives_between_two_requests_never_becomes_an_answer(client):
    async with BrokenPeer(says(response(b"hello"))) as peer:
        assert (await client.get(peer.url())).body == b"hello"
        (writer,) = peer._writers
        writer.write(response(b"smuggled"))
        await writer.drain()
        await asyncio.wait([next(iter(client._pool._idle)).lost], timeout=30)
        assert client._pool.idle == 0
        assert (await client.get(peer.url())).body == b"hello"
        assert peer.connections == 2


async def test_a_request_over_a_connection_that_was_closed_meanwhile_is_sent_once_more(client):
    async with BrokenPeer(in_turn(says(response(b"1")), hangs_up(), says(response(b"2")))) as peer:
        assert (await client.post(peer.url(), b"{}", {})).body == b"1"
        assert (await client.post(peer.url(), b"{}", {})).body == b"2"
        assert (peer.connections, len(peer.requests)) == (2, 3)


async def test_a_connection_that_is_closed_while_its_request_is_signed_is_opened_anew(client):
    """And one that nobody opens has nothing signed."""
    signed = []

    async def sign(url):
        signed.append(url)
        for connection in used:
            connection.abort()
            await connection.lost
        return {"Signature": "y"}

    async with BrokenPeer(says(response(b"1"))) as peer:
        used = []
        assert (await client.post(peer.url(), b"{}", {}, sign=sign)).body == b"1"
        used = list(client._pool._idle)
        assert (await client.post(peer.url(), b"{}", {}, sign=sign)).body == b"1"
        assert (peer.connections, len(peer.requests)) == (2, 2)
        url, idle = peer.url(), list(client._pool._idle)
    await asyncio.wait([connection.lost for connection in idle], timeout=30)
    for request in (client.post(url, b"{}", {}, sign=sign), client.get(url, sign=sign)):
        with pytest.raises(RemoteUnavailable):
            await request
    assert len(signed) == 2


async def test_a_request_that_cannot_be_signed_leaves_no_connection_behind(client):
    async def sign(url):
        raise Unavailable

    async with BrokenPeer(says(response(b"1"))) as peer:
        for request in (client.post(peer.url(), b"{}", {}, sign=sign), client.get(peer.url(), sign=sign)):
            with pytest.raises(Unavailable):
                await request
        assert (client._pool.idle, client._pool._all.used, len(peer.requests)) == (0, 0, 0)


async def test_a_request_over_a_fresh_connection_is_not_sent_again(client):
    async with BrokenPeer(hangs_up()) as peer:
        with pytest.raises(RemoteUnavailable):
            await client.post(peer.url(), b"{}", {})
        assert len(peer.requests) == 1


async def test_a_server_that_speaks_first_is_not_listened_to(client):
    async def answer(reader, writer):
        writer.write(response(b"not asked for"))
        await reader.read()
        writer.transport.abort()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        connection = await client._dialer.dial(parse_url(url))
        await connection.lost
        with pytest.raises(RemoteUnavailable):
            await connection.exchange(b"", ResponseReader(10), silence=1, deadline=0)


class Gate:
    """An answer that waits until it is opened, and counts who waits."""

    def __init__(self):
        self.open, self.waiting, self.most = asyncio.Event(), 0, 0
        self.someone = asyncio.Condition()

    async def __call__(self, request, writer):
        self.waiting += 1
        self.most = max(self.most, self.waiting)
        async with self.someone:
            self.someone.notify_all()
        await self.open.wait()
        self.waiting -= 1
        writer.write(response(b"{}"))

    async def reach(self, count):
        async with self.someone, asyncio.timeout(30):
            await self.someone.wait_for(lambda: self.waiting >= count)


async def test_a_host_gets_four_requests_at_once_after_it_has_answered_one(client):
    gate = Gate()
    async with BrokenPeer(in_turn(says(response()), gate)) as peer:
        await client.get(peer.url())
        async with asyncio.TaskGroup() as group:
            for _ in range(12):
                group.create_task(client.get(peer.url()))
            await gate.reach(4)
            gate.open.set()
        assert (gate.most, len(peer.requests), peer.connections) == (4, 13, 4)


async def test_a_host_that_has_not_answered_gets_one_request_at_a_time(make_client):
    async with BrokenPeer(is_silent()) as peer:
        client = make_client(timeouts=HASTY)
        found = await asyncio.gather(*(client.get(peer.url()) for _ in range(2)), return_exceptions=True)
        assert [type(error) for error in found] == [RemoteUnavailable] * 2
        assert (len(peer.requests), peer.connections) == (2, 2)
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(client.get(peer.url())) for _ in range(3)]
            peer.arrived.clear()
            await peer.arrived.wait()
            assert len(peer.requests) == 3
            for task in tasks:
                task.cancel()


async def test_rel8_slow_hosts_leave_places_to_the_others(make_client):
    client = make_client(connections=6)
    async with BrokenPeer(is_silent()) as first, BrokenPeer(is_silent()) as second, BrokenPeer(says_json()) as healthy:
        slow = [asyncio.create_task(client.get(peer.url())) for peer in (first, second) for _ in range(4)]
        await asyncio.gather(first.arrived.wait(), second.arrived.wait())
        for _ in range(20):
            assert (await client.get(healthy.url())).status == 200
        for task in slow:
            task.cancel()
        await asyncio.gather(*slow, return_exceptions=True)


async def test_what_others_cause_takes_two_places_of_a_host(client):
    gate = Gate()
    async with BrokenPeer(in_turn(says(response()), gate)) as peer:
        await client.get(peer.url())
        async with asyncio.TaskGroup() as group:
            for _ in range(6):
                group.create_task(client.get(peer.url("/others"), caused_by_others=True))
            await gate.reach(2)
            group.create_task(client.get(peer.url("/ours")))
            await gate.reach(3)
            assert [request.path for request in peer.requests[1:]] == ["/others", "/others", "/ours"]
            gate.open.set()


async def test_all_hosts_together_get_no_more_than_the_limit(make_client):
    client, gate = make_client(connections=3), Gate()
    async with asyncio.TaskGroup() as group, BrokenPeer(gate, host="0.0.0.0") as peer:
        tasks = [group.create_task(client.get(f"http://127.0.0.{n}:{peer.port}/")) for n in range(1, 9)]
        await gate.reach(3)
        gate.open.set()
        await asyncio.wait(tasks)
        assert (gate.most, len(peer.requests)) == (3, 8)


async def test_no_free_place_says_nothing_about_the_host(make_client):
    client = make_client(connections=1)
    client._pool._patience = 0.05
    async with BrokenPeer(is_silent()) as peer, BrokenPeer(says_json()) as other:
        task = asyncio.create_task(client.get(peer.url()))
        await peer.arrived.wait()
        with pytest.raises(Unavailable):
            await client.get(other.url())
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert (await client.get(other.url())).status == 200


async def test_a_cancelled_request_gives_its_place_back(make_client):
    client = make_client(connections=1)
    async with BrokenPeer(in_turn(is_silent(), says(response()))) as peer:
        task = asyncio.create_task(client.get(peer.url()))
        waiting = asyncio.create_task(client.get(peer.url()))
        await peer.arrived.wait()
        task.cancel()
        assert (await waiting).status == 200
        assert (client._pool._all.used, client._pool.idle) == (0, 1)


async def test_free_connections_are_kept_to_a_limit_and_the_longest_unused_goes_first(make_client):
    client = make_client(idle_connections=3)
    async with BrokenPeer(says(response()), host="0.0.0.0") as peer:
        urls = [f"http://127.0.0.{n}:{peer.port}/" for n in range(1, 6)]
        for url in urls:
            await client.get(url)
        assert client._pool.idle == 3
        for url in urls[2:]:
            await client.get(url)
        assert peer.connections == 5
        await client.get(urls[0])
        assert (peer.connections, client._pool.idle) == (6, 3)


async def test_nothing_is_remembered_about_hosts_without_connections(client):
    async with BrokenPeer(says(response(Connection="close")), host="0.0.0.0") as peer:
        await asyncio.gather(*(client.get(f"http://127.0.1.{n}:{peer.port}/") for n in range(1, 50)))
        assert client._pool._lanes == {}


async def test_free_connections_close_after_their_time(client):
    async with BrokenPeer(says(response())) as peer:
        client._pool._idle_seconds = 0.02
        await client.get(peer.url())
        await asyncio.wait([next(iter(client._pool._idle)).lost], timeout=30)
        assert (client._pool.idle, client._pool._lanes) == (0, {})


async def test_what_is_asked_for_goes_through_one_address(client):
    async with BrokenPeer(by_path(a=says_json('{"a": 1}'))) as peer:
        assert (await client.get_json(peer.url("/a"))).data == {"a": 1}
        with pytest.raises(RemoteNotFound):
            await client.get_json(peer.url("/b"))
