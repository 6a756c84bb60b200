"""What all entities need to be rendered, whoever asks: addresses, policies, and what is rendered already."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from aiohttp import web

from node.clock import day_at, day_begins, to_rfc3339
from node.domain.moderation import Policies
from node.state import NODE, Node
from web.pictures import Pictures

#: What is rendered is forgotten in two halves of so many bytes each.
CACHE_BYTES = 8 * 1024 * 1024


class _Kept(Protocol):
    @property
    def size(self) -> int: ...


class Cache:
    """Rendered parts by key, bounded in bytes. The half that was not asked for lately goes when the other is full.

    Used by several threads: each step is one operation on a dictionary, and what is lost in between is made anew.
    """

    def __init__(self, half: int = CACHE_BYTES) -> None:
        self._half = half
        self._young: dict[Any, Any] = {}
        self._old: dict[Any, Any] = {}
        self._bytes = 0

    def get(self, key: Any) -> Any:
        found = self._young.get(key)
        if found is not None:
            return found
        older = self._old.get(key)
        if older is not None:
            self.put(key, older)
        return older

    def clear(self) -> None:
        """Forget everything."""
        self._young, self._old, self._bytes = {}, {}, 0

    def put(self, key: Any, part: _Kept) -> None:
        if self._bytes > self._half:
            self._old, self._young, self._bytes = self._young, {}, 0
        self._young[key] = part
        self._bytes += part.size


@dataclass(frozen=True, slots=True)
class Look:
    """How entities look here and now. ``host`` is that of local handles; ``now`` closes polls."""

    origin: str
    host: str
    pictures: Pictures
    cache: Cache
    current_policies: Callable[[], Policies]
    timezone: str = "UTC"  # IANA, of the organisation
    now: int = 0

    @property
    def policies(self) -> Policies:
        return self.current_policies()

    @property
    def today(self) -> dt.date:
        """The day that it is for the organisation."""
        return day_at(self.now, ZoneInfo(self.timezone))

    @property
    def midnight(self) -> int:
        """When that day is over."""
        return day_begins(self.today + dt.timedelta(days=1), ZoneInfo(self.timezone))

    def at(self, now: int) -> "Look":
        """The same at another instant."""
        return replace(self, now=now)


def build_look(node: Node, pictures: Pictures, policies: Callable[[], Policies]) -> Look:
    """Once per process: what is rendered for one person serves all others."""
    return Look(node.config.origin, node.config.host, pictures, Cache(), policies, node.config.node.timezone)


LOOK = web.AppKey("LOOK", Look)


def look_of(request: web.Request) -> Look:
    """The look for one request."""
    return request.app[LOOK].at(request.app[NODE].clock.now())


def instant(at: int) -> str:
    """An instant as all entities write it: UTC with milliseconds.

    >>> instant(1_772_355_600_000)
    '2026-03-01T09:00:00.000Z'
    """
    text = to_rfc3339(at)
    return text if at % 1000 else f"{text[:-1]}.000Z"
