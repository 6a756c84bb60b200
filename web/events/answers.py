"""``/e/ID-slug/answers``: who comes, for organisers only; they admit, refuse, note who was there, and invite."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from sqlalchemy import Connection, Row

from federation.discovery.mentions import look_up_mentions
from federation.state import FEDERATION
from node.domain.events import AnswerState
from node.domain.numbers import id_in
from node.errors import Conflict, Invalid, NotFound
from node.sentences import Sentence, sentences
from node.services.events import event_organising
from node.services.events.event_changes import find_looked_after
from node.state import NODE
from node.store.events import event_answers, events
from node.store.events.event_answers import Answer
from node.store.events.events import Event
from node.store.people import actors
from node.store.reading import showing
from web.design.cards import Reader, actor_card
from web.design.cursor import cursor_of
from web.design.frame import done, html, page_of
from web.design.lists import Paging
from web.design.parts import Field, Link
from web.design.reader import reader_of
from web.events.cards import name_of, path_of
from web.events.page import event_id_of
from web.events.views import AnswerRow, AnswersView, OrganiserRow
from web.sessions import read_form, require_person

_PER_PAGE = 100
_SAID = sentences(
    {
        "invited": "The invitation is on its way.",
        "published": "The event has been published. Only those whom you invite can answer: begin here.",
    }
)
VERDICTS = ("admit", "refuse", "remove", "attended", "absent")


async def show_answers(request: web.Request) -> web.Response:
    return await answers_page(request)


async def answers_page(request: web.Request, error: str = "", *, invite: str = "", organiser: str = "") -> web.Response:
    """With ``error``: why what was just asked for was not done; ``invite``, ``organiser``: who was named."""
    session, node = require_person(request), request.app[NODE]
    after = cursor_of(request, "after")
    found = await node.store.read(_load, event_id_of(request), session.actor_id, after)
    event, series, rows, people = found.event, found.series, found.rows, found.people
    is_whole = event.local and series is None
    path, shown, reader = path_of(event), rows[:_PER_PAGE], reader_of(request)
    name = name_of(event.record, reader).value
    view = AnswersView(
        page=page_of(
            request,
            f"{path}/answers",
            title=Sentence("Answers: {name}", name=name),
            section="/calendar",
            noindex=True,
            said=_SAID,
            breadcrumbs=(Link(label=Sentence("Events"), href="/events"), Link(label=name, href=path)),
        ),
        path=path,
        csrf=session.csrf,
        name=name,
        rows=tuple(_row(each, people, reader) for each in shown if each.actor_id in people),
        going=event.going_count,
        waiting=event.waiting_count,
        capacity=event.capacity or 0,
        has_begun=event.start_at <= node.clock.now(),
        whole_path=f"{path_of(series)}/answers" if series is not None else "",
        paging=Paging(next_path=f"{path}/answers?after={shown[-1].id}" if len(rows) > _PER_PAGE else ""),
        invite=Field(value=invite),
        organisers=tuple(
            OrganiserRow(id=each, person=actor_card(people[each], reader))
            for each in found.organisers
            if each in people
        )
        if is_whole
        else (),
        organiser=Field(value=organiser) if is_whole else None,
        error=error,
    )
    return html(request, view, 422 if error else 200)


@dataclass(frozen=True, slots=True)
class _Found:
    event: Event
    series: Event | None
    rows: list[Answer]
    organisers: list[int]
    people: Mapping[int, Row[Any]]


def _load(conn: Connection, event_id: int, person_id: int, after: int | None) -> _Found:
    """Of an event elsewhere what waits for a word of its organisers here."""
    event = find_looked_after(conn, event_id, person_id)
    states = () if event.local else (AnswerState.REQUESTED,)
    rows = event_answers.list_answers(conn, event.id, states=states, after=after, limit=_PER_PAGE + 1)
    series = events.find_event(conn, event.series_id) if event.series_id is not None else None
    organisers = events.list_organisers(conn, event.id)
    people = showing.load_rows(conn, {*organisers, *(row.actor_id for row in rows)})
    return _Found(event, series, rows, organisers, people)


def _row(answer: Answer, people: Mapping[int, Row[Any]], reader: Reader) -> AnswerRow:
    return AnswerRow(
        id=answer.id,
        person=actor_card(people[answer.actor_id], reader),
        state=answer.state,
        note=answer.note,
        companions=answer.companions,
        at=answer.updated_at,
    )


async def decide(request: web.Request) -> web.Response:
    session, node = require_person(request), request.app[NODE]
    fields = await read_form(request)
    verdict = fields.get("verdict", "")
    if verdict not in VERDICTS:
        raise NotFound
    try:
        await node.store.write(
            event_organising.organise, node.unit(), session.actor_id, id_in(request.match_info, "answer"), verdict
        )
    except Conflict as refused:
        return await answers_page(request, refused.public)
    return back_to_answers(request)


async def invite(request: web.Request) -> web.Response:
    """By handle; somebody of another server is looked up first."""
    session, node = require_person(request), request.app[NODE]
    fields = await read_form(request)
    handle = fields.get("handle", "").strip().lstrip("@")[:300]
    await look_up_mentions(request.app[FEDERATION], node, f"@{handle}")
    try:
        is_asked = await node.store.write(_invite, node.unit(), session.actor_id, event_id_of(request), handle)
    except (Conflict, Invalid) as refused:
        return await answers_page(request, refused.public, invite=handle)
    if is_asked:
        return done(request.path.removesuffix("/invite"), "asked")
    return back_to_answers(request, "invited")


def _invite(conn: Connection, unit: Any, person_id: int, event_id: int, handle: str) -> bool:
    """Whether the home of the event was only asked to."""
    find_looked_after(conn, event_id, person_id)
    name, _, host = handle.partition("@")
    found = actors.find_actor_by_handle(conn, name, host or unit.host)
    if found is None:
        raise Invalid("Nobody of this name was found.")
    try:
        return event_organising.invite(conn, unit, person_id, event_id, found.id) is None
    except NotFound:
        raise Invalid("Only people can be invited.") from None


def back_to_answers(request: web.Request, what: str = "done") -> web.Response:
    path = request.path.partition("/answers")[0].partition("/organisers")[0].removesuffix("/invite")
    return done(f"{path}/answers", what)
