"""Events among what arrives: their times and places beside the post."""

from federation.applying.batch import Batch
from federation.mapping.event_record import read_date, read_event_record, read_sequence
from node.domain.events import EventRecord, is_cancelled
from node.domain.posts import RemotePost
from node.services.events import event_dates as service
from node.services.events import event_messages
from node.services.events.co_organising import APPOINTED
from node.services.events.event_records import saved_of
from node.services.events.event_reminders import remind_later
from node.store.events import event_dates, events
from node.store.people import blocks
from node.store.posts import objects
from node.store.posts.objects import Object


def store(batch: Batch, stored: Object, post: RemotePost) -> None:
    """Keep what a new post says of an event."""
    record = read_event_record(post)
    if record is None:
        return
    batch.flush()
    _save(batch, stored.id, post, record, None)


def change(batch: Batch, known: Object, post: RemotePost) -> bool:
    """Keep what a changed post says; whether that is another event for those who have it in their calendars.

    How many come is no change of it.
    """
    record = read_event_record(post)
    if record is None:
        return False
    before = events.find_event(batch.conn, known.id)
    _save(batch, known.id, post, record, before)
    return before is not None and before.record != record


def _tie(batch: Batch, object_id: int, post: RemotePost, before: events.Event | None) -> None:
    """One date of a series that is known here stands behind that in lists, and is answered alone."""
    series_uri, day = read_date(post)
    series = batch.live_object(series_uri)
    whole = events.find_event(batch.conn, series.id) if series is not None and not series.local else None
    if whole is None or whole.actor_id != objects.load_row(batch.conn, object_id).actor_id:
        return
    if before is None and event_dates.find_date(batch.conn, whole.id, day) is None:
        event_dates.tie_date(batch.conn, object_id, whole.id, day, batch.unit.now)
        service.let_read(batch.conn, whole, object_id)


def _look_after(batch: Batch, object_id: int, post: RemotePost) -> None:
    """Who of us is named beside the publisher looks after the event, too, and is told; until she is named no more."""
    named = (post.document or {}).get("organizers")
    items = named.get("items") if isinstance(named, dict) else None
    uris = [each for each in items if isinstance(each, str)] if isinstance(items, list) else []
    event = events.find_event(batch.conn, object_id)
    if event is None or event.series_id is not None:
        return
    before = set(events.list_organisers(batch.conn, event.id))
    now = {
        each.id: each
        for each in batch.local_addressees(uris)
        if each.kind == "person" and not blocks.has_blocked(batch.conn, each.id, event.actor_id)
    }
    for gone in before - set(now):
        events.remove_organiser(batch.conn, event.id, gone)
    events.add_organisers(batch.conn, event.id, [each for each in now if each not in before])
    for each in (now[new] for new in set(now) - before):
        let_read = {"object_id": event.id, "actor_uri": each.uri, "silent": True}
        objects.insert_mentions(batch.conn, [let_read])
        event_messages.tell(batch.conn, batch.unit, event, each, APPOINTED)


def come_near(batch: Batch, known: Object, post: RemotePost) -> bool:
    """Whether its home tells followers now of a date that somebody here answered before."""
    date = events.find_event(batch.conn, known.id) if post.event is not None and not known.local else None
    if date is None or date.series_id is None or date.announced_at is not None:
        return False
    event_dates.tie_date(batch.conn, date.id, date.series_id, date.day, batch.unit.now)
    objects.update_object(batch.conn, date.id, {"visibility": post.visibility.value})
    return True


def remove(batch: Batch, known: Object) -> None:
    """A series is gone, and with it the dates that were answered here."""
    series = events.find_event(batch.conn, known.id)
    if series is not None and "recurrence" in series.record:
        service.remove(batch.conn, batch.unit, series)


def _save(batch: Batch, object_id: int, post: RemotePost, record: EventRecord, before: events.Event | None) -> None:
    cancelled_at = None
    if is_cancelled(record):
        cancelled_at = before.cancelled_at if before and before.cancelled_at else batch.unit.now
    is_other = before is not None and before.record != record
    if (sequence := read_sequence(post)) is None:
        sequence = before.sequence + is_other if before else 0
    participants = post.event.participants if post.event else None
    now, going = batch.unit.now, max(0, participants or 0)
    saved = saved_of(record, now, sequence=sequence, cancelled_at=cancelled_at, going_count=going)
    events.save_event(batch.conn, object_id, saved)
    _tie(batch, object_id, post, before)
    _look_after(batch, object_id, post)
    if before is None or is_other:
        found = events.find_event(batch.conn, object_id)
        assert found is not None
        remind_later(batch.conn, batch.unit, found)
