"""Who may read a record, and to whom it may travel: the one place that decides.

Levels of ActivityPub (public, unlisted, followers, direct) and of learning organisations (community, organisation,
partners, private) in one scale. A record has exactly one.
"""

import enum
from dataclasses import dataclass


class Reach(enum.StrEnum):
    """To whom a record may leave the node."""

    EVERYONE = "everyone"
    FOLLOWERS = "followers"  # and those it names
    MEMBERS = "members"  # the nodes of the community's members
    PARTNERS = "partners"  # partner nodes (``store.federation.partners``)
    NAMED = "named"  # those it names
    NOBODY = "nobody"


class Visibility(enum.StrEnum):
    """How widely a record may be read; listed from the widest to the narrowest."""

    PUBLIC = "public"
    UNLISTED = "unlisted"  # everybody may read it, no public list shows it
    PARTNERS = "partners"
    ORGANISATION = "organisation"  # members of this node
    FOLLOWERS = "followers"
    COMMUNITY = "community"  # members of its community, wherever they are at home
    DIRECT = "direct"  # those it names
    PRIVATE = "private"

    @property
    def is_open(self) -> bool:
        """Anybody may read it, also without an account."""
        return self in _OPEN

    @property
    def reach(self) -> Reach:
        return _REACH[self]

    @property
    def federates(self) -> bool:
        """It may leave this node at all."""
        return self.reach is not Reach.NOBODY


class Relation(enum.Flag):
    """What a reader is to a record; several may hold. A reader without an account is ``Relation(0)``."""

    AUTHOR = enum.auto()
    NAMED = enum.auto()  # addressed or mentioned
    FOLLOWER = enum.auto()  # accepted follower of the author
    MEMBER = enum.auto()  # of the community that it belongs to
    LOCAL = enum.auto()  # has an account here
    PARTNER = enum.auto()  # comes from a node whose agreement covers it
    BLOCKED = enum.auto()  # the author blocks the reader


STRANGER = Relation(0)

#: Those that people choose from for what they learn with, the narrowest first.
LEVELS = (
    Visibility.PRIVATE,
    Visibility.COMMUNITY,
    Visibility.ORGANISATION,
    Visibility.PARTNERS,
    Visibility.PUBLIC,
)
#: What is of the organisation is for its members at least: one person's own may be narrower.
LEVELS_OF_ORGANISATION = (Visibility.ORGANISATION, Visibility.PARTNERS, Visibility.PUBLIC)

_OPEN = frozenset({Visibility.PUBLIC, Visibility.UNLISTED})
_HOUSE = frozenset({Visibility.PARTNERS, Visibility.ORGANISATION})  # all people of this node read it
_ALWAYS = Relation.AUTHOR | Relation.NAMED
_ENOUGH = {
    Visibility.PARTNERS: _ALWAYS | Relation.LOCAL | Relation.PARTNER,
    Visibility.ORGANISATION: Relation.AUTHOR | Relation.LOCAL,  # a mention lets nobody elsewhere in
    Visibility.FOLLOWERS: _ALWAYS | Relation.FOLLOWER,
    Visibility.COMMUNITY: _ALWAYS | Relation.MEMBER,
    Visibility.DIRECT: _ALWAYS,
    Visibility.PRIVATE: _ALWAYS,
}
_REACH = {
    Visibility.PUBLIC: Reach.EVERYONE,
    Visibility.UNLISTED: Reach.EVERYONE,
    Visibility.PARTNERS: Reach.PARTNERS,
    Visibility.ORGANISATION: Reach.NOBODY,
    Visibility.FOLLOWERS: Reach.FOLLOWERS,
    Visibility.COMMUNITY: Reach.MEMBERS,
    Visibility.DIRECT: Reach.NAMED,
    Visibility.PRIVATE: Reach.NOBODY,
}
_WIDTH = {level: place for place, level in enumerate(Visibility)}


def may_see(visibility: Visibility, relation: Relation) -> bool:
    """Whether somebody who is this to a record may read it. A blocked reader sees nothing of the author (API14)."""
    if relation & Relation.AUTHOR:
        return True
    if relation & Relation.BLOCKED:
        return False
    return visibility in _OPEN or bool(relation & _ENOUGH[visibility])


@dataclass(frozen=True, slots=True)
class Circle:
    """Who reads something elsewhere: its level, and the community (URI) whose members read it."""

    visibility: Visibility
    community: str = ""

    @property
    def federates(self) -> bool:
        return self.visibility.federates

    def all_may_read(self, other: "Circle") -> bool:
        """Whether all readers of this, here too, may read that.

        >>> Circle(Visibility.ORGANISATION).all_may_read(Circle(Visibility.PARTNERS))
        True
        """
        if other.visibility.is_open or self == other:
            return True
        return other.visibility in _HOUSE and (
            self.visibility is Visibility.PRIVATE
            or (self.visibility in _HOUSE and narrowest(self.visibility, other.visibility) is self.visibility)
        )

    def is_within(self, other: "Circle") -> bool:
        """Whether everybody elsewhere who may read this may read that, too.

        >>> Circle(Visibility.PARTNERS).is_within(Circle(Visibility.PUBLIC))
        True
        """
        if other.visibility.reach is Reach.EVERYONE:
            return True
        return self.visibility.reach is other.visibility.reach and self.community == other.community


def narrowest(*levels: Visibility) -> Visibility:
    """The narrowest of one or more levels (rule IN24: never wider than any part of a message says).

    >>> narrowest(Visibility.PUBLIC, Visibility.FOLLOWERS)
    <Visibility.FOLLOWERS: 'followers'>
    """
    return max(levels, key=_WIDTH.__getitem__)
