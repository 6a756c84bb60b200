"""Time zones that a calendar file defines itself (VTIMEZONE, RFC 5545 3.6.5), as far as they cost little to follow.

``icalendar`` keeps such zones for the whole process, the first of a name for ever, and follows whatever rule they
have: one that changes every second is never done. So each reading begins with none, and a definition that goes beyond
what real zones need is left out: the file then names a zone that nobody knows.
"""

import datetime as dt
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from icalendar.timezone.provider import TZProvider

_MAX_CHANGES = 8  # STANDARD and DAYLIGHT, each with the years in which it holds
_MAX_DATES = 100
_EARLIEST = 1_601  # in which the calendars of Windows begin
#: What the rules of real zones are made of, with the most values of each: "the first Sunday from the 8th on".
_MOST = {"FREQ": 1, "INTERVAL": 1, "BYMONTH": 1, "BYDAY": 1, "BYMONTHDAY": 7, "UNTIL": 1, "COUNT": 1, "WKST": 1}

_reading = threading.Lock()


@contextmanager
def zones_of_one_file() -> Iterator[None]:
    """The library knows the zones of the file that is read inside, and no other's; one file at a time."""
    from icalendar.timezone import tzp

    with _reading:
        tzp.use(_provider())
        try:
            yield
        finally:
            tzp.use_default()


@cache
def _provider() -> "TZProvider":
    from icalendar.timezone.zoneinfo import ZONEINFO

    class _Bounded(ZONEINFO):
        def create_timezone(self, tz: Any) -> dt.tzinfo | None:  # type: ignore[override]
            """None: as if the file did not define it."""
            return super().create_timezone(tz) if is_plain(tz) else None

    return _Bounded()


def is_plain(zone: Any) -> bool:
    """Whether a VTIMEZONE holds few changes, each by dates or by a rule that names days of a year."""
    return len(zone.subcomponents) <= _MAX_CHANGES and all(map(_is_plain_change, zone.subcomponents))


def _is_plain_change(change: Any) -> bool:
    start, rule = change.get("dtstart"), change.get("rrule")
    if start is None or start.dt.year < _EARLIEST or change.subcomponents:
        return False
    if sum(len(each.dts) for each in _several(change.get("rdate"))) > _MAX_DATES or "EXRULE" in change:
        return False
    return all(map(_is_plain_rule, _several(rule))) and len(_several(rule)) <= 1


def _is_plain_rule(rule: Any) -> bool:
    parts = {str(key).upper(): values if isinstance(values, list) else [values] for key, values in rule.items()}
    return [str(each).upper() for each in parts.get("FREQ", ())] == ["YEARLY"] and all(
        len(values) <= _MOST.get(key, 0) for key, values in parts.items()
    )


def _several(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]
