"""Who governs communities, and whom one can ask there: roles, and until when they are held."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Connection, bindparam, delete, or_, select

from node.domain.communities import Role
from node.store.database.prepared import Prepared
from node.store.database.upsert import Upsert
from node.store.tables import community_roles


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


def delete_all_of(conn: Connection, actor_uri: str) -> None:
    """Somebody is gone: she governs nothing any more."""
    conn.execute(delete(community_roles).where(community_roles.c.actor_uri == actor_uri))
