"""Who hears of questions that nobody has answered, when, and how often."""

import pytest

from node.clock import DAY, FixedClock
from node.domain.communities import Role, TopicKind
from node.domain.drafts import Draft
from node.domain.visibility import Visibility
from node.services.communities.asking_experts import A_WEEK, call_experts
from node.services.people import follows as following
from node.services.posts import posts
from node.store.communities import community_roles
from node.store.communities.community_roles import RoleOf
from tests.network import running_peer
from tests.networks.test_communities import messages_to


@pytest.fixture
async def world(tmp_path):
    """A node with a community, who asks there, and who can be asked."""
    clock = FixedClock()
    async with running_peer(tmp_path, "uni", clock=clock) as peer:
        ada, ben = await peer.add_actor("ada"), await peer.add_actor("ben")
        group = await peer.add_community("metals", ada)
        await peer.store.write(following.follow, peer.unit(), ben.id, group.id)
        await peer.store.write(community_roles.save_roles, group.id, [RoleOf(ben.uri, Role.EXPERT, clock.now())])
        yield peer, clock, ada, ben, group


async def ask(peer, author, group, title: str = "Why does zinc crack?", kind: TopicKind = TopicKind.QUESTION):
    draft = Draft(
        text="It does.",
        title=title,
        visibility=Visibility.PUBLIC,
        language="en",
        community_id=group.id,
        topic_kind=kind,
    )
    return await peer.store.write(posts.publish, peer.unit(), author.id, draft)


async def told(peer, person) -> list[str]:
    return [text for text in await messages_to(peer, person) if "has answered this yet" in text]


async def test_an_expert_hears_after_a_day_and_once(world) -> None:
    peer, clock, ada, ben, group = world
    await ask(peer, ada, group)
    await ask(peer, ada, group, "Only a word", TopicKind.DISCUSSION)
    await peer.store.write(call_experts, peer.unit())
    assert await told(peer, ben) == []
    clock.advance(DAY + 1)
    for _ in range(2):
        await peer.store.write(call_experts, peer.unit())
    (text,) = await told(peer, ben)
    assert "Why does zinc crack?" in text
    assert await told(peer, ada) == []


async def test_nobody_hears_of_what_is_answered_or_asked_by_herself(world) -> None:
    peer, clock, ada, ben, group = world
    question = await ask(peer, ada, group)
    answer = Draft(text="Cool it.", visibility=Visibility.PUBLIC, language="en", in_reply_to_id=question.id)
    await peer.store.write(posts.publish, peer.unit(), ada.id, answer)
    await peer.store.write(community_roles.save_roles, group.id, [RoleOf(ada.uri, Role.EXPERT, clock.now())])
    await peer.store.write(community_roles.delete_roles, group.id, ben.uri, [Role.EXPERT])
    await ask(peer, ada, group, "And tin?")
    clock.advance(DAY + 1)
    await peer.store.write(call_experts, peer.unit())
    assert await told(peer, ben) == await told(peer, ada) == []


async def test_three_times_in_a_week_at_most(world) -> None:
    peer, clock, ada, ben, group = world
    for number in range(A_WEEK + 2):
        await ask(peer, ada, group, f"Why, number {number}?")
    clock.advance(DAY + 1)
    await peer.store.write(call_experts, peer.unit())
    assert len(await told(peer, ben)) == A_WEEK


async def test_who_has_left_hears_of_nothing(world) -> None:
    peer, clock, ada, ben, group = world
    await ask(peer, ada, group)
    await peer.store.write(following.unfollow, peer.unit(), ben.id, group.id)
    clock.advance(DAY + 1)
    await peer.store.write(call_experts, peer.unit())
    assert await told(peer, ben) == []
