"""Telling apps that what they show of rows has changed, where no trigger can know (``store.stamp_schema``)."""

import secrets
from collections.abc import Collection

from sqlalchemy import Connection, Executable, bindparam, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from node.store.tables import actor_stamps, object_stamps

_BITS = 62
_SQLITE, _POSTGRESQL = sqlite_insert(object_stamps), postgresql_insert(object_stamps)
_SET_OBJECTS: dict[str, Executable] = {
    "sqlite": _SQLITE.on_conflict_do_update(index_elements=["object_id"], set_={"stamp": _SQLITE.excluded.stamp}),
    "postgresql": _POSTGRESQL.on_conflict_do_update(
        index_elements=["object_id"], set_={"stamp": _POSTGRESQL.excluded.stamp}
    ),
}
_SET_ACTORS = update(actor_stamps).where(actor_stamps.c.actor_id == bindparam("changed")).values(stamp=bindparam("new"))


def touch_objects(conn: Connection, object_ids: Collection[int]) -> None:
    """What apps show of these objects has changed: a card, a picture."""
    if object_ids:
        rows = [{"object_id": object_id, "stamp": secrets.randbits(_BITS)} for object_id in sorted(set(object_ids))]
        conn.execute(_SET_OBJECTS[conn.dialect.name], rows)


def touch_actors(conn: Connection, actor_ids: Collection[int]) -> None:
    """What apps show of these actors has changed, outside of their rows in ``actors`` and ``accounts``."""
    if actor_ids:
        rows = [{"changed": actor_id, "new": secrets.randbits(_BITS)} for actor_id in sorted(set(actor_ids))]
        conn.execute(_SET_ACTORS, rows)
