"""Partner nodes: for now, those whose organisation our organisation follows."""

from sqlalchemy import Connection, select

from node.domain.uris import host_of
from node.store.tables import actors, follows


def load_partner_hosts(conn: Connection) -> frozenset[str]:
    """Hosts of the organisations that our organisation follows and that accepted it."""
    own = select(actors.c.id).where(actors.c.local, actors.c.kind == "organization")
    query = (
        select(actors.c.uri)
        .join(follows, follows.c.followed_id == actors.c.id)
        .where(follows.c.follower_id.in_(own), follows.c.state == "accepted", actors.c.kind == "organization")
    )
    return frozenset(host_of(uri) for uri in conn.scalars(query))
