"""Streams: who is let in, what arrives, for whom it is rendered, and what ends them."""

import asyncio
import io
import itertools
from contextlib import AsyncExitStack
from dataclasses import dataclass

import aiohttp
import orjson
import pytest
from aiohttp import web

from node.app.serving import build_app
from node.app.system import opened
from node.config import configure
from node.domain.filters import FilterAction
from node.domain.moderation import Sanction
from node.domain.visibility import Visibility
from node.services.house import moderate
from node.services.news import happened, news
from node.services.people import filters
from node.store.access import hashes, oauth
from node.store.database.engine import send
from node.store.posts import burying, objects, reactions
from node.store.posts.reactions import Reaction
from node.store.tables import access_tokens
from node.store.tables import accounts as accounts_table
from tests import answers, ports, stores
from tests import media_files as files
from tests.client import App, app_of
from tests.network import SECRET, Peer, network
from tests.notes import publish_note
from tests.records import record
from tests.rows import each_row
from web.streaming import frames, handlers, hub
from web.streaming.handlers import HUB

postgresql = stores.postgresql
pytestmark = pytest.mark.usefixtures("each_database")
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


@pytest.fixture
async def ada(site) -> App:
    return await app_of(site.peer, "ada")


@pytest.fixture
async def ben(site) -> App:
    return await app_of(site.peer, "ben")


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


# -- what arrives -----------------------------------------------------------------------------------------------------


async def test_home_hears_posts_boosts_edits_deletions_and_notifications(ada, ben):
    await ben.post(f"v1/accounts/{ada.me.id}/follow")
    stream = await connect(ben, "stream=user")
    posted = await note(ada, "Hello @ben")
    label, event, status = await stream.next()
    assert (label, event, status["id"]) == (["user"], "update", str(posted.id))
    assert status == await ben.get(f"v1/statuses/{posted.id}")
    _, event, told = await stream.next()
    assert (event, told["type"], told["status"]["id"]) == ("notification", "mention", str(posted.id))
    await ada.peer.store.write(lambda conn: news.tell(conn, ada.peer.unit(), happened.Edited(posted.id)))
    assert (await stream.next())[1] == "status.update"
    cleo = await app_of(ada.peer, "cleo")
    other = await note(cleo, "From elsewhere")
    shared = await share(ada, other)
    _, event, status = await stream.next()
    assert (event, status["id"], status["reblog"]["id"]) == ("update", str(shared), str(other.id))
    await delete(ada, posted)
    assert await stream.next() == (["user"], "delete", str(posted.id))


async def test_what_is_not_for_somebody_does_not_arrive(ada, ben):
    stream = await connect(ben, "stream=user&x=1")
    await stream.subscribe("public")
    await note(ada, "Not followed", Visibility.UNLISTED)
    await note(ada, "For followers", Visibility.FOLLOWERS)
    await note(ada, "For nobody", Visibility.DIRECT)
    hidden = await note(ada, "For members", Visibility.ORGANISATION)
    await delete(ada, hidden)
    await note(ada, "Seen")
    label, event, status = await stream.next()
    assert (label, event) == (["public"], "update")
    assert "Seen" in status["content"]
    await stream.silence()


async def test_blocks_mutes_and_filters_hold_while_listening(ada, ben):
    stream = await connect(ben, "stream=public")
    await ben.post("v2/filters", title="x", context=["public"], filter_action="hide",
                   keywords_attributes=[{"keyword": "golf"}])  # fmt: skip
    await note(ada, "golf")
    await stream.silence()
    await ben.post(f"v1/accounts/{ada.me.id}/mute")
    await note(ada, "muted")
    await stream.silence()
    await ben.post(f"v1/accounts/{ada.me.id}/unmute")
    await ada.post(f"v1/accounts/{ben.me.id}/block")
    await note(ada, "blocked")
    await stream.silence()
    await ada.post(f"v1/accounts/{ben.me.id}/unblock")
    await note(ada, "Seen")
    assert "Seen" in (await stream.next())[2]["content"]


async def test_public_streams_and_hashtags_are_apart(ada, ben):
    stream = await connect(ben, "stream=public:local")
    for name, more in (("public:remote", {}), ("public:local:media", {}), ("hashtag", {"tag": "#Casting"})):
        await stream.subscribe(name, **more)
    await note(ada, "Hello #casting")
    heard = [(await stream.next())[0] for _ in range(2)]
    assert sorted(heard) == [["hashtag", "#Casting"], ["public:local"]]
    await stream.socket.send_json({"type": "unsubscribe", "stream": "public:local"})
    posted = await note(ada, "Hello again #casting", in_reply_to=None)
    assert (await stream.next())[0] == ["hashtag", "#Casting"]
    await note(ada, "An answer", in_reply_to=posted.uri)
    await stream.silence()


