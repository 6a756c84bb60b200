"""Courses: learning resources that are held, once or again, and that people enrol in.

A course is a record whose types hold ``Course``; ``hasCourseInstance`` says when and where it is held. Each instance
has an id of its own, so that people and other servers can name it.
"""

import datetime as dt
import enum
import hashlib
from collections.abc import Iterator, Sequence
from typing import Any, cast

from node.domain.records import COURSE_KEYS, Agent, Instance, Offer, ResourceRecord
from node.errors import Problem

COURSE = "Course"
KIND = "course"
MAX_NOTE = 1_000


class Mode(enum.StrEnum):
    """How one enrols in an instance."""

    OPEN = "open"  # at once, as long as there are places
    REQUEST = "request"  # somebody who holds the course decides
    INVITE = "invite"  # who holds the course enrols people
    EXTERNAL = "external"  # elsewhere, at an address
    CLOSED = "closed"


class Door(enum.StrEnum):
    """Whether one can enrol in an instance at a moment, and if not why."""

    OPEN = "open"
    NOT_YET = "not-yet"
    CLOSED = "closed"
    OVER = "over"
    CANCELLED = "cancelled"
    EXTERNAL = "external"


class State(enum.StrEnum):
    """What somebody is to an instance of a course."""

    ASKED = "asked"  # a course elsewhere has not answered yet
    REQUESTED = "requested"  # who holds the course has to decide
    ENROLLED = "enrolled"
    WAITING = "waiting"  # for a place
    INVITED = "invited"
    REFUSED = "refused"


# -- reading --------------------------------------------------------------------------------------------------------


def is_course(record: ResourceRecord) -> bool:
    """Whether the record is a course."""
    return COURSE in record["type"]


def instances(record: ResourceRecord) -> Sequence[Instance]:
    """When and where it is held, as its provider ordered them."""
    return record.get("hasCourseInstance", ())


def key_of(instance_id: str) -> str:
    """What stands for an instance in addresses below its course: 12 hexadecimal digits, never digits alone.

    >>> key_of("https://learn.uni.example/r/casting#autumn")
    'i2277b429844'
    """
    return "i" + hashlib.sha256(instance_id.encode()).hexdigest()[:11]


def find_instance(record: ResourceRecord, key: str) -> Instance | None:
    """The instance of this key."""
    return next((each for each in instances(record) if key_of(each["id"]) == key), None)


def day_of(value: str) -> dt.date | None:
    """The day of a date or an instant, in the offset that it was written with.

    >>> day_of("2026-09-07T18:00:00+02:00"), day_of("")
    (datetime.date(2026, 9, 7), None)
    """
    try:
        return dt.date.fromisoformat(value[:10])
    except ValueError:
        return None


def last_day(instance: Instance) -> dt.date | None:
    """When it ends, as far as that is known; a start alone is the end as well where no schedule goes on."""
    if "endDate" in instance:
        return day_of(instance["endDate"])
    return day_of(instance.get("startDate", "")) if "courseSchedule" not in instance else None


def is_over(instance: Instance, today: dt.date) -> bool:
    """Whether nothing of it is still to come."""
    end = last_day(instance)
    return end is not None and end < today


def next_instance(record: ResourceRecord, today: dt.date) -> Instance | None:
    """The one to tell about: running or to come, the earliest first; without dates, which is any time, last."""
    coming = [each for each in instances(record) if not is_over(each, today) and each.get("status") != "cancelled"]
    return min(coming, key=lambda each: day_of(each.get("startDate", "")) or dt.date.max, default=None)


def door_of(instance: Instance, today: dt.date) -> Door:
    """Whether people can enrol today; a place is another question."""
    enrolment = instance["enrolment"]
    begin, end = (day_of(cast(Any, enrolment).get(key, "")) for key in ("from", "until"))
    if instance.get("status") == "cancelled":
        return Door.CANCELLED
    if is_over(instance, today):
        return Door.OVER
    if enrolment["mode"] == Mode.CLOSED or (end is not None and end < today):
        return Door.CLOSED
    if begin is not None and begin > today:
        return Door.NOT_YET
    return Door.EXTERNAL if enrolment["mode"] == Mode.EXTERNAL else Door.OPEN


