"""``/calendar``: a month, a week, or what comes, of everything that the reader may see or of her own.

Each event stands on the day that it is where it happens, with its time there; the zone is told on its page.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from aiohttp import web
from sqlalchemy import Connection, Row

from node.calendar.ics import KEEPS_CANCELLED
from node.calendar.recurrence import Occurrence, between, where_at
from node.clock import DAY
from node.domain.events import AnswerState, moment, place_line, title, zone_of
from node.sentences import Sentence, sentences
from node.state import NODE
from node.store.events import event_answers, event_dates, event_lists
from node.store.events.event_answers import Answer
from node.store.events.event_lists import Scope
from node.store.events.events import Event
from node.store.reading import showing
from web.design.cards import Reader
from web.design.frame import html, page_of
from web.design.reader import reader_of
from web.events import course_dates
from web.events.cards import path_of
from web.events.course_dates import Dated
from web.events.timezones import own_zone
from web.events.views import CalendarDay, CalendarItem, CalendarView, Tab

PATH = "/calendar"
FORMS = ("month", "week", "agenda")
_LABELS = sentences({"month": "Month", "week": "Week", "agenda": "Agenda"})
_AGENDA_DAYS = 28  # four weeks: what a busy house plans for longer makes a page that nobody reads to its end
_PER_DAY = 50
_DAY, _UTC = dt.timedelta(days=1), ZoneInfo("UTC")
_FIRST, _LAST = dt.date(1970, 1, 1), dt.date(2199, 12, 31)


async def show_calendar(request: web.Request) -> web.Response:
    node, reader = request.app[NODE], reader_of(request)
    now = node.clock.now()
    home = zone_of(own_zone(request)) or _UTC
    today = moment(now, home).date()
    form = form if (form := request.query.get("view", "")) in FORMS else "month"
    day = _day(request.query.get("on", ""), today)
    mine = "mine" in request.query and reader.actor_id is not None
    first, last = span_of(form, day)
    found = await node.store.read(_load, reader.actor_id, first, last, now, mine)
    view = CalendarView(
        page=page_of(request, PATH, title=Sentence("Calendar"), section="/events", noindex=True),
        form=form,
        mine=mine,
        shown=day.strftime("%Y-%m") if form == "month" else first.isoformat(),
        first_day=first.isoformat(),
        last_day=last.isoformat(),
        weeks=_weeks(
            form, day, first, last, today, _items(found, reader, first, last, home, node.config.node.timezone)
        ),
        forms=tuple(
            Tab(label=_LABELS[each], path=path_to(each, day, mine=mine), selected=each == form) for each in FORMS
        ),
        scopes=(
            Tab(label=Sentence("All events"), path=path_to(form, day, mine=False), selected=not mine),
            Tab(label=Sentence("Mine"), path=path_to(form, day, mine=True), selected=mine),
        )
        if reader.actor_id is not None
        else (),
        earlier=path_to(form, _beside(form, day, -1), mine=mine),
        later=path_to(form, _beside(form, day, 1), mine=mine),
        now=path_to(form, today, mine=mine),
        signed_in=reader.actor_id is not None,
    )
    return html(request, view)


def path_to(form: str, day: dt.date, *, mine: bool) -> str:
    return f"{PATH}?{urlencode({'view': form, 'on': day.isoformat(), **({'mine': '1'} if mine else {})})}"


def _day(text: str, otherwise: dt.date) -> dt.date:
    try:
        found = dt.date.fromisoformat(text)
    except ValueError:
        return otherwise
    return min(max(found, _FIRST), _LAST)


def span_of(form: str, day: dt.date) -> tuple[dt.date, dt.date]:
    """The first and the last day that are shown; a month in whole weeks, Monday first.

    >>> span_of("month", dt.date(2026, 5, 7))
    (datetime.date(2026, 4, 27), datetime.date(2026, 5, 31))
    """
    if form == "agenda":
        return day, day + dt.timedelta(days=_AGENDA_DAYS - 1)
    if form == "week":
        monday = day - dt.timedelta(days=day.weekday())
        return monday, monday + dt.timedelta(days=6)
    first = day.replace(day=1)
    following = (first + dt.timedelta(days=32)).replace(day=1)
    last = following - dt.timedelta(days=1)
    return first - dt.timedelta(days=first.weekday()), last + dt.timedelta(days=6 - last.weekday())


def _beside(form: str, day: dt.date, step: int) -> dt.date:
    """The day that the next or the last page is about, within the years that there are."""
    if form == "month":
        middle = day.replace(day=15) + dt.timedelta(days=step * 31)
        found = middle.replace(day=1)
    else:
        found = day + dt.timedelta(days=step * (7 if form == "week" else _AGENDA_DAYS))
    return min(max(found, _FIRST), _LAST)


@dataclass(frozen=True, slots=True)
class _Found:
    events: list[Event]
    authors: Mapping[int, Row[Any]]
    answers: Mapping[int, Answer]
    own: Mapping[tuple[int, str], AnswerState]  # for single dates of a series
    courses: list[Dated]
    mine: bool


def _load(conn: Connection, viewer: int | None, first: dt.date, last: dt.date, now: int, mine: bool) -> _Found:
    begin, end = _millis(first) - DAY, _millis(last) + 2 * DAY  # zones are up to 14 hours apart
    scope = Scope(person_id=viewer if mine else None)
    found = event_lists.list_between(conn, viewer, begin, end, now, scope=scope, cancelled_since=now - KEEPS_CANCELLED)
    answers = event_answers.load_own(conn, viewer, [each.id for each in found]) if viewer is not None else {}
    series = [each.id for each in found if "recurrence" in each.record]
    own = event_dates.load_own(conn, viewer, series) if viewer is not None else {}
    authors = showing.load_homes(conn, {each.actor_id for each in found})
    return _Found(found, authors, answers, own, course_dates.load_between(conn, viewer, first, last, mine=mine), mine)


def _millis(day: dt.date) -> int:
    return int(dt.datetime.combine(day, dt.time(), dt.UTC).timestamp() * 1000)


def _items(
    found: _Found, reader: Reader, first: dt.date, last: dt.date, home: ZoneInfo, course_zone: str
) -> Mapping[dt.date, list[tuple[str, CalendarItem]]]:
    """What stands on each day, by time; an event of several days on each of them."""
    days: defaultdict[dt.date, list[tuple[str, CalendarItem]]] = defaultdict(list)
    begin, end = _millis(first) - DAY, _millis(last) + 2 * DAY
    listed = {actor_id for actor_id, author in found.authors.items() if reader.lists_actor(author)}
    languages = tuple(reader.languages)
    for event in found.events:
        if event.actor_id not in listed:
            continue
        zone = zone_of(event.timezone) or _UTC
        for each in between(event.record, begin, end):
            days_of, start = _days_of(each, zone, first, last), moment(each.start_at, zone)
            alone = found.own.get((event.id, each.day))
            if not days_of or (found.mine and alone is not None):  # of hers it stands there itself, or she stays away
                continue
            answer = found.answers.get(event.id)
            state = alone or (AnswerState(answer.state) if answer is not None else None)
            place, _ = where_at(event.record, each)
            path, name = path_of(event), title(event.record, languages)
            is_elsewhere = zone is not home and start.utcoffset() != start.astimezone(home).utcoffset()
            for day in days_of:
                time = start.time().isoformat("minutes") if day == start.date() else ""  # its hour on the first day
                item = CalendarItem(
                    path=path,
                    name=name,
                    time=time,
                    cancelled=event.cancelled_at is not None or each.is_cancelled,
                    mine=state is not None and state.hears_of_changes,
                    place=place_line(place),
                    zone=event.timezone if is_elsewhere and time else "",
                )
                days[day].append((time, item))
    for day, item in course_dates.items(found.courses, reader, first, last, course_zone):
        days[day].append((item.time, item))
    return days


def _days_of(each: Occurrence, zone: ZoneInfo, first: dt.date, last: dt.date) -> Sequence[dt.date]:
    """The days of this span on which it takes place; what ends at midnight does not stand on the next day."""
    ends_at = max(each.start_at, (each.end_at or 0) - 1)
    begins, ends = max(moment(each.start_at, zone).date(), first), min(moment(ends_at, zone).date(), last)
    return [begins + number * _DAY for number in range((ends - begins).days + 1)]


def _weeks(
    form: str,
    shown: dt.date,
    first: dt.date,
    last: dt.date,
    today: dt.date,
    items: Mapping[dt.date, list[tuple[str, CalendarItem]]],
) -> tuple[tuple[CalendarDay, ...], ...]:
    days = [first + dt.timedelta(days=number) for number in range((last - first).days + 1)]
    cells = [
        CalendarDay(
            date=day.isoformat(),
            number=day.day,
            items=tuple(item for _, item in sorted(items.get(day, ()), key=lambda pair: pair[0])[:_PER_DAY]),
            outside=form == "month" and day.month != shown.month,
            today=day == today,
        )
        for day in days
        if form != "agenda" or day in items
    ]
    return tuple(tuple(cells[start : start + 7]) for start in range(0, len(cells), 7))


ROUTES = [web.get(PATH, show_calendar, name="calendar")]
