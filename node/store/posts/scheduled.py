"""Posts that people have written for later."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from node.store.database.windows import Window
from node.store.tables import scheduled_statuses


@dataclass(frozen=True, slots=True)
class Scheduled:
    """``params``: what was asked for, as ``services.posts.scheduling`` writes it."""

    id: int
    actor_id: int
    scheduled_at: int
    params: Mapping[str, Any]
    problem: str = ""  # why it could not be posted


_COLUMNS = tuple(scheduled_statuses.c[name] for name in Scheduled.__dataclass_fields__)


def insert_scheduled(conn: Connection, new: Scheduled, now: int) -> None:
    values = {name: getattr(new, name) for name in Scheduled.__dataclass_fields__}
    conn.execute(insert(scheduled_statuses).values(**values, created_at=now))


def find_scheduled(conn: Connection, scheduled_id: int) -> Scheduled | None:
    row = conn.execute(select(*_COLUMNS).where(scheduled_statuses.c.id == scheduled_id)).first()
    return Scheduled(*row) if row else None


def list_scheduled(conn: Connection, actor_id: int, window: Window) -> Sequence[Scheduled]:
    query = window.over(select(*_COLUMNS).where(scheduled_statuses.c.actor_id == actor_id), scheduled_statuses.c.id)
    return window.newest_first([Scheduled(*row) for row in conn.execute(query)])


def count_scheduled(conn: Connection, actor_id: int) -> int:
    return conn.scalar(select(func.count()).where(scheduled_statuses.c.actor_id == actor_id)) or 0


def move_scheduled(conn: Connection, scheduled_id: int, scheduled_at: int) -> None:
    """Another time, at which it is tried anew."""
    _change(conn, scheduled_id, scheduled_at=scheduled_at, problem="")


def set_problem(conn: Connection, scheduled_id: int, problem: str) -> None:
    """It could not be posted, for this reason."""
    _change(conn, scheduled_id, problem=problem)


def _change(conn: Connection, scheduled_id: int, **values: Any) -> None:
    conn.execute(update(scheduled_statuses).where(scheduled_statuses.c.id == scheduled_id).values(**values))


def delete_scheduled(conn: Connection, scheduled_id: int) -> None:
    conn.execute(delete(scheduled_statuses).where(scheduled_statuses.c.id == scheduled_id))
