"""Events for the pages that show them; all names are invented, the German ones long on purpose."""

import datetime as dt
from dataclasses import replace

from node.clock import DAY, HOUR
from tests.web.samples import frame
from web.design.lists import Paging
from web.design.page import Page, View
from web.design.parts import ActorCard, Field, Image, Link, Origin, Prose, SafeHtml, Text
from web.events.calendar import span_of
from web.events.calendar_views import AddressesView, AddressRow, CalendarDay, CalendarItem, CalendarView
from web.events.picture import PictureFields
from web.events.record_fields import NAMES
from web.events.timezones import COMMON
from web.events.views import (
    AnswerRow,
    AnswersView,
    EventCard,
    EventDateView,
    EventFormView,
    EventImportView,
    EventsView,
    EventView,
    ImportedRow,
    Option,
    OrganiserRow,
    OwnAnswer,
    Repeats,
    Seats,
    Tab,
    TimeRow,
    Venue,
    When,
)

_ADDRESS = "https://learn.museum.example/calendar/" + "k" * 43 + ".ics"
_LONG = "Demenzfreundliche Wegeleitsysteme: Erfahrungsaustausch der Krankenhausverwaltungen Nordheim-Weserbergland"
_CSRF = "c" * 43


def views() -> dict[str, View]:
    """Every page of events, empty and full, for readers, members and organisers."""
    page, viewer, now = frame.page(), frame.ADMIN, frame.NOW
    signed_in = replace(page, viewer=viewer, section="/events", title="Events", path="/events")
    return {
        "events": EventsView(
            page=signed_in, cards=_cards(now), paging=Paging(next_path="/events?after=1-2"), may_publish=True
        ),
        "events-none": EventsView(page=replace(page, title="Events"), tab="past", query="x", paging=Paging()),
        "event": _event(replace(page, title="Casting at home", path="/e/1-casting"), now),
        "event-member": replace(
            _event(replace(signed_in, title="Casting at home", path="/e/1-casting"), now),
            own=OwnAnswer(state="waitlist", place_in_line=3, may_answer=True),
            csrf=_CSRF,
            is_organiser=True,
            requests=2,
            error="All places are taken.",
        ),
        "event-of-series": replace(
            _event(replace(signed_in, title="Casting at home", path="/e/3-casting"), now),
            repeats=None,
            series_path="/e/1-casting",
            change_path="/e/1-casting/dates/2026-11-09",
            own=OwnAnswer(state="going", of_series=True, companions=2, note="Rampe?", may_answer=True, may_attend=True),
            csrf=_CSRF,
        ),
        "event-cancelled": replace(
            _event(replace(page, title=_LONG, path="/e/2-lang"), now),
            name=Text(value=_LONG, language="de"),
            status="cancelled",
            repeats=None,
            venue=Venue(),
            seats=Seats(going=12, waiting=3, interested=1),
            description=None,
            others=(),
            speakers=(),
            materials=(),
            recording="",
            keywords=(),
            community=None,
            origin=Origin(
                organisation="City Museum", host="learn.museum.example", path="/@museum@learn.museum.example"
            ),
        ),
        "event-form": _form(replace(signed_in, title="New event", path="/events/new"), is_new=True),
        "event-edit": _form(replace(signed_in, title="Change: " + _LONG, path="/e/2-lang/edit"), is_new=False),
        "event-date": EventDateView(
            page=replace(signed_in, title="One date: " + _LONG, path="/e/2-lang/dates/2026-05-07"),
            action="/e/2-lang/dates/2026-05-07",
            csrf=_CSRF,
            event=Link(label=_LONG, href="/e/2-lang"),
            usual=When(starts_at=now + DAY, ends_at=now + DAY + HOUR, timezone="Europe/Berlin"),
            fields={
                "start": Field(value="2026-05-07T18:00"),
                "end": Field(value="2026-05-07T17:00", error="The end has to be after the beginning."),
                "place": Field(value="Seminarraum 2"),
                "online": Field(),
            },
            cancelled=True,
            differs=True,
        ),
        "event-answers": _answers(replace(signed_in, title="Answers", path="/e/1-casting/answers"), now),
        **{
            f"calendar-{form}": _calendar(replace(signed_in, path="/calendar"), form)
            for form in ("month", "week", "agenda")
        },
        "calendar-addresses": AddressesView(
            page=replace(signed_in, title="Your calendar in other programs", path="/calendar/addresses"),
            csrf=_CSRF,
            rows=(
                AddressRow(id=1, label="Diensttelefon", created_at=now - DAY, used_at=now - HOUR),
                AddressRow(id=2, label="Büro", of=_LONG, created_at=now - DAY),
                AddressRow(id=3, label="", is_idle=True, created_at=now - DAY),
            ),
            communities=(("7", _LONG),),
            fresh=_ADDRESS,
            label=Field(value="x", error="At most 10 addresses. Take one back first."),
            public_address="https://learn.museum.example/calendar.ics",
        ),
        "events-import": EventImportView(
            page=replace(signed_in, title="Events from a calendar file", path="/events/import"),
            csrf=_CSRF,
            rows=(
                ImportedRow(name=_LONG, outcome="created", path="/e/2-lang"),
                ImportedRow(name="No time", outcome="refused", problem="It says no time at which it begins."),
            ),
            error="Please choose a file.",
            timezone=Field(value="Europe/Berlin"),
            timezones=COMMON,
        ),
    }


