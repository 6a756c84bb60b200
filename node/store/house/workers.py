"""Workers and their heartbeats: who holds jobs, and what becomes due when one is gone."""

from collections.abc import Collection

from sqlalchemy import Connection, bindparam, delete, insert, literal_column, select, update

from node.store.database.bulk import portions
from node.store.database.prepared import Prepared
from node.store.jobs import LEASE, LIVE
from node.store.tables import jobs, workers

#: As the index says it: SQLite takes no parameter for the same.
_IS_HELD = jobs.c.owner != literal_column("''")
# While it runs, nothing that is held can be settled.
_RENEW = Prepared(
    update(jobs)
    .where(
        jobs.c.id.in_(bindparam("job_ids", expanding=True)),
        jobs.c.owner == bindparam("worker"),
        jobs.c.state == LIVE,
    )
    .values(due_at=bindparam("until"))
    .returning(jobs.c.id),
    many="job_ids",
)


def beat(conn: Connection, owner: str, now: int, held: Collection[int] = ()) -> None:
    """``owner`` lives: note it, and push on the leases of what it knows to hold."""
    renew(conn, owner, now, held)
    if not conn.execute(update(workers).where(workers.c.name == owner).values(seen_at=now)).rowcount:
        conn.execute(insert(workers).values(name=owner, started_at=now, seen_at=now))


def renew(conn: Connection, owner: str, now: int, held: Collection[int]) -> None:
    """Push on the leases of these jobs, where they are still the owner's.

    A claim whose answer was lost on the way from the database is held by nobody: its lease ends.
    """
    for some in portions(held):
        _RENEW.run(conn, {"job_ids": some, "worker": owner, "until": now + LEASE})


def retire(conn: Connection, owner: str, now: int) -> None:
    """``owner`` stops in order: what it still holds becomes due."""
    take_over(conn, now, [owner])
    conn.execute(delete(workers).where(workers.c.name == owner))


def take_over(conn: Connection, now: int, owners: Collection[str] | None = None) -> int:
    """Make due at once what dead workers held: all (``None``, one process), or these; answers how many."""
    held = update(jobs).where(_IS_HELD, jobs.c.state == LIVE)
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
