"""Communities governed from several houses, by servers without our extensions, and by those who may not govern."""

from typing import Any

import pytest
from sqlalchemy import Connection

from node.domain.communities import Act, JoinPolicy
from node.domain.deeds import Deed
from node.domain.visibility import Visibility
from node.errors import Forbidden, Invalid, RemoteNotFound
from node.services.events.events import EventDraft, publish_event
from node.services.governing import governing
from node.store import tables
from node.store.communities import communities, community_bans, community_log, community_roles
from node.store.database.upsert import insert_missing
from node.store.events import event_answers
from node.store.federation import hosts
from node.store.people import actors, follows
from node.store.people.actors import Actor
from node.store.posts import objects, reactions, topics
from tests.communities import Circle, make_circle
from tests.happenings import event_record
from tests.network import Network, Peer, network
from tests.networks.test_communities import begin, home_of, messages_to, publish, topic_at
from tests.remote import PUBLIC, Remote, RemoteActor, remote
from tests.rows import each_row


@pytest.fixture
async def houses(tmp_path):
    async with network(tmp_path, "museum", "hospital", "university") as net:
        yield net


async def govern(circle: Circle, place: int, act: Act, target: str, **more: Any) -> None:
    """A deed of a member at her own house."""
    peer, person = circle.net.peers[place], circle.people[place]
    group = await peer.store.read(actors.find_actor, circle.group.uri)
    await peer.store.write(governing.govern, peer.unit(), person, group, Deed(act, person.uri, target, **more))
    await circle.settle()


async def state_of(peer: Peer, uri: str) -> tuple[str, bool, bool]:
    """State of a thread as a node has it, whether it is locked, whether it is pinned."""
    found, topic = await peer.object(uri), await topic_at(peer, uri)
    return found.state, topic.locked, topic.pinned_at is not None


# -- moderators of several houses ------------------------------------------------------------------------------------


async def test_a_moderator_of_another_house_governs_for_all(houses) -> None:
    circle = await make_circle(houses)
    thread = await begin(circle, 2)
    await govern(circle, 0, Act.APPOINT, circle.people[1].uri)
    for peer in houses.peers:
        group = await peer.store.read(actors.find_actor, circle.group.uri)
        governing_there = await peer.store.read(community_roles.load_moderators, group.id, peer.unit().now)
        assert circle.people[1].uri in governing_there, peer.origin
    steps = [
        (Act.LOCK, ("live", True, False)),
        (Act.UNLOCK, ("live", False, False)),
        (Act.PIN, ("live", False, True)),
        (Act.UNPIN, ("live", False, False)),
        (Act.REMOVE, ("removed", False, False)),
        (Act.RESTORE, ("live", False, False)),
    ]
    for act, wanted in steps:
        await govern(circle, 1, act, thread.uri, reason="Because.")
        for peer in houses.peers:
            assert await state_of(peer, thread.uri) == wanted, (act, peer.origin)
    log = await circle.home.store.read(community_log.load_log, circle.group.id, before=None, limit=20)
    assert [entry.act for entry in log][:6] == [act.value for act, _ in reversed(steps)]
    assert {entry.actor_uri for entry in log[:6]} == {circle.people[1].uri}
    assert log[0].reason == "Because."
    university = houses.peers[2]
    copy = await university.store.read(actors.find_actor, circle.group.uri)
    there = await university.store.read(community_log.load_log, copy.id, before=None, limit=20)
    assert [entry.act for entry in there][:6] == [entry.act for entry in log][:6]


async def test_who_is_banned_is_no_member_and_writes_no_more(houses) -> None:
    circle = await make_circle(houses)
    hospital, ben = houses.peers[1], circle.people[1]
    await govern(circle, 0, Act.BAN, ben.uri, reason="Spam")
    assert ben.uri not in await circle.members()
    copy = await hospital.store.read(actors.find_actor, circle.group.uri)
    assert not await hospital.store.read(follows.is_following, ben.id, copy.id)
    await hospital.follow(ben, circle.group.uri)
    await publish(hospital, ben, text=f"Buy tin! {circle.group.handle}")
    await circle.settle()
    assert ben.uri not in await circle.members()
    assert await circle.home.store.read(topics.count_topics, [circle.group.id]) == {}
    assert any("Spam" in text for text in await messages_to(hospital, ben))
    await govern(circle, 0, Act.UNBAN, ben.uri)
    await hospital.follow(ben, circle.group.uri)
    await circle.settle()
    assert ben.uri in await circle.members()


