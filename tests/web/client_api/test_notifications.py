"""Notifications through an app: one by one and in groups, unread, dismissed, kept apart; those of others are 404."""

from urllib.parse import parse_qsl, urlsplit

import pytest

from node.domain.visibility import Visibility
from node.services.news import happened, news
from node.store.posts import burying, reactions
from node.store.posts.reactions import Reaction
from tests.client import App, app_of
from tests.network import network
from tests.notes import publish_note
from tests.rows import each_row
from tests.statements import counted

pytestmark = pytest.mark.usefixtures("each_database")


@pytest.fixture
async def ada(site) -> App:
    return await app_of(site.peer, "ada")


@pytest.fixture
async def ben(site) -> App:
    return await app_of(site.peer, "ben")


async def note(app, text, visibility=Visibility.PUBLIC, **more):
    return await app.peer.store.write(publish_note, app.peer.unit(), app.me.id, text, visibility, **more)


async def react(app, found, kind=reactions.LIKE):
    unit = app.peer.unit()

    def act(conn):
        new = Reaction(unit.ids.new(), app.me.id, found.id, kind, "", f"{unit.origin}/ap/x/{app.me.id}", unit.now)
        reactions.insert_reaction(conn, new)
        said = happened.Reacted if kind == reactions.LIKE else happened.Shared
        news.tell(conn, unit, said(new.id, app.me.id, found.id))
        return new

    return await app.peer.store.write(act)


async def fans(peer, found, number):
    for each in range(number):
        await react(await app_of(peer, f"fan{each}"), found)


async def test_what_happened_is_listed_with_who_and_what(ada, ben):
    posted = await note(ada, "Hello @ben")
    await react(ben, posted)
    await ben.post(f"v1/accounts/{ada.me.id}/follow")
    follow, favourite = await ada.get("v1/notifications")
    assert [follow["type"], favourite["type"]] == ["follow", "favourite"]
    assert follow["status"] is None
    assert favourite["status"]["id"] == str(posted.id)
    assert favourite["account"]["acct"] == "ben"
    (mention,) = await ben.get("v1/notifications")
    assert mention["type"] == "mention"
    assert await ben.get(f"v1/notifications/{mention['id']}") == mention
    assert await ada.get("v1/notifications", types=["follow"]) == [follow]
    assert await ada.get("v1/notifications", exclude_types=["follow"]) == [favourite]
    assert await ada.get("v1/notifications", account_id=ada.me.id) == []
    assert await ada.get("v1/notifications", types=["nonsense"]) == []


async def test_pages_neither_lose_nor_repeat(ada):
    posted = await note(ada, "Hello")
    await fans(ada.peer, posted, 7)
    for path, rows in (
        ("v1/notifications", lambda body: body),
        ("v2/notifications", lambda b: b["notification_groups"]),
    ):
        seen, query = [], {"limit": 3, "grouped_types": ["follow"]}
        while True:
            answer = await ada.ask(
                "GET", path, params=[("limit", 3), ("grouped_types[]", "follow"), *query.get("q", [])]
            )
            page = rows(await answer.json())
            if not page:
                break
            seen += [each.get("id") or each["most_recent_notification_id"] for each in page]
            link = answer.links.get("next")
            if link is None:
                break
            assert link["url"].host == urlsplit(ada.peer.origin).hostname
            query["q"] = [pair for pair in parse_qsl(link["url"].query_string) if pair[0] == "max_id"]
        assert len(seen) == len(set(seen)) == 7
        assert seen == sorted(seen, reverse=True)


