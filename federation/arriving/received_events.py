"""Events among what arrives: their times and places beside the post."""

from federation.arriving.batch import Batch
from federation.mapping.event_record import read_event_record, read_sequence
from node.domain.events import EventRecord, is_cancelled
from node.domain.posts import RemotePost
from node.services.events import remind_later, saved_of
from node.store import events
from node.store.objects import Object


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


def _save(batch: Batch, object_id: int, post: RemotePost, record: EventRecord, before: events.Event | None) -> None:
    cancelled_at = None
    if is_cancelled(record):
        cancelled_at = before.cancelled_at if before and before.cancelled_at else batch.unit.now
    is_other = before is not None and before.record != record
    sequence = max(read_sequence(post), before.sequence + is_other if before else 0)
    participants = post.event.participants if post.event else None
    now, going = batch.unit.now, max(0, participants or 0)
    saved = saved_of(record, now, sequence=sequence, cancelled_at=cancelled_at, going_count=going)
    events.save_event(batch.conn, object_id, saved)
    if before is None or is_other:
        found = events.find_event(batch.conn, object_id)
        assert found is not None
        remind_later(batch.conn, batch.unit, found)
