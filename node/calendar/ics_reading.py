"""Calendars of RFC 5545 that somebody hands in, read by ``icalendar``, which is imported with the first.

At most ``MAX_BYTES`` and ``MAX_EVENTS``; rules that repeat only as far as our own subset goes. What cannot be used is
told, never a failure of the whole. A file that its author made for that takes seconds: read it in a thread.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, cast
from zoneinfo import ZoneInfo

from node.calendar.file_zones import zones_of_one_file
from node.calendar.recurrence import Occurrence, occurrences
from node.domain.events import EventRecord, Override, Recurrence
from node.domain.uris import is_web_uri
from node.domain.zones import zone_of
from node.sentences import Sentence

MAX_BYTES = 2 * 1024 * 1024
MAX_EVENTS = 750
_MAX_OVERRIDES = 100  # as the schema has it


@dataclass(frozen=True, slots=True)
class ReadEvent:
    """An event of a file: its ``uid`` there, and its record or what is wrong with it."""

    uid: str
    name: str
    record: EventRecord | None = None
    problem: str = ""
    warnings: tuple[str, ...] = ()
    picture: str = ""  # its address


def read_calendar(data: bytes, *, timezone: str, language: str) -> list[ReadEvent]:
    """The events of a file, each on its own; ``timezone`` and ``language`` hold where the file names none.

    A file that is no calendar gives one reading that says so. Never raises.
    """
    with zones_of_one_file():
        return list(_readings(data, timezone, language))


def _readings(data: bytes, timezone: str, language: str) -> Iterator[ReadEvent]:
    if len(data) > MAX_BYTES:
        yield ReadEvent("", "", problem=Sentence("The file is larger than {n} MiB.", n=MAX_BYTES // 1024 // 1024))
        return
    found, differing = _sorted_out(_components(data))
    if not found:
        yield ReadEvent("", "", problem=Sentence("This is no calendar, or it holds no event."))
    for number, component in enumerate(found):
        if number >= MAX_EVENTS:
            yield ReadEvent("", "", problem=Sentence("Only the first {n} events of a file are read.", n=MAX_EVENTS))
            return
        # To the first series of a UID: a file may hold one series hundreds of times.
        yield _read(component, differing.pop(_text(component, "uid"), ()), timezone, language)


def _sorted_out(components: Iterable[Any]) -> tuple[list[Any], dict[str, list[Any]]]:
    """The events of a file, and by UID the times of series that differ. One whose series is missing is an event."""
    everything = list(components)
    series = {_text(each, "uid") for each in everything if each.get("recurrence-id") is None}
    found, differing = [], dict[str, list[Any]]()
    for each in everything:
        if each.get("recurrence-id") is not None and _text(each, "uid") in series:
            differing.setdefault(_text(each, "uid"), []).append(each)
        else:
            found.append(each)
    return found, differing


def _components(data: bytes) -> Iterator[Any]:
    """The VEVENTs of a file. What the library cannot read is left out."""
    import warnings

    from icalendar import Calendar

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # guesses of the library about odd zone names
        try:
            calendars = Calendar.from_ical(data, multiple=True)
            for calendar in calendars:
                yield from calendar.walk("VEVENT")
        except Exception:  # noqa: BLE001 (a stranger's file; the library raises whatever its parts do)
            return


def _read(component: Any, differing: Sequence[Any], timezone: str, language: str) -> ReadEvent:
    uid = name = ""
    try:
        uid = _text(component, "uid")[:500]
        name = " ".join(_text(component, "summary").split())[:300]
        read = _record(component, uid, name or "Event", timezone, language)
        if differing and read.record is not None and "recurrence" in read.record:
            _add_overrides(read.record, differing)
        return read
    except Exception:  # noqa: BLE001 (the same)
        return ReadEvent(uid, name, problem=Sentence("It cannot be read."))


def _text(component: Any, key: str) -> str:
    value = component.get(key)
    return str(value[0] if isinstance(value, list) and value else value or "")


def _record(component: Any, uid: str, name: str, timezone: str, language: str) -> ReadEvent:
    start = component.decoded("dtstart", None)
    if not isinstance(start, dt.date):
        return ReadEvent(uid, name, problem=Sentence("It says no time at which it begins."))
    warnings: list[str] = []
    zone = _zone_name(start, timezone)
    begin = _instant(start, zone)
    record: dict[str, Any] = {
        "name": {language: name},
        "defaultLanguage": language,
        "start": begin.isoformat(timespec="seconds"),
        "timeZone": zone,
        "joinMode": "free",
    }
    end = _end(component, start, zone)
    if end is not None and begin < end <= begin + dt.timedelta(days=60):
        record["end"] = end.isoformat(timespec="seconds")
    elif end is not None:
        warnings.append(Sentence("Its end was left out: it is not after its start, or too late."))
    if words := _text(component, "description").strip():
        record["description"] = {language: words[:50_000]}
    status = _text(component, "status").upper()
    if status in {"CANCELLED", "TENTATIVE"}:
        record["status"] = status.lower()
    record |= _where(component)
    if component.get("rrule") is not None:
        rule = _rule(component, begin)
        if rule is None:
            warnings.append(Sentence("It repeats by a rule that is not known here; only the first time was read."))
        else:
            record["recurrence"] = rule
    words_of = [str(each)[:100] for each in _categories(component) if str(each).strip()]
    if words_of:
        record["keywords"] = words_of[:50]
    return ReadEvent(uid, name, cast(EventRecord, record), warnings=tuple(warnings), picture=_picture(component))


def _picture(component: Any) -> str:
    """The address of its picture: IMAGE (RFC 7986 5.10), or a picture that is attached."""
    for key in ("image", "attach"):
        found = component.get(key)
        for each in found if isinstance(found, list) else [found]:
            form = str(getattr(each, "params", {}).get("FMTTYPE", ""))
            if is_web_uri(str(each)) and (form or key).startswith("image"):
                return str(each)
    return ""


def _zone_name(start: dt.date, timezone: str) -> str:
    """The IANA name of the zone of a time; a time without one is in the reader's."""
    zone = start.tzinfo if isinstance(start, dt.datetime) else None
    name = getattr(zone, "key", None) or (str(zone) if zone is not None else "")
    return name if name and zone_of(name) is not None else ("UTC" if zone is not None else timezone)


