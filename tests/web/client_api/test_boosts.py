"""Boosts for everybody or for followers alone, languages of follows, and totals of polls that are hidden."""

import pytest

from node.clock import DAY, FixedClock
from tests.client import App, app_of
from tests.network import network

pytestmark = pytest.mark.usefixtures("each_database")


async def say(app, text, **more):
    return await app.post("v1/statuses", status=text, **more)


def ids(found):
    return [each["id"] for each in found]


@pytest.fixture
async def ada(site):
    return await app_of(site.peer, "ada")


@pytest.fixture
async def ben(site):
    return await app_of(site.peer, "ben")


async def test_a_boost_for_followers_is_seen_by_them_alone(ada, ben, site):
    cleo = await app_of(site.peer, "cleo")
    await cleo.post(f"v1/accounts/{ben.me.id}/follow")
    posted = await say(ada, "worth it")
    boost = await ben.post(f"v1/statuses/{posted['id']}/reblog", visibility="private")
    assert (boost["visibility"], boost["reblog"]["visibility"]) == ("private", "public")
    of_ben = f"v1/accounts/{ben.me.id}/statuses"
    by = f"v1/statuses/{posted['id']}/reblogged_by"
    for who in (ben, cleo):
        assert ids(await who.get(of_ben)) == [boost["id"]]
        assert ids(await who.get(by)) == [str(ben.me.id)]
    assert ids(await cleo.get("v1/timelines/home")) == [boost["id"]]
    for who in (ada, App(site.peer)):
        assert await who.get(of_ben) == []
        assert await who.get(by) == []
        await who.get(f"v1/statuses/{boost['id']}", 404)
    await ben.post(f"v1/statuses/{posted['id']}/reblog", 422, visibility="direct")


@pytest.mark.parametrize(
    ("said", "to_public", "shown"),
    [(None, "to", "public"), ("unlisted", "cc", "unlisted"), ("private", None, "private")],
)
async def test_other_nodes_hear_whom_a_boost_is_for(tmp_path, said, to_public, shown):
    async with network(tmp_path, "uni", "museum") as net:
        here, there = net.peers
        ada, ben = await app_of(here, "ada"), await app_of(there, "ben")
        await there.follow(ben.me, ada.me.uri)
        await net.settle()
        posted = await say(ada, "my own")
        await ada.post(f"v1/statuses/{posted['id']}/reblog", **({"visibility": said} if said else {}))
        await net.settle()
        # The post is on the timeline already, so the boost is read on the account's page.
        (account,) = await ben.get(f"v1/accounts/{ben.me.id}/following")
        found = [each for each in await ben.get(f"v1/accounts/{account['id']}/statuses") if each["reblog"]]
        assert [each["visibility"] for each in found] == [shown]
        strangers = await App(there).get(f"v1/accounts/{account['id']}/statuses")
        assert len([each for each in strangers if each["reblog"]]) == (to_public is not None)
        await ada.post(f"v1/statuses/{posted['id']}/unreblog")
        await net.settle()
        assert not [each for each in await ben.get(f"v1/accounts/{account['id']}/statuses") if each["reblog"]]


async def test_posts_in_other_languages_stay_away_from_home(ada, ben, site):
    before = await say(ada, "vorher", language="de"), await say(ada, "before", language="en")
    follow = f"v1/accounts/{ada.me.id}/follow"
    assert (await ben.post(follow, languages=["de"]))["languages"] == ["de"]
    assert ids(await ben.get("v1/timelines/home")) == [before[0]["id"]]
    await say(ada, "hello", language="en")
    wanted = [await say(ada, "hallo", language="de"), await say(ada, "servus", language="de-AT")]
    assert ids(await ben.get("v1/timelines/home")) == [wanted[1]["id"], wanted[0]["id"], before[0]["id"]]
    cleo = await app_of(site.peer, "cleo")
    english = await say(cleo, "a find", language="en")
    await ada.post(f"v1/statuses/{english['id']}/reblog")
    assert len(await ben.get("v1/timelines/home")) == 3
    await ben.post(follow, languages=[])
    again = await say(ada, "in English again", language="en")
    assert (await ben.get("v1/timelines/home"))[0]["id"] == again["id"]


async def test_hidden_totals_are_not_told_before_the_end(tmp_path):
    clock = FixedClock()
    async with network(tmp_path, "uni", clock=clock) as net:
        (peer,) = net.peers
        ada, ben = await app_of(peer, "ada"), await app_of(peer, "ben")
        poll = {"options": ["one", "two"], "expires_in": 3_600, "hide_totals": True}
        posted = await say(ada, "how many?", poll=poll)
        await ben.post(f"v1/polls/{posted['poll']['id']}/votes", choices=[1])

        async def totals():
            _, document = await peer.get(posted["uri"])
            return [each["replies"]["totalItems"] for each in document["oneOf"]], document["votersCount"]

        assert await totals() == ([0, 0], 0)
        clock.advance(DAY)
        assert await totals() == ([0, 1], 1)