async def test_nobody_answers_in_a_locked_thread(houses) -> None:
    circle = await make_circle(houses)
    thread = await begin(circle)
    hospital = houses.peers[1]
    known = await hospital.object(thread.uri)
    await govern(circle, 0, Act.LOCK, thread.uri)
    with pytest.raises(Forbidden):
        await publish(hospital, circle.people[1], text="Zinc!", in_reply_to_id=known.id)


# -- those who may not -----------------------------------------------------------------------------------------------


async def test_members_here_and_elsewhere_do_not_govern(houses) -> None:
    circle = await make_circle(houses)
    thread = await begin(circle)
    for place in (1, 2):
        for act in (Act.LOCK, Act.PIN, Act.REMOVE):
            with pytest.raises(Forbidden):
                await govern(circle, place, act, thread.uri)
        with pytest.raises(Forbidden):
            await govern(circle, place, Act.APPOINT, circle.people[place].uri)


def forged(server: Remote, eve: RemoteActor, group: Actor, post: str, victim: str) -> list[dict[str, Any]]:
    """What somebody would send who wants to govern and may not."""
    to_group = {"to": [PUBLIC], "cc": [group.uri], "audience": group.uri}
    named = [
        ("Add", victim, {"target": group.moderators}),
        ("Add", eve.uri, {"target": group.moderators}),
        ("Remove", victim, {"target": group.moderators}),
        ("Add", post, {"target": f"{group.uri}/featured"}),
        ("Remove", post, {"target": f"{group.uri}/featured"}),
        ("Block", victim, {"target": group.uri}),
        ("Lock", post, {}),
        ("Delete", post, {"summary": "because"}),
        ("Update", {"id": group.uri, "type": "Group", "preferredUsername": "taken", "inbox": f"{eve.uri}/inbox"}, {}),
    ]
    made = [
        server.activity(type_, eve, about, number, **to_group, **more)
        for number, (type_, about, more) in enumerate(named)
    ]
    undone = [
        server.activity("Undo", eve, {**each, "id": f"{each['id']}-u"}, 100 + number, **to_group)
        for number, each in enumerate(made[5:8])
    ]
    return [*made, *undone]


@pytest.fixture
async def circle(houses) -> Circle:
    return await make_circle(houses)


@each_row("way", ["straight", "announced"])
async def test_messages_of_moderators_who_are_none_change_nothing(circle: Circle, way: str) -> None:
    """Sent to the community's home, and to a member's node in the Announce of a Group that is not the community."""
    thread = await begin(circle)
    peer = circle.net.peers[0] if way == "straight" else circle.net.peers[1]
    before = await _all_of(peer, circle, thread.uri)
    async with remote() as server:
        eve = server.actor("eve")
        for activity in forged(server, eve, circle.group, thread.uri, circle.people[0].uri):
            sent = activity if way == "straight" else server.activity("Announce", eve, activity, activity["id"][-6:])
            assert await server.send(f"{peer.origin}/ap/inbox", sent, eve.key) == 202
        await circle.settle()
    assert await _all_of(peer, circle, thread.uri) == before


async def _all_of(peer: Peer, circle: Circle, uri: str) -> Any:
    def load(conn: Connection) -> Any:
        group = actors.find_actor(conn, circle.group.uri)
        assert group is not None
        found = objects.find_object(conn, uri)
        assert found is not None
        return (
            community_roles.load_moderators(conn, group.id, peer.unit().now),
            community_bans.load_bans(conn, group.id, 0),
            community_log.load_log(conn, group.id, before=None, limit=50),
            topics.find_topic(conn, found.id),
            found.state,
            group.username,
            group.inbox,
        )

    return await peer.store.read(load)


async def test_a_closed_community_tells_strangers_nothing(houses) -> None:
    circle = await make_circle(houses, visibility=Visibility.COMMUNITY)
    await begin(circle)
    async with remote() as server:  # a signature of somebody who is no member opens nothing either
        eve = server.actor("eve")
        for path in ("outbox", "outbox?before=9223372036854775807", "featured", "followers", "following"):
            assert (await circle.home.get(f"{circle.group.uri}/{path}"))[0] == 404, path
            assert (await server.get(f"{circle.group.uri}/{path}", eve.key))[0] == 404, path
    status, document = await circle.home.get(circle.group.uri)
    assert status == 200
    assert document["manuallyApprovesFollowers"] is True
    assert document["discoverable"] is True


