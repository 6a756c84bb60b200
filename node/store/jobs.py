"""The one table of durable work: inbox processing, deliveries, fetches, periodic work.

A job is due when ``due_at`` has passed. Claiming a job moves ``due_at`` to the end of a lease, which heartbeats push
on: what a dead process held becomes due again by itself. Jobs of one ``serial_key`` run strictly in the order of their
ids; at most one waiting job has a given ``lock_key``.

What waits behind another job of its key, or for a host that is held, is put off by ``BEHIND``, so that a claim never
reads past thousands of rows that it cannot take. Ending the job in front makes the next one due. That is for speed
only: whether a job is the first of its key is asked again when it is claimed, and after ``BEHIND`` it is due by itself.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import Connection, and_, bindparam, delete, exists, func, or_, select, update

from node import log
from node.clock import HOUR, SECOND
from node.store.database.bulk import Bulk, portions
from node.store.database.engine import signal
from node.store.database.prepared import Prepared
from node.store.database.upsert import insert_missing
from node.store.tables import jobs

#: How long a claim holds without a heartbeat. Work of a killed process goes on within 10 s of the next start,
#: also where another process may still be alive.
LEASE = 10 * SECOND
#: What ``jobs.state`` says: to be done, or set aside for an administrator.
LIVE, PARKED = "live", "parked"
BEHIND = 12 * HOUR


class Job(NamedTuple):
    """A claimed piece of work."""

    id: int
    kind: str
    ref: int | None
    target: str
    host: str
    payload: Any
    serial_key: str | None
    attempts: int  # this one included
    expires_at: int | None
    created_at: int
    request_id: str | None = None


@dataclass(frozen=True, slots=True)
class NewJob:
    """A piece of work to be done from ``due_at`` on, for the request that is in hand where it is asked for."""

    kind: str
    id: int
    due_at: int
    ref: int | None = None
    target: str = ""
    host: str = ""
    payload: Any = None
    serial_key: str | None = None
    lock_key: str | None = None
    expires_at: int | None = None
    is_first: bool = False  # what ``serial_key`` names is new, so nothing of it can wait: it is not looked for
    request_id: str = field(default_factory=log.request_id.get)


#: Of a row that becomes a ``Job``, in its order.
COLUMNS = (
    jobs.c.id,
    jobs.c.kind,
    jobs.c.ref,
    jobs.c.target,
    jobs.c.host,
    jobs.c.payload,
    jobs.c.serial_key,
    jobs.c.attempts,
    jobs.c.expires_at,
    jobs.c.created_at,
    jobs.c.request_id,
)
_INSERT = Bulk(insert_missing(jobs, [jobs.c.lock_key]))


def enqueue_many(conn: Connection, new: Sequence[NewJob]) -> None:
    """Store jobs in the caller's transaction; a job whose ``lock_key`` already waits is left out."""
    if not new:
        return
    taken = _taken_keys(conn, {job.serial_key for job in new if job.serial_key is not None and not job.is_first})
    rows = []
    for job in new:
        rows.append(_row(job, behind=job.serial_key in taken))
        if job.serial_key is not None:
            taken.add(job.serial_key)
    _INSERT.run(conn, rows)
    for kind in {job.kind for job in new}:
        signal(conn, f"jobs:{kind}")


def _row(job: NewJob, *, behind: bool) -> dict[str, Any]:
    return {
        "id": job.id,
        "kind": job.kind,
        "ref": job.ref,
        "target": job.target,
        "host": job.host,
        "payload": job.payload,
        "serial_key": job.serial_key,
        "lock_key": job.lock_key,
        "due_at": job.due_at + BEHIND if behind else job.due_at,
        "expires_at": job.expires_at,
        "created_at": job.due_at,
        "request_id": job.request_id or None,
    }


_LAST_OF_KEY = (
    select(func.max(jobs.c.id))
    .where(jobs.c.serial_key.in_(bindparam("keys", expanding=True)), jobs.c.state == LIVE)
    .group_by(jobs.c.serial_key)
)
_TAKEN_KEYS = select(jobs.c.serial_key).where(jobs.c.id.in_(_LAST_OF_KEY))
# A key-share lock on the last job of each key makes whoever ends it wait until the new one is there to be made due.
# One that is being ended at this moment is skipped: nothing waits behind it any more.
# SQLite has one writer and leaves this out.
_TAKEN = Prepared(_TAKEN_KEYS.with_for_update(read=True, key_share=True, skip_locked=True), many="keys")


def _taken_keys(conn: Connection, keys: Collection[str]) -> set[str]:
    """Those keys of which jobs wait or run."""
    return {row[0] for some in portions(keys) for row in _TAKEN.run(conn, {"keys": some})}


_earlier = jobs.alias("earlier")
#: Nothing of its ``serial_key`` is in front of it.
IS_FIRST = or_(
    jobs.c.serial_key.is_(None),
    ~exists().where(
        and_(_earlier.c.serial_key == jobs.c.serial_key, _earlier.c.id < jobs.c.id, _earlier.c.state == LIVE)
    ),
)
_FINISH = Prepared(
    delete(jobs).where(jobs.c.id.in_(bindparam("job_ids", expanding=True))).returning(jobs.c.serial_key),
    many="job_ids",
)
_FIRST_OF_KEY = (
    select(func.min(jobs.c.id))
    .where(jobs.c.serial_key.in_(bindparam("keys", expanding=True)), jobs.c.state == LIVE)
    .group_by(jobs.c.serial_key)
)
_PROMOTE = Prepared(
    update(jobs)
    .where(
        jobs.c.id.in_(_FIRST_OF_KEY),
        jobs.c.owner == "",
        jobs.c.attempts == 0,  # one that was tried waits for its own time
        jobs.c.due_at > jobs.c.created_at,
    )
    .values(due_at=jobs.c.created_at)
    .returning(jobs.c.kind),
    many="keys",
)


