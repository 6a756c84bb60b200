"""Statuses: posted, read, edited, deleted, acted on."""

import re

import pytest

from tests.rows import each_row

pytestmark = pytest.mark.asyncio(loop_scope="package")

SCRIPTS = [
    "<script>alert(1)</script>", '<img src=x onerror="alert(1)">', "<svg/onload=alert(1)>", "javascript:alert(1)",
    '"><iframe src=javascript:alert(1)>', "<a href='javascript:alert(1)'>x</a>", "&lt;script&gt;", "<style>*{}</style>",
]  # fmt: skip


@pytest.mark.parametrize("content_type", ["text/plain", "text/markdown"])
@pytest.mark.parametrize("script", SCRIPTS)
async def test_content_is_clean_html(town, script, content_type):
    posted = await town.say(town.dan, f"before {script} after", content_type=content_type, spoiler_text=script)
    content = posted["content"].lower()
    assert content.startswith("<p>")
    assert not re.search(r"<(script|img|svg|iframe|style)|<[^>]*(href=.javascript|\son\w+=)", content)


async def test_mentions_and_hashtags_are_found_by_class_and_address(town):
    posted = await town.say(town.dan, "Hello @ada about #Casting")
    content = posted["content"]
    (mention,) = posted["mentions"]
    assert re.search(r'<span class="h-card"[^>]*><a href="[^"]+" class="u-url mention"', content) or re.search(
        r'<span class="h-card"[^>]*><a class="u-url mention" href="[^"]+"', content
    ), content
    assert mention["url"] in content
    assert mention == {"id": str(town.ada.me.id), "username": "ada", "acct": "ada", "url": mention["url"]}
    (tag,) = posted["tags"]
    assert tag["name"] == "Casting"
    assert re.search(r'<a [^>]*class="mention hashtag"', content)
    assert re.search(r'<a [^>]*rel="tag', content)


async def test_addresses_of_accounts_and_statuses(town):
    posted = await town.say(town.ada)
    account = posted["account"]
    assert (account["acct"], account["username"]) == ("ada", "ada")
    assert account["url"] != account["uri"]
    assert account["uri"] == town.ada.me.uri
    assert posted["url"].startswith(town.peer.origin)
    assert not re.search(r"/\d+$", posted["url"])
    assert account["avatar"].startswith("http")
    assert account["header"].startswith("http")


@pytest.mark.parametrize(
    ("visibility", "shown"), [("public", "public"), ("unlisted", "unlisted"), ("private", "private"),
                              ("direct", "direct"), ("local", "private")],
)  # fmt: skip
async def test_visibilities_are_the_four_that_apps_know(town, visibility, shown):
    assert (await town.say(town.ada, visibility=visibility))["visibility"] == shown


async def test_a_new_post_has_nothing_null_that_counts(town):
    posted = await town.say(town.ada)
    for name in ("reblogs_count", "favourites_count", "replies_count", "quotes_count"):
        assert posted[name] == 0
    for name in ("media_attachments", "mentions", "tags", "emojis", "filtered"):
        assert posted[name] == []
    for name in ("favourited", "reblogged", "muted", "bookmarked", "pinned"):
        assert posted[name] is False
    for name in ("in_reply_to_id", "in_reply_to_account_id", "reblog", "poll", "card", "edited_at", "quote"):
        assert posted[name] is None
    assert posted["quote_approval"]
    assert posted["spoiler_text"] == ""


@pytest.mark.parametrize(
    "more",
    [{}, {"status": "  "}, {"status": "x", "poll": {"options": ["a", "b"], "expires_in": 300}, "media_ids": ["1"]},
     {"status": "x", "media_ids": ["404"]}, {"status": "x", "visibility": "all"}, {"status": "x" * 10_000},
     {"status": "x", "scheduled_at": "2020-01-01T00:00:00Z"}],
)  # fmt: skip
async def test_what_cannot_be_posted(town, more):
    await town.ada.call("POST", "v1/statuses", 422, json=more)


async def test_media_of_others_and_used_media_are_refused(town):
    mine, hers = await town.picture(town.ada), await town.picture(town.ben)
    await town.say(town.ada, "no", 422, media_ids=[hers["id"]])
    assert (await town.say(town.ada, "", media_ids=[mine["id"]]))["media_attachments"][0]["id"] == mine["id"]
    await town.say(town.ada, "again", 422, media_ids=[mine["id"]])


async def test_a_spoiler_without_text_becomes_the_text(town):
    assert "careful" in (await town.say(town.ada, "", spoiler_text="careful"))["content"]


async def test_the_key_of_a_request_posts_once_per_person(town):
    options = {"json": {"status": "once"}, "headers": {"Idempotency-Key": "conformance"}}
    first = await town.ada.call("POST", "v1/statuses", **options)
    assert (await town.ada.call("POST", "v1/statuses", **options))["id"] == first["id"]
    assert (await town.ben.call("POST", "v1/statuses", **options))["id"] != first["id"]


async def test_ids_are_in_order_of_time(town):
    ids = [(await town.say(town.dan))["id"] for _ in range(4)]
    assert sorted(ids, key=lambda each: (len(each), each)) == ids


