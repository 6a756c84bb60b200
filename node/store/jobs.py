"""The one table of durable work: inbox processing, deliveries, fetches, periodic work.

A job is due when ``due_at`` has passed. Claiming a job moves ``due_at`` to the end of a lease, which heartbeats push
on: what a dead process held becomes due again by itself. Jobs of one ``serial_key`` run strictly in the order of their
ids; at most one waiting job has a given ``lock_key``.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, and_, bindparam, case, delete, exists, func, insert, or_, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from node.store.engine import signal
from node.store.tables import jobs, workers

#: How long a claim holds without a heartbeat (REL3).
LEASE = 15_000
#: At most this many jobs of one host at a time, so that a slow host cannot take all slots (REL8).
PER_HOST = 4


@dataclass(frozen=True, slots=True)
class Job:
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


@dataclass(frozen=True, slots=True)
class NewJob:
    """A piece of work to be done from ``due_at`` on."""

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


_COLUMNS = (
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
)
_INSERT = {
    "sqlite": sqlite_insert(jobs).on_conflict_do_nothing(index_elements=[jobs.c.lock_key]),
    "postgresql": postgresql_insert(jobs).on_conflict_do_nothing(index_elements=[jobs.c.lock_key]),
}


def enqueue_many(conn: Connection, new: Sequence[NewJob]) -> None:
    """Store jobs in the caller's transaction; a job whose ``lock_key`` already waits is left out."""
    if not new:
        return
    rows = [
        {
            "id": job.id,
            "kind": job.kind,
            "ref": job.ref,
            "target": job.target,
            "host": job.host,
            "payload": job.payload,
            "serial_key": job.serial_key,
            "lock_key": job.lock_key,
            "due_at": job.due_at,
            "expires_at": job.expires_at,
            "created_at": job.due_at,
        }
        for job in new
    ]
    locked = any(job.lock_key is not None for job in new)
    conn.execute(_INSERT[conn.dialect.name] if locked else insert(jobs), rows)
    for kind in {job.kind for job in new}:
        signal(conn, f"jobs:{kind}")


_earlier = jobs.alias("earlier")
_CANDIDATES = (
    select(*_COLUMNS)
    .where(
        jobs.c.kind == bindparam("kind"),
        jobs.c.state == "live",
        jobs.c.due_at <= bindparam("now"),
        or_(
            jobs.c.serial_key.is_(None),
            ~exists().where(
                and_(
                    _earlier.c.serial_key == jobs.c.serial_key,
                    _earlier.c.id < jobs.c.id,
                    _earlier.c.state == "live",
                )
            ),
        ),
    )
    .order_by(jobs.c.due_at, jobs.c.id)
    .limit(bindparam("limit"))
)
_CANDIDATES_ELSEWHERE = _CANDIDATES.where(jobs.c.host.not_in(bindparam("excluded", expanding=True)))
_CLAIM = (
    update(jobs)
    .where(jobs.c.id.in_(bindparam("job_ids", expanding=True)))
    .values(due_at=bindparam("until"), owner=bindparam("worker"), attempts=jobs.c.attempts + 1)
)


def claim(
    conn: Connection,
    kind: str,
    limit: int,
    *,
    now: int,
    owner: str,
    busy: Mapping[str, int] | None = None,
    per_host: int | None = None,
) -> list[Job]:
    """Take up to ``limit`` due jobs for ``owner``.

    With ``per_host``, no host gets more than that many, those in ``busy`` (host -> running) included; the search goes
    on past hosts that are full, so that one slow host does not hide the others.
    """
    taken: list[Any] = []
    count = dict(busy or {})
    while len(taken) < limit:
        full = [host for host, running in count.items() if per_host is not None and running >= per_host]
        rows = _candidates(conn, kind, limit - len(taken), now, full)
        chosen = []
        for row in rows:
            if per_host is not None and row.host and count.get(row.host, 0) >= per_host:
                continue
            count[row.host] = count.get(row.host, 0) + 1
            chosen.append(row)
        if chosen:
            conn.execute(_CLAIM, {"job_ids": [row.id for row in chosen], "until": now + LEASE, "worker": owner})
            taken += chosen
        if len(chosen) == len(rows):
            break
    return [
        Job(
            row.id,
            row.kind,
            row.ref,
            row.target,
            row.host,
            row.payload,
            row.serial_key,
            row.attempts + 1,
            row.expires_at,
            row.created_at,
        )
        for row in taken
    ]


def _candidates(conn: Connection, kind: str, limit: int, now: int, excluded: Collection[str]) -> Sequence[Any]:
    query, parameters = _CANDIDATES, {"kind": kind, "now": now, "limit": limit}
    if excluded:
        query, parameters = _CANDIDATES_ELSEWHERE, {**parameters, "excluded": list(excluded)}
    if conn.dialect.name == "postgresql":
        query = query.with_for_update(skip_locked=True, of=jobs)
    return conn.execute(query, parameters).all()


_FINISH = delete(jobs).where(jobs.c.id.in_(bindparam("job_ids", expanding=True)))
_RETRY = (
    update(jobs)
    .where(jobs.c.id == bindparam("job_id"))
    .values(due_at=bindparam("at"), owner="", error=bindparam("reason"))
)
_PARK = (
    update(jobs)
    .where(jobs.c.id == bindparam("job_id"))
    .values(state="parked", owner="", error=bindparam("reason"), lock_key=None, due_at=bindparam("at"))
)
_GIVE_BACK = (
    update(jobs)
    .where(jobs.c.id == bindparam("job_id"))
    .values(due_at=bindparam("at"), owner="", attempts=jobs.c.attempts - 1)
)


