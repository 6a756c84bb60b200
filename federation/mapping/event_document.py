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
from node.calendar.recurrence import occurrences, shown_at, where_at
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
#: Of these FEP-8a8e has words; the others are scheduled for whoever knows no more.
_FEP = {EventStatus.CANCELLED: "EventCancelled", EventStatus.TENTATIVE: "EventPostponed"}
_TOLD_DAYS = 4  # so many that are cancelled are named


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
    shown, status = shown_at(record, now), status_of(record)
    place, online = where_at(record, shown)
    return {
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
        "attachment": _attachment(document, online),
        **({"superEvent": series.uri} if series is not None else {}),
        **({"endTime": local_text(shown.end_at, event.timezone)} if shown.end_at is not None else {}),
        **_places_left(event),
        **_location(place, online),
    }


def _places_left(event: Event) -> dict[str, Any]:
    """How many may come, and where one asks to where that is elsewhere."""
    terms: dict[str, Any] = {}
    if event.capacity is not None:
        terms["maximumAttendeeCapacity"] = event.capacity
        terms["remainingAttendeeCapacity"] = event.remaining
    if event.record["joinMode"] == JoinMode.EXTERNAL:
        terms["externalParticipationUrl"] = event.record.get("externalUrl", "")
    return terms


def _location(place: Place | None, online: str) -> dict[str, Any]:
    if place is not None:
        return {"location": place_terms(place)}
    return {"location": {"type": "VirtualLocation", "name": "Online", "url": online}} if online else {}


def _attachment(document: Mapping[str, Any], online: str) -> list[dict[str, Any]]:
    """What is attached to the post, and where it is held online, as Mobilizon shows it."""
    link = {"type": "Link", "mediaType": "text/html", "name": "Website", "href": online}
    return [*map(_as_document, document.get("attachment", ())), *([link] if online else [])]


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


def place_terms(place: Place) -> dict[str, Any]:
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
