"""Conversation: direct messages with the same people in one thread."""

from collections.abc import Sequence
from typing import Any

import orjson
from sqlalchemy import Connection, Row

from web.client_api.entities import accounts, statuses
from web.client_api.entities.look import Look


def render(conn: Connection, look: Look, owner_id: int, rows: Sequence[Row[Any]]) -> dict[int, bytes]:
    """Conversations of one person as JSON by id, in their order; statements do not grow with their number.

    Those with nobody but people of hosts that the node has blocked are left out.
    """
    named = {actor_id for row in rows for actor_id in row.actor_ids or [owner_id]}
    people = accounts.render_unblocked(conn, look, named)
    shown = statuses.render(conn, look, [row.last_object_id for row in rows], owner_id)
    return {
        row.id: orjson.dumps(_conversation(row, owner_id, people, shown))
        for row in rows
        if not people.keys().isdisjoint(row.actor_ids or [owner_id])
    }


def _conversation(row: Row[Any], owner_id: int, people: dict[int, bytes], shown: dict[int, bytes]) -> dict[str, Any]:
    """A conversation with oneself shows oneself: apps want somebody."""
    last = shown.get(row.last_object_id)
    return {
        "id": str(row.id),
        "unread": row.unread,
        "accounts": [orjson.Fragment(people[each]) for each in row.actor_ids or [owner_id] if each in people],
        "last_status": None if last is None else orjson.Fragment(last),
    }
