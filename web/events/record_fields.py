"""The record of an event as fields of its form, and back: what the form does not show is kept."""

import datetime as dt
from collections.abc import Mapping
from typing import Any, cast

import schemas
from node.calendar.recurrence import WEEKDAYS, occurrences
from node.domain.events import EventRecord, Recurrence, end_of, start_of, title
from node.domain.numbers import number_in
from node.domain.zones import from_wall, to_wall
from node.errors import Invalid, Problem

NAMES = (
    *("title", "description", "language", "kind", "start", "end", "timezone", "status"),
    *("place", "street", "postal", "town", "country", "accessibility", "online"),
    *("capacity", "waitlist", "join", "external"),
    *("repeat", "interval", "monthly", "times", "until", "except"),
    *(f"on-{day}" for day in WEEKDAYS),
    *("keywords", "speakers", "recording", "visibility", "community", "house"),
)
_PLACE = {"name": "place", "street": "street", "postalCode": "postal", "locality": "town", "country": "country"}


def kept(record: EventRecord) -> dict[str, Any]:
    """What the form does not speak of stays as it is: concepts, materials, texts in other languages."""
    return {key: value for key, value in record.items() if key in {"about", "teaches", "materials"}}


def read_record(fields: Mapping[str, str], before: EventRecord | None = None) -> EventRecord:
    """The record that a form describes. Raises Invalid for a time that is none."""
    said = {name: fields.get(name, "").replace("\r\n", "\n").strip() for name in NAMES}
    language, timezone = said["language"] or "und", said["timezone"]
    start = from_wall(said["start"], timezone)
    end = from_wall(said["end"], timezone) if said["end"] else None
    problems = [
        *([] if start else [Problem("$.start", "a day and a time", said["start"] or "nothing")]),
        *([Problem("$.end", "a day and a time", said["end"])] if said["end"] and end is None else []),
        *([] if said["title"] else [Problem("$.name", "a title", "nothing")]),
    ]
    if problems:
        raise Invalid(problems=problems)
    texts = dict(before.get("description", {})) if before else {}
    names = dict(before["name"]) if before else {}
    record: dict[str, Any] = {
        "name": {**names, language: said["title"]},
        "description": {tag: text for tag, text in {**texts, language: said["description"]}.items() if text},
        "defaultLanguage": language,
        "kind": said["kind"] or "other",
        "start": start,
        "end": end,
        "timeZone": timezone,
        "status": said["status"],
        "place": _read_place(said, before),
        "onlineUrl": said["online"],
        "capacity": _number(said["capacity"]),
        "waitlist": "waitlist" in fields,
        "joinMode": said["join"] or "free",
        "externalUrl": said["external"] if said["join"] == "external" else "",
        "recurrence": _read_rule(said, before),
        "keywords": [word.strip() for word in said["keywords"].split(",") if word.strip()],
        "speakers": [{"name": name.strip()} for name in said["speakers"].split("\n") if name.strip()],
        "recording": said["recording"],
    }
    return cast(EventRecord, {key: value for key, value in record.items() if value not in ("", None, [], {})})


def _number(text: str) -> int | str | None:
    """A number, or the text as it is for the schema to refuse."""
    return None if not text else number_in(text) if number_in(text) is not None else text


def _read_place(said: Mapping[str, str], before: EventRecord | None) -> dict[str, Any] | None:
    if not said["place"]:
        return None
    place: dict[str, Any] = {key: said[name] for key, name in _PLACE.items() if said[name]}
    if said["accessibility"]:
        place["accessibility"] = said["accessibility"]
    known: Mapping[str, Any] = before.get("place", {}) if before else {}
    if known.get("name") == place["name"]:
        place |= {key: known[key] for key in ("latitude", "longitude", "region") if key in known}
    return place


