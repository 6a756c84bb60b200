"""What our people answer to events. Units of work.

The home node of an event decides (``event_deciding``, where that is ours). Answers to events elsewhere are questions to
their home nodes: they stay ``requested`` until those say what became of them.
"""

from dataclasses import replace
from typing import Any

from sqlalchemy import Connection

from node import events as happenings
from node.domain.events import MAX_COMPANIONS, MAX_NOTE, AnswerState, JoinMode, Way, Wish
from node.domain.text import clean
from node.errors import Conflict, Invalid, NotFound, Problem
from node.sentences import Sentence
from node.services.context import Unit
from node.services.events import event_dates as dates
from node.services.events import event_messages
from node.services.events.event_deciding import (
    HELD,
    WISHED,
    decide,
    keep,
    lock,
    settle,
)
from node.store.events import event_answers, events
from node.store.events.event_answers import Answer
from node.store.events.events import Event
from node.store.people import actors
from node.store.people.actors import Actor
from node.store.posts import objects


def answer(
    conn: Connection, unit: Unit, person_id: int, event_id: int, wish: Wish, *, note: str = "", companions: int = 0
) -> Answer:
    """What one of our people answers. Raises NotFound for what she may not read, Conflict where it is too late or full.

    ``companions``: people whom she brings, who need places too; ``note``: words for the organisers only.
    """
    if not 0 <= companions <= MAX_COMPANIONS:
        raise Invalid(problems=[Problem("$.companions", f"0 to {MAX_COMPANIONS}", str(companions))])
    if len(note) > MAX_NOTE:
        raise Invalid(problems=[Problem("$.note", f"at most {MAX_NOTE} characters", str(len(note)))])
    found = events.find_visible(conn, event_id, person_id)
    if found is None:
        raise NotFound
    if found.local:
        return decide(conn, unit, found.id, person_id, wish, note=note, companions=companions)
    return _ask(conn, unit, found, person_id, wish, note=clean(note), companions=companions)


def answer_date(
    conn: Connection,
    unit: Unit,
    person_id: int,
    series_id: int,
    day: str,
    wish: Wish,
    *,
    note: str = "",
    companions: int = 0,
) -> Answer:
    """What she answers for one date of a series alone: there it holds, whatever she answers for the series.

    Raises as ``answer`` and ``event_dates.make``.
    """
    series = events.find_visible(conn, series_id, person_id)
    if series is None:
        raise NotFound
    date = dates.make(conn, unit, series, day)
    return answer(conn, unit, person_id, date.id, wish, note=note, companions=companions)


def forget(conn: Connection, unit: Unit, person: Actor) -> None:
    """Somebody is gone, and her answers with her: who waits for a place has it at once, hosts elsewhere are told."""
    for each in event_answers.list_of_person(conn, person.id):
        event = lock(conn, each.event_id)
        event_answers.delete_answer(conn, each.id)
        if event is None or event.state != objects.LIVE:
            continue
        if event.local:
            settle(conn, unit, event)
        elif person.local and each.uri and AnswerState(each.state) in HELD:
            left = happenings.EventAnswered(event.id, person.id, Wish.DECLINED.value, each.uri, each.invite_uri)
            happenings.record(conn, unit.ids, unit.now, left, about=event.uri)


# -- elsewhere: asking ------------------------------------------------------------------------------------------------


def _ask(
    conn: Connection, unit: Unit, event: Event, person_id: int, wish: Wish, *, note: str, companions: int
) -> Answer:
    """Our person's answer to an event of another server: a question, which leaves after the commit."""
    before = event_answers.find_answer(conn, event.id, person_id)
    state = AnswerState(before.state) if before else None
    values: dict[str, Any] = {"note": note, "companions": companions, "way": Way.PAGE.value, "queued_at": None}
    if wish is Wish.GOING:
        if before is not None and state in HELD and (before.note, before.companions) == (note, companions):
            return before
        _refuse_hopeless(unit, event)
        uri = f"{unit.origin}/ap/x/{unit.ids.new()}"
        kept = keep(conn, unit, before, event.id, person_id, {**values, "state": "requested", "uri": uri})
        happenings.record(conn, unit.ids, unit.now, happenings.EventJoined(kept.id), about=event.uri)
        return kept
    wanted = WISHED[wish]
    if before is not None and state is wanted:
        return before
    join = before.uri if before is not None and state in HELD else ""
    kept = keep(conn, unit, before, event.id, person_id, {**values, "companions": 0, "state": wanted.value, "uri": ""})
    left = happenings.EventAnswered(event.id, person_id, wish.value, join, before.invite_uri if before else "")
    happenings.record(conn, unit.ids, unit.now, left, about=event.uri)
    return kept


def _refuse_hopeless(unit: Unit, event: Event) -> None:
    """What the home node would refuse anyway; whether there is a place only it knows."""
    if event.cancelled_at is not None:
        raise Conflict("This event has been cancelled.")
    if event.last_at <= unit.now:
        raise Conflict("This event is over.")
    if event.join_mode == JoinMode.EXTERNAL:
        raise Conflict(Sentence("One takes part elsewhere: {address}", address=event.record.get("externalUrl", "")))


def apply_decision(conn: Connection, unit: Unit, event: Event, asked: Answer, state: AnswerState) -> str:
    """What the home node says of our person's answer. Whoever has changed her mind meanwhile is not asked back."""
    if AnswerState(asked.state) not in HELD:
        return "no-longer-wanted"
    if asked.state == state:
        return "known"
    event_answers.update_answer(conn, asked.id, unit.now, state=state.value)
    person = actors.find_actor_by_id(conn, asked.actor_id)
    if person is not None:
        event_messages.tell_state(conn, unit, event, person, state)
    return f"answer-{state.value}"


def note_attended(conn: Connection, unit: Unit, person_id: int, event_id: int) -> Answer:
    """A person says that she was there: of her own calendar, also for events of other servers."""
    event = events.find_visible(conn, event_id, person_id)
    found = event_answers.find_answer(conn, event_id, person_id) if event else None
    if event is None or found is None:
        raise NotFound
    if AnswerState(found.state) not in {AnswerState.GOING, AnswerState.UNTRACKED} or event.start_at > unit.now:
        raise Conflict("Only who had a place, once it has begun.")
    event_answers.update_answer(conn, found.id, unit.now, state=AnswerState.ATTENDED.value)
    return replace(found, state=AnswerState.ATTENDED.value)
