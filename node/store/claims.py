"""Which jobs are due, and taking them: within what their hosts may have at once."""

from collections.abc import Callable, Collection, Mapping, Sequence

from sqlalchemy import Connection, bindparam, func, select, update

from node.store.database.prepared import Prepared
from node.store.jobs import COLUMNS, IS_FIRST, LEASE, LIVE, Job
from node.store.tables import jobs

#: How many jobs of a host may run at once: one number, or one for each.
PerHost = int | Callable[[str], int]

_CLAIMED = tuple(column if column.name != "attempts" else (column + 1).label("attempts") for column in COLUMNS)
_DUE = (
    select(*_CLAIMED)
    .where(jobs.c.kind == bindparam("kind"), jobs.c.state == LIVE, jobs.c.due_at <= bindparam("now"), IS_FIRST)
    .order_by(jobs.c.due_at, jobs.c.id)
    .limit(bindparam("limit"))
    # Rows that another process claims at this moment are passed over; SQLite has one writer and leaves this out.
    .with_for_update(key_share=True, skip_locked=True, of=jobs)
)
_CANDIDATES = Prepared(_DUE)
_CANDIDATES_ELSEWHERE = Prepared(_DUE.where(jobs.c.host.not_in(bindparam("excluded", expanding=True))), many="excluded")
_CLAIM = Prepared(
    update(jobs)
    .where(jobs.c.id.in_(bindparam("job_ids", expanding=True)))
    .values(due_at=bindparam("until"), owner=bindparam("worker"), attempts=jobs.c.attempts + 1)
    .returning(jobs.c.id),
    many="job_ids",
)


def claim(
    conn: Connection,
    kind: str,
    limit: int,
    *,
    now: int,
    owner: str,
    busy: Mapping[str, int] | None = None,
    per_host: PerHost | None = None,
) -> list[Job]:
    """Take up to ``limit`` due jobs for ``owner``.

    With ``per_host``, no host gets more than that many, those in ``busy`` (host -> running) included; the search goes
    on past hosts that are full, so that one slow host does not hide the others.
    """
    taken: list[Job] = []
    count = dict(busy or {})
    room = per_host if callable(per_host) or per_host is None else _same_for_all(per_host)
    while len(taken) < limit:
        full = [host for host, running in count.items() if room is not None and running >= room(host)]
        found = _candidates(conn, kind, limit - len(taken), now, full)
        chosen = found if room is None else _within(found, count, room)
        if chosen:
            _CLAIM.run(conn, {"job_ids": [job.id for job in chosen], "until": now + LEASE, "worker": owner})
            taken += chosen
        if len(chosen) == len(found):
            break
    return taken


def _same_for_all(number: int) -> Callable[[str], int]:
    return lambda _: number


def _within(found: Sequence[Job], count: dict[str, int], room: Callable[[str], int]) -> list[Job]:
    """Those jobs that their hosts have room for; counts them."""
    chosen = []
    for job in found:
        running = count.setdefault(job.host, 0)
        if not job.host or running < room(job.host):
            count[job.host] = running + 1
            chosen.append(job)
    return chosen


def _candidates(conn: Connection, kind: str, limit: int, now: int, excluded: Collection[str]) -> list[Job]:
    parameters = {"kind": kind, "now": now, "limit": limit}
    if not excluded:
        return list(map(Job._make, _CANDIDATES.run(conn, parameters)))
    return list(map(Job._make, _CANDIDATES_ELSEWHERE.run(conn, {**parameters, "excluded": list(excluded)})))


def next_due_at(conn: Connection, kind: str, now: int) -> int | None:
    """When the next job of this kind becomes due that is not due yet."""
    at: int | None = _NEXT_DUE.run(conn, {"kind": kind, "now": now})[0][0]
    return at


_NEXT_DUE = Prepared(
    select(func.min(jobs.c.due_at)).where(
        jobs.c.kind == bindparam("kind"), jobs.c.state == LIVE, jobs.c.due_at > bindparam("now")
    )
)


def find_due(conn: Connection, kinds: Sequence[str], now: int) -> list[str]:
    """Those of these kinds of which something is due."""
    return [kind for kind in kinds if _FIRST_DUE.run(conn, {"kind": kind, "now": now})]


_FIRST_DUE = Prepared(
    select(jobs.c.id)
    .where(jobs.c.kind == bindparam("kind"), jobs.c.state == LIVE, jobs.c.due_at <= bindparam("now"))
    .limit(1)
)
