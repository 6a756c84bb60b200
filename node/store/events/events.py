"""Events, ours and others': their records beside the rows of ``objects``, and who hears when they change."""

from collections.abc import Collection
from dataclasses import dataclass
from itertools import starmap
from typing import Any

from sqlalchemy import Connection, Select, bindparam, delete, func, select, update

from node.domain.events import AnswerState, EventRecord
from node.store.database.prepared import Prepared
from node.store.database.upsert import insert_missing, inserting
from node.store.posts.objects import LIVE
from node.store.reading.visible import seen_by, visible_to
from node.store.tables import actors, bookmarks, event_answers, event_organisers, events, objects

KIND = "event"  # of the object's row


@dataclass(frozen=True, slots=True)
class Event:
    """An event as this node holds it. The counts are of places: companions take some too."""

    id: int  # of the object
    uri: str
    url: str  # its page at home
    actor_id: int
    local: bool
    visibility: str
    state: str
    audience: str  # the Group that it belongs to
    published_at: int
    updated_at: int | None
    version: int
    details: dict[str, Any] | None
    start_at: int
    end_at: int | None
    last_at: int
    next_at: int
    timezone: str
    status: str
    sequence: int
    cancelled_at: int | None
    join_mode: str
    capacity: int | None
    has_waitlist: bool
    going_count: int
    waiting_count: int
    interested_count: int
    record: EventRecord
    series_id: int | None = None  # of one date of a series
    day: str = ""  # on which the rule of the series has it
    announced_at: int | None = None

    @property
    def remaining(self) -> int | None:
        """Places that are free; None where there are as many as like."""
        return None if self.capacity is None else max(0, self.capacity - self.going_count)

    @property
    def whole_id(self) -> int:
        """The id of the event as a whole, which its organisers look after: of one date that of its series."""
        return self.series_id or self.id


_OF_OBJECT = frozenset(
    {
        "id",
        "uri",
        "url",
        "actor_id",
        "local",
        "visibility",
        "state",
        "audience",
        "published_at",
        "updated_at",
        "version",
        "details",
    }
)
_COLUMNS = tuple((objects if name in _OF_OBJECT else events).c[name] for name in Event.__dataclass_fields__)
#: Each event with the row of its object.
JOINED = objects.join(events, events.c.object_id == objects.c.id)


def select_events() -> Select[Any]:
    """All that ``Event`` holds, for statements that name their conditions."""
    return select(*_COLUMNS).select_from(JOINED)


# -- writing ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Saved:
    """What of an event is kept beside the row of its object; counts only of events of other servers."""

    record: EventRecord
    start_at: int
    end_at: int | None
    last_at: int
    next_at: int
    sequence: int = 0
    cancelled_at: int | None = None
    going_count: int | None = None
    source_uid: str | None = None


def save_event(conn: Connection, object_id: int, saved: Saved) -> None:
    """Keep an event, new or changed. What is counted here stays."""
    record = saved.record
    values: dict[str, Any] = {
        "start_at": saved.start_at,
        "end_at": saved.end_at,
        "last_at": saved.last_at,
        "next_at": saved.next_at,
        "timezone": record["timeZone"],
        "status": record.get("status", "scheduled"),
        "sequence": saved.sequence,
        "cancelled_at": saved.cancelled_at,
        "join_mode": record["joinMode"],
        "capacity": record.get("capacity"),
        "has_waitlist": record.get("waitlist", True),
        "record": record,
    }
    for name in ("going_count", "source_uid"):
        if (value := getattr(saved, name)) is not None:
            values[name] = value
    statement = inserting(conn.dialect.name)(events).values(object_id=object_id, **values)
    conn.execute(statement.on_conflict_do_update(index_elements=[events.c.object_id], set_=values))


def set_next(conn: Connection, event_id: int, next_at: int) -> None:
    """A time of a series is over: lists go by the next."""
    conn.execute(update(events).where(events.c.object_id == event_id).values(next_at=next_at))


def add_organisers(conn: Connection, event_id: int, actor_ids: Collection[int]) -> None:
    rows = [{"event_id": event_id, "actor_id": each} for each in sorted(set(actor_ids))]
    if rows:
        conn.execute(insert_missing(event_organisers)[conn.dialect.name], rows)


def remove_organiser(conn: Connection, event_id: int, actor_id: int) -> None:
    row = (event_organisers.c.event_id == event_id, event_organisers.c.actor_id == actor_id)
    conn.execute(delete(event_organisers).where(*row))


def lock_event(conn: Connection, event_id: int) -> None:
    """Nobody else decides on this event until the transaction ends: whoever counts places calls it first.

    Who decides on one date of a series locks the series (``Event.whole_id``): its answers take places on each date.
    """
    conn.execute(update(events).where(events.c.object_id == event_id).values(going_count=events.c.going_count))


