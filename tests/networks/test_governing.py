"""A moderator who lives elsewhere: what she is asked, what she decides at home, and what becomes of it."""

from typing import Any

import pytest
from sqlalchemy import Connection

from node.domain.communities import Act, JoinPolicy, Role, TopicKind
from node.domain.deeds import Deed
from node.domain.visibility import Visibility
from node.errors import Forbidden
from node.services.communities import community_reports as reporting
from node.services.governing import governing
from node.services.house import reports as telling
from node.services.house.reports import Complaint
from node.services.people import follows as following
from node.store.communities import (
    communities,
    community_invitations,
    community_log,
    community_reports,
    community_requests,
    community_roles,
)
from node.store.communities.community_roles import RoleOf
from node.store.federation import hosts
from node.store.house import reports
from node.store.people import actors, follows
from node.store.people.actors import Actor
from node.store.posts import topics
from tests.communities import Circle, make_circle
from tests.network import Peer, network
from tests.networks.test_communities import begin, messages_to, publish
from tests.rows import each_row


@pytest.fixture
async def houses(tmp_path):
    """A museum, where the communities are, and a hospital, where a moderator lives."""
    async with network(tmp_path, "museum", "hospital") as net:
        yield net


@pytest.fixture
async def governed(houses) -> Circle:
    return await make_governed(houses)


async def make_governed(houses: Any, **said: Any) -> Circle:
    """Ada of the museum and Ben of the hospital govern it."""
    circle = await make_circle(houses, **{"join_policy": JoinPolicy.REQUEST, **said})
    home, ada, ben = circle.home, *circle.people
    asker = await home.store.read(actors.find_actor, ben.uri)
    if asker is not None and await home.store.read(follows.load_pending_followers, circle.group.id):
        await home.store.write(following.authorize, home.unit(), circle.group.id, asker.id)
    await govern(home, ada, circle.group.uri, Act.APPOINT, ben.uri)
    await circle.settle()
    return circle


async def govern(peer: Peer, by: Actor, group_uri: str, act: Act, target: str, **more: Any) -> None:
    group = await peer.store.read(actors.find_actor, group_uri)
    await peer.store.write(governing.govern, peer.unit(), by, group, Deed(act, by.uri, target, **more))


async def offered_at(peer: Peer, group_uri: str) -> list[int]:
    """Whose requests moderators of this node may decide."""

    def load(conn: Connection) -> list[int]:
        group = actors.find_actor(conn, group_uri)
        return [each.asker_id for each in community_requests.load_open(conn, group.id)]

    return await peer.store.read(load)


# -- requests ----------------------------------------------------------------------------------------------------------


@each_row(
    "name, place, act, is_member",
    [
        ("cleo", 0, Act.ADMIT, True),
        ("dan", 0, Act.REFUSE, False),
        ("eve", 1, Act.ADMIT, True),
        ("fred", 1, Act.REFUSE, False),
    ],
)
async def test_a_moderator_elsewhere_decides_a_request_at_home(
    governed: Circle, name: str, place: int, act: Act, is_member: bool
) -> None:
    circle, (home, hospital), ben = governed, governed.net.peers, governed.people[1]
    peer, host = circle.net.peers[place], hospital.system.node.config.host
    await home.system.federation.hosts.flush()  # what was heard of the host is written now, not a little later
    await home.store.write(hosts.note_software, host, "rhizome", "1", 1)
    before = len(await messages_to(hospital, ben))
    cleo = await peer.add_actor(name)
    if place == 0:
        await home.store.write(following.follow, home.unit(), cleo.id, circle.group.id)
    else:
        await hospital.follow(cleo, circle.group.uri)
    await circle.settle()
    known = await hospital.store.read(actors.find_actor, cleo.uri)
    assert await offered_at(hospital, circle.group.uri) == [known.id]
    (told,) = [text for text in (await messages_to(hospital, ben))[before:] if "asks to join" in text]
    assert f"{hospital.origin}/c/metals@{home.system.node.config.host}/members" in told

    await govern(hospital, ben, circle.group.uri, act, cleo.uri)
    assert await offered_at(hospital, circle.group.uri) == []
    await circle.settle()
    assert (cleo.uri in await circle.members()) is is_member
    assert await home.store.read(follows.load_pending_followers, circle.group.id) == []
    log = await home.store.read(community_log.load_log, circle.group.id, before=None, limit=1)
    assert [(entry.act, entry.actor_uri, entry.target_uri) for entry in log] == [(act.value, ben.uri, cleo.uri)]
    group = await hospital.store.read(actors.find_actor, circle.group.uri)
    assert await hospital.store.read(community_requests.find_request, group.id, known.id) is None


