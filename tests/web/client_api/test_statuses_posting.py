"""Posting, editing, deleting and acting on statuses, as apps do; what must not happen, does not."""

import pytest

from node.clock import DAY, HOUR, MINUTE
from tests import media_files
from tests.client import App, app_of
from tests.rows import each_row
from tests.web.client_api.test_media import upload
from web.client_api.entities import statuses
from web.client_api.entities.look import LOOK

pytestmark = pytest.mark.usefixtures("each_database")


@pytest.fixture
async def ada(site):
    return await app_of(site.peer, "ada")


@pytest.fixture
async def ben(site):
    return await app_of(site.peer, "ben")


async def test_a_post_is_what_was_typed(ada, ben):
    typed = "Hello @ben, see https://a.example/x_y_z and #Casting\n2 * 3 * 4 <script>alert(1)</script>\n\n# no heading"
    posted = await say(ada, typed, language="en")
    assert "<script" not in posted["content"]
    assert "2 * 3 * 4" in posted["content"]
    assert posted["content"].endswith("<p># no heading</p>")
    assert [each["acct"] for each in posted["mentions"]] == ["ben"]
    assert [each["name"] for each in posted["tags"]] == ["Casting"]
    assert (posted["language"], posted["visibility"]) == ("en", "public")
    source = await ada.get(f"v1/statuses/{posted['id']}/source")
    assert source == {"id": posted["id"], "text": typed, "spoiler_text": ""}
    await ben.get(f"v1/statuses/{posted['id']}/source", 404)
    assert (await ada.get("v1/timelines/home"))[0]["id"] == posted["id"]


async def test_markdown_where_it_is_asked_for(ada):
    posted = await say(ada, "some **bold** words", content_type="text/markdown")
    assert "<strong>bold</strong>" in posted["content"]


async def say(app, text, status=200, **more):
    return await app.call("POST", "v1/statuses", status, json={"status": text, **more})


@each_row(
    "more",
    [
        {},
        {"visibility": "private", "spoiler_text": "a & b", "language": "de"},
        {"visibility": "direct"},
        {"poll": {"options": ["one", "two"], "expires_in": 600}},
        {"quote_approval_policy": "nobody", "content_type": "text/markdown"},
        {"in_reply_to_id": True},
        {"quoted_status_id": True},
        {"media_ids": True},
    ],
)
async def test_the_answer_is_the_status_as_it_is_read_afterwards(ada, ben, site, more):
    if "media_ids" in more:
        more = {"media_ids": [(await upload(ada, media_files.picture("PNG")))["id"]]}
    elif True in more.values():
        more = dict.fromkeys(more, (await say(ben, "first"))["id"])
    posted = await say(ada, "Hello @ben https://a.example/ #Casting", **more)
    site.peer.runner.app[LOOK].cache.clear()
    assert await ada.get(f"v1/statuses/{posted['id']}") == posted


@each_row(
    "more",
    [
        {},
        {"in_reply_to_id": True},
        {"media_ids": True},
        {"poll": {"options": ["one", "two"], "expires_in": 600}},
    ],
)
async def test_what_is_deleted_before_the_answer_is_answered_as_it_was_posted(ada, ben, site, monkeypatch, more):
    if "media_ids" in more:
        more = {"media_ids": [(await upload(ada, media_files.picture("PNG")))["id"]]}
    elif True in more.values():
        more = dict.fromkeys(more, (await say(ben, "first"))["id"])
    collect, shown = site.peer.store.collect, []

    async def delete_first(fn, asked):
        if fn is statuses.render_each:
            shown.append(await ada.get(f"v1/statuses/{asked[1]}"))
            await ada.delete(f"v1/statuses/{asked[1]}")
        return await collect(fn, asked)

    options = {"json": {"status": "Hello @ben https://a.example/ #Casting", **more}}
    options["headers"] = {"Idempotency-Key": f"deleted {more}"}
    with monkeypatch.context() as patch:
        patch.setattr(site.peer.store, "collect", delete_first)
        posted = await ada.call("POST", "v1/statuses", **options)
    for each in (posted, *shown):
        del each["account"]  # which counts it no longer
        for attachment in each["media_attachments"]:
            del attachment["id"]  # the upload is free again
    assert posted == shown[0]
    await ada.get(f"v1/statuses/{posted['id']}", 404)
    await ada.call("POST", "v1/statuses", 404, **options)
    assert await ada.get("v1/timelines/home") == []
    if "in_reply_to_id" in more:
        assert (await ben.get(f"v1/statuses/{more['in_reply_to_id']}"))["replies_count"] == 0


