"""The streams that apps subscribe to, by name and parameter."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from node.domain.numbers import number_in
from node.domain.scopes import covers
from node.errors import Forbidden, Malformed

USER, NOTIFICATIONS, DIRECT, LIST = "user", "user:notification", "direct", "list"
HASHTAG, HASHTAG_LOCAL = "hashtag", "hashtag:local"
#: Of pages, not of apps: what is new for a person, and a conversation by its context.
NEWS, THREAD = "page:news", "page:thread"
PUBLIC = frozenset(f"public{origin}{media}" for origin in ("", ":local", ":remote") for media in ("", ":media"))
_MAX_TAG = 255

#: Which scope a token needs for each stream (STR2).
_SCOPES: Mapping[str, str] = MappingProxyType(
    {
        USER: "read:statuses",
        NOTIFICATIONS: "read:notifications",
        DIRECT: "read:statuses",
        LIST: "read:lists",
        HASHTAG: "read:statuses",
        HASHTAG_LOCAL: "read:statuses",
        **dict.fromkeys(PUBLIC, "read:statuses"),
    }
)
_OWN = frozenset({USER, NOTIFICATIONS, DIRECT})


@dataclass(frozen=True, slots=True)
class Channel:
    """One stream. ``parameter``: a person (``user`` and others of her own), a tag in small letters, a list; or 0."""

    name: str
    parameter: str | int = 0

    @property
    def label(self) -> list[str]:
        """How messages name it; the tag as it was asked for is not kept."""
        return [self.name] if self.name in _OWN or self.name in PUBLIC else [self.name, str(self.parameter)]


def read_channel(
    name: str, *, viewer_id: int, scopes: frozenset[str], tag: str | None = None, list_id: str | None = None
) -> Channel:
    """What an app subscribes to; whether a list is the viewer's own is for the caller to see.

    Raises Malformed for a stream that there is not, Forbidden for one that the token does not cover.
    """
    if name not in _SCOPES:
        raise Malformed("Unknown stream type")
    if not covers(scopes, _SCOPES[name]):
        raise Forbidden("This action is outside the authorized scopes")
    if name in _OWN:
        return Channel(name, viewer_id)
    if name in {HASHTAG, HASHTAG_LOCAL}:
        wanted = (tag or "").strip().lstrip("#").lower()
        if not wanted or len(wanted) > _MAX_TAG:
            raise Malformed("Missing tag name parameter")
        return Channel(name, wanted)
    if name == LIST:
        number = number_in(list_id or "")
        if number is None:
            raise Malformed("Missing list name parameter")
        return Channel(name, number)
    return Channel(name)