async def test_what_a_house_keeps_to_itself_is_read_by_no_member_elsewhere(houses) -> None:
    """Nobody elsewhere joins; whoever had joined before it was closed finds nothing in it any more."""
    circle = await make_circle(Network(houses.peers[:2]))
    home, group, ben = circle.home, circle.group, circle.people[1]
    await home.store.write(communities.update_community, group.id, visibility=Visibility.ORGANISATION.value)
    await begin(circle)
    assert ben.uri in await circle.members()
    async with remote() as server:
        eve = server.actor("eve")
        assert await server.send(f"{group.uri}/inbox", server.activity("Follow", eve, group.uri), eve.key) == 202
        await circle.settle()
        assert eve.uri not in await circle.members()
        assert [sent["type"] for sent in server.posted if sent["type"] != "Create"] == ["Reject"]
    hospital = houses.peers[1]
    cleo = await home.system.federation.fetcher.actor((await hospital.add_actor("cleo")).uri)
    for act in (Act.INVITE, Act.APPOINT):
        with pytest.raises(Invalid, match="Only members of the organisation"):
            await govern(circle, 0, act, cleo.uri)
    for name in ("outbox", "featured", "followers"):
        with pytest.raises(RemoteNotFound):
            await hospital.system.federation.fetcher.get_object(f"{group.uri}/{name}", as_actor_id=ben.id)


async def test_a_secret_community_tells_servers_its_name_alone_and_strangers_nothing(houses) -> None:
    circle = await make_circle(
        houses, visibility=Visibility.COMMUNITY, join_policy=JoinPolicy.INVITE, purpose="Plans", rules=["Hush"]
    )
    _, document = await circle.home.get(circle.group.uri)
    assert "Plans" not in str(document)
    assert "Hush" not in str(document)
    assert document["publicKey"]["owner"] == circle.group.uri
    async with circle.home.http.get(f"{circle.home.origin}/api/v1/accounts/lookup?acct=metals") as answer:
        assert answer.status == 404


async def test_an_invitation_opens_a_closed_door(houses) -> None:
    """It tells what the community is for, lets in, and ends when its moderators remove the member."""
    circle = await make_circle(
        houses, visibility=Visibility.COMMUNITY, join_policy=JoinPolicy.INVITE, purpose="We *cast*."
    )
    hospital, ben = houses.peers[1], circle.people[1]

    async def purpose() -> str:
        return (await hospital.store.read(communities.find_community, group.id)).purpose

    group = await hospital.store.read(actors.find_actor, circle.group.uri)
    assert await purpose() == ""
    await circle.home.system.federation.fetcher.actor(ben.uri)
    await govern(circle, 0, Act.INVITE, ben.uri)
    assert any("invites you" in text for text in await messages_to(hospital, ben))
    assert await purpose() == "We *cast*."
    for act, is_member in ((None, True), (Act.EXPEL, False), (Act.INVITE, True)):
        if act is not None:
            await govern(circle, 0, act, ben.uri)
        await hospital.follow(ben, circle.group.uri)
        await circle.settle()
        assert (ben.uri in await circle.members()) is is_member, act


# -- a server that knows nothing of communities ----------------------------------------------------------------------


