"""Accounts, relationships, lists, filters, markers, notifications, search, start-up."""

import base64

import pytest

from tests.client import App, app_of
from tests.rows import each_row

pytestmark = pytest.mark.asyncio(loop_scope="package")

RELATION = {
    "id", "following", "showing_reblogs", "notifying", "languages", "followed_by", "blocking", "blocked_by", "muting",
    "muting_notifications", "requested", "requested_by", "domain_blocking", "endorsed", "note",
}  # fmt: skip


@pytest.mark.parametrize(
    ("act", "sent", "flags"),
    [
        ("follow", {}, {"following": True, "showing_reblogs": True, "notifying": False}),
        ("follow", {"reblogs": "false", "notify": "1", "languages": ["de"]},
         {"following": True, "showing_reblogs": False, "notifying": True, "languages": ["de"]}),
        ("endorse", {}, {"endorsed": True}),
        ("unendorse", {}, {"endorsed": False}),
        ("note", {"comment": "met at <b>x</b>"}, {"note": "met at <b>x</b>"}),
        ("note", {"comment": ""}, {"note": ""}),
        ("unfollow", {}, {"following": False}),
        ("mute", {}, {"muting": True, "muting_notifications": True}),
        ("mute", {"notifications": "false"}, {"muting": True, "muting_notifications": False}),
        ("unmute", {}, {"muting": False}),
        ("block", {}, {"blocking": True, "following": False}),
        ("unblock", {}, {"blocking": False}),
        ("remove_from_followers", {}, {"followed_by": False}),
    ],
)  # fmt: skip
async def test_acts_answer_the_relationship(town, act, sent, flags):
    for _ in range(2):
        found = await town.dan.post(f"v1/accounts/{town.cleo.me.id}/{act}", **sent)
        assert found.keys() >= RELATION
        assert {name: found[name] for name in flags} == flags
    assert (await town.dan.get("v1/accounts/relationships", id=[town.cleo.me.id]))[0] == found


async def test_a_locked_account_is_asked(town):
    fay = await app_of(town.peer, "fay")
    await fay.patch("v1/accounts/update_credentials", locked="true")
    asked = await town.dan.post(f"v1/accounts/{fay.me.id}/follow")
    assert (asked["requested"], asked["following"]) == (True, False)
    assert [each["acct"] for each in await fay.get("v1/follow_requests")] == ["dan"]
    assert (await fay.get("v1/notifications"))[0]["type"] == "follow_request"
    assert (await fay.post(f"v1/follow_requests/{town.dan.me.id}/authorize"))["followed_by"] is True
    await fay.post(f"v1/follow_requests/{town.dan.me.id}/authorize", 404)
    assert (await town.dan.post(f"v1/accounts/{fay.me.id}/unfollow"))["requested"] is False


async def test_who_is_blocked_sees_nothing_and_may_not_follow(town):
    gus, hal = await app_of(town.peer, "gus"), await app_of(town.peer, "hal")
    posted, others = await town.say(gus), await town.say(town.ada)
    boost = await gus.post(f"v1/statuses/{others['id']}/reblog")
    await hal.post(f"v1/accounts/{gus.me.id}/follow")
    assert (await gus.post(f"v1/accounts/{hal.me.id}/block"))["followed_by"] is False
    for hidden in (posted, boost):
        await hal.get(f"v1/statuses/{hidden['id']}", 404)
    assert await hal.get(f"v1/accounts/{gus.me.id}/statuses") == []
    assert await hal.get(f"v1/statuses/{others['id']}/reblogged_by") == []
    await hal.post(f"v1/accounts/{gus.me.id}/follow", 403)
    assert (await hal.get("v1/accounts/relationships", id=[gus.me.id]))[0]["blocked_by"] is True
    assert await hal.get("v1/timelines/home") == []


