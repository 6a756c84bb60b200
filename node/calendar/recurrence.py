"""The occurrences of an event that takes place again and again, never more than a bound allows.

The rule (a subset of RFC 5545 3.3.10) is followed in the event's own time zone, so that a meeting at nine stays at nine
when the clocks change. ``dateutil`` does the counting; it takes 2 MiB and is imported with the first series.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, cast
from zoneinfo import ZoneInfo

from node.clock import DAY, from_rfc3339
from node.domain.events import (
    MAX_INSTANCES,
    MAX_SPAN,
    USUAL_LENGTH,
    EventRecord,
    EventStatus,
    Override,
    Place,
    Recurrence,
    end_of,
    is_cancelled,
    start_of,
)
from node.domain.zones import local_text, moment, zone_of

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One time that an event takes place, in milliseconds; ``end_at`` None where nobody said.

    ``day``: on which the rule of a series has it (``2026-05-07``); ``override``: what is different this time.
    """

    start_at: int
    end_at: int | None
    day: str = ""
    override: Override | None = None

    @property
    def is_cancelled(self) -> bool:
        return self.override is not None and self.override.get("cancelled", False)

    @property
    def is_moved(self) -> bool:
        return self.override is not None and "start" in self.override


def occurrences(record: EventRecord) -> Iterator[Occurrence]:
    """All times that an event takes place, in order; at most 750 that its rule has within two years of the first.

    Those that are cancelled are among them; exceptions are not.
    """
    rule = record.get("recurrence")
    if rule is None:
        yield Occurrence(start_of(record), end_of(record))
    elif differing := {each["day"]: each for each in rule.get("overrides", ())}:
        found = [_overridden(each, differing.get(each.day)) for each in _by_rule(record, rule)]
        yield from sorted(found, key=lambda each: each.start_at)
    else:
        yield from _by_rule(record, rule)


def _by_rule(record: EventRecord, rule: Recurrence) -> Iterator[Occurrence]:
    start, end = start_of(record), end_of(record)
    length = end - start if end is not None else None
    zone = zone_of(record["timeZone"]) or ZoneInfo("UTC")
    first = moment(start, zone).replace(tzinfo=None)
    exceptions = set(rule.get("exceptions", ()))
    for wall in islice(_walls(rule, first), MAX_INSTANCES):
        at = round(wall.replace(tzinfo=zone).timestamp() * 1000)
        if at > start + MAX_SPAN:
            return
        day = wall.date().isoformat()
        if day not in exceptions:
            yield Occurrence(at, at + length if length is not None else None, day)


def _overridden(found: Occurrence, override: Override | None) -> Occurrence:
    if override is None:
        return found
    length = found.end_at - found.start_at if found.end_at is not None else None
    start = from_rfc3339(override["start"]) if "start" in override else None
    start = found.start_at if start is None else start
    end = from_rfc3339(override["end"]) if "end" in override else None
    if end is None and length is not None:
        end = start + length
    return Occurrence(start, end, found.day, override)


def where_at(record: EventRecord, found: Occurrence) -> tuple[Place | None, str]:
    """The place and the address online of one time."""
    override = found.override
    if override is not None and ("place" in override or "onlineUrl" in override):
        return override.get("place"), override.get("onlineUrl", "")
    return record.get("place"), record.get("onlineUrl", "")


def record_of_date(record: EventRecord, found: Occurrence) -> EventRecord:
    """One time of a series as an event that takes place once."""
    kept = {key: value for key, value in record.items() if key not in _OF_SERIES}
    place, online = where_at(record, found)
    once: dict[str, Any] = {**kept, "start": local_text(found.start_at, record["timeZone"])}
    if found.end_at is not None:
        once["end"] = local_text(found.end_at, record["timeZone"])
    if place is not None:
        once["place"] = place
    if online:
        once["onlineUrl"] = online
    if found.is_cancelled:
        once["status"] = EventStatus.CANCELLED.value
    elif found.is_moved and not is_cancelled(record):
        once["status"] = EventStatus.RESCHEDULED.value
    return cast(EventRecord, once)


_OF_SERIES = frozenset({"recurrence", "start", "end", "place", "onlineUrl"})


