"""The log of what those who look after the node changed (ADM3): a line in the transaction of each change."""

from typing import Any

from sqlalchemy import Connection

from node.services.context import Unit
from node.store.house import audit_log
from node.store.people import actors


def record(
    conn: Connection,
    unit: Unit,
    actor_id: int | None,
    action: str,
    target: str,
    before: Any = None,
    after: Any = None,
) -> None:
    """Who changed what; no actor stands for the command line."""
    by = actors.load_actors_by_id(conn, [actor_id])[actor_id].uri if actor_id is not None else ""
    audit_log.record(
        conn, unit.ids.new(), by=by, action=action, target=target, now=unit.now, before=before, after=after
    )
