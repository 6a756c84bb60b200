"""The table of work as administrators see it: how much waits, what fails, what was set aside for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, and_, case, delete, func, or_, select, update

from node.store.database.engine import signal
from node.store.jobs import COLUMNS, LIVE, PARKED
from node.store.tables import jobs


@dataclass(frozen=True, slots=True)
class Count:
    """How much work of one kind there is."""

    kind: str
    due: int
    later: int
    failing: int
    parked: int
    oldest_due_at: int | None


def count_by_kind(conn: Connection, now: int) -> list[Count]:
    due = and_(jobs.c.state == LIVE, jobs.c.due_at <= now)
    running = and_(jobs.c.state == LIVE, jobs.c.owner != "")
    query = (
        select(
            jobs.c.kind,
            func.sum(func.coalesce(_one_if(or_(due, running)), 0)),
            func.sum(func.coalesce(_one_if(and_(jobs.c.state == LIVE, jobs.c.due_at > now, jobs.c.owner == "")), 0)),
            func.sum(func.coalesce(_one_if(and_(jobs.c.state == LIVE, jobs.c.error != "", jobs.c.owner == "")), 0)),
            func.sum(func.coalesce(_one_if(jobs.c.state == PARKED), 0)),
            func.min(_value_if(due, jobs.c.due_at)),
        )
        .group_by(jobs.c.kind)
        .order_by(jobs.c.kind)
    )
    return [Count(*row) for row in conn.execute(query)]


def _one_if(condition: Any) -> Any:
    return _value_if(condition, 1)


def _value_if(condition: Any, value: Any) -> Any:
    return case((condition, value))


def load_parked(conn: Connection, limit: int, *, before: int | None = None) -> Sequence[Any]:
    """Rows of what was set aside, newest first: id, kind, target, host, attempts, error, payload, created_at."""
    query = select(*COLUMNS, jobs.c.error, jobs.c.due_at).where(jobs.c.state == PARKED)
    if before is not None:
        query = query.where(jobs.c.id < before)
    return conn.execute(query.order_by(jobs.c.id.desc()).limit(limit)).all()


def load_failing(conn: Connection, limit: int) -> Sequence[Any]:
    """Rows of what has failed and will be tried again, the longest waiting first."""
    query = select(*COLUMNS, jobs.c.error, jobs.c.due_at).where(
        jobs.c.state == LIVE, jobs.c.error != "", jobs.c.owner == ""
    )
    return conn.execute(query.order_by(jobs.c.id).limit(limit)).all()


def revive(conn: Connection, job_id: int, now: int) -> bool:
    """Try a parked job again; False where there is none of this id."""
    row = conn.execute(select(jobs.c.kind).where(jobs.c.id == job_id, jobs.c.state == PARKED)).first()
    if row is None:
        return False
    conn.execute(update(jobs).where(jobs.c.id == job_id).values(state=LIVE, attempts=0, due_at=now))
    signal(conn, f"jobs:{row.kind}")
    return True


def discard(conn: Connection, job_id: int) -> bool:
    """Drop a parked job for good; False where there is none of this id."""
    return conn.execute(delete(jobs).where(jobs.c.id == job_id, jobs.c.state == PARKED)).rowcount > 0


def forget_parked(conn: Connection, before: int) -> None:
    """Drop what was set aside before this instant (it is kept for 30 days)."""
    conn.execute(delete(jobs).where(jobs.c.state == PARKED, jobs.c.due_at < before))
