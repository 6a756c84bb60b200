"""When people here are reminded of an event, and when the next time of a series takes the place of the last."""

from dataclasses import asdict
from itertools import islice

from sqlalchemy import Connection

from node.calendar.recurrence import following, occurrences, shown_at
from node.clock import MINUTE
from node.jobs.kinds import REMINDER
from node.services.context import Unit
from node.services.events import event_dates
from node.services.events.event_records import facts_at
from node.store import jobs
from node.store.events import events
from node.store.events.events import Event
from node.store.jobs import NewJob
from node.store.posts import objects

#: People are reminded so long before it begins.
REMINDED_BEFORE = 24 * 60 * MINUTE


def remind_later(conn: Connection, unit: Unit, event: Event) -> None:
    """Have people here reminded a day before it begins; of a series, before each time.

    When a time of a series is over, the next is what lists, posts and other servers show.
    """
    if event.cancelled_at is not None or event.series_id is not None:  # a series speaks for its dates
        return
    near = unit.now + REMINDED_BEFORE
    coming = (each for each in occurrences(event.record) if not each.is_cancelled and each.start_at > near)
    due = [each.start_at - REMINDED_BEFORE for each in islice(coming, 1)]
    if "recurrence" in event.record and (shown := following(event.record, unit.now)) is not None:
        due.append((shown.end_at or shown.start_at) + 1)
    if (told_at := event_dates.next_announcement(event, unit.now)) is not None:
        due.append(told_at)
    rows = [NewJob(REMINDER, unit.ids.new(), at, ref=event.id, lock_key=f"reminder|{event.id}|{at}") for at in due]
    if rows:
        jobs.enqueue_many(conn, rows)


def show_next(conn: Connection, unit: Unit, event: Event) -> bool:
    """Have lists and posts show the time of a series that is next now; whether that is another than before."""
    events.set_next(conn, event.id, shown_at(event.record, unit.now).start_at)
    details = objects.load_row(conn, event.id).details or {}
    facts = asdict(facts_at(event.record, unit.now))
    if details.get("event") == facts:
        return False
    objects.update_object(conn, event.id, {"details": {**details, "event": facts}})
    return True
