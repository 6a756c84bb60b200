"""Streams as apps listen to them, and what happens on a node that they may hear."""

import asyncio
import io
import itertools
from dataclasses import dataclass

import aiohttp
import orjson

from node.domain.filters import FilterAction
from node.domain.visibility import Visibility
from node.services.news import happened, news
from node.services.people import filters
from node.store.database.engine import send
from node.store.posts import burying, objects, reactions
from node.store.posts.reactions import Reaction
from tests import media_files as files
from tests.client import App
from tests.network import Peer
from tests.notes import publish_note
from web.streaming import hub
from web.streaming.handlers import HUB

SECONDS = 30
_silences = itertools.count()
HIDES_GOLF = filters.Draft("x", ["home"], FilterAction.HIDE, keywords=[filters.KeywordChange(keyword="golf")])


@dataclass
class Stream:
    """One app's socket."""

    peer: Peer
    socket: aiohttp.ClientWebSocketResponse

    async def next(self):
        """``(stream, event, payload)`` of the next message."""
        said = orjson.loads(await self.socket.receive_str(timeout=SECONDS))
        if "event" not in said:
            return said
        payload = said.get("payload")
        if payload is not None and said["event"] not in {"delete", "announcement.delete"}:
            payload = orjson.loads(payload)
        return said["stream"], said["event"], payload

    async def events(self, number):
        return [(await self.next())[1] for _ in range(number)]

    async def labels(self, event, number):
        """The streams by which one post arrived."""
        heard = [await self.next() for _ in range(number)]
        assert [name for _, name, _ in heard] == [event] * number
        assert len({post["id"] for *_, post in heard}) <= 1
        return {tuple(label) for label, *_ in heard}

    async def subscribe(self, stream, **more):
        """Wait until it is in force."""
        await self.socket.send_json({"type": "subscribe", "stream": stream, **more})
        await self.settle()

    async def settle(self):
        """What was sent has been read: sockets are read in order, and an unknown stream is answered."""
        await self.socket.send_json({"type": "subscribe", "stream": "nonsense"})
        assert await self.next() == {"error": "Unknown stream type", "status": 400}

    async def silence(self):
        """Nothing has arrived when all that happened is told, by the time when something that surely comes has.

        What the database tells comes in the order of commits, so a message of our own comes last.
        """
        back, topic = asyncio.Event(), f"silence {next(_silences)}"
        self.peer.store.hear(topic, lambda _: back.set())
        await self.peer.store.write(send, topic, "?")
        await back.wait()
        await hub_of(self.peer).settle()
        await self.settle()

    async def closed(self):
        message = await self.socket.receive(timeout=SECONDS)
        assert message.type is aiohttp.WSMsgType.CLOSE, message
        return message.data


async def connect(app: App, query: str = "", **headers: str) -> Stream:
    url = f"{app.peer.origin}/api/v1/streaming?{query}"
    asked = headers or {"Authorization": f"Bearer {app.token}"}
    return Stream(app.peer, await app.peer.http.ws_connect(url, headers=asked, autoping=True))


async def refused(app: App, query: str, **headers: str) -> int:
    """The status that a handshake is answered with."""
    handshake = {
        "Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    }  # fmt: skip
    asking = App(app.peer, None if headers else app.token)
    answer = await asking.ask("GET", f"v1/streaming?{query}", headers={**handshake, **headers})
    return answer.status


def hub_of(peer) -> hub.Hub:
    return peer.runner.app[HUB]


async def note(app, text, visibility=Visibility.PUBLIC, **more):
    return await app.peer.store.write(publish_note, app.peer.unit(), app.me.id, text, visibility, **more)


async def picture(app):
    """The id of an upload."""
    form = aiohttp.FormData({"file": io.BytesIO(files.picture())})
    return (await app.call("POST", "v2/media", data=form))["id"]


async def share(app, found):
    unit = app.peer.unit()

    def act(conn):
        new = Reaction(unit.ids.new(), app.me.id, found.id, reactions.SHARE, "", f"urn:{unit.ids.new()}", unit.now)
        reactions.insert_reaction(conn, new)
        owners = [row[0] for row in conn.exec_driver_sql("SELECT follower_id FROM follows")]
        rows = [{"owner_id": each, "id": new.id, "object_id": found.id, "shared_by_id": app.me.id} for each in owners]
        objects.insert_home_entries(conn, rows)
        news.tell(conn, unit, happened.Shared(new.id, app.me.id, found.id))
        return new.id

    return await app.peer.store.write(act)


async def delete(app, found):
    def act(conn):
        news.tell(conn, app.peer.unit(), happened.Deleted(found))
        burying.bury(conn, found, app.peer.unit().now)

    await app.peer.store.write(act)
