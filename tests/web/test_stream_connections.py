"""Streams: who is let in, and what ends them."""

import asyncio

import aiohttp
import pytest

from node.domain.moderation import Sanction
from node.services.house import moderate
from node.store.access import hashes, oauth
from node.store.tables import accounts as accounts_table
from tests.client import App, app_of
from tests.rows import each_row
from tests.web.listening import SECONDS, connect, hub_of, note, refused
from web.streaming import frames, handlers, hub

pytestmark = pytest.mark.usefixtures("each_database")


@pytest.fixture
async def ada(site) -> App:
    return await app_of(site.peer, "ada")


@pytest.fixture
async def ben(site) -> App:
    return await app_of(site.peer, "ben")


# -- coming in --------------------------------------------------------------------------------------------------------


async def test_a_token_is_taken_from_header_query_or_protocol_which_is_echoed(ada):
    for stream in (
        await connect(ada, "stream=user"),
        await connect(ada, f"stream=user&access_token={ada.token}", X="y"),
        await connect(ada, "stream=user", **{"Sec-WebSocket-Protocol": ada.token}),
    ):
        await stream.settle()
    url = f"{ada.peer.origin}/api/v1/streaming"
    async with ada.peer.http.ws_connect(url, protocols=[ada.token]) as socket:
        assert socket.protocol == ada.token


@each_row(
    "query, headers, status",
    [
        ("stream=user", {"X": "y"}, 401),
        ("stream=user", {"Authorization": "Bearer nonsense"}, 401),
        ("stream=user&access_token=nonsense", {"X": "y"}, 401),
        ("stream=user", {"Sec-WebSocket-Protocol": "nonsense"}, 401),
        ("stream=nonsense", {}, 400),
        ("stream=hashtag", {}, 400),
        ("stream=list&list=x", {}, 400),
        ("stream=list&list=12", {}, 404),
    ],
)
async def test_what_is_wrong_is_refused_before_the_upgrade(ada, query, headers, status):
    assert await refused(ada, query, **headers) == status


async def test_each_stream_needs_its_scope(site):
    app = await app_of(site.peer, "cleo", scopes="read:notifications")
    for query in ("stream=user", "stream=public", "stream=hashtag&tag=x", "stream=direct"):
        assert await refused(app, query) == 403
    stream = await connect(app, "stream=user:notification")
    await stream.socket.send_json({"type": "subscribe", "stream": "user"})
    assert (await stream.next())["status"] == 403


async def test_a_token_without_notifications_hears_none_of_them(ada, site):
    reader = App(site.peer, await site.peer.token(ada.me, "read:statuses"), ada.me)
    ben = await app_of(site.peer, "ben")
    await ada.post(f"v1/accounts/{ben.me.id}/follow")
    stream = await connect(reader, "stream=user")
    await note(ben, "Hello @ada")
    assert await stream.events(1) == ["update"]
    await stream.silence()


async def test_one_person_has_ten_streams(ada):
    streams = [await connect(ada, "stream=user") for _ in range(hub.MAX_OF_ONE)]
    assert await refused(ada, "stream=user") == 429
    await streams[0].socket.close()
    await (await connect(ada, "stream=user")).settle()


async def test_without_an_upgrade_there_is_nothing_but_health(ada):
    assert (await ada.ask("GET", "v1/streaming")).status == 404
    answer = await App(ada.peer).ask("GET", "v1/streaming/health")
    assert (answer.status, await answer.text()) == (200, "OK")


# -- staying and going ------------------------------------------------------------------------------------------------


async def test_a_revoked_token_closes_its_streams_at_once(ada, ben):
    stream, other = await connect(ada, "stream=user"), await connect(ben, "stream=user")
    await ada.peer.store.write(oauth.delete_token, hashes.hash_of(ada.token))
    assert await stream.closed() == frames.POLICY
    await other.settle()
    assert await refused(ada, "stream=user") == 401


async def test_who_is_suspended_is_let_go_at_once(ada, site):
    stream, page = await connect(ada, "stream=user"), await connect(ada, "stream=public")
    boss = await site.peer.add_actor("boss")
    await site.store.write(moderate.impose, site.peer.unit(), boss.id, ada.me.id, Sanction.SUSPENDED, "")
    assert [await stream.closed(), await page.closed()] == [frames.POLICY] * 2
    await site.store.write(moderate.lift, site.peer.unit(), boss.id, ada.me.id, Sanction.SUSPENDED)
    assert await refused(ada, "stream=user") == 401  # she signs in anew


