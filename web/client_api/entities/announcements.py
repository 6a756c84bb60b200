"""Announcement and its reactions."""

from collections.abc import Collection, Mapping
from typing import Any

import orjson
from sqlalchemy import Connection, Row

from node.domain.emojis import is_shortcode, shortcodes_in
from node.store.house import announcements
from node.store.house.announcements import Reaction
from node.store.posts import emojis
from node.store.posts.emojis import OwnEmoji
from web.client_api.entities.look import instant
from web.client_api.entities.media import own_emoji


def render(conn: Connection, viewer_id: int | None, ids: Collection[int]) -> dict[int, bytes]:
    """Announcements as JSON by id, in the order of ``ids``; without a viewer nobody has read or chosen anything."""
    rows = {row.id: row for row in announcements.load(conn, ids)}
    read = announcements.load_read(conn, ids, viewer_id) if viewer_id is not None else set()
    reactions = announcements.load_reactions(conn, ids, viewer_id)
    named = shortcodes_in(row.source for row in rows.values())
    chosen = {one.name for listed in reactions.values() for one in listed if is_shortcode(one.name)}
    pictures = emojis.load_own(conn, {*named, *chosen})
    return {
        each: orjson.dumps(_announcement(rows[each], each in read, reactions.get(each, []), pictures))
        for each in ids
        if each in rows
    }


def _announcement(
    row: Row[Any], is_read: bool, reactions: list[Reaction], pictures: Mapping[str, OwnEmoji]
) -> dict[str, Any]:
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
        "emojis": [own_emoji(pictures[code]) for code in shortcodes_in([row.source]) if code in pictures],
        "reactions": [
            {"name": each.name, "count": each.count, "me": each.me, **_picture(pictures.get(each.name))}
            for each in reactions
        ],
    }


def _picture(emoji: OwnEmoji | None) -> dict[str, str]:
    """Where one of our own emojis is found; nothing for a symbol."""
    return {"url": emoji.url, "static_url": emoji.still_url} if emoji is not None else {}


def reaction(conn: Connection, announcement_id: int, name: str) -> bytes:
    """What streams say of one emoji: how many have chosen it now."""
    found = announcements.load_reactions(conn, [announcement_id], None).get(announcement_id, [])
    count = next((each.count for each in found if each.name == name), 0)
    pictures = emojis.load_own(conn, {name} if is_shortcode(name) else ())
    told = {"name": name, "count": count, "announcement_id": str(announcement_id), **_picture(pictures.get(name))}
    return orjson.dumps(told)


def _instant(at: int | None) -> str | None:
    return None if at is None else instant(at)
