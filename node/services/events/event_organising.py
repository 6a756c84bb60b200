"""What organisers do with people: invite, let in or not, note who was there. Units of work."""

from dataclasses import replace
from typing import Any

from sqlalchemy import Connection

from node import events as happenings
from node.clock import DAY
from node.domain.events import MAX_INVITED, AnswerState, Way
from node.errors import Conflict, Forbidden, NotFound
from node.sentences import Sentence
from node.services.context import Unit
from node.services.events import event_messages, event_offers
from node.services.events.event_deciding import HELD, confirm, end_of_line, keep, lock, settle, tell_co_organisers
from node.store.events import event_answers, event_dates, event_places, events
from node.store.events.event_answers import Answer
from node.store.events.events import Event
from node.store.news import notifications
from node.store.people import actors, blocks
from node.store.posts import objects


def organise(conn: Connection, unit: Unit, person_id: int, answer_id: int, verdict: str) -> Answer:
    """``admit`` or ``refuse`` who asked, ``attended`` or ``absent`` afterwards, ``remove`` who has a place.

    Raises NotFound for an answer to an event that is not this person's to look after.
    """
    found = event_answers.find_by_id(conn, answer_id)
    event = events.find_event(conn, found.event_id) if found else None
    if found is None or event is None or not events.is_organiser(conn, event, person_id):
        raise NotFound
    if not event.local:
        return event_offers.judge(conn, unit, event, found, person_id, verdict)
    event, found = lock(conn, event.id) or event, event_answers.find_by_id(conn, answer_id) or found
    state = _verdict(conn, unit, event, found, verdict)
    queued_at = found.queued_at
    if state is not AnswerState.WAITLIST:
        queued_at = None
    elif queued_at is None:
        queued_at = end_of_line(conn, unit, event.id)
    event_answers.update_answer(conn, found.id, unit.now, state=state.value, queued_at=queued_at)
    notifications.delete_for(conn, [found.id])  # that it is to decide
    decided = replace(found, state=state.value, queued_at=queued_at)
    if verdict in {"admit", "refuse", "remove"}:
        confirm(conn, unit, event, decided)
    tell_co_organisers(conn, unit, event, found, decided)
    settle(conn, unit, event)
    return decided


def _verdict(conn: Connection, unit: Unit, event: Event, found: Answer, verdict: str) -> AnswerState:
    state = AnswerState(found.state)
    if verdict == "admit" and state in {AnswerState.REQUESTED, AnswerState.WAITLIST}:
        free = event_places.load_free(conn, event, found.actor_id, unit.now)
        if free is not None and found.places > free:
            return AnswerState.WAITLIST
        return AnswerState.GOING
    if verdict == "refuse" and state in {AnswerState.REQUESTED, AnswerState.WAITLIST}:
        return AnswerState.REFUSED
    if verdict == "remove" and state.takes_place:
        return AnswerState.REFUSED
    if verdict == "attended" and state is AnswerState.GOING:
        if event.start_at > unit.now:
            raise Conflict("It has not begun yet.")
        return AnswerState.ATTENDED
    if verdict == "absent" and state is AnswerState.ATTENDED:
        return AnswerState.GOING
    raise Conflict("This answer does not allow that.")


def invite(conn: Connection, unit: Unit, person_id: int, event_id: int, actor_id: int) -> Answer | None:
    """Ask somebody to come, here or elsewhere. Who was asked before is not asked again.

    None where it is the home of the event that is asked to.
    """
    event = events.find_visible(conn, event_id, person_id)
    if event is None:
        raise NotFound
    if not events.is_organiser(conn, event, person_id):
        raise Forbidden("Only its organisers may do this.")
    if event.cancelled_at is not None:
        raise Conflict("This event has been cancelled.")
    invited = actors.find_actor_by_id(conn, actor_id)
    if invited is None or invited.kind not in {"person", "service"} or not invited.is_active:
        raise NotFound
    if blocks.has_blocked(conn, invited.id, event.actor_id) or blocks.has_blocked(conn, invited.id, person_id):
        raise Conflict("This person cannot be invited.")
    if not event.local:
        event_offers.ask_to_invite(conn, unit, event, person_id, invited)
        return None
    event = lock(conn, event.id) or event
    before = event_answers.find_answer(conn, event.id, invited.id)
    if before is not None and (before.invite_uri or AnswerState(before.state) in HELD):
        return before
    _limit(conn, unit, event, person_id)
    invite_uri = f"{unit.origin}/ap/x/{unit.ids.new()}"
    values: dict[str, Any] = {
        "state": AnswerState.INVITED.value,
        "note": "",
        "companions": 0,
        "way": Way.PAGE.value if invited.local else Way.ACTIVITY.value,
        "uri": "",
        "queued_at": None,
    }
    kept = keep(conn, unit, before, event.id, invited.id, values)
    event_answers.update_answer(conn, kept.id, unit.now, invite_uri=invite_uri, invited_by=person_id)
    readable = [event, *event_dates.list_dates(conn, event.id)]
    objects.insert_mentions(
        conn, [{"object_id": each.id, "actor_uri": invited.uri, "silent": True} for each in readable]
    )
    if invited.local:
        event_messages.tell_state(conn, unit, event, invited, AnswerState.INVITED)
    else:
        happenings.record(conn, unit.ids, unit.now, happenings.PersonInvited(kept.id), about=event.uri)
    return replace(kept, invite_uri=invite_uri, invited_by=person_id)


def _limit(conn: Connection, unit: Unit, event: Event, person_id: int) -> None:
    """Who is at home elsewhere makes this node write to so many people in a day and no more."""
    if actors.load_actors_by_id(conn, [person_id])[person_id].local:
        return
    if event_answers.count_invited(conn, event.id, person_id, unit.now - DAY) >= MAX_INVITED:
        raise Conflict(Sentence("An organiser at another node invites at most {n} people in a day.", n=MAX_INVITED))
