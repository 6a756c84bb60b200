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
#: The calendars of Windows begin in 1601, and each time is looked for from there on. A leap year, with every day.
_FIRST_YEAR = 1_972
#: What the rules of real zones are made of, with the most values of each: "the first Sunday from the 8th on".
_MOST = {"BYMONTH": 1, "BYDAY": 1, "BYMONTHDAY": 7, "UNTIL": 1, "WKST": 1}

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
        def create_timezone(self, tz: Any) -> dt.tzinfo | None:  # type: ignore[override]  # the library takes None for unknown
            """None: as if the file did not define it."""
            if not _is_plain(tz):
                return None
            for change in tz.subcomponents:
                _begin_late(change)
            return super().create_timezone(tz)

    return _Bounded()


def _begin_late(change: Any) -> None:
    start = change["dtstart"]
    if "RRULE" in change and start.dt.year < _FIRST_YEAR:
        start.dt = start.dt.replace(year=_FIRST_YEAR)


def _is_plain(zone: Any) -> bool:
    """Whether a VTIMEZONE holds few changes, each by dates or by a rule that names one day of a year."""
    return len(zone.subcomponents) <= _MAX_CHANGES and all(map(_is_plain_change, zone.subcomponents))


def _is_plain_change(change: Any) -> bool:
    start, rule = change.get("dtstart"), change.get("rrule")
    if start is None or change.subcomponents:
        return False
    if sum(len(each.dts) for each in _several(change.get("rdate"))) > _MAX_DATES or "EXRULE" in change:
        return False
    return all(map(_is_plain_rule, _several(rule))) and len(_several(rule)) <= 1


def _is_plain_rule(rule: Any) -> bool:
    parts = {str(key).upper(): values if isinstance(values, list) else [values] for key, values in rule.items()}
    if [str(each).upper() for each in parts.pop("FREQ", ())] != ["YEARLY"]:
        return False
    days, dates = parts.get("BYDAY", []), parts.get("BYMONTHDAY", [])
    is_one_day = len(str(days[0])) > 2 if days and not dates else bool(days) or len(dates) <= 1
    is_in_month = "BYMONTH" in parts or not (days or dates)
    return is_one_day and is_in_month and all(len(values) <= _MOST.get(key, 0) for key, values in parts.items())


def _several(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]
