"""The dates of a series, each an event of its own with answers, places and a waiting list. Units of work.

A date is made when somebody answers it or looks at it from elsewhere, at most ``HORIZON`` before it begins, and its
record follows that of the series. A week before, it is told to followers as a post of its own, so that people of any
server see it, answer it, and talk about it; until then only those hear of it who answered. Dates of a community's
series are not told one by one: there the series is the topic.
"""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any, cast

from sqlalchemy import Connection

from node import events as happenings
from node.calendar.recurrence import Occurrence, find_occurrence, occurrences, record_of_date
from node.clock import DAY
from node.domain import events as rules
from node.domain.events import EventRecord, EventStatus
from node.domain.visibility import Visibility
from node.errors import Conflict, NotFound
from node.services.context import Unit
from node.services.events.event_records import facts_at, saved_of
from node.services.news import happened, news
from node.services.posts.audiences import home_owners
from node.store.events import event_dates, event_places, events
from node.store.events.events import Event
from node.store.people import actors
from node.store.posts import burying, objects, tags

#: So long before it begins a date can be answered alone.
HORIZON = 90 * DAY
#: So long before it begins followers are told of it, of so many dates at once.
ANNOUNCED_BEFORE = 7 * DAY
ANNOUNCED_AT_ONCE = 3


def may_be_answered(found: Occurrence, now: int) -> bool:
    """Whether this time of a series can be answered alone by now."""
    return now < (found.end_at or found.start_at) and found.start_at <= now + HORIZON


def make(conn: Connection, unit: Unit, series: Event, day: str) -> Event:
    """The event that this date of a series is, also of a series elsewhere, under the id that its home gives it.

    Raises NotFound where the rule has no such day, Conflict where it is over or too far ahead.
    """
    if (known := event_dates.find_date(conn, series.id, day)) is not None:
        return known
    found = find_occurrence(series.record, day)
    if found is None:
        raise NotFound
    if not may_be_answered(found, unit.now):
        raise Conflict("This date is over, or too far ahead to be answered alone.")
    record, row = record_of_date(series.record, found), objects.load_row(conn, series.id)
    if not series.local and not rules.has_dates(row.raw or {}, series.uri):
        raise Conflict("The organisers take answers for all dates together.")
    date_id, uri = unit.ids.new(), rules.date_uri(series.uri, day)
    copied = ("kind", "type", "actor_id", "local", "name", "content", "language", "audience")
    page = f"{unit.origin}/e/{date_id}-{series.url.partition('-')[2] or 'event'}" if series.local else series.url
    new = {
        "id": date_id,
        "uri": uri,
        "url": page,
        "context": f"{uri}/context",
        # Followers are told later; who has the address reads it now.
        "visibility": _quiet(series),
        "published_at": unit.now,
        "received_at": unit.now,
        "details": _details(row, record, unit.now),
        **{name: getattr(row, name) for name in copied},
    }
    objects.insert_objects(conn, [new])
    cancelled_at = unit.now if rules.is_cancelled(record) else None
    events.save_event(conn, date_id, saved_of(record, unit.now, cancelled_at=cancelled_at))
    event_dates.tie_date(conn, date_id, series.id, day, None)
    let_read(conn, series, date_id)
    made = events.find_event(conn, date_id)
    assert made is not None
    if not series.local:
        return made
    event_places.recount(conn, made, unit.now)
    return events.find_event(conn, date_id) or made


def _quiet(series: Event) -> str:
    return Visibility.UNLISTED.value if series.visibility == Visibility.PUBLIC else series.visibility


def _details(row: Any, record: EventRecord, now: int) -> dict[str, Any]:
    return {**(row.details or {}), "event": asdict(facts_at(record, now))}


def let_read(conn: Connection, series: Event, date_id: int) -> None:
    """Whoever may read the series because it names her reads this date of it."""
    named = set(objects.load_mentioned(conn, series.id)) - {series.audience}
    objects.insert_mentions(conn, [{"object_id": date_id, "actor_uri": each, "silent": True} for each in sorted(named)])


# -- dates come near --------------------------------------------------------------------------------------------------