async def test_the_same_key_posts_once(ada, site):
    """A request that is sent again is answered as before (API7)."""
    options = {"json": {"status": "once"}, "headers": {"Idempotency-Key": "k1"}}
    first = await ada.call("POST", "v1/statuses", **options)
    assert (await ada.call("POST", "v1/statuses", **options))["id"] == first["id"]
    assert len(await ada.get("v1/timelines/home")) == 1
    other = await app_of(site.peer, "cleo")
    assert (await other.call("POST", "v1/statuses", **options))["id"] != first["id"]


@each_row(
    "asked, expected",
    [
        ({"status": ""}, 422),
        ({"status": " \n"}, 422),
        ({"status": "a" * 5001}, 422),
        ({"status": "a", "visibility": "everybody"}, 422),
        ({"status": "a", "in_reply_to_id": "404"}, 404),
        ({"status": "a", "quoted_status_id": "404"}, 404),
        ({"status": "a", "language": "<script>"}, 422),
        ({"status": "a", "media_ids": ["404"]}, 422),
        ({"status": "a", "scheduled_at": "soon"}, 422),
        ({"status": "a", "scheduled_at": "2020-01-01T00:00:00Z"}, 422),
        ({"status": "a", "quote_approval_policy": "me"}, 422),
        ({"status": "a", "poll": {"options": ["one"], "expires_in": 600}}, 422),
        ({"status": "a", "poll": {"options": ["x", "x"], "expires_in": 600}}, 422),
        ({"status": "a", "poll": {"options": ["x", "y"], "expires_in": 1}}, 422),
        ({"status": "a", "poll": {"options": ["x", "y" * 101], "expires_in": 600}}, 422),
        ({"status": "a", "poll": {"options": ["x", "y"], "expires_in": 600}, "media_ids": ["1"]}, 422),
        ({"status": "a", "poll": "x"}, 422),
    ],
)
async def test_what_cannot_be_posted_leaves_nothing(ada, asked, expected):
    answer = await ada.call("POST", "v1/statuses", expected, json=asked)
    assert answer["error"]
    assert await ada.get("v1/timelines/home") == []


async def test_unknown_parameters_change_nothing(ada, ben):
    more = {"account_id": str(ben.me.id), "favourites_count": 99, "id": "1", "uri": "https://x.example", "local": False}
    posted = await say(ada, "mine", **more)
    assert (posted["account"]["acct"], posted["favourites_count"], posted["id"] != "1") == ("ada", 0, True)


async def test_scopes(site):
    """A token without the scope, 403 (API1)."""
    reader = App(site.peer, await site.peer.token((await app_of(site.peer, "ada")).me, "read"))
    await say(reader, "no", status=403)
    await say(App(site.peer), "no", status=401)


async def test_a_text_counts_as_apps_count(ada):
    await say(ada, "a" * 4_976 + " https://a.example/" + "x" * 300)
    posted = await say(ada, "", spoiler_text="only a warning")
    assert (posted["content"], posted["spoiler_text"]) == ("<p>only a warning</p>", "")


