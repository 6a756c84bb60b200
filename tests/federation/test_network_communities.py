"""Communities between whole nodes: joining, writing, governing, catching up."""

import pytest

from node.domain.communities import JoinPolicy
from node.services import follows as following
from node.store import communities, follows
from tests.communities import make_circle
from tests.network import Peer, network


@pytest.fixture
async def houses(tmp_path):
    async with network(tmp_path, "museum", "hospital", "university") as net:
        yield net


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


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"join_policy": JoinPolicy.INVITE}, "by invitation"),
        ({"join_policy": JoinPolicy.ORGANISATION}, "Only members of the organisation"),
        ({"join_policy": JoinPolicy.PARTNERS}, "its partners"),
    ],
)
async def test_who_may_not_join_is_refused_and_told_why_once(houses, said, sentence) -> None:
    circle = await make_circle(houses, **said)
    hospital, ben = houses.peers[1], circle.people[1]
    assert await circle.members() == {circle.people[0].uri}
    assert await hospital.store.read(follows.load_pending_out, limit=5) == []
    await hospital.follow(ben, circle.group.uri)
    await circle.settle()
    told = await messages_to(hospital, ben)
    assert len(told) == 1
    assert sentence in told[0]


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
