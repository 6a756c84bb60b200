"""The streams that apps subscribe to, by name and parameter."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from node.domain.numbers import number_in
from node.domain.scopes import covers
from node.domain.tags import LONGEST, key_of
from node.errors import Forbidden, Malformed

USER, NOTIFICATIONS, DIRECT, LIST = "user", "user:notification", "direct", "list"
HASHTAG, HASHTAG_LOCAL = "hashtag", "hashtag:local"
#: Of pages, not of apps: what is new for a person, and a conversation by its context.
NEWS, THREAD = "page:news", "page:thread"
PUBLIC = frozenset(f"public{origin}{media}" for origin in ("", ":local", ":remote") for media in ("", ":media"))

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
    """One stream. ``parameter``: a person (``user`` and others of her own), the key of a tag, a list; or 0.

    ``asked``: a tag in the letters of the app, which looks for the same ones in what it gets.
    """

    name: str
    parameter: str | int = 0
    asked: str = field(default="", compare=False)

    @property
    def label(self) -> tuple[str, ...]:
        """How messages name it to the app that asked for it."""
        if self.name in _OWN or self.name in PUBLIC:
            return (self.name,)
        return self.name, self.asked or str(self.parameter)


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
        asked = tag or ""
        wanted = key_of(asked.strip())
        if not wanted or len(asked) > LONGEST:
            raise Malformed("Missing tag name parameter")
        return Channel(name, wanted, asked)
    if name == LIST:
        number = number_in(list_id or "")
        if number is None:
            raise Malformed("Missing list name parameter")
        return Channel(name, number)
    return Channel(name)
