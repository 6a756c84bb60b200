"""Whom communities have invited, and who has come."""

from collections.abc import Collection
from dataclasses import dataclass
from itertools import starmap

from sqlalchemy import Connection, bindparam, delete, select, update

from node.store.database.prepared import Prepared
from node.store.database.upsert import insert_missing
from node.store.tables import actors, community_invitations


@dataclass(frozen=True, slots=True)
class Invitation:
    id: int
    community_id: int
    invited_id: int
    by_id: int | None
    created_at: int
    accepted_at: int | None = None


_INVITATION = tuple(community_invitations.c[name] for name in Invitation.__dataclass_fields__)
_INSERT_INVITATION = insert_missing(community_invitations)


def insert_invitation(conn: Connection, new: Invitation) -> bool:
    """Invite somebody; False where she is invited already."""
    values = {name: getattr(new, name) for name in Invitation.__dataclass_fields__}
    return conn.execute(_INSERT_INVITATION[conn.dialect.name], values).rowcount > 0


_IS_INVITED = Prepared(
    select(community_invitations.c.id).where(
        community_invitations.c.community_id == bindparam("community"),
        community_invitations.c.invited_id == bindparam("person"),
    )
)


def is_invited(conn: Connection, community_id: int, person_id: int) -> bool:
    return _IS_INVITED.first(conn, {"community": community_id, "person": person_id}) is not None


def has_invited_on(conn: Connection, community_id: int, host: str) -> bool:
    """Whether anybody who is invited is at home on this host."""
    query = (
        select(community_invitations.c.id)
        .join(actors, actors.c.id == community_invitations.c.invited_id)
        .where(community_invitations.c.community_id == community_id, actors.c.host == host)
    )
    return conn.scalar(query.limit(1)) is not None


def load_invited(conn: Connection, person_id: int, community_ids: Collection[int]) -> frozenset[int]:
    """Those of these communities that have invited somebody."""
    query = select(community_invitations.c.community_id).where(
        community_invitations.c.invited_id == person_id, community_invitations.c.community_id.in_(list(community_ids))
    )
    return frozenset(conn.scalars(query))


def accept_invitation(conn: Connection, community_id: int, person_id: int, now: int) -> None:
    """The invited person has joined; no error where she was not invited."""
    mine = (community_invitations.c.community_id == community_id, community_invitations.c.invited_id == person_id)
    conn.execute(update(community_invitations).where(*mine).values(accepted_at=now))


def delete_invitation(conn: Connection, community_id: int, person_id: int) -> bool:
    mine = (community_invitations.c.community_id == community_id, community_invitations.c.invited_id == person_id)
    return conn.execute(delete(community_invitations).where(*mine)).rowcount > 0


def load_open_invitations(
    conn: Connection, *, community_id: int | None = None, person_id: int | None = None
) -> list[Invitation]:
    """Invitations that nobody has followed yet, of a community or to a person, the newest first."""
    query = select(*_INVITATION).where(community_invitations.c.accepted_at.is_(None))
    if community_id is not None:
        query = query.where(community_invitations.c.community_id == community_id)
    if person_id is not None:
        query = query.where(community_invitations.c.invited_id == person_id)
    return list(starmap(Invitation, conn.execute(query.order_by(community_invitations.c.id.desc()))))
