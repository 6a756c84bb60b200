"""The network as one node sees it: houses, the communities that join them, and what flows between.

Nothing here is about a person: people are only counted, by house.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Goods:
    """How much of each there is: what a house offers, or what of it has come here."""

    resources: int = 0  # courses are counted apart
    courses: int = 0
    events: int = 0  # that are still to come
    posts: int = 0

    @property
    def total(self) -> int:
        return self.resources + self.courses + self.events + self.posts


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """An organisation with a node of its own. ``received`` is what it made and we hold.

    ``is_followed``: somebody here follows it, so that what it makes comes here; ``follows_us``: it follows this
    organisation, so that what we make goes there. ``followers`` and ``following`` count follows between its people and
    communities and ours: theirs of ours, ours of theirs.
    """

    actor_id: int
    host: str
    username: str
    name: str
    received: Goods = field(default_factory=Goods)
    is_followed: bool = False
    follows_us: bool = False
    followers: int = 0
    following: int = 0

    @property
    def weight(self) -> int:
        """How much there is between this house and us; orders houses, and says nothing by itself."""
        return self.received.total + self.followers + self.following

    @property
    def title(self) -> str:
        return self.name or self.username


@dataclass(frozen=True, slots=True, kw_only=True)
class Bridge:
    """A community with people of more than one house, or with the prospect of them.

    ``home`` is the host where it lives; ``houses`` are hosts of houses whose people take part, its home first;
    ``members`` counts all, as its home told last.
    """

    actor_id: int
    username: str
    name: str
    home: str
    local: bool
    houses: tuple[str, ...]
    members: int = 0

    @property
    def title(self) -> str:
        return self.name or self.username


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """All of it: ``own`` is what this node offers, houses and communities come with the strongest ties first."""

    own: Goods = field(default_factory=Goods)
    houses: Sequence[House] = ()
    bridges: Sequence[Bridge] = ()
