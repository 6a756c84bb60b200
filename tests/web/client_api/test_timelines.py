"""Lists of statuses: what they show to whom, how they page, and that they cost the same for any number of rows."""

import pytest

from node.store.posts import previews
from node.store.reading import entries, timelines
from tests.client import App, app_of
from tests.records import record
from tests.statements import counted
from web.client_api.entities.look import LOOK
from web.client_api.remembering import ANSWERS

pytestmark = pytest.mark.usefixtures("each_database")


async def say(app, text, **more):
    return await app.call("POST", "v1/statuses", json={"status": text, **more})


def ids(found):
    return [each["id"] for each in found]


@pytest.fixture
async def ada(site):
    return await app_of(site.peer, "ada")


@pytest.fixture
async def ben(site):
    return await app_of(site.peer, "ben")


async def test_public_shows_no_replies_and_nothing_narrower(ada, ben, site):
    shown = await say(ada, "for everybody")
    await say(ada, "quiet", visibility="unlisted")
    await say(ada, "for followers", visibility="private")
    await say(ben, "an answer", in_reply_to_id=shown["id"])
    await ben.post(f"v1/statuses/{shown['id']}/reblog")
    stranger = App(site.peer)
    for query in ({}, {"local": True}):
        assert ids(await stranger.get("v1/timelines/public", **query)) == [shown["id"]]
    for query in ({"remote": True}, {"only_media": True}):
        assert await stranger.get("v1/timelines/public", **query) == []


async def test_hashtags_whatever_their_case(ada, ben):
    one = await say(ada, "about #Öffentlich and #b")
    two = await say(ada, "about #öffentlich")
    three = await say(ada, "about #b")
    path = "v1/timelines/tag/ÖFFENTLICH"
    assert ids(await ben.get(path)) == [two["id"], one["id"]]
    assert ids(await ben.get(path, any=["B"])) == [three["id"], two["id"], one["id"]]
    assert ids(await ben.get(path, all=["B"])) == [one["id"]]
    assert ids(await ben.get(path, none=["b"])) == [two["id"]]
    await ada.call("PUT", f"v1/statuses/{two['id']}", json={"status": "about #else"})
    assert ids(await ben.get(path)) == [one["id"]]


async def test_followed_hashtags_come_home(ada, ben):
    await ben.post("v1/tags/Casting/follow")
    shown = await say(ada, "about #casting")
    await say(ada, "about #casting", visibility="unlisted")
    assert ids(await ben.get("v1/timelines/home")) == [shown["id"]]


async def test_resources_come_to_those_who_follow_their_owner(ben, site):
    organisation = await site.peer.organisation()
    await ben.post(f"v1/accounts/{organisation.id}/follow")
    made = await site.peer.publish(record())
    (shown,) = await ben.get("v1/timelines/home")
    assert (shown["id"], shown["url"]) == (str(made.object_id), made.url)
    assert shown["card"]["image"].endswith(f"/covers/{made.object_id}.png") or shown["card"]["image"]
    assert shown["content"].startswith("<p><strong>")
    for act, flag in (("favourite", "favourited"), ("bookmark", "bookmarked")):
        assert (await ben.post(f"v1/statuses/{made.object_id}/{act}"))[flag] is True
    answer = await say(ben, "a question", in_reply_to_id=shown["id"])
    context = await ben.get(f"v1/statuses/{made.object_id}/context")
    assert ids(context["descendants"]) == [answer["id"]]
    assert ids(await App(site.peer).get("v1/timelines/link", url=made.url)) == [answer["id"]]


