"""The record of an event that another server publishes.

A Rhizome node sends its record along, in ``mainEntity.extensions``; of other servers it is made from what Mobilizon,
Gancio, FEP-8a8e and Friendica say. What does not hold together is left out, never guessed: without a start there is no
record, and the post stays a post.
"""

from typing import Any, cast

import schemas
from federation import jsonld
from federation.jsonld import Doc
from node.domain.event_rules import broken_rules
from node.domain.events import LONGEST, EventRecord, EventStatus, JoinMode, Place, date_uri
from node.domain.posts import EventFacts, RemotePost
from node.domain.text import clean_json
from node.domain.uris import is_web_uri
from node.domain.zones import local_text, zone_of
from node.errors import Malformed
from node.text.richtext import clean_plain_field
from schemas.formats import is_language_tag

#: The key of the record within the extensions of ``mainEntity``.
RECORD = "event"
#: Beside it: which date of its series an event is (where a series has its dates: ``domain.events.has_dates``).
DAY = "day"
_STATUS = {"cancelled": EventStatus.CANCELLED, "tentative": EventStatus.TENTATIVE}
_ADDRESS = {
    "street": "streetAddress",
    "postalCode": "postalCode",
    "locality": "addressLocality",
    "region": "addressRegion",
    "country": "addressCountry",
}
_PLACE_LIMITS = {"street": 200, "postalCode": 40, "locality": 100, "region": 100, "country": 100}
_MAX_CAPACITY = 100_000


def read_event_record(post: RemotePost) -> EventRecord | None:
    """The record of this post; None where it is no event, or says no time that can be used."""
    facts = post.event
    if facts is None or facts.start_at is None or not 0 < facts.start_at < 7_258_118_400_000:  # the year 2200
        return None
    found = _sent_along(post) or _from_facts(post, facts)
    if facts.status == "cancelled" and found.get("status") != EventStatus.CANCELLED:
        found["status"] = EventStatus.CANCELLED.value  # who says so anywhere says so
    return found


def read_sequence(post: RemotePost) -> int | None:
    """How often time or place changed, as its home counts; None where it does not."""
    value = (post.document or {}).get("sequence")
    return value if type(value) is int and 0 <= value < 2**31 else None


def read_date(post: RemotePost) -> tuple[str, str]:
    """The URI of the series that an event is a date of, and the day; two empty texts where it is none."""
    series = jsonld.read(post.document).ref("superEvent")
    extensions = (post.main_entity or {}).get("extensions")
    day = extensions.get(DAY) if isinstance(extensions, dict) else None
    return (series, day) if series and isinstance(day, str) and post.uri == date_uri(series, day) else ("", "")


def read_record(main_entity: object) -> dict[str, Any] | None:
    """The record that our own nodes send along, not checked yet."""
    extensions = main_entity.get("extensions") if isinstance(main_entity, dict) else None
    candidate = extensions.get(RECORD) if isinstance(extensions, dict) else None
    if not isinstance(candidate, dict):
        return None
    try:
        return cast(dict[str, Any], clean_json(candidate))
    except Malformed:
        return None


def _sent_along(post: RemotePost) -> EventRecord | None:
    record = cast(EventRecord | None, read_record(post.main_entity))
    return record if record is not None and not schemas.check("event", record) and not broken_rules(record) else None


def _from_facts(post: RemotePost, facts: EventFacts) -> EventRecord:
    assert facts.start_at is not None
    language = post.language if is_language_tag(post.language) else "und"
    timezone = facts.timezone if zone_of(facts.timezone) else "UTC"
    record: EventRecord = {
        "name": {language: post.name[:300] or "Event"},
        "defaultLanguage": language,
        "start": local_text(facts.start_at, timezone),
        "timeZone": timezone,
        "joinMode": facts.join_mode or JoinMode.UNKNOWN.value,
    }
    if facts.end_at is not None and facts.start_at < facts.end_at <= facts.start_at + LONGEST:
        record["end"] = local_text(facts.end_at, timezone)
    if facts.status in _STATUS:
        record["status"] = _STATUS[facts.status].value
    doc = jsonld.read(post.document)
    if place := _place(doc, facts):
        record["place"] = place
    if is_web_uri(facts.online_url):
        record["onlineUrl"] = facts.online_url
    if facts.capacity:
        record["capacity"] = min(facts.capacity, _MAX_CAPACITY)
    address = doc.ref("externalParticipationUrl")
    if record["joinMode"] == JoinMode.EXTERNAL:
        record["externalUrl"] = address if is_web_uri(address) else post.url or post.uri
    return record


def _place(doc: Doc, facts: EventFacts) -> Place | None:
    found = next((each for each in doc.objects("location") if each.type != "VirtualLocation"), None)
    name = clean_plain_field(found.text("name", 300)) if found else ""
    place: dict[str, Any] = {"name": name or facts.place[:300]}
    if not place["name"]:
        return None
    address = found.child("address") if found else None
    for key, term in _ADDRESS.items():
        text = clean_plain_field(address.text(term, _PLACE_LIMITS[key])) if address else ""
        if text:
            place[key] = text
    if facts.latitude is not None and facts.longitude is not None:
        place["latitude"], place["longitude"] = facts.latitude, facts.longitude
    return cast(Place, place)
