"""What was reported to the moderators."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, func, insert, or_, select, update

from node.store.database.upsert import insert_missing
from node.store.tables import report_notes, reports

_INSERT = insert_missing(reports)


def insert_report(
    conn: Connection,
    *,
    report_id: int,
    uri: str,
    reporter_uri: str,
    target_uri: str,
    object_uris: Sequence[str],
    comment: str,
    now: int,
    category: str = "other",
    rule_ids: Sequence[str] = (),
    forwarded: bool = False,
) -> None:
    conn.execute(
        _INSERT[conn.dialect.name],
        {
            "id": report_id,
            "uri": uri,
            "reporter_uri": reporter_uri,
            "target_uri": target_uri,
            "object_uris": list(object_uris),
            "comment": comment,
            "created_at": now,
            "category": category,
            "rule_ids": list(rule_ids),
            "forwarded": forwarded,
        },
    )


def list_reports(
    conn: Connection, *, state: str, before: int | None, limit: int, target_uri: str = ""
) -> Sequence[Any]:
    """Whole rows, newest first; of one target only, where that is asked for."""
    query = select(reports).where(reports.c.state == state)
    if target_uri:
        query = query.where(reports.c.target_uri == target_uri)
    if before is not None:
        query = query.where(reports.c.id < before)
    return conn.execute(query.order_by(reports.c.id.desc()).limit(limit)).all()


def find_report(conn: Connection, report_id: int) -> Any | None:
    """The whole row."""
    return conn.execute(select(reports).where(reports.c.id == report_id)).first()


def find_by_uri(conn: Connection, uri: str) -> Any | None:
    """The whole row of the report that this activity made."""
    return conn.execute(select(reports).where(reports.c.uri == uri)).first() if uri else None


def count_reports(conn: Connection, state: str = "open", *, about: str = "") -> int:
    """How many there are; ``about``: of one target, or by one reporter."""
    query = select(func.count()).where(reports.c.state == state)
    if about:
        query = query.where(or_(reports.c.target_uri == about, reports.c.reporter_uri == about))
    return conn.scalar(query) or 0


def count_since(conn: Connection, reporter_uri: str, since: int) -> int:
    """How many one person has made lately."""
    query = select(func.count()).where(reports.c.reporter_uri == reporter_uri, reports.c.created_at >= since)
    return conn.scalar(query) or 0


def set_state(conn: Connection, report_id: int, state: str, *, by: str, now: int) -> bool:
    """False where there is no such report."""
    values = {"state": state, "handled_by": by, "closed_at": now if state == "closed" else None}
    return conn.execute(update(reports).where(reports.c.id == report_id).values(**values)).rowcount > 0


def insert_note(conn: Connection, note_id: int, report_id: int, author_uri: str, text: str, now: int) -> None:
    conn.execute(
        insert(report_notes).values(id=note_id, report_id=report_id, author_uri=author_uri, text=text, created_at=now)
    )


def list_notes(conn: Connection, report_id: int) -> Sequence[Any]:
    """Whole rows, the oldest first."""
    return conn.execute(
        select(report_notes).where(report_notes.c.report_id == report_id).order_by(report_notes.c.id)
    ).all()