async def test_every_stream_is_named_as_it_was_asked_for_and_ends_alone(ada, ben):
    """All streams over one socket: a post, its change, its deletion; then none of them, one after the other."""
    await ben.post(f"v1/accounts/{ada.me.id}/follow")
    made = await ben.post("v1/lists", title="Friends")
    await ben.post(f"v1/lists/{made['id']}/accounts", account_ids=[str(ada.me.id)])
    wanted = {("user",): {}, ("list", made["id"]): {"list": made["id"]}}
    for name in ("public", "public:media", "public:local", "public:local:media"):
        wanted[name,] = {}
    for name in ("hashtag", "hashtag:local"):
        wanted[name, "Straße"] = {"tag": "Straße"}
    others = {("user:notification",): {}, ("direct",): {}, ("public:remote",): {}, ("public:remote:media",): {}}
    stream = await connect(ben)
    for (name, *_), more in (wanted | others).items():
        await stream.subscribe(name, **more)
    posted = await ada.post("v1/statuses", status="Hello #STRASSE", media_ids=[await picture(ada)])
    assert await stream.labels("update", len(wanted)) == wanted.keys()
    await ada.put(f"v1/statuses/{posted['id']}", status="Hello again #strasse")
    assert await stream.labels("status.update", len(wanted)) == wanted.keys()
    while wanted:
        (name, *_), more = wanted.popitem()
        await stream.socket.send_json({"type": "unsubscribe", "stream": name, **more})
        await stream.settle()
        await ada.post("v1/statuses", status="More #strasse", media_ids=[await picture(ada)])
        assert await stream.labels("update", len(wanted)) == wanted.keys()
        await stream.silence()


async def test_streams_hear_what_timelines_show(ada, ben, site):
    """Resources with their topics, too; no direct messages on lists."""
    await ben.post(f"v1/accounts/{ada.me.id}/follow")
    made = await ben.post("v1/lists", title="Friends")
    await ben.post(f"v1/lists/{made['id']}/accounts", account_ids=[str(ada.me.id)])
    stream = await connect(ben)
    for name, more in (("public", {}), ("hashtag", {"tag": "bronze"}), ("list", {"list": made["id"]})):
        await stream.subscribe(name, **more)
    published = await site.peer.publish(record(keywords=["Bronze", "Casting"]))
    assert await stream.labels("update", 2) == {("public",), ("hashtag", "bronze")}
    for path in ("public", "tag/bronze"):
        assert [each["id"] for each in await ben.get(f"v1/timelines/{path}")] == [str(published.object_id)]
    await ada.post("v1/statuses", status="Hello @ben", visibility="direct")
    await stream.silence()
    assert await ben.get(f"v1/timelines/list/{made['id']}") == []


async def test_home_leaves_out_boosts_and_people_that_are_not_wanted_there(ada, ben):
    cleo = await app_of(ada.peer, "cleo")
    await ben.post(f"v1/accounts/{ada.me.id}/follow", reblogs=False)
    stream = await connect(ben, "stream=user")
    other = await cleo.post("v1/statuses", status="Of a stranger")
    await ada.post(f"v1/statuses/{other['id']}/reblog")
    await stream.silence()
    made = await ben.post("v1/lists", title="Apart", exclusive=True)
    await ben.post(f"v1/lists/{made['id']}/accounts", account_ids=[str(ada.me.id)])
    await ada.post("v1/statuses", status="For the list")
    await stream.silence()
    assert await ben.get("v1/timelines/home") == []
    await ben.delete(f"v1/lists/{made['id']}")
    posted = await ada.post("v1/statuses", status="Seen")
    assert (await stream.next())[2]["id"] == posted["id"]


async def test_what_one_writes_oneself_is_heard_whatever_filters_hide(ada, ben):
    words = [{"keyword": "golf"}]
    await ada.post("v2/filters", title="x", context=["home"], filter_action="hide", keywords_attributes=words)
    await ada.post(f"v1/accounts/{ben.me.id}/follow")
    stream = await connect(ada, "stream=user")
    await note(ben, "golf")
    own = await note(ada, "golf of mine")
    assert (await stream.next())[2]["id"] == str(own.id)
    assert [each["id"] for each in await ada.get("v1/timelines/home")] == [str(own.id)], "as the timeline shows it"


