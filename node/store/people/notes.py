"""What one person has noted about another, for herself alone."""

from sqlalchemy import Connection, delete, insert

from node.store.tables import account_notes


def put_note(conn: Connection, actor_id: int, target_id: int, comment: str) -> None:
    """The note in the place of an earlier one; an empty one takes it away."""
    conn.execute(
        delete(account_notes).where(account_notes.c.actor_id == actor_id, account_notes.c.target_id == target_id)
    )
    if comment:
        conn.execute(insert(account_notes).values(actor_id=actor_id, target_id=target_id, comment=comment))
