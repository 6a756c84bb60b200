"""Lists of events, each as one person may read it: a span of a calendar, and what is coming."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Select,
    and_,
    bindparam,
    exists,
    literal,
    null,
    or_,
    select,
)

from node.domain.events import LONGEST, AnswerState, EventRecord
from node.store.database.planning import looked_at_empty
from node.store.database.prepared import Prepared
from node.store.events.events import JOINED, Event, select_events
from node.store.reading.visible import not_hidden_from, visible_to
from node.store.tables import actors, bookmarks, event_answers, event_organisers, events, objects

#: Lists are cut here: a calendar file of more is no use to anybody.
MOST = 500
#: The same for pages, which show the many of a day as a number.
MOST_ON_PAGES = 2_000
_CALENDAR = [state.value for state in AnswerState if state.is_in_calendar]


@dataclass(frozen=True, slots=True)
class Scope:
    """Which events a list is of; all conditions hold together."""

    actor_id: int | None = None  # published by this account
    audience: str = ""  # of this community
    person_id: int | None = None  # the person answered, bookmarked or looks after them
    text: str = ""


class CalendarRow(NamedTuple):
    """What pages of the calendar, which hold hundreds, show of an event; ``answer`` is the reader's own state."""

    id: int  # of the object
    url: str  # its page at home
    local: bool
    start_at: int
    end_at: int | None
    timezone: str
    cancelled_at: int | None
    record: EventRecord
    uri: str  # of its author, and so are the next two
    host: str
    state: str
    answer: str | None  # AnswerState


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
    values = _values_between(viewer_id, begin, end, now, asked, cancelled_since, limit)
    return [Event(*row) for row in _between(_shape_of(asked), frozenset(values)).run(conn, values)]


def list_calendar(
    conn: Connection,
    viewer_id: int | None,
    begin: int,
    end: int,
    now: int,
    *,
    scope: Scope | None = None,
    cancelled_since: int | None = None,
) -> list[CalendarRow]:
    """The same for the pages of the calendar."""
    asked = scope or Scope()
    values = _values_between(viewer_id, begin, end, now, asked, cancelled_since, MOST_ON_PAGES)
    return list(map(CalendarRow._make, _calendar(_shape_of(asked), frozenset(values)).run(conn, values)))


def _values_between(
    viewer_id: int | None, begin: int, end: int, now: int, asked: Scope, cancelled_since: int | None, limit: int
) -> dict[str, Any]:
    values: dict[str, Any] = {"begin": begin, "end": end, "limit": limit, **_values(asked)}
    if viewer_id is not None:
        values |= {"viewer": viewer_id, "now": now}
    if cancelled_since is not None:
        values["since"] = cancelled_since
    return values


@cache
def _between(shape: Scope, values: frozenset[str]) -> Prepared:
    return Prepared(_in_span(select_events(), shape, values))


_OWN = event_answers.alias("own")
_OF_CALENDAR = (
    objects.c.id,
    objects.c.url,
    objects.c.local,
    events.c.start_at,
    events.c.end_at,
    events.c.timezone,
    events.c.cancelled_at,
    events.c.record,
    actors.c.uri,
    actors.c.host,
    actors.c.state,
)
_WITH_AUTHOR = JOINED.join(actors, actors.c.id == objects.c.actor_id)


@cache
def _calendar(shape: Scope, values: frozenset[str]) -> Prepared:
    if "viewer" not in values:
        return Prepared(_in_span(select(*_OF_CALENDAR, null()).select_from(_WITH_AUTHOR), shape, values))
    is_own = and_(_OWN.c.event_id == objects.c.id, _OWN.c.actor_id == bindparam("viewer", type_=BigInteger))
    query = select(*_OF_CALENDAR, _OWN.c.state).select_from(_WITH_AUTHOR.outerjoin(_OWN, is_own))
    return Prepared(_in_span(query, shape, values))


def _in_span(query: Select[Any], shape: Scope, values: frozenset[str]) -> Select[Any]:
    """What of events and their objects touches the span; it takes values of these names."""
    viewer_id = 0 if "viewer" in values else None
    query = query.where(
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
    return query.order_by(events.c.start_at, objects.c.id).limit(bindparam("limit", type_=BigInteger))


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
    next_at, event_id = events.c.next_at, objects.c.id
    query = select_events().where(
        *(_is_over() if past else is_coming()),
        visible_to(viewer_id),
        *_listed(viewer_id),
        _is_whole(shape),
        *_in_scope(shape),
    )
    if "start" in values:
        start, beside = bindparam("start", type_=BigInteger), bindparam("beside", type_=BigInteger)
        if past:
            query = query.where(next_at <= start, or_(next_at < start, event_id < beside))
        else:
            query = query.where(next_at >= start, or_(next_at > start, event_id > beside))
    order = (next_at.desc(), event_id.desc()) if past else (next_at, event_id)
    return Prepared(query.order_by(*order).limit(bindparam("limit", type_=BigInteger)))


_NOW: Any = bindparam("now", type_=BigInteger)


def is_coming() -> Sequence[ColumnElement[bool]]:
    """What is not over at ``now``. Whatever goes on began at most so long ago: the list by ``next_at`` begins there."""
    return [events.c.last_at >= _NOW, events.c.next_at >= _NOW - LONGEST]


def _is_over() -> Sequence[ColumnElement[bool]]:
    return [events.c.last_at < _NOW, events.c.next_at < _NOW]


def _listed(viewer_id: int | None) -> Sequence[ColumnElement[bool]]:
    """What lists show: what is not unlisted, and of nobody whom the viewer does not want to see."""
    is_listed = objects.c.visibility != "unlisted"
    mine = (
        literal(False) if viewer_id is None else objects.c.actor_id == bindparam("viewer", viewer_id, type_=BigInteger)
    )
    return [or_(is_listed, mine), *not_hidden_from(viewer_id, objects.c.actor_id)]


def _is_whole(scope: Scope) -> ColumnElement[bool]:
    """Lists show a series and not each date; of one's own also those dates that one has answered alone."""
    is_whole = looked_at_empty(events.c.series_id)
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