async def test_a_request_that_is_settled_or_taken_back_waits_nowhere(houses) -> None:
    circle = await make_governed(houses)
    home, hospital = houses.peers
    cleo, dan = await hospital.add_actor("cleo"), await hospital.add_actor("dan")
    for person in (cleo, dan):
        await hospital.follow(person, circle.group.uri)
    await circle.settle()
    assert await offered_at(hospital, circle.group.uri) == [cleo.id, dan.id]
    asker = await home.store.read(actors.find_actor, cleo.uri)
    await govern(home, circle.people[0], circle.group.uri, Act.ADMIT, asker.uri)
    group = await hospital.store.read(actors.find_actor, circle.group.uri)
    await hospital.store.write(following.unfollow, hospital.unit(), dan.id, group.id)
    await circle.settle()
    assert await offered_at(hospital, circle.group.uri) == []


async def test_who_becomes_a_moderator_gets_what_waits_and_loses_it_with_the_role(houses) -> None:
    circle = await make_circle(houses, join_policy=JoinPolicy.OPEN)
    home, hospital, ada, ben = *houses.peers, *circle.people
    await home.store.write(communities.update_community, circle.group.id, join_policy=JoinPolicy.REQUEST)
    cleo = await home.add_actor("cleo")
    await home.store.write(following.follow, home.unit(), cleo.id, circle.group.id)
    await circle.settle()
    assert await offered_at(hospital, circle.group.uri) == []
    for act, number in ((Act.APPOINT, 1), (Act.DISMISS, 0)):
        await govern(home, ada, circle.group.uri, act, ben.uri)
        await circle.settle()
        assert len(await offered_at(hospital, circle.group.uri)) == number, act


async def test_the_home_asks_for_the_role_not_for_the_word(houses) -> None:
    """Ben governs by his own node's books alone: the home of the community does not let anybody in for him."""
    circle = await make_circle(houses, join_policy=JoinPolicy.REQUEST)
    home, hospital, ben = *houses.peers, circle.people[1]
    cleo = await hospital.add_actor("cleo")
    await hospital.follow(cleo, circle.group.uri)
    await circle.settle()
    group = await hospital.store.read(actors.find_actor, circle.group.uri)
    await hospital.store.write(
        community_roles.save_roles, group.id, [RoleOf(ben.uri, Role.MODERATOR, hospital.unit().now)]
    )
    new = community_requests.Request(group.id, cleo.id, f"{hospital.origin}/ap/x/1", 1)
    await hospital.store.write(community_requests.save_request, new)
    dan = await home.add_actor("dan")
    for uri in (dan.uri, circle.people[0].uri):
        await hospital.system.federation.fetcher.actor(uri)
    for act, target in ((Act.ADMIT, cleo.uri), (Act.INVITE, dan.uri), (Act.EXPEL, circle.people[0].uri)):
        await govern(hospital, ben, circle.group.uri, act, target)
    await circle.settle()
    assert await circle.members() == {circle.people[0].uri}
    assert await home.store.read(community_invitations.load_open_invitations, community_id=circle.group.id) == []
    assert [outcome for kind, outcome in await home.outcomes() if kind in {"Accept", "Invite", "Reject"}] == [
        "not-a-moderator"
    ] * 3


# -- invitations and members ------------------------------------------------------------------------------------------


async def test_a_moderator_elsewhere_invites_and_the_invited_sees_it_at_home(houses) -> None:
    circle = await make_governed(houses, join_policy=JoinPolicy.REQUEST)
    home, hospital, ben = *houses.peers, circle.people[1]
    changes = {"join_policy": JoinPolicy.INVITE, "languages": ["de"]}
    await home.store.write(lambda conn: communities.update_community(conn, circle.group.id, **changes))
    dan = await hospital.add_actor("dan")
    await govern(hospital, ben, circle.group.uri, Act.INVITE, dan.uri)
    await circle.settle()
    (invitation,) = await hospital.store.read(community_invitations.load_open_invitations, person_id=dan.id)
    group = await hospital.store.read(actors.find_actor, circle.group.uri)
    assert invitation.community_id == group.id
    (told,) = await messages_to(hospital, dan)
    assert "en lädt dich ein, Metals beizutreten" in told
    await hospital.follow(dan, circle.group.uri)
    await circle.settle()
    assert dan.uri in await circle.members()
    assert await hospital.store.read(community_invitations.load_open_invitations, person_id=dan.id) == []

    await govern(hospital, ben, circle.group.uri, Act.EXPEL, dan.uri)
    await circle.settle()
    assert dan.uri not in await circle.members()
    assert not await hospital.store.read(follows.is_following, dan.id, group.id)


