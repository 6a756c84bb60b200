"""What becomes of our own events: changed, cancelled, taken back. Units of work.

A record is checked before anything is written. Everybody who has answered hears of a change, wherever they are: the
event says so to other servers (``ObjectUpdated``), and to people here it is an edit.
"""

from collections.abc import Collection
from typing import cast

from sqlalchemy import Connection

from node import events as happenings
from node.calendar.recurrence import find_occurrence
from node.domain import events as rules
from node.domain.events import EventRecord, EventStatus, Override
from node.domain.visibility import Visibility
from node.errors import Conflict, Forbidden, Invalid, NotFound, Problem
from node.media.links import MediaLinks
from node.services.context import Unit
from node.services.events import event_dates, event_deciding, event_offers, event_pictures
from node.services.events.event_pictures import Picture
from node.services.events.event_records import check_record, saved_of
from node.services.events.event_reminders import remind_later
from node.services.events.events import columns_of
from node.services.news import happened, news
from node.services.posts import media
from node.store.events import events
from node.store.events.events import Event
from node.store.posts import burying, objects, tags


def find_organised(conn: Connection, event_id: int, person_id: int) -> Event:
    """A living event of this node that this person looks after; NotFound for what she may not even read."""
    found = find_looked_after(conn, event_id, person_id)
    if not found.local:
        raise Forbidden("This is done at the home of the event.")
    return found


def find_looked_after(conn: Connection, event_id: int, person_id: int) -> Event:
    """The same, also of another node, which is told what she decides and asked to change what she changes."""
    found = events.find_visible(conn, event_id, person_id)
    if found is None:
        raise NotFound
    if not events.is_organiser(conn, found, person_id):
        raise Forbidden("Only its organisers may do this.")
    return found


def find_whole(conn: Connection, event_id: int, person_id: int) -> Event:
    """The same, but no single date of a series, which is what its series says it is."""
    found = find_looked_after(conn, event_id, person_id)
    if found.series_id is not None:
        raise Conflict("This is one date of a series. Change it there.")
    return found


def find_whole_here(conn: Connection, event_id: int, person_id: int) -> Event:
    find_organised(conn, event_id, person_id)
    return find_whole(conn, event_id, person_id)


def change_event(
    conn: Connection,
    unit: Unit,
    person_id: int,
    event_id: int,
    record: EventRecord,
    *,
    picture: Picture | None = None,
    links: MediaLinks | None = None,
) -> Event:
    """Put another record in the place of an event's; nothing changes where it is the same.

    A cancelled event can be announced again: that is a change like any other. More places let people move up.
    ``picture``: another one, or none; with None it stays as it is. The home of an event elsewhere is asked to; until it
    has, nothing changes here.
    """
    found = find_whole(conn, event_id, person_id)
    checked = check_record(record)
    if checked == found.record and picture is None:
        return found
    if not found.local:
        if picture is not None:
            raise Forbidden("The picture is chosen at the home of the event.")
        event_offers.ask_for_change(conn, unit, found, person_id, checked)
        return found
    events.lock_event(conn, found.id)
    found = events.find_event(conn, found.id) or found
    _check_capacity(found, checked)
    saved = saved_of(
        checked,
        unit.now,
        sequence=found.sequence + rules.changes_calendars(found.record, checked),
        cancelled_at=(found.cancelled_at or unit.now) if rules.is_cancelled(checked) else None,
    )
    objects.keep_version(conn, found.id, unit.now)
    pictures = (found.details or {}).get("attachments", [])
    if picture is not None and links is not None:
        shown = event_pictures.replace(conn, unit, person_id, found.id, picture)
        pictures = event_pictures.as_details(shown, links)
    columns = columns_of(checked, unit, pictures)
    objects.update_object(conn, found.id, {**columns, "version": found.version + 1, "updated_at": unit.now})
    events.save_event(conn, found.id, saved)
    tags.replace_tags(conn, found.id, columns["details"].get("hashtags", ()))
    changed = events.find_event(conn, found.id)
    assert changed is not None
    _follow_change(conn, unit, found, changed)
    return changed


