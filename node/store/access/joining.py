"""People who want to join: invitations, and accounts that wait for an administrator or for their address."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, and_, delete, exists, insert, select, update

from node.store.access.accounts import ACTIVE, ADMIN, PENDING, TOKENS_CHANGED, UNCONFIRMED
from node.store.access.hashes import hash_of
from node.store.database.engine import signal
from node.store.tables import access_tokens, accounts, actors, invitations


@dataclass(frozen=True, slots=True)
class Invitation:
    """A link that lets some people in; only a hash of its secret is kept."""

    id: int
    note: str
    uses: int
    used: int
    created_at: int
    expires_at: int
    made_by: str


@dataclass(frozen=True, slots=True)
class Member:
    """An account in the list of administrators."""

    actor_id: int
    username: str
    name: str
    email: str
    role: str
    state: str
    reason: str
    created_at: int


def insert_invitation(
    conn: Connection, invitation_id: int, token: str, *, made_by: int, note: str, uses: int, now: int, expires_at: int
) -> None:
    conn.execute(
        insert(invitations).values(
            id=invitation_id,
            token_hash=hash_of(token),
            made_by=made_by,
            note=note,
            uses=uses,
            created_at=now,
            expires_at=expires_at,
        )
    )


def _is_good(now: int) -> ColumnElement[bool]:
    """Of ``invitations``: a place is left, in time, and whoever invited may still invite."""
    may_invite = exists().where(
        accounts.c.actor_id == invitations.c.made_by, accounts.c.role == ADMIN, accounts.c.state == ACTIVE
    )
    return and_(invitations.c.used < invitations.c.uses, invitations.c.expires_at > now, may_invite)


def is_invitation_good(conn: Connection, token: str, now: int) -> bool:
    query = select(invitations.c.id).where(invitations.c.token_hash == hash_of(token), _is_good(now))
    return conn.execute(query).first() is not None


def use_invitation(conn: Connection, token: str, now: int) -> bool:
    """Take one of its uses; False where none is left."""
    query = update(invitations).where(invitations.c.token_hash == hash_of(token), _is_good(now))
    return conn.execute(query.values(used=invitations.c.used + 1)).rowcount == 1


def list_invitations(conn: Connection, now: int) -> list[Invitation]:
    """Those that still let somebody in, the newest first."""
    c = invitations.c
    query = (
        select(c.id, c.note, c.uses, c.used, c.created_at, c.expires_at, actors.c.username)
        .join(actors, actors.c.id == c.made_by)
        .where(_is_good(now))
        .order_by(c.id.desc())
    )
    return [Invitation(*row) for row in conn.execute(query)]


def delete_invitation(conn: Connection, invitation_id: int) -> bool:
    return conn.execute(delete(invitations).where(invitations.c.id == invitation_id)).rowcount == 1


_MEMBER = select(
    accounts.c.actor_id,
    actors.c.username,
    actors.c.name,
    accounts.c.email,
    accounts.c.role,
    accounts.c.state,
    accounts.c.reason,
    accounts.c.created_at,
).join(actors, actors.c.id == accounts.c.actor_id)


def list_pending(conn: Connection, limit: int) -> list[Member]:
    """Who waits for an administrator, the longest first."""
    query = _MEMBER.where(accounts.c.state == PENDING).order_by(accounts.c.actor_id).limit(limit)
    return [Member(*row) for row in conn.execute(query)]


def set_state(conn: Connection, actor_id: int, state: str) -> None:
    """Let an account in, or keep it waiting; its actor can be seen by others only while the account is active."""
    conn.execute(update(accounts).where(accounts.c.actor_id == actor_id).values(state=state))
    shown = "active" if state == ACTIVE else "waiting"
    conn.execute(update(actors).where(actors.c.id == actor_id).values(state=shown))
    signal(conn, TOKENS_CHANGED)


def set_reason(conn: Connection, actor_id: int, reason: str, language: str) -> None:
    conn.execute(update(accounts).where(accounts.c.actor_id == actor_id).values(reason=reason, language=language))


def restart_wait(conn: Connection, actor_id: int, now: int) -> None:
    """An account that was let in late gets the whole time to confirm its address."""
    conn.execute(update(accounts).where(accounts.c.actor_id == actor_id).values(created_at=now))


def delete_waiting(conn: Connection, actor_ids: Sequence[int]) -> None:
    """Forget people who never got in; their user names are free again."""
    waiting = select(accounts.c.actor_id).where(
        accounts.c.actor_id.in_(list(actor_ids)), accounts.c.state.in_((PENDING, UNCONFIRMED))
    )
    conn.execute(delete(actors).where(actors.c.id.in_(waiting.scalar_subquery())))
    signal(conn, TOKENS_CHANGED)


def expire_unconfirmed(conn: Connection, before: int) -> None:
    query = select(accounts.c.actor_id).where(accounts.c.state == UNCONFIRMED, accounts.c.created_at < before)
    if ids := list(conn.scalars(query)):
        delete_waiting(conn, ids)


def find_waiting(conn: Connection, token: str) -> tuple[int, str] | None:
    """Whose token this is, and in which state the account is, where that may not act (yet)."""
    query = (
        select(accounts.c.actor_id, accounts.c.state)
        .join(access_tokens, access_tokens.c.actor_id == accounts.c.actor_id)
        .where(access_tokens.c.token_hash == hash_of(token), accounts.c.state.in_((PENDING, UNCONFIRMED)))
    )
    row = conn.execute(query).first()
    return (row[0], row[1]) if row else None
