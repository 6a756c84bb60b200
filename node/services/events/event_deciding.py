"""What becomes of answers to events of ours. Units of work.

Whether there is a place is decided by the home node of an event alone, one answer after the other (``lock``): a race
for the last place has one winner, and who is too late waits in line.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection

from node import events as happenings
from node.domain.events import MAX_COMPANIONS, MAX_NOTE, AnswerState, JoinMode, Way, Wish
from node.domain.notices import Occasion
from node.domain.text import clean
from node.errors import Conflict, NotFound
from node.sentences import Sentence
from node.services.context import Unit
from node.services.events import event_messages, event_offers
from node.services.news import happened, news
from node.store.events import event_answers, event_dates, event_places, events
from node.store.events.event_answers import Answer
from node.store.events.events import Event
from node.store.people import actors, blocks
from node.store.posts import objects

HELD = frozenset({AnswerState.GOING, AnswerState.WAITLIST, AnswerState.REQUESTED, AnswerState.ATTENDED})
_ASKED = HELD | {AnswerState.INVITED}
_OCCASIONS = {
    AnswerState.GOING: Occasion.COMES,
    AnswerState.WAITLIST: Occasion.WAITS,
    AnswerState.REQUESTED: Occasion.ASKS,
    AnswerState.DECLINED: Occasion.LEAVES,
}
WISHED = {Wish.INTERESTED: AnswerState.INTERESTED, Wish.DECLINED: AnswerState.DECLINED}


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
    state = WISHED.get(wish) or _may_come(conn, unit, found, before, actor_id, companions + 1)
    values: dict[str, Any] = {
        "state": state.value,
        "note": clean(note)[:MAX_NOTE],
        "companions": min(companions, MAX_COMPANIONS) if state not in WISHED.values() else 0,
        "way": way.value,
        "uri": uri or (before.uri if before else ""),
        "queued_at": None,
    }
    if state is AnswerState.WAITLIST:
        is_waiting = before is not None and before.state == AnswerState.WAITLIST
        values["queued_at"] = before.queued_at if is_waiting and before else end_of_line(conn, unit, event_id)
    kept = keep(conn, unit, before, event_id, actor_id, values)
    tell_co_organisers(conn, unit, found, before, kept)
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


def tell_co_organisers(conn: Connection, unit: Unit, event: Event, before: Answer | None, kept: Answer) -> None:
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


def end_of_line(conn: Connection, unit: Unit, event_id: int) -> int:
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


def keep(
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
