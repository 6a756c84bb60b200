"""Calendars for programs (RFC 5545): of an event, a community, the organisation, and of a person by a private address.

A private address is as good as a password: it is answered to whoever has it, shown once, kept as a hash, and can be
taken back at any time (``web.events.addresses``).
"""

import asyncio
import datetime as dt
import hashlib
from collections.abc import Collection, Sequence
from dataclasses import replace

from aiohttp import ETag, hdrs, web
from sqlalchemy import Connection

from node.calendar.ics import KEEPS_CANCELLED, CalendarEntry, write_calendar
from node.clock import DAY, HOUR, day_at
from node.domain.events import AnswerState, EventRecord, title
from node.domain.posts import first_picture
from node.errors import NotFound
from node.sentences import sentences
from node.services.communities.communities import find_community
from node.state import NODE
from node.store.access import accounts
from node.store.communities import community_members
from node.store.events import calendar_links, event_answers, event_dates, event_lists, events
from node.store.events.calendar_links import CalendarLink
from node.store.events.event_answers import Answer
from node.store.events.event_lists import Scope
from node.store.events.events import Event
from node.store.people import actors
from node.store.people.actors import Actor
from node.store.people.follows import ACCEPTED
from node.store.posts import objects
from node.translations import SOURCE, first_spoken, translate
from web.design.reader import reader_of
from web.events import course_dates
from web.events.page import event_id_of

_BACK, _AHEAD = 60 * DAY, 5 * 366 * DAY
_TOUCH_EVERY = HOUR
#: The person's own state, in front of the description of an event in her calendar.
_NOTES = sentences(
    {
        AnswerState.GOING: "You have a place",
        AnswerState.WAITLIST: "On the waiting list",
        AnswerState.REQUESTED: "Asked, not decided yet",
        AnswerState.INTERESTED: "Interested",
        AnswerState.INVITED: "You are invited",
    }
)


async def show_event_file(request: web.Request) -> web.Response:
    node, reader = request.app[NODE], reader_of(request)
    event, entry = await node.store.read(_one, event_id_of(request), reader.actor_id)
    return await _answer(request, [entry], title(event.record), private=reader.actor_id is not None)


def _one(conn: Connection, event_id: int, viewer: int | None) -> tuple[Event, CalendarEntry]:
    event = events.find_visible(conn, event_id, viewer)
    if event is None:
        raise NotFound
    return event, _entries(conn, [event], {})[0]


async def show_organisation_file(request: web.Request) -> web.Response:
    """Every public event that was published here."""
    node = request.app[NODE]
    entries = await node.store.read(_of_organisation, node.clock.now(), node.config.node.timezone)
    return await _answer(request, entries, node.config.node.name)


def _of_organisation(conn: Connection, now: int, timezone: str) -> list[CalendarEntry]:
    """Public events and dates of courses."""
    held = course_dates.load_published(conn, *_days_around(now))
    return [*_public(conn, "", now), *course_dates.entries(held, SOURCE, timezone)]


def _days_around(now: int) -> tuple[dt.date, dt.date]:
    return day_at(now - _BACK), day_at(now + _AHEAD)


async def show_community_file(request: web.Request) -> web.Response:
    """The public events of a community; of one that is closed to others there is nothing to see here."""
    node = request.app[NODE]
    name, entries = await node.store.read(_of_community, request.match_info["name"], node.clock.now())
    return await _answer(request, entries, name)


def _of_community(conn: Connection, username: str, now: int) -> tuple[str, list[CalendarEntry]]:
    group, community = find_community(conn, username)
    if community.visibility != "public":
        raise NotFound
    return group.title, _public(conn, group.uri, now)


def _public(conn: Connection, audience: str, now: int) -> list[CalendarEntry]:
    found = event_lists.list_between(
        conn,
        None,
        now - _BACK,
        now + _AHEAD,
        now,
        scope=Scope(audience=audience),
        cancelled_since=now - KEEPS_CANCELLED,
    )
    return _entries(conn, [each for each in found if each.local or audience], {})


async def show_own_file(request: web.Request) -> web.Response:
    """``/calendar/TOKEN.ics``: events that a person answered, keeps or looks after, and the courses that she is in.

    Or the events of one community, as long as she belongs to it.
    """
    node = request.app[NODE]
    now = node.clock.now()
    link, name, entries = await node.store.read(_own, request.match_info["token"], now, node.config.node.timezone)
    if link.used_at is None or now - link.used_at > _TOUCH_EVERY:
        await node.store.write(calendar_links.touch_link, link.id, now)
    return await _answer(request, entries, name or node.config.node.name, private=True)