async def test_replies_stay_within_what_they_answer(ada, ben):
    await ben.post(f"v1/accounts/{ada.me.id}/follow")
    for_followers = await say(ada, "for followers", visibility="private")
    answer = await say(ben, "an answer", in_reply_to_id=for_followers["id"])
    assert (answer["visibility"], answer["in_reply_to_account_id"]) == ("private", str(ada.me.id))
    among_us = await say(ada, "among us", local_only=True)
    assert among_us["visibility"] == "private"
    answer = await say(ben, "among us, too", in_reply_to_id=among_us["id"], visibility="private")
    await App(ada.peer).get(f"v1/statuses/{answer['id']}", 404)
    cleo = await app_of(ada.peer, "cleo")
    assert (await cleo.get(f"v1/statuses/{answer['id']}"))["content"] == "<p>among us, too</p>"


async def test_an_edit_has_a_history(ada, ben, site):
    posted = await say(ada, "first @ben", spoiler_text="careful")
    site.clock.advance(MINUTE)
    path = f"v1/statuses/{posted['id']}"
    edited = await ada.call("PUT", path, json={"status": "second #new", "spoiler_text": ""})
    assert (edited["content"][:10], edited["spoiler_text"], bool(edited["edited_at"])) == ("<p>second ", "", True)
    assert [tag["name"] for tag in edited["tags"]] == ["new"]
    versions = await ben.get(f"{path}/history")
    assert [each["spoiler_text"] for each in versions] == ["careful", ""]
    again = await ada.call("PUT", path, json={"status": "second #new"})
    assert again["edited_at"] == edited["edited_at"]
    assert len(await ben.get(f"{path}/history")) == 2
    await ben.call("PUT", path, 403, json={"status": "mine now"})  # API2: she may read it
    await ada.call("PUT", path, 422, json={"status": ""})


async def test_deleting_answers_the_text_and_leaves_nothing(ada, ben):
    posted = await say(ada, "Hello *world*")
    await ben.delete(f"v1/statuses/{posted['id']}", 403)
    gone = await ada.delete(f"v1/statuses/{posted['id']}")
    assert gone["text"] == "Hello *world*"
    await ada.get(f"v1/statuses/{posted['id']}", 404)
    assert await ada.get("v1/timelines/home") == []


async def test_acts_answer_the_new_counter_and_undo(ada, ben):
    posted = await say(ada, "worth it")
    path = f"v1/statuses/{posted['id']}"
    for act, flag, counter in [
        ("favourite", "favourited", "favourites_count"),
        ("bookmark", "bookmarked", None),
        ("mute", "muted", None),
    ]:
        for _ in range(2):
            done = await ben.post(f"{path}/{act}")
            assert done[flag] is True
            assert counter is None or done[counter] == 1
        undone = await ben.post(f"{path}/un{act}")
        assert undone[flag] is False
        assert counter is None or undone[counter] == 0


async def test_a_boost_and_what_is_done_to_it(ada, ben, site):
    cleo = await app_of(site.peer, "cleo")
    await cleo.post(f"v1/accounts/{ben.me.id}/follow")
    posted = await say(ada, "worth it")
    boost = await ben.post(f"v1/statuses/{posted['id']}/reblog")
    assert (boost["account"]["acct"], boost["reblog"]["id"], boost["reblog"]["reblogs_count"]) == (
        "ben",
        posted["id"],
        1,
    )
    assert boost["reblog"]["reblogged"] is True
    assert (await ben.post(f"v1/statuses/{posted['id']}/reblog"))["id"] == boost["id"]
    assert [each["id"] for each in await cleo.get("v1/timelines/home")] == [boost["id"]]
    assert (await cleo.post(f"v1/statuses/{boost['id']}/favourite"))["id"] == posted["id"]
    answer = await say(cleo, "yes", in_reply_to_id=boost["id"])
    assert answer["in_reply_to_id"] == posted["id"]
    assert [each["acct"] for each in await ada.get(f"v1/statuses/{boost['id']}/reblogged_by")] == ["ben"]
    assert [each["acct"] for each in await ada.get(f"v1/statuses/{posted['id']}/favourited_by")] == ["cleo"]
    undone = await ben.post(f"v1/statuses/{boost['id']}/unreblog")
    assert (undone["id"], undone["reblogs_count"], undone["reblogged"]) == (posted["id"], 0, False)
    assert [each["id"] for each in await cleo.get("v1/timelines/home")] == [answer["id"]]


