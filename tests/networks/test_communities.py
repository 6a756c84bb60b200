"""Communities between whole nodes: joining, writing, governing, catching up."""

from typing import Any

import pytest
from sqlalchemy import Connection

from node.domain.communities import Act, JoinPolicy, TopicKind
from node.domain.deeds import Deed
from node.domain.drafts import Draft
from node.domain.visibility import Visibility
from node.services.governing import governing
from node.services.people import follows as following
from node.services.posts import post_changes, posts, reacting
from node.store.communities import communities
from node.store.federation import activities
from node.store.people import actors, follows
from node.store.people.actors import Actor
from node.store.posts import object_lists, objects, topics
from node.store.posts.objects import Object
from node.store.posts.topics import Topic
from tests.communities import Circle, make_circle
from tests.network import Network, Peer, network
from tests.remote import PUBLIC
from tests.rows import each_row


@pytest.fixture
async def houses(tmp_path):
    async with network(tmp_path, "museum", "hospital", "university") as net:
        yield net


@pytest.fixture
async def circle(houses) -> Circle:
    return await make_circle(houses)


async def messages_to(peer: Peer, actor) -> list[str]:
    """The texts that somebody was sent in private, the oldest first."""

    def load(conn):
        named = conn.exec_driver_sql(
            "SELECT content FROM objects JOIN mentions ON object_id = id "
            f"WHERE actor_uri = '{actor.uri}' AND visibility = 'direct' ORDER BY id"
        )
        return [row[0] for row in named]

    return await peer.store.read(load)


# -- joining --------------------------------------------------------------------------------------------------------


async def test_people_of_other_houses_join_an_open_community_by_following(houses) -> None:
    circle = await make_circle(houses, topics=["metals"], rules=["Be kind."])
    assert await circle.members() == {person.uri for person in circle.people}
    hospital = houses.peers[1]
    copy = await hospital.system.federation.fetcher.actor(circle.group.uri)
    known = await hospital.store.read(communities.find_community, copy.id)
    assert (known.join_policy, known.rules, known.topics) == (JoinPolicy.OPEN, ["Be kind."], ["metals"])


async def test_who_may_not_join_is_refused_and_told_why_once(houses) -> None:
    home, hospital, _ = houses.peers
    ada, ben = await home.add_actor("ada"), await hospital.add_actor("ben")
    sentences = {
        JoinPolicy.INVITE: "by invitation",
        JoinPolicy.ORGANISATION: "Only members of the organisation",
        JoinPolicy.PARTNERS: "its partners",
    }
    for number, (policy, sentence) in enumerate(sentences.items()):
        circle = Circle(houses, await home.add_community(policy.value, ada, join_policy=policy), [ada, ben])
        for _ in range(2):
            await hospital.follow(ben, circle.group.uri)
            await circle.settle()
            assert await circle.members() == {ada.uri}, policy
            assert await hospital.store.read(follows.load_pending_out, limit=5) == [], policy
        told = await messages_to(hospital, ben)
        assert len(told) == number + 1, policy
        assert sentence in told[-1]


async def test_a_request_waits_for_a_moderator(houses) -> None:
    circle = await make_circle(houses, join_policy=JoinPolicy.REQUEST)
    ada, ben, cleo = circle.people
    assert await circle.members() == {ada.uri}
    assert len(await messages_to(circle.home, ada)) == 2
    unit = circle.home.unit()
    for uri, decide in ((ben.uri, following.authorize), (cleo.uri, following.reject)):
        asker = await circle.home.system.federation.fetcher.actor(uri)
        await circle.home.store.write(decide, unit, circle.group.id, asker.id)
    await circle.settle()
    assert await circle.members() == {ada.uri, ben.uri}
    hospital, university = houses.peers[1:]
    copy = await hospital.system.federation.fetcher.actor(circle.group.uri)
    assert await hospital.store.read(follows.is_following, ben.id, copy.id)
    assert await university.store.read(follows.load_pending_out, limit=5) == []


# -- writing --------------------------------------------------------------------------------------------------------


async def publish(peer: Peer, author: Actor, **draft: Any) -> Object:
    defaults = {"text": "We cast tin on Tuesdays.", "visibility": Visibility.PUBLIC, "language": "en"}
    return await peer.store.write(posts.publish, peer.unit(), author.id, Draft(**{**defaults, **draft}))


