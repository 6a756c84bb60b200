"""Cards of pages that posts link to: what is known of a page, and which post shows which."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, delete, select

from node.store.database.upsert import Into, Upsert
from node.store.posts.stamps import touch_objects
from node.store.tables import cards, object_cards


def _put_card(into: Into) -> Any:
    made = into(cards)
    new = {"data": made.excluded.data, "fetched_at": made.excluded.fetched_at}
    return made.on_conflict_do_update(index_elements=["url"], set_=new)


def _put_shown(into: Into) -> Any:
    made = into(object_cards)
    return made.on_conflict_do_update(index_elements=["object_id"], set_={"url": made.excluded.url})


_CARDS, _SHOWN = Upsert(_put_card), Upsert(_put_shown)


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