async def test_a_community_for_the_invited_is_closed_on_their_nodes_from_the_first_moment(houses):
    """Before they are invited, their node knows its name and that it is closed; afterwards what it is for."""
    home, hospital = houses.peers
    ada, ben = await home.add_actor("ada"), await hospital.add_actor("ben")
    closed = {"visibility": Visibility.COMMUNITY, "join_policy": JoinPolicy.INVITE, "rules": ["It stays here."]}
    group = await home.add_community("drafts", ada, **closed)
    await home.system.federation.fetcher.actor(ben.uri)
    copy = await hospital.system.federation.fetcher.actor(group.uri)
    known = await hospital.store.read(communities.find_community, copy.id)
    assert (known.visibility, known.join_policy, known.rules) == (Visibility.COMMUNITY, JoinPolicy.INVITE, [])
    await govern(home, ada, group.uri, Act.INVITE, ben.uri)
    await houses.settle()
    known = await hospital.store.read(communities.find_community, copy.id)
    assert (known.visibility, known.rules) == (Visibility.COMMUNITY, ["It stays here."])
    await hospital.follow(ben, group.uri)
    await houses.settle()
    thread = await publish(
        hospital, ben, community_id=copy.id, topic_kind=TopicKind.DISCUSSION, title="A chapter", text="Too long."
    )
    await houses.settle()
    for peer in houses.peers:
        assert (await peer.object(thread.uri)).visibility == Visibility.COMMUNITY, peer.origin


async def test_an_invitation_that_is_taken_back_is_gone_everywhere(houses) -> None:
    circle = await make_governed(houses, join_policy=JoinPolicy.REQUEST)
    home, hospital, ada = *houses.peers, circle.people[0]
    dan = await hospital.add_actor("dan")
    await home.system.federation.fetcher.actor(dan.uri)
    for act, number in ((Act.INVITE, 1), (Act.UNINVITE, 0)):
        await govern(home, ada, circle.group.uri, act, dan.uri)
        await circle.settle()
        assert len(await hospital.store.read(community_invitations.load_open_invitations, person_id=dan.id)) == number


# -- roles -----------------------------------------------------------------------------------------------------------


async def test_facilitators_and_experts_are_known_on_all_nodes_and_facilitators_pin(houses) -> None:
    circle = await make_circle(houses)
    home, hospital, ada, ben = *houses.peers, *circle.people
    thread = await begin(circle)
    for act in (Act.APPOINT_FACILITATOR, Act.APPOINT_EXPERT):
        await govern(home, ada, circle.group.uri, act, ben.uri)
    await circle.settle()
    group = await hospital.store.read(actors.find_actor, circle.group.uri)
    roles = await hospital.store.read(community_roles.load_roles_of, group.id, ben.uri, hospital.unit().now)
    assert roles == {Role.FACILITATOR, Role.EXPERT}
    await govern(hospital, ben, circle.group.uri, Act.PIN, thread.uri)
    await circle.settle()
    assert (await home.store.read(topics.find_topic, thread.id)).pinned_at is not None
    await publish(
        hospital, ben, community_id=group.id, topic_kind=TopicKind.ANNOUNCEMENT, title="On Tuesday", text="At nine."
    )
    await circle.settle()
    assert (await home.store.read(topics.count_topics, [circle.group.id]))[circle.group.id] == 2
    await govern(home, ada, circle.group.uri, Act.DISMISS_FACILITATOR, ben.uri)
    await circle.settle()
    roles = await hospital.store.read(community_roles.load_roles_of, group.id, ben.uri, hospital.unit().now)
    assert roles == {Role.EXPERT}
    with pytest.raises(Forbidden):  # nobody else's, but her own
        await govern(hospital, ben, group.uri, Act.DISMISS, ada.uri)
    await govern(hospital, ben, group.uri, Act.DISMISS_EXPERT, ben.uri)
    await circle.settle()
    for peer in houses.peers:
        known = await peer.store.read(actors.find_actor, group.uri)
        assert not await peer.store.read(community_roles.load_roles_of, known.id, ben.uri, peer.unit().now), peer.origin