async def test_relationships_keep_the_order_and_skip_the_unknown(town):
    ids = [str(each.me.id) for each in (town.dan, town.ada, town.ben)]
    found = await town.ada.get("v1/accounts/relationships", id=[*ids[:2], "404", ids[2]])
    assert [each["id"] for each in found] == ids


@each_row("acct, status", [("ada", 200), ("ADA", 200), ("@ada", 200), ("ada@{host}", 200),
                                              ("ada@elsewhere.example", 404), ("", 404), ("@", 404)])  # fmt: skip
async def test_accounts_are_looked_up_by_handle(town, acct, status):
    host = town.peer.origin.split("//")[1]
    found = await town.nobody.get("v1/accounts/lookup", status, acct=acct.format(host=host))
    if status == 200:
        assert found["acct"] == "ada"


async def test_the_profile(town):
    ida = await app_of(town.peer, "ida")
    told = {"display_name": "Ida & < co", "note": "I <3 #x\n\nhttps://x.example", "bot": "true", "discoverable": "1",
            "fields_attributes": {"0": {"name": "a", "value": "b"}, "1": {"name": "", "value": ""}},
            "source": {"privacy": "unlisted", "sensitive": "true", "language": "de"}}  # fmt: skip
    changed = await ida.patch("v1/accounts/update_credentials", **told)
    assert (changed["display_name"], changed["bot"], changed["discoverable"]) == ("Ida & < co", True, True)
    assert changed["note"].startswith("<p>")
    assert "&lt;3" in changed["note"]
    source = changed["source"]
    assert source["note"] == told["note"]
    assert (source["privacy"], source["sensitive"], source["language"]) == ("unlisted", True, "de")
    assert [(each["name"], each["value"]) for each in source["fields"]] == [("a", "b")]
    assert changed["role"].keys() >= {"id", "name", "color", "permissions", "highlighted"}
    again = await ida.patch("v1/accounts/update_credentials", locked=True)
    assert (again["display_name"], again["locked"], again["source"]["note"]) == ("Ida & < co", True, told["note"])
    posted = await town.say(ida)
    assert (posted["visibility"], posted["sensitive"], posted["language"]) == ("unlisted", True, "de")
    listed = {"fields_attributes": [{"name": "c", "value": "d"}]}
    assert (await ida.patch("v1/accounts/update_credentials", **listed))["source"]["fields"][0]["name"] == "c"
    assert set(await ida.get("v1/preferences")) == {
        "posting:default:visibility", "posting:default:sensitive", "posting:default:language",
        "posting:default:quote_policy", "reading:expand:media", "reading:expand:spoilers", "reading:autoplay:gifs",
    }  # fmt: skip


@pytest.mark.parametrize(
    "sent", [{"admin": True}, {"id": "1"}, {"role": {"id": "3"}}, {"username": "root"}, {"followers_count": 9},
             {"state": "suspended"}, {"acct": "x"}, {"uri": "https://x.example"}]
)  # fmt: skip
async def test_nobody_makes_herself_another(town, sent):
    before = await town.dan.get("v1/accounts/verify_credentials")
    assert await town.dan.patch("v1/accounts/update_credentials", **sent) == before


# -- lists, filters, markers -----------------------------------------------------------------------------------------


async def test_lists_and_who_is_on_them(town):
    made = await town.ben.post("v1/lists", title="t", replies_policy="none", exclusive="true")
    path = f"v1/lists/{made['id']}"
    assert (made["replies_policy"], made["exclusive"]) == ("none", True)
    await town.ben.post("v1/lists", 422, title="t", replies_policy="all")
    await town.ben.post(f"{path}/accounts", 422, account_ids=[str(town.dan.me.id)])
    await town.ben.post(f"{path}/accounts", account_ids=[str(town.ada.me.id)])
    posted = await town.say(town.ada, "for the list")
    assert (await town.ben.get(f"v1/timelines/list/{made['id']}"))[0]["id"] == posted["id"]
    assert posted["id"] not in [each["id"] for each in await town.ben.get("v1/timelines/home")]
    assert [each["id"] for each in await town.ben.get(f"v1/accounts/{town.ada.me.id}/lists")] == [made["id"]]
    assert len(await town.ben.get(f"{path}/accounts", limit=0)) == 1
    for app in (town.cleo, town.ada):
        await app.get(path, 404)
        await app.put(path, 404, title="mine")
        await app.delete(path, 404)
        await app.get(f"v1/timelines/list/{made['id']}", 404)
        await app.post(f"{path}/accounts", 404, account_ids=[str(town.ada.me.id)])
    assert await town.ben.delete(f"{path}/accounts", account_ids=[str(town.ada.me.id)]) == {}
    assert await town.ben.get(f"{path}/accounts") == []
    assert await town.ben.delete(path) == {}


