"""Telling apps that what they show of rows has changed, where no trigger can know (``store.triggers.stamps``)."""

import secrets
from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection

from node.store.database.upsert import Into, Upsert
from node.store.tables import object_stamps

_BITS = 62


def _put(into: Into) -> Any:
    made = into(object_stamps)
    return made.on_conflict_do_update(index_elements=["object_id"], set_={"stamp": made.excluded.stamp})


_SET_OBJECTS = Upsert(_put)


def touch_objects(conn: Connection, object_ids: Collection[int]) -> None:
    """What apps show of these objects has changed: a card, a picture."""
    if object_ids:
        rows = [{"object_id": object_id, "stamp": secrets.randbits(_BITS)} for object_id in sorted(set(object_ids))]
        conn.execute(_SET_OBJECTS[conn.dialect.name], rows)
