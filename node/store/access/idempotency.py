"""What requests with an ``Idempotency-Key`` made, so that the same request again makes nothing more."""

from sqlalchemy import Connection, delete, select

from node.store.database.upsert import insert_missing
from node.store.tables import idempotency_keys

_INSERT = insert_missing(idempotency_keys)
LONGEST = 255


def claim(conn: Connection, actor_id: int, key: str, made_id: int, now: int) -> int:
    """Say that ``made_id`` is about to be made under this key; answers what was made under it before, else that."""
    values = {"actor_id": actor_id, "key": key[:LONGEST], "made_id": made_id, "created_at": now}
    if conn.execute(_INSERT[conn.dialect.name], values).rowcount:
        return made_id
    query = select(idempotency_keys.c.made_id).where(
        idempotency_keys.c.actor_id == actor_id, idempotency_keys.c.key == key[:LONGEST]
    )
    return conn.scalar(query) or made_id


def expire_keys(conn: Connection, before: int) -> None:
    conn.execute(delete(idempotency_keys).where(idempotency_keys.c.created_at < before))
