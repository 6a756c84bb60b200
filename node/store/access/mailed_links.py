"""Links that are good once and not for long: to set the node up, to choose a password, to confirm an address."""

from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select

from node.store.access.hashes import hash_of
from node.store.tables import one_time_links

SETUP, RESET, CONFIRM, EMAIL = "setup", "reset", "confirm", "email"  # what a link is for


@dataclass(frozen=True, slots=True)
class Link:
    """A one-time link: whose it is (None for the set-up), and what it confirms (there its own secret, sealed)."""

    actor_id: int | None
    detail: str


def insert_link(
    conn: Connection,
    token: str,
    purpose: str,
    now: int,
    expires_at: int,
    *,
    actor_id: int | None = None,
    detail: str = "",
) -> None:
    """A one-time link; earlier ones of the same purpose and person end."""
    conn.execute(
        delete(one_time_links).where(
            one_time_links.c.purpose == purpose, one_time_links.c.actor_id.is_not_distinct_from(actor_id)
        )
    )
    conn.execute(
        insert(one_time_links).values(
            token_hash=hash_of(token),
            purpose=purpose,
            actor_id=actor_id,
            detail=detail,
            created_at=now,
            expires_at=expires_at,
        )
    )


def find_link(conn: Connection, token: str, purpose: str, now: int) -> Link | None:
    """The link, while it is good."""
    query = select(one_time_links.c.actor_id, one_time_links.c.detail).where(
        one_time_links.c.token_hash == hash_of(token),
        one_time_links.c.purpose == purpose,
        one_time_links.c.expires_at > now,
    )
    row = conn.execute(query).first()
    return Link(*row) if row else None


def load_detail(conn: Connection, purpose: str, now: int) -> str:
    """What the link of nobody for this purpose was noted with; empty where none is good."""
    query = select(one_time_links.c.detail).where(
        one_time_links.c.purpose == purpose, one_time_links.c.actor_id.is_(None), one_time_links.c.expires_at > now
    )
    return conn.scalar(query) or ""


def take_link(conn: Connection, token: str, purpose: str, now: int) -> Link | None:
    """The same, and it is used up; of two who take it at once one gets None."""
    good = find_link(conn, token, purpose, now)
    gone = conn.execute(delete(one_time_links).where(one_time_links.c.token_hash == hash_of(token))).rowcount
    return good if gone else None


def end_links(conn: Connection, actor_id: int) -> None:
    """No link that this person was sent is good any more."""
    conn.execute(delete(one_time_links).where(one_time_links.c.actor_id == actor_id))


def expire_links(conn: Connection, now: int) -> None:
    conn.execute(delete(one_time_links).where(one_time_links.c.expires_at <= now))
