"""When and where an event is: Mobilizon, Gancio, FEP-8a8e, WordPress and Friendica in one shape."""

from federation.jsonld import Doc
from federation.mapping.limits import MAX_PLACE
from federation.mapping.media import web_address
from node.domain.posts import EventFacts
from node.text.richtext import clean_plain_field

_ADDRESS = ("streetAddress", "postalCode", "addressLocality", "addressRegion", "addressCountry")
_STATUS = {
    "confirmed": "confirmed",
    "tentative": "tentative",
    "cancelled": "cancelled",
    "eventscheduled": "confirmed",
    "eventpostponed": "tentative",
    "eventcancelled": "cancelled",
}
_JOIN_MODES = frozenset({"free", "restricted", "external", "invite"})


def read_event(doc: Doc) -> EventFacts:
    """What an Event says beside its words."""
    place = next((each for each in doc.objects("location") if each.type != "VirtualLocation"), None)
    return EventFacts(
        start_at=doc.time("startTime"),
        end_at=doc.time("endTime"),
        timezone=clean_plain_field(doc.text("timezone", 100)),
        place=_place(place) if place else clean_plain_field(doc.text("location", MAX_PLACE)),
        latitude=_degrees(place, "latitude", 90),
        longitude=_degrees(place, "longitude", 180),
        online_url=_online_url(doc),
        status=_status(doc),
        join_mode=mode if (mode := doc.text("joinMode").lower()) in _JOIN_MODES else "",
        capacity=doc.number("maximumAttendeeCapacity") or None,  # Mobilizon: 0 means unlimited
        participants=doc.number("participantCount"),
    )


def _place(place: Doc) -> str:
    """Name and postal address on one line, nothing said twice."""
    address = place.child("address")
    lines = [address.text(part) for part in _ADDRESS] if address else [place.text("address")]
    parts = [part for text in (place.text("name"), *lines) if (part := clean_plain_field(text))]
    return ", ".join(dict.fromkeys(parts))[:MAX_PLACE]


def _degrees(place: Doc | None, term: str, limit: int) -> float | None:
    value = place.real(term) if place else None
    return value if value is not None and abs(value) <= limit else None


def _online_url(doc: Doc) -> str:
    """A virtual location, else the address where one takes part, else the link that Mobilizon calls Website."""
    for place in doc.objects("location"):
        if place.type == "VirtualLocation" and (url := web_address(place.ref("url"))):
            return url
    if url := web_address(doc.ref("externalParticipationUrl")):
        return url
    links = (each for each in doc.objects("attachment") if each.type == "Link" and each.text("name") == "Website")
    return next((web_address(link.ref("href")) for link in links), "")


def _status(doc: Doc) -> str:
    """``status`` of iCalendar or ``eventStatus``; what one of them cancels is cancelled."""
    words = (doc.text(term).rpartition("/")[2].rpartition("#")[2].lower() for term in ("eventStatus", "status"))
    found = [_STATUS[word] for word in words if word in _STATUS]
    return "cancelled" if "cancelled" in found else next(iter(found), "")
