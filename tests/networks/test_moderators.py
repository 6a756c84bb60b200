"""Moderators who live elsewhere, to the end: settings from afar, the list of members, deeds that the home refuses."""

from typing import Any

import pytest
from sqlalchemy import Connection

from node.domain.communities import Act, JoinPolicy, PostPolicy, Role
from node.domain.community_drafts import CommunityDraft
from node.domain.deeds import Deed
from node.domain.visibility import Visibility
from node.errors import Forbidden, Invalid, PreconditionFailed
from node.services.governing import governing, narrowing
from node.services.people import follows as following
from node.store.communities import (
    communities,
    community_bans,
    community_invitations,
    community_log,
    community_members,
    community_roles,
)
from node.store.communities.communities import Community
from node.store.communities.community_bans import Ban
from node.store.communities.community_roles import RoleOf
from node.store.people import actors, follows
from node.store.people.actors import Actor
from node.store.posts import objects, topics
from tests.communities import Circle, make_circle
from tests.network import Peer
from tests.networks.test_communities import begin, messages_to, topic_at
from tests.networks.test_governing import govern, houses, make_governed

__all__ = ["houses"]


async def change(peer: Peer, by: Actor, group_uri: str, *, version: int | None = None, **said: Any) -> None:
    group = await peer.store.read(actors.find_actor, group_uri)
    deed = Deed(Act.SETTINGS, by.uri, group.uri, settings=CommunityDraft(**said), version=version)
    await peer.store.write(governing.govern, peer.unit(), by, group, deed)


async def community_at(peer: Peer, uri: str) -> tuple[Actor, Community]:
    def load(conn: Connection) -> tuple[Actor, Community]:
        group = actors.find_actor(conn, uri)
        return group, communities.find_community(conn, group.id)

    return await peer.store.read(load)


# -- settings ----------------------------------------------------------------------------------------------------------


async def test_a_moderator_elsewhere_changes_what_the_community_says_of_itself(houses) -> None:
    circle = await make_governed(houses, purpose="We *cast*.", rules=["Be kind."])
    hospital, ben = houses.peers[1], circle.people[1]
    group, known = await community_at(hospital, circle.group.uri)
    assert (known.purpose, known.rules) == ("We *cast*.", ["Be kind."])
    said = {"name": "Metals and glass", "purpose": "We *blow*, too.", "rules": ["Be kind.", "Wear gloves."]}
    policies = {"join_policy": JoinPolicy.OPEN, "post_policy": PostPolicy.MODERATORS}
    await change(hospital, ben, group.uri, version=known.version, **said, **policies)
    assert (await community_at(hospital, group.uri))[1] == known  # the home has the last word
    await circle.settle()
    for peer in houses.peers:
        group, found = await community_at(peer, circle.group.uri)
        assert group.name == "Metals and glass", peer.origin
        for name, value in {**said, **policies}.items():
            assert name == "name" or getattr(found, name) == value, (peer.origin, name)
        (entry, *_) = await peer.store.read(community_log.load_log, group.id, before=None, limit=1)
        assert (entry.act, entry.actor_uri, entry.title) == (
            Act.SETTINGS,
            ben.uri,
            "join_policy, name, post_policy, purpose, rules",
        )
    with pytest.raises(PreconditionFailed):
        await change(hospital, ben, group.uri, version=known.version, name="Tin")


async def test_who_reads_is_for_those_at_home_and_nothing_is_for_others(houses) -> None:
    circle = await make_governed(houses)
    home, hospital, ada, ben = *houses.peers, *circle.people
    with pytest.raises(Invalid, match="where the community lives"):
        await change(hospital, ben, circle.group.uri, visibility=Visibility.COMMUNITY)
    cleo = await hospital.add_actor("cleo")
    with pytest.raises(Forbidden):
        await change(hospital, cleo, circle.group.uri, name="Cleo's")
    await change(home, ada, circle.group.uri, visibility=Visibility.COMMUNITY, name="Tin")
    await circle.settle()
    for peer in houses.peers:
        group, found = await community_at(peer, circle.group.uri)
        assert (group.name, found.visibility) == ("Tin", Visibility.COMMUNITY), peer.origin