async def test_filters_mark_and_take_away(town):
    jon = await app_of(town.peer, "jon")
    await jon.post(f"v1/accounts/{town.ada.me.id}/follow")
    warned = await jon.post("v2/filters", title="w", context=["home"], keywords_attributes=[{"keyword": "cabbage"}])
    await jon.post(
        "v2/filters", title="h", context=["home"], filter_action="hide", keywords_attributes=[{"keyword": "turnip"}]
    )
    seen, hidden = await town.say(town.ada, "a cabbage"), await town.say(town.ada, "a turnip")
    home = {each["id"]: each for each in await jon.get("v1/timelines/home")}
    (result,) = home[seen["id"]]["filtered"]
    assert (result["filter"]["id"], result["keyword_matches"]) == (warned["id"], ["cabbage"])
    assert hidden["id"] not in home
    assert (await town.ben.get(f"v1/statuses/{seen['id']}"))["filtered"] == []
    first = (await jon.get("v1/filters"))[0]
    assert first["phrase"] == "cabbage"
    assert first["id"] == warned["keywords"][0]["id"]
    for app in (town.dan, town.ben):
        await app.get(f"v2/filters/{warned['id']}", 404)
        await app.delete(f"v1/filters/{first['id']}", 404)


async def test_markers(town):
    assert await town.cleo.get("v1/markers", timeline=["home"]) == {}
    saved = await town.cleo.call(
        "POST", "v1/markers", data={"home[last_read_id]": "7", "notifications[last_read_id]": "8"}
    )
    assert saved["home"].keys() == {"last_read_id", "version", "updated_at"}
    assert saved["home"]["last_read_id"] == "7"
    assert isinstance(saved["home"]["version"], int)
    found = await town.cleo.get("v1/markers", timeline=["home", "notifications"])
    assert (found["home"]["last_read_id"], found["notifications"]["last_read_id"]) == ("7", "8")


# -- notifications ---------------------------------------------------------------------------------------------------