def _cards(now: int) -> tuple[EventCard, ...]:
    soon = When(starts_at=now + DAY, ends_at=now + DAY + 2 * HOUR, timezone="Europe/Berlin")
    return (
        EventCard(
            path="/e/1-casting",
            name=Text(value="Casting at home"),
            when=soon,
            place="City Library, Breite Str. 30, 10178 Berlin",
            online=True,
            repeats=True,
            answer="going",
            going=12,
            remaining=0,
            picture=Image(url="/sample/picture.svg"),
        ),
        EventCard(
            path="/e/2-lang",
            name=Text(value=_LONG, language="de"),
            when=When(starts_at=now + 9 * DAY, ends_at=now + 12 * DAY, timezone="America/Argentina/Buenos_Aires"),
            online=True,
            cancelled=True,
            going=1,
            origin=Origin(
                organisation="City Museum", host="learn.museum.example", path="/@museum@learn.museum.example"
            ),
        ),
        EventCard(path="/e/3-x", name=Text(value="X"), when=When(starts_at=now + 20 * DAY)),
    )


def _event(page: Page, now: int) -> EventView:
    whens = [
        When(starts_at=now + n * 7 * DAY, ends_at=now + n * 7 * DAY + HOUR, timezone="Europe/Berlin")
        for n in range(1, 5)
    ]
    times = (
        TimeRow(
            when=whens[0], change_path="/e/1-casting/dates/2026-05-07", path="/e/2-casting", answer="going", going=4
        ),
        TimeRow(when=whens[1], moved=True, place="Seminarraum 2", answer_path="/e/1-casting/dates/2026-05-14/answer"),
        TimeRow(when=whens[2], cancelled=True, change_path="/e/1-casting/dates/2026-05-21"),
        TimeRow(when=whens[3], place="https://meet.example/a-very-long-name-of-a-room-that-has-no-break-in-it"),
    )
    return EventView(
        csrf=_CSRF,
        page=page,
        path="/e/1-casting",
        name=Text(value="Casting at home"),
        picture=Image(url="/sample/picture.svg", alt="Liquid metal", width=1600, height=900),
        when=times[0].when,
        repeats=Repeats(
            frequency="weekly",
            interval=2,
            count=6,
            first=When(starts_at=now - 7 * DAY, timezone="Europe/Berlin"),
            coming=times,
        ),
        venue=Venue(
            place="Bibliothek am Luisenbad, Badstraße 39, 13357 Berlin",
            accessibility="Aufzug neben dem Haupteingang, induktive Höranlage",
            map_url="https://www.openstreetmap.org/?mlat=1&mlon=2",
            online_url="https://meet.example/a-very-long-name-of-a-room-that-has-no-break-in-it",
        ),
        seats=Seats(capacity=12, remaining=0, going=12, waiting=3, interested=1),
        own=OwnAnswer(),
        description=Prose(value=SafeHtml("<p>Bring <strong>safety glasses</strong>.</p>"), language="en"),
        others=(Prose(value=SafeHtml("<p>Bitte Schutzbrille mitbringen.</p>"), language="de"),),
        speakers=(Link(label="Maeve Brennan", href="https://example.org/m"), Link(label="Ada", href="")),
        materials=(Link(label="Worksheet", href="https://example.org/w"),),
        recording="https://example.org/video",
        keywords=("Casting", "Metallgießen"),
        publisher=ActorCard(path="/@museum", name="City Museum", handle="@museum@learn.museum.example", kind="group"),
        community=Link(label="Metals", href="/c/metals"),
        visibility="community",
        address="https://learn.museum.example/e/1-casting",
    )