def finish_many(conn: Connection, job_ids: Collection[int]) -> None:
    """The work is done, or not to be done any more."""
    if job_ids:
        conn.execute(_FINISH, {"job_ids": list(job_ids)})


def retry_many(conn: Connection, retries: Sequence[tuple[int, int, str]]) -> None:
    """``(job id, due at, reason)``: try again then."""
    if retries:
        conn.execute(_RETRY, [{"job_id": i, "at": at, "reason": reason[:500]} for i, at, reason in retries])


def park_many(conn: Connection, parked: Sequence[tuple[int, int, str]]) -> None:
    """``(job id, now, reason)``: set aside for an administrator; those behind it go on (REL10)."""
    if parked:
        conn.execute(_PARK, [{"job_id": i, "at": at, "reason": reason[:500]} for i, at, reason in parked])


def give_back_many(conn: Connection, postponed: Sequence[tuple[int, int]]) -> None:
    """``(job id, due at)``: not tried after all (the node stops, or the host is held)."""
    if postponed:
        conn.execute(_GIVE_BACK, [{"job_id": i, "at": at} for i, at in postponed])


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


def hold_host(conn: Connection, host: str, kind: str, until: int) -> None:
    """Nothing of this kind goes to ``host`` before ``until``."""
    conn.execute(
        update(jobs)
        .where(jobs.c.host == host, jobs.c.kind == kind, jobs.c.state == "live", jobs.c.owner == "")
        .where(jobs.c.due_at < until)
        .values(due_at=until)
    )


def release_host(conn: Connection, host: str, kind: str, now: int) -> None:
    """What waits for ``host`` becomes due now."""
    conn.execute(
        update(jobs)
        .where(jobs.c.host == host, jobs.c.kind == kind, jobs.c.state == "live", jobs.c.owner == "")
        .where(jobs.c.due_at > now)
        .values(due_at=now)
    )
    signal(conn, f"jobs:{kind}")


def next_due_at(conn: Connection, kind: str, now: int) -> int | None:
    """When the next job of this kind becomes due that is not due yet."""
    query = select(func.min(jobs.c.due_at)).where(jobs.c.kind == kind, jobs.c.state == "live", jobs.c.due_at > now)
    at: int | None = conn.scalar(query)
    return at


@dataclass(frozen=True, slots=True)
class Count:
    """How much work of one kind there is."""

    kind: str
    due: int
    later: int
    failing: int
    parked: int
    oldest_due_at: int | None


def count_by_kind(conn: Connection, now: int) -> list[Count]:
    due = and_(jobs.c.state == "live", jobs.c.due_at <= now)
    running = and_(jobs.c.state == "live", jobs.c.owner != "")
    query = (
        select(
            jobs.c.kind,
            func.sum(func.coalesce(_one_if(or_(due, running)), 0)),
            func.sum(func.coalesce(_one_if(and_(jobs.c.state == "live", jobs.c.due_at > now, jobs.c.owner == "")), 0)),
            func.sum(func.coalesce(_one_if(and_(jobs.c.state == "live", jobs.c.error != "", jobs.c.owner == "")), 0)),
            func.sum(func.coalesce(_one_if(jobs.c.state == "parked"), 0)),
            func.min(_value_if(due, jobs.c.due_at)),
        )
        .group_by(jobs.c.kind)
        .order_by(jobs.c.kind)
    )
    return [Count(*row) for row in conn.execute(query)]


def _one_if(condition: Any) -> Any:
    return _value_if(condition, 1)


def _value_if(condition: Any, value: Any) -> Any:
    return case((condition, value))


def load_parked(conn: Connection, limit: int, *, before: int | None = None) -> Sequence[Any]:
    """Rows of what was set aside, newest first: id, kind, target, host, attempts, error, payload, created_at."""
    query = select(*_COLUMNS, jobs.c.error, jobs.c.due_at).where(jobs.c.state == "parked")
    if before is not None:
        query = query.where(jobs.c.id < before)
    return conn.execute(query.order_by(jobs.c.id.desc()).limit(limit)).all()


def load_failing(conn: Connection, limit: int) -> Sequence[Any]:
    """Rows of what has failed and will be tried again, the longest waiting first."""
    query = select(*_COLUMNS, jobs.c.error, jobs.c.due_at).where(
        jobs.c.state == "live", jobs.c.error != "", jobs.c.owner == ""
    )
    return conn.execute(query.order_by(jobs.c.id).limit(limit)).all()


def revive(conn: Connection, job_id: int, now: int) -> bool:
    """Try a parked job again; False where there is none of this id."""
    row = conn.execute(select(jobs.c.kind).where(jobs.c.id == job_id, jobs.c.state == "parked")).first()
    if row is None:
        return False
    conn.execute(update(jobs).where(jobs.c.id == job_id).values(state="live", attempts=0, due_at=now))
    signal(conn, f"jobs:{row.kind}")
    return True


def discard(conn: Connection, job_id: int) -> bool:
    """Drop a parked job for good; False where there is none of this id."""
    return conn.execute(delete(jobs).where(jobs.c.id == job_id, jobs.c.state == "parked")).rowcount > 0