async def test_a_list_shows_its_members_and_keeps_them_from_home(ada, ben, site):
    cleo = await app_of(site.peer, "cleo")
    for each in (ada, cleo):
        await ben.post(f"v1/accounts/{each.me.id}/follow")
    made = await ben.post("v1/lists", title="Close", replies_policy="list")
    await ben.post(f"v1/lists/{made['id']}/accounts", account_ids=[str(ada.me.id)])
    of_ada = await say(ada, "of a member")
    of_cleo = await say(cleo, "of somebody else")
    boost = await ada.post(f"v1/statuses/{of_cleo['id']}/reblog")
    path = f"v1/timelines/list/{made['id']}"
    assert ids(await ben.get(path)) == [boost["id"], of_ada["id"]]
    assert ids(await ben.get("v1/timelines/home")) == [of_cleo["id"], of_ada["id"]]
    await ben.put(f"v1/lists/{made['id']}", title="Close", exclusive=True)
    assert ids(await ben.get("v1/timelines/home")) == [of_cleo["id"]]
    await cleo.get(path, 404)


async def test_what_one_hides_is_not_listed(ada, ben):
    await ben.post(f"v1/accounts/{ada.me.id}/follow")
    posted = await say(ada, "for everybody")
    places = ("v1/timelines/home", "v1/timelines/public")
    for act in ("mute", "block"):
        await ben.post(f"v1/accounts/{ada.me.id}/{act}")
        assert [await ben.get(place) for place in places] == [[], []]
        assert ids(await ada.get("v1/timelines/public")) == ([posted["id"]])
        await ben.post(f"v1/accounts/{ada.me.id}/un{act}")
    assert ids(await ben.get("v1/timelines/public")) == [posted["id"]]


async def test_statuses_of_an_account(ada, ben):
    root = await say(ada, "root #one")
    thread = await say(ada, "more", in_reply_to_id=root["id"])
    of_ben = await say(ben, "of ben")
    answer = await say(ada, "an answer", in_reply_to_id=of_ben["id"])
    boost = await ada.post(f"v1/statuses/{of_ben['id']}/reblog")
    private = await say(ada, "for followers", visibility="private")
    path = f"v1/accounts/{ada.me.id}/statuses"
    assert ids(await ben.get(path)) == [boost["id"], answer["id"], thread["id"], root["id"]]
    assert ids(await ben.get(path, exclude_replies=True)) == [boost["id"], thread["id"], root["id"]]
    assert ids(await ben.get(path, exclude_reblogs=True)) == [answer["id"], thread["id"], root["id"]]
    assert ids(await ben.get(path, tagged="ONE")) == [root["id"]]
    assert ids(await ben.get(path, only_media=True)) == []
    assert ids(await ben.get(path, limit=2, max_id=answer["id"])) == [thread["id"], root["id"]]
    assert ids(await ada.get(path))[0] == private["id"]
    await ada.get("v1/accounts/404/statuses", 404)


@pytest.mark.parametrize(("act", "path"), [("bookmark", "v1/bookmarks"), ("favourite", "v1/favourites")])
async def test_what_is_kept_pages_by_when_it_was_kept(ada, ben, act, path):
    first, second, third = [(await say(ada, f"post {number}"))["id"] for number in range(3)]
    for each in (third, first, second):
        await ben.post(f"v1/statuses/{each}/{act}")
    answer = await ben.ask("GET", f"{path}?limit=2")
    assert ids(await answer.json()) == [second, first]
    answer = await ben.ask("GET", str(answer.links["next"]["url"].path_qs))
    assert ids(await answer.json()) == [third]
    assert await ada.get(path) == []


async def test_direct_messages(ada, ben, site):
    sent = await say(ada, "only @ben", visibility="direct")
    assert ids(await ben.get("v1/timelines/direct")) == ids(await ada.get("v1/timelines/direct")) == [sent["id"]]
    assert await (await app_of(site.peer, "cleo")).get("v1/timelines/direct") == []


async def test_absurd_limits_are_no_error(ada):
    await say(ada, "hello")
    for limit in ("0", "-1", "999999999999999999999", "x", ""):
        assert len(await ada.get("v1/timelines/home", limit=limit)) == 1, limit


def _link(conn, object_id, url):
    previews.save_card(conn, url, {"title": "A page"}, 1)
    previews.show_card(conn, object_id, url)