def _check_capacity(event: Event, record: EventRecord) -> None:
    """No place is taken back from somebody who has it. Raises Invalid."""
    if record.get("capacity") is not None and record["capacity"] < event.going_count:
        expected = f"at least {event.going_count}: so many places are given away"
        raise Invalid(problems=[Problem("$.capacity", expected, str(record["capacity"]))])


def _follow_change(conn: Connection, unit: Unit, before: Event, event: Event) -> None:
    """Its dates and places as it is now; everybody who answered hears of it, and is reminded at the new time."""
    event_dates.follow_series(conn, unit, event)
    if event.cancelled_at is None:
        event_deciding.settle(conn, unit, event)
    news.tell(conn, unit, happened.Edited(event.id))
    happenings.record(conn, unit.ids, unit.now, happenings.ObjectUpdated(event.id), about=event.uri)
    if before.cancelled_at is not None or before.sequence != event.sequence:
        remind_later(conn, unit, event)


def change_as_asked(
    conn: Connection,
    unit: Unit,
    organiser_id: int,
    event: Event,
    said: EventRecord,
    fields: Collection[str],
    sequence: int | None,
) -> Event:
    """At home: these fields of its record become what somebody says who looks after the event from another node.

    ``sequence``: of the event as she knew it; Conflict where time, place or state have changed since and she means
    them, too. Raises Invalid as ``change_event`` does.
    """
    if sequence != event.sequence and not rules.WHEN_AND_WHERE.isdisjoint(fields):
        raise Conflict("Somebody else has changed the event meanwhile.")
    kept = {key: value for key, value in event.record.items() if key not in fields}
    record = {**kept, **{key: value for key, value in said.items() if key in fields}}
    return change_event(conn, unit, organiser_id, event.id, cast(EventRecord, record))


def cancel_event(conn: Connection, unit: Unit, person_id: int, event_id: int) -> Event:
    """It does not take place: an Update, never a Delete, so that it stays in calendars as cancelled."""
    found = find_whole(conn, event_id, person_id)
    record = cast(EventRecord, {**found.record, "status": EventStatus.CANCELLED.value})
    return change_event(conn, unit, person_id, event_id, record)


def change_occurrence(
    conn: Connection, unit: Unit, person_id: int, event_id: int, day: str, override: Override | None
) -> Event:
    """One time of a series differs: it is moved, held elsewhere, or cancelled; with None it is as its series again.

    ``day``: on which the rule has it, as ``2026-05-07``, in the event's own time zone.
    """
    found = find_whole(conn, event_id, person_id)
    rule = found.record.get("recurrence")
    if rule is None or find_occurrence(found.record, day) is None:
        raise Conflict("It does not take place on that day anyway.")
    kept = [each for each in rule.get("overrides", ()) if each["day"] != day]
    kept += [] if override is None else [override]
    bare = {key: value for key, value in rule.items() if key != "overrides"}
    changed = {**bare, "overrides": sorted(kept, key=lambda each: each["day"])} if kept else bare
    record = cast(EventRecord, {**found.record, "recurrence": changed})
    return change_event(conn, unit, person_id, event_id, record)


def delete_event(conn: Connection, unit: Unit, person_id: int, event_id: int) -> None:
    """Take an event back whole, with all answers; whoever answered hears that it is gone. Only at its home."""
    found = find_whole_here(conn, event_id, person_id)
    event_dates.remove(conn, unit, found)
    stored = objects.find_object_by_id(conn, found.id)
    assert stored is not None
    news.tell(conn, unit, happened.Deleted(stored))
    told = sorted({*objects.load_told(conn, found.id), *events.load_hearing_uris(conn, found.id)})
    media.release(conn, unit, found.id, forget=True)
    burying.bury(conn, stored, unit.now)
    if Visibility(found.visibility).federates or told:
        happenings.record(conn, unit.ids, unit.now, happenings.ObjectDeleted(found.id, told), about=found.uri)
