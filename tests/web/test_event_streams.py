"""The same streams as server-sent events."""

import asyncio

import orjson
import pytest

from node.store.access import hashes
from node.store.tables import access_tokens
from tests.client import App, app_of
from tests.rows import each_row
from tests.web.listening import hub_of, note

pytestmark = pytest.mark.usefixtures("each_database")


@pytest.fixture
async def ada(site) -> App:
    return await app_of(site.peer, "ada")


@pytest.fixture
async def ben(site) -> App:
    return await app_of(site.peer, "ben")


async def test_an_event_stream_says_the_same(ada, ben):
    url = f"{ada.peer.origin}/api/v1/streaming/user?access_token={ada.token}"
    async with ada.peer.http.get(url) as answer:
        assert answer.status == 200
        assert answer.content_type == "text/event-stream"
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert await answer.content.readline() == b":thump\n"
        posted = await note(ada, "Hello")
        assert await answer.content.readline() == b"event: update\n"
        data = (await answer.content.readline()).removeprefix(b"data: ")
        assert orjson.loads(data)["id"] == str(posted.id)
        assert await answer.content.readline() == b"\n"
        found = hub_of(ada.peer)
        found._pinged_at = -1_000.0
        await found.tick()
        assert await answer.content.readline() == b":thump\n"
        change = access_tokens.delete().where(access_tokens.c.token_hash == hashes.hash_of(ada.token))
        await ada.peer.store.write(lambda conn: conn.execute(change))
        await found.tick()
        assert await answer.content.read() == b""
        assert found.size == 0


async def test_an_event_stream_takes_no_head(ada):
    """The answer to a HEAD has no body; what an event stream writes would be read as the answer to the next request."""
    for path in ("v1/streaming/user", "v1/streaming/public", "v1/streaming", "/live"):
        assert (await ada.ask("HEAD", path)).status == 405


async def test_an_event_stream_needs_chunks(ada):
    """A proxy that speaks HTTP/1.0, as some do unless they are told, hears why it gets nothing."""
    host = ada.peer.origin.removeprefix("http://")
    reader, writer = await asyncio.open_connection(*host.split(":"))
    asked = f"GET /api/v1/streaming/user HTTP/1.0\r\nHost: {host}\r\nAuthorization: Bearer {ada.token}\r\n\r\n"
    writer.write(asked.encode())
    answer = await reader.read()
    assert b" 505 " in answer.splitlines()[0]
    assert b'{"error":"This needs HTTP/1.1' in answer
    writer.close()


@each_row(
    "path",
    [
        "user",
        "user/notification",
        "public",
        "public/local",
        "public/remote",
        "public?only_media=true",
        "direct",
        "hashtag?tag=x",
        "hashtag/local?tag=x",
        "list?list={own}",
    ],
)
async def test_each_stream_has_an_event_stream(ada, ben, path):
    own, other = [(await app.post("v1/lists", title="Friends"))["id"] for app in (ada, ben)]
    url = f"{ada.peer.origin}/api/v1/streaming/{path.format(own=own)}"
    async with ada.peer.http.get(url, headers={"Authorization": f"Bearer {ada.token}"}) as answer:
        assert (answer.status, await answer.content.readline()) == (200, b":thump\n")
    assert (await ada.ask("GET", f"v1/streaming/list?list={other}")).status == 404


@each_row("path, status", [("user", 401), ("nonsense", 401), ("public/local", 401), ("list?list=1", 401)])
async def test_an_event_stream_needs_a_token(site, path, status):
    assert (await App(site.peer).ask("GET", f"v1/streaming/{path}")).status == status
