"""Actors of other servers that are gone for good."""

from sqlalchemy import Connection, delete, or_

from node.store.news import notifications
from node.store.people import actors
from node.store.posts import burying, reactions
from node.store.tables import catalogue_buckets, catalogue_entries, catalogues, follows


def purge(conn: Connection, actor_id: int, now: int) -> None:
    """What it published goes, and its profile, relations, reactions and catalogue."""
    burying.bury_all_of(conn, actor_id, now)
    actors.bury(conn, actor_id, now)
    reactions.delete_all_of(conn, actor_id)
    conn.execute(delete(follows).where(or_(follows.c.follower_id == actor_id, follows.c.followed_id == actor_id)))
    notifications.delete_all_of(conn, actor_id)
    for table in (catalogue_entries, catalogue_buckets):
        conn.execute(delete(table).where(table.c.catalogue_id == actor_id))
    conn.execute(delete(catalogues).where(catalogues.c.actor_id == actor_id))
