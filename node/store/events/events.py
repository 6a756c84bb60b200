"""Events, ours and others': their records beside the rows of ``objects``, and lists of them by time."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Select,
    bindparam,
    delete,
    exists,
    func,
    literal,
    or_,
    select,
    update,
)

from node.domain.events import AnswerState, EventRecord
from node.store.database.prepared import Prepared
from node.store.database.upsert import insert_missing, inserting
from node.store.posts.objects import LIVE
from node.store.reading.visible import not_hidden_from, visible_to
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
_JOINED = objects.join(events, events.c.object_id == objects.c.id)


def select_events() -> Select[Any]:
    """All that ``Event`` holds, for statements that name their conditions."""
    return select(*_COLUMNS).select_from(_JOINED)


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

_BY_ID = select_events().where(objects.c.id.in_(bindparam("ids", expanding=True)))


def load_events(conn: Connection, ids: Collection[int]) -> dict[int, Event]:
    """Events by id, whatever has become of them."""
    return {row.id: Event(*row) for row in conn.execute(_BY_ID, {"ids": list(ids)})} if ids else {}


def find_event(conn: Connection, event_id: int) -> Event | None:
    return load_events(conn, [event_id]).get(event_id)


def find_visible(conn: Connection, event_id: int, viewer_id: int | None) -> Event | None:
    """A living event that this person may read."""
    row = conn.execute(select_events().where(objects.c.id == event_id, visible_to(viewer_id))).first()
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


def is_organiser(conn: Connection, event: Event, actor_id: int) -> bool:
    """Whether this person sees the answers and changes the event: who published it, or looks after it."""
    if event.actor_id == actor_id:
        return True
    query = select(event_organisers.c.actor_id).where(
        event_organisers.c.event_id == event.whole_id, event_organisers.c.actor_id == actor_id
    )
    return conn.execute(query).first() is not None


def list_organisers(conn: Connection, event_id: int) -> list[int]:
    """Of one date of a series those of the series."""
    series_id = select(events.c.series_id).where(events.c.object_id == event_id).scalar_subquery()
    query = select(event_organisers.c.actor_id).where(event_organisers.c.event_id == func.coalesce(series_id, event_id))
    return list(conn.scalars(query.order_by(event_organisers.c.actor_id)))


# -- lists -----------------------------------------------------------------------------------------------------------

#: Lists are cut here: a calendar of more is no use to anybody.
MOST = 500
_CALENDAR = [state.value for state in AnswerState if state.is_in_calendar]


@dataclass(frozen=True, slots=True)
class Scope:
    """Which events a list is of; all conditions hold together."""

    actor_id: int | None = None  # published by this account
    audience: str = ""  # of this community
    person_id: int | None = None  # the person answered, bookmarked or looks after them
    text: str = ""


def list_between(
    conn: Connection,
    viewer_id: int | None,
    begin: int,
    end: int,
    now: int,
    *,
    scope: Scope | None = None,
    cancelled_since: int | None = None,
    limit: int = MOST,
) -> list[Event]:
    """Events that may touch a span of time and that this person may read, by their start; series may have gaps there.

    ``cancelled_since``: leave out what was cancelled before.
    """
    asked = scope or Scope()
    values: dict[str, Any] = {"begin": begin, "end": end, "limit": limit, **_values(asked)}
    if viewer_id is not None:
        values |= {"viewer": viewer_id, "now": now}
    if cancelled_since is not None:
        values["since"] = cancelled_since
    return [Event(*row) for row in _between(_shape_of(asked), frozenset(values)).run(conn, values)]


@cache
def _between(shape: Scope, values: frozenset[str]) -> Prepared:
    """The statement for a span of time that takes values of these names."""
    viewer_id = 0 if "viewer" in values else None
    query = select_events().where(
        events.c.last_at >= bindparam("begin", type_=BigInteger),
        events.c.start_at < bindparam("end", type_=BigInteger),
        visible_to(viewer_id),
        *_listed(viewer_id),
        _is_whole(shape),
        *_in_scope(shape),
    )
    if "since" in values:
        cancelled_at = events.c.cancelled_at
        query = query.where(or_(cancelled_at.is_(None), cancelled_at >= bindparam("since", type_=BigInteger)))
    return Prepared(query.order_by(events.c.start_at, objects.c.id).limit(bindparam("limit", type_=BigInteger)))


def list_upcoming(
    conn: Connection,
    viewer_id: int | None,
    now: int,
    *,
    scope: Scope | None = None,
    after: tuple[int, int] | None = None,
    limit: int = 20,
    past: bool = False,
) -> list[Event]:
    """Events that are not over (or, ``past``, that are), by the time that is shown and id; ``after``: such a pair."""
    asked = scope or Scope()
    values: dict[str, Any] = {"now": now, "limit": limit, **_values(asked)}
    if viewer_id is not None:
        values["viewer"] = viewer_id
    if after is not None:
        values["start"], values["beside"] = after
    return [Event(*row) for row in _upcoming(_shape_of(asked), frozenset(values), past).run(conn, values)]


def _shape_of(scope: Scope) -> Scope:
    """The scope with the same conditions and no values: what statements differ by."""
    return Scope(
        actor_id=None if scope.actor_id is None else 0,
        audience="-" if scope.audience else "",
        person_id=None if scope.person_id is None else 0,
        text="-" if scope.text else "",
    )


@cache
def _upcoming(shape: Scope, values: frozenset[str], past: bool) -> Prepared:
    """The statement for a list of this shape that takes values of these names."""
    viewer_id = 0 if "viewer" in values else None
    key, now = (events.c.next_at, objects.c.id), bindparam("now", type_=BigInteger)
    query = select_events().where(
        events.c.last_at < now if past else events.c.last_at >= now,
        visible_to(viewer_id),
        *_listed(viewer_id),
        _is_whole(shape),
        *_in_scope(shape),
    )
    if "start" in values:
        start, beside = bindparam("start", type_=BigInteger), bindparam("beside", type_=BigInteger)
        is_later = key[0] < start if past else key[0] > start
        is_beside = key[1] < beside if past else key[1] > beside
        query = query.where(or_(is_later, (key[0] == start) & is_beside))
    order = (key[0].desc(), key[1].desc()) if past else key
    return Prepared(query.order_by(*order).limit(bindparam("limit", type_=BigInteger)))


def _listed(viewer_id: int | None) -> Sequence[ColumnElement[bool]]:
    """What lists show: what is not unlisted, and of nobody whom the viewer does not want to see."""
    is_listed = objects.c.visibility != "unlisted"
    mine = (
        literal(False) if viewer_id is None else objects.c.actor_id == bindparam("viewer", viewer_id, type_=BigInteger)
    )
    return [or_(is_listed, mine), *not_hidden_from(viewer_id, objects.c.actor_id)]


def _is_whole(scope: Scope) -> ColumnElement[bool]:
    """Lists show a series and not each date; of one's own also those dates that one has answered alone."""
    is_whole = events.c.series_id.is_(None)
    if scope.person_id is None:
        return is_whole
    return or_(is_whole, _has_answered(bindparam("person", scope.person_id, type_=BigInteger)))


