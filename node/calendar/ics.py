"""Calendars of RFC 5545 as the node writes them, by ``icalendar``, which takes 11 MiB and is imported with the first.

One VEVENT an event, its UID the event's IRI, SEQUENCE as its home counts, times in its own zone with the VTIMEZONE
that explains it. Nobody who comes is named, and no mail address ever stands there.
"""

import datetime as dt
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import orjson

from node.calendar.recurrence import Occurrence, occurrences, rule_text, where_at
from node.clock import DAY
from node.domain.events import (
    EventRecord,
    EventStatus,
    Place,
    Recurrence,
    end_of,
    place_line,
    start_of,
    status_of,
    title,
)
from node.domain.text import plain
from node.domain.zones import moment, zone_of
from node.text.markdown import render_markdown

if TYPE_CHECKING:
    from icalendar import Event as VEvent

#: What was cancelled stays in calendars so long, so that they hear of it.
KEEPS_CANCELLED = 30 * DAY
_STATUS = {EventStatus.CANCELLED: "CANCELLED", EventStatus.TENTATIVE: "TENTATIVE"}
_PRODUCT = "-//Rhizome//Learning network node//EN"


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """An event as a calendar shows it; instants in milliseconds. ``note``: the reader's own state, in words."""

    uri: str
    url: str
    record: EventRecord
    sequence: int
    created_at: int
    updated_at: int
    note: str = ""
    description_html: str = ""  # of events of other servers, whose record has no text
    is_whole_day: bool = False
    picture: str = ""  # its address


def write_calendar(entries: Iterable[CalendarEntry], *, name: str, url: str) -> bytes:
    """A calendar of these events. ``url``: where the same calendar is found again."""
    from icalendar import Calendar, vDuration  # late: see the module

    calendar = Calendar()
    calendar.add("prodid", _PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("name", name)
    calendar.add("x-wr-calname", name)
    calendar.add("source", url, parameters={"value": "URI"})
    calendar.add("refresh-interval", vDuration(dt.timedelta(hours=1)), parameters={"value": "DURATION"})
    calendar.add("x-published-ttl", vDuration(dt.timedelta(hours=1)))
    entries = list(entries)
    zones: dict[str, tuple[int, int]] = {}
    for entry in entries:
        _stretch(zones, entry.record)
    parts = [_zone(name, first, last) for name, (first, last) in sorted(zones.items())]
    written: bytes = calendar.to_ical()
    head, end, tail = written.rpartition(b"END:VCALENDAR")
    return b"".join((head, *parts, *map(_rendered, entries), end, tail))


#: Calendars ask every hour, and few events change: what was written is kept by what it was written from.
_KEPT: OrderedDict[tuple[Any, ...], bytes] = OrderedDict()
_KEPT_AT_MOST = 2_000


def _rendered(entry: CalendarEntry) -> bytes:
    known = (entry.uri, entry.url, entry.updated_at, entry.sequence, entry.note, entry.is_whole_day, entry.picture)
    key = (*known, orjson.dumps(entry.record))
    found = _KEPT.get(key)
    if found is None:
        found = _KEPT[key] = b"".join(bytes(each.to_ical()) for each in (_event(entry), *_differing(entry)))
        if len(_KEPT) > _KEPT_AT_MOST:
            _KEPT.popitem(last=False)
    return found


def _event(entry: CalendarEntry) -> "VEvent":
    record, zone = entry.record, zone_of(entry.record["timeZone"]) or ZoneInfo("UTC")
    start = moment(start_of(record), zone)
    found = _described(entry, Occurrence(start_of(record), end_of(record)))
    if rule := record.get("recurrence"):
        _add_rule(found, rule, start, is_whole_day=entry.is_whole_day)
    return found


def _differing(entry: CalendarEntry) -> Iterator["VEvent"]:
    """A VEVENT for each time of a series that differs (RECURRENCE-ID, RFC 5545 3.8.4.4)."""
    record, zone = entry.record, zone_of(entry.record["timeZone"]) or ZoneInfo("UTC")
    hour = moment(start_of(record), zone).time()
    for each in occurrences(record):
        if each.override is not None:
            found = _described(entry, each)
            found.add("recurrence-id", dt.datetime.combine(dt.date.fromisoformat(each.day), hour, zone))
            yield found


def _described(entry: CalendarEntry, time: Occurrence) -> "VEvent":
    """The event at one time, without the rule of its series."""
    from icalendar import Event as VEvent

    record, zone = entry.record, zone_of(entry.record["timeZone"]) or ZoneInfo("UTC")
    found = VEvent()
    found.add("uid", entry.uri)
    found.add("dtstamp", moment(entry.updated_at, dt.UTC))
    found.add("created", moment(entry.created_at, dt.UTC))
    found.add("last-modified", moment(entry.updated_at, dt.UTC))
    found.add("sequence", entry.sequence)
    for key, at in (("dtstart", time.start_at), ("dtend", time.end_at)):
        if at is not None:
            found.add(key, moment(at, zone).date() if entry.is_whole_day else moment(at, zone))
    found.add("summary", title(record))
    if words := "\n\n".join(filter(None, (entry.note, _description(entry), entry.url))):
        found.add("description", words)
    found.add("url", entry.url, parameters={"value": "URI"})
    found.add("status", "CANCELLED" if time.is_cancelled else _STATUS.get(status_of(record), "CONFIRMED"))
    _add_place(found, *where_at(record, time))
    if keywords := record.get("keywords"):
        found.add("categories", keywords)
    if entry.picture:  # RFC 7986 5.10
        found.add("image", entry.picture, parameters={"value": "URI"})
    return found


def _description(entry: CalendarEntry) -> str:
    record = entry.record
    texts = record.get("description", {})
    source = texts.get(record["defaultLanguage"]) or next(iter(texts.values()), "")
    return plain(render_markdown(source) if source else entry.description_html)


def _add_place(found: "VEvent", place: Place | None, online: str) -> None:
    if line := place_line(place) or online:
        found.add("location", line)
    if place and "latitude" in place and "longitude" in place:
        found.add("geo", (place["latitude"], place["longitude"]))
    if online:  # RFC 7986 5.11
        found.add("conference", online, parameters={"value": "URI", "feature": "VIDEO", "label": "Online"})


def _add_rule(found: "VEvent", rule: Recurrence, start: dt.datetime, *, is_whole_day: bool) -> None:
    from icalendar import vRecur

    found.add("rrule", vRecur.from_ical(rule_text(rule, start, is_whole_day=is_whole_day)))
    for day in rule.get("exceptions", ()):
        wall = dt.datetime.combine(dt.date.fromisoformat(day), start.timetz().replace(tzinfo=None))
        found.add("exdate", wall.replace(tzinfo=start.tzinfo))


def _stretch(zones: dict[str, tuple[int, int]], record: EventRecord) -> None:
    """The years for which a time zone must be explained."""
    name = record["timeZone"]
    if name == "UTC" or zone_of(name) is None:
        return
    begin = moment(start_of(record), dt.UTC).year
    end = begin + (3 if "recurrence" in record else 1)
    first, last = zones.get(name, (begin, end))
    zones[name] = min(first, begin - 1), max(last, end)


@lru_cache(64)
def _zone(name: str, first: int, last: int) -> bytes:
    """The VTIMEZONE of a zone for these years; finding its changes takes a third of a second."""
    from icalendar import Timezone

    zone = Timezone.from_tzid(name, first_date=dt.date(first, 1, 1), last_date=dt.date(last, 12, 31))
    return bytes(zone.to_ical())
