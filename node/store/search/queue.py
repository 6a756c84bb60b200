"""What waits for the index of people and posts: noted by ``store.triggers.post_search``, worked off by ``indexing``."""

from sqlalchemy import Connection, exists, select

from node.store.tables import search_queue


def is_waiting(conn: Connection) -> bool:
    """Whether there is anything to index."""
    return bool(conn.scalar(select(exists(select(search_queue.c.ref)))))
