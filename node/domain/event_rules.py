"""The rules between the fields of an event, which its schema cannot say."""

from collections.abc import Iterator

from node.clock import DAY, from_rfc3339
from node.domain.events import LONGEST, MAX_SPAN, EventRecord, JoinMode, Recurrence, end_of, start_of
from node.domain.zones import zone_of
from node.errors import Problem


def broken_rules(record: EventRecord) -> list[Problem]:
    """What the schema cannot say: a known time zone, the order of times, a place, an end of a series."""
    found: list[Problem] = []
    start, end = start_of(record), end_of(record)
    if record["defaultLanguage"] not in record["name"]:
        found.append(Problem("$.name", f"a text in {record['defaultLanguage']}", ", ".join(record["name"])))
    if zone_of(record["timeZone"]) is None:
        found.append(Problem("$.timeZone", "a time zone such as Europe/Berlin", record["timeZone"]))
    if end is not None and end <= start:
        found.append(Problem("$.end", "an end after the start", record.get("end", "")))
    if end is not None and end - start > LONGEST:
        found.append(Problem("$.end", "an end within 60 days of the start", record.get("end", "")))
    if not record.get("place") and not record.get("onlineUrl") and record["joinMode"] != JoinMode.EXTERNAL:
        found.append(Problem("$.place", "a place, or an address where it happens online", "nothing"))
    if record["joinMode"] == JoinMode.EXTERNAL and not record.get("externalUrl"):
        found.append(Problem("$.externalUrl", "the address where one takes part", "nothing"))
    if record["joinMode"] == JoinMode.UNKNOWN:
        found.append(Problem("$.joinMode", "free, restricted, invite or external", "unknown"))
    return found + list(_broken_recurrence(record, start))


def _broken_recurrence(record: EventRecord, start: int) -> Iterator[Problem]:
    rule = record.get("recurrence")
    if rule is None:
        return
    if "count" not in rule and "until" not in rule:
        yield Problem("$.recurrence", "a count, or a last day", "neither")
    if "until" in rule:
        last = from_rfc3339(rule["until"]) or 0
        if last + DAY < start:
            yield Problem("$.recurrence.until", "a day after the start", rule["until"])
        if last > start + MAX_SPAN:
            yield Problem("$.recurrence.until", "a day within two years of the start", rule["until"])
    numbered = [day for day in rule.get("byDay", ()) if len(day) > 2]
    if numbered and rule["frequency"] != "monthly":
        yield Problem("$.recurrence.byDay", "weekdays such as MO", ", ".join(numbered))
    if rule["frequency"] == "monthly" and len(numbered) < len(rule.get("byDay", ())):
        yield Problem("$.recurrence.byDay", "weekdays of a month such as 2TU", ", ".join(rule["byDay"]))
    yield from _broken_overrides(rule)


def _broken_overrides(rule: Recurrence) -> Iterator[Problem]:
    seen = set(rule.get("exceptions", ()))
    for number, each in enumerate(rule.get("overrides", ())):
        path, day = f"$.recurrence.overrides[{number}]", each["day"]
        if day in seen:
            yield Problem(f"{path}.day", "a day that is named once", day)
        seen.add(day)
        start, end = (from_rfc3339(each[key]) if key in each else None for key in ("start", "end"))
        if start is not None and abs(start - (from_rfc3339(f"{day}T12:00:00Z") or 0)) > LONGEST:
            yield Problem(f"{path}.start", "a time within 60 days of the day that it takes the place of", each["start"])
        if end is not None and start is None:
            yield Problem(f"{path}.start", "a start beside its end", "nothing")
        if end is not None and start is not None and not start < end <= start + LONGEST:
            yield Problem(f"{path}.end", "an end within 60 days after its start", each["end"])
