"""Who belongs to communities: whoever follows the Group (``store.people.follows``, accepted), here and elsewhere."""

from typing import Any

from sqlalchemy import CompoundSelect, Connection, case, func, select, union, update

from node.domain.communities import Role
from node.store.tables import actors, communities, community_invitations, community_roles, follows

_KNOWN_MEMBERS = (
    select(func.count())
    .where(follows.c.followed_id == actors.c.id, follows.c.state == "accepted")
    .correlate(actors)
    .scalar_subquery()
)


def save_told_members(conn: Connection, community_id: int, told: int) -> None:
    """How many belong to a community elsewhere, as its home says: those whom this node knows at least.

    Who comes or leaves here until it is told again is counted as everywhere (``store.triggers.counters``).
    """
    more = case((told < _KNOWN_MEMBERS, _KNOWN_MEMBERS), else_=told)
    is_news = actors.c.followers_count != more
    conn.execute(
        update(actors).where(actors.c.id == community_id, ~actors.c.local, is_news).values(followers_count=more)
    )


def has_members_on(conn: Connection, community_id: int, host: str) -> bool:
    """Whether anybody who has joined is at home on this host."""
    query = (
        select(follows.c.id)
        .join(actors, actors.c.id == follows.c.follower_id)
        .where(follows.c.followed_id == community_id, follows.c.state == "accepted", actors.c.host == host)
    )
    return conn.scalar(query.limit(1)) is not None


def load_member_hosts(conn: Connection, community_id: int) -> frozenset[str]:
    """Where its members are at home."""
    query = (
        select(actors.c.host)
        .join(follows, follows.c.follower_id == actors.c.id)
        .where(follows.c.followed_id == community_id, follows.c.state == "accepted")
    )
    return frozenset(conn.scalars(query.distinct()))


def load_people_elsewhere(conn: Connection, community_id: int, *, after: int = 0, limit: int = 100) -> list[int]:
    """Ids of those of other nodes who belong to it, have asked to, or are invited, in order from one id on."""
    theirs = select(actors.c.id).where(actors.c.id.in_(_near(community_id)), ~actors.c.local, actors.c.id > after)
    return list(conn.scalars(theirs.order_by(actors.c.id).limit(limit)))


def load_hosts_elsewhere(conn: Connection, community_id: int) -> list[str]:
    """URIs of them, one for each host."""
    theirs = select(func.min(actors.c.uri)).where(actors.c.id.in_(_near(community_id)), ~actors.c.local)
    return list(conn.scalars(theirs.group_by(actors.c.host)))


def _near(community_id: int) -> CompoundSelect[Any]:
    return union(
        select(follows.c.follower_id).where(follows.c.followed_id == community_id),
        select(community_invitations.c.invited_id).where(community_invitations.c.community_id == community_id),
    )


def load_memberships(conn: Connection, person_id: int) -> dict[int, str]:
    """The communities that somebody has joined or asked to join: id -> state of the follow."""
    query = select(follows.c.followed_id, follows.c.state).join(
        communities, communities.c.actor_id == follows.c.followed_id
    )
    return {row[0]: row[1] for row in conn.execute(query.where(follows.c.follower_id == person_id))}


def load_ours_elsewhere(conn: Connection) -> list[int]:
    """Communities elsewhere that somebody here has joined, or governs."""
    group, person = actors.alias("group"), actors.alias("person")
    joined = (
        select(follows.c.followed_id)
        .join(group, group.c.id == follows.c.followed_id)
        .join(person, person.c.id == follows.c.follower_id)
        .where(follows.c.state == "accepted", group.c.kind == "group", ~group.c.local, person.c.local)
    )
    governed = (
        select(community_roles.c.community_id)
        .join(group, group.c.id == community_roles.c.community_id)
        .join(person, person.c.uri == community_roles.c.actor_uri)
        .where(community_roles.c.role == Role.MODERATOR.value, ~group.c.local, person.c.local)
    )
    return list(conn.scalars(union(joined, governed)))
