"""``/calendar``: a month, a week, or what comes, of everything that the reader may see or of her own."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from types import MappingProxyType
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from aiohttp import web

from node.domain.numbers import number_in
from node.domain.zones import moment, zone_of
from node.sentences import Sentence, sentences
from node.state import NODE
from web.design.frame import html, page_of
from web.design.lists import Paging
from web.design.reader import reader_of
from web.events import calendar_days
from web.events.calendar_days import Span, with_room_for
from web.events.calendar_views import CalendarDay, CalendarView, Standing
from web.events.timezones import own_zone
from web.events.views import Tab

PATH = "/calendar"
FORMS = ("month", "week", "agenda")
_LABELS = sentences({"month": "Month", "week": "Week", "agenda": "Agenda"})
_AGENDA_DAYS = 28
_PER_PAGE = 50  # of an agenda
#: So much stands on a day; of more the agenda tells.
_PLACES = MappingProxyType({"month": 4, "week": 40})
_UTC = ZoneInfo("UTC")
_FIRST, _LAST = dt.date(1970, 1, 1), dt.date(2199, 12, 31)


async def show_calendar(request: web.Request) -> web.Response:
    node, reader = request.app[NODE], reader_of(request)
    now = node.clock.now()
    home = zone_of(own_zone(request)) or _UTC
    today = moment(now, home).date()
    form = form if (form := request.query.get("view", "")) in FORMS else "month"
    day = _day(request.query.get("on", ""), today)
    mine = "mine" in request.query and reader.actor_id is not None
    span = Span(*span_of(form, day), home)
    planned = await node.store.read(calendar_days.load, reader.actor_id, span, now, mine=mine)
    standing = calendar_days.by_day(planned, reader, span, node.config.node.timezone)
    if form == "agenda":
        after = number_in(request.query.get("after", ""), digits=6) or 0
        shown, paging = _agenda(standing, after, today), _paging(standing, after, day, mine=mine)
    else:
        shown, paging = _cells(form, day, span, standing, today, mine=mine), Paging()
    view = CalendarView(
        page=page_of(request, PATH, title=Sentence("Calendar"), section="/events", noindex=True),
        form=form,
        mine=mine,
        shown=day.strftime("%Y-%m") if form == "month" else span.first.isoformat(),
        first_day=span.first.isoformat(),
        last_day=span.last.isoformat(),
        days=tuple(shown),
        paging=paging,
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


def path_to(form: str, day: dt.date, *, mine: bool, after: int = 0) -> str:
    said = {"view": form, "on": day.isoformat(), "mine": "1" if mine else "", "after": after or ""}
    return f"{PATH}?{urlencode({name: value for name, value in said.items() if value})}"


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


_Days = Mapping[int, Sequence[Standing]]


def _cells(
    form: str, shown: dt.date, span: Span, standing: _Days, today: dt.date, *, mine: bool
) -> Iterator[CalendarDay]:
    """Every day of the span; what one has no room for stands in the agenda."""
    for number in range(span.first.toordinal(), span.last.toordinal() + 1):
        day, found = dt.date.fromordinal(number), standing.get(number, ())
        fitting = with_room_for(_PLACES[form], found)
        more = len(found) - len(fitting)
        yield CalendarDay(
            date=day.isoformat(),
            number=day.day,
            items=tuple(each.draw() for each in fitting),
            more=more,
            path=path_to("agenda", day, mine=mine) if more else "",
            outside=form == "month" and day.month != shown.month,
            today=day == today,
        )


def _agenda(standing: _Days, after: int, today: dt.date) -> Iterator[CalendarDay]:
    """The days on which something stands; of all that stands there one page."""
    listed = [(number, each) for number in sorted(standing) for each in standing[number]]
    for number, found in groupby(listed[after : after + _PER_PAGE], key=itemgetter(0)):
        day, items = dt.date.fromordinal(number), tuple(each.draw() for _, each in found)
        yield CalendarDay(date=day.isoformat(), number=day.day, items=items, today=day == today)


def _paging(standing: _Days, after: int, day: dt.date, *, mine: bool) -> Paging:
    following = after + _PER_PAGE
    is_last = following >= sum(map(len, standing.values()))
    return Paging(
        next_path="" if is_last else path_to("agenda", day, mine=mine, after=following),
        first_path=path_to("agenda", day, mine=mine) if after else "",
    )


ROUTES = [web.get(PATH, show_calendar, name="calendar")]
