"""Who changed what of the house: the log of moderators and administrators."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection, insert, or_, select

from node.store.tables import audit_log


def insert_act(
    conn: Connection,
    act_id: int,
    *,
    by: str,
    action: str,
    target: str,
    now: int,
    before: Any = None,
    after: Any = None,
) -> None:
    """A line of the log; ``by``: the URI of who did it, '' for the command line (``node.services.audit`` writes it)."""
    conn.execute(
        insert(audit_log).values(
            id=act_id, actor_uri=by, action=action, target=target, before=before, after=after, created_at=now
        )
    )


def list_acts(
    conn: Connection, *, about: str, actions: Collection[str] = (), uri: str = "", before: int | None, limit: int
) -> Sequence[Any]:
    """Whole rows of the log, newest first; ``about``: what stands anywhere in action, target or name.

    ``actions`` and ``uri`` are what the same words may mean, too: the actions called so, and the account of this name.
    """
    query = select(audit_log)
    if about:
        columns = (audit_log.c.action, audit_log.c.target, audit_log.c.actor_uri)
        wanted = [column.contains(about, autoescape=True) for column in columns]
        wanted.append(audit_log.c.action.in_(actions))
        if uri:
            wanted += [audit_log.c.target == uri, audit_log.c.actor_uri == uri]
        query = query.where(or_(*wanted))
    if before is not None:
        query = query.where(audit_log.c.id < before)
    return conn.execute(query.order_by(audit_log.c.id.desc()).limit(limit)).all()
