"""Domain policies: few rows, read whole, effective in every process at once."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, delete, func, insert, or_, select, update

from node.domain.moderation import DomainPolicy, Policies
from node.store.database.engine import signal
from node.store.people import sanctions
from node.store.people.domain_blocks import is_below
from node.store.people.domains import is_at
from node.store.tables import actors, domain_policies, follows, objects

SIGNAL = "policies"


def load_policies(conn: Connection, *, allow_list: bool, own_hosts: frozenset[str]) -> Policies:
    rows = conn.execute(select(domain_policies.c.domain, domain_policies.c.policy))
    by_domain = {row.domain: DomainPolicy(row.policy) for row in rows}
    return Policies(by_domain, allow_list, sanctions.load_by_uri(conn), own_hosts)


def list_policies(conn: Connection) -> Sequence[Any]:
    """Rows of domain, policy, reason, created_at."""
    return conn.execute(select(domain_policies).order_by(domain_policies.c.domain)).all()


def find_policy(conn: Connection, domain: str) -> Any | None:
    """The row of this very domain."""
    return conn.execute(select(domain_policies).where(domain_policies.c.domain == domain)).first()


def set_policy(conn: Connection, domain: str, policy: DomainPolicy, reason: str, now: int) -> None:
    """``domain`` is normalised; a policy that was there is replaced."""
    values = {"policy": policy.value, "reason": reason}
    if not conn.execute(update(domain_policies).where(domain_policies.c.domain == domain).values(**values)).rowcount:
        conn.execute(insert(domain_policies).values(domain=domain, created_at=now, **values))
    signal(conn, SIGNAL)


def delete_policy(conn: Connection, domain: str) -> bool:
    signal(conn, SIGNAL)
    return conn.execute(delete(domain_policies).where(domain_policies.c.domain == domain)).rowcount > 0


def count_effect(conn: Connection, domain: str) -> dict[str, int]:
    """What a block of ``domain`` would touch: known actors, their objects, follows in each direction."""
    ids = select(actors.c.id).where(is_at(domain), actors.c.local.is_(False))
    counts = {
        "actors": select(func.count()).select_from(ids.subquery()),
        "objects": select(func.count()).where(objects.c.actor_id.in_(ids)),
        "followers": select(func.count()).where(follows.c.follower_id.in_(ids)),
        "following": select(func.count()).where(follows.c.followed_id.in_(ids)),
    }
    return {name: conn.scalar(query) or 0 for name, query in counts.items()}


def cut_follows(conn: Connection, domain: str) -> int:
    """End all follows between us and ``domain`` (ADM6); answers how many."""
    ids = select(actors.c.id).where(is_at(domain), actors.c.local.is_(False))
    ended = conn.execute(delete(follows).where(or_(follows.c.follower_id.in_(ids), follows.c.followed_id.in_(ids))))
    return ended.rowcount


def count_follows_by_domain(conn: Connection) -> dict[str, int]:
    """How many follows there are between us and each host."""
    counted: dict[str, int] = {}
    for column in (follows.c.follower_id, follows.c.followed_id):
        query = (
            select(actors.c.host, func.count())
            .join(follows, column == actors.c.id)
            .where(actors.c.local.is_(False))
            .group_by(actors.c.host)
        )
        for host, count in conn.execute(query):
            counted[host] = counted.get(host, 0) + count
    return counted


def follows_below(counted: Mapping[str, int], domain: str) -> int:
    """Those between us and a domain with everything below it."""
    return sum(count for host, count in counted.items() if is_below(host, {domain}))