async def test_groups_tell_of_many_at_once(ada, ben):
    posted = await note(ada, "Hello")
    await fans(ada.peer, posted, 10)
    await ben.post(f"v1/accounts/{ada.me.id}/follow")
    body = await ada.get("v2/notifications")
    follow, likes = body["notification_groups"]
    assert (follow["type"], likes["type"], likes["notifications_count"]) == ("follow", "favourite", 10)
    assert likes["status_id"] == str(posted.id) == body["statuses"][0]["id"]
    assert len(likes["sample_account_ids"]) == 8
    shown = {account["id"]: account["acct"] for account in body["accounts"]}
    assert [shown[each] for each in likes["sample_account_ids"]] == [f"fan{each}" for each in range(9, 1, -1)]
    partial = await ada.get("v2/notifications", expand_accounts="partial_avatars")
    known = {account["id"] for account in (*partial["accounts"], *partial["partial_accounts"])}
    assert {each for group in partial["notification_groups"] for each in group["sample_account_ids"]} == known
    assert len(partial["accounts"]) == 2
    alone = await ada.get("v2/notifications", grouped_types=["follow"])
    assert len(alone["notification_groups"]) == 11
    key = likes["group_key"]
    assert (await ada.get(f"v2/notifications/{key}"))["notification_groups"][0]["group_key"] == key
    assert len(await ada.get(f"v2/notifications/{key}/accounts")) == 10
    single = alone["notification_groups"][1]["group_key"]
    assert (await ada.get(f"v2/notifications/{single}"))["notification_groups"][0]["notifications_count"] == 1
    await ada.post(f"v2/notifications/{single}/dismiss")
    assert (await ada.get("v2/notifications"))["notification_groups"][1]["notifications_count"] == 9
    await ada.post(f"v2/notifications/{key}/dismiss")
    assert [each["type"] for each in (await ada.get("v2/notifications"))["notification_groups"]] == ["follow"]
    await ada.get(f"v2/notifications/{key}", 404)


async def test_unread_goes_by_the_marker(ada, ben):
    posted = await note(ada, "Hello")
    await fans(ada.peer, posted, 3)
    assert await ada.get("v1/notifications/unread_count") == {"count": 3}
    assert await ada.get("v2/notifications/unread_count") == {"count": 1}
    assert await ada.get("v1/notifications/unread_count", limit=2) == {"count": 2}
    newest = (await ada.get("v1/notifications"))[0]["id"]
    said = await ada.post("v1/markers", notifications={"last_read_id": newest})
    assert said["notifications"]["version"] == 1
    assert await ada.get("v1/markers", timeline=["home", "notifications"]) == said
    assert await ada.get("v1/notifications/unread_count") == {"count": 0}
    assert await ben.get("v1/markers", timeline=["notifications"]) == {}
    await ada.post("v1/markers", 409, notifications={"last_read_id": newest, "version": 0})
    again = await ada.post("v1/markers", notifications={"last_read_id": newest, "version": 1})
    assert again["notifications"]["version"] == 2


async def test_what_is_dismissed_or_cleared_stays_away(ada, ben):
    posted = await note(ada, "Hello")
    await react(ben, posted)
    await ben.post(f"v1/accounts/{ada.me.id}/follow")
    first, second = await ada.get("v1/notifications")
    await ada.post(f"v1/notifications/{first['id']}/dismiss")
    assert await ada.get("v1/notifications") == [second]
    await ada.get(f"v1/notifications/{first['id']}", 404)
    await ada.post("v1/notifications/clear")
    assert await ada.get("v1/notifications") == []


async def test_deleting_and_undoing_takes_news_along(ada, ben):
    posted = await note(ada, "Hello @ben")
    like = await react(ben, posted)
    assert len(await ada.get("v1/notifications")) == 1
    await ada.peer.store.write(reactions.delete_reaction, like)
    assert await ada.get("v1/notifications") == []
    await ada.peer.store.write(burying.bury, posted, ada.peer.unit().now)
    assert await ben.get("v1/notifications") == []


async def test_a_block_takes_all_news_of_somebody_along(ada, ben):
    await react(ben, await note(ada, "Hello"))
    await ada.post(f"v1/accounts/{ben.me.id}/block")
    assert await ada.get("v1/notifications") == []


async def test_a_policy_keeps_strangers_apart_until_they_are_accepted(ada, ben):
    posted = await note(ada, "Hello")
    said = await ada.patch("v2/notifications/policy", for_not_following="filter", for_new_accounts="accept")
    assert said["for_not_following"] == "filter"
    await react(ben, posted)
    await note(ben, "Hello @ada")
    assert await ada.get("v1/notifications") == []
    assert len(await ada.get("v1/notifications", include_filtered=True)) == 2
    assert (await ada.get("v2/notifications/policy"))["summary"] == {
        "pending_requests_count": 1, "pending_notifications_count": 2,
    }  # fmt: skip
    assert (await ada.get("v1/notifications/policy"))["filter_not_following"] is True
    (request,) = await ada.get("v1/notifications/requests")
    assert (request["account"]["acct"], request["notifications_count"]) == ("ben", "2")
    assert await ada.get(f"v1/notifications/requests/{request['id']}") == request
    await ben.post(f"v1/notifications/requests/{request['id']}/accept", 404)
    await ada.post(f"v1/notifications/requests/{request['id']}/accept")
    assert await ada.get("v1/notifications/requests/merged") == {"merged": True}
    assert len(await ada.get("v1/notifications")) == 2
    assert await ada.get("v1/notifications/requests") == []
    await note(ben, "Again @ada")
    assert len(await ada.get("v1/notifications")) == 3