def _to_announce(series: Event, now: int) -> Iterator[Occurrence]:
    """Coming dates that came near after the series was published: what was near then, its own post said."""
    if not series.local or series.audience or series.cancelled_at is not None or "recurrence" not in series.record:
        return
    for each in occurrences(series.record):
        if each.start_at > now and not each.is_cancelled and each.start_at - ANNOUNCED_BEFORE > series.published_at:
            yield each


def next_announcement(series: Event, now: int) -> int | None:
    """When the next date has to be told."""
    coming = (each.start_at - ANNOUNCED_BEFORE for each in _to_announce(series, now))
    return next((at for at in coming if at > now), None)


def announce(conn: Connection, unit: Unit, series: Event) -> None:
    """Tell followers of the dates that have come near."""
    near = [each for each in _to_announce(series, unit.now) if each.start_at - ANNOUNCED_BEFORE <= unit.now]
    for each in near[:ANNOUNCED_AT_ONCE]:
        date = make(conn, unit, series, each.day)
        if date.announced_at is None:
            _announce(conn, unit, series, date)


def _announce(conn: Connection, unit: Unit, series: Event, date: Event) -> None:
    event_dates.tie_date(conn, date.id, series.id, date.day, unit.now)
    objects.update_object(conn, date.id, {"visibility": series.visibility, "published_at": unit.now})
    tags.add_tags(conn, {date.id: (date.details or {}).get("hashtags", ())})
    stored = objects.find_object_by_id(conn, date.id)
    publisher = actors.find_actor_by_id(conn, date.actor_id)
    assert stored is not None
    assert publisher is not None
    entry = {"id": date.id, "object_id": date.id, "shared_by_id": None}
    owners = home_owners(conn, stored, publisher, (), None)
    objects.insert_home_entries(conn, [{**entry, "owner_id": each} for each in sorted(owners)])
    news.tell(conn, unit, happened.Posted(date.id))
    if Visibility(series.visibility).federates:
        happenings.record(conn, unit.ids, unit.now, happenings.ObjectCreated(date.id), about=date.uri)


# -- the series changes -----------------------------------------------------------------------------------------------


def follow_series(conn: Connection, unit: Unit, series: Event) -> None:
    """Bring the dates to come in step with a series that has changed; whoever answered one that differs is told.

    A day that the rule no longer has is cancelled.
    """
    row = objects.load_row(conn, series.id)
    for date in event_dates.list_dates(conn, series.id, since=unit.now):
        found = find_occurrence(series.record, date.day)
        if found is not None:
            record = record_of_date(series.record, found)
        else:
            record = cast(EventRecord, {**date.record, "status": EventStatus.CANCELLED.value})
        if record == date.record:
            continue
        is_cancelled = rules.is_cancelled(record)
        saved = saved_of(
            record,
            unit.now,
            sequence=date.sequence + rules.changes_calendars(date.record, record),
            cancelled_at=(date.cancelled_at or unit.now) if is_cancelled else None,
        )
        objects.keep_version(conn, date.id, unit.now)
        texts = {name: getattr(row, name) for name in ("name", "content", "language")}
        details = _details(row, record, unit.now)
        changed = {**texts, "details": details, "version": date.version + 1, "updated_at": unit.now}
        objects.update_object(conn, date.id, changed)
        events.save_event(conn, date.id, saved)
        news.tell(conn, unit, happened.Edited(date.id))
        happenings.record(conn, unit.ids, unit.now, happenings.ObjectUpdated(date.id), about=date.uri)


def remove(conn: Connection, unit: Unit, series: Event) -> None:
    """The series is taken back, and its dates with it; whoever answered one hears that it is gone."""
    for date in event_dates.list_dates(conn, series.id):
        stored = objects.find_object_by_id(conn, date.id)
        assert stored is not None
        news.tell(conn, unit, happened.Deleted(stored))
        told = sorted({*objects.load_told(conn, date.id), *events.load_hearing_uris(conn, date.id)})
        burying.bury(conn, stored, unit.now)
        if series.local and (told or date.announced_at is not None):
            happenings.record(conn, unit.ids, unit.now, happenings.ObjectDeleted(date.id, told), about=date.uri)
