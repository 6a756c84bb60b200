"""What there is between us and other hosts, for the administrator's list."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from node.store.federation import hosts as store
from node.store.federation.hosts import Host
from node.store.jobs import LIVE
from node.store.people.follows import ACCEPTED
from node.store.tables import actors, follows, hosts, jobs


@dataclass(frozen=True, slots=True)
class Ties:
    """Of one host: what waits for it and since when, who follows whom."""

    queued: int = 0
    oldest_at: int = 0
    followers: int = 0
    following: int = 0


def list_peers(conn: Connection, *, offset: int, limit: int) -> tuple[int, Sequence[Host]]:
    """How many hosts are known, and a page of them, those with trouble first."""
    total = conn.scalar(select(func.count()).select_from(hosts)) or 0
    names = conn.scalars(
        select(hosts.c.host).order_by((hosts.c.failures > 0).desc(), hosts.c.host).offset(offset).limit(limit)
    ).all()
    known = store.load_hosts(conn, names)
    return total, [known[name] for name in names]


def load_ties(conn: Connection, names: Collection[str], now: int) -> Mapping[str, Ties]:
    """The ties of these hosts; three statements. What is meant for later does not wait yet."""
    wanted = list(names)
    waiting = select(jobs.c.host, func.count(), func.min(jobs.c.created_at)).where(
        jobs.c.host.in_(wanted), jobs.c.state == LIVE, jobs.c.created_at <= now
    )
    queued = {row[0]: (row[1], row[2]) for row in conn.execute(waiting.group_by(jobs.c.host))}
    followers = _count(conn, wanted, "follower_id")
    following = _count(conn, wanted, "followed_id")
    return {name: Ties(*queued.get(name, (0, 0)), followers.get(name, 0), following.get(name, 0)) for name in wanted}


def _count(conn: Connection, names: Collection[str], column: str) -> dict[str, int]:
    query = (
        select(actors.c.host, func.count())
        .join(follows, follows.c[column] == actors.c.id)
        .where(actors.c.host.in_(list(names)), actors.c.local.is_(False), follows.c.state == ACCEPTED)
        .group_by(actors.c.host)
    )
    return {row[0]: row[1] for row in conn.execute(query)}
