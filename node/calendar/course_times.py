"""When a course takes place, in the shape of events: what calendars show of its instances.

An instance with a schedule takes place again and again, at its hours or on whole days. One that only says from when to
when it runs stands on its first day and on its last: weeks of a self-paced course are nobody's appointment.
"""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from node.calendar.recurrence import following
from node.clock import from_rfc3339
from node.domain.courses import day_of
from node.domain.events import MAX_INSTANCES, MAX_SPAN, EventRecord, Place
from node.domain.records import Instance, ResourceRecord
from node.domain.resources import title
from node.domain.text import pick
from node.domain.zones import from_wall, local_text, zone_of

_DAYS = {
    "Monday": "MO", "Tuesday": "TU", "Wednesday": "WE", "Thursday": "TH", "Friday": "FR", "Saturday": "SA",
    "Sunday": "SU",
}  # fmt: skip
#: What of ``repeatFrequency`` can be followed: frequency and interval. Without one, weekdays repeat each week.
_RHYTHMS = {
    "P1D": ("daily", 1), "P1W": ("weekly", 1), "P7D": ("weekly", 1), "P2W": ("weekly", 2), "P14D": ("weekly", 2),
}  # fmt: skip
_LONGEST = dt.timedelta(milliseconds=MAX_SPAN)


@dataclass(frozen=True, slots=True)
class Times:
    """Times of an instance. ``is_whole_day``: only the days count. ``is_end``: it is the last day of what runs on."""

    record: EventRecord
    is_whole_day: bool = False
    is_end: bool = False


def times_of(course: ResourceRecord, instance: Instance, timezone: str) -> Iterator[Times]:
    """All times of an instance, none where it says no day; ``timezone`` holds where it names none."""
    first, last = day_of(instance.get("startDate", "")), day_of(instance.get("endDate", ""))
    if first is None:
        return
    zone = _zone(instance, timezone)
    if "courseSchedule" in instance and (rule := _rule(instance, first, last)) is not None:
        yield from _meetings(course, instance, zone, first, rule)
    elif "T" in instance.get("startDate", "").upper():
        yield Times(_record(course, instance, zone, instance["startDate"], _same_day_end(instance, first, last)))
    else:
        yield _whole_day(course, instance, zone, first)
        if last is not None and last != first:
            yield Times(_whole_day(course, instance, zone, last).record, is_whole_day=True, is_end=True)


def _zone(instance: Instance, timezone: str) -> str:
    named = str(cast(Any, instance).get("courseSchedule", {}).get("scheduleTimezone", ""))
    return named if named and zone_of(named) is not None else timezone


def _rule(instance: Instance, first: dt.date, last: dt.date | None) -> dict[str, Any] | None:
    """How it repeats; None for a rhythm that nobody can follow from what it says."""
    schedule = cast(Mapping[str, Any], instance["courseSchedule"])
    days = [_DAYS[day] for day in schedule.get("byDay", ())]
    rhythm = _RHYTHMS.get(schedule.get("repeatFrequency", "P1W" if days else ""))
    if rhythm is None or (rhythm[0] == "daily" and days):
        return None
    rule: dict[str, Any] = {"frequency": rhythm[0], "interval": rhythm[1], **({"byDay": days} if days else {})}
    if "repeatCount" in schedule:
        rule["count"] = min(schedule["repeatCount"], MAX_INSTANCES)
    else:
        rule["until"] = min(last or first + _LONGEST, first + _LONGEST).isoformat()
    return rule


def _meetings(
    course: ResourceRecord, instance: Instance, zone: str, first: dt.date, rule: dict[str, Any]
) -> Iterator[Times]:
    schedule = cast(Mapping[str, Any], instance["courseSchedule"])
    begins, ends = schedule.get("startTime", ""), schedule.get("endTime", "")
    start = from_wall(f"{first}T{begins[:5] or '00:00'}", zone)
    end = from_wall(f"{first}T{ends[:5]}", zone) if begins and ends > begins else None
    if start is None:
        return
    if not begins:
        end = from_wall(f"{first + dt.timedelta(days=1)}T00:00", zone)
    record = cast(EventRecord, {**_record(course, instance, zone, start, end), "recurrence": rule})
    # Calendars want the first time to be one that the rule has.
    found = following(record, 0)
    if found is None:
        return
    record["start"] = local_text(found.start_at, zone)
    if found.end_at is not None:
        record["end"] = local_text(found.end_at, zone)
    yield Times(record, is_whole_day=not begins)


def _same_day_end(instance: Instance, first: dt.date, last: dt.date | None) -> str | None:
    said = instance.get("endDate", "")
    return said if last == first and "T" in said.upper() and said > instance.get("startDate", "") else None


def _whole_day(course: ResourceRecord, instance: Instance, zone: str, day: dt.date) -> Times:
    start, end = (from_wall(f"{each}T00:00", zone) or "" for each in (day, day + dt.timedelta(days=1)))
    return Times(_record(course, instance, zone, start, end), is_whole_day=True)


def _record(course: ResourceRecord, instance: Instance, zone: str, start: str, end: str | None) -> EventRecord:
    language = course["defaultLanguage"]
    name = pick(instance["name"], (language,)) if "name" in instance else ""
    whole = f"{title(course)}: {name}" if name else title(course)
    found: dict[str, Any] = {
        "name": {language: whole},
        "defaultLanguage": language,
        "start": local_text(from_rfc3339(start) or 0, zone),
        "end": local_text(from_rfc3339(end) or 0, zone) if end else None,
        "timeZone": zone,
        "joinMode": "free",
        "status": "cancelled" if instance.get("status") == "cancelled" else None,
        **_where(instance),
    }
    return cast(EventRecord, {key: value for key, value in found.items() if value is not None})


def _where(instance: Instance) -> dict[str, Any]:
    """Its first place, and its first address online."""
    found: dict[str, Any] = {}
    for each in instance.get("location", ()):
        if each["type"] == "Place" and (place := _place(cast(Mapping[str, Any], each))) is not None:
            found.setdefault("place", place)
        elif each["type"] == "VirtualLocation" and each.get("url"):
            found.setdefault("onlineUrl", each["url"])
    return found


def _place(location: Mapping[str, Any]) -> Place | None:
    address = location.get("address", {})
    words = {"street": "streetAddress", "postalCode": "postalCode", "locality": "addressLocality"}
    known = {key: address[word] for key, word in words.items() if address.get(word)}
    name = location.get("name") or known.get("street") or known.get("locality")
    return cast(Place, {"name": name, **known}) if name else None
