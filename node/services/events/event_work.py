"""Work that events leave behind: reminders, and replies that may be answers."""

from collections.abc import Callable

from sqlalchemy import Connection

from node import events as happenings
from node.calendar.recurrence import Occurrence, following
from node.domain.event_words import read_answer
from node.domain.events import AnswerState, Way, Wish
from node.domain.visibility import Visibility
from node.errors import Conflict, NotFound
from node.jobs.kind import Kind, single
from node.jobs.kinds import ANSWER, REMINDER
from node.jobs.outcome import Done, Outcome
from node.services.context import Unit
from node.services.events import event_answers, event_dates, event_deciding, event_messages
from node.services.events.event_reminders import REMINDED_BEFORE, remind_later, show_next
from node.services.news import happened, news
from node.store.database.engine import Store
from node.store.events import event_dates as dates
from node.store.events import events
from node.store.jobs import Job
from node.store.people import actors
from node.store.posts import objects


class Reminders:
    """Tells people here that an event begins in a day, and everybody what time of a series is next."""

    def __init__(self, store: Store, unit: Callable[[], Unit]) -> None:
        self._store, self._unit = store, unit

    def kind(self) -> Kind:
        return single(REMINDER, self.run, slots=2)

    async def run(self, job: Job) -> Outcome:
        await self._store.write(_remind, self._unit(), job.ref or 0)
        return Done()


def _remind(conn: Connection, unit: Unit, event_id: int) -> None:
    event = events.find_event(conn, event_id)
    if event is None or event.state != objects.LIVE:
        return
    coming = following(event.record, unit.now)
    is_near = coming is not None and unit.now < coming.start_at <= unit.now + REMINDED_BEFORE
    if is_near and event.cancelled_at is None:  # else it was moved or cancelled since
        assert coming is not None
        _tell(conn, unit, event, coming)
    if event.local and "recurrence" in event.record:
        event_dates.announce(conn, unit, event)
        event_deciding.settle(conn, unit, event_deciding.lock(conn, event.id) or event)  # the fullest date may be over
    if event.cancelled_at is None and show_next(conn, unit, event) and event.local:
        happenings.record(conn, unit.ids, unit.now, happenings.ObjectUpdated(event.id), about=event.uri)
    remind_later(conn, unit, event)


def _tell(conn: Connection, unit: Unit, event: events.Event, coming: Occurrence) -> None:
    """Who answered this time of a series for itself hears as she answered."""
    date = dates.find_date(conn, event.id, coming.day) if coming.day else None
    answered = dates.load_answerers(conn, date.id) if date is not None else frozenset()
    news.tell(conn, unit, happened.Reminded(event.id, coming.start_at, answered))
    if date is not None:
        news.tell(conn, unit, happened.Reminded(date.id, coming.start_at))


class Replies:
    """Reads replies to events: one that is nothing but yes, no or maybe is an answer (domain.event_words)."""

    def __init__(self, store: Store, unit: Callable[[], Unit]) -> None:
        self._store, self._unit = store, unit

    def kind(self) -> Kind:
        return single(ANSWER, self.run, slots=2)

    async def run(self, job: Job) -> Outcome:
        await self._store.write(_take_reply, self._unit(), job.ref or 0)
        return Done()


def _take_reply(conn: Connection, unit: Unit, reply_id: int) -> None:
    reply = objects.find_rows(conn, [reply_id]).get(reply_id)
    if reply is None or reply.state != objects.LIVE or reply.in_reply_to_id is None:
        return
    event = events.find_event(conn, reply.in_reply_to_id)
    author = actors.find_actor_by_id(conn, reply.actor_id)
    wish = read_answer(reply.content)
    if event is None or author is None or wish is None or event.state != objects.LIVE:
        return
    if not (event.local or author.local) or event.actor_id == author.id:
        return
    try:
        state = _answer(conn, unit, event, author, wish)
    except NotFound:
        return  # not for this person to see: no word of it
    except Conflict as refused:
        event_messages.refuse(conn, unit, event, author, refused.public)
        return
    if event.local:
        event_messages.tell_state(conn, unit, event, author, state)


def _answer(conn: Connection, unit: Unit, event: events.Event, author: actors.Actor, wish: Wish) -> AnswerState:
    if author.local:
        return AnswerState(event_answers.answer(conn, unit, author.id, event.id, wish).state)
    is_member_only = not Visibility(event.visibility).is_open
    if is_member_only and (
        event.visibility in {Visibility.ORGANISATION, Visibility.PARTNERS}
        or events.find_visible(conn, event.id, author.id) is None
    ):
        raise NotFound
    kept = event_deciding.decide(conn, unit, event.id, author.id, wish, way=Way.REPLY)
    return AnswerState(kept.state)