async def test_notifications_single_and_grouped(town):
    kim = await app_of(town.peer, "kim")
    posted = await town.say(kim, "liked by many")
    for app in (town.ada, town.ben, town.cleo):
        await app.post(f"v1/statuses/{posted['id']}/favourite")
    await town.say(town.dan, "@kim hello")
    await kim.post(f"v1/statuses/{posted['id']}/favourite")
    single = await kim.get("v1/notifications")
    assert [each["type"] for each in single] == ["mention", "favourite", "favourite", "favourite"]
    assert all(each["group_key"] for each in single)
    grouped = await kim.get("v2/notifications")
    mention, likes = grouped["notification_groups"]
    assert (likes["type"], likes["notifications_count"], likes["status_id"]) == ("favourite", 3, posted["id"])
    assert likes["group_key"].startswith(f"favourite-{posted['id']}-")
    assert mention["group_key"] == f"ungrouped-{mention['most_recent_notification_id']}"
    known = {each["id"] for each in grouped["accounts"]}
    assert {each for group in grouped["notification_groups"] for each in group["sample_account_ids"]} <= known
    assert likes["sample_account_ids"] == [str(app.me.id) for app in (town.cleo, town.ben, town.ada)]
    assert {each["id"] for each in grouped["statuses"]} >= {posted["id"]}
    assert len(await kim.get(f"v2/notifications/{likes['group_key']}/accounts")) == 3
    assert (await kim.get("v2/notifications/unread_count"))["count"] == 2
    assert (await kim.get("v1/notifications/unread_count"))["count"] == 4
    assert [each["type"] for each in await kim.get("v1/notifications", types=["mention"])] == ["mention"]
    assert [each["type"] for each in await kim.get("v1/notifications", exclude_types=["favourite"])] == ["mention"]
    assert len(await kim.get("v1/notifications", account_id=town.ben.me.id)) == 1
    await town.ben.post(f"v1/statuses/{posted['id']}/unfavourite")
    assert len(await kim.get("v1/notifications", account_id=town.ben.me.id)) == 0
    for app in (town.ada, town.dan):
        await app.get(f"v1/notifications/{single[0]['id']}", 404)
        await app.post(f"v1/notifications/{single[0]['id']}/dismiss", 404)
    assert await kim.post(f"v2/notifications/{likes['group_key']}/dismiss") == {}
    assert [each["type"] for each in await kim.get("v1/notifications")] == ["mention"]
    assert await kim.post("v1/notifications/clear") == {}
    assert await kim.get("v1/notifications") == []


async def test_muted_people_and_conversations_do_not_notify(town):
    leo = await app_of(town.peer, "leo")
    posted = await town.say(leo)
    await leo.post(f"v1/accounts/{town.dan.me.id}/mute")
    await leo.post(f"v1/statuses/{posted['id']}/mute")
    await town.say(town.dan, "@leo hi")
    await town.say(town.ben, "@leo in the muted conversation", in_reply_to_id=posted["id"])
    assert await leo.get("v1/notifications") == []
    policy = await leo.get("v2/notifications/policy")
    assert {name for name in policy if name.startswith("for_")} == {
        "for_not_following", "for_not_followers", "for_new_accounts", "for_private_mentions", "for_limited_accounts",
    }  # fmt: skip
    changed = await leo.call("PATCH", "v2/notifications/policy", json={"for_not_following": "drop"})
    assert (changed["for_not_following"], changed["summary"].keys()) == (
        "drop", {"pending_requests_count", "pending_notifications_count"}
    )  # fmt: skip
    await leo.call("PATCH", "v2/notifications/policy", 422, json={"for_not_following": "explode"})


async def test_conversations(town):
    mia, ned = await app_of(town.peer, "mia"), await app_of(town.peer, "ned")
    said = await town.say(mia, "@ned psst", visibility="direct")
    (found,) = await ned.get("v1/conversations")
    assert (found["unread"], found["last_status"]["id"], [each["acct"] for each in found["accounts"]]) == (
        True, said["id"], ["mia"]
    )  # fmt: skip
    for act in ("read", "unread"):
        await town.dan.post(f"v1/conversations/{found['id']}/{act}", 404)
    assert (await ned.post(f"v1/conversations/{found['id']}/read"))["unread"] is False
    await town.dan.delete(f"v1/conversations/{found['id']}", 404)
    assert await ned.delete(f"v1/conversations/{found['id']}") == {}
    assert await ned.get("v1/conversations") == []
    assert len(await mia.get("v1/conversations")) == 1


# -- search ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["accounts", "statuses", "hashtags"])
async def test_search_answers_all_three_lists(town, kind):
    await town.say(town.ada, "xylophone #xylophone")
    await town.settle()
    found = await town.ada.get("v2/search", q="xylophone", type=kind)
    assert set(found) == {"accounts", "statuses", "hashtags"}
    for other in {"accounts", "statuses", "hashtags"} - {kind}:
        assert found[other] == []