async def test_requests_that_are_dismissed_are_gone(ada, ben):
    await ada.patch("v1/notifications/policy", filter_not_following=True)
    await note(ben, "Hello @ada")
    (request,) = await ada.get("v1/notifications/requests")
    await ada.post("v1/notifications/requests/dismiss", id=[request["id"], "1"])
    assert await ada.get("v1/notifications/requests") == []
    assert await ada.get("v1/notifications", include_filtered=True) == []
    await note(ben, "Again @ada")
    assert len(await ada.get("v1/notifications/requests")) == 1


async def test_other_peoples_are_not_there(ada, ben):
    await note(ben, "Hello @ada")
    (mine,) = await ada.get("v1/notifications")
    for path in (f"v1/notifications/{mine['id']}", f"v2/notifications/{mine['group_key']}",
                 f"v2/notifications/{mine['group_key']}/accounts", "v1/notifications/requests/1"):  # fmt: skip
        await ben.get(path, 404)
    for path in (f"v1/notifications/{mine['id']}/dismiss", f"v2/notifications/{mine['group_key']}/dismiss"):
        await ben.post(path, 404)
    assert await ada.get("v1/notifications") == [mine]


@each_row(
    "method, path, scopes",
    [
        ("GET", "v1/notifications", "read:statuses"),
        ("GET", "v2/notifications", "write"),
        ("POST", "v1/notifications/clear", "read"),
        ("PATCH", "v2/notifications/policy", "read:notifications"),
        ("GET", "v1/conversations", "read:notifications"),
        ("POST", "v1/markers", "read"),
        ("GET", "v2/filters", "read:statuses"),
        ("POST", "v2/filters", "read:filters"),
        ("GET", "v1/push/subscription", "read write"),
    ],
)
async def test_a_token_without_the_scope_or_none_is_refused(site, ada, method, path, scopes):
    app = App(site.peer, await site.peer.token(ada.me, scopes))
    assert (await app.ask(method, path)).status == 403
    assert (await App(site.peer).ask(method, path)).status == 401


@each_row(
    "query, status",
    [({"limit": "x"}, 200), ({"limit": -1}, 200), ({"max_id": "zz"}, 400), ({"limit": 10**30}, 200)],
)
async def test_odd_parameters_do_no_harm(ada, query, status):
    await ada.get("v1/notifications", status, **query)
    await ada.get("v2/notifications", status, **query)


@each_row("body", [{"for_not_following": "maybe"}, {"for_new_accounts": ["a", "b"]}, {"for_x": "drop"}])
async def test_a_policy_says_only_what_there_is(ada, body):
    before = await ada.get("v2/notifications/policy")
    await ada.patch("v2/notifications/policy", 422 if "for_x" not in body else 200, **body)
    assert await ada.get("v2/notifications/policy") == before


@pytest.mark.parametrize("path", ["v1/notifications", "v2/notifications", "v2/notifications?grouped_types[]=follow"])
async def test_lists_take_as_many_statements_for_many_as_for_one(site, path):
    counts = []
    for number in (1, 20):
        app = await app_of(site.peer, f"author{number}")
        for each in range(number):
            posted = await note(app, f"post {each}")
            await react(await app_of(site.peer, f"reader{number}-{each}"), posted)
        await app.call("GET", path)  # the token is known, and everything rendered, from here on
        with counted(site.peer.store) as seen:
            await app.call("GET", path)
        counts.append(len(seen))
    assert counts[0] == counts[1]


async def test_acts_on_another_node_arrive_as_notifications(tmp_path):
    async with network(tmp_path, "hub", "uni") as net:
        hub, uni = net.peers
        ada, ben = await app_of(hub, "ada"), await app_of(uni, "ben")
        await hub.follow(ada.me, ben.me.uri)
        await net.settle()
        (follow,) = await ben.get("v1/notifications")
        assert (follow["type"], follow["account"]["acct"]) == ("follow", f"ada@{hub.system.node.config.host}")
        await uni.store.write(publish_note, uni.unit(), ben.me.id, f"Hi @ada@{hub.system.node.config.host}",
                              Visibility.PUBLIC)  # fmt: skip
        await net.settle()
        (mention,) = await ada.get("v1/notifications")
        assert (mention["type"], mention["account"]["username"]) == ("mention", "ben")
