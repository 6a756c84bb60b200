"""Our people's follows of one actor elsewhere, and the followers of one of ours by where they live (FEP-8fcf)."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, select

from node.store.people.follows import ACCEPTED
from node.store.tables import actors, follows


@dataclass(frozen=True, slots=True)
class LocalFollow:
    """One of our people follows, or has asked to."""

    id: int
    follower_id: int
    follower_uri: str
    state: str


_LOCAL = (
    select(follows.c.id, follows.c.follower_id, actors.c.uri, follows.c.state)
    .join(actors, actors.c.id == follows.c.follower_id)
    .where(follows.c.followed_id == bindparam("followed_id"), actors.c.local)
    .order_by(follows.c.id)
)
_FOLLOWERS = (
    select(actors.c.uri)
    .join(follows, follows.c.follower_id == actors.c.id)
    .where(follows.c.followed_id == bindparam("followed_id"), follows.c.state == ACCEPTED, ~actors.c.local)
)


def load_local_follows(conn: Connection, followed_id: int) -> list[LocalFollow]:
    """Accepted and pending follows of an actor by our own people."""
    return [LocalFollow(*row) for row in conn.execute(_LOCAL, {"followed_id": followed_id})]


def load_remote_follower_uris(conn: Connection, followed_id: int) -> list[str]:
    """Accepted followers of one of ours who live elsewhere."""
    return list(conn.scalars(_FOLLOWERS, {"followed_id": followed_id}))


def load_local_actor_ids(conn: Connection, uris: Collection[str]) -> dict[str, int]:
    """Which of these are ours: URI -> id."""
    query = select(actors.c.uri, actors.c.id).where(actors.c.uri.in_(list(uris)), actors.c.local)
    return {row.uri: row.id for row in conn.execute(query)}