@each_row("q", ["ada", "@ada", "{uri}", "{url}", "acct:ada@{host}", "ada@{host}"])
async def test_search_finds_people_however_they_are_written(town, q):
    await town.settle()
    me = await town.ada.get("v1/accounts/verify_credentials")
    asked = q.format(host=town.peer.origin.split("//")[1], uri=me["uri"], url=me["url"])
    found = await town.ben.get("v2/search", q=asked, resolve=True)
    assert me["id"] in [each["id"] for each in found["accounts"]]


@pytest.mark.parametrize("field", ["url", "uri"])
async def test_search_finds_a_post_by_its_address(town, field):
    posted = await town.say(town.ada, "findable")
    found = await town.ben.get("v2/search", q=posted[field], resolve=True)
    assert [each["id"] for each in found["statuses"]] == [posted["id"]]
    hidden = await town.say(town.ada, "not findable", visibility="direct")
    assert (await town.ben.get("v2/search", q=hidden[field], resolve=True))["statuses"] == []


@pytest.mark.parametrize("q", ["#xylo", "xylo", "#XYLO"])
async def test_search_finds_hashtags_by_their_beginning(town, q):
    await town.say(town.ada, "#xylography")
    await town.settle()
    found = await town.ada.get("v2/search", q=q, type="hashtags")
    assert "xylography" in [each["name"].lower() for each in found["hashtags"]]


async def test_what_cannot_be_resolved_is_not_found(town):
    for q in ("@x@127.0.0.1:1", "http://127.0.0.1:1/x", "https://[", "@", "", "\0"):
        found = await town.ada.ask("GET", "v2/search", params={"q": q, "resolve": "true"})
        assert found.status in (200, 422), (q, await found.text())


# -- media, tags, reports, start-up ----------------------------------------------------------------------------------


async def test_media(town):
    made = await town.picture(town.ada, description="a", focus="0.5,-0.5")
    assert made["type"] == "image"
    assert made["url"]
    assert made["blurhash"]
    assert made["meta"]["original"].keys() >= {"width", "height", "size", "aspect"}
    assert made["meta"]["focus"] == {"x": 0.5, "y": -0.5}
    path = f"v1/media/{made['id']}"
    assert (await town.ada.put(path, description="b"))["description"] == "b"
    for app in (town.ben, town.dan):
        await app.get(path, 404)
        await app.put(path, 404, description="mine")
        await app.delete(path, 404)
    served = await town.nobody.ask("GET", made["url"].removeprefix(town.peer.origin))
    assert served.headers["Access-Control-Allow-Origin"] == "*"
    assert served.headers["X-Content-Type-Options"] == "nosniff"
    assert served.content_type.startswith("image/")


async def test_tags(town):
    assert (await town.dan.post("v1/tags/Weaving/follow"))["following"] is True
    posted = await town.say(town.ada, "about #weaving")
    assert posted["id"] in [each["id"] for each in await town.dan.get("v1/timelines/home")]
    found = await town.dan.get("v1/tags/WEAVING")
    assert (found["following"], len(found["history"]), type(found["history"][0]["uses"])) == (True, 7, str)
    assert [each["name"] for each in await town.dan.get("v1/followed_tags")] == ["Weaving"]
    assert (await town.dan.post("v1/tags/weaving/unfollow"))["following"] is False
    assert posted["id"] in [each["id"] for each in await town.nobody.get("v1/timelines/tag/WeaVing")]
    assert await town.nobody.get("v1/timelines/tag/weaving", none=["weaving"]) == []
    featured = await town.dan.post("v1/featured_tags", name="weaving")
    assert isinstance(featured["statuses_count"], str)
    await town.ada.delete(f"v1/featured_tags/{featured['id']}", 404)
    assert await town.dan.delete(f"v1/featured_tags/{featured['id']}") == {}


async def test_reports(town):
    posted = await town.say(town.cleo)
    made = await town.dan.post(
        "v1/reports", account_id=str(town.cleo.me.id), status_ids=[posted["id"]], comment="<b>", category="spam"
    )
    assert (made["category"], made["comment"], made["action_taken"], made["forwarded"]) == ("spam", "<b>", False, False)
    assert made["target_account"]["acct"] == "cleo"
    await town.dan.post("v1/reports", 404, account_id="404")


