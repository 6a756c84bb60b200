"""What apps do is seen on a second node, and what happens there is seen in apps here."""

from dataclasses import replace

from node.clock import HOUR, MINUTE, FixedClock, to_rfc3339
from node.domain.communities import TopicKind
from node.domain.drafts import Draft
from node.domain.moderation import DomainPolicy
from node.domain.visibility import Visibility
from node.services.house import moderate
from node.services.posts import posts
from tests.client import app_of
from tests.network import network
from tests.records import record


async def say(app, text, **more):
    return await app.call("POST", "v1/statuses", json={"status": text, **more})


async def test_posts_acts_polls_and_quotes_between_two_nodes(tmp_path):
    clock = FixedClock()
    async with network(tmp_path, "uni", "museum", clock=clock) as net:
        here, there = net.peers
        ada, ben = await app_of(here, "ada"), await app_of(there, "ben")
        await there.follow(ben.me, ada.me.uri)
        await net.settle()

        async def home():
            await net.settle()
            return await ben.get("v1/timelines/home")

        handle = f"@ben@{there.system.node.config.host}"
        posted = await say(ada, f"Hello {handle}, plain *text* #casting")
        assert [each["acct"] for each in posted["mentions"]] == [handle[1:]]
        (seen,) = await home()
        assert (seen["uri"], seen["content"].count("*text*")) == (posted["uri"], 1)
        assert [tag["name"] for tag in seen["tags"]] == ["casting"]
        assert [each["acct"] for each in seen["mentions"]] == ["ben"]

        for act in ("favourite", "reblog"):
            await ben.post(f"v1/statuses/{seen['id']}/{act}")
        await net.settle()
        counted = await ada.get(f"v1/statuses/{posted['id']}")
        assert (counted["favourites_count"], counted["reblogs_count"]) == (1, 1)
        for act in ("unfavourite", "unreblog"):
            await ben.post(f"v1/statuses/{seen['id']}/{act}")
        await net.settle()
        counted = await ada.get(f"v1/statuses/{posted['id']}")
        assert (counted["favourites_count"], counted["reblogs_count"]) == (0, 0)

        clock.advance(MINUTE)
        await ada.call("PUT", f"v1/statuses/{posted['id']}", json={"status": "edited #else"})
        (seen,) = await home()
        assert (seen["content"].startswith("<p>edited"), seen["edited_at"] is not None) == (True, True)
        assert [tag["name"] for tag in seen["tags"]] == ["else"]
        assert len(await ben.get(f"v1/statuses/{seen['id']}/history")) == 2

        poll = await say(ada, "how many?", poll={"options": ["one", "two"], "expires_in": 600})
        seen_poll = (await home())[0]
        voted = await ben.call("POST", f"v1/polls/{seen_poll['poll']['id']}/votes", json={"choices": [1]})
        assert (voted["voted"], voted["own_votes"]) == (True, [1])
        await net.settle()
        assert [each["votes_count"] for each in (await ada.get(f"v1/polls/{poll['id']}"))["options"]] == [0, 1]

        quoting = await say(ben, "look", quoted_status_id=seen["id"])
        assert quoting["quote"]["state"] == "pending"
        await ada.post(f"v1/accounts/{(await ada.get('v1/accounts/lookup', acct=handle))['id']}/follow")
        await net.settle()
        (arrived,) = await ada.get("v1/timelines/home", limit=1)
        assert arrived["content"] == quoting["content"], "with what leads there for apps without quotes, marked as such"
        assert (await ben.get(f"v1/statuses/{quoting['id']}"))["quote"]["state"] == "accepted"
        assert (await ada.get(f"v1/statuses/{posted['id']}"))["quotes_count"] == 1

        among_us = await say(ada, "among us", local_only=True)
        assert among_us["uri"] not in [each["uri"] for each in await home()]
        await ada.delete(f"v1/statuses/{posted['id']}")
        assert posted["uri"] not in [each["uri"] for each in await home()]


async def test_what_its_author_denies_is_not_quoted_on_another_node_either(tmp_path):
    async with network(tmp_path, "uni", "museum") as net:
        here, there = net.peers
        ada, ben, cleo = await app_of(here, "ada"), await app_of(there, "ben"), await app_of(there, "cleo")
        await there.follow(ben.me, ada.me.uri)
        await net.settle()
        for policy, of_followers, of_others in (("nobody", 422, 422), ("followers", 200, 422), ("public", 200, 200)):
            await say(ada, "quote me", quote_approval_policy=policy)
            await net.settle()
            (seen,) = await ben.get("v1/timelines/home", limit=1)
            for app, expected in ((cleo, of_others), (ben, of_followers)):
                may = (await app.get(f"v1/statuses/{seen['id']}"))["quote_approval"]["current_user"]
                assert may == ("automatic" if expected == 200 else "denied"), policy
                await app.post("v1/statuses", expected, status="look", quoted_status_id=seen["id"])
        assert len(await cleo.get(f"v1/accounts/{cleo.me.id}/statuses")) == 1, "what is refused is not posted"


async def test_what_arrives_late_stands_where_it_belongs(tmp_path):
    clock = FixedClock()
    async with network(tmp_path, "uni", "museum", clock=clock) as net:
        here, there = net.peers
        ada, ben = await app_of(here, "ada"), await app_of(there, "ben")
        await there.follow(ben.me, ada.me.uri)
        await net.settle()
        early = await say(ada, "early")
        clock.advance(HOUR)
        own = await say(ben, "in between")
        await net.settle()
        assert [each["uri"] for each in await ben.get("v1/timelines/home")] == [own["uri"], early["uri"]]