async def test_who_reads_a_community_later_learns_the_roles_from_its_lists(houses) -> None:
    circle = await make_circle(houses)
    home, hospital, ada = *houses.peers, circle.people[0]
    cleo = await home.add_actor("cleo")
    await govern(home, ada, circle.group.uri, Act.APPOINT_EXPERT, cleo.uri)
    await circle.settle()
    group = await hospital.store.read(actors.find_actor, circle.group.uri)

    def forget(conn: Connection) -> None:
        community_roles.delete_roles(conn, group.id, cleo.uri)
        communities.update_community(conn, group.id, moderators_at=0)

    await hospital.store.write(forget)
    await hospital.system.federation.fetcher.actor(group.uri, fresh=True)
    await hospital.store.write(_read_again, hospital, group)
    await circle.settle()
    roles = await hospital.store.read(community_roles.load_roles_of, group.id, cleo.uri, hospital.unit().now)
    assert roles == {Role.EXPERT}


def _read_again(conn: Connection, peer: Peer, group: Actor) -> None:
    from node.services import membership

    membership.ask_for_history(conn, peer.unit(), group)


# -- reports -----------------------------------------------------------------------------------------------------------


async def report(peer: Peer, by: Actor, uri: str, **more: Any) -> int:
    """Somebody reports a post as she would from an app."""
    found = await peer.object(uri)
    complaint = Complaint(target_id=found.actor_id, status_ids=[found.id], comment="This is spam.", **more)
    made = await peer.store.write(telling.report, peer.unit(), by.id, complaint)
    return made.id


async def reports_at(peer: Peer, group_uri: str, state: str = "open") -> list[Any]:
    def load(conn: Connection) -> list[Any]:
        group = actors.find_actor(conn, group_uri)
        return list(community_reports.list_for(conn, group.id, state=state, before=None, limit=10))

    return await peer.store.read(load)


@each_row("place", [0, 1])
async def test_a_report_reaches_the_moderators_of_all_houses_and_one_of_them_closes_it(
    governed: Circle, place: int
) -> None:
    circle, peers = governed, governed.net.peers
    hospital, ada, ben = peers[1], *circle.people
    thread = await begin(circle, 1 - place)
    reporter = await peers[place].add_actor("cleo")
    before = [len(await messages_to(peer, moderator)) for peer, moderator in zip(peers, (ada, ben), strict=True)]
    await report(peers[place], reporter, thread.uri)
    await circle.settle()
    for peer in peers:
        (row,) = await reports_at(peer, circle.group.uri)
        assert (row.object_uris, row.comment) == ([thread.uri], "This is spam.")
    for peer, moderator, known in zip(peers, (ada, ben), before, strict=True):
        told = (await messages_to(peer, moderator))[known:]
        assert [text for text in told if "was reported" in text], peer.origin

    group = await hospital.store.read(actors.find_actor, circle.group.uri)
    (row,) = await reports_at(hospital, circle.group.uri)
    await hospital.store.write(reporting.close, hospital.unit(), ben, group, row.id)
    await circle.settle()
    for peer in peers:
        assert await reports_at(peer, circle.group.uri) == [], peer.origin
        closed = next(
            each for each in await reports_at(peer, circle.group.uri, "closed") if each.object_uris == [thread.uri]
        )
        assert (closed.state, closed.handled_by) == ("closed", ben.uri), peer.origin


async def test_a_report_that_moderators_leave_undone_goes_to_those_of_the_node(houses) -> None:
    circle = await make_governed(houses)
    home = circle.home
    thread = await begin(circle)
    await report(home, await home.add_actor("cleo"), thread.uri)
    await circle.settle()
    (row,) = await reports_at(home, circle.group.uri)
    unit = home.unit()
    await home.store.write(reporting.hand_on_waiting, unit)
    found = await home.store.read(community_reports.find, circle.group.id, row.id)
    assert found.handed_on_at is None

    def age(conn: Connection) -> None:
        conn.exec_driver_sql(f"UPDATE community_reports SET created_at = {unit.now - reporting.WAITS_FOR - 1}")

    await home.store.write(age)
    await home.store.write(reporting.hand_on_waiting, unit)
    found = await home.store.read(community_reports.find, circle.group.id, row.id)
    assert found.handed_on_at == unit.now
    assert (await home.store.read(reports.find_report, row.id)).state == "open"
