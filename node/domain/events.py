"""Events: what their records say, and what becomes of an answer to one.

A record follows the schema ``event`` and the rules between its fields (``node.domain.event_rules``). Times are told and
repeated in the event's own time zone, whatever the reader's.
"""

import datetime as dt
import enum
from collections.abc import Mapping
from typing import Any, NotRequired, TypedDict, cast

from node.clock import DAY, from_rfc3339
from node.domain.posts import EventFacts
from node.domain.text import LanguageMap, pick

MAX_COMPANIONS = 10
MAX_NOTE = 500
#: People whom somebody of another node who looks after an event has invited to it in a day.
MAX_INVITED = 100
#: A series ends after so long or so many at the latest, whatever its rule says (recurrence bombs).
MAX_SPAN = 731 * DAY
MAX_INSTANCES = 750
#: What has no end takes so long where an end must be known.
USUAL_LENGTH = 3_600_000
LONGEST = 60 * DAY  # of one occurrence


class EventStatus(enum.StrEnum):
    SCHEDULED = "scheduled"
    TENTATIVE = "tentative"
    RESCHEDULED = "rescheduled"
    MOVED_ONLINE = "moved-online"
    CANCELLED = "cancelled"


class JoinMode(enum.StrEnum):
    """Who may come: everybody, whom the organisers let in, whom they invite; or one asks elsewhere."""

    FREE = "free"
    RESTRICTED = "restricted"
    INVITE = "invite"
    EXTERNAL = "external"
    UNKNOWN = "unknown"  # of other servers that do not say


class AnswerState(enum.StrEnum):
    """What somebody's answer is worth. Only the home node of an event decides on the first two."""

    GOING = "going"
    WAITLIST = "waitlist"
    REQUESTED = "requested"  # the home node, or its organisers, have not decided yet
    INVITED = "invited"  # asked to come, and has not answered
    INTERESTED = "interested"
    DECLINED = "declined"
    REFUSED = "refused"
    ATTENDED = "attended"
    UNTRACKED = "untracked"  # the home node keeps no list: it is in the person's calendar and nowhere else

    @property
    def takes_place(self) -> bool:
        """It counts against the capacity."""
        return self in _TAKES_PLACE

    @property
    def is_in_calendar(self) -> bool:
        return self in _IN_CALENDAR

    @property
    def hears_of_changes(self) -> bool:
        return self in _HEARS


_TAKES_PLACE = frozenset({AnswerState.GOING, AnswerState.ATTENDED})
_HEARS = frozenset(AnswerState) - {AnswerState.DECLINED, AnswerState.REFUSED}
_IN_CALENDAR = _HEARS - {AnswerState.INVITED}


class Wish(enum.StrEnum):
    """What a person answers; ``GOING`` is a question to the home node."""

    GOING = "going"
    INTERESTED = "interested"
    DECLINED = "declined"


class Way(enum.StrEnum):
    """How an answer came: what its confirmation must look like."""

    PAGE = "page"  # on a page or by an app of this node
    ACTIVITY = "activity"  # a Join or its like
    REPLY = "reply"  # a word in answer to the post, from a server that knows no events


class Place(TypedDict):
    name: str
    street: NotRequired[str]
    postalCode: NotRequired[str]
    locality: NotRequired[str]
    region: NotRequired[str]
    country: NotRequired[str]
    latitude: NotRequired[float]
    longitude: NotRequired[float]
    accessibility: NotRequired[str]


class Recurrence(TypedDict):
    frequency: str
    interval: NotRequired[int]
    byDay: NotRequired[list[str]]
    count: NotRequired[int]
    until: NotRequired[str]
    exceptions: NotRequired[list[str]]
    overrides: NotRequired[list["Override"]]


class Override(TypedDict):
    """One time of a series that differs, named by the day on which the rule has it (RECURRENCE-ID, RFC 5545 3.8.4.4).

    ``place`` and ``onlineUrl`` go together: who says one of them says where it is as a whole.
    """

    day: str
    start: NotRequired[str]
    end: NotRequired[str]
    cancelled: NotRequired[bool]
    place: NotRequired[Place]
    onlineUrl: NotRequired[str]


