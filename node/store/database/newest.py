"""The newest id that was ever stored, so that a clock set back cannot mint one again (REL6)."""

from sqlalchemy import Connection, func, select, union_all

from node.store.tables import activities, actors, jobs, media, notifications, objects, reactions, received

_MINTED = (actors, objects, activities, received, reactions, jobs, notifications, media)
_NEWEST = select(func.max(union_all(*(select(func.max(table.c.id).label("id")) for table in _MINTED)).subquery().c.id))


def newest_id(conn: Connection) -> int:
    return conn.scalar(_NEWEST) or 0
