"""The dates of a series that are events of their own (``services.events.event_dates``), and who answered one alone."""

from collections.abc import Collection

from sqlalchemy import Connection, select, update

from node.domain.events import AnswerState
from node.store.events.events import Event, select_events
from node.store.posts.objects import LIVE
from node.store.tables import event_answers, events, objects


def find_date(conn: Connection, series_id: int, day: str) -> Event | None:
    """The living event that this date is; ``day``: on which the rule of the series has it."""
    query = select_events().where(events.c.series_id == series_id, events.c.day == day, objects.c.state == LIVE)
    row = conn.execute(query).first()
    return Event(*row) if row else None


def list_dates(conn: Connection, series_id: int, *, since: int = 0) -> list[Event]:
    """The living dates of a series by time; those that are over since then left out."""
    query = select_events().where(events.c.series_id == series_id, events.c.last_at > since, objects.c.state == LIVE)
    return [Event(*row) for row in conn.execute(query.order_by(events.c.start_at, events.c.object_id))]


def tie_date(conn: Connection, event_id: int, series_id: int, day: str, announced_at: int | None) -> None:
    """Say that an event is this date of a series."""
    values = {"series_id": series_id, "day": day, "announced_at": announced_at}
    conn.execute(update(events).where(events.c.object_id == event_id).values(**values))


def load_answerers(conn: Connection, event_id: int) -> frozenset[int]:
    """Who has an answer of her own to this event, whatever it is."""
    query = select(event_answers.c.actor_id).where(
        event_answers.c.event_id == event_id, event_answers.c.state != AnswerState.INVITED.value
    )
    return frozenset(conn.scalars(query))


def load_own(conn: Connection, actor_id: int, series_ids: Collection[int]) -> dict[tuple[int, str], AnswerState]:
    """What this person answered for single dates of these series, by series and day."""
    if not series_ids:
        return {}
    query = (
        select(events.c.series_id, events.c.day, event_answers.c.state)
        .join(event_answers, event_answers.c.event_id == events.c.object_id)
        .where(events.c.series_id.in_(list(series_ids)), event_answers.c.actor_id == actor_id)
    )
    return {(row[0], row[1]): AnswerState(row[2]) for row in conn.execute(query)}
