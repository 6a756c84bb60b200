"""What stands on each day of a calendar: an event on the day that it is where it happens, with its time there.

Only what a page shows is drawn: a busy month has many more than its days have room for.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from operator import attrgetter
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from node.calendar.ics import KEEPS_CANCELLED
from node.calendar.recurrence import Occurrence, between, where_at
from node.clock import DAY
from node.domain.events import AnswerState, place_line, title
from node.domain.zones import moment, zone_of
from node.store.events import event_dates, event_lists
from node.store.events.event_lists import CalendarRow, Scope
from web.design.cards import Reader
from web.events import course_dates
from web.events.calendar_views import CalendarItem, Standing
from web.events.cards import path_of
from web.events.course_dates import Dated

_UTC = ZoneInfo("UTC")


@dataclass(frozen=True, slots=True)
class Span:
    """The days from ``first`` to ``last``, for somebody whose clock is that of ``home``."""

    first: dt.date
    last: dt.date
    home: ZoneInfo

    @property
    def bounds(self) -> tuple[int, int]:
        """Instants around whatever stands on these days in any zone: those are up to 14 hours apart."""
        return _millis(self.first) - DAY, _millis(self.last) + 2 * DAY


def _millis(day: dt.date) -> int:
    return int(dt.datetime.combine(day, dt.time(), dt.UTC).timestamp() * 1000)


@dataclass(frozen=True, slots=True)
class Planned:
    """What is held within a span, of everything or (``mine``) of one's own."""

    events: Sequence[CalendarRow]
    dates: Mapping[tuple[int, str], AnswerState]  # her answers to single dates of a series
    courses: Sequence[Dated]
    mine: bool


def load(conn: Connection, viewer: int | None, span: Span, now: int, *, mine: bool) -> Planned:
    scope, since = Scope(person_id=viewer if mine else None), now - KEEPS_CANCELLED
    found = event_lists.list_calendar(conn, viewer, *span.bounds, now, scope=scope, cancelled_since=since)
    series = [row.id for row in found if "recurrence" in row.record]
    return Planned(
        events=found,
        dates=event_dates.load_own(conn, viewer, series) if viewer is not None else {},
        courses=course_dates.load_between(conn, viewer, span.first, span.last, mine=mine),
        mine=mine,
    )


def by_day(planned: Planned, reader: Reader, span: Span, course_zone: str) -> Mapping[int, Sequence[Standing]]:
    """What stands on each day (``date.toordinal``), by its hour; an event of several days on each of them."""
    days: defaultdict[int, list[Standing]] = defaultdict(list)
    courses = course_dates.standing(planned.courses, reader, span.first, span.last, course_zone)
    for day, each in chain(_events(planned, reader, span), courses):
        days[day].append(each)
    for found in days.values():
        found.sort(key=attrgetter("time"))
    return days


def with_room_for(most: int, found: Sequence[Standing]) -> Sequence[Standing]:
    """Those of a day that have a place in it: her own, then the first; the last place tells how many more there are."""
    if len(found) <= most:
        return found
    places = sorted(range(len(found)), key=lambda place: not found[place].mine)[: most - 1]
    return [found[place] for place in sorted(places)]


def _events(planned: Planned, reader: Reader, span: Span) -> Iterable[tuple[int, Standing]]:
    first, last = span.first.toordinal(), span.last.toordinal()
    languages = tuple(reader.languages)
    for row in filter(reader.lists_actor, planned.events):
        zone = zone_of(row.timezone) or _UTC
        for time in _times(row, span):
            alone = planned.dates.get((row.id, time.day))
            if planned.mine and alone is not None:  # it stands there itself, or she stays away
                continue
            state = alone or row.answer
            is_hers = state is not None and AnswerState(state).hears_of_changes
            start = moment(time.start_at, zone)
            begins, ends = start.toordinal(), _last_day(time, start, zone)
            for day in range(max(begins, first), min(ends, last) + 1):
                hour = start.time().isoformat("minutes") if day == begins else ""
                yield day, Standing(hour, is_hers, partial(_item, row, time, hour, is_hers, languages, span.home))


def _times(row: CalendarRow, span: Span) -> Iterable[Occurrence]:
    """Of what takes place once the row says when."""
    if "recurrence" in row.record:
        return between(row.record, *span.bounds)
    return (Occurrence(row.start_at, row.end_at),)


def _last_day(time: Occurrence, start: dt.datetime, zone: ZoneInfo) -> int:
    """What ends at midnight does not stand on the next day."""
    if time.end_at is None:
        return start.toordinal()
    return moment(max(time.start_at, time.end_at - 1), zone).toordinal()


def _item(
    row: CalendarRow, time: Occurrence, hour: str, is_hers: bool, languages: tuple[str, ...], home: ZoneInfo
) -> CalendarItem:
    place, _ = where_at(row.record, time)
    return CalendarItem(
        path=path_of(row),
        name=title(row.record, languages),
        time=hour,
        cancelled=row.cancelled_at is not None or time.is_cancelled,
        mine=is_hers,
        place=place_line(place),
        zone=row.timezone if hour and _is_elsewhere(time.start_at, row.timezone, home) else "",
    )


def _is_elsewhere(at: int, timezone: str, home: ZoneInfo) -> bool:
    """Whether the clocks there show another hour then than those at home."""
    there = zone_of(timezone) or _UTC
    return there is not home and moment(at, there).utcoffset() != moment(at, home).utcoffset()