async def test_lists_leave_out_boosts_that_are_not_wanted(site, ada, ben):
    cleo = await app_of(site.peer, "cleo")
    await ada.post(f"v1/accounts/{ben.me.id}/follow", reblogs=False)
    made = await ada.post("v1/lists", title="x")
    path = f"v1/timelines/list/{made['id']}"
    await ada.post(f"v1/lists/{made['id']}/accounts", account_ids=[str(ben.me.id)])
    stream = await connect(ada, f"stream=list&list={made['id']}")
    said = [await note(cleo, text) for text in ("first", "second")]
    await ben.post(f"v1/statuses/{said[0].id}/reblog")
    own = await note(ben, "ben's own")
    assert (await stream.next())[2]["id"] == str(own.id)
    assert [each["id"] for each in await ada.get(path)] == [str(own.id)]
    await ada.post(f"v1/accounts/{ben.me.id}/follow", reblogs=True)
    await ben.post(f"v1/statuses/{said[1].id}/reblog")
    assert (await stream.next())[2]["reblog"]["id"] == str(said[1].id)
    assert [(each["reblog"] or each)["id"] for each in await ada.get(path)] == [
        str(each.id) for each in (said[1], own, said[0])
    ]


async def test_quotes_of_people_whom_one_has_turned_away_say_so(ada, ben):
    """Apps hide them behind a button: in lists and streams, for who turned away alone, and no longer than that."""
    cleo = await app_of(ada.peer, "cleo")
    quoted = await cleo.post("v1/statuses", status="Of cleo")
    streams = {app.token: await connect(app, "stream=public") for app in (ben, ada)}
    for act, undo, state in (("mute", "unmute", "muted_account"), ("block", "unblock", "blocked_account")):
        await ben.post(f"v1/accounts/{cleo.me.id}/{act}")
        quoting = await ada.post("v1/statuses", status="Look", quoted_status_id=quoted["id"])
        for app, expected in ((ben, state), (ada, "accepted")):
            _, _, heard = await streams[app.token].next()
            shown = await app.get(f"v1/statuses/{quoting['id']}")
            assert heard["quote"] == shown["quote"]
            assert (shown["quote"]["state"], shown["quote"]["quoted_status"]["id"]) == (expected, quoted["id"])
        await ben.post(f"v1/accounts/{cleo.me.id}/{undo}")
        assert (await ben.get(f"v1/statuses/{quoting['id']}"))["quote"]["state"] == "accepted"


async def test_nobody_learns_of_a_deletion_of_what_was_not_for_her(ada, ben):
    await ben.post(f"v1/accounts/{ada.me.id}/follow")
    made = await ben.post("v1/lists", title="Friends")
    await ben.post(f"v1/lists/{made['id']}/accounts", account_ids=[str(ada.me.id)])
    stream = await connect(ben, f"stream=list&list={made['id']}")
    for visibility, is_told in (("direct", False), ("private", True), ("unlisted", True)):
        posted = await ada.post("v1/statuses", status="Secret", visibility=visibility)
        assert await stream.events(is_told) == ["update"][:is_told]  # before it is gone, or there is nothing to show
        await stream.silence()
        await ada.delete(f"v1/statuses/{posted['id']}")
        assert await stream.events(is_told) == ["delete"][:is_told]
        await stream.silence()


async def test_a_list_hears_its_members(ada, ben):
    await ben.post(f"v1/accounts/{ada.me.id}/follow")
    made = await ben.post("v1/lists", title="Friends")
    await ben.post(f"v1/lists/{made['id']}/accounts", account_ids=[str(ada.me.id)])
    stream = await connect(ben, f"stream=list&list={made['id']}")
    posted = await note(ada, "Hello")
    assert (await stream.next())[:2] == (["list", made["id"]], "update")
    await delete(ada, posted)
    assert (await stream.next())[1] == "delete"
    assert await refused(ada, f"stream=list&list={made['id']}") == 404


async def test_direct_hears_conversations_and_notifications_have_their_own(ada, ben):
    direct, told = await connect(ben, "stream=direct"), await connect(ben, "stream=user:notification")
    posted = await note(ada, "@ben Hello", Visibility.DIRECT)
    label, event, conversation = await direct.next()
    assert (label, event, conversation["unread"]) == (["direct"], "conversation", True)
    assert conversation["last_status"]["id"] == str(posted.id)
    assert (await told.next())[:2] == (["user:notification"], "notification")


async def test_each_change_of_filters_is_told(ada):
    stream = await connect(ada, "stream=user")
    made = await ada.post("v2/filters", title="x", context=["home"])
    path = f"v2/filters/{made['id']}"
    word = await ada.post(f"{path}/keywords", keyword="golf")
    await ada.put(f"v2/filters/keywords/{word['id']}", keyword="tennis")
    await ada.delete(f"v2/filters/keywords/{word['id']}")
    await ada.put(path, title="y")
    await ada.delete(path)
    first = await ada.post("v1/filters", phrase="golf", context=["home"])
    await ada.delete(f"v1/filters/{first['id']}")
    for _ in range(8):
        assert await stream.next() == (["user"], "filters_changed", None)
    await stream.silence()