async def test_who_is_at_home_elsewhere_leaves_a_community_that_its_house_keeps_to_itself(houses, monkeypatch) -> None:
    circle = await make_governed(houses)
    home, hospital, ada, ben = *houses.peers, *circle.people
    cleo = await home.system.federation.fetcher.actor((await hospital.add_actor("cleo")).uri)
    await govern(home, ada, circle.group.uri, Act.INVITE, cleo.uri)
    await circle.settle()
    await home.store.write(community_roles.delete_roles, circle.group.id, ada.uri)
    with pytest.raises(Invalid, match="needs a moderator"):
        await home.store.write(narrowing.part_with_others, home.unit(), circle.group)
    await home.store.write(community_roles.save_roles, circle.group.id, [RoleOf(ada.uri, Role.MODERATOR, 1)])
    monkeypatch.setattr(narrowing, "_AT_ONCE", 1)
    assert len(await home.store.read(community_members.load_people_elsewhere, circle.group.id)) > 1
    await change(home, ada, circle.group.uri, visibility=Visibility.ORGANISATION)
    await circle.settle()
    assert await home.store.read(community_members.load_people_elsewhere, circle.group.id) == []
    for peer in houses.peers:
        group, found = await community_at(peer, circle.group.uri)
        members = await peer.store.read(follows.list_followers, group.id, before=None, limit=9)
        assert {person.uri for _, person in members} <= {ada.uri}, peer.origin
        assert found.visibility is Visibility.ORGANISATION, peer.origin
        governs = await peer.store.read(community_roles.is_governed_from, group.id, peer.origin)
        assert governs is (peer is home), peer.origin
        assert await peer.store.read(community_invitations.load_open_invitations, community_id=group.id) == []
    assert await hospital.store.read(follows.find_follow, ben.id, group.id) is None


# -- refusals ----------------------------------------------------------------------------------------------------------


async def pretend(circle: Circle) -> None:
    """By his own node's books Ben governs; by those of the community's home he does not."""
    hospital, ben = circle.net.peers[1], circle.people[1]
    group, _ = await community_at(hospital, circle.group.uri)
    await hospital.store.write(
        community_roles.save_roles, group.id, [RoleOf(ben.uri, Role.MODERATOR, hospital.unit().now)]
    )
    await hospital.store.write(communities.update_community, group.id, moderators_at=hospital.unit().now)


async def test_what_the_home_refuses_is_taken_back_and_told(houses) -> None:
    circle = await make_circle(houses)
    hospital, ben = houses.peers[1], circle.people[1]
    thread, other, own = await begin(circle), await begin(circle), await begin(circle, 1)
    group, _ = await community_at(hospital, circle.group.uri)
    cleo, dan = await hospital.add_actor("cleo"), await hospital.add_actor("dan")
    await hospital.follow(cleo, group.uri)
    await circle.settle()
    await pretend(circle)
    now = hospital.unit().now
    ban = Ban(1, group.id, "https://a.example/eve", ben.uri, "Spam", now, now + 1_000_000)
    await hospital.store.write(
        governing.perform,
        hospital.unit(),
        group,
        Deed(
            Act.BAN,
            group.uri,
            ban.actor_uri,
            reason=ban.reason,
            activity="https://a.example/1",
            expires_at=ban.expires_at,
        ),
    )
    deeds = (
        (Act.PIN, thread.uri),
        (Act.LOCK, thread.uri),
        (Act.REMOVE, other.uri),
        (Act.BAN, cleo.uri),
        (Act.UNBAN, ban.actor_uri),
        (Act.APPOINT, dan.uri),
        (Act.APPOINT_EXPERT, dan.uri),
    )
    for act, target in deeds:
        await govern(hospital, ben, group.uri, act, target)
    with pytest.raises(Invalid, match="your own post"):
        await govern(hospital, ben, group.uri, Act.REMOVE, own.uri)
    await change(hospital, ben, group.uri, name="Ben's")
    assert (await topic_at(hospital, thread.uri)).locked
    await circle.settle()

    topic = await topic_at(hospital, thread.uri)
    assert (topic.pinned_at, topic.locked) == (None, False)
    assert (await hospital.object(other.uri)).state == objects.LIVE
    (kept,) = await hospital.store.read(community_bans.load_bans, group.id, now)
    assert (kept.actor_uri, kept.reason, kept.expires_at) == (ban.actor_uri, ban.reason, ban.expires_at)
    assert await hospital.store.read(follows.is_following, cleo.id, group.id)
    held = await hospital.store.read(community_roles.load_roles, group.id, now)
    assert [each.actor_uri for each in held] == [circle.people[0].uri]  # read again where it lives
    log = await hospital.store.read(community_log.load_log, group.id, before=None, limit=20)
    assert {entry.refusal for entry in log if entry.actor_uri == ben.uri} == {
        "Only moderators of this community may do this."
    }
    (told,) = [text for text in await messages_to(hospital, ben) if "Only moderators" in text]
    assert told
    assert ("Reject", "deed-refused") in await hospital.outcomes()
    assert (await community_at(circle.home, group.uri))[0].name == "Metals"
    assert [
        entry.act
        for entry in await circle.home.store.read(community_log.load_log, circle.group.id, before=None, limit=9)
    ] == ["found"]