def _mine(statement: Any) -> Any:
    """Only while the caller holds the job: another process may have taken it over after a lease ran out."""
    return statement.where(jobs.c.id == bindparam("job_id"), jobs.c.owner == bindparam("worker"))


_RETRY = _mine(update(jobs)).values(
    due_at=bindparam("at"), owner="", error=bindparam("reason"), attempts=jobs.c.attempts - bindparam("uncounted")
)
_PARK = _mine(update(jobs)).values(
    state=PARKED, owner="", error=bindparam("reason"), lock_key=None, due_at=bindparam("at")
)
_PARKED_KEYS = select(jobs.c.serial_key).where(jobs.c.id.in_(bindparam("job_ids", expanding=True)))
_GIVE_BACK = _mine(update(jobs)).values(due_at=bindparam("at"), owner="", attempts=jobs.c.attempts - 1)


def finish_many(conn: Connection, job_ids: Collection[int]) -> None:
    """The work is done, or not to be done any more; what waited behind it becomes due."""
    if job_ids:
        _promote(conn, {row[0] for row in _FINISH.run(conn, {"job_ids": list(job_ids)})})


def _promote(conn: Connection, keys: Collection[str | None]) -> None:
    """Make the first job of each key due."""
    keys = [key for key in keys if key is not None]
    if keys:
        for kind in {row[0] for row in _PROMOTE.run(conn, {"keys": keys})}:
            signal(conn, f"jobs:{kind}")


def retry_many(conn: Connection, owner: str, retries: Sequence[tuple[int, int, str, bool]]) -> None:
    """``(job id, due at, reason, counts)``: try again then; does this try count?"""
    if retries:
        rows = [
            {"job_id": i, "worker": owner, "at": at, "reason": _noted(reason), "uncounted": int(not counts)}
            for i, at, reason, counts in retries
        ]
        conn.execute(_RETRY, rows)


def _noted(reason: str) -> str:
    """What any database can store of a reason, whatever somebody else's text was quoted in it."""
    return reason[:500].encode(errors="replace").decode().replace("\0", "\N{REPLACEMENT CHARACTER}")


def park_many(conn: Connection, owner: str, parked: Sequence[tuple[int, int, str]]) -> None:
    """``(job id, now, reason)``: set aside for an administrator; those behind it go on (REL10)."""
    if parked:
        rows = [{"job_id": i, "worker": owner, "at": at, "reason": _noted(reason)} for i, at, reason in parked]
        conn.execute(_PARK, rows)
        _promote(conn, set(conn.scalars(_PARKED_KEYS, {"job_ids": [row["job_id"] for row in rows]})))


def give_back_many(conn: Connection, owner: str, postponed: Sequence[tuple[int, int]]) -> None:
    """``(job id, due at)``: not tried after all (the node stops, or the host is held)."""
    if postponed:
        conn.execute(_GIVE_BACK, [{"job_id": i, "worker": owner, "at": at} for i, at in postponed])


def oldest_due_at(conn: Connection, kind: str) -> int | None:
    """Since when the longest waiting job of this kind has been due."""
    query = select(func.min(jobs.c.due_at)).where(jobs.c.kind == kind, jobs.c.state == LIVE, jobs.c.owner == "")
    at: int | None = conn.scalar(query)
    return at


def pull_in(conn: Connection, kind: str, latest: int, *, target: str = "") -> None:
    """Let nothing of this kind (with ``target``, of this one) wait beyond ``latest``: after the clock was set back,
    times lie too far ahead (REL6).
    """
    waiting = and_(jobs.c.kind == kind, jobs.c.state == LIVE, jobs.c.owner == "", jobs.c.due_at > latest)
    if target:
        waiting = and_(waiting, jobs.c.target == target)
    if conn.execute(update(jobs).where(waiting).values(due_at=latest)).rowcount:
        signal(conn, f"jobs:{kind}")


def _waiting_for(host: str, kind: str) -> Any:
    return and_(jobs.c.host == host, jobs.c.kind == kind, jobs.c.state == LIVE, jobs.c.owner == "")


def hold_host(conn: Connection, host: str, kind: str, until: int) -> None:
    """Nothing of this kind that waits now goes to ``host`` before ``until``."""
    conn.execute(update(jobs).where(_waiting_for(host, kind), jobs.c.due_at < until).values(due_at=until))


def release_host(conn: Connection, host: str, kind: str, now: int) -> None:
    """What waits for ``host`` becomes due now; of jobs with one serial key, the first."""
    conn.execute(update(jobs).where(_waiting_for(host, kind), jobs.c.due_at > now, IS_FIRST).values(due_at=now))
    signal(conn, f"jobs:{kind}")


def release_oldest(conn: Connection, host: str, kind: str, at: int) -> None:
    """The job that has waited longest for ``host`` becomes due then, to find out whether it answers."""
    oldest = select(func.min(jobs.c.id)).where(_waiting_for(host, kind))
    conn.execute(update(jobs).where(jobs.c.id == oldest.scalar_subquery()).values(due_at=at))
    signal(conn, f"jobs:{kind}")
