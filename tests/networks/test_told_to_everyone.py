"""What goes to every server that a node knows says nothing that not every server may know."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest

from node.domain.drafts import Draft
from node.domain.moderation import Sanction
from node.domain.visibility import Visibility
from node.services.house import moderate
from node.services.posts.posts import publish
from tests.network import Network, Peer, network
from tests.remote import Remote, remote


@dataclass(slots=True)
class Scene:
    """A node that knows a server elsewhere, where nobody follows anybody."""

    net: Network
    stranger: Remote

    @property
    def node(self) -> Peer:
        return self.net.peers[0]

    def told(self, type_: str, about: str) -> list[dict[str, Any]]:
        named = [each for each in self.stranger.posted if each["type"] == type_]
        return [each for each in named if each["object"]["id"] == about]


@pytest.fixture
async def scene(tmp_path) -> AsyncIterator[Scene]:
    async with network(tmp_path, "uni") as net, remote() as stranger:
        zoe = stranger.actor("zoe")
        stranger.documents["/users/zoe"] |= {"endpoints": {"sharedInbox": f"{stranger.origin}/inbox"}}
        await net.peers[0].system.federation.fetcher.actor(zoe.uri)
        yield Scene(net, stranger)


@pytest.mark.parametrize("visibility", [Visibility.PUBLIC, Visibility.COMMUNITY, Visibility.ORGANISATION])
async def test_of_a_closed_community_that_is_suspended_and_back_nothing(scene, visibility: Visibility) -> None:
    node = scene.node
    boss, ann = await node.add_actor("boss"), await node.add_actor("ann")
    group = await node.add_community("plans", ann, visibility=visibility, purpose="Secret plans")
    await scene.net.settle()
    for decide in (moderate.impose, moderate.lift):
        why = ("",) if decide is moderate.impose else ()
        await node.store.write(decide, node.unit(), boss.id, group.id, Sanction.SUSPENDED, *why)
        await scene.net.settle()
    assert len(scene.told("Update", group.uri)) == (2 if visibility is Visibility.PUBLIC else 0)
    assert ("Secret plans" in str(scene.stranger.posted)) is (visibility is Visibility.PUBLIC)


async def test_of_a_post_for_followers_that_moderators_remove_not_whom_it_named(scene) -> None:
    node = scene.node
    boss, ann, ben = [await node.add_actor(name) for name in ("boss", "ann", "ben")]
    draft = Draft(text="See @ben", visibility=Visibility.FOLLOWERS, language="en")
    post = await node.store.write(publish, node.unit(), ann.id, draft)
    await node.store.write(moderate.remove_object, node.unit(), boss.id, post.id)
    await scene.net.settle()
    (told,) = scene.told("Delete", post.uri)
    assert ben.uri not in str(told)
