"""What is not for everybody: where it may not be found, by whom, and that it does not leave."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import aiohttp
import orjson
import pytest
import pytest_asyncio

from tests.client import App, app_of
from tests.network import Network, Peer, network

pytestmark = pytest.mark.asyncio(loop_scope="package")

WORD = "quokka"
HIDDEN = ["local", "private", "direct"]


@dataclass
class Scene:
    """Ada here has said something for each audience. Ben there follows her; dan there and gus here are strangers, gus
    being a member of the same node, so that ``local`` posts are for him, too."""

    net: Network
    here: Peer
    there: Peer
    ada: App
    apps: dict[str, App]
    said: dict[str, Any]
    streamed: dict[str, str]

    def named(self, path: str, visibility: str) -> str:
        posted = self.said[visibility]
        return path.format(
            id=posted["id"], root=self.said["root"]["id"], uri=posted["uri"], url=posted["url"],
            ada=self.ada.me.id, word=f"{WORD}{visibility}", host=self.here.system.node.config.host,
        )  # fmt: skip


@pytest_asyncio.fixture(scope="module", loop_scope="package")
async def scene(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Scene]:
    async with network(tmp_path_factory.mktemp("scene"), "uni", "museum") as net:
        here, there = net.peers
        ada, gus = await app_of(here, "ada"), await app_of(here, "gus")
        ben, dan = await app_of(there, "ben"), await app_of(there, "dan")
        await ada.patch("v1/accounts/update_credentials", indexable=True, discoverable=True)
        await there.follow(ben.me, ada.me.uri)
        await net.settle()
        apps = {"member": gus, "nobody": App(here), "follower": ben, "stranger": dan, "nobody there": App(there)}
        streamed = {}
        sockets = {
            name: await app.peer.http.ws_connect(f"{app.peer.origin}/api/v1/streaming?access_token={app.token}")
            for name, app in apps.items()
            if app.token
        }
        for socket in sockets.values():
            for stream in ("user", "public", "public:local", "public:remote", "direct"):
                await socket.send_json({"type": "subscribe", "stream": stream})
            await socket.send_json({"type": "subscribe", "stream": "hashtag", "tag": WORD})
            await socket.send_json({"type": "subscribe", "stream": "nonsense"})
            await socket.receive_str(timeout=30)
        said = {"root": await _say(ada, "open to all")}
        await net.settle()
        for visibility in HIDDEN:
            text = f"{WORD}{visibility} #{WORD} https://x.example/{WORD}"
            said[visibility] = await _say(ada, text, visibility=visibility, in_reply_to_id=said["root"]["id"])
        await net.settle()
        said["last"] = await _say(ada, "the last")
        await net.settle()
        for name, socket in sockets.items():
            streamed[name] = await _heard(socket)
        yield Scene(net, here, there, ada, apps, said, streamed)


async def _say(app: App, text: str, **more: Any) -> Any:
    return await app.call("POST", "v1/statuses", json={"status": text, **more})


async def _heard(socket: aiohttp.ClientWebSocketResponse) -> str:
    """Everything until now: an unknown stream is answered after it."""
    await socket.send_json({"type": "subscribe", "stream": "nonsense"})
    heard = ""
    while "error" not in orjson.loads(said := await socket.receive_str(timeout=30)):
        heard += said
    await socket.close()
    return heard


#: Here, for whoever may not read it.
PLACES = [
    "v1/statuses/{id}", "v1/statuses?id[]={id}", "v1/statuses/{root}/context", "v1/statuses/{id}/context",
    "v1/statuses/{id}/history", "v1/statuses/{id}/source", "v1/statuses/{id}/favourited_by", "v1/polls/{id}",
    "v1/timelines/public", "v1/timelines/public?local=true", "v1/timelines/tag/quokka",
    "v1/timelines/link?url=https://x.example/quokka", "v1/accounts/{ada}/statuses",
    "v1/accounts/{ada}/statuses?tagged=quokka", "v1/accounts/{ada}/statuses?pinned=true", "v1/trends/statuses",
    "v1/trends/tags", "v1/trends/links", "v2/search?q={word}", "v2/search?q=quokka&type=statuses", "/tags/quokka",
    "/@ada", "/@ada/p{id}", "{uri}", "{uri}/replies", "{url}", "/ap/a/{ada}/outbox?page=true", "/ap/a/{ada}/outbox",
    "/ap/a/{ada}/featured", "/", "/resources",
]  # fmt: skip
#: What is told about a status, for whoever may not read it: not even that there is something.
WHO = [("local", "nobody"), ("private", "nobody"), ("direct", "nobody"), ("private", "member"), ("direct", "member")]


@pytest.mark.parametrize("accept", ["application/json", "application/activity+json", "text/html"])
@pytest.mark.parametrize(("visibility", "who"), WHO)
async def test_it_is_found_nowhere_here(scene, visibility, who, accept):
    for place in PLACES:
        path = scene.named(place, visibility).removeprefix(scene.here.origin)
        answer = await scene.apps[who].ask("GET", path, headers={"Accept": accept})
        text = await answer.text()
        assert answer.status < 500, path
        asked = " " if "quokka" in path else ""  # what was looked for may be repeated
        assert f"{WORD}{visibility}{asked}" not in text, (path, text[:500])
        assert scene.said[visibility]["uri"] not in text or str(answer.status) != "200", path


@pytest.mark.parametrize("act", ["favourite", "reblog", "bookmark", "mute", "pin", "translate"])
@pytest.mark.parametrize(("visibility", "who"), [each for each in WHO if each[1] == "member"])
async def test_nothing_is_done_to_it(scene, visibility, who, act):
    await scene.apps[who].post(f"v1/statuses/{scene.said[visibility]['id']}/{act}", 404)


@pytest.mark.parametrize(("visibility", "may"), [("local", True), ("private", False), ("direct", False)])
async def test_members_read_what_is_for_members(scene, visibility, may):
    await scene.apps["member"].get(f"v1/statuses/{scene.said[visibility]['id']}", 200 if may else 404)


@pytest.mark.parametrize(("visibility", "arrives"), [("local", False), ("private", True), ("direct", False)])
async def test_it_is_delivered_to_followers_or_nobody(scene, visibility, arrives):
    found = await scene.there.object(scene.said[visibility]["uri"])
    assert (found is not None) is arrives
    if found is not None:
        await scene.apps["follower"].get(f"v1/statuses/{found.id}")
        for who in ("stranger", "nobody there"):
            await scene.apps[who].get(f"v1/statuses/{found.id}", 404)


@pytest.mark.parametrize("visibility", HIDDEN)
async def test_strangers_elsewhere_do_not_get_it(scene, visibility):
    posted = scene.said[visibility]
    for who in ("stranger", "nobody there"):
        app = scene.apps[who]
        for path in ("v1/timelines/public", "v1/timelines/public?remote=true", "v1/timelines/tag/quokka"):
            assert f"{WORD}{visibility}" not in await (await app.ask("GET", path)).text()
    for asked in (posted["uri"], posted["url"]):
        found = await scene.apps["stranger"].get("v2/search", q=asked, resolve=True)
        assert found["statuses"] == []


@pytest.mark.parametrize(
    ("who", "heard"), [("member", set()), ("stranger", set()), ("follower", {"private"})]
)  # fmt: skip
async def test_streams_tell_it_to_nobody_else(scene, who, heard):
    assert "the last" in scene.streamed[who]
    told = {each for each in HIDDEN if f"{WORD}{each}" in scene.streamed[who]}
    assert told - {"local"} == heard
    assert "local" not in told or who == "member"


async def test_what_members_say_among_themselves_is_in_no_outgoing_request(scene):
    """Nothing that was recorded for others names the post, not even its deletion."""
    posted = await _say(scene.ada, "among us", visibility="local")
    await scene.ada.call("PUT", f"v1/statuses/{posted['id']}", json={"status": "still among us"})
    await scene.ada.delete(f"v1/statuses/{posted['id']}")
    before = len(await scene.there.outcomes())
    await scene.net.settle()
    assert len(await scene.there.outcomes()) == before


async def test_who_is_mentioned_elsewhere_does_not_get_what_stays_among_members(scene):
    """Not by delivery, and not by asking for it with her own signature either."""
    there = scene.apps["stranger"]
    posted = await _say(scene.ada, f"among us, about @{there.me.username}@{there.me.host}", visibility="local")
    await scene.net.settle()
    assert await scene.there.object(posted["uri"]) is None
    for asked in (posted["uri"], posted["url"]):
        assert (await there.get("v2/search", q=asked, resolve=True))["statuses"] == []
