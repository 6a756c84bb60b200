"""Announcement and its reactions."""

from collections.abc import Collection
from typing import Any

import orjson
from sqlalchemy import Connection, Row

from node.store import announcements
from node.store.announcements import Reaction
from web.client_api.entities.look import instant


def render(conn: Connection, viewer_id: int | None, ids: Collection[int]) -> dict[int, bytes]:
    """Announcements as JSON by id, in the order of ``ids``; without a viewer nobody has read or chosen anything."""
    rows = {row.id: row for row in announcements.load(conn, ids)}
    read = announcements.load_read(conn, ids, viewer_id) if viewer_id is not None else set()
    reactions = announcements.load_reactions(conn, ids, viewer_id)
    return {
        each: orjson.dumps(_announcement(rows[each], each in read, reactions.get(each, [])))
        for each in ids
        if each in rows
    }


def _announcement(row: Row[Any], is_read: bool, reactions: list[Reaction]) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "content": row.content,
        "starts_at": _instant(row.starts_at),
        "ends_at": _instant(row.ends_at),
        "all_day": row.all_day,
        "published_at": instant(row.published_at or row.updated_at),
        "updated_at": instant(row.updated_at),
        "read": is_read,
        "mentions": [],
        "statuses": [],
        "tags": [],
        "emojis": [],
        "reactions": [{"name": each.name, "count": each.count, "me": each.me} for each in reactions],
    }


def reaction(conn: Connection, announcement_id: int, name: str) -> bytes:
    """What streams say of one emoji: how many have chosen it now."""
    found = announcements.load_reactions(conn, [announcement_id], None).get(announcement_id, [])
    count = next((each.count for each in found if each.name == name), 0)
    return orjson.dumps({"name": name, "count": count, "announcement_id": str(announcement_id)})


def _instant(at: int | None) -> str | None:
    return None if at is None else instant(at)