def _instant(value: dt.date, zone: str) -> dt.datetime:
    """A day alone begins at midnight."""
    info = zone_of(zone) or ZoneInfo("UTC")
    if not isinstance(value, dt.datetime):
        return dt.datetime.combine(value, dt.time(), info)
    return value.astimezone(info) if value.tzinfo is not None else value.replace(tzinfo=info)


def _end(component: Any, start: dt.date, zone: str) -> dt.datetime | None:
    end = component.decoded("dtend", None)
    if isinstance(end, dt.date):
        return _instant(end, zone)
    length = component.decoded("duration", None)
    if isinstance(length, dt.timedelta):
        return _instant(start, zone) + length
    is_day = not isinstance(start, dt.datetime)
    return _instant(start, zone) + dt.timedelta(days=1) if is_day else None


def _where(component: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    line = " ".join(_text(component, "location").split())[:300]
    # URL is a page about it (RFC 5545 3.8.4.6): where nothing else is said, one learns there where it is.
    addresses = (_text(component, "conference"), line, *([] if line else [_text(component, "url")]))
    online = next((each for each in addresses if is_web_uri(each)), "")
    if line and not is_web_uri(line):
        found["place"] = {"name": line}
    if online:
        found["onlineUrl"] = online
    return found or {"place": {"name": "?"}}


def _categories(component: Any) -> Sequence[Any]:
    value = component.get("categories")
    parts = value if isinstance(value, list) else [value] if value is not None else []
    return [each for part in parts for each in getattr(part, "cats", ())]


def _rule(component: Any, begin: dt.datetime) -> Recurrence | None:
    """The rule where it is one of ours, at most two years long; None for any other."""
    value = component.get("rrule")
    if isinstance(value, list):
        return None
    rule: Mapping[str, Any] = {str(key).upper(): each for key, each in value.items()}
    frequency = str(rule.get("FREQ", [""])[0]).lower()
    known = {"FREQ", "INTERVAL", "BYDAY", "COUNT", "UNTIL", "WKST"}
    if frequency not in {"daily", "weekly", "monthly"} or not rule.keys() <= known:
        return None
    found: dict[str, Any] = {"frequency": frequency}
    interval = int(rule.get("INTERVAL", [1])[0])
    if not 1 <= interval <= 52:
        return None
    if interval != 1:
        found["interval"] = interval
    days = [str(day).upper() for day in rule.get("BYDAY", [])]
    if len(days) > 7 or any((len(day) > 2) != (frequency == "monthly") for day in days):
        return None
    if days:
        found["byDay"] = days
    latest = (begin + dt.timedelta(days=730)).date()
    if "COUNT" in rule:
        found["count"] = max(1, min(int(rule["COUNT"][0]), MAX_EVENTS))
    until = rule.get("UNTIL", [latest])[0]
    last = until.date() if isinstance(until, dt.datetime) else until
    if "COUNT" not in rule:
        found["until"] = max(begin.date(), min(last, latest)).isoformat()
    if exceptions := sorted(set(islice(_exceptions(component, begin), MAX_EVENTS))):
        found["exceptions"] = exceptions
    return cast(Recurrence, found)


def _add_overrides(record: EventRecord, differing: Sequence[Any]) -> None:
    """What the file says of single times, as far as the rule has them; the last word about a day counts."""
    by_rule = {each.day: each for each in occurrences(record)}
    found: dict[str, Override] = {}
    for component in differing[:MAX_EVENTS]:
        day = _instant(component.decoded("recurrence-id"), record["timeZone"]).date().isoformat()
        if day in by_rule and (override := _override(component, record, by_rule[day])) is not None:
            found[day] = override
    if found:
        record["recurrence"]["overrides"] = [found[day] for day in sorted(found)][:_MAX_OVERRIDES]


def _override(component: Any, record: EventRecord, by_rule: Occurrence) -> Override | None:
    """How a time differs from what the rule says; None where it does not."""
    zone, start = record["timeZone"], component.decoded("dtstart", None)
    found: dict[str, Any] = {}
    if isinstance(start, dt.date):
        begin, end = _instant(start, zone), _end(component, start, zone)
        times = tuple(round(each.timestamp() * 1000) if each is not None else None for each in (begin, end))
        if times != (by_rule.start_at, by_rule.end_at):
            found["start"] = begin.isoformat(timespec="seconds")
            if end is not None and begin < end <= begin + dt.timedelta(days=60):
                found["end"] = end.isoformat(timespec="seconds")
    if _text(component, "status").upper() == "CANCELLED":
        found["cancelled"] = True
    where = _where(component)
    if (where.get("place"), where.get("onlineUrl")) != (record.get("place"), record.get("onlineUrl")):
        found |= where
    return cast(Override, {"day": by_rule.day, **found}) if found else None


def _exceptions(component: Any, begin: dt.datetime) -> Iterator[str]:
    value = component.get("exdate")
    for part in value if isinstance(value, list) else [value] if value is not None else []:
        for each in getattr(part, "dts", ()):
            day = each.dt
            local = day.astimezone(begin.tzinfo) if isinstance(day, dt.datetime) and day.tzinfo else day
            yield (local.date() if isinstance(local, dt.datetime) else local).isoformat()
