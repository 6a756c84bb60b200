"""Partner nodes: for now, those whose organisation our organisation follows."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, exists, func, select

from node.domain.uris import host_of
from node.domain.visibility import Visibility
from node.store.people.follows import ACCEPTED
from node.store.posts.objects import LIVE, RESOURCE
from node.store.tables import actors, follows, objects

_OWN = select(actors.c.id).where(actors.c.local, actors.c.kind == "organization")


def load_partner_hosts(conn: Connection) -> frozenset[str]:
    """Hosts of the organisations that our organisation follows and that accepted it."""
    query = (
        select(actors.c.uri)
        .join(follows, follows.c.followed_id == actors.c.id)
        .where(follows.c.follower_id.in_(_OWN), follows.c.state == ACCEPTED, actors.c.kind == "organization")
    )
    return frozenset(host_of(uri) for uri in conn.scalars(query))


def is_partner_of(conn: Connection, host: str) -> bool:
    """Whether an organisation of this host follows ours: then we are a partner of that node."""
    follower = actors.alias()
    query = exists(
        select(follows.c.id)
        .join(follower, follower.c.id == follows.c.follower_id)
        .where(
            follows.c.followed_id.in_(_OWN),
            follows.c.state == ACCEPTED,
            follower.c.kind == "organization",
            follower.c.host == host,
        )
    )
    return bool(conn.scalar(select(query)))


@dataclass(frozen=True, slots=True)
class Shared:
    """A living resource that its owner shares with partners; ``changed_at`` in milliseconds."""

    id: int
    uri: str
    document: dict[str, Any]
    changed_at: int


def list_shared(conn: Connection, owner_id: int, *, after: int, limit: int) -> list[Shared]:
    """What an owner, here or elsewhere, shares with partners, by id."""
    changed_at = func.coalesce(objects.c.updated_at, objects.c.published_at)
    query = (
        select(objects.c.id, objects.c.uri, objects.c.raw, changed_at)
        .where(
            objects.c.actor_id == owner_id,
            objects.c.kind == RESOURCE,
            objects.c.visibility == Visibility.PARTNERS.value,
            objects.c.state == LIVE,
            objects.c.id > after,
        )
        .order_by(objects.c.id)
        .limit(limit)
    )
    return [Shared(row[0], row[1], row[2] or {}, row[3]) for row in conn.execute(query)]