async def test_merged_requests_are_told(ada, ben):
    await ada.patch("v2/notifications/policy", for_not_following="filter")
    stream, told = await connect(ada, "stream=user"), await connect(ada, "stream=user:notification")
    await note(ben, "@ada Hello")
    await stream.silence()
    await told.silence()
    (request,) = await ada.get("v1/notifications/requests")
    await ada.post(f"v1/notifications/requests/{request['id']}/accept")
    assert await stream.next() == (["user"], "notifications_merged", None)
    await note(ben, "@ada Hello again")
    assert (await told.next())[1] == "notification"


async def test_announcements_are_told_from_the_first_to_the_last(site, ben):
    await site.set_up()
    csrf, stream = await site.csrf("/admin/announcements"), await connect(ben, "stream=user")
    await site.post("/admin/announcements", csrf=csrf, text="Closed on Friday")
    (shown,) = await ben.get("v1/announcements")
    label, event, told = await stream.next()
    assert (label, event) == (["user"], "announcement")
    assert told == shown
    await ben.put(f"v1/announcements/{shown['id']}/reactions/👍")
    counted = {"name": "👍", "count": 1, "announcement_id": shown["id"]}
    assert await stream.next() == (["user"], "announcement.reaction", counted)
    await site.post(f"/admin/announcements/{shown['id']}/remove", csrf=csrf)
    assert await stream.next() == (["user"], "announcement.delete", shown["id"])


async def test_each_reader_gets_what_is_hers(ada, ben):
    await ben.post(f"v1/accounts/{ada.me.id}/follow")
    cleo = await app_of(ada.peer, "cleo")
    streams = [await connect(app, "stream=public") for app in (ada, ben, cleo)]
    posted = await note(ada, "Hello")
    for app, stream in zip((ada, ben, cleo), streams, strict=True):
        assert (await stream.next())[2] == await app.get(f"v1/statuses/{posted.id}")


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


async def test_what_happens_elsewhere_is_streamed_here(tmp_path):
    async with network(tmp_path, "hub", "uni") as net:
        here, there = net.peers
        ada, ben = await app_of(here, "ada"), await app_of(there, "ben")
        await here.follow(ada.me, ben.me.uri)
        await net.settle()
        stream, bens = await connect(ada, "stream=user"), await connect(ben, "stream=user")
        posted = await note(ben, f"Hello @ada@{here.system.node.config.host}")
        assert (await bens.next())[1] == "update"
        await net.settle()
        assert await stream.events(2) == ["update", "notification"]
        await delete(ben, posted)
        assert (await bens.next())[1] == "delete"


async def test_every_process_streams_what_another_did(postgresql, tmp_path):
    """Two processes of one node share a database: an app listens at one, the post is written at the other."""
    async with AsyncExitStack() as stack:
        host = f"127.4.0.1:{stack.enter_context(ports.held('127.4.0.1'))}"
        systems = []
        for name in ("web", "worker"):
            config = configure(
                {
                    "node": {
                        "host": host,
                        "scheme": "http",
                        "name": "Uni",
                        "handle": "uni",
                        "data": str(tmp_path / name),
                    },
                    "database": {"url": postgresql},
                    "limits": {"exempt": ["127.0.0.0/8"]},
                    "development": {"allow_loopback_peers": True},
                },
                file=tmp_path / "rhizome.toml",
                secret_key=SECRET,
            )
            (tmp_path / name).mkdir()
            systems.append(await stack.enter_async_context(opened(config)))
        web_system, worker_system = systems
        runner = web.AppRunner(build_app(web_system), access_log=None)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, *host.split(":")).start()
        http = await stack.enter_async_context(aiohttp.ClientSession())
        here = Peer(web_system, runner, http, answers.Watch([]))
        there = Peer(worker_system, runner, http, answers.Watch([]))
        ada = await app_of(here, "ada")
        stream = await connect(ada, "stream=user")
        posted = await there.store.write(publish_note, there.unit(), ada.me.id, "From afar", Visibility.PUBLIC)
        label, event, status = await stream.next()
        assert (label, event, status["id"]) == (["user"], "update", str(posted.id))
        await there.store.write(lambda conn: filters.create(conn, there.unit(), ada.me.id, HIDES_GOLF))
        assert (await stream.next())[1] == "filters_changed"
        ben = await app_of(there, "ben")
        await ada.post(f"v1/accounts/{ben.me.id}/follow")
        for text in ("golf", "chess"):
            await there.store.write(publish_note, there.unit(), ben.me.id, text, Visibility.PUBLIC)
        assert "chess" in (await stream.next())[2]["content"]
        bens = await connect(App(here, ben.token, ben.me), "stream=user")
        await there.store.write(oauth.delete_tokens_of, ben.me.id)
        assert await bens.closed() == frames.POLICY
        boss = await there.add_actor("boss")
        await there.store.write(moderate.impose, there.unit(), boss.id, ada.me.id, Sanction.SUSPENDED, "")
        assert [await stream.closed()] == [frames.POLICY]