async def test_a_reply_is_not_wider_than_what_it_answers(town):
    parent = await town.say(town.ada, "for followers", visibility="private")
    assert (await town.say(town.ben, "yes", in_reply_to_id=parent["id"]))["visibility"] == "private"
    await town.say(town.dan, "no", 404, in_reply_to_id=parent["id"])
    assert (await town.ada.get(f"v1/statuses/{parent['id']}"))["replies_count"] == 1


async def test_context_goes_down_each_branch_before_the_next(town):
    root = await town.say(town.ada, "root")
    first = await town.say(town.ben, "1", in_reply_to_id=root["id"])
    second = await town.say(town.cleo, "2", in_reply_to_id=root["id"])
    below = await town.say(town.ada, "1.1", in_reply_to_id=first["id"])
    deepest = await town.say(town.ben, "1.1.1", in_reply_to_id=below["id"])
    found = await town.dan.get(f"v1/statuses/{root['id']}/context")
    assert [each["id"] for each in found["descendants"]] == [
        each["id"] for each in (first, below, deepest, second)
    ]  # fmt: skip
    above = await town.nobody.get(f"v1/statuses/{deepest['id']}/context")
    assert [each["id"] for each in above["ancestors"]] == [root["id"], first["id"], below["id"]]
    assert above["descendants"] == []


async def test_edits_are_told_with_their_history(town):
    posted = await town.say(town.ada, "one", spoiler_text="s")
    path = f"v1/statuses/{posted['id']}"
    assert len(await town.ben.get(f"{path}/history")) == 1
    edited = await town.ada.call("PUT", path, json={"status": "two"})
    assert edited["edited_at"]
    assert "two" in edited["content"]
    assert edited["visibility"] == "public"
    history = await town.ben.get(f"{path}/history")
    assert ["one" in history[0]["content"], "two" in history[1]["content"], len(history)] == [True, True, 2]
    source = await town.ada.get(f"{path}/source")
    assert source == {"id": posted["id"], "text": "two", "spoiler_text": ""}
    await town.ben.get(f"{path}/source", 404)
    await town.ben.call("PUT", path, 403, json={"status": "mine"})
    await town.nobody.call("PUT", path, 401, json={"status": "mine"})
    same = await town.ada.call("PUT", path, json={"status": "two", "visibility": "direct"})
    assert (same["edited_at"], same["visibility"]) == (edited["edited_at"], "public")


async def test_media_stay_unless_they_are_named(town):
    picture = await town.picture(town.ada, description="a")
    posted = await town.say(town.ada, "one", media_ids=[picture["id"]])
    path = f"v1/statuses/{posted['id']}"
    kept = await town.ada.call("PUT", path, json={"status": "two"})
    assert [each["id"] for each in kept["media_attachments"]] == [picture["id"]]
    told = {"status": "two", "media_attributes": [{"id": picture["id"], "description": "b"}]}
    assert (await town.ada.call("PUT", path, json=told))["media_attachments"][0]["description"] == "b"
    gone = await town.ada.call("PUT", path, json={"status": "two", "media_ids": []})
    assert gone["media_attachments"] == []
    await town.ada.call("PUT", path, json={"status": "two", "media_ids": [picture["id"]]})
    gone = await town.ada.call("PUT", path, data=[("status", "two"), ("media_ids[]", "")])
    assert gone["media_attachments"] == [], "forms have no other way to say that there are none"


async def test_media_of_a_deleted_post_are_kept_for_a_new_one_unless_they_shall_go_too(town):
    for asked, status in (({}, 200), ({"params": {"delete_media": "true"}}, 404), ({"json": {"delete_media": 1}}, 404)):
        picture = await town.picture(town.ada)
        posted = await town.say(town.ada, "one", media_ids=[picture["id"]])
        gone = await town.ada.call("DELETE", f"v1/statuses/{posted['id']}", **asked)
        assert [each["id"] for each in gone["media_attachments"]] == [picture["id"]]
        await town.ada.get(f"v1/media/{picture['id']}", status)


async def test_changing_options_resets_votes(town):
    poll = {"options": ["a", "b"], "expires_in": 600}
    posted = await town.say(town.ada, "?", poll=poll)
    await town.ben.post(f"v1/polls/{posted['poll']['id']}/votes", choices=["0"])
    changed = await town.ada.call(
        "PUT", f"v1/statuses/{posted['id']}", json={"status": "?", "poll": {**poll, "options": ["a", "c"]}}
    )
    assert (changed["poll"]["votes_count"], [each["votes_count"] for each in changed["poll"]["options"]]) == (0, [0, 0])


async def test_deleting_answers_what_a_new_draft_needs(town):
    picture = await town.picture(town.ada)
    posted = await town.say(town.ada, "*typed*", media_ids=[picture["id"]], spoiler_text="s")
    await town.ben.delete(f"v1/statuses/{posted['id']}", 403)
    gone = await town.ada.delete(f"v1/statuses/{posted['id']}")
    assert (gone["text"], gone["spoiler_text"]) == ("*typed*", "s")
    again = await town.say(town.ada, gone["text"], media_ids=[each["id"] for each in gone["media_attachments"]])
    assert again["media_attachments"][0]["id"] == picture["id"]
    for path in ("", "/context", "/history", "/favourited_by"):
        await town.ada.get(f"v1/statuses/{posted['id']}{path}", 404)


