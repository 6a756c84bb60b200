"""How many places of an event are taken, and how many are free for somebody. Companions take places too.

Who has a place in a series has one on each of its dates, unless she answered that date for herself. So a date is taken
by its own answers and by those of the series, and a series is as full as the fullest of its dates.
"""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, and_, bindparam, case, exists, func, select, update

from node.domain.events import AnswerState
from node.store.events.events import Event
from node.store.tables import event_answers, events

_TAKES = [state.value for state in AnswerState if state.takes_place]
_PLACES = event_answers.c.companions + 1
_own = event_answers.alias("own")
#: An invitation is no answer yet: what was answered for the series holds.
_SAYS_NOTHING = AnswerState.INVITED.value


def recount(conn: Connection, event: Event, now: int) -> None:
    """Set the counts of an own event to what the answers say; of a series after its dates have been counted."""
    taken = _total(conn, event.id, _TAKES)
    if event.series_id is not None:
        taken += _taken_by_series(conn, event)
    elif "recurrence" in event.record:
        taken = max(taken, _fullest(conn, event.id, now))
    counts = {
        "going_count": taken,
        "waiting_count": _total(conn, event.id, [AnswerState.WAITLIST.value]),
        "interested_count": _total(conn, event.id, [AnswerState.INTERESTED.value]),
    }
    conn.execute(update(events).where(events.c.object_id == event.id).values(**counts))


def load_free(conn: Connection, event: Event, actor_id: int, now: int) -> int | None:
    """Places that this person may still take; None where there are as many as like.

    For a whole series only those dates count on which she has no answer of her own.
    """
    if event.capacity is None:
        return None
    if event.series_id is not None or "recurrence" not in event.record:
        return max(0, event.capacity - event.going_count)
    taken = max(_total(conn, event.id, _TAKES), _fullest(conn, event.id, now, but=actor_id))
    return max(0, event.capacity - taken)


_TOTAL = select(
    func.coalesce(func.sum(case((event_answers.c.state.in_(bindparam("states", expanding=True)), _PLACES), else_=0)), 0)
).where(event_answers.c.event_id == bindparam("event"))


def _total(conn: Connection, event_id: int, states: Collection[str]) -> int:
    return int(conn.scalar(_TOTAL, {"event": event_id, "states": list(states)}) or 0)


_OF_SERIES = select(func.coalesce(func.sum(_PLACES), 0)).where(
    event_answers.c.event_id == bindparam("series"),
    event_answers.c.state.in_(_TAKES),
    ~exists().where(
        _own.c.event_id == bindparam("event"),
        _own.c.actor_id == event_answers.c.actor_id,
        _own.c.state != _SAYS_NOTHING,
    ),
)


def _taken_by_series(conn: Connection, date: Event) -> int:
    """Places on this date of those who answered the whole series, and not this date."""
    return int(conn.scalar(_OF_SERIES, {"series": date.series_id, "event": date.id}) or 0)


def _fullest(conn: Connection, series_id: int, now: int, *, but: int | None = None) -> int:
    """Places taken on the fullest date to come; without those that ``but`` answered for herself."""
    conditions: list[Any] = [
        events.c.series_id == series_id,
        events.c.last_at > now,
        events.c.cancelled_at.is_(None),
    ]
    if but is not None:
        answered = and_(_own.c.event_id == events.c.object_id, _own.c.actor_id == but, _own.c.state != _SAYS_NOTHING)
        conditions.append(~exists().where(answered))
    return int(conn.scalar(select(func.max(events.c.going_count)).where(*conditions)) or 0)
