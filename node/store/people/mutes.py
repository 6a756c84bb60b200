"""Whom a person does not want to see, for some time or for ever; nobody else hears of it."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, delete, or_, select

from node.store.database.upsert import Into, Upsert
from node.store.database.windows import Window
from node.store.tables import mutes

_KEY = ["muter_id", "muted_id"]
_CHANGED = ("hides_notifications", "expires_at")


def _put(into: Into) -> Any:
    made = into(mutes)
    return made.on_conflict_do_update(index_elements=_KEY, set_={name: made.excluded[name] for name in _CHANGED})


_PUT = Upsert(_put)
#: Of a row: it has not expired; ``now`` is bound.
LIVE = or_(mutes.c.expires_at.is_(None), mutes.c.expires_at > bindparam("now"))


def put_mute(
    conn: Connection,
    mute_id: int,
    muter_id: int,
    muted_id: int,
    *,
    hides_notifications: bool,
    expires_at: int | None,
    now: int,
) -> None:
    """Mute, or change how; ``expires_at`` None is for ever."""
    values = {
        "id": mute_id,
        "muter_id": muter_id,
        "muted_id": muted_id,
        "hides_notifications": hides_notifications,
        "expires_at": expires_at,
        "created_at": now,
    }
    conn.execute(_PUT[conn.dialect.name], values)


def delete_mute(conn: Connection, muter_id: int, muted_id: int) -> None:
    conn.execute(delete(mutes).where(mutes.c.muter_id == muter_id, mutes.c.muted_id == muted_id))


def list_mutes(conn: Connection, muter_id: int, window: Window, now: int) -> Sequence[tuple[int, int, int | None]]:
    """``(id, muted id, expires at)`` of a part of the list, newest first."""
    query = window.over(select(mutes.c.id, mutes.c.muted_id, mutes.c.expires_at), mutes.c.id)
    rows = conn.execute(query.where(mutes.c.muter_id == muter_id, LIVE), {"now": now})
    return window.newest_first([(row.id, row.muted_id, row.expires_at) for row in rows])


def expire_mutes(conn: Connection, now: int) -> None:
    conn.execute(delete(mutes).where(mutes.c.expires_at <= now))