@pytest.mark.parametrize(
    ("act", "undo", "flag", "counter"),
    [("favourite", "unfavourite", "favourited", "favourites_count"), ("bookmark", "unbookmark", "bookmarked", None),
     ("mute", "unmute", "muted", None)],
)  # fmt: skip
async def test_acts_answer_flag_and_counter_and_are_idempotent(town, act, undo, flag, counter):
    posted = await town.say(town.ada)
    for wanted, name in ((True, act), (True, act), (False, undo), (False, undo)):
        done = await town.ben.post(f"v1/statuses/{posted['id']}/{name}")
        assert done[flag] is wanted
        assert done["id"] == posted["id"]
        assert counter is None or done[counter] == int(wanted)


async def test_a_boost_is_a_status_of_its_own(town):
    posted = await town.say(town.ada)
    boost = await town.ben.post(f"v1/statuses/{posted['id']}/reblog")
    assert boost["id"] != posted["id"]
    assert boost["account"]["id"] == str(town.ben.me.id)
    assert (boost["reblog"]["id"], boost["reblog"]["reblogs_count"], boost["reblogged"]) == (posted["id"], 1, True)
    assert (await town.cleo.post(f"v1/statuses/{boost['id']}/favourite"))["id"] == posted["id"]
    undone = await town.ben.post(f"v1/statuses/{posted['id']}/unreblog")
    assert (undone["id"], undone["reblogs_count"], undone["reblogged"]) == (posted["id"], 0, False)
    await town.ben.get(f"v1/statuses/{boost['id']}", 404)


@pytest.mark.parametrize("visibility", ["private", "direct"])
async def test_only_public_and_unlisted_posts_are_pinned(town, visibility):
    posted = await town.say(town.dan, visibility=visibility)
    await town.dan.post(f"v1/statuses/{posted['id']}/pin", 422)


async def test_pinned_is_a_list_of_its_own(town):
    posted = await town.say(town.ben, "pin me")
    assert (await town.ben.post(f"v1/statuses/{posted['id']}/pin"))["pinned"] is True
    assert [each["id"] for each in await town.nobody.get(f"v1/accounts/{town.ben.me.id}/statuses?pinned=true")] == [
        posted["id"]
    ]
    assert (await town.ben.post(f"v1/statuses/{posted['id']}/unpin"))["pinned"] is False


async def test_a_poll(town):
    posted = await town.say(town.ada, "?", poll={"options": ["a", "b"], "expires_in": 600, "hide_totals": True})
    poll = posted["poll"]
    path = f"v1/polls/{poll['id']}"
    assert (poll["expired"], poll["multiple"], poll["votes_count"], poll["emojis"]) == (False, False, 0, [])
    assert [each["votes_count"] for each in (await town.ben.get(path))["options"]] == [None, None]
    await town.ada.post(f"{path}/votes", 422, choices=[0])
    for wrong in ([], [2], ["x"], [0, 1], [-1]):
        await town.ben.post(f"{path}/votes", 422, choices=wrong)
    voted = await town.ben.call("POST", f"{path}/votes", data={"choices[]": "1"})
    assert (voted["voted"], voted["own_votes"], type(voted["votes_count"])) == (True, [1], int)
    await town.ben.post(f"{path}/votes", 422, choices=[0])
    await town.nobody.post(f"{path}/votes", 401, choices=[0])
    assert (await town.cleo.get(path))["own_votes"] == []


async def test_scheduled_posts(town):
    waiting = await town.say(town.ada, "later", scheduled_at="2098-01-01T00:00:00Z")
    path = f"v1/scheduled_statuses/{waiting['id']}"
    assert (waiting["params"]["text"], waiting["scheduled_at"]) == ("later", "2098-01-01T00:00:00.000Z")
    moved = await town.ada.put(path, scheduled_at="2098-02-01T00:00:00Z")
    assert moved["scheduled_at"] == "2098-02-01T00:00:00.000Z"
    for app, status in ((town.ben, 404), (town.nobody, 401)):
        await app.get(path, status)
        await app.delete(path, status)
    assert await town.ada.delete(path) == {}
    await town.ada.get(path, 404)


@each_row("path", ["", "/context", "/history", "/favourited_by", "/reblogged_by", "/quotes"])
async def test_what_one_may_not_see_is_not_there(town, path):
    hidden = await town.say(town.ada, "for followers", visibility="private")
    await town.ben.get(f"v1/statuses/{hidden['id']}{path}")
    for app in (town.dan, town.nobody):
        await app.get(f"v1/statuses/{hidden['id']}{path}", 404)


async def test_many_at_once_leave_out_what_is_not_there(town):
    ids = [(await town.say(town.ada))["id"] for _ in range(2)]
    hidden = await town.say(town.ada, visibility="direct")
    found = await town.dan.get("v1/statuses", id=[*ids, hidden["id"], "404"])
    assert {each["id"] for each in found} == set(ids)