async def test_pages_that_posts_link_to_are_shown_as_cards(tmp_path):
    async with network(tmp_path, "uni", "museum") as net:
        here, there = net.peers
        ada = await app_of(here, "ada")
        elsewhere = await there.publish(record())
        own = await here.publish(record(description={"en": "From data"}))
        posted = await say(ada, f"look at {elsewhere.url}")
        assert posted["card"] is None
        about_own = await say(ada, f"and at {own.url}")
        draft = Draft("It broke.", Visibility.PUBLIC, title="Why?", topic_kind=TopicKind.QUESTION)
        asked = await here.store.write(posts.publish, here.unit(), ada.me.id, draft)
        draft = replace(draft, visibility=Visibility.FOLLOWERS)
        told = await here.store.write(posts.publish, here.unit(), ada.me.id, draft)
        about_asked, about_told = await say(ada, f"help at {asked.url}"), await say(ada, f"not at {told.url}")
        await net.settle()
        card = (await ada.get(f"v1/statuses/{posted['id']}"))["card"]
        assert "Casting basics" in card["title"]
        assert card["url"] == elsewhere.url
        assert card["image"] is None or card["image"].startswith(here.origin)
        card = (await ada.get(f"v1/statuses/{about_own['id']}"))["card"]
        assert (card["title"], card["description"]) == ("Casting basics", "From data")
        assert card["authors"][0]["account"]["id"] == str((await here.organisation()).id)
        card = (await ada.get(f"v1/statuses/{about_asked['id']}"))["card"]
        assert (card["title"], card["description"], card["provider_name"]) == ("Why?", "It broke.", ada.me.title)
        assert (await ada.get(f"v1/statuses/{about_told['id']}"))["card"] is None
        found = await ada.get("v1/timelines/link", url=elsewhere.url)
        assert [each["id"] for each in found] == [posted["id"]]
        await ada.call("PUT", f"v1/statuses/{posted['id']}", json={"status": "no link any more"})
        assert (await ada.get(f"v1/statuses/{posted['id']}"))["card"] is None


async def test_what_waited_reaches_those_whom_it_was_for(tmp_path):
    clock = FixedClock()
    async with network(tmp_path, "uni", "museum", clock=clock) as net:
        here, there = net.peers
        ada, ben = await app_of(here, "ada"), await app_of(there, "ben")
        await there.follow(ben.me, ada.me.uri)
        await net.settle()
        at = to_rfc3339(clock.now() + HOUR)
        await say(ada, "for all", scheduled_at=at)
        await say(ada, "for the house", scheduled_at=at, local_only=True)
        await say(ada, "for followers", scheduled_at=at, visibility="private")
        await net.settle()
        assert await ben.get("v1/timelines/home") == []
        clock.advance(HOUR)
        await net.settle()
        assert len(await ada.get("v1/timelines/home")) == 3
        seen = {each["content"]: each["visibility"] for each in await ben.get("v1/timelines/home")}
        assert seen == {"<p>for all</p>": "public", "<p>for followers</p>": "private"}


async def test_of_a_blocked_host_nothing_is_shown_and_nothing_done(tmp_path):
    async with network(tmp_path, "uni", "museum") as net:
        here, there = net.peers
        ada, ben = await app_of(here, "ada"), await app_of(there, "ben")
        posted = await say(ben, "wombat", poll={"options": ["wombat", "x"], "expires_in": 600})
        (seen,) = (await ada.get("v2/search", q=posted["uri"], resolve=True))["statuses"]
        boost = await ada.post(f"v1/statuses/{seen['id']}/reblog")
        made = await there.publish(record())
        (resource,) = (await ada.get("v2/search", q=made.uri, resolve=True))["statuses"]
        await ada.post(f"v1/statuses/{resource['id']}/favourite")
        assert len(await ada.get("v1/trends/links")) == 1
        host = there.system.node.config.host
        await here.store.write(moderate.set_policy, here.unit(), None, host, DomainPolicy.BLOCK, "")
        await net.settle()
        for status_id in (seen["id"], boost["id"]):
            path = f"v1/statuses/{status_id}"
            told = ("", "/context", "/history", "/source", "/favourited_by", "/reblogged_by", "/quotes")
            acts = ("favourite", "unfavourite", "reblog", "unreblog", "bookmark", "mute", "pin")
            tried = [("GET", path + each) for each in told] + [("POST", f"{path}/{each}") for each in acts]
            for method, each in (*tried, ("GET", f"v1/polls/{seen['id']}"), ("DELETE", path)):
                answer = await ada.ask(method, each)
                assert (answer.status, "wombat" in await answer.text()) == (404, False), (method, each)
        assert await ada.get("v1/trends/links") == []
        await ada.call("POST", f"v1/polls/{seen['id']}/votes", 404, json={"choices": [0]})
        for naming in ("in_reply_to_id", "quoted_status_id"):
            await ada.post("v1/statuses", 404, status="to nobody", **{naming: seen["id"]})
        await here.store.write(moderate.remove_policy, here.unit(), None, host)
        await net.settle()
        shown = await ada.get(f"v1/statuses/{seen['id']}")
        assert (shown["favourited"], shown["reblogged"], shown["bookmarked"]) == (False, True, False)