# -- finding ---------------------------------------------------------------------------------------------------------

_BY_ID = Prepared(select_events().where(objects.c.id.in_(bindparam("ids", expanding=True))), many="ids")
#: For somebody who is signed in, and for anybody.
_VISIBLE = {
    is_named: Prepared(select_events().where(objects.c.id == bindparam("event"), visible_to(0 if is_named else None)))
    for is_named in (True, False)
}


def load_events(conn: Connection, ids: Collection[int]) -> dict[int, Event]:
    """Events by id, whatever has become of them."""
    return {each.id: each for each in starmap(Event, _BY_ID.run(conn, {"ids": list(ids)}))} if ids else {}


def find_event(conn: Connection, event_id: int) -> Event | None:
    return load_events(conn, [event_id]).get(event_id)


def find_visible(conn: Connection, event_id: int, viewer_id: int | None) -> Event | None:
    """A living event that this person may read."""
    row = _VISIBLE[viewer_id is not None].first(conn, {"event": event_id, **seen_by(viewer_id)})
    return Event(*row) if row else None


def list_published(conn: Connection, actor_id: int, now: int) -> list[Event]:
    """Living events of this account that are neither over nor cancelled; series, and not each date."""
    query = select_events().where(
        objects.c.actor_id == actor_id,
        objects.c.state == LIVE,
        events.c.last_at > now,
        events.c.cancelled_at.is_(None),
        events.c.series_id.is_(None),
    )
    return [Event(*row) for row in conn.execute(query.order_by(objects.c.id))]


def find_by_source(conn: Connection, actor_id: int, uid: str) -> Event | None:
    """The living event that this person brought from a calendar file under this UID."""
    query = select_events().where(
        events.c.source_uid == uid, objects.c.actor_id == actor_id, objects.c.local, objects.c.state == LIVE
    )
    row = conn.execute(query.order_by(objects.c.id).limit(1)).first()
    return Event(*row) if row else None


def is_quiet(conn: Connection, event_id: int) -> bool:
    """Whether it is a date of a series that followers have not been told of yet."""
    query = select(events.c.object_id).where(
        events.c.object_id == event_id, events.c.series_id.is_not(None), events.c.announced_at.is_(None)
    )
    return conn.execute(query).first() is not None


_ORGANISER = Prepared(
    select(event_organisers.c.actor_id).where(
        event_organisers.c.event_id == bindparam("event"), event_organisers.c.actor_id == bindparam("actor")
    )
)


def is_organiser(conn: Connection, event: Event, actor_id: int) -> bool:
    """Whether this person sees the answers and changes the event: who published it, or looks after it."""
    if event.actor_id == actor_id:
        return True
    return _ORGANISER.first(conn, {"event": event.whole_id, "actor": actor_id}) is not None


def list_organisers(conn: Connection, event_id: int) -> list[int]:
    """Of one date of a series those of the series."""
    series_id = select(events.c.series_id).where(events.c.object_id == event_id).scalar_subquery()
    query = select(event_organisers.c.actor_id).where(event_organisers.c.event_id == func.coalesce(series_id, event_id))
    return list(conn.scalars(query.order_by(event_organisers.c.actor_id)))


# -- who hears of a change -------------------------------------------------------------------------------------------

_HEARS = [state.value for state in AnswerState if state.hears_of_changes]


def load_hearing_uris(conn: Connection, event_id: int) -> list[str]:
    """URIs of everybody who answered and has not declined: they hear of changes, wherever they are."""
    query = (
        select(actors.c.uri)
        .join(event_answers, event_answers.c.actor_id == actors.c.id)
        .where(event_answers.c.event_id == event_id, event_answers.c.state.in_(_HEARS))
    )
    return list(conn.scalars(query))


def load_hearing_here(conn: Connection, ids: Collection[int]) -> list[tuple[int, int]]:
    """``(event id, actor id)`` of our people who answered one of these events, or keep it for later."""
    answered = select(event_answers.c.event_id, event_answers.c.actor_id).where(
        event_answers.c.event_id.in_(list(ids)), event_answers.c.state.in_(_HEARS)
    )
    kept = (
        select(bookmarks.c.object_id, bookmarks.c.actor_id)
        .join(events, events.c.object_id == bookmarks.c.object_id)
        .where(bookmarks.c.object_id.in_(list(ids)))
    )
    pairs = answered.union(kept).subquery()
    query = select(pairs.c[0], pairs.c[1]).join(actors, actors.c.id == pairs.c[1]).where(actors.c.local)
    return [(row[0], row[1]) for row in conn.execute(query)]
