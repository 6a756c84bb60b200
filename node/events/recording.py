"""Storing what happened with the change that made it happen, and reading it again."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection

from node.clock import SECOND
from node.events.actors import ActorEvent
from node.events.communities import CommunityEvent
from node.events.courses import CourseEvent
from node.events.gatherings import EventCounted, GatheringEvent
from node.events.objects import ObjectEvent, PollCounted
from node.ids import Ids
from node.store import jobs
from node.store.jobs import NewJob

KIND = "event"

Event = ObjectEvent | ActorEvent | CommunityEvent | CourseEvent | GatheringEvent

EVENTS: Mapping[str, type[Event]] = MappingProxyType({cls.__name__: cls for cls in Event.__args__})


def record(conn: Connection, ids: Ids, now: int, event: Event, *, about: str) -> None:
    """Store ``event`` with the caller's change. Events with the same ``about`` (a URI) are handled in order."""
    jobs.enqueue_many(conn, [job_of(ids, now, event, about=about)])


def job_of(ids: Ids, now: int, event: Event, *, about: str, is_first: bool = False) -> NewJob:
    """What ``record`` enqueues, for whoever enqueues more with it; ``is_first``: what it is about is new."""
    return NewJob(KIND, ids.new(), now, payload=_payload(event), serial_key=key_about(about), is_first=is_first)


def _payload(event: Event) -> dict[str, Any]:
    """What ``read`` makes the event of again; no field of one is a dataclass."""
    return {"event": type(event).__name__, **{name: getattr(event, name) for name in event.__dataclass_fields__}}


def key_about(uri: str) -> str:
    """The serial key of events about this; a job with it runs when they have been told."""
    return f"event|{uri}"


#: Tallies are told so often at most, and a little later, so that votes which are being counted are in.
TALLY_EVERY, TALLY_AFTER = 15 * SECOND, 3 * SECOND


def record_tallies(conn: Connection, ids: Ids, now: int, object_id: int) -> None:
    """Have the tallies of a local poll told; many votes within ``TALLY_EVERY`` are told once."""
    turn = now // TALLY_EVERY + 1
    _record_once(conn, ids, turn * TALLY_EVERY + TALLY_AFTER, PollCounted(object_id), key=f"tally|{object_id}|{turn}")


#: How many come is told so often at most: nobody waits for it.
ATTENDANCE_EVERY = 60 * SECOND


def record_attendance(conn: Connection, ids: Ids, now: int, object_id: int) -> None:
    """Have the numbers of a local event told; many answers within ``ATTENDANCE_EVERY`` are told once."""
    turn = now // ATTENDANCE_EVERY + 1
    due_at = turn * ATTENDANCE_EVERY + TALLY_AFTER
    _record_once(conn, ids, due_at, EventCounted(object_id), key=f"attendance|{object_id}|{turn}")


def record_closing(conn: Connection, ids: Ids, closes_at: int, object_id: int) -> None:
    """Have the result of a local poll told when its time is over; call it when the poll is published."""
    _record_once(conn, ids, closes_at, PollCounted(object_id), key=f"closing|{object_id}|{closes_at}")


def _record_once(conn: Connection, ids: Ids, due_at: int, event: Event, *, key: str) -> None:
    """For later: not in the order of other events, which must not wait for it."""
    jobs.enqueue_many(conn, [NewJob(KIND, ids.new(), due_at, payload=_payload(event), lock_key=key)])


def read(payload: Mapping[str, Any]) -> Event:
    """The event that ``record`` stored."""
    fields = dict(payload)
    return EVENTS[fields.pop("event")](**fields)
