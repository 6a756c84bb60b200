"""What the collections of our actors are made of."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from node.store.people.actors import Actor

PER_PAGE = 50

Item = str | dict[str, Any]


@dataclass(frozen=True, slots=True)
class Slice:
    """Some items, newest first, each with the key that the next page begins after."""

    keys: Sequence[int]
    items: Sequence[Item]


@dataclass(frozen=True, slots=True)
class Listed:
    """One kind of collection of an actor. ``at_root``: its first items stand in the collection itself, too."""

    count: Callable[[Connection, Actor], int]
    read: Callable[[Connection, Actor, int | None], Slice]
    owner_only: bool = False
    hides_items: bool = False  # the number is told, the items only to the owner
    at_root: bool = False