def start_months(record: ResourceRecord) -> tuple[str, ...]:
    """The months in which it starts, ``2026-09``, each once."""
    days = [day_of(each.get("startDate", "")) for each in instances(record) if each.get("status") != "cancelled"]
    return tuple(sorted({f"{day:%Y-%m}" for day in days if day is not None}))


def offers_of(record: ResourceRecord, instance: Instance) -> Sequence[Offer]:
    """What it costs: as the instance says, else free where the course says so (search engines want an offer)."""
    if instance.get("offers"):
        return instance["offers"]
    return (Offer(price=0, priceCurrency="EUR", category="Free"),) if record.get("isAccessibleForFree") else ()


# -- writing --------------------------------------------------------------------------------------------------------


def completed(record: ResourceRecord, provider: Agent) -> ResourceRecord:
    """One of our own as it is published: its type, a provider, an id for each instance. Other records as they are.

    Ids are counted from the record's own, so that the same record again gets the same ones.
    """
    if record.get("kind") != KIND and not is_course(record):
        return record
    types = record["type"] if COURSE in record["type"] else [*record["type"], COURSE]
    made = cast(ResourceRecord, {**record, "type": types, "provider": record.get("provider", provider)})
    if record.get("hasCourseInstance"):
        made["hasCourseInstance"] = with_ids(record["id"], record["hasCourseInstance"])
    return made


def with_ids(record_id: str, found: Sequence[Any]) -> list[Instance]:
    """The instances, those without an id with the next number that is free.

    >>> [each["id"] for each in with_ids("https://x.example/c", [{"id": "https://x.example/c#instance-1"}, {}])]
    ['https://x.example/c#instance-1', 'https://x.example/c#instance-2']
    """
    taken = {each["id"] for each in found if isinstance(each, dict) and isinstance(each.get("id"), str)}
    start = record_id if "#" in record_id else f"{record_id}#"
    joint = "instance-" if start.endswith("#") else "-instance-"
    numbers = iter(range(1, 2 * len(found) + 2))
    named: list[Any] = []
    for each in found:
        if not isinstance(each, dict) or "id" in each:
            named.append(each)
            continue
        name = next(name for number in numbers if (name := f"{start}{joint}{number}") not in taken)
        named.append({"id": name, **each})
    return named


# -- rules between fields -------------------------------------------------------------------------------------------


def broken_course_rules(record: ResourceRecord) -> Iterator[Problem]:
    """What no course may be beyond its schema; and other records say nothing that only courses can."""
    if not is_course(record):
        for key in COURSE_KEYS:
            if key in record:
                yield Problem(f"$.{key}", 'only in courses, whose "type" has "Course"', "a record of another type")
        return
    seen: set[str] = set()
    for place, each in enumerate(instances(record)):
        path = f"$.hasCourseInstance[{place}]"
        yield from _broken_dates(path, each)
        if each["id"] in seen:
            yield Problem(f"{path}.id", "an id that no other instance has", f'"{each["id"]}"')
        seen.add(each["id"])
        if "courseMode" not in each:
            yield Problem(f"{path}.courseMode", "online, onsite or blended", "nothing")
        if each["enrolment"]["mode"] == Mode.EXTERNAL and "url" not in each["enrolment"]:
            yield Problem(f"{path}.enrolment.url", "the address where one enrols", "nothing")


def _broken_dates(path: str, instance: Instance) -> Iterator[Problem]:
    enrolment = cast(Any, instance["enrolment"])
    for place, holder, first, last in (
        (path, instance, "startDate", "endDate"),
        (f"{path}.enrolment", enrolment, "from", "until"),
    ):
        begin, end = (day_of(cast(Any, holder).get(key, "")) for key in (first, last))
        if begin and end and end < begin:
            yield Problem(f"{place}.{last}", f"not before {first}", f'"{cast(Any, holder)[last]}"')