class EventRecord(TypedDict):
    """See the schema ``event``."""

    name: LanguageMap
    defaultLanguage: str
    start: str
    timeZone: str
    joinMode: str
    description: NotRequired[LanguageMap]
    kind: NotRequired[str]
    end: NotRequired[str]
    status: NotRequired[str]
    place: NotRequired[Place]
    onlineUrl: NotRequired[str]
    capacity: NotRequired[int]
    waitlist: NotRequired[bool]
    externalUrl: NotRequired[str]
    recurrence: NotRequired[Recurrence]
    speakers: NotRequired[list[dict[str, str]]]
    about: NotRequired[list[dict[str, Any]]]
    teaches: NotRequired[list[dict[str, Any]]]
    keywords: NotRequired[list[str]]
    materials: NotRequired[list[dict[str, str]]]
    recording: NotRequired[str]


#: A change of one of these is one that calendars must hear of (SEQUENCE of RFC 5545 3.8.7.4).
WHEN_AND_WHERE = frozenset({"start", "end", "timeZone", "status", "place", "onlineUrl", "recurrence"})


def date_uri(series_uri: str, day: str) -> str:
    """The id of one date of a series, which anybody who knows the series can say: ``day`` as ``2026-05-07``."""
    return f"{dates_of(series_uri)}/{day}"


def dates_of(series_uri: str) -> str:
    """What the ids of all its dates begin with, and what a series says (``DATES``) where they have ids."""
    return f"{series_uri}/{DATES}"


def has_dates(document: Mapping[str, Any], series_uri: str) -> bool:
    """Whether the document of a series elsewhere says that one answers its dates alone, by ids of their own."""
    entity = document.get("mainEntity")
    extensions = entity.get("extensions") if isinstance(entity, dict) else None
    return isinstance(extensions, dict) and extensions.get(DATES) == dates_of(series_uri)


def series_of(uri: str) -> tuple[str, str]:
    """What ``date_uri`` made it of; two empty texts where it is no such id.

    >>> series_of("https://museum.example/ap/o/7/dates/2026-05-07")
    ('https://museum.example/ap/o/7', '2026-05-07')
    """
    series, found, day = uri.rpartition(f"/{DATES}/")
    return (series, day) if found and is_day(day) else ("", "")


def is_day(text: str) -> bool:
    try:
        return len(text) == 10 and bool(dt.date.fromisoformat(text))
    except ValueError:
        return False


DATES = "dates"


# -- reading a record ------------------------------------------------------------------------------------------------


def title(record: EventRecord, languages: tuple[str, ...] = ()) -> str:
    return pick(record["name"], languages, record["defaultLanguage"])


def start_of(record: EventRecord) -> int:
    """When the first occurrence begins, in milliseconds."""
    return from_rfc3339(record["start"]) or 0


def end_of(record: EventRecord) -> int | None:
    return from_rfc3339(record["end"]) if "end" in record else None


def status_of(record: EventRecord) -> EventStatus:
    return EventStatus(record.get("status", EventStatus.SCHEDULED))


def is_cancelled(record: EventRecord) -> bool:
    return status_of(record) is EventStatus.CANCELLED


def place_line(place: Place | None) -> str:
    """Name and postal address on one line, nothing said twice."""
    if not place:
        return ""
    town = " ".join(filter(None, (place.get("postalCode"), place.get("locality"))))
    parts = (place["name"], place.get("street"), town, place.get("region"), place.get("country"))
    return ", ".join(dict.fromkeys(part for part in parts if part))


def facts_of(record: EventRecord, *, place: Place | None, online_url: str) -> EventFacts:
    """What posts, cards and apps show of an event that is held there."""
    status = status_of(record)
    return EventFacts(
        start_at=start_of(record),
        end_at=end_of(record),
        timezone=record["timeZone"],
        place=place_line(place),
        latitude=place.get("latitude") if place else None,
        longitude=place.get("longitude") if place else None,
        online_url=online_url,
        status=_PLAIN_STATUS.get(status, "confirmed"),
        join_mode=record["joinMode"] if record["joinMode"] != JoinMode.UNKNOWN else "",
        capacity=record.get("capacity"),
    )


_PLAIN_STATUS = {EventStatus.CANCELLED: "cancelled", EventStatus.TENTATIVE: "tentative"}


def changes_calendars(before: EventRecord, after: EventRecord) -> bool:
    """Whether calendars must hear of it: another time, place or state."""
    old, new = cast(dict[str, Any], before), cast(dict[str, Any], after)
    return any(old.get(key) != new.get(key) for key in WHEN_AND_WHERE)
