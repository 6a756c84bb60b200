"""Reports of posts in communities, ours and others': for their moderators first, for the node's when those hand on."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import starmap
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, insert, select, update

from node.store.tables import community_reports, reports

OPEN, CLOSED = "open", "closed"


@dataclass(frozen=True, slots=True)
class CommunityReport:
    """A report as the moderators of one community have it."""

    community_id: int
    report_id: int
    state: str
    created_at: int
    handled_by: str = ""
    closed_at: int | None = None
    handed_on_at: int | None = None


_COLUMNS = tuple(community_reports.c[name] for name in CommunityReport.__dataclass_fields__)


def insert_many(conn: Connection, report_id: int, community_ids: Collection[int], now: int) -> None:
    rows = [{"community_id": each, "report_id": report_id, "state": OPEN, "created_at": now} for each in community_ids]
    if rows:
        conn.execute(insert(community_reports), rows)


def find(conn: Connection, community_id: int, report_id: int) -> CommunityReport | None:
    row = conn.execute(select(*_COLUMNS).where(*_of(community_id, report_id))).first()
    return CommunityReport(*row) if row else None


def load_of(conn: Connection, report_ids: Collection[int]) -> list[CommunityReport]:
    """The communities that these reports are for."""
    query = select(*_COLUMNS).where(community_reports.c.report_id.in_(list(report_ids)))
    return list(starmap(CommunityReport, conn.execute(query.order_by(community_reports.c.community_id))))


def list_for(conn: Connection, community_id: int, *, state: str, before: int | None, limit: int) -> Sequence[Any]:
    """Whole rows of ``reports``, the newest first; ``before`` is the id of one."""
    query = (
        select(reports)
        .join(community_reports, community_reports.c.report_id == reports.c.id)
        .where(community_reports.c.community_id == community_id, community_reports.c.state == state)
    )
    if before is not None:
        query = query.where(reports.c.id < before)
    return conn.execute(query.order_by(reports.c.id.desc()).limit(limit)).all()


def count_open(conn: Connection, community_id: int) -> int:
    query = select(func.count()).where(
        community_reports.c.community_id == community_id, community_reports.c.state == OPEN
    )
    return conn.scalar(query) or 0


def list_waiting(conn: Connection, before: int) -> list[CommunityReport]:
    """Those that their moderators have neither closed nor handed on, and that came before this time."""
    query = select(*_COLUMNS).where(
        community_reports.c.state == OPEN,
        community_reports.c.created_at < before,
        community_reports.c.handed_on_at.is_(None),
    )
    return list(starmap(CommunityReport, conn.execute(query.order_by(community_reports.c.report_id))))


def set_state(conn: Connection, community_id: int, report_id: int, state: str, *, by: str, now: int) -> bool:
    """False where it was so before."""
    values = {"state": state, "handled_by": by, "closed_at": now if state == CLOSED else None}
    changed = update(community_reports).where(*_of(community_id, report_id), community_reports.c.state != state)
    return conn.execute(changed.values(**values)).rowcount > 0


def hand_on(conn: Connection, community_id: int, report_id: int, now: int) -> bool:
    """False where it was so before."""
    changed = update(community_reports).where(*_of(community_id, report_id), community_reports.c.handed_on_at.is_(None))
    return conn.execute(changed.values(handed_on_at=now)).rowcount > 0


def _of(community_id: int, report_id: int) -> tuple[ColumnElement[bool], ...]:
    return community_reports.c.community_id == community_id, community_reports.c.report_id == report_id