async def test_a_boost_that_is_deleted_leaves_what_it_boosts(ada, ben):
    posted = await say(ada, "spread")
    for app in (ada, ben):
        boost = await app.post(f"v1/statuses/{posted['id']}/reblog")
        assert (await app.delete(f"v1/statuses/{boost['id']}"))["reblog"]["id"] == posted["id"]
        await app.get(f"v1/statuses/{boost['id']}", 404)
        shown = await app.get(f"v1/statuses/{posted['id']}")
        assert (shown["reblogged"], shown["reblogs_count"]) == (False, 0)


async def test_what_is_not_for_everybody_is_not_boosted(ada, ben):
    await ben.post(f"v1/accounts/{ada.me.id}/follow")
    posted = await say(ada, "for followers", visibility="private")
    await ben.post(f"v1/statuses/{posted['id']}/reblog", 422)
    assert (await ada.post(f"v1/statuses/{posted['id']}/reblog"))["reblog"]["id"] == posted["id"]
    other = await say(ada, "for @ada alone", visibility="direct")
    for act in ("reblog", "favourite", "bookmark", "mute"):
        await ben.post(f"v1/statuses/{other['id']}/{act}", 404)


async def test_pins_have_a_limit(ada, ben):
    ids = [(await say(ada, f"post {number}"))["id"] for number in range(6)]
    for each in ids[:5]:
        assert (await ada.post(f"v1/statuses/{each}/pin"))["pinned"] is True
    await ada.post(f"v1/statuses/{ids[5]}/pin", 422)
    await ben.post(f"v1/statuses/{ids[0]}/pin", 403)
    assert {each["id"] for each in await ben.get(f"v1/accounts/{ada.me.id}/statuses", pinned=True)} == set(ids[:5])
    assert (await ada.post(f"v1/statuses/{ids[0]}/unpin"))["pinned"] is False


async def test_a_poll_takes_one_vote_and_closes(ada, ben, site):
    poll = {"options": ["one", "two"], "expires_in": 600, "multiple": "false"}
    posted = await say(ada, "how many?", poll=poll, sensitive="false")
    path = f"v1/polls/{posted['poll']['id']}"
    await ada.call("POST", f"{path}/votes", 422, json={"choices": [0]})
    await ben.call("POST", f"{path}/votes", 422, json={"choices": [7]})
    await ben.call("POST", f"{path}/votes", 422, json={"choices": [0, 1]})
    voted = await ben.call("POST", f"{path}/votes", json={"choices": ["1"]})
    assert (voted["voted"], voted["own_votes"], voted["votes_count"]) == (True, [1], 1)
    assert [option["votes_count"] for option in voted["options"]] == [0, 1]
    await ben.call("POST", f"{path}/votes", 422, json={"choices": [0]})
    assert (await ada.get(path))["voters_count"] == 1
    site.clock.advance(11 * MINUTE)
    assert (await ben.get(path))["expired"] is True
    assert (await ben.get("v1/statuses/" + posted["id"]))["poll"]["expired"] is True
    await site.peer.system.worker.drain()
    cleo = await app_of(site.peer, "cleo")
    await cleo.call("POST", f"{path}/votes", 422, json={"choices": [0]})


async def test_of_several_options_one_chooses_once(ada, ben):
    """Others' servers send choice after choice, our people say all of them at once."""
    posted = await say(ada, "which?", poll={"options": ["a", "b", "c"], "expires_in": 600, "multiple": True})
    path = f"v1/polls/{posted['poll']['id']}"
    assert (await ben.post(f"{path}/votes", choices=["0", "2"]))["own_votes"] == [0, 2]
    for again in ([1], [0], [0, 1, 2]):
        await ben.post(f"{path}/votes", 422, choices=again)
    assert (await ben.get(path))["votes_count"] == 2