async def begin(circle: Circle, place: int = 0, **draft: Any) -> Object:
    """A thread that a member begins from her own house, as she would on its pages."""
    peer, author = circle.net.peers[place], circle.people[place]
    group = await peer.store.read(actors.find_actor, circle.group.uri)
    made = await publish(
        peer, author, community_id=group.id, topic_kind=TopicKind.DISCUSSION, title="Tin or zinc?", **draft
    )
    await circle.settle()
    return made


async def topic_at(peer: Peer, uri: str) -> Topic | None:
    def load(conn: Connection) -> Topic | None:
        found = objects.find_object(conn, uri)
        return topics.find_topic(conn, found.id) if found else None

    return await peer.store.read(load)


async def home_of(peer: Peer, person: Actor) -> list[str]:
    """URIs on a home timeline, the newest first."""
    return [row.uri for row in await peer.store.read(object_lists.list_home, person.id, before=None, limit=20)]


@each_row("place", [0, 1])
async def test_a_thread_reaches_the_members_on_all_nodes_wherever_it_begins(circle: Circle, place: int) -> None:
    thread = await begin(circle, place)
    for peer, person in zip(circle.net.peers, circle.people, strict=True):
        topic = await topic_at(peer, thread.uri)
        assert topic is not None, peer.origin
        assert topic.kind == TopicKind.DISCUSSION
        assert thread.uri in await home_of(peer, person), peer.origin


async def test_an_answer_reaches_all_nodes_and_no_timeline_of_strangers_to_its_author(houses) -> None:
    circle = await make_circle(houses)
    thread = await begin(circle)
    hospital, university = houses.peers[1:]
    parent = await hospital.object(thread.uri)
    answer = await publish(hospital, circle.people[1], text="Zinc.", in_reply_to_id=parent.id)
    await circle.settle()
    for peer in houses.peers:
        found = await peer.object(answer.uri)
        assert found is not None, peer.origin
        assert found.audience == circle.group.uri
        assert await topic_at(peer, answer.uri) is None
    assert answer.uri not in await home_of(university, circle.people[2])


@pytest.mark.usefixtures("each_database")
async def test_likes_edits_and_deletions_are_passed_on(houses) -> None:
    circle = await make_circle(houses)
    thread = await begin(circle)
    hospital, university = houses.peers[1:]
    known = await hospital.object(thread.uri)
    await hospital.store.write(reacting.favourite, hospital.unit(), circle.people[1].id, known)
    await circle.settle()
    for peer in houses.peers:
        found = await peer.object(thread.uri)
        row = await peer.store.read(objects.load_row, found.id)
        assert row.likes_count == 1, peer.origin
    home, author = circle.home, circle.people[0]
    links, edit = home.system.node.links, post_changes.Edit(text="Zinc or brass.")
    await home.store.write(post_changes.edit, home.unit(), author.id, thread.id, edit, links=links)
    await circle.settle()
    assert {each["type"] for each in await _telling(university, circle, "brass")} == {"Update", "Announce"}
    await home.store.write(post_changes.delete, home.unit(), author.id, thread.id)
    await circle.settle()
    gone = await university.object(thread.uri)
    assert gone.state == objects.DELETED
    assert await _telling(university, circle, "content") == []


async def _telling(reader: Peer, circle: Circle, words: str) -> list[Any]:
    """What its home answers a stranger of the activities of the community and of who began it, as far as it says so."""
    load, home = activities.list_by_actor, circle.home
    senders = (circle.group, circle.people[0])
    sent = [each for actor in senders for each in await home.store.read(load, actor.id, before=None, limit=50)]
    answers = [await reader.get(each.uri) for each in sent]
    return [document for status, document in answers if status == 200 and words in str(document)]


async def test_who_is_no_member_is_told_once_that_only_members_write(houses) -> None:
    circle = await make_circle(houses)
    university = houses.peers[2]
    eve = await university.add_actor("eve")
    for text in ("Buy tin!", "Buy zinc!"):
        await publish(university, eve, text=f"{text} {circle.group.handle}")
        await circle.settle()
    assert await circle.home.store.read(topics.count_topics, [circle.group.id]) == {}
    (told,) = await messages_to(university, eve)
    assert "Only members write" in told


async def test_a_community_elsewhere_decides_itself_what_belongs_to_it(houses) -> None:
    """A post that only says that it is for a community is in nobody's copy of it before that passes it on."""
    circle = await make_circle(houses)
    hospital, university = houses.peers[1:]
    eve = await university.add_actor("eve")
    await hospital.follow(circle.people[1], eve.uri)
    await circle.settle()
    said = await publish(university, eve, text=f"Buy tin! {circle.group.handle}")
    await circle.settle()
    assert await hospital.object(said.uri) is not None
    assert await topic_at(hospital, said.uri) is None


