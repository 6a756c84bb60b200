"""What other servers sent: stored raw with its job before anybody is answered."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from node.store import jobs
from node.store.database.bulk import Bulk
from node.store.database.prepared import Prepared
from node.store.database.upsert import Upsert, insert_missing
from node.store.jobs import LIVE, NewJob
from node.store.tables import jobs as jobs_table
from node.store.tables import received, received_by


class Received(NamedTuple):
    """One activity of one sender."""

    id: int
    uri: str
    type: str
    actor_uri: str
    signer_uri: str
    raw: str
    received_at: int

    @property
    def is_passed_on(self) -> bool:
        """Whether somebody else than its actor has sent it."""
        return self.signer_uri != self.actor_uri


class Acceptance(NamedTuple):
    """An activity and the job that will deal with it; ``owner_id`` when one person's inbox was addressed."""

    received: Received
    job: NewJob
    owner_id: int | None


_COLUMNS = tuple(received.c[name] for name in Received._fields)
_KNOWN = Prepared(
    select(received.c.uri, received.c.id, received.c.signer_uri != received.c.actor_uri).where(
        received.c.uri.in_(bindparam("uris", expanding=True))
    ),
    many="uris",
)
# One writer: what was unknown a moment ago still is.
_INSERT = Bulk(insert(received))
_INSERT_RETURNING = Upsert(lambda into: into(received).on_conflict_do_nothing().returning(received.c.id))
_INSERT_BY = Bulk(insert_missing(received_by))
_BY_ID = select(*_COLUMNS).where(received.c.id.in_(bindparam("ids", expanding=True)))
_OUTCOME = Bulk(update(received).where(received.c.id == bindparam("received_id")).values(outcome=bindparam("result")))


def accept_many(conn: Connection, items: Sequence[Acceptance]) -> Sequence[int]:
    """Store what is new, with its jobs; answers for each the row in which it stands, 0 where it was not new (IN13).

    What its actor sends takes the place of what others have passed on under its id: or whoever says it first could
    keep it from being heard.
    """
    rows = _KNOWN.run(conn, {"uris": [item.received.uri for item in items]})
    known: dict[str, tuple[int, bool]] = {uri: (received_id, bool(passed_on)) for uri, received_id, passed_on in rows}
    fresh: list[Acceptance] = []
    better: list[Acceptance] = []
    answers = []
    for item in items:
        told = item.received
        received_id, is_passed_on = known.get(told.uri, (told.id, told.is_passed_on))
        is_better = is_passed_on and not told.is_passed_on
        answers.append(received_id if told.uri not in known or is_better else 0)
        if told.uri not in known:
            fresh.append(item)
        elif is_better:
            better.append(Acceptance(told._replace(id=received_id), replace(item.job, ref=received_id), item.owner_id))
        if answers[-1]:
            known[told.uri] = (received_id, told.is_passed_on)
    if fresh:
        fresh = _insert(conn, fresh)
    for item in better:
        conn.execute(update(received).where(received.c.id == item.received.id).values(**item.received._asdict()))
    jobs.enqueue_many(conn, [item.job for item in (*fresh, *better)])
    owned = [
        {"owner_id": item.owner_id, "received_id": known[item.received.uri][0]}
        for item in items
        if item.owner_id is not None
    ]
    _INSERT_BY.run(conn, owned)
    return answers


def _insert(conn: Connection, fresh: list[Acceptance]) -> list[Acceptance]:
    rows = [item.received._asdict() for item in fresh]
    if conn.dialect.name == "sqlite":
        _INSERT.run(conn, rows)
        return fresh
    stored = set(conn.scalars(_INSERT_RETURNING[conn.dialect.name], rows))
    return [item for item in fresh if item.received.id in stored]


def load_received(conn: Connection, ids: Collection[int]) -> dict[int, Received]:
    if not ids:
        return {}
    return {row.id: Received._make(row) for row in conn.execute(_BY_ID, {"ids": list(ids)})}


def correct(conn: Connection, told: Received, raw: str) -> None:
    """What was passed on says this, as its author's host shows it; nothing where that of its actor has come."""
    same = (received.c.id == told.id, received.c.signer_uri == told.signer_uri)
    conn.execute(update(received).where(*same).values(raw=raw))


def set_outcomes(conn: Connection, outcomes: Sequence[tuple[int, str]]) -> None:
    """``(received id, outcome)``"""
    _OUTCOME.run(conn, [{"received_id": i, "result": result[:32]} for i, result in outcomes])


def count_backlog(conn: Connection, kinds: Collection[str]) -> int:
    query = select(func.count()).where(jobs_table.c.kind.in_(list(kinds)), jobs_table.c.state == LIVE)
    return conn.scalar(query) or 0


def list_for_owner(conn: Connection, owner_id: int, *, before: int | None, limit: int) -> list[Received]:
    """What reached one person's inbox, newest first."""
    query = (
        select(*_COLUMNS)
        .join(received_by, received_by.c.received_id == received.c.id)
        .where(received_by.c.owner_id == owner_id)
    )
    if before is not None:
        query = query.where(received.c.id < before)
    return [Received(*row) for row in conn.execute(query.order_by(received.c.id.desc()).limit(limit))]


def add_owners(conn: Connection, pairs: Sequence[tuple[int, int]]) -> None:
    """``(owner id, received id)``: it also belongs in the inbox of these people."""
    _INSERT_BY.run(conn, [{"owner_id": owner_id, "received_id": received_id} for owner_id, received_id in pairs])


def expire_received(conn: Connection, before: int) -> None:
    """Forget what was dealt with before this instant; duplicates are recognised until then (30 days)."""
    waiting = select(jobs_table.c.ref).where(jobs_table.c.kind.in_(["inbox", "resolve"]))
    conn.execute(delete(received).where(received.c.received_at < before, received.c.id.not_in(waiting)))


def count_for_owner(conn: Connection, owner_id: int) -> int:
    return conn.scalar(select(func.count()).where(received_by.c.owner_id == owner_id)) or 0
