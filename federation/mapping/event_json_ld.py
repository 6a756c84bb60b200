"""Our events as search engines read them: EducationEvent of schema.org."""

from typing import Any

from federation.mapping.event_document import place_terms
from node.calendar.recurrence import Occurrence, occurrences, shown_at, where_at
from node.domain.events import EventRecord, EventStatus, Place, place_line, status_of, title
from node.domain.zones import local_text
from node.store.events.events import Event

_SCHEMA_ORG = {
    EventStatus.SCHEDULED: "EventScheduled",
    EventStatus.TENTATIVE: "EventPostponed",
    EventStatus.RESCHEDULED: "EventRescheduled",
    EventStatus.MOVED_ONLINE: "EventMovedOnline",
    EventStatus.CANCELLED: "EventCancelled",
}
_PERIODS = {"daily": "D", "weekly": "W", "monthly": "M"}


def json_ld(event: Event, *, organiser: str, organiser_url: str, description: str, now: int) -> dict[str, Any]:
    """EducationEvent for the page of an event (schema.org; search-engine guidance: name, startDate, location)."""
    record = event.record
    shown = shown_at(record, now)
    held, online = where_at(record, shown)
    places = _places(held, online)
    found: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "EducationEvent",
        "@id": event.uri,
        "url": event.url,
        "name": title(record),
        "startDate": local_text(shown.start_at, event.timezone),
        "eventStatus": f"https://schema.org/{_SCHEMA_ORG[status_of(record)]}",
        "eventAttendanceMode": f"https://schema.org/{_mode(held, online)}",
        "organizer": {"@type": "Organization", "name": organiser, "url": organiser_url},
        "inLanguage": record["defaultLanguage"],
    }
    optional = {
        "description": description,
        "endDate": local_text(shown.end_at, event.timezone) if shown.end_at is not None else "",
        "location": places[0] if len(places) == 1 else places,
        "maximumAttendeeCapacity": event.capacity,
        "remainingAttendeeCapacity": event.remaining,
        "performer": [
            {"@type": "Person", **{key: each[key] for key in ("name", "url") if key in each}}
            for each in record.get("speakers", ())
        ],
        "keywords": list(record.get("keywords", ())),
        "eventSchedule": _schedule(record),
        "subEvent": [_sub_event(record, each) for each in occurrences(record) if each.override is not None],
        "recordedIn": {"@type": "CreativeWork", "url": record["recording"]} if "recording" in record else None,
    }
    return found | {name: value for name, value in optional.items() if value not in ("", None, [])}


def _places(place: Place | None, online: str) -> list[dict[str, Any]]:
    places: list[dict[str, Any]] = []
    if place:
        address = place_terms(place)
        address["address"] = address.get("address", place["name"])
        geo = {key: address.pop(key) for key in ("latitude", "longitude") if key in address}
        places.append(_schema_types({**address, **({"geo": {"type": "GeoCoordinates", **geo}} if geo else {})}))
    if online:
        places.append({"@type": "VirtualLocation", "url": online})
    return places


def _sub_event(record: EventRecord, found: Occurrence) -> dict[str, Any]:
    """A time that its schedule excepts: moved, held elsewhere or cancelled."""
    status = "EventCancelled" if found.is_cancelled else "EventRescheduled" if found.is_moved else "EventScheduled"
    place, online = where_at(record, found)
    where = {"@type": "Place", "name": place_line(place)} if place else {"@type": "VirtualLocation", "url": online}
    return {
        "@type": "EducationEvent",
        "name": title(record),
        "startDate": local_text(found.start_at, record["timeZone"]),
        "eventStatus": f"https://schema.org/{status}",
        "location": where,
        **({"previousStartDate": found.day} if found.is_moved else {}),
    }


def _schema_types(place: dict[str, Any]) -> dict[str, Any]:
    return {
        ("@type" if key == "type" else key): _schema_types(value) if isinstance(value, dict) else value
        for key, value in place.items()
    }


def _mode(place: Place | None, online: str) -> str:
    if place is not None and online:
        return "MixedEventAttendanceMode"
    return "OfflineEventAttendanceMode" if place is not None else "OnlineEventAttendanceMode"


def _schedule(record: EventRecord) -> dict[str, Any] | None:
    rule = record.get("recurrence")
    if rule is None:
        return None
    period = f"P{rule.get('interval', 1)}{_PERIODS[rule['frequency']]}"
    found: dict[str, Any] = {
        "@type": "Schedule",
        "startDate": record["start"][:10],
        "repeatFrequency": period,
        "scheduleTimezone": record["timeZone"],
    }
    differing = [each["day"] for each in rule.get("overrides", ())]
    optional = {
        "repeatCount": rule.get("count"),
        "endDate": rule.get("until"),
        "exceptDate": sorted([*rule.get("exceptions", ()), *differing]),
    }
    return found | {name: value for name, value in optional.items() if value}
