"""``/e/ID-slug``: an event of ours, or our copy of another server's, with its answer buttons."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, NamedTuple
from urllib.parse import urlencode

from aiohttp import hdrs, web
from sqlalchemy import Connection, Row

from federation.discovery.negotiation import wants_activity
from federation.mapping.event_json_ld import json_ld
from node.calendar.recurrence import Occurrence, occurrences, shown_at, where_at
from node.domain import events as rules
from node.domain.actors import handle_of
from node.domain.events import MAX_COMPANIONS, AnswerState, EventRecord, JoinMode, Place, place_line, status_of, title
from node.domain.numbers import id_in
from node.domain.text import plain, shorten
from node.domain.uris import is_web_uri
from node.domain.visibility import Visibility
from node.errors import NotFound
from node.sentences import Sentence, sentences
from node.services.events import event_dates as event_dates_service
from node.state import NODE
from node.store.events import event_answers, event_dates, events
from node.store.events.event_answers import Answer
from node.store.events.events import Event
from node.store.people import actors
from node.store.people.actors import Actor
from node.store.posts import objects
from node.store.reading import conversation, showing
from node.text.markdown import render_markdown
from web.design.cards import Reader, actor_card, actor_path, origin_of_actor, thread
from web.design.frame import embedding, html, page_of
from web.design.page import Alternate, Page, Social
from web.design.parts import Link, Prose, SafeHtml, Text
from web.design.reader import reader_of
from web.events.cards import name_of, path_of, picture_of, when_of
from web.events.views import EventView, OwnAnswer, Repeats, Seats, TimeRow, Venue
from web.sessions import session_of

_TIMES = 60  # of a series are named
#: What the page says after something was done.
_SAID = sentences(
    {
        "answered": "Your answer has been noted.",
        "published": "The event has been published.",
        "changed": "The event has been changed. Everybody who answered hears of it.",
        "asked": "The home of the event has been asked for this. It shows here as soon as it is done.",
        "cancelled": "The event has been cancelled. Everybody who answered hears of it.",
    }
)


@dataclass(frozen=True, slots=True)
class Found:
    event: Event
    row: Row[Any]
    author: Row[Any]
    community: Actor | None
    answer: Answer | None
    line: int
    is_organiser: bool
    requests: int
    answers: Sequence[Row[Any]]
    authors: Mapping[int, Row[Any]]
    series: Event | None = None  # of which it is one date
    of_series: Answer | None = None  # what the reader answered for that
    dates: Mapping[str, Event] = field(default_factory=dict)  # of a series those that have a page, by day
    own: Mapping[str, AnswerState] = field(default_factory=dict)  # what she answered for these alone


def event_id_of(request: web.Request) -> int:
    return id_in(request.match_info, "event")


async def show_event(request: web.Request) -> web.Response:
    return await page(request)


class Typed(NamedTuple):
    """What somebody typed with her answer."""

    note: str
    companions: int


async def page(request: web.Request, error: str = "", status: int = 200, *, typed: Typed | None = None) -> web.Response:
    """The page of an event; ``error``: why what was just asked for was not done, and ``typed`` is still in the form."""
    reader = reader_of(request)
    found = await request.app[NODE].store.read(find, event_id_of(request), reader.actor_id)
    if reader.hides_actor(found.author):
        raise NotFound
    if wants_activity(request.headers.get(hdrs.ACCEPT, "")):
        raise web.HTTPFound(found.event.uri, headers={hdrs.VARY: "Accept"})
    return html(request, _view(request, found, reader, error, typed), status)


def find(conn: Connection, event_id: int, viewer: int | None) -> Found:
    """Raises NotFound for what the viewer may not read, and for what is no event."""
    event = events.find_visible(conn, event_id, viewer)
    if event is None:
        raise NotFound
    answer = event_answers.find_answer(conn, event.id, viewer) if viewer is not None else None
    is_organiser = viewer is not None and events.is_organiser(conn, event, viewer)
    answers = conversation.load_answers(conn, event.id)
    authors = showing.load_rows(conn, {event.actor_id, *(row.actor_id for row in answers)})
    series = events.find_event(conn, event.series_id) if event.series_id is not None else None
    is_series = "recurrence" in event.record
    own = event_dates.load_own(conn, viewer, [event.id]) if is_series and viewer is not None else {}
    return Found(
        event,
        objects.load_row(conn, event.id),
        authors[event.actor_id],
        _community_of(conn, event, viewer),
        answer,
        event_answers.place_in_line(conn, answer) if answer and event.local and answer.queued_at is not None else 0,
        is_organiser,
        event_answers.count_states(conn, event.id).get(AnswerState.REQUESTED, 0) if is_organiser else 0,
        answers,
        authors,
        series,
        event_answers.find_answer(conn, series.id, viewer) if series is not None and viewer is not None else None,
        {each.day: each for each in event_dates.list_dates(conn, event.id)} if is_series else {},
        {day: state for (_, day), state in own.items()},
    )


def _community_of(conn: Connection, event: Event, viewer: int | None) -> Actor | None:
    """The community that it belongs to, for whoever may know of that."""
    group = actors.find_actor(conn, event.audience) if event.audience else None
    return group if group is not None and showing.load_known(conn, [group.id], viewer) else None


def _page(request: web.Request, found: Found, name: Text, summary: str) -> Page:
    event, author, path = found.event, found.author, path_of(found.event)
    is_public = event.visibility == Visibility.PUBLIC
    social = Social(kind="article", creator=handle_of(author), published_at=event.published_at)
    return page_of(
        request,
        path,
        title=name.value,
        title_language=name.language,
        description=summary,
        section="/calendar",
        breadcrumbs=(Link(label=Sentence("Events"), href="/events"),),
        alternates=(
            Alternate(media_type="text/calendar", href=f"{path}.ics", title=Sentence("Calendar")),
            Alternate(media_type="application/activity+json", href=event.uri, title="ActivityPub"),
            Alternate(media_type="application/json", href=f"/api/learning/v1/events/{event.id}", title="JSON"),
            *embedding(request, event, path),
        ),
        social=social if is_public else None,
        json_ld=json_ld(
            event,
            organiser=author.name or author.username,
            organiser_url=author.url or author.uri,
            description=summary,
            now=request.app[NODE].clock.now(),
        )
        if is_public and event.local
        else None,
        said=_SAID,
        noindex=not event.local or not is_public,
    )


def _view(request: web.Request, found: Found, reader: Reader, error: str, typed: Typed | None) -> EventView:
    event, record, now = found.event, found.event.record, request.app[NODE].clock.now()
    path, session, author = path_of(event), session_of(request), found.author
    shown = shown_at(record, now)
    name, is_over = name_of(record, reader), event.last_at <= now
    description = _description(found, name.language)
    summary = shorten(plain(description.value) if description else title(record), 200)
    takes_answers = event.cancelled_at is None and not is_over and record["joinMode"] != JoinMode.EXTERNAL
    may_answer = session is not None and takes_answers
    return EventView(
        page=_page(request, found, name, summary),
        path=path,
        name=name,
        picture=picture_of(event, author, reader),
        when=when_of(shown.start_at, shown.end_at, event.timezone),
        repeats=_repeats(found, shown, now, may_answer=may_answer) if "recurrence" in record else None,
        series_path=path_of(found.series) if found.series else "",
        change_path=f"{path_of(found.series)}/dates/{event.day}" if found.series and found.is_organiser else "",
        venue=_venue(record, shown),
        status=status_of(record).value,
        is_over=is_over,
        join_mode=record["joinMode"],
        external_url=record.get("externalUrl", ""),
        seats=_seats(event),
        description=description,
        others=_others(record, description),
        speakers=_links(record.get("speakers", ())),
        materials=_links(record.get("materials", ())),
        recording=record.get("recording", ""),
        keywords=tuple((found.row.details or {}).get("hashtags", ())),
        publisher=actor_card(author, reader),
        community=Link(label=found.community.title, href=_community_path(found.community)) if found.community else None,
        origin=origin_of_actor(author),
        visibility=event.visibility,
        own=_own(found, typed, now, may_answer=may_answer),
        is_organiser=found.is_organiser,
        requests=found.requests,
        csrf=session.csrf if session else "",
        address=event.url or event.uri if Visibility(event.visibility).is_open else "",
        replies=thread(found.answers, found.authors, event.id, reader),
        error=error,
    )


def _repeats(found: Found, shown: Occurrence, now: int, *, may_answer: bool) -> Repeats:
    event, record = found.event, found.event.record
    rule = record["recurrence"]
    is_first = shown.start_at == event.start_at
    coming = (each for each in occurrences(record) if (each.end_at or each.start_at) > now)
    return Repeats(
        frequency=rule["frequency"],
        interval=rule.get("interval", 1),
        count=rule.get("count", 0),
        until=rule.get("until", ""),
        first=None if is_first else when_of(event.start_at, event.end_at, event.timezone),
        coming=tuple(_time_row(found, each, now, may_answer=may_answer) for each in islice(coming, _TIMES)),
    )


def _venue(record: EventRecord, shown: Occurrence) -> Venue:
    place, online = where_at(record, shown)
    return Venue(
        place=place_line(place),
        accessibility=place.get("accessibility", "") if place else "",
        map_url=_map(place),
        online_url=online,
    )


def _seats(event: Event) -> Seats:
    return Seats(
        capacity=event.capacity or 0,
        remaining=-1 if event.remaining is None else event.remaining,
        going=event.going_count,
        waiting=event.waiting_count,
        interested=event.interested_count,
    )


def _own(found: Found, typed: Typed | None, now: int, *, may_answer: bool) -> OwnAnswer:
    """What she answered for this event; as long as that is nothing, for the series of which it is a date."""
    standing = found.answer or found.of_series
    state = standing.state if standing else ""
    shown = typed or found.answer
    return OwnAnswer(
        state=state,
        of_series=found.answer is None and found.of_series is not None,
        place_in_line=found.line,
        note=shown.note if shown else "",
        companions=shown.companions if shown else 0,
        max_companions=MAX_COMPANIONS,
        may_answer=may_answer,
        may_attend=state in {AnswerState.GOING, AnswerState.UNTRACKED} and found.event.start_at <= now,
    )


def _time_row(found: Found, time: Occurrence, now: int, *, may_answer: bool) -> TimeRow:
    event, record, path = found.event, found.event.record, path_of(found.event)
    date, whole = found.dates.get(time.day), found.answer.state if found.answer else ""
    has_dates = event.local or rules.has_dates(found.row.raw or {}, event.uri)
    is_open = may_answer and has_dates and not time.is_cancelled and event_dates_service.may_be_answered(time, now)
    place, online = where_at(record, time)
    usual = (place_line(record.get("place")), record.get("onlineUrl", ""))
    is_elsewhere = (place_line(place), online) != usual
    return TimeRow(
        when=when_of(time.start_at, time.end_at, record["timeZone"]),
        cancelled=time.is_cancelled,
        moved=time.is_moved,
        place=(place_line(place) or online) if is_elsewhere else "",
        change_path=f"{path}/dates/{time.day}" if found.is_organiser and time.start_at > now else "",
        path=path_of(date) if date is not None else "",
        answer=found.own.get(time.day, "" if time.is_cancelled else whole),
        answer_path=f"{path}/dates/{time.day}/answer" if is_open else "",
        going=date.going_count if date is not None else 0,
    )


def _description(found: Found, language: str) -> Prose | None:
    texts = found.event.record.get("description", {})
    chosen = language if language in texts else found.event.record["defaultLanguage"]
    if text := texts.get(chosen, ""):
        return Prose(value=SafeHtml(render_markdown(text)), language=chosen)
    return Prose(value=SafeHtml(found.row.content), language=found.row.language) if found.row.content else None


def _others(record: EventRecord, shown: Prose | None) -> tuple[Prose, ...]:
    """The description in the languages that are not shown first."""
    texts = record.get("description", {})
    first = shown.language if shown else ""
    return tuple(
        Prose(value=SafeHtml(render_markdown(text)), language=tag)
        for tag, text in sorted(texts.items())
        if tag != first and text
    )


def _links(found: Sequence[Mapping[str, str]]) -> tuple[Link, ...]:
    return tuple(
        Link(label=each["name"], href=each["url"] if is_web_uri(each.get("url", "")) else "") for each in found
    )


def _map(place: Place | None) -> str:
    """A page with a map: nothing is loaded from there before a reader follows the link."""
    if not place or "latitude" not in place or "longitude" not in place:
        return ""
    where = {"mlat": place["latitude"], "mlon": place["longitude"]}
    return f"https://www.openstreetmap.org/?{urlencode(where)}"


def _community_path(group: Actor) -> str:
    return f"/c/{group.username}" if group.local else actor_path(group)
