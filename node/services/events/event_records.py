"""What makes the record of an event one that holds, and what of it is kept in columns and shown on posts."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, cast

import orjson

import schemas
from node.calendar.recurrence import first_start, last_end, occurrences, shown_at, where_at
from node.clock import from_rfc3339
from node.domain import event_rules, zones
from node.domain import events as rules
from node.domain.events import EventRecord
from node.domain.posts import EventFacts
from node.domain.text import clean_json
from node.errors import Invalid, Problem
from node.store.events.events import Saved

MAX_RECORD_BYTES = 256 * 1024


def check_record(record: EventRecord) -> EventRecord:
    """The record, cleaned, its times in its own zone. Raises ``Invalid`` with JSON paths for what is wrong with it."""
    cleaned = cast(EventRecord, clean_json(dict(record)))
    size = len(orjson.dumps(cleaned))
    if size > MAX_RECORD_BYTES:
        raise Invalid(problems=[Problem("$", f"at most {MAX_RECORD_BYTES} bytes", f"{size} bytes")])
    problems = [Problem(each.path, each.expected, each.found) for each in schemas.check("event", cleaned)]
    problems = problems or event_rules.broken_rules(cleaned)
    if not problems and next(occurrences(cleaned), None) is None:
        problems = [Problem("$.recurrence", "a rule by which it takes place at least once", "none")]
    if problems:
        raise Invalid(problems=problems)
    _write_in_own_zone(cleaned)
    if problems := list(_strange_overrides(cleaned)):
        raise Invalid(problems=problems)
    return cleaned


def _write_in_own_zone(record: EventRecord) -> None:
    rule = record.get("recurrence")
    for part in (record, *(rule.get("overrides", ()) if rule is not None else ())):
        times = cast(dict[str, Any], part)
        for key in ("start", "end"):
            if key in times:
                times[key] = zones.local_text(from_rfc3339(times[key]) or 0, record["timeZone"])


def _strange_overrides(record: EventRecord) -> Iterator[Problem]:
    """Those of days that the rule does not have."""
    rule = record.get("recurrence")
    if rule is None or "overrides" not in rule:
        return
    days = {each.day for each in occurrences(record)}
    for number, each in enumerate(rule["overrides"]):
        if each["day"] not in days:
            yield Problem(f"$.recurrence.overrides[{number}].day", "a day on which it takes place", each["day"])


def facts_at(record: EventRecord, now: int) -> EventFacts:
    """What posts and apps show of an event; of a series its next time, and where that is."""
    shown = shown_at(record, now)
    place, online = where_at(record, shown)
    return replace(rules.facts_of(record, place=place, online_url=online), start_at=shown.start_at, end_at=shown.end_at)


def saved_of(record: EventRecord, now: int, **more: Any) -> Saved:
    """What of a record is kept in columns."""
    next_at = shown_at(record, now).start_at
    return Saved(record, first_start(record), rules.end_of(record), last_end(record), next_at, **more)