async def test_hidden_totals_are_told_at_the_end(ada, ben, site):
    poll = {"options": ["one", "two"], "expires_in": 600, "hide_totals": True}
    posted = await say(ada, "how many?", poll=poll)
    path = f"v1/polls/{posted['id']}"
    voted = await ben.call("POST", f"{path}/votes", json={"choices": [1]})
    assert [option["votes_count"] for option in voted["options"]] == [None, None]
    site.clock.advance(HOUR)
    assert [option["votes_count"] for option in (await ben.get(path))["options"]] == [0, 1]


async def test_other_options_reset_the_votes(ada, ben):
    posted = await say(ada, "how many?", poll={"options": ["one", "two"], "expires_in": 600})
    await ben.call("POST", f"v1/polls/{posted['id']}/votes", json={"choices": [1]})
    path, poll = f"v1/statuses/{posted['id']}", {"options": ["one", "three"], "expires_in": 600}
    edited = await ada.call("PUT", path, json={"status": "how many?", "poll": poll})
    assert (edited["poll"]["votes_count"], edited["poll"]["options"][1]["title"]) == (0, "three")
    assert (await ben.get(f"v1/polls/{posted['id']}"))["voted"] is False


async def test_a_scheduled_post_waits(ada, ben, site):
    at = "2026-09-22T00:00:00.000Z"
    site.clock.at = 1_790_000_000_000
    waiting = await say(ada, "later", scheduled_at=at, visibility="unlisted")
    assert (waiting["params"]["text"], waiting["params"]["visibility"]) == ("later", "unlisted")
    await say(ada, "to what is not there", 404, scheduled_at=at, in_reply_to_id="404")
    assert await ada.get("v1/timelines/home") == []
    assert [each["id"] for each in await ada.get("v1/scheduled_statuses")] == [waiting["id"]]
    path = f"v1/scheduled_statuses/{waiting['id']}"
    for method, body in (("GET", {}), ("PUT", {"scheduled_at": at}), ("DELETE", {})):
        await ben.call(method, path, 404, json=body)
    await ada.put(path, 422, scheduled_at="2026-09-21T14:14:00Z")
    moved = await ada.put(path, scheduled_at="2026-09-23T00:00:00Z")
    assert moved["scheduled_at"] == "2026-09-23T00:00:00.000Z"
    site.clock.advance(DAY)
    await site.peer.system.worker.drain()
    assert await ada.get("v1/timelines/home") == []
    site.clock.advance(DAY)
    await site.peer.system.worker.drain()
    (posted,) = await ada.get("v1/timelines/home")
    assert (posted["content"], posted["visibility"]) == ("<p>later</p>", "unlisted")
    assert await ada.get("v1/scheduled_statuses") == []
    waiting = await say(ada, "never", scheduled_at="2026-12-01T00:00:00Z")
    await ada.delete(f"v1/scheduled_statuses/{waiting['id']}")
    await ada.get(f"v1/scheduled_statuses/{waiting['id']}", 404)


async def test_a_scheduled_post_says_who_will_read_it(ada, ben):
    at = "2098-01-01T00:00:00Z"
    assert (await say(ada, "later", scheduled_at=at))["params"]["visibility"] == "public"
    root = await say(ben, "@ada in private", visibility="direct")
    answer = await say(ada, "an answer", scheduled_at=at, in_reply_to_id=root["id"])
    assert answer["params"]["visibility"] == "direct"
    await ada.patch("v1/accounts/update_credentials", source={"privacy": "private"})
    assert (await say(ada, "later", scheduled_at=at))["params"]["visibility"] == "private"
    waiting = await ada.get("v1/scheduled_statuses")
    assert [each["params"]["visibility"] for each in waiting] == ["private", "direct", "public"]