async def _cost_the_same(ben, site, paths):
    app = site.peer.runner.app
    for path in paths:
        await ben.get(path, limit=1)
        counts = []
        for limit in (1, 10, 20):
            app[LOOK].cache.clear()
            app[ANSWERS].clear()
            with counted(site.store) as statements:
                assert len(await ben.get(path, limit=limit)) == limit
            counts.append(len(statements))
        assert len(set(counts)) == 1, (path, counts)


async def test_lists_about_one_thing_cost_the_same_for_any_number_of_rows(ada, ben, site):
    root = await say(ada, "root")
    link = "https://elsewhere.example/page"
    for number in range(20):
        await say(ada, f"quote {number}", quoted_status_id=root["id"])
        linking = await say(ada, f"see {link}")
        await say(ada, f"between us {number} @ben", visibility="direct")
        await say(ben, f"later {number}", scheduled_at="2098-01-01T00:00:00Z")
        fan = await app_of(site.peer, f"fan{number}")
        for act in ("favourite", "reblog"):
            await fan.post(f"v1/statuses/{root['id']}/{act}")
        await site.store.write(_link, int(linking["id"]), link)
    paths = [
        "v1/timelines/direct",
        f"v1/timelines/link?url={link}",
        f"v1/statuses/{root['id']}/quotes",
        f"v1/statuses/{root['id']}/favourited_by",
        f"v1/statuses/{root['id']}/reblogged_by",
        "v1/scheduled_statuses",
    ]
    await _cost_the_same(ben, site, paths)


async def test_lists_cost_the_same_for_any_number_of_rows(ada, ben, site):
    await ben.post(f"v1/accounts/{ada.me.id}/follow")
    made = await ben.post("v1/lists", title="Close")
    await ben.post(f"v1/lists/{made['id']}/accounts", account_ids=[str(ada.me.id)])
    root = await say(ada, "root #tag")
    for number in range(40):
        posted = await say(ada, f"post {number} #tag @ben", in_reply_to_id=root["id"] if number % 2 else None)
        for act in ("favourite", "bookmark"):
            await ben.post(f"v1/statuses/{posted['id']}/{act}")
    paths = [
        "v1/timelines/home",
        "v1/timelines/public",
        "v1/timelines/tag/tag",
        f"v1/timelines/list/{made['id']}",
        f"v1/accounts/{ada.me.id}/statuses",
        "v1/bookmarks",
        "v1/favourites",
    ]
    await _cost_the_same(ben, site, paths)
    with counted(site.store) as statements:
        await ben.get(f"v1/statuses/{root['id']}/context")
    assert len(statements) <= 16


async def test_public_lists_go_down_an_index(site):
    """No statement of a list sorts all that there is."""
    if site.store.dialect != "sqlite":
        pytest.skip("each database has a language of its own for plans")

    def plans(conn):
        found = {}
        for name, prepared, values in (
            ("home", entries._home(()), {"viewer": 1, "now": 1, "limit": 20}),
            ("public", timelines._public(None, True, False, False, ()), {"limit": 20}),
            ("remote", timelines._public(None, False, True, False, ()), {"limit": 20}),
            ("media", timelines._public(None, False, False, True, ()), {"limit": 20}),
            ("media of one", timelines._of_actor(None, False, False, True, False, ()), {"limit": 20, "actor_id": 1}),
        ):
            sql, arrange = prepared._compile(conn, values)
            found[name] = [row[-1] for row in conn.exec_driver_sql("EXPLAIN QUERY PLAN " + sql, arrange(values))]
        return found

    for name in ("public", "remote"):
        assert any("ix_objects_local_visibility_id" in step for step in (await site.store.read(plans))[name])
    for name, index in (("media", "ix_objects_media_visibility_id"), ("media of one", "ix_objects_media_actor_id_id")):
        assert any(index in step for step in (await site.store.read(plans))[name]), name

    for name, plan in (await site.store.read(plans)).items():
        assert not any("TEMP B-TREE" in step for step in plan), (name, plan)
