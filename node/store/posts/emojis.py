"""Pictures of this node that stand for words (``domain.emojis``)."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, select, update

from node.domain.posts import Emoji
from node.store.tables import emojis


@dataclass(frozen=True, slots=True)
class OwnEmoji:
    """``enabled``: it may be used in what is written from now on."""

    id: int
    shortcode: str
    category: str
    media_id: int
    url: str
    still_url: str
    media_type: str
    enabled: bool


_COLUMNS = tuple(emojis.c[name] for name in OwnEmoji.__dataclass_fields__)
_ALL = select(*_COLUMNS).order_by(emojis.c.category, emojis.c.shortcode)
_USED = select(emojis.c.shortcode, emojis.c.url, emojis.c.media_type, emojis.c.still_url).where(
    emojis.c.enabled, emojis.c.shortcode.in_(bindparam("shortcodes", expanding=True))
)


def list_emojis(conn: Connection, *, enabled_only: bool = False) -> list[OwnEmoji]:
    """By category and name."""
    query = _ALL.where(emojis.c.enabled) if enabled_only else _ALL
    return [OwnEmoji(*row) for row in conn.execute(query)]


def find_emoji(conn: Connection, shortcode: str) -> OwnEmoji | None:
    return load_own(conn, [shortcode]).get(shortcode)


def load_own(conn: Connection, shortcodes: Collection[str]) -> dict[str, OwnEmoji]:
    """Those of these that there are, disabled ones too, by shortcode; no statement where there are none to be asked."""
    if not shortcodes:
        return {}
    rows = conn.execute(select(*_COLUMNS).where(emojis.c.shortcode.in_(list(shortcodes))))
    return {row.shortcode: OwnEmoji(*row) for row in rows}


def load_usable(conn: Connection, shortcodes: Collection[str]) -> list[Emoji]:
    """Those of these that may be used, in the order in which they were named."""
    found = {row.shortcode: Emoji(*row) for row in conn.execute(_USED, {"shortcodes": list(shortcodes)})}
    return [found[code] for code in shortcodes if code in found]


def count_emojis(conn: Connection) -> int:
    return conn.scalar(select(func.count()).select_from(emojis)) or 0


def insert_emoji(conn: Connection, **values: Any) -> None:
    """A new row; the caller mints the id."""
    conn.execute(insert(emojis), values)


def set_enabled(conn: Connection, emoji_id: int, *, enabled: bool) -> None:
    conn.execute(update(emojis).where(emojis.c.id == emoji_id).values(enabled=enabled))
