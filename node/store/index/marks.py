"""Marks of entries in the index: what is listed, whose it is, and who finds it."""

import hashlib
from collections.abc import Collection

from node.domain.visibility import Visibility


def mark(facet: str, value: str) -> str:
    """The word that stands for a facet value."""
    return "m" + hashlib.blake2b(f"{facet}\n{value}".encode(), digest_size=6).hexdigest()


#: Every entry has this mark, so that a list without words and filters has something to walk.
LISTED = mark("listed", "")
#: Those that are no resources: lists of resources leave them out.
OTHER = mark("other", "")
#: Those that only members of a community find, who have its door.
LOCKED = mark("locked", "")
#: Those that only members may list: few, so that leaving them out costs nothing.
INTERNAL = mark("internal", "")


def door(uri: str) -> str:
    """The mark of what only members of this community find, or only this person."""
    return mark("door", uri)


def doors_of(visibility: Visibility, community: str, author: str) -> Collection[str]:
    """Who finds it: everybody, members of this node, members of a community, its author; nobody where there is none."""
    if visibility is Visibility.PUBLIC:
        return (LISTED,)
    if visibility in {Visibility.PARTNERS, Visibility.ORGANISATION}:
        return (LISTED, INTERNAL)
    if visibility is Visibility.COMMUNITY and community:
        return (LOCKED, door(community))
    if visibility is Visibility.PRIVATE and author:
        return (LOCKED, door(author))
    return ()


def origin_mark(origin: str) -> str:
    """The mark of what is ``local``, or ``remote``."""
    return mark("is", origin)
