"""What was done to govern communities, for their members to read."""

from dataclasses import dataclass
from itertools import starmap

from sqlalchemy import Connection, insert, select, update

from node.domain.communities import Act
from node.store.tables import community_log


@dataclass(frozen=True, slots=True)
class LogEntry:
    id: int
    community_id: int
    actor_uri: str
    act: str  # domain.communities.Act
    target_uri: str
    title: str
    reason: str
    activity_uri: str
    created_at: int
    expires_at: int | None = None  # of a ban
    # Of a deed in a community elsewhere: when its home refused it, so that it was taken back here, and why.
    refused_at: int | None = None
    refusal: str = ""


_ENTRY = tuple(community_log.c[name] for name in LogEntry.__dataclass_fields__)


def record_act(
    conn: Connection,
    entry_id: int,
    community_id: int,
    act: Act,
    *,
    by: str,
    now: int,
    target: str = "",
    title: str = "",
    reason: str = "",
    activity: str = "",
    expires_at: int | None = None,
) -> None:
    """Note what somebody did, for all members to read."""
    entry = LogEntry(entry_id, community_id, by, act.value, target, title, reason, activity, now, expires_at)
    conn.execute(insert(community_log), {name: getattr(entry, name) for name in LogEntry.__dataclass_fields__})


def find_told(conn: Connection, community_id: int, activity_uri: str) -> LogEntry | None:
    """What an activity told, where that has been noted."""
    query = select(*_ENTRY).where(
        community_log.c.activity_uri == activity_uri, community_log.c.community_id == community_id
    )
    row = conn.execute(query.limit(1)).first()
    return LogEntry(*row) if row else None


def find_entry(conn: Connection, entry_id: int) -> LogEntry | None:
    row = conn.execute(select(*_ENTRY).where(community_log.c.id == entry_id)).first()
    return LogEntry(*row) if row else None


def find_last(conn: Connection, community_id: int, act: Act, target: str) -> LogEntry | None:
    """When this was last done to somebody or something, and not refused."""
    query = select(*_ENTRY).where(
        community_log.c.community_id == community_id,
        community_log.c.act == act.value,
        community_log.c.target_uri == target,
        community_log.c.refused_at.is_(None),
    )
    row = conn.execute(query.order_by(community_log.c.id.desc()).limit(1)).first()
    return LogEntry(*row) if row else None


def note_refusal(conn: Connection, entry_id: int, now: int, why: str) -> None:
    """The home of the community has refused it."""
    conn.execute(update(community_log).where(community_log.c.id == entry_id).values(refused_at=now, refusal=why))


def load_log(conn: Connection, community_id: int, *, before: int | None, limit: int) -> list[LogEntry]:
    """What was done, the newest first; ``before`` is the id of an entry."""
    query = select(*_ENTRY).where(community_log.c.community_id == community_id)
    if before is not None:
        query = query.where(community_log.c.id < before)
    return list(starmap(LogEntry, conn.execute(query.order_by(community_log.c.id.desc()).limit(limit))))
