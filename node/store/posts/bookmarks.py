"""What a person keeps for later, for herself alone; and conversations that she wants to hear no more of."""

from sqlalchemy import Connection, delete

from node.store.database.upsert import insert_missing
from node.store.tables import bookmarks, conversation_mutes

_INSERT = insert_missing(bookmarks)
_MUTE = insert_missing(conversation_mutes)


def insert_bookmark(conn: Connection, bookmark_id: int, actor_id: int, object_id: int, now: int) -> None:
    """Keep it; what is kept already stays where it is in the list."""
    values = {"id": bookmark_id, "actor_id": actor_id, "object_id": object_id, "created_at": now}
    conn.execute(_INSERT[conn.dialect.name], values)


def delete_bookmark(conn: Connection, actor_id: int, object_id: int) -> None:
    conn.execute(delete(bookmarks).where(bookmarks.c.actor_id == actor_id, bookmarks.c.object_id == object_id))


def mute_conversation(conn: Connection, actor_id: int, context: str, now: int) -> None:
    conn.execute(_MUTE[conn.dialect.name], {"actor_id": actor_id, "context": context, "created_at": now})


def unmute_conversation(conn: Connection, actor_id: int, context: str) -> None:
    conn.execute(
        delete(conversation_mutes).where(
            conversation_mutes.c.actor_id == actor_id, conversation_mutes.c.context == context
        )
    )
