"""The log of what those who look after the node changed (ADM3): a line in the transaction of each change."""

from typing import Any

from sqlalchemy import Connection

from node.services.context import Unit
from node.store.house import audit_log
from node.store.people import actors


def record(
    conn: Connection,
    unit: Unit,
    by: int | str | None,
    action: str,
    target: str,
    before: Any = None,
    after: Any = None,
) -> None:
    """Who changed what; ``by``: the id or the URI of an actor, None or '' for the command line."""
    uri = actors.load_actors_by_id(conn, [by])[by].uri if isinstance(by, int) else by or ""
    audit_log.insert_act(
        conn, unit.ids.new(), by=uri, action=action, target=target, now=unit.now, before=before, after=after
    )
