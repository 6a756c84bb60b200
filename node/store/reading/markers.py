"""How far somebody has read."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from node.store.database.upsert import Into, Upsert
from node.store.tables import markers

TIMELINES = ("home", "notifications")


@dataclass(frozen=True, slots=True)
class Marker:
    timeline: str
    last_read_id: int
    version: int
    updated_at: int


_COLUMNS = tuple(markers.c[name] for name in Marker.__dataclass_fields__)


def _put(into: Into) -> Any:
    made = into(markers)
    return made.on_conflict_do_update(
        index_elements=["owner_id", "timeline"],
        set_={
            "last_read_id": made.excluded.last_read_id,
            "version": markers.c.version + 1,
            "updated_at": made.excluded.updated_at,
        },
    )


_UPSERT = Upsert(_put)


def load_markers(conn: Connection, owner_id: int, timelines: Collection[str]) -> list[Marker]:
    query = select(*_COLUMNS).where(markers.c.owner_id == owner_id, markers.c.timeline.in_(list(timelines)))
    return [Marker(*row) for row in conn.execute(query)]


def save_markers(conn: Connection, owner_id: int, read: Mapping[str, int], now: int) -> list[Marker]:
    """Timeline -> id of what was read last. It goes back too, where a client says so."""
    rows = [
        {"owner_id": owner_id, "timeline": timeline, "last_read_id": last, "version": 1, "updated_at": now}
        for timeline, last in read.items()
    ]
    if rows:
        conn.execute(_UPSERT[conn.dialect.name], rows)
    return load_markers(conn, owner_id, list(read))