async def test_a_suspended_account_hears_nothing_more(ada):
    stream = await connect(ada, "stream=user")
    change = accounts_table.update().where(accounts_table.c.actor_id == ada.me.id).values(state="suspended")
    await ada.peer.store.write(lambda conn: conn.execute(change))
    await hub_of(ada.peer).tick()  # a command of another process: nobody signalled
    assert await stream.closed() == frames.POLICY


async def test_a_silent_reader_is_pinged_and_then_let_go(ada, monkeypatch):
    """A ping, then the end (STR7)."""
    now = [100.0]
    found = hub_of(ada.peer)
    monkeypatch.setattr(found, "_monotonic", lambda: now[0])
    url = f"{ada.peer.origin}/api/v1/streaming?stream=user&access_token={ada.token}"
    socket = await ada.peer.http.ws_connect(url, autoping=False)
    now[0] += hub.PING_EVERY
    await found.tick()
    assert (await socket.receive(timeout=SECONDS)).type is aiohttp.WSMsgType.PING
    now[0] += hub.DEAD_AFTER - hub.PING_EVERY
    await found.tick()
    assert found.size == 1
    now[0] += 1
    await found.tick()
    messages = [await socket.receive(timeout=SECONDS) for _ in range(2)]
    assert messages[-1].type is aiohttp.WSMsgType.CLOSE
    assert found.size == 0


async def test_a_pong_keeps_a_stream_alive(ada, monkeypatch):
    now = [100.0]
    found = hub_of(ada.peer)
    monkeypatch.setattr(found, "_monotonic", lambda: now[0])
    stream = await connect(ada, "stream=user")
    for _ in range(5):
        now[0] += hub.PING_EVERY
        await found.tick()
        await stream.settle()  # what was sent before, the pong, has been read
    assert found.size == 1


async def test_a_slow_reader_is_dropped_and_memory_stays(ada):
    """Who never reads: once the system's buffers are full, 256 messages wait and no more."""
    reader, writer = await asyncio.open_connection(*ada.peer.origin.removeprefix("http://").split(":"))
    request = (
        f"GET /api/v1/streaming?stream=user&access_token={ada.token} HTTP/1.1\r\n"
        f"Host: {ada.peer.origin.removeprefix('http://')}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    writer.write(request.encode())
    assert b"101" in await reader.readline()
    found = hub_of(ada.peer)
    (connection,) = found._connections
    frame = frames.text_frame(b"x" * 60_000)
    written = 0
    while not connection.is_closed:
        assert written < 1_000
        connection.write(frame)
        written += 1
    assert connection.transport.get_write_buffer_size() <= (frames_kept := 257 * len(frame)), frames_kept
    assert found.size == 0
    writer.transport.abort()


@pytest.mark.parametrize(
    ("send", "code"),
    [
        (lambda socket: socket.send_str("x" * 5_000), 1009),
        (lambda socket: socket.send_bytes(b"binary"), 1003),
    ],
)
async def test_huge_and_binary_messages_close(ada, send, code):
    stream = await connect(ada, "stream=user")
    await send(stream.socket)
    assert await stream.closed() == code


async def test_nonsense_is_passed_over_and_floods_are_bounded(ada):
    stream = await connect(ada, "stream=user")
    for text in ("not json", "[]", "12", '{"type": "dance"}', '{"type": "subscribe", "stream": 7}'):
        await stream.socket.send_str(text)
    assert await stream.next() == {"error": "Unknown stream type", "status": 400}
    for number in range(hub.MAX_CHANNELS + 20):
        await stream.socket.send_json({"type": "subscribe", "stream": "hashtag", "tag": f"t{number}"})
    refused = [(await stream.next())["status"] for _ in range(21)]
    assert refused == [429] * 21
    await stream.settle()
    await stream.socket.close()


async def test_who_says_too_much_is_let_go(ada, monkeypatch):
    """Each message may cost a look into the database, which no limit of requests counts."""
    now = [100.0]
    monkeypatch.setattr(hub_of(ada.peer), "_monotonic", lambda: now[0])
    stream = await connect(ada, "stream=user")
    for _ in range(handlers.MAX_SAID - 1):
        await stream.socket.send_json({"type": "subscribe", "stream": "list", "list": "7"})
        assert (await stream.next())["status"] == 404
    now[0] += handlers.SAID_WITHIN + 1
    for _ in range(handlers.MAX_SAID):
        await stream.socket.send_json({"type": "subscribe", "stream": "list", "list": "7"})
    for _ in range(handlers.MAX_SAID):
        assert (await stream.next())["status"] == 404
    await stream.socket.send_str("And one more")
    assert await stream.closed() == frames.POLICY