def _form(page: Page, *, is_new: bool) -> EventFormView:
    fields = dict.fromkeys(NAMES, Field()) | {
        "title": Field(value=_LONG),
        "end": Field(
            value="2099-05-07T17:00", error="Please give an end that is after the start and within 60 days of it."
        ),
        "place": Field(error="Please give a place, or the address where it happens online."),
        "timezone": Field(value="Europe/Berlin"),
        "language": Field(value="de"),
        "repeat": Field(value="weekly"),
        "community": Field(value="7", error="Please give a community that you belong to." if is_new else ""),
    }
    return EventFormView(
        page=page,
        action=page.path,
        csrf=_CSRF,
        is_new=is_new,
        fields=fields,
        picture=PictureFields(
            upload=Field(error="A picture is expected." if is_new else ""),
            alt=Field(value="" if is_new else "Flüssiges Metall in einer Form"),
            media_id="" if is_new else "7",
            shown=None if is_new else Image(url="/sample/picture.svg", alt="Flüssiges Metall in einer Form"),
        ),
        timezones=COMMON,
        languages=("en", "de"),
        communities=(Option(value="7", label="Krankenhauspädagogik"),) if is_new else (),
        may_speak_for_house=is_new,
        house="St. Brigid Teaching Hospital",
    )


def _answers(page: Page, now: int) -> AnswersView:
    states = ("going", "waitlist", "requested", "invited", "interested", "declined", "refused", "attended")
    person = ActorCard(path="/@ann@u.example", name="Ann Öztürk-Grünewald", handle="@ann@u.example", kind="person")
    rows = (
        AnswerRow(
            id=number,
            person=person,
            state=state,
            note="Vegetarisch, bitte" if number < 2 else "",
            companions=number,
            at=now,
        )
        for number, state in enumerate(states)
    )
    answers = tuple(rows)
    return AnswersView(
        page=page,
        path="/e/1-casting",
        csrf=_CSRF,
        name="Casting at home",
        rows=answers,
        going=12,
        waiting=3,
        capacity=12,
        has_begun=True,
        paging=Paging(),
        invite=Field(value="x", error=""),
        organisers=tuple(OrganiserRow(id=row.id, person=row.person) for row in answers[:2]),
        organiser=Field(value="x"),
        error="This answer does not allow that.",
    )


def _calendar(page: Page, form: str) -> CalendarView:
    day = dt.date(2026, 5, 7)
    first, last = span_of(form, day)
    items = (
        CalendarItem(path="/e/1-casting", name="Casting at home", time="18:00", mine=True, place="City Library"),
        CalendarItem(path="/e/2-lang", name=_LONG, cancelled=True),
        CalendarItem(path="/e/3-x", name="X", time="19:00", zone="America/Argentina/Buenos_Aires"),
        CalendarItem(path="/r/casting#i1", name="Casting: Autumn", is_course=True, ends=True),
    )
    days = [
        CalendarDay(
            date=each.isoformat(),
            number=each.day,
            items=items if each.day in {7, 8} else (),
            more=12 if each.day == 8 and form != "agenda" else 0,
            path="/calendar?view=agenda",
            outside=each.month != 5,
            today=each == day,
        )
        for each in (first + dt.timedelta(days=number) for number in range((last - first).days + 1))
        if form != "agenda" or each.day in {7, 8}
    ]
    return CalendarView(
        page=replace(page, title="Calendar"),
        form=form,
        mine=False,
        shown="2026-05" if form == "month" else first.isoformat(),
        first_day=first.isoformat(),
        last_day=last.isoformat(),
        days=tuple(days),
        paging=Paging(next_path="/calendar?view=agenda&after=100") if form == "agenda" else Paging(),
        forms=tuple(
            Tab(label=each, path=f"/calendar?view={each}", selected=each == form)
            for each in ("month", "week", "agenda")
        ),
        scopes=(Tab(label="All", path="/calendar", selected=True), Tab(label="Mine", path="/calendar?mine=1")),
        earlier="/calendar?on=2026-04-01",
        later="/calendar?on=2026-06-01",
        now="/calendar",
        signed_in=True,
    )