async def test_a_scheduled_post_that_cannot_be_posted_says_why(ada, ben, site):
    site.clock.at = 1_790_000_000_000
    root = await say(ben, "to answer")
    waiting = await say(ada, "an answer", in_reply_to_id=root["id"], scheduled_at="2026-09-22T00:00:00.000Z")
    assert waiting["error"] is None
    await ben.delete(f"v1/statuses/{root['id']}")
    site.clock.advance(DAY)
    await site.peer.system.worker.drain()
    (found,) = await ada.get("v1/scheduled_statuses")
    assert (found["id"], found["params"]["text"]) == (waiting["id"], "an answer")
    assert found["error"]
    moved = await ada.put(f"v1/scheduled_statuses/{waiting['id']}", scheduled_at="2026-12-01T00:00:00.000Z")
    assert moved["error"] is None


async def test_context_is_a_tree(ada, ben):
    root = await say(ada, "root")
    one = await say(ben, "one", in_reply_to_id=root["id"])
    two = await say(ben, "two", in_reply_to_id=root["id"])
    below_one = await say(ada, "below one", in_reply_to_id=one["id"])
    hidden = await say(ada, "hidden", in_reply_to_id=one["id"], visibility="direct")
    context = await ben.get(f"v1/statuses/{root['id']}/context")
    assert [each["id"] for each in context["descendants"]] == [one["id"], below_one["id"], two["id"]]
    context = await ada.get(f"v1/statuses/{below_one['id']}/context")
    assert [each["id"] for each in context["ancestors"]] == [root["id"], one["id"]]
    assert hidden["id"] in {each["id"] for each in (await ada.get(f"v1/statuses/{one['id']}/context"))["descendants"]}
    await App(ada.peer).get(f"v1/statuses/{hidden['id']}/context", 404)


async def test_quotes_by_permission(ada, ben):
    posted = await say(ada, "quote me", quote_approval_policy="public")
    quoting = await say(ben, "look", quoted_status_id=posted["id"])
    assert quoting["quote"]["state"] == "accepted"
    assert quoting["quote"]["quoted_status"]["id"] == posted["id"]
    assert (await ada.get(f"v1/statuses/{posted['id']}"))["quotes_count"] == 1
    assert [each["id"] for each in await ada.get(f"v1/statuses/{posted['id']}/quotes")] == [quoting["id"]]
    deep = await say(ada, "and look at that", quoted_status_id=quoting["id"])
    assert deep["quote"]["quoted_status"]["quote"]["quoted_status_id"] == posted["id"]
    await ben.post(f"v1/statuses/{posted['id']}/quotes/{quoting['id']}/revoke", 404)
    revoked = await ada.post(f"v1/statuses/{posted['id']}/quotes/{quoting['id']}/revoke")
    assert revoked["quote"] == {"state": "revoked", "quoted_status": None}
    changed = await ada.put(f"v1/statuses/{posted['id']}/interaction_policy", quote_approval_policy="nobody")
    assert changed["quote_approval"]["current_user"] == "automatic"
    assert (await ben.get(f"v1/statuses/{posted['id']}"))["quote_approval"]["current_user"] == "denied"
    await say(ben, "again", status=422, quoted_status_id=posted["id"])
    quoting = await say(ada, "myself", quoted_status_id=posted["id"])
    await ada.delete(f"v1/statuses/{posted['id']}")
    assert (await ben.get(f"v1/statuses/{quoting['id']}"))["quote"] == {"state": "deleted", "quoted_status": None}


async def test_whom_one_does_not_want_to_read_is_not_read_in_threads_either(site, ada, ben):
    cleo = await app_of(site.peer, "cleo")
    posted = await say(cleo, "cleo's words")
    answered = await say(ben, "to cleo", in_reply_to_id=posted["id"])
    again = await say(cleo, "to ben", in_reply_to_id=answered["id"])
    path = f"v1/statuses/{answered['id']}/context"
    whole = await ben.get(path)
    assert [[each["id"] for each in part] for part in whole.values()] == [[posted["id"]], [again["id"]]]
    for act in ("mute", "block"):
        await ada.post(f"v1/accounts/{cleo.me.id}/{act}")
        assert await ada.get(path) == {"ancestors": [], "descendants": []}, act
        assert (await ada.get(f"v1/statuses/{posted['id']}"))["id"] == posted["id"], "whom she asks for she reads"
        await ada.post(f"v1/accounts/{cleo.me.id}/un{act}")
        assert len((await ada.get(path))["descendants"]) == 1


