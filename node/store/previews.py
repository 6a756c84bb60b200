"""Cards of pages that posts link to: what is known of a page, and which post shows which."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Executable, delete, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from node.store.stamps import touch_objects
from node.store.tables import cards, object_cards

_CARDS: dict[str, Executable] = {}
_SHOWN: dict[str, Executable] = {}
for _dialect, _insert in (("sqlite", sqlite_insert), ("postgresql", postgresql_insert)):
    _card, _shown = _insert(cards), _insert(object_cards)
    _CARDS[_dialect] = _card.on_conflict_do_update(
        index_elements=["url"], set_={"data": _card.excluded.data, "fetched_at": _card.excluded.fetched_at}
    )
    _SHOWN[_dialect] = _shown.on_conflict_do_update(index_elements=["object_id"], set_={"url": _shown.excluded.url})


def find_card(conn: Connection, url: str, *, fetched_after: int) -> tuple[bool, Any]:
    """Whether the page was looked at since then, and what it said of itself."""
    query = select(cards.c.data).where(cards.c.url == url, cards.c.fetched_at > fetched_after)
    row = conn.execute(query).first()
    return (False, None) if row is None else (True, row.data)


def save_card(conn: Connection, url: str, data: Mapping[str, Any] | None, now: int) -> None:
    """What a page says of itself; None where it says nothing, so that it is not asked again soon."""
    values = {"url": url, "data": dict(data) if data else None, "fetched_at": now}
    conn.execute(_CARDS[conn.dialect.name], values)


def show_card(conn: Connection, object_id: int, url: str) -> None:
    """Show the card of a page below a post."""
    conn.execute(_SHOWN[conn.dialect.name], {"object_id": object_id, "url": url})
    touch_objects(conn, [object_id])


def hide_card(conn: Connection, object_id: int) -> None:
    """The post does not link there any more."""
    if conn.execute(delete(object_cards).where(object_cards.c.object_id == object_id)).rowcount:
        touch_objects(conn, [object_id])
