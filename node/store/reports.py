"""What was reported to the moderators."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from node.store.tables import reports

_INSERT = {
    "sqlite": sqlite_insert(reports).on_conflict_do_nothing(),
    "postgresql": postgresql_insert(reports).on_conflict_do_nothing(),
}


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
        },
    )


def find_report(conn: Connection, report_id: int) -> Any:
    """The whole row; None where there is none."""
    return conn.execute(select(reports).where(reports.c.id == report_id)).first()


def list_open_reports(conn: Connection, limit: int) -> Sequence[Any]:
    """Whole rows, newest first."""
    query = select(reports).where(reports.c.state == "open").order_by(reports.c.id.desc()).limit(limit)
    return conn.execute(query).all()


def count_open_reports(conn: Connection) -> int:
    return conn.scalar(select(func.count()).where(reports.c.state == "open")) or 0
