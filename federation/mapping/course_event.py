"""An instance of a course as an Event, so that whoever can join events can enrol (FEP-8a8e, Mobilizon)."""

from collections.abc import Mapping
from typing import Any

from federation.mapping.entity import to_entity
from federation.mapping.resource_text import summary_html
from federation.vocab import PUBLIC
from node.clock import day_at
from node.domain.courses import key_of
from node.domain.records import Instance, ResourceRecord
from node.domain.resources import title
from node.domain.text import pick
from node.services.library.enrolling import instance_uri
from node.store.library.resources import Resource

_JOIN_MODES: Mapping[str, str] = {
    "open": "free",
    "request": "restricted",
    "invite": "invite",
    "external": "external",
    "closed": "restricted",
}


def build_instance(course: Resource, instance: Instance, *, taken: int) -> dict[str, Any]:
    """The Event of an instance, without ``@context``; ``taken`` places are given away."""
    record, language = course.record, course.record["defaultLanguage"]
    uri = instance_uri(course, key_of(instance["id"]))
    is_cancelled = instance.get("status") == "cancelled"
    enrolment, is_open = instance["enrolment"], course.visibility.is_open
    capacity = instance.get("capacity")
    return {
        "id": uri,
        "type": "Event",
        "attributedTo": course.owner.uri,
        "to": [PUBLIC] if is_open else [course.owner.followers],
        "cc": [course.owner.followers] if is_open else [],
        "name": _name(record, instance, language),
        "summary": summary_html(_alone(record, instance), language, day_at(course.updated_at or course.published_at)),
        "url": f"{course.url}#{key_of(instance['id'])}",
        "status": "CANCELLED" if is_cancelled else "CONFIRMED",
        "eventStatus": "EventCancelled" if is_cancelled else "EventScheduled",
        **{word: at for word, key in _TIMES.items() if (at := _instant(instance, key))},
        "joinMode": _JOIN_MODES[enrolment["mode"]],
        **({"externalParticipationUrl": enrolment["url"]} if "url" in enrolment else {}),
        **(
            {"maximumAttendeeCapacity": capacity, "remainingAttendeeCapacity": max(capacity - taken, 0)}
            if capacity is not None
            else {}
        ),
        "participantCount": taken,
        "isOnline": "onsite" not in instance.get("courseMode", ()) and "blended" not in instance.get("courseMode", ()),
        **({"location": places[0]} if (places := list(_places(instance))) else {}),
        "mainEntity": to_entity(_alone(record, instance)),
    }


_TIMES: Mapping[str, str] = {"startTime": "startDate", "endTime": "endDate"}


def _instant(instance: Instance, key: str) -> str:
    """A day begins and ends at midnight in UTC, because nobody said where it is."""
    value = str(instance.get(key, ""))
    if not value or "T" in value.upper():
        return value
    return f"{value}T23:59:59Z" if key == "endDate" else f"{value}T00:00:00Z"


def _name(record: ResourceRecord, instance: Instance, language: str) -> str:
    name = pick(instance["name"], (language,)) if "name" in instance else ""
    return f"{title(record)}: {name}" if name else title(record)


def _alone(record: ResourceRecord, instance: Instance) -> ResourceRecord:
    return {**record, "hasCourseInstance": [instance]}


def _places(instance: Instance) -> Any:
    for each in instance.get("location", ()):
        if each["type"] == "Place":
            address = {key: value for key, value in each.get("address", {}).items() if key != "extensions"}
            yield {
                "type": "Place",
                "name": each.get("name", ""),
                **({"address": {"type": "PostalAddress", **address}} if address else {}),
            }
