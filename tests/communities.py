"""Communities of test networks, with members on several nodes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from node.store.people import follows
from node.store.people.actors import Actor
from tests.network import Network, Peer


@dataclass(slots=True)
class Circle:
    """A community on the first node of a network; ``people``: a member of each node, the founder first."""

    net: Network
    group: Actor
    people: Sequence[Actor]

    @property
    def home(self) -> Peer:
        return self.net.peers[0]

    async def settle(self) -> None:
        await self.net.settle()

    async def members(self) -> set[str]:
        """URIs of those who have joined, as the home of the community knows them."""
        found = await self.home.store.read(follows.list_followers, self.group.id, before=None, limit=100)
        return {actor.uri for _, actor in found}


async def make_circle(net: Network, username: str = "metals", **said: Any) -> Circle:
    """A community of the first node that somebody founds there, and that a person of each other node follows."""
    home, *others = net.peers
    names = ("ada", "ben", "cleo", "dan")
    people = [await peer.add_actor(name) for peer, name in zip(net.peers, names, strict=False)]
    group = await home.add_community(username, people[0], **said)
    for peer, person in zip(others, people[1:], strict=True):
        await peer.follow(person, group.uri)
    await net.settle()
    return Circle(net, group, people)