def _in_scope(scope: Scope) -> Iterator[ColumnElement[bool]]:
    """The conditions of a scope; what they ask for are values of the statement, under the names of ``_values``."""
    if scope.actor_id is not None:
        yield objects.c.actor_id == bindparam("actor", scope.actor_id, type_=BigInteger)
    if scope.audience:
        yield objects.c.audience == bindparam("audience", scope.audience)
    if scope.text:
        yield objects.c.name.icontains(bindparam("text", _escaped(scope.text)), escape="/")
    if scope.person_id is not None:
        yield or_(*_concerns(bindparam("person", scope.person_id, type_=BigInteger)))


def _values(scope: Scope) -> dict[str, Any]:
    found = {
        "actor": scope.actor_id,
        "audience": scope.audience or None,
        "text": _escaped(scope.text) or None,
        "person": scope.person_id,
    }
    return {name: value for name, value in found.items() if value is not None}


def _escaped(text: str) -> str:
    return text.replace("/", "//").replace("%", "/%").replace("_", "/_")


def _has_answered(person: Any) -> ColumnElement[bool]:
    return exists().where(
        event_answers.c.event_id == objects.c.id,
        event_answers.c.actor_id == person,
        event_answers.c.state.in_(_CALENDAR),
    )


def _concerns(person: Any) -> list[ColumnElement[bool]]:
    kept = exists().where(bookmarks.c.object_id == objects.c.id, bookmarks.c.actor_id == person)
    organised = exists().where(event_organisers.c.event_id == objects.c.id, event_organisers.c.actor_id == person)
    return [_has_answered(person), kept, organised, objects.c.actor_id == person]


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
