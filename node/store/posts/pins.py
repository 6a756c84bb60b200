"""Objects that an actor shows first (``featured``)."""

from sqlalchemy import Connection, delete, select

from node.store.database.upsert import insert_missing
from node.store.tables import pins

_INSERT = insert_missing(pins)


def insert_pin(conn: Connection, actor_id: int, object_id: int, now: int) -> None:
    conn.execute(_INSERT[conn.dialect.name], {"actor_id": actor_id, "object_id": object_id, "created_at": now})


def delete_pin(conn: Connection, actor_id: int, object_id: int) -> None:
    conn.execute(delete(pins).where(pins.c.actor_id == actor_id, pins.c.object_id == object_id))


def load_pinned_ids(conn: Connection, actor_id: int) -> frozenset[int]:
    """What an actor shows first."""
    return frozenset(conn.scalars(select(pins.c.object_id).where(pins.c.actor_id == actor_id)))
