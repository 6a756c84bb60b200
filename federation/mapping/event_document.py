"""Our events as ActivityPub: FEP-8a8e and Mobilizon side by side, in a form that plain Mastodon shows usefully.

``summary`` repeats date and place because software without events drops ``startTime`` (federation reference 4.5). Of a
series, ``startTime`` is the next time; the rule and the first time are in ``mainEntity``.
"""

import datetime as dt
import html
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from federation.mapping.event_record import DAY, RECORD
from node.calendar.recurrence import Occurrence, occurrences, shown_at, where_at
from node.domain.events import (
    DATES,
    EventRecord,
    EventStatus,
    JoinMode,
    Place,
    dates_of,
    is_cancelled,
    place_line,
    status_of,
    title,
)
from node.domain.when import day_line, when_line
from node.domain.zones import local_text
from node.sentences import Sentence
from node.store.events.events import Event
from node.translations import first_spoken, translate

_CATEGORIES = {
    "workshop": "WORKSHOPS_SKILL_SHARING",
    "talk": "LEARNING",
    "meeting": "MEETING",
    "office-hour": "LEARNING",
    "reading-group": "BOOK_CLUBS",
    "conference": "NETWORKING",
}
_ICAL = {EventStatus.CANCELLED: "CANCELLED", EventStatus.TENTATIVE: "TENTATIVE"}
_SCHEMA_ORG = {
    EventStatus.SCHEDULED: "EventScheduled",
    EventStatus.TENTATIVE: "EventPostponed",
    EventStatus.RESCHEDULED: "EventRescheduled",
    EventStatus.MOVED_ONLINE: "EventMovedOnline",
    EventStatus.CANCELLED: "EventCancelled",
}
#: Of these FEP-8a8e has words; the others are scheduled for whoever knows no more.
_FEP = {EventStatus.CANCELLED: "EventCancelled", EventStatus.TENTATIVE: "EventPostponed"}
_TOLD_DAYS = 4  # so many that are cancelled are named
_PERIODS = {"daily": "D", "weekly": "W", "monthly": "M"}


def event_terms(
    event: Event,
    document: Mapping[str, Any],
    *,
    publisher: str,
    organisers: Sequence[str] = (),
    series: Event | None = None,
    now: int,
) -> dict[str, Any]:
    """What an Event says beyond a post; ``document`` is the post, ``publisher`` the URI of who published it.

    ``organisers``: URIs of those elsewhere who look after it, too; ``series``: of which the event is one date.
    """
    record, uri = event.record, event.uri
    shown = shown_at(record, now)
    place, online = where_at(record, shown)
    status = status_of(record)
    terms: dict[str, Any] = {
        "name": _name(record, document["name"]),
        "summary": summary_html(event, now, series=series),
        "actor": publisher,
        "startTime": local_text(shown.start_at, event.timezone),
        "timezone": event.timezone,
        "uuid": str(uuid.uuid5(uuid.NAMESPACE_URL, uri)),
        "category": _CATEGORIES.get(record.get("kind", ""), "MEETING"),
        "status": _ICAL.get(status, "CONFIRMED"),
        "ical:status": _ICAL.get(status, "CONFIRMED"),
        "eventStatus": _FEP.get(status, "EventScheduled"),
        "joinMode": record["joinMode"],
        "anonymousParticipationEnabled": False,
        "participantCount": event.going_count,
        "commentsEnabled": True,
        "repliesModerationOption": "allow_all",
        "draft": False,
        "isOnline": place is None,
        "inLanguage": record["defaultLanguage"],
        "contacts": [publisher],
        "organizers": _organizers(uri, [publisher, *organisers]),
        "attendees": {"type": "Collection", "id": f"{uri}/attendees", "totalItems": event.going_count},
        "sequence": event.sequence,
        "mainEntity": _main_entity(event, is_date=series is not None),
    }
    if series is not None:
        terms["superEvent"] = series.uri
    if shown.end_at is not None:
        terms["endTime"] = local_text(shown.end_at, event.timezone)
    if event.capacity is not None:
        terms["maximumAttendeeCapacity"] = event.capacity
        terms["remainingAttendeeCapacity"] = event.remaining
    if record["joinMode"] == JoinMode.EXTERNAL:
        terms["externalParticipationUrl"] = record.get("externalUrl", "")
    if place is not None:
        terms["location"] = _place(place)
    elif online:
        terms["location"] = {"type": "VirtualLocation", "name": "Online", "url": online}
    link = {"type": "Link", "mediaType": "text/html", "name": "Website", "href": online}
    terms["attachment"] = [*map(_as_document, document.get("attachment", ())), *([link] if online else [])]
    return terms


def _organizers(uri: str, who: Sequence[str]) -> dict[str, Any]:
    return {"type": "Collection", "id": f"{uri}/organizers", "totalItems": len(who), "items": list(who)}


def _as_document(attachment: Mapping[str, Any]) -> dict[str, Any]:
    """Mobilizon takes the first Document for the picture of an event, and sees no Image."""
    return {**attachment, "type": "Document" if attachment["type"] == "Image" else attachment["type"]}


def _name(record: EventRecord, name: str) -> str:
    """Whoever shows nothing but the title learns that it does not take place."""
    if not is_cancelled(record):
        return name
    return f"{translate(Sentence('CANCELLED'), first_spoken([record['defaultLanguage']]))}: {name}"