def _walls(rule: Recurrence, first: dt.datetime) -> Iterator[dt.datetime]:
    """Wall times by the rule; it begins with the first of them that the rule names, as RFC 5545 wants."""
    from dateutil import rrule  # late: see the module

    frequency: Any = {"daily": rrule.DAILY, "weekly": rrule.WEEKLY, "monthly": rrule.MONTHLY}[rule["frequency"]]
    until = dt.datetime.combine(dt.date.fromisoformat(rule["until"]), dt.time.max) if "until" in rule else None
    latest = first + dt.timedelta(milliseconds=MAX_SPAN + DAY)
    days = [_weekday(rrule, day) for day in rule.get("byDay", ())]
    found: Any = rrule.rrule(
        frequency,
        dtstart=first,
        interval=rule.get("interval", 1),
        # RFC 5545 forbids both in one rule; dateutil warns, so the bound is kept by count alone where there is one.
        count=rule.get("count"),
        until=None if "count" in rule else min(until or latest, latest),
        byweekday=days or None,
    )
    return (wall for wall in found if until is None or wall <= until)


def _weekday(rrule: Any, day: str) -> Any:
    weekday = getattr(rrule, day[-2:])
    return weekday(int(day[:-2])) if len(day) > 2 else weekday


def first_start(record: EventRecord) -> int:
    """When the earliest of all times begins; the first may have been moved."""
    moved = [from_rfc3339(each["start"]) for each in _overrides(record) if "start" in each]
    return min([start_of(record), *filter(None, moved)])


def last_end(record: EventRecord) -> int:
    """When the last occurrence is over: until then calendars show it. Without an end an hour counts."""
    last = max((each.end_at or each.start_at + USUAL_LENGTH for each in occurrences(record)), default=None)
    return last if last is not None else end_of(record) or start_of(record) + USUAL_LENGTH


def _overrides(record: EventRecord) -> list[Override]:
    rule = record.get("recurrence")
    return rule.get("overrides", []) if rule is not None else []


def between(record: EventRecord, begin: int, end: int) -> Iterator[Occurrence]:
    """The occurrences that touch a span of time, also those that are cancelled."""
    for each in occurrences(record):
        if each.start_at >= end:
            return
        if (each.end_at or each.start_at + 1) > begin:
            yield each


def following(record: EventRecord, now: int) -> Occurrence | None:
    """The one that goes on or comes next; None once all are over, or cancelled."""
    coming = (each for each in occurrences(record) if not each.is_cancelled)
    return next((each for each in coming if (each.end_at or each.start_at) > now), None)


def shown_at(record: EventRecord, now: int) -> Occurrence:
    """The time that is told where only one is: the one that goes on or comes next, else the last."""
    if (coming := following(record, now)) is not None:
        return coming
    everything = list(occurrences(record))
    return next((each for each in reversed(everything) if not each.is_cancelled), everything[-1])


def find_occurrence(record: EventRecord, day: str) -> Occurrence | None:
    """The time that the rule of a series has on this day, as it takes place."""
    return next((each for each in occurrences(record) if each.day and each.day == day), None)


def usual_occurrence(record: EventRecord, day: str) -> Occurrence | None:
    """The same as the rule alone has it."""
    rule = record.get("recurrence")
    return next((each for each in _by_rule(record, rule) if each.day == day), None) if rule is not None else None


def rule_text(rule: Recurrence, first: dt.datetime, *, is_whole_day: bool = False) -> str:
    """The rule as RRULE writes it (RFC 5545 3.3.10); ``first`` in the event's zone. Of whole days UNTIL is one, too.

    >>> rule_text({"frequency": "weekly", "count": 6}, dt.datetime(2026, 5, 7, 18))
    'FREQ=WEEKLY;COUNT=6'
    """
    parts = [f"FREQ={rule['frequency'].upper()}"]
    if rule.get("interval", 1) != 1:
        parts.append(f"INTERVAL={rule['interval']}")
    if rule.get("byDay"):
        parts.append("BYDAY=" + ",".join(rule["byDay"]))
    if "count" in rule:
        parts.append(f"COUNT={rule['count']}")
    elif "until" in rule and is_whole_day:
        parts.append(f"UNTIL={rule['until'].replace('-', '')}")
    elif "until" in rule:
        last = dt.datetime.combine(dt.date.fromisoformat(rule["until"]), dt.time(23, 59, 59), first.tzinfo)
        utc = last.astimezone(dt.UTC) if last.tzinfo else last
        parts.append(f"UNTIL={utc:%Y%m%dT%H%M%SZ}")
    return ";".join(parts)
