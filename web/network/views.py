"""What the pages of the network show."""

from dataclasses import dataclass, field
from typing import ClassVar

from node.domain.network import Goods
from web.design.lists import Paging
from web.design.page import Page
from web.design.parts import Link
from web.network.drawing import Drawing


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseRow:
    """An organisation in the list; ``communities`` are those in which its people and others meet."""

    name: str
    host: str
    path: str
    catalogue_path: str
    received: Goods
    is_followed: bool = False
    follows_us: bool = False
    followers: int = 0
    following: int = 0
    communities: tuple[Link, ...] = ()
    more_communities: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class BridgeRow:
    """A community in the list; ``houses`` are the names of those whose people take part, its home first."""

    name: str
    path: str
    houses: tuple[str, ...]
    more_houses: int = 0
    members: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkView:
    """The map of the network. ``paths`` lead from the keys of plants (hosts) and bulbs (actor ids) to their pages."""

    template: ClassVar[str] = "network/map.html"

    page: Page
    own: Goods
    drawing: Drawing
    paths: dict[str, str]
    houses: tuple[HouseRow, ...] = ()
    house_total: int = 0
    bridges: tuple[BridgeRow, ...] = ()
    paging: Paging = field(default_factory=Paging)