def _own(conn: Connection, token: str, now: int, timezone: str) -> tuple[CalendarLink, str, list[CalendarEntry]]:
    """With the name of the community whose calendar it is; '' of a person's own."""
    link = calendar_links.find_link(conn, token)
    if link is None:
        raise NotFound
    group = _group(conn, link) if link.community_id is not None else None
    found = event_lists.list_between(
        conn,
        link.actor_id,
        now - _BACK,
        now + _AHEAD,
        now,
        scope=Scope(audience=group.uri) if group is not None else Scope(person_id=link.actor_id),
        cancelled_since=now - KEEPS_CANCELLED,
    )
    answers = event_answers.load_own(conn, link.actor_id, [each.id for each in found])
    language = first_spoken([accounts.load_settings(conn, link.actor_id).language])
    alone = event_dates.load_own(conn, link.actor_id, [each.id for each in found if "recurrence" in each.record])
    # Of her own calendar the dates that she comes to alone are entries themselves.
    left = {date for date, state in alone.items() if group is None or not state.is_in_calendar}
    entries = _entries(conn, [replace(each, record=_but(each, left)) for each in found], answers, language)
    if group is not None:
        return link, group.title, entries
    held = course_dates.load_between(conn, link.actor_id, *_days_around(now), mine=True)
    return link, "", [*entries, *course_dates.entries(held, language, timezone)]


def _group(conn: Connection, link: CalendarLink) -> Actor:
    """The community of this address; NotFound for who belongs to it no more."""
    group = actors.find_actor_by_id(conn, link.community_id or 0)
    membership = community_members.load_memberships(conn, link.actor_id).get(link.community_id or 0)
    if group is None or not group.is_active or membership != ACCEPTED:
        raise NotFound
    return group


def _but(event: Event, left: Collection[tuple[int, str]]) -> EventRecord:
    """A series without these of its dates (series, day)."""
    rule = event.record.get("recurrence")
    days = [day for series_id, day in left if series_id == event.id]
    if rule is None or not days:
        return event.record
    return {**event.record, "recurrence": {**rule, "exceptions": sorted({*rule.get("exceptions", ()), *days})}}


def _entries(
    conn: Connection, found: Sequence[Event], answers: dict[int, Answer], language: str = SOURCE
) -> list[CalendarEntry]:
    bare = [each.id for each in found if "description" not in each.record]
    rows = objects.find_rows(conn, bare)
    return [
        CalendarEntry(
            uri=each.uri,
            url=each.url or each.uri,
            record=each.record,
            sequence=each.sequence,
            created_at=each.published_at,
            updated_at=each.updated_at or each.published_at,
            note=_note(answers.get(each.id), language),
            description_html=rows[each.id].content if each.id in rows else "",
            picture=_picture(each),
        )
        for each in found
    ]


def _picture(event: Event) -> str:
    """Of ours alone: whoever reads the file calls no other server."""
    picture = first_picture(event.details) if event.local else None
    return picture["url"] if picture is not None else ""


def _note(answer: Answer | None, language: str) -> str:
    said = _NOTES.get(AnswerState(answer.state)) if answer else None
    return translate(said, language) if said else ""


async def _answer(
    request: web.Request, entries: Sequence[CalendarEntry], name: str, *, private: bool = False
) -> web.Response:
    url = request.app[NODE].config.origin + request.path
    body = await asyncio.to_thread(write_calendar, entries, name=name, url=url)
    etag = ETag(hashlib.sha256(body).hexdigest()[:32])
    is_known = any(tag.value in {etag.value, "*"} for tag in request.if_none_match or ())
    response = web.Response(status=304) if is_known else web.Response(body=body)
    response.headers[hdrs.CONTENT_TYPE] = "text/calendar; charset=utf-8"
    response.headers[hdrs.CONTENT_DISPOSITION] = 'inline; filename="calendar.ics"'
    response.headers[hdrs.CACHE_CONTROL] = "private, no-cache" if private else "public, max-age=300"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.etag = etag
    return response


ROUTES = [
    web.get("/calendar.ics", show_organisation_file, name="calendar-organisation"),
    web.get(r"/calendar/{token:[A-Za-z0-9_-]{43}}.ics", show_own_file, name="calendar-own"),
    web.get(r"/c/{name}/calendar.ics", show_community_file, name="calendar-community"),
]