def summary_html(event: Event, now: int, *, series: Event | None = None) -> str:
    """When, where, for how many, and how one answers from a server that knows no events; in the event's language."""
    record = event.record
    shown = shown_at(record, now)
    spoken = record["defaultLanguage"]
    language = first_spoken([spoken])
    when = when_line({"start_at": shown.start_at, "end_at": shown.end_at, "timezone": event.timezone}, spoken)
    place, online = where_at(record, shown)
    where = " + ".join(filter(None, (place_line(place), "online" if online else "")))
    places = Sentence("{n} place", "{n} places", n=event.capacity or 0)
    parts = [when, repeat_line(record, language), where, translate(places, language) if event.capacity else ""]
    lines = [html.escape(", ".join(filter(None, parts)) + ".")]
    if is_cancelled(record):
        lines.insert(0, f"<strong>{html.escape(translate(Sentence('CANCELLED'), language))}</strong>")
    elif off := _cancelled_days(record, now, spoken):
        lines.append(html.escape(translate(Sentence("It does not take place on: {days}", days=off), language)))
    if not is_cancelled(record) and record["joinMode"] not in {JoinMode.EXTERNAL, JoinMode.UNKNOWN}:
        told = Sentence("Answer on the page, or reply with one word: yes, no or maybe.")
        link = f'<a href="{html.escape(event.url)}">{html.escape(event.url.partition("://")[2])}</a>'
        lines.append(f"{html.escape(translate(told, language))} {link}")
    if series is not None:
        told = Sentence("This is one date of a series, and your answer is for this date alone. All dates:")
        link = f'<a href="{html.escape(series.url)}">{html.escape(series.url.partition("://")[2])}</a>'
        lines.append(f"{html.escape(translate(told, language))} {link}")
    return "".join(f"<p>{line}</p>" for line in lines)


def _cancelled_days(record: EventRecord, now: int, language: str) -> str:
    """The next times of a series that were cancelled; '' where none was."""
    off = [each for each in occurrences(record) if each.is_cancelled and each.start_at > now]
    return "; ".join(day_line(dt.date.fromisoformat(each.day), language) for each in off[:_TOLD_DAYS])


def _often(frequency: str, n: int) -> Sentence:
    """Whole sentences, each with its own plural."""
    if frequency == "daily":
        return Sentence("every day", "every {n} days", n=n)
    if frequency == "weekly":
        return Sentence("every week", "every {n} weeks", n=n)
    return Sentence("every month", "every {n} months", n=n)


def repeat_line(record: EventRecord, language: str) -> str:
    """How often it takes place, in few words; '' where once."""
    rule = record.get("recurrence")
    if rule is None:
        return ""
    parts = [_often(rule["frequency"], rule.get("interval", 1))]
    if "count" in rule:
        parts.append(Sentence("{n} time", "{n} times", n=rule["count"]))
    elif "until" in rule:
        parts.append(Sentence("until {day}", day=day_line(dt.date.fromisoformat(rule["until"]), language)))
    return ", ".join(translate(part, language) for part in parts)


def _place(place: Place) -> dict[str, Any]:
    address = {
        "streetAddress": place.get("street"),
        "postalCode": place.get("postalCode"),
        "addressLocality": place.get("locality"),
        "addressRegion": place.get("region"),
        "addressCountry": place.get("country"),
    }
    written = {name: value for name, value in address.items() if value}
    found: dict[str, Any] = {"type": "Place", "name": place["name"]}
    if "latitude" in place and "longitude" in place:
        found |= {"latitude": place["latitude"], "longitude": place["longitude"]}
    return found | ({"address": {"type": "PostalAddress", **written}} if written else {})


def _main_entity(event: Event, *, is_date: bool) -> dict[str, Any]:
    """The record whole, for other Rhizome nodes; name and topics for readers of linked data.

    A series says that its dates can be answered alone, and one date which it is.
    """
    record = event.record
    more = {DAY: event.day} if is_date else {DATES: dates_of(event.uri)} if "recurrence" in record else {}
    entity: dict[str, Any] = {"type": "EducationEvent", "name": title(record), "startDate": record["start"]}
    if "end" in record:
        entity["endDate"] = record["end"]
    if about := [*record.get("about", ()), *record.get("teaches", ())]:
        entity["about"] = [{"type": "DefinedTerm", **_term(concept)} for concept in about]
    return {**entity, "extensions": {RECORD: record, **more}}


def _term(concept: Mapping[str, Any]) -> dict[str, str]:
    name = next(iter(concept.get("prefLabel", {}).values()), "")
    return {**({"id": concept["id"]} if "id" in concept else {}), **({"name": name} if name else {})}


# -- schema.org, as search engines read it ---------------------------------------------------------------------------


def json_ld(event: Event, *, organiser: str, organiser_url: str, description: str, now: int) -> dict[str, Any]:
    """EducationEvent for the page of an event (schema.org; search-engine guidance: name, startDate, location)."""
    record = event.record
    shown = shown_at(record, now)
    held, online = where_at(record, shown)
    places: list[dict[str, Any]] = []
    if place := held:
        address = _place(place)
        address["address"] = address.get("address", place["name"])
        geo = {key: address.pop(key) for key in ("latitude", "longitude") if key in address}
        places.append(_schema_types({**address, **({"geo": {"type": "GeoCoordinates", **geo}} if geo else {})}))
    if online:
        places.append({"@type": "VirtualLocation", "url": online})
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
