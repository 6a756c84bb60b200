"""Streams: what arrives, and for whom it is rendered."""

import pytest

from node.domain.visibility import Visibility
from node.services.news import happened, news
from tests.client import App, app_of
from tests.records import record
from tests.web.listening import connect, delete, note, picture, refused, share

pytestmark = pytest.mark.usefixtures("each_database")


@pytest.fixture
async def ada(site) -> App:
    return await app_of(site.peer, "ada")


@pytest.fixture
async def ben(site) -> App:
    return await app_of(site.peer, "ben")


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