@pytest.mark.parametrize(
    "redirects",
    ["urn:ietf:wg:oauth:2.0:oob", "http://localhost:4567/x", "mastodon-android-auth://callback",
     "https://a.example/\nhttps://b.example/", ["https://a.example/", "x://y"]],
)  # fmt: skip
async def test_apps_register(town, redirects):
    made = await town.nobody.post("v1/apps", client_name="x", redirect_uris=redirects, scopes="read write follow push")
    expected = redirects if isinstance(redirects, list) else redirects.split("\n")
    assert (made["redirect_uris"], made["redirect_uri"]) == (expected, "\n".join(expected))
    assert made["client_id"]
    assert made["client_secret"]
    assert made["client_secret_expires_at"] == 0
    assert made["vapid_key"] == (await town.nobody.get("v2/instance"))["configuration"]["vapid"]["public_key"]


@pytest.mark.parametrize("way", ["json", "form", "basic"])
async def test_apps_get_tokens_of_their_own(town, way):
    made = await town.nobody.post("v1/apps", client_name="x", redirect_uris="x://y")
    secret = {name: made[name] for name in ("client_id", "client_secret")}
    basic = base64.b64encode(f"{made['client_id']}:{made['client_secret']}".encode()).decode()
    grant = {"grant_type": "client_credentials"}
    sent = {
        "json": {"json": grant | secret},
        "form": {"data": grant | secret},
        "basic": {"data": grant, "headers": {"Authorization": f"Basic {basic}"}},
    }[way]
    token = await town.nobody.call("POST", "/oauth/token", **sent)
    assert (token["token_type"], type(token["created_at"]), token["scope"]) == ("Bearer", int, "read")
    assert "expires_in" not in token
    app = App(town.peer, token["access_token"])
    assert (await app.get("v1/apps/verify_credentials"))["name"] == "x"
    assert await town.nobody.call("POST", "/oauth/revoke", json={**secret, "token": "unknown"}) == {}
    assert await town.nobody.call("POST", "/oauth/revoke", json={**secret, "token": token["access_token"]}) == {}
    await app.get("v1/apps/verify_credentials", 401)


async def test_where_signing_in_is(town):
    told = await town.nobody.get("/.well-known/oauth-authorization-server")
    assert told["issuer"].startswith(town.peer.origin)
    assert told["code_challenge_methods_supported"] == ["S256"]
    assert {"authorization_code", "client_credentials"} <= set(told["grant_types_supported"])
    assert {"client_secret_basic", "client_secret_post"} <= set(told["token_endpoint_auth_methods_supported"])
    for name in ("authorization_endpoint", "token_endpoint", "revocation_endpoint", "app_registration_endpoint"):
        assert told[name].startswith(town.peer.origin)
    meta = await town.nobody.ask("GET", "/.well-known/host-meta")
    assert town.peer.origin in await meta.text()


async def test_the_instance(town):
    second, first = await town.nobody.get("v2/instance"), await town.nobody.get("v1/instance")
    assert second["version"] == first["version"]
    assert second["version"].startswith("4.5.0 (compatible; Rhizome ")
    assert second["api_versions"]["mastodon"] == 7
    assert first["uri"] == second["domain"]
    assert second["configuration"]["urls"]["streaming"] == town.peer.origin.replace("http", "ws")
    assert first["urls"]["streaming_api"] == second["configuration"]["urls"]["streaming"]
    assert second["configuration"]["statuses"]["characters_reserved_per_url"] == 23
    assert second["configuration"]["translation"]["enabled"] is False
    for number in _numbers(first["configuration"]):
        assert isinstance(number, int)


def _numbers(tree):
    for value in tree.values():
        if isinstance(value, dict):
            yield from _numbers(value)
        elif not isinstance(value, bool | str | list):
            yield value
