"""Communities, ours and others': policies, roles, bans, invitations, refusals and the log of those who govern.

Members are whoever follows the Group (``store.people.follows``, accepted).
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    CompoundSelect,
    Connection,
    bindparam,
    case,
    delete,
    func,
    or_,
    select,
    union,
    update,
)

from node.domain.communities import JoinPolicy, PostPolicy, RemoteCommunity, Role
from node.domain.visibility import Visibility
from node.store.database.prepared import Prepared
from node.store.database.upsert import Into, Upsert, insert_missing
from node.store.tables import (
    actors,
    communities,
    community_invitations,
    community_roles,
    follows,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Community:
    """What governs a community; name, summary and addresses are those of its actor."""

    actor_id: int
    purpose: str = ""  # Markdown
    rules: Sequence[str] = ()
    topics: Sequence[str] = ()
    languages: Sequence[str] = ()
    join_policy: JoinPolicy = JoinPolicy.OPEN
    post_policy: PostPolicy = PostPolicy.MEMBERS
    visibility: Visibility = Visibility.PUBLIC
    version: int = 1
    created_at: int
    updated_at: int
    archived_at: int | None = None
    successor: str = ""
    moderators_at: int = 0
    featured_at: int = 0
    history_at: int = 0
    facilitators: str = ""  # of others: addresses of the lists of these roles
    experts: str = ""
    history_page: str = ""

    @property
    def is_archived(self) -> bool:
        return self.archived_at is not None


_COLUMNS = tuple(communities.c[name] for name in Community.__dataclass_fields__)
_BY_ID = Prepared(
    select(*_COLUMNS).where(communities.c.actor_id.in_(bindparam("ids", expanding=True))), many="ids", named=True
)
_ENUMS = {"join_policy": JoinPolicy, "post_policy": PostPolicy, "visibility": Visibility}


def load_communities(conn: Connection, actor_ids: Collection[int]) -> dict[int, Community]:
    """Those of these actors that are communities, by id."""
    if not actor_ids:
        return {}
    found = map(_read, _BY_ID.run(conn, {"ids": list(actor_ids)}))
    return {community.actor_id: community for community in found}


def _read(row: Any) -> Community:
    values = row._asdict()
    return Community(**values | {name: kind(values[name]) for name, kind in _ENUMS.items()})


def find_community(conn: Connection, actor_id: int) -> Community | None:
    return load_communities(conn, [actor_id]).get(actor_id)


def insert_communities(conn: Connection, new: Sequence[Community]) -> None:
    """New rows; one that is there stays as it is."""
    if new:
        rows = [{name: getattr(each, name) for name in Community.__dataclass_fields__} for each in new]
        conn.execute(_INSERT[conn.dialect.name], rows)


_INSERT = insert_missing(communities)


def update_community(conn: Connection, actor_id: int, **values: Any) -> None:
    conn.execute(update(communities).where(communities.c.actor_id == actor_id).values(**values))


_SETTINGS = ("purpose", "rules", "topics", "languages", "join_policy", "post_policy", "visibility")
_SAID = (*_SETTINGS, "archived_at", "successor", "facilitators", "experts", "updated_at")


def _save_remote(into: Into) -> Any:
    statement = into(communities)
    said = statement.excluded
    is_other = or_(*(communities.c[name].is_distinct_from(said[name]) for name in _SETTINGS))
    version = case((is_other, communities.c.version + 1), else_=communities.c.version)
    return statement.on_conflict_do_update(
        index_elements=[communities.c.actor_id],
        set_={**{name: said[name] for name in _SAID}, "version": version},
    )


_SAVE_REMOTE = Upsert(_save_remote)


def save_remote(conn: Connection, actor_id: int, said: RemoteCommunity, now: int) -> None:
    """What a community elsewhere says of itself, in place of what it said before."""
    values = {
        "actor_id": actor_id,
        "purpose": said.purpose,
        "rules": list(said.rules),
        "topics": list(said.topics),
        "languages": list(said.languages),
        "join_policy": said.join_policy.value,
        "post_policy": said.post_policy.value,
        "visibility": said.visibility.value,
        "created_at": now,
        "updated_at": now,
        "archived_at": now if said.is_archived else None,
        "successor": said.successor,
        "facilitators": said.facilitators,
        "experts": said.experts,
    }
    conn.execute(_SAVE_REMOTE[conn.dialect.name], values)
    if said.visibility is Visibility.ORGANISATION:  # nobody here looks after what another house keeps to itself
        conn.execute(delete(community_roles).where(community_roles.c.community_id == actor_id))


# -- members --------------------------------------------------------------------------------------------------------


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


# -- roles ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RoleOf:
    actor_uri: str
    role: Role
    created_at: int
    expires_at: int | None = None


def unexpired(column: ColumnElement[Any], now: Any) -> ColumnElement[bool]:
    """``now``: milliseconds, or what stands for them in a statement."""
    return or_(column.is_(None), column > now)


_ROLES = Prepared(
    select(*(community_roles.c[name] for name in RoleOf.__dataclass_fields__))
    .where(
        community_roles.c.community_id == bindparam("community"),
        unexpired(community_roles.c.expires_at, bindparam("now", type_=BigInteger)),
    )
    .order_by(community_roles.c.created_at, community_roles.c.actor_uri)
)


def load_roles(conn: Connection, community_id: int, now: int) -> list[RoleOf]:
    """Who has which role now, the oldest first."""
    rows = _ROLES.run(conn, {"community": community_id, "now": now})
    return [RoleOf(uri, Role(role), created_at, expires_at) for uri, role, created_at, expires_at in rows]


def load_holders(conn: Connection, community_id: int, role: Role, now: int) -> list[str]:
    """URIs of those who have this role, the oldest first."""
    return [each.actor_uri for each in load_roles(conn, community_id, now) if each.role is role]


def load_moderators(conn: Connection, community_id: int, now: int) -> list[str]:
    """URIs of those who govern, the oldest first."""
    return load_holders(conn, community_id, Role.MODERATOR, now)


def load_roles_of(conn: Connection, community_id: int, actor_uri: str, now: int) -> frozenset[Role]:
    """What somebody is in a community beside a member."""
    return frozenset(each.role for each in load_roles(conn, community_id, now) if each.actor_uri == actor_uri)


def is_moderator(conn: Connection, community_id: int, actor_uri: str, now: int) -> bool:
    return actor_uri in load_moderators(conn, community_id, now)


def load_all_moderators(conn: Connection, community_ids: Collection[int], now: int) -> dict[int, list[str]]:
    """URIs of those who govern each of these communities, the oldest first; those without any are left out."""
    query = select(community_roles.c.community_id, community_roles.c.actor_uri).where(
        community_roles.c.community_id.in_(list(community_ids)),
        community_roles.c.role == Role.MODERATOR.value,
        unexpired(community_roles.c.expires_at, now),
    )
    found: dict[int, list[str]] = {}
    for community_id, uri in conn.execute(query.order_by(community_roles.c.created_at, community_roles.c.actor_uri)):
        found.setdefault(community_id, []).append(uri)
    return found


def is_governed_from(conn: Connection, community_id: int, origin: str) -> bool:
    """Whether a moderator is at home at this origin."""
    query = select(community_roles.c.actor_uri).where(
        community_roles.c.community_id == community_id,
        community_roles.c.role == Role.MODERATOR.value,
        community_roles.c.actor_uri.startswith(f"{origin}/", autoescape=True),
    )
    return conn.scalar(query.limit(1)) is not None


def load_moderated(conn: Connection, actor_uri: str, now: int) -> frozenset[int]:
    """Ids of the communities that somebody governs."""
    query = select(community_roles.c.community_id).where(
        community_roles.c.actor_uri == actor_uri,
        community_roles.c.role == Role.MODERATOR.value,
        unexpired(community_roles.c.expires_at, now),
    )
    return frozenset(conn.scalars(query))


_SET_ROLE = Upsert(
    lambda into: (statement := into(community_roles)).on_conflict_do_update(
        index_elements=[community_roles.c.community_id, community_roles.c.actor_uri, community_roles.c.role],
        set_={"expires_at": statement.excluded.expires_at},
    )
)


def save_roles(conn: Connection, community_id: int, roles: Sequence[RoleOf]) -> None:
    rows = [
        {
            "community_id": community_id,
            "actor_uri": each.actor_uri,
            "role": each.role.value,
            "created_at": each.created_at,
            "expires_at": each.expires_at,
        }
        for each in roles
    ]
    if rows:
        conn.execute(_SET_ROLE[conn.dialect.name], rows)


def delete_roles(conn: Connection, community_id: int, actor_uri: str, roles: Collection[Role] = tuple(Role)) -> int:
    """Take roles from somebody; how many she had of them."""
    return conn.execute(
        delete(community_roles).where(
            community_roles.c.community_id == community_id,
            community_roles.c.actor_uri == actor_uri,
            community_roles.c.role.in_([role.value for role in roles]),
        )
    ).rowcount


# -- lists ----------------------------------------------------------------------------------------------------------


def list_communities(
    conn: Connection, *, levels: Collection[Visibility], before: int | None, limit: int, local: bool | None = None
) -> list[int]:
    """Ids of communities of these levels that are there, the newest first; ``before`` is the id of one."""
    query = (
        select(communities.c.actor_id)
        .join(actors, actors.c.id == communities.c.actor_id)
        .where(
            communities.c.visibility.in_([level.value for level in levels]),
            or_(actors.c.local, communities.c.visibility != Visibility.ORGANISATION.value),  # those of other houses
            actors.c.state == "active",
        )
    )
    if local is not None:
        query = query.where(actors.c.local.is_(local))
    if before is not None:
        query = query.where(communities.c.actor_id < before)
    return list(conn.scalars(query.order_by(communities.c.actor_id.desc()).limit(limit)))


def list_found(conn: Connection, *, before: int | None, limit: int) -> list[tuple[int, str]]:
    """``(id, URI)`` of communities of this node that everybody finds, the newest first; ``before`` is an id."""
    query = select(actors.c.id, actors.c.uri).where(*_FOUND)
    if before is not None:
        query = query.where(actors.c.id < before)
    return [(row.id, row.uri) for row in conn.execute(query.order_by(actors.c.id.desc()).limit(limit))]


def count_found(conn: Connection) -> int:
    """How many ``list_found`` has in all."""
    return int(conn.scalar(select(func.count()).select_from(actors).where(*_FOUND)) or 0)


_FOUND = (actors.c.kind == "group", actors.c.local, actors.c.state == "active", actors.c.discoverable)
