"""Posts that somebody here looked up before the word of their author came."""

import pytest

from node.domain.visibility import Visibility
from node.store.posts import topics
from tests.client import app_of
from tests.network import network
from tests.notes import publish_note

pytestmark = pytest.mark.usefixtures("each_database")


async def test_a_post_that_was_looked_up_before_it_came_is_told_and_shown_like_any_other(tmp_path):
    async with network(tmp_path, "hub", "uni") as net:
        here, there = net.peers
        ada, ben, cleo = [await app_of(here, name) for name in ("ada", "ben", "cleo")]
        zoe = await there.add_actor("zoe")
        await here.follow(ben.me, zoe.uri)
        await cleo.post("v1/tags/casting/follow")
        await net.settle()
        await there.system.federation.fetcher.actor(ada.me.uri)
        words = f"Hello @ada@{ada.me.host} #Casting"
        posted = await there.store.write(publish_note, there.unit(), zoe.id, words, Visibility.PUBLIC)
        fetcher = here.system.federation.fetcher
        await fetcher.object(posted.uri)
        assert await ada.get("v1/notifications") == await ben.get("v1/timelines/home") == []
        document = await fetcher.get_object(posted.uri)
        await fetcher.take_in(document)  # a second look keeps in mind that it was only looked up
        await net.settle()
        ((told,), (at_home,), (by_tag,)) = (
            await ada.get("v1/notifications"),
            await ben.get("v1/timelines/home"),
            await cleo.get("v1/timelines/home"),
        )
        assert (told["type"], told["status"]["uri"]) == ("mention", posted.uri)
        assert at_home["id"] == by_tag["id"] == told["status"]["id"]
        await ada.post("v1/notifications/clear")
        again = {"type": "Create", "object": document}
        await there.say(zoe, again, ada.me.uri)
        await net.settle()
        assert await ada.get("v1/notifications") == []


async def test_a_thread_that_was_looked_up_before_it_came_stands_in_its_community(tmp_path):
    async with network(tmp_path, "hub", "uni") as net:
        here, there = net.peers
        ada = await app_of(here, "ada")
        group = await here.add_community("casters", ada.me)
        zoe = await there.add_actor("zoe")
        await there.follow(zoe, group.uri)
        await net.settle()
        words = f"Which wax, @casters@{here.system.node.config.host}?"
        posted = await there.store.write(publish_note, there.unit(), zoe.id, words, Visibility.PUBLIC)
        found = await here.system.federation.fetcher.object(posted.uri)
        assert (await here.store.read(topics.find_topic, found.id)).community_id is None
        await net.settle()
        assert (await here.store.read(topics.find_topic, found.id)).community_id == group.id
        assert (await here.object(posted.uri)).audience == group.uri
        (shown,) = await ada.get(f"v1/accounts/{group.id}/statuses")
        assert shown["reblog"]["uri"] == posted.uri
