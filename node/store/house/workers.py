"""Workers and their heartbeats: who holds jobs, and what becomes due when one is gone."""

from collections.abc import Collection

from sqlalchemy import Connection, delete, insert, select, update

from node.store.jobs import LEASE
from node.store.tables import jobs, workers


def beat(conn: Connection, owner: str, now: int) -> None:
    """``owner`` lives: note it, and push on the leases of everything that it holds."""
    conn.execute(update(jobs).where(jobs.c.owner == owner, jobs.c.state == "live").values(due_at=now + LEASE))
    if not conn.execute(update(workers).where(workers.c.name == owner).values(seen_at=now)).rowcount:
        conn.execute(insert(workers).values(name=owner, started_at=now, seen_at=now))


def retire(conn: Connection, owner: str, now: int) -> None:
    """``owner`` stops in order: what it still holds becomes due."""
    take_over(conn, now, [owner])
    conn.execute(delete(workers).where(workers.c.name == owner))


def take_over(conn: Connection, now: int, owners: Collection[str] | None = None) -> int:
    """Make due at once what dead workers held: all (``None``, one process), or these; answers how many."""
    held = update(jobs).where(jobs.c.owner != "", jobs.c.state == "live")
    if owners is not None:
        held = held.where(jobs.c.owner.in_(owners))
    return conn.execute(held.values(due_at=now, owner="")).rowcount


def succeed(conn: Connection, now: int) -> None:
    """For the only process that works: what its predecessors held becomes due, and none of them counts any more."""
    take_over(conn, now)
    conn.execute(delete(workers))


def load_worker_heartbeats(conn: Connection) -> list[int]:
    """When each worker was last seen."""
    return list(conn.scalars(select(workers.c.seen_at)))


def forget_workers(conn: Connection, before: int) -> None:
    """Workers that were not seen since: their leases are long over."""
    conn.execute(delete(workers).where(workers.c.seen_at < before))
