"""What others read of our communities: the forms that Lemmy and PieFed ask for, by what their code takes.

Lemmy reads ``orderedItems`` of the collection itself: of the outbox ``Announce`` of ``Create`` of the whole post, with
``to``, ``cc`` and the post's author as ``actor`` of the ``Create`` (crates/apub ``community_outbox``), of ``featured``
whole posts, of moderators ids. PieFed reads ``object.object`` of each item (``retrieve_mods_and_backfill``).
"""

from functools import partial
from typing import Any

import pytest

from federation.fetching import community_reading, walking
from federation.serving import collections
from federation.serving import communities as serving
from node.domain.communities import Act, JoinPolicy
from node.domain.visibility import Visibility
from node.services import membership
from node.services.people import follows as following
from node.store.communities import communities
from node.store.people import actors
from node.store.posts import counters, topics
from tests.communities import Circle, make_circle
from tests.network import Network, network
from tests.networks.test_communities import begin
from tests.networks.test_governing import govern
from tests.remote import PUBLIC


@pytest.fixture
async def houses(tmp_path):
    async with network(tmp_path, "museum", "hospital") as net:
        yield net


async def read(circle: Circle, name: str) -> dict[str, Any]:
    status, document = await circle.home.get(f"{circle.group.uri}/{name}")
    assert status == 200
    return document


async def test_lists_of_a_community_hold_what_lemmy_and_piefed_read(houses) -> None:
    circle = await make_circle(houses)
    first, second = await begin(circle), await begin(circle, 1)
    await govern(circle.home, circle.people[0], circle.group.uri, Act.PIN, first.uri)
    await circle.settle()

    outbox = await read(circle, "outbox")
    assert (outbox["type"], outbox["totalItems"]) == ("OrderedCollection", 2)
    assert [item["object"]["object"]["id"] for item in outbox["orderedItems"]] == [second.uri, first.uri]
    for item, author in zip(outbox["orderedItems"], reversed(circle.people), strict=True):
        create = item["object"]
        page = create["object"]
        assert (item["type"], create["type"], page["type"]) == ("Announce", "Create", "Page")
        assert (item["actor"], create["actor"], page["attributedTo"]) == (circle.group.uri, author.uri, author.uri)
        assert (PUBLIC in item["to"], PUBLIC in create["to"], circle.group.uri in create["cc"]) == (True, True, True)
        assert (page["name"], page["audience"]) == ("Tin or zinc?", circle.group.uri)
        assert "We cast tin" in page["content"]
        assert "@context" not in page
    featured = await read(circle, "featured")
    assert [(page["type"], page["id"]) for page in featured["orderedItems"]] == [("Page", first.uri)]
    assert (await read(circle, "moderators"))["orderedItems"] == [circle.people[0].uri]


async def test_the_whole_history_is_read_over_many_pages(houses, monkeypatch) -> None:
    monkeypatch.setattr(collections, "PER_PAGE", 2)
    monkeypatch.setattr(serving, "PER_PAGE", 2)
    home, hospital = houses.peers
    circle = await make_circle(Network([home]))
    threads = [await begin(circle) for _ in range(5)]
    ben = await hospital.add_actor("ben")
    await hospital.follow(ben, circle.group.uri)
    await houses.settle()
    group = await hospital.system.federation.fetcher.actor(circle.group.uri)
    assert (await hospital.store.read(topics.count_topics, [group.id]))[group.id] == len(threads)


async def test_a_history_that_is_too_long_for_one_walk_is_read_in_parts(houses, monkeypatch) -> None:
    monkeypatch.setattr(collections, "PER_PAGE", 2)
    monkeypatch.setattr(serving, "PER_PAGE", 2)
    monkeypatch.setattr(community_reading, "pages", partial(walking.pages, at_most=1))
    monkeypatch.setattr(community_reading, "GOES_ON_AFTER", 1)
    home, hospital = houses.peers
    circle = await make_circle(Network([home]))
    threads = [await begin(circle) for _ in range(5)]
    ben = await hospital.add_actor("ben")
    await hospital.follow(ben, circle.group.uri)
    await houses.settle()
    group = await hospital.system.federation.fetcher.actor(circle.group.uri)
    known = await hospital.store.read(communities.find_community, group.id)
    assert known.history_page == ""
    assert (await hospital.store.read(topics.count_topics, [group.id]))[group.id] == len(threads)
    later = await begin(circle)
    await hospital.store.write(membership.ask_for_history, hospital.unit(), group)
    await houses.settle()
    assert await hospital.object(later.uri) is not None


async def test_how_many_belong_to_a_community_elsewhere_is_read_again_and_counted_meanwhile(
    houses,
) -> None:
    home, hospital = houses.peers
    circle = await make_circle(Network([home]), visibility=Visibility.COMMUNITY, purpose="We *cast*.")
    for name in ("dan", "eve"):
        await home.store.write(following.follow, home.unit(), (await home.add_actor(name)).id, circle.group.id)

    async def known() -> tuple[int, str]:
        found = await hospital.store.read(actors.load_profile, group.id)
        return found.followers_count, (await hospital.store.read(communities.find_community, group.id)).purpose

    async def read_again() -> None:
        await hospital.store.write(membership.ask_for_all, hospital.unit())
        await houses.settle()

    group = await hospital.system.federation.fetcher.actor(circle.group.uri)
    await houses.settle()
    assert await known() == (0, "We *cast*.")  # it tells strangers what it is for, and nothing of who is in it
    ben = await hospital.add_actor("ben")
    await hospital.follow(ben, group.uri)
    await houses.settle()
    assert (await known())[0] == len(await circle.members()) == 4
    for name in ("fay", "gus"):
        await home.store.write(following.follow, home.unit(), (await home.add_actor(name)).id, circle.group.id)
    await home.store.write(communities.update_community, circle.group.id, purpose="We *blow*.")
    assert await known() == (4, "We *cast*.")
    await read_again()
    assert await known() == (6, "We *blow*.")
    assert await hospital.store.read(counters.find_wrong) == []
    await hospital.store.write(following.unfollow, hospital.unit(), ben.id, group.id)
    assert (await known())[0] == 5
    await houses.settle()
    await home.store.write(communities.update_community, circle.group.id, visibility=Visibility.PUBLIC.value)
    await home.store.write(following.follow, home.unit(), (await home.add_actor("hal")).id, circle.group.id)
    await hospital.system.federation.communities.ask_for_number(group)  # somebody looks at it
    await houses.settle()
    assert (await known())[0] == len(await circle.members()) == 6


async def test_what_was_written_for_members_stays_with_them_when_the_community_opens(houses) -> None:
    circle = await make_circle(houses, visibility=Visibility.COMMUNITY, join_policy=JoinPolicy.OPEN)
    thread = await begin(circle)
    assert (await circle.home.get(f"{circle.group.uri}/outbox"))[0] == 404
    await circle.home.store.write(communities.update_community, circle.group.id, visibility=Visibility.PUBLIC.value)
    outbox = await read(circle, "outbox")
    assert [item["object"] for item in outbox["orderedItems"]] == [thread.uri]
    assert "We cast tin" not in str(outbox)
