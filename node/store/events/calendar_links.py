"""Private addresses of calendars, a person's or those of her communities: shown once and kept as hashes (AUT10)."""

import hashlib
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select, update

from node.store.tables import accounts, actors, calendar_links


@dataclass(frozen=True, slots=True)
class CalendarLink:
    id: int
    actor_id: int
    label: str
    created_at: int
    used_at: int | None
    community_id: int | None  # of which alone it shows the events


_COLUMNS = tuple(calendar_links.c[name] for name in CalendarLink.__dataclass_fields__)


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def insert_link(conn: Connection, new: CalendarLink, token: str) -> None:
    values = {name: getattr(new, name) for name in CalendarLink.__dataclass_fields__}
    conn.execute(insert(calendar_links).values(token_hash=_hashed(token), **values))


def find_link(conn: Connection, token: str) -> CalendarLink | None:
    """The address with this token, of a person who may still sign in."""
    query = (
        select(*_COLUMNS)
        .join(actors, actors.c.id == calendar_links.c.actor_id)
        .join(accounts, accounts.c.actor_id == calendar_links.c.actor_id)
        .where(calendar_links.c.token_hash == _hashed(token), actors.c.state == "active")
    )
    row = conn.execute(query).first()
    return CalendarLink(*row) if row else None


def list_links(conn: Connection, actor_id: int) -> list[CalendarLink]:
    query = select(*_COLUMNS).where(calendar_links.c.actor_id == actor_id).order_by(calendar_links.c.id)
    return [CalendarLink(*row) for row in conn.execute(query)]


def touch_link(conn: Connection, link_id: int, now: int) -> None:
    conn.execute(update(calendar_links).where(calendar_links.c.id == link_id).values(used_at=now))


def delete_link(conn: Connection, link_id: int, actor_id: int) -> bool:
    """Whether there was such an address of this person."""
    found = delete(calendar_links).where(calendar_links.c.id == link_id, calendar_links.c.actor_id == actor_id)
    return bool(conn.execute(found).rowcount)
