"""Answers to events. Units of work.

Whether there is a place is decided by the home node of an event alone, one answer after the other (``lock_event``): a
race for the last place has one winner, and who is too late waits in line. Our people's answers to events elsewhere are
questions to the home node: they stay ``requested`` until it says what became of them.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection

from node import events as happenings
from node.domain.events import MAX_COMPANIONS, MAX_NOTE, AnswerState, JoinMode, Way, Wish
from node.domain.notices import Occasion
from node.domain.text import clean
from node.errors import Conflict, Forbidden, Invalid, NotFound, Problem
from node.services.context import Unit
from node.services.events import event_dates as dates
from node.services.events import event_messages, event_offers
from node.services.news import happened, news
from node.store.events import event_answers, event_dates, event_places, events
from node.store.events.event_answers import Answer
from node.store.events.events import Event
from node.store.news import notifications
from node.store.people import actors, blocks
from node.store.people.actors import Actor
from node.store.posts import objects
from node.text.sentences import Sentence

_HELD = frozenset({AnswerState.GOING, AnswerState.WAITLIST, AnswerState.REQUESTED, AnswerState.ATTENDED})
_ASKED = _HELD | {AnswerState.INVITED}
_OCCASIONS = {
    AnswerState.GOING: Occasion.COMES,
    AnswerState.WAITLIST: Occasion.WAITS,
    AnswerState.REQUESTED: Occasion.ASKS,
    AnswerState.DECLINED: Occasion.LEAVES,
}
_WISHED = {Wish.INTERESTED: AnswerState.INTERESTED, Wish.DECLINED: AnswerState.DECLINED}


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


# -- at home: deciding -----------------------------------------------------------------------------------------------


def decide(
    conn: Connection,
    unit: Unit,
    event_id: int,
    actor_id: int,
    wish: Wish,
    *,
    note: str = "",
    companions: int = 0,
    way: Way = Way.PAGE,
    uri: str = "",
) -> Answer:
    """What an answer to an event of ours becomes, of anybody. The same answer again changes nothing.

    ``uri``: the id of the Join, which what we say later names. Raises Conflict where the wish cannot be granted.
    """
    found = lock(conn, event_id)
    if found is None or found.state != objects.LIVE:
        raise NotFound
    before = event_answers.find_answer(conn, event_id, actor_id)
    state = _WISHED.get(wish) or _may_come(conn, unit, found, before, actor_id, companions + 1)
    values: dict[str, Any] = {
        "state": state.value,
        "note": clean(note)[:MAX_NOTE],
        "companions": min(companions, MAX_COMPANIONS) if state not in _WISHED.values() else 0,
        "way": way.value,
        "uri": uri or (before.uri if before else ""),
        "queued_at": None,
    }
    if state is AnswerState.WAITLIST:
        is_waiting = before is not None and before.state == AnswerState.WAITLIST
        values["queued_at"] = before.queued_at if is_waiting and before else _end_of_line(conn, unit, event_id)
    kept = _keep(conn, unit, before, event_id, actor_id, values)
    _offer(conn, unit, found, before, kept)
    settle(conn, unit, found)
    _tell_organisers(conn, unit, before, kept)
    return kept


def find_for_series(conn: Connection, event_id: int, actor_id: int) -> Answer | None:
    """What somebody answered for the series that this is a date of."""
    date = events.find_event(conn, event_id)
    return event_answers.find_answer(conn, date.series_id, actor_id) if date is not None and date.series_id else None


def lock(conn: Connection, event_id: int) -> Event | None:
    """The event, on which nobody else decides until the transaction ends; of one date with its series."""
    found = events.find_event(conn, event_id)
    if found is None:
        return None
    events.lock_event(conn, found.whole_id)
    return events.find_event(conn, event_id)


def _offer(conn: Connection, unit: Unit, event: Event, before: Answer | None, kept: Answer) -> None:
    """Organisers elsewhere hear of a request, and of its end."""
    did_ask, asks = (each is not None and each.state == AnswerState.REQUESTED for each in (before, kept))
    if did_ask != asks:
        event_offers.offer(conn, unit, event, kept, is_settled=did_ask)


def _tell_organisers(conn: Connection, unit: Unit, before: Answer | None, kept: Answer) -> None:
    """Whoever looks after the event hears of every answer that changes who comes."""
    if before is not None and before.state == kept.state:
        return
    occasion = _OCCASIONS.get(AnswerState(kept.state))
    if occasion is Occasion.LEAVES and (before is None or AnswerState(before.state) not in _ASKED):
        return
    if occasion is not None:
        news.tell(conn, unit, happened.Answered(kept.event_id, kept.id, kept.actor_id, occasion))


def _end_of_line(conn: Connection, unit: Unit, event_id: int) -> int:
    """Behind everybody who waits, also of those who came in the same instant."""
    waiting = event_answers.list_waiting(conn, event_id)
    return max([unit.now, *((each.queued_at or 0) + 1 for each in waiting[-1:])])


def _may_come(
    conn: Connection, unit: Unit, event: Event, before: Answer | None, actor_id: int, places: int
) -> AnswerState:
    """What somebody who wants to come gets; ``event`` is locked."""
    if event.cancelled_at is not None:
        raise Conflict("This event has been cancelled.")
    if event.last_at <= unit.now:
        raise Conflict("This event is over.")
    if event.join_mode == JoinMode.EXTERNAL:
        raise Conflict(Sentence("One takes part elsewhere: {address}", address=event.record.get("externalUrl", "")))
    if blocks.has_blocked(conn, event.actor_id, actor_id):
        raise Conflict("The organisers do not take this answer.")
    of_series = find_for_series(conn, event.id, actor_id)
    is_known = any(each is not None and (each.invite_uri or each.invited_by) for each in (before, of_series))
    if before is None or before.state == AnswerState.INVITED:  # what was answered for the series holds here
        before = of_series
    state = AnswerState(before.state) if before else None
    is_let_in = is_known or events.is_organiser(conn, event, actor_id) or (state is not None and state.takes_place)
    if not is_let_in and event.join_mode == JoinMode.INVITE:
        raise Conflict("Only people who were invited take part.")
    if not is_let_in and event.join_mode == JoinMode.RESTRICTED and state is not AnswerState.WAITLIST:
        return AnswerState.REQUESTED
    return _room(event, before, places, event_places.load_free(conn, event, actor_id, unit.now))


def _room(event: Event, before: Answer | None, places: int, free: int | None) -> AnswerState:
    """A place, or a place in line."""
    held = before.places if before is not None and AnswerState(before.state).takes_place else 0
    if free is None:
        return AnswerState(before.state) if held and before else AnswerState.GOING
    if held:
        if places - held > free:
            raise Conflict(Sentence("There is {n} place left.", "There are {n} places left.", n=free))
        return AnswerState(before.state) if before else AnswerState.GOING
    if places <= free:  # nobody who waits fits in there: who does has moved up
        return AnswerState.GOING
    if event.capacity is not None and places > event.capacity:
        raise Conflict(Sentence("There is {n} place in all.", "There are {n} places in all.", n=event.capacity))
    if not event.has_waitlist:
        raise Conflict("All places are taken.")
    return AnswerState.WAITLIST


def _keep(
    conn: Connection, unit: Unit, before: Answer | None, event_id: int, actor_id: int, values: dict[str, Any]
) -> Answer:
    if before is not None:
        event_answers.update_answer(conn, before.id, unit.now, **values)
        return replace(before, updated_at=unit.now, **values)
    new = Answer(
        id=unit.ids.new(),
        event_id=event_id,
        actor_id=actor_id,
        invite_uri="",
        invited_by=None,
        created_at=unit.now,
        updated_at=unit.now,
        **values,
    )
    event_answers.insert_answer(conn, new)
    return new


def settle(conn: Connection, unit: Unit, event: Event) -> None:
    """Count anew, let people move up, and have the numbers told; of a series and its dates together."""
    series = events.find_event(conn, event.series_id) if event.series_id is not None else event
    dates = event_dates.list_dates(conn, series.id, since=unit.now) if series is not None else []
    family = {each.id: each for each in (event, *dates, series) if each is not None}
    order = [each for each in family.values() if each is not series] + ([series] if series is not None else [])
    _recount(conn, unit, order)
    for each in order:  # who waits for one date only goes first there: a series needs a place on all
        if each.cancelled_at is None and _move_up(conn, unit, each.id):
            _recount(conn, unit, order)
    now = events.load_events(conn, list(family))
    for each in order:
        if each.id == event.id or _counts(now[each.id]) != _counts(each):
            happenings.record_attendance(conn, unit.ids, unit.now, each.id)


def _recount(conn: Connection, unit: Unit, order: Sequence[Event]) -> None:
    for each in order:
        event_places.recount(conn, each, unit.now)


def _counts(event: Event) -> tuple[int, int, int]:
    return event.going_count, event.waiting_count, event.interested_count


def forget(conn: Connection, unit: Unit, person: Actor) -> None:
    """Somebody is gone, and her answers with her: who waits for a place has it at once, hosts elsewhere are told."""
    for each in event_answers.list_of_person(conn, person.id):
        event = lock(conn, each.event_id)
        event_answers.delete_answer(conn, each.id)
        if event is None or event.state != objects.LIVE:
            continue
        if event.local:
            settle(conn, unit, event)
        elif person.local and each.uri and AnswerState(each.state) in _HELD:
            left = happenings.EventAnswered(event.id, person.id, Wish.DECLINED.value, each.uri, each.invite_uri)
            happenings.record(conn, unit.ids, unit.now, left, about=event.uri)


def _move_up(conn: Connection, unit: Unit, event_id: int) -> bool:
    """Give free places to those who wait, in their order; who brings more than fit is passed over, not sent away.

    The event is locked and counted. Whoever moves up is told, wherever they are. Whether anybody did.
    """
    waiting, moved = event_answers.list_waiting(conn, event_id), False
    event = events.find_event(conn, event_id) if waiting else None
    if event is None:
        return False
    for each in waiting:
        free = event_places.load_free(conn, event, each.actor_id, unit.now)
        if free is not None and each.places > free:
            continue
        event_answers.update_answer(conn, each.id, unit.now, state=AnswerState.GOING.value, queued_at=None)
        confirm(conn, unit, event, replace(each, state=AnswerState.GOING.value, queued_at=None))
        moved = True
        _recount(conn, unit, [*event_dates.list_dates(conn, event.id, since=unit.now), event])
        event = events.find_event(conn, event_id) or event
    return moved


def confirm(conn: Connection, unit: Unit, event: Event, decided: Answer) -> None:
    """Tell a person what became of her answer, in the way in which it came."""
    actor = actors.find_actor_by_id(conn, decided.actor_id)
    if actor is None:
        return
    if actor.local or decided.way == Way.REPLY:
        event_messages.tell_state(conn, unit, event, actor, AnswerState(decided.state))
    elif decided.uri or decided.invite_uri:
        told = happenings.AnswerDecided(decided.id, decided.state)
        happenings.record(conn, unit.ids, unit.now, told, about=event.uri)


# -- at home: what organisers do --------------------------------------------------------------------------------------


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
        queued_at = _end_of_line(conn, unit, event.id)
    event_answers.update_answer(conn, found.id, unit.now, state=state.value, queued_at=queued_at)
    notifications.delete_for(conn, [found.id])  # that it is to decide
    decided = replace(found, state=state.value, queued_at=queued_at)
    if verdict in {"admit", "refuse", "remove"}:
        confirm(conn, unit, event, decided)
    _offer(conn, unit, event, found, decided)
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


def invite(conn: Connection, unit: Unit, person_id: int, event_id: int, actor_id: int) -> Answer:
    """Ask somebody to come, here or elsewhere. Who was asked before is not asked again."""
    event = events.find_visible(conn, event_id, person_id)
    if event is None:
        raise NotFound
    if not event.local or not events.is_organiser(conn, event, person_id):
        raise Forbidden("Only its organisers may do this.")
    if event.cancelled_at is not None:
        raise Conflict("This event has been cancelled.")
    invited = actors.find_actor_by_id(conn, actor_id)
    if invited is None or invited.kind not in {"person", "service"} or invited.state != "active":
        raise NotFound
    if blocks.has_blocked(conn, invited.id, event.actor_id) or blocks.has_blocked(conn, invited.id, person_id):
        raise Conflict("This person cannot be invited.")
    lock(conn, event.id)
    before = event_answers.find_answer(conn, event.id, invited.id)
    if before is not None and (before.invite_uri or AnswerState(before.state) in _HELD):
        return before
    invite_uri = f"{unit.origin}/ap/x/{unit.ids.new()}"
    values: dict[str, Any] = {
        "state": AnswerState.INVITED.value,
        "note": "",
        "companions": 0,
        "way": Way.PAGE.value if invited.local else Way.ACTIVITY.value,
        "uri": "",
        "queued_at": None,
    }
    kept = _keep(conn, unit, before, event.id, invited.id, values)
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


# -- elsewhere: asking ------------------------------------------------------------------------------------------------


def _ask(
    conn: Connection, unit: Unit, event: Event, person_id: int, wish: Wish, *, note: str, companions: int
) -> Answer:
    """Our person's answer to an event of another server: a question, which leaves after the commit."""
    before = event_answers.find_answer(conn, event.id, person_id)
    state = AnswerState(before.state) if before else None
    values: dict[str, Any] = {"note": note, "companions": companions, "way": Way.PAGE.value, "queued_at": None}
    if wish is Wish.GOING:
        if before is not None and state in _HELD and (before.note, before.companions) == (note, companions):
            return before
        _refuse_hopeless(unit, event)
        uri = f"{unit.origin}/ap/x/{unit.ids.new()}"
        kept = _keep(conn, unit, before, event.id, person_id, {**values, "state": "requested", "uri": uri})
        happenings.record(conn, unit.ids, unit.now, happenings.EventJoined(kept.id), about=event.uri)
        return kept
    wanted = _WISHED[wish]
    if before is not None and state is wanted:
        return before
    join = before.uri if before is not None and state in _HELD else ""
    kept = _keep(conn, unit, before, event.id, person_id, {**values, "companions": 0, "state": wanted.value, "uri": ""})
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
    if AnswerState(asked.state) not in _HELD:
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