async def test_somebody_with_only_mastodon_joins_asks_and_is_answered(houses) -> None:
    """By the protocol alone: Follow, a Note that mentions the Group, Announce of the bare id, replies."""
    circle = await make_circle(Network(houses.peers[:2]))
    home, group = circle.home, circle.group
    async with remote() as server:
        eva = server.actor("eva")
        inbox = f"{group.uri}/inbox"
        follow = server.activity("Follow", eva, group.uri, to=[group.uri])
        assert await server.send(inbox, follow, eva.key) == 202
        await circle.settle()
        assert [sent["type"] for sent in server.posted] == ["Accept"]
        assert server.posted[0]["object"]["id"] == follow["id"]
        await _say_software(home, server, "mastodon")

        mention = {"type": "Mention", "href": group.uri, "name": group.handle}
        note = server.note(eva, 1, content=f"<p>{group.handle} Why do castings crack?</p>", tag=[mention])
        note["cc"] = [*note["cc"], group.uri]
        server.documents["/notes/1"]["cc"] = note["cc"]
        server.posted.clear()
        assert await server.send(inbox, server.activity("Create", eva, note, cc=note["cc"]), eva.key) == 202
        await circle.settle()
        (boost,) = server.posted
        assert (boost["type"], boost["actor"], boost["object"]) == ("Announce", group.uri, note["id"])
        for peer in houses.peers[:2]:
            topic = await topic_at(peer, note["id"])
            assert topic is not None
            assert topic.kind == "question"
        assert note["id"] in await home_of(houses.peers[1], circle.people[1])

        server.posted.clear()
        asked = await home.object(note["id"])
        answer = await publish(
            home, circle.people[0], text="Cool it slower.", in_reply_to_id=asked.id, names_author=True
        )
        await circle.settle()
        (told,) = server.posted
        assert (told["type"], told["object"]["id"]) == ("Create", answer.uri)
        assert told["object"]["inReplyTo"] == note["id"]

        server.posted.clear()
        thread = await begin(circle)
        boosts = [sent["object"] for sent in server.posted if sent["type"] == "Announce"]
        assert boosts == [thread.uri], "one bare boost, and no activity that it would not understand"

        reply = server.note(eva, 2, inReplyTo=thread.uri, content="<p>Tin.</p>")
        assert await server.send(f"{home.origin}/ap/inbox", server.activity("Create", eva, reply, 2), eva.key) == 202
        await circle.settle()
        found = await houses.peers[1].object(reply["id"])
        assert found is not None
        assert found.audience == group.uri

        server.posted.clear()
        draft = EventDraft(record=event_record(), community_id=group.id, visibility=Visibility.PUBLIC)
        event = await home.store.write(publish_event, home.unit(), circle.people[0].id, draft)
        await circle.settle()
        assert [sent["object"] for sent in server.posted if sent["type"] == "Announce"] == [event.uri]
        _, document = await home.get(event.uri)
        assert document["type"] == "Event"
        assert "7 May 2099" in document["summary"]
        yes = server.note(eva, 3, inReplyTo=event.uri, content="<p>Yes!</p>")
        assert await server.send(f"{home.origin}/ap/inbox", server.activity("Create", eva, yes, 3), eva.key) == 202
        await circle.settle()
        person = await home.store.read(actors.find_actor, eva.uri)
        answered = await home.store.read(event_answers.find_answer, event.id, person.id)
        assert answered is not None
        assert answered.state == "going"

        leave = server.activity("Undo", eva, follow, 9)
        assert await server.send(inbox, leave, eva.key) == 202
        await circle.settle()
        assert eva.uri not in await circle.members()


async def _say_software(peer: Peer, server: Remote, name: str) -> None:
    """As the hourly look at NodeInfo would find it."""
    host, now = server.origin.partition("//")[2], peer.unit().now

    def say(conn: Connection) -> None:
        conn.execute(insert_missing(tables.hosts)[conn.dialect.name], {"host": host, "created_at": now})
        hosts.note_software(conn, host, name, "4.5", now)

    await peer.store.write(say)


async def test_a_server_of_communities_gets_activities_and_no_boosts(houses) -> None:
    circle = await make_circle(Network(houses.peers[:1]))
    async with remote() as server:
        nutomic = server.actor("nutomic")
        follow = server.activity("Follow", nutomic, circle.group.uri)
        assert await server.send(f"{circle.group.uri}/inbox", follow, nutomic.key) == 202
        await circle.settle()
        await _say_software(circle.home, server, "lemmy")
        server.posted.clear()
        thread = await begin(circle)
        (announced,) = server.posted
        assert announced["type"] == "Announce"
        assert announced["object"]["type"] == "Create"
        page = announced["object"]["object"]
        assert (page["id"], page["type"], page["audience"]) == (thread.uri, "Page", circle.group.uri)
        assert announced["to"] == [PUBLIC]
        assert announced["cc"] == [circle.group.followers]
        rows = await circle.home.store.read(reactions.load_actor_uris, thread.id, ["share"])
        assert rows == [circle.group.uri]