def _read_rule(said: Mapping[str, str], before: EventRecord | None) -> dict[str, Any] | None:
    if said["repeat"] not in {"daily", "weekly", "monthly"}:
        return None
    rule: dict[str, Any] = {"frequency": said["repeat"]}
    if (interval := _number(said["interval"])) not in {None, 1}:
        rule["interval"] = interval
    known = before.get("recurrence") if before else None
    if days := _read_days(said, known):
        rule["byDay"] = days
    if (times := _number(said["times"])) is not None:
        rule["count"] = times
    if said["until"]:
        rule["until"] = said["until"]
    if exceptions := [day.strip() for day in said["except"].split(",") if day.strip()]:
        rule["exceptions"] = exceptions
    return rule


def _read_days(said: Mapping[str, str], known: Recurrence | None) -> list[str]:
    """On which weekdays, as RRULE names them; of a month those that the first time falls on."""
    if said["repeat"] == "weekly":
        return [day for day in WEEKDAYS if said[f"on-{day}"]]
    if said["repeat"] != "monthly" or not said["monthly"]:
        return []
    if said["monthly"] == "as-before":
        return known.get("byDay", []) if known is not None else []
    return [_of_month(said["start"])[said["monthly"] == "last"]]


def _of_month(wall: str) -> tuple[str, str]:
    """The weekday of a time by its number in the month, and as the last of it: ``('2TU', '-1TU')``."""
    day = dt.date.fromisoformat(wall[:10])
    weekday = WEEKDAYS[day.weekday()]
    return f"{min((day.day - 1) // 7 + 1, 5)}{weekday}", f"-1{weekday}"


def with_overrides(record: EventRecord, before: EventRecord) -> EventRecord:
    """The record with what was different at single times, as far as it still has them."""
    rule, old = record.get("recurrence"), before.get("recurrence")
    if rule is None or old is None or "overrides" not in old or schemas.check("event", record):
        return record
    days = {each.day for each in occurrences(record)}
    kept = [each for each in old["overrides"] if each["day"] in days]
    return cast(EventRecord, {**record, "recurrence": {**rule, "overrides": kept}}) if kept else record


def write_fields(record: EventRecord) -> dict[str, str]:
    """The form that describes a record."""
    language, zone, end = record["defaultLanguage"], record["timeZone"], end_of(record)
    place, rule = record.get("place"), record.get("recurrence")
    found = dict.fromkeys(NAMES, "") | {
        "title": title(record),
        "description": record.get("description", {}).get(language, ""),
        "language": language,
        "kind": record.get("kind", "other"),
        "start": to_wall(start_of(record), zone),
        "end": to_wall(end, zone) if end is not None else "",
        "timezone": zone,
        "status": record.get("status", ""),
        "online": record.get("onlineUrl", ""),
        "capacity": str(record.get("capacity", "")),
        "waitlist": "on" if record.get("waitlist", True) else "",
        "join": record["joinMode"],
        "external": record.get("externalUrl", ""),
        "keywords": ", ".join(record.get("keywords", ())),
        "speakers": "\n".join(each["name"] for each in record.get("speakers", ())),
        "recording": record.get("recording", ""),
    }
    if place:
        known = cast(Mapping[str, Any], place)
        found |= {name: known.get(key, "") for key, name in _PLACE.items()}
        found["accessibility"] = known.get("accessibility", "")
    if rule:
        found |= {
            "repeat": rule["frequency"],
            "interval": str(rule.get("interval", "")),
            "monthly": _monthly(rule, found["start"]),
            "except": ", ".join(rule.get("exceptions", ())),
            **{f"on-{day}": "on" for day in rule.get("byDay", ()) if rule["frequency"] == "weekly"},
            "times": str(rule.get("count", "")),
            "until": rule.get("until", ""),
        }
    return found


def _monthly(rule: Recurrence, start: str) -> str:
    """How the form says on which day of a month."""
    days = rule.get("byDay", [])
    if rule["frequency"] != "monthly" or not days:
        return ""
    numbered, last = _of_month(start)
    return "weekday" if days == [numbered] else "last" if days == [last] else "as-before"
