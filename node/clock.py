"""The only place that reads the wall clock.

Times are integers inside: milliseconds since 1970 in UTC, which both databases store and compare alike
(docs/adr/0003). They become RFC 3339 text at the edges.
"""

import datetime as dt
import functools
import time
from collections.abc import Callable
from typing import Protocol

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

#: A clock that is off by so much more than before was set.
_JUMP = MINUTE


class Clock(Protocol):
    def now(self) -> int:
        """Milliseconds since 1970, UTC."""
        ...


class SystemClock:
    def now(self) -> int:
        return time.time_ns() // 1_000_000


class FixedClock:
    """A clock for tests: it moves when it is told to."""

    def __init__(self, at: int = 1_790_000_000_000) -> None:
        self.at = at

    def now(self) -> int:
        return self.at

    def advance(self, milliseconds: int) -> None:
        self.at += milliseconds


class SteadyClock:
    """Whether the wall clock can be believed: for a minute it has moved as time passes (REL6).

    A clock that jumps must not end deliveries by the thousand.
    """

    def __init__(self, clock: Clock, monotonic: Callable[[], float]) -> None:
        self._clock, self._monotonic = clock, monotonic
        self._wall, self._since = clock.now(), monotonic()

    def is_steady(self) -> bool:
        """Ask now and then: a jump is seen when it is asked after."""
        wall, passed = self._clock.now(), self._monotonic() - self._since
        if abs(wall - self._wall - passed * SECOND) > _JUMP:
            self._wall, self._since = wall, self._monotonic()
            return False
        return passed >= MINUTE / SECOND


@functools.lru_cache(maxsize=256)
def to_rfc3339(at: int) -> str:
    """The instant as RFC 3339 text, with milliseconds only where there are any; of one post it is asked six times.

    >>> to_rfc3339(1_772_355_600_000)
    '2026-03-01T09:00:00Z'
    """
    moment = dt.datetime.fromtimestamp(at / 1000, dt.UTC)
    return moment.isoformat(timespec="milliseconds" if at % 1000 else "seconds").replace("+00:00", "Z")


def day_at(at: int, zone: dt.tzinfo = dt.UTC) -> dt.date:
    """The day of an instant."""
    return dt.datetime.fromtimestamp(at / 1000, zone).date()


def day_begins(day: dt.date, zone: dt.tzinfo = dt.UTC) -> int:
    """The instant at which a day begins.

    >>> to_rfc3339(day_begins(dt.date(2026, 3, 1)))
    '2026-03-01T00:00:00Z'
    """
    return round(dt.datetime.combine(day, dt.time(), zone).timestamp() * SECOND)


def from_rfc3339(text: str) -> int | None:
    """The instant that ``text`` names; None where it names none. A missing offset is read as UTC.

    >>> from_rfc3339("2026-03-01T10:00:00+01:00")
    1772355600000
    """
    try:
        moment = dt.datetime.fromisoformat(text)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=dt.UTC)
        return round(moment.timestamp() * 1000)
    except (ValueError, OverflowError):
        return None