async def test_apps_and_pages_without_quotes_are_led_to_what_is_quoted(ada, ben, site):
    posted = await say(ada, "quote me")
    quoting = await say(ben, "look", quoted_status_id=posted["id"])
    assert quoting["content"].startswith(f'<p class="quote-inline">RE: <a href="{posted["uri"]}"')
    assert quoting["content"].endswith("</p><p>look</p>")
    path = f"v1/statuses/{quoting['id']}"
    assert (await ben.get(f"{path}/source"))["text"] == "look"
    edited = await ben.put(path, status="look at that")
    assert edited["content"].count("quote-inline") == 1
    assert [each["content"].count("quote-inline") for each in await ben.get(f"{path}/history")] == [1, 1]
    page = (await site.peer.get(quoting["url"], accept="text/html"))[1]
    assert page.count(f'<a href="{posted["uri"]}"') == 1
    itself = await say(ben, f"look at {posted['uri']}", quoted_status_id=posted["id"])
    assert "quote-inline" not in itself["content"], "it leads there already"


async def test_who_may_quote_changes_with_an_edit(ada, ben):
    posted = await say(ada, "quote me", quote_approval_policy="nobody")
    path = f"v1/statuses/{posted['id']}"
    edited = await ada.put(path, status="quote me", quote_approval_policy="public")
    assert edited["quote_approval"]["automatic"] == ["public"]
    assert edited["edited_at"] is None, "it says what it said"
    assert (await say(ben, "look", quoted_status_id=posted["id"]))["quote"]["state"] == "accepted"
    edited = await ada.put(path, status="quote me not")
    assert edited["quote_approval"]["automatic"] == ["public"], "what is not spoken of stays"
    await ada.put(path, 422, status="quote me", quote_approval_policy="me")


@each_row(
    "quoted, wanted, expected",
    [
        ("private", "public", "private"),
        ("private", None, "private"),
        ("private", "direct", "direct"),
        ("public", "direct", "direct"),
        ("unlisted", "public", "public"),
    ],
)
async def test_a_quote_of_ones_own_goes_no_further_than_what_it_quotes(ada, quoted, wanted, expected):
    first = await say(ada, "first", visibility=quoted)
    quoting = await say(ada, "look", visibility=wanted, quoted_status_id=first["id"])
    assert (quoting["visibility"], quoting["quote"]["state"]) == (expected, "accepted")


async def test_what_stays_among_members_is_quoted_among_them(ada, ben, site):
    first = await say(ada, "in the house", local_only=True)
    quoting = await say(ada, "look", quoted_status_id=first["id"])
    assert quoting["visibility"] == "private"
    assert (await ben.get(f"v1/statuses/{quoting['id']}"))["quote"]["quoted_status"]["id"] == first["id"]
    assert (await site.peer.get(quoting["uri"]))[0] == 404, "it is for nobody elsewhere"


async def test_direct_messages_are_not_quoted_and_name_whom_they_quote(ada, ben):
    direct = await say(ada, "for @ben", visibility="direct")
    for app in (ada, ben):
        await say(app, "look", 422, visibility="direct", quoted_status_id=direct["id"])
    followers = await say(ada, "for followers", visibility="private")
    await ben.post(f"v1/accounts/{ada.me.id}/follow")
    await say(ben, "look", 422, quoted_status_id=followers["id"])
    first = await say(ada, "for all")
    await say(ben, "behind her back", 422, visibility="direct", quoted_status_id=first["id"])
    assert (await ada.get(f"v1/statuses/{first['id']}"))["quotes_count"] == 0
    await say(ben, "@ada look", visibility="direct", quoted_status_id=first["id"])


async def test_nobody_translates(ada):
    posted = await say(ada, "hello")
    await ada.post(f"v1/statuses/{posted['id']}/translate", 404)
