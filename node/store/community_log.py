"""What was done to govern communities, for their members to read."""

from dataclasses import dataclass
from itertools import starmap

from sqlalchemy import Connection, insert, select

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
) -> None:
    """Note what somebody did, for all members to read."""
    entry = LogEntry(entry_id, community_id, by, act.value, target, title, reason, activity, now)
    conn.execute(insert(community_log), {name: getattr(entry, name) for name in LogEntry.__dataclass_fields__})


def is_recorded(conn: Connection, community_id: int, activity_uri: str) -> bool:
    """Whether the act that an activity tells has been noted."""
    query = select(community_log.c.id).where(
        community_log.c.activity_uri == activity_uri, community_log.c.community_id == community_id
    )
    return conn.scalar(query.limit(1)) is not None


def find_entry(conn: Connection, entry_id: int) -> LogEntry | None:
    row = conn.execute(select(*_ENTRY).where(community_log.c.id == entry_id)).first()
    return LogEntry(*row) if row else None


def load_log(conn: Connection, community_id: int, *, before: int | None, limit: int) -> list[LogEntry]:
    """What was done, the newest first; ``before`` is the id of an entry."""
    query = select(*_ENTRY).where(community_log.c.community_id == community_id)
    if before is not None:
        query = query.where(community_log.c.id < before)
    return list(starmap(LogEntry, conn.execute(query.order_by(community_log.c.id.desc()).limit(limit))))
