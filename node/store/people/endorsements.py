"""Whom a person shows on her profile."""

from collections.abc import Sequence

from sqlalchemy import Connection, delete, select

from node.store.database.upsert import insert_missing
from node.store.database.windows import Window
from node.store.tables import endorsements

_INSERT = insert_missing(endorsements)


def insert_endorsement(conn: Connection, endorsement_id: int, actor_id: int, target_id: int, now: int) -> None:
    values = {"id": endorsement_id, "actor_id": actor_id, "target_id": target_id, "created_at": now}
    conn.execute(_INSERT[conn.dialect.name], values)


def delete_endorsement(conn: Connection, actor_id: int, target_id: int) -> None:
    conn.execute(delete(endorsements).where(endorsements.c.actor_id == actor_id, endorsements.c.target_id == target_id))


def list_endorsements(conn: Connection, actor_id: int, window: Window) -> Sequence[tuple[int, int]]:
    """``(id, whom)`` of a part of the list, newest first."""
    query = window.over(select(endorsements.c.id, endorsements.c.target_id), endorsements.c.id)
    rows = conn.execute(query.where(endorsements.c.actor_id == actor_id))
    return window.newest_first([(row.id, row.target_id) for row in rows])
