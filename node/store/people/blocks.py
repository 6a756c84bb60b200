"""Who has blocked whom."""

from sqlalchemy import Connection, bindparam, delete, or_, select

from node.store.database.prepared import Prepared
from node.store.database.upsert import insert_missing
from node.store.tables import blocks

_INSERT = insert_missing(blocks)
_HAS = Prepared(
    select(blocks.c.id).where(
        blocks.c.blocker_id == bindparam("blocker_id"), blocks.c.blocked_id == bindparam("blocked_id")
    )
)


def has_blocked(conn: Connection, blocker_id: int, blocked_id: int) -> bool:
    return bool(_HAS.run(conn, {"blocker_id": blocker_id, "blocked_id": blocked_id}))


def are_apart(conn: Connection, one_id: int, other_id: int) -> bool:
    """Whether either has blocked the other."""
    return has_blocked(conn, one_id, other_id) or has_blocked(conn, other_id, one_id)


def insert_block(conn: Connection, block_id: int, blocker_id: int, blocked_id: int, uri: str, now: int) -> None:
    values = {"id": block_id, "blocker_id": blocker_id, "blocked_id": blocked_id, "uri": uri, "created_at": now}
    conn.execute(_INSERT[conn.dialect.name], values)


def delete_block(conn: Connection, blocker_id: int, blocked_id: int) -> None:
    conn.execute(delete(blocks).where(blocks.c.blocker_id == blocker_id, blocks.c.blocked_id == blocked_id))


def find_uri(conn: Connection, blocker_id: int, blocked_id: int) -> str | None:
    """The id of the Block activity."""
    query = select(blocks.c.uri).where(blocks.c.blocker_id == blocker_id, blocks.c.blocked_id == blocked_id)
    found: str | None = conn.scalar(query)
    return found


def find_block_by_uri(conn: Connection, uri: str) -> tuple[int, int] | None:
    """``(blocker id, blocked id)``"""
    row = conn.execute(select(blocks.c.blocker_id, blocks.c.blocked_id).where(blocks.c.uri == uri)).first()
    return (row.blocker_id, row.blocked_id) if row else None


def delete_all_of(conn: Connection, actor_id: int) -> None:
    conn.execute(delete(blocks).where(or_(blocks.c.blocker_id == actor_id, blocks.c.blocked_id == actor_id)))
