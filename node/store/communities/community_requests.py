"""Requests to join communities elsewhere, for moderators here to decide; their home tells of each, and when it is over.

Requests to communities of ours are follows that wait (``store.people.follows``).
"""

from dataclasses import dataclass
from itertools import starmap

from sqlalchemy import ColumnElement, Connection, delete, select, update

from node.store.database.upsert import insert_missing
from node.store.tables import community_requests


@dataclass(frozen=True, slots=True)
class Request:
    """``follow_uri``: the Follow that asks; ``decided_at``: when somebody here decided, unconfirmed by its home."""

    community_id: int
    asker_id: int
    follow_uri: str
    created_at: int
    decided_at: int | None = None


_COLUMNS = tuple(community_requests.c[name] for name in Request.__dataclass_fields__)
_INSERT = insert_missing(community_requests)


def save_request(conn: Connection, new: Request) -> None:
    """One that is known is open again: who asks anew, asks anew."""
    delete_request(conn, new.community_id, new.asker_id)
    conn.execute(_INSERT[conn.dialect.name], {name: getattr(new, name) for name in Request.__dataclass_fields__})


def find_request(conn: Connection, community_id: int, asker_id: int) -> Request | None:
    row = conn.execute(select(*_COLUMNS).where(*_of(community_id, asker_id))).first()
    return Request(*row) if row else None


def load_open(conn: Connection, community_id: int) -> list[Request]:
    """Those that nobody here has decided, the oldest first."""
    query = select(*_COLUMNS).where(
        community_requests.c.community_id == community_id, community_requests.c.decided_at.is_(None)
    )
    return list(starmap(Request, conn.execute(query.order_by(community_requests.c.created_at))))


def decide(conn: Connection, community_id: int, asker_id: int, now: int) -> None:
    """Somebody here has decided; its home has the last word."""
    conn.execute(update(community_requests).where(*_of(community_id, asker_id)).values(decided_at=now))


def reopen(conn: Connection, community_id: int, asker_id: int) -> None:
    """What was decided here did not count."""
    conn.execute(update(community_requests).where(*_of(community_id, asker_id)).values(decided_at=None))


def delete_request(conn: Connection, community_id: int, asker_id: int) -> bool:
    return conn.execute(delete(community_requests).where(*_of(community_id, asker_id))).rowcount > 0


def delete_all(conn: Connection, community_id: int) -> None:
    """Nobody here governs it any more."""
    conn.execute(delete(community_requests).where(community_requests.c.community_id == community_id))


def _of(community_id: int, asker_id: int) -> tuple[ColumnElement[bool], ...]:
    return community_requests.c.community_id == community_id, community_requests.c.asker_id == asker_id
