"""Courses among events: their dates in the calendar, and in the calendar files of those who take part."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from node.calendar.course_times import Times, times_of
from node.calendar.ics import CalendarEntry
from node.calendar.recurrence import between
from node.domain.courses import State, find_instance
from node.domain.events import EventStatus, place_line, status_of, title
from node.domain.records import Instance
from node.domain.zones import moment, zone_of
from node.sentences import Sentence, sentences
from node.services.library.enrolling import instance_uri
from node.store.library import courses, resources
from node.store.library.courses import Enrolment
from node.store.library.resources import ANYBODY, Resource, Viewer
from node.translations import translate
from web.design.cards import Reader
from web.events.calendar_views import CalendarItem, Standing

_MOST = 200  # instances on one page or in one file
_LATEST = 2**63 - 1
_DAY = dt.timedelta(days=1)
#: What somebody is to a course whose dates stand in her calendar, and how a file says it.
_NOTES: Mapping[State, Sentence] = sentences(
    {
        State.ENROLLED: "You have a place",
        State.WAITING: "On the waiting list",
        State.REQUESTED: "Asked, not decided yet",
        State.ASKED: "Asked, not decided yet",
    }
)


@dataclass(frozen=True, slots=True)
class Dated:
    """An instance of a course, and what the reader is to it."""

    course: Resource
    key: str
    instance: Instance
    state: State | None = None

    @property
    def path(self) -> str:
        return f"{self.course.path}#{self.key}"

    def times(self, timezone: str) -> Iterator[Times]:
        """``timezone``: of the node, for a course that names none."""
        return times_of(self.course.record, self.instance, timezone)


# -- loading ---------------------------------------------------------------------------------------------------------


def load_between(
    conn: Connection, viewer: int | None, first: dt.date, last: dt.date, *, mine: bool = False
) -> list[Dated]:
    """Those that may touch these days and that this person finds, or (``mine``) takes part in."""
    own = _own(conn, viewer) if viewer is not None else {}
    if mine:
        return _load(conn, Viewer(viewer), list(own), own)
    listings = [each.value for each in Viewer(viewer).listings()]
    return _load(conn, Viewer(viewer), courses.list_between(conn, listings, first, last, limit=_MOST), own)


def load_published(conn: Connection, first: dt.date, last: dt.date) -> list[Dated]:
    """Those of this node that everybody finds."""
    listings = [each.value for each in Viewer().listings("local")]
    return _load(conn, ANYBODY, courses.list_between(conn, listings, first, last, limit=_MOST), {})


def _own(conn: Connection, actor_id: int) -> dict[tuple[int, str], Enrolment]:
    rows = courses.list_of_person(conn, actor_id, before=_LATEST, limit=_MOST)
    return {(each.object_id, each.key): each for each in rows if each.state in _NOTES}


def _load(
    conn: Connection, viewer: Viewer, pairs: Sequence[tuple[int, str]], own: Mapping[tuple[int, str], Enrolment]
) -> list[Dated]:
    """Those of these that the viewer may read: who took part in a course that was narrowed may be nobody to it now."""
    found = resources.load_readable(conn, {object_id for object_id, _ in pairs}, viewer)
    return [
        Dated(course, key, instance, own[object_id, key].state if (object_id, key) in own else None)
        for object_id, key in pairs
        if (course := found.get(object_id)) is not None and (instance := find_instance(course.record, key)) is not None
    ]


# -- in the calendar -------------------------------------------------------------------------------------------------


def standing(
    found: Sequence[Dated], reader: Reader, first: dt.date, last: dt.date, timezone: str
) -> Iterator[tuple[int, Standing]]:
    """Each time within these days, with its day (``date.toordinal``)."""
    begin, end = (_millis(day) for day in (first - _DAY, last + 2 * _DAY))
    for each in found:
        if not reader.lists_actor(each.course.owner):
            continue
        for times in each.times(timezone):
            zone = zone_of(times.record["timeZone"]) or ZoneInfo("UTC")
            for time in between(times.record, begin, end):
                start = moment(time.start_at, zone)
                if first <= start.date() <= last:
                    hour, mine = "" if times.is_whole_day else start.strftime("%H:%M"), each.state is not None
                    yield start.toordinal(), Standing(hour, mine, partial(_item, each, times, hour, mine))


def _item(dated: Dated, times: Times, time: str, mine: bool) -> CalendarItem:
    record = times.record
    return CalendarItem(
        path=dated.path,
        name=title(record),
        time=time,
        cancelled=status_of(record) is EventStatus.CANCELLED,
        mine=mine,
        place=place_line(record.get("place")),
        is_course=True,
        ends=times.is_end,
    )


def _millis(day: dt.date) -> int:
    return int(dt.datetime.combine(day, dt.time(), dt.UTC).timestamp() * 1000)


# -- in files --------------------------------------------------------------------------------------------------------


def entries(found: Sequence[Dated], language: str, timezone: str) -> list[CalendarEntry]:
    """What calendar files say of them."""
    return [
        CalendarEntry(
            uri=instance_uri(each.course, each.key) + ("#end" if times.is_end else ""),
            url=f"{each.course.url}#{each.key}",
            record=times.record,
            sequence=each.course.version,
            created_at=each.course.published_at,
            updated_at=each.course.updated_at or each.course.published_at,
            note=_note(each, times, language),
            is_whole_day=times.is_whole_day,
        )
        for each in found
        for times in each.times(timezone)
    ]


def _note(dated: Dated, times: Times, language: str) -> str:
    said = [Sentence("Last day")] if times.is_end else []
    said += [_NOTES[dated.state]] if dated.state is not None else []
    return " · ".join(translate(each, language) for each in said)
