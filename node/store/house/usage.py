"""How much a node is used: counts that are published, to apps and by NodeInfo."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, func, select, union

from node.clock import DAY
from node.ids import first_id_at
from node.store.access.accounts import ACTIVE
from node.store.posts.objects import LIVE
from node.store.tables import access_tokens, accounts, actors, hosts, objects, sessions


@dataclass(frozen=True, slots=True)
class Usage:
    people: int
    active: int  # who used a session or an app in the last 30 days
    statuses: int  # posts and shares that are not to some people alone
    hosts: int


_PEOPLE = select(func.count()).select_from(accounts).where(accounts.c.state == ACTIVE)
_STATUSES = select(func.coalesce(func.sum(actors.c.statuses_count), 0)).where(actors.c.local)
_HOSTS = select(func.count()).select_from(hosts)
_ACTIVE = 30 * DAY


def load_usage(conn: Connection, now: int) -> Usage:
    return Usage(
        conn.scalar(_PEOPLE) or 0, count_active(conn, now - _ACTIVE), count_statuses(conn), conn.scalar(_HOSTS) or 0
    )


def count_statuses(conn: Connection) -> int:
    """By the counters of our actors: it costs the same however much they wrote."""
    return int(conn.scalar(_STATUSES) or 0)


def count_active(conn: Connection, since: int, until: int | None = None) -> int:
    """People whose last use of a session or an app lies in this time."""
    seen = union(
        *(
            select(table.c.actor_id).where(
                table.c.used_at >= since,
                *([table.c.used_at < until] if until is not None else []),
                table.c.actor_id.is_not(None),
            )
            for table in (sessions, access_tokens)
        )
    ).subquery()
    return conn.scalar(select(func.count()).select_from(seen)) or 0


@dataclass(frozen=True, slots=True)
class Week:
    begins_at: int
    statuses: int
    logins: int
    registrations: int


def load_weeks(conn: Connection, begins: Sequence[int], length: int) -> list[Week]:
    """One for each beginning."""
    return [_week(conn, at, at + length) for at in begins]


def _week(conn: Connection, begins_at: int, ends_at: int) -> Week:
    statuses = select(func.count()).where(
        objects.c.local,
        objects.c.id >= first_id_at(begins_at),
        objects.c.id < first_id_at(ends_at),
        objects.c.state == LIVE,
        objects.c.visibility.not_in(("direct", "private")),
    )
    joined = select(func.count()).where(accounts.c.created_at >= begins_at, accounts.c.created_at < ends_at)
    return Week(begins_at, conn.scalar(statuses) or 0, count_active(conn, begins_at, ends_at), conn.scalar(joined) or 0)


def load_peer_hosts(conn: Connection, limit: int) -> list[str]:
    """Hosts that this node has dealt with and reached, by name."""
    query = select(hosts.c.host).where(hosts.c.unavailable_at.is_(None), hosts.c.last_success_at.is_not(None))
    return list(conn.scalars(query.order_by(hosts.c.host).limit(limit)))


def find_contact(conn: Connection) -> int | None:
    """The actor id of the first administrator."""
    query = (
        select(accounts.c.actor_id)
        .where(accounts.c.role == "admin", accounts.c.state == ACTIVE)
        .order_by(accounts.c.created_at, accounts.c.actor_id)
        .limit(1)
    )
    found: int | None = conn.scalar(query)
    return found