async def test_what_cannot_be_is_refused_with_its_reason(houses) -> None:
    """The home has as many pinned threads as it takes; a moderator elsewhere pins one more before she knows."""
    circle = await make_governed(houses, join_policy=JoinPolicy.OPEN)
    home, hospital, ben = *houses.peers, circle.people[1]
    thread, group = await begin(circle), (await community_at(hospital, circle.group.uri))[0]
    for _ in range(governing.MAX_PINNED):
        more = await begin(circle)
        await home.store.write(topics.update_topics, [more.id], pinned_at=1)
    await govern(hospital, ben, group.uri, Act.PIN, thread.uri)
    await circle.settle()
    assert (await topic_at(hospital, thread.uri)).pinned_at is None
    (told,) = [text for text in await messages_to(hospital, ben) if "was not taken over" in text]
    assert "At most 10 threads can be pinned" in told


async def test_a_ban_from_elsewhere_is_one_entry_and_ends_the_membership_when_the_home_confirms_it(houses) -> None:
    circle = await make_governed(houses, join_policy=JoinPolicy.OPEN)
    hospital, ben = houses.peers[1], circle.people[1]
    group, _ = await community_at(hospital, circle.group.uri)
    cleo = await hospital.add_actor("cleo")
    await hospital.follow(cleo, group.uri)
    await circle.settle()
    await govern(hospital, ben, group.uri, Act.BAN, cleo.uri, reason="Spam")
    assert await hospital.store.read(follows.is_following, cleo.id, group.id)
    await circle.settle()
    assert not await hospital.store.read(follows.is_following, cleo.id, group.id)
    assert cleo.uri not in await circle.members()
    for peer in houses.peers:
        found, _ = await community_at(peer, group.uri)
        log = await peer.store.read(community_log.load_log, found.id, before=None, limit=20)
        assert [entry.act for entry in log].count("ban") == 1, peer.origin


# -- members -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("level", [Visibility.PUBLIC, Visibility.COMMUNITY])
async def test_a_moderator_elsewhere_sees_all_members_and_nobody_else_does(houses, level: Visibility) -> None:
    """Whether or not she is a member herself."""
    circle = await make_governed(houses, join_policy=JoinPolicy.OPEN, visibility=level)
    home, hospital, ben = *houses.peers, circle.people[1]
    for name in ("dan", "eve"):
        person = await home.add_actor(name)
        await home.store.write(following.follow, home.unit(), person.id, circle.group.id)
    path = f"/api/learning/v1/communities/metals@{home.system.node.config.host}/members"

    async def listed(person: Actor, query: str = "", status: int = 200) -> set[str]:
        token = await hospital.token(person)
        told, answer = await hospital.get(path + query, Authorization=f"Bearer {token}", Accept="*/*")
        assert told == status, query
        return {each["uri"] for each in answer.get("items", ())}

    assert len(await circle.members()) == 4
    assert await listed(ben) == await circle.members()
    group = await hospital.store.read(actors.find_actor, circle.group.uri)
    await hospital.store.write(following.unfollow, hospital.unit(), ben.id, group.id)
    await circle.settle()
    assert len(await circle.members()) == 3
    assert await listed(ben) == await circle.members()
    await listed(ben, "?cursor=https%3A%2F%2Felsewhere.example%2Ffollowers", 404)
    cleo, is_open = await hospital.add_actor("cleo"), level.is_open
    assert await listed(cleo, status=200 if is_open else 404) == set()
    status, root = await hospital.get(f"{circle.group.uri}/followers")
    assert (status, "first" in root) == (200 if is_open else 404, False)
    assert (await hospital.get(f"{circle.group.uri}/followers?before=9"))[0] == 404