async def test_a_node_that_missed_the_end_of_a_membership_hears_of_it_with_the_next_thread(houses) -> None:
    """Who may read it there, that node decides by who follows the community."""
    circle = await make_circle(houses, visibility=Visibility.COMMUNITY, join_policy=JoinPolicy.OPEN)
    home, hospital, _ = houses.peers
    left, stays = circle.people[1], await hospital.add_actor("fay")
    await hospital.follow(stays, circle.group.uri)
    await circle.settle()
    removed = await home.store.read(actors.find_actor, left.uri)
    known = await home.store.read(follows.find_follow, removed.id, circle.group.id)
    await home.store.write(follows.delete_follow, known.id)
    await begin(circle, 0)
    there = await hospital.store.read(actors.find_actor, circle.group.uri)
    assert not await hospital.store.read(follows.is_following, left.id, there.id)
    assert await hospital.store.read(follows.is_following, stays.id, there.id)


async def test_what_is_said_in_a_closed_community_stays_with_its_members(houses) -> None:
    circle = await make_circle(houses, visibility=Visibility.COMMUNITY, join_policy=JoinPolicy.OPEN)
    thread = await begin(circle, 1)
    assert thread.visibility == Visibility.COMMUNITY
    home, hospital, _university = houses.peers
    for peer, person in zip(houses.peers, circle.people, strict=True):
        found = await peer.object(thread.uri)
        assert found is not None, peer.origin
        assert found.visibility == Visibility.COMMUNITY
        assert thread.uri in await home_of(peer, person)
    for path in (thread.uri, f"{thread.uri}/replies", thread.context):
        assert (await hospital.get(path))[0] == 404, path
    alien = {"uri": "https://alien.example/1", "kind": "note", "type": "Note", "actor_id": circle.people[1].id}
    alien |= {"in_reply_to": thread.uri, "in_reply_to_id": thread.id, "context": thread.context, "local": False}
    alien |= {"visibility": "community", "audience": "https://alien.example/c/tin", "published_at": 1, "received_at": 1}
    await hospital.store.write(objects.insert_objects, [{"id": hospital.unit().ids.new(), **alien}])
    told = [(hospital, circle.people[1], thread.uri + each) for each in ("", "/replies", "/likes", "/shares")]
    told += [(hospital, circle.people[1], thread.context)]
    told += [(home, circle.people[0], f"{circle.group.uri}/{each}") for each in ("outbox", "featured", "moderators")]
    for peer, member, address in told:
        headers = {"Accept": "application/activity+json", "Authorization": f"Bearer {await peer.token(member)}"}
        async with peer.http.get(address, headers=headers) as answer:
            assert (answer.status, answer.headers["Cache-Control"]) == (200, "private, no-store"), address
            assert alien["uri"] not in await answer.text(), address
    for name, status in (("moderators", 200), ("experts", 200), ("outbox", 404), ("featured", 404), ("followers", 404)):
        assert (await hospital.get(f"{circle.group.uri}/{name}"))[0] == status, name
    assert (await hospital.get(f"{circle.group.uri}/moderators"))[1]["orderedItems"] == [circle.people[0].uri]
    sent = await home.store.read(_sent_by, circle.group.id)
    assert sent
    assert not [body for body in sent if PUBLIC in body]


def _sent_by(conn: Connection, actor_id: int) -> list[str]:
    return [each.body for each in activities.list_by_actor(conn, actor_id, before=None, limit=50)]


@pytest.mark.usefixtures("each_database")
async def test_who_joins_late_finds_the_whole_history(houses) -> None:
    home, hospital, university = houses.peers
    circle = await make_circle(Network([home, hospital]))
    first = await begin(circle)
    parent = await hospital.object(first.uri)
    answer = await publish(hospital, circle.people[1], text="Zinc.", in_reply_to_id=parent.id)
    second = await begin(circle, 1)
    by, deed = circle.people[0], Deed(Act.LOCK, circle.people[0].uri, second.uri)
    await home.store.write(governing.govern, home.unit(), by, circle.group, deed)
    await circle.settle()
    cleo = await university.add_actor("cleo")
    await university.follow(cleo, circle.group.uri)
    await houses.settle()
    assert [(await topic_at(university, thread.uri)).locked for thread in (first, second)] == [False, True]
    assert (await university.object(answer.uri)).audience == circle.group.uri
    assert await home_of(university, cleo) == []
