"""From visibility to ``to``, ``cc`` and ``audience``, and back (security rule IN24)."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from federation.vocab import PUBLIC, PUBLIC_SPELLINGS
from node.domain.posts import RemotePost
from node.domain.uris import same_origin
from node.domain.visibility import Visibility, narrowest

_BLIND = ("bto", "bcc")


class Addresses(NamedTuple):
    """Whom a message says it is for."""

    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()


def read_addresses(to: Iterable[str], cc: Iterable[str]) -> Addresses:
    """The same addresses, the public in its one spelling."""
    return Addresses(tuple(map(_spelled, to)), tuple(map(_spelled, cc)))


def _spelled(address: str) -> str:
    return PUBLIC if address in PUBLIC_SPELLINGS else address


def address_for(visibility: Visibility, *, followers: str, mentions: Sequence[str] = (), group: str = "") -> Addresses:
    """How a message of ours is addressed.

    ``followers``: the author's collection; ``mentions``: who is named; ``group``: the community that it is for. What
    never leaves the node is addressed to nobody but those who are named.
    """
    others = tuple(dict.fromkeys(mentions))
    if visibility is Visibility.PUBLIC:
        return Addresses((PUBLIC, group), others) if group else Addresses((PUBLIC,), (followers, *others))
    if visibility is Visibility.UNLISTED:
        return Addresses((group or followers,), (PUBLIC, *others))
    if visibility is Visibility.FOLLOWERS:
        return Addresses((followers,), others)
    if visibility is Visibility.COMMUNITY and group:
        return Addresses((group,), others)
    if visibility is Visibility.PARTNERS:
        return Addresses((partners_of(followers),), others)
    return Addresses(others, ())


_FOLLOWERS, _PARTNERS = "/followers", "/partners"


def partners_of(followers: str) -> str:
    """The collection that stands for the people of an author's partner nodes; nobody can read who is in it.

    >>> partners_of("https://learn.uni.example/ap/a/uni/followers")
    'https://learn.uni.example/ap/a/uni/partners'
    """
    return followers.removesuffix(_FOLLOWERS) + _PARTNERS


def visibility_of(addresses: Addresses, *, author: str, group: str = "", followers: str = "") -> Visibility:
    """How widely a message may be read, as its sender says.

    ``group``: the community that it names as audience; ``followers``: the author's collection where it is known,
    else an address of the author's host with ``followers`` in its path counts as one.
    """
    to, cc = addresses
    if PUBLIC in to:
        return Visibility.PUBLIC
    if PUBLIC in cc:
        return Visibility.UNLISTED
    if partners_of(author) in to:
        return Visibility.PARTNERS
    if any(address == followers or is_followers_of(author, address) for address in (*to, *cc) if address):
        return Visibility.FOLLOWERS
    return Visibility.COMMUNITY if group else Visibility.DIRECT


def is_followers_of(author: str, address: str) -> bool:
    """Whether this looks like the followers collection of somebody on the author's host."""
    return "/followers" in address and same_origin(author, address)


def read_visibility(
    inner: Addresses, outer: Addresses | None, *, author: str, group: str = "", followers: str = ""
) -> Visibility:
    """The narrower of what the object and the activity around it say; one of them may say nothing (IN24)."""
    if inner == outer:  # as most say it
        return visibility_of(inner, author=author, group=group, followers=followers)
    said = [addresses for addresses in (inner, outer) if addresses and (addresses.to or addresses.cc)]
    levels = [visibility_of(each, author=author, group=group, followers=followers) for each in said or [inner]]
    return narrowest(*levels)


def recipients(addresses: Addresses, *more: str) -> tuple[str, ...]:
    """Everybody who is addressed, each once, the public left out."""
    return tuple(dict.fromkeys(each for each in (*addresses.to, *addresses.cc, *more) if each and each != PUBLIC))


def mentioned_and_addressed(post: RemotePost) -> list[tuple[str, bool]]:
    """``(actor, silent)`` for everybody whom a post names; silent: addressed without being mentioned.

    Collections of followers and partners are no actors and are left out.
    """
    loud = dict.fromkeys(mention.uri for mention in post.mentions)
    addressed = recipients(Addresses(post.to, post.cc), post.audience)
    silent = [uri for uri in addressed if uri not in loud and "/followers" not in uri and not uri.endswith(_PARTNERS)]
    return [(uri, False) for uri in loud] + [(uri, True) for uri in silent]


def without_blind(document: dict[str, Any]) -> dict[str, Any]:
    """The document without ``bto`` and ``bcc``, also in what it embeds; the same object where it has none."""
    inner = document.get("object")
    bare = without_blind(inner) if isinstance(inner, dict) else inner
    if bare is inner and not any(key in document for key in _BLIND):
        return document
    found = {key: value for key, value in document.items() if key not in _BLIND}
    return {**found, "object": bare} if "object" in found else found
