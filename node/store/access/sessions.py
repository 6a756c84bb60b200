"""Sessions of browsers: who signed in, and when she was last here."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, delete, insert, select, update

from node.store.access.accounts import ACTIVE
from node.store.access.hashes import hash_of
from node.store.database.prepared import Prepared
from node.store.tables import accounts, actors, sessions


@dataclass(frozen=True, slots=True)
class Session:
    actor_id: int
    username: str
    role: str
    csrf: str
    created_at: int
    used_at: int
    confirmed_at: int
    language: str  # that the pages speak to her; '' where she has chosen none
    timezone: str = ""  # IANA; '' is that of the node
    name: str = ""  # that she shows


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session as its owner sees it; ``agent`` is how the browser called itself."""

    token_hash: str
    agent: str
    created_at: int
    used_at: int


def insert_session(conn: Connection, token: str, actor_id: int, csrf: str, now: int, agent: str = "") -> None:
    conn.execute(
        insert(sessions).values(
            token_hash=hash_of(token),
            actor_id=actor_id,
            csrf=csrf,
            created_at=now,
            used_at=now,
            confirmed_at=now,
            agent=agent,
        )
    )


_SESSION: tuple[ColumnElement[Any], ...] = (
    sessions.c.actor_id,
    actors.c.username,
    accounts.c.role,
    sessions.c.csrf,
    sessions.c.created_at,
    sessions.c.used_at,
    sessions.c.confirmed_at,
    accounts.c.language,
    accounts.c.timezone,
    actors.c.name,
)


_BY_TOKEN = Prepared(
    select(*_SESSION)
    .join(accounts, accounts.c.actor_id == sessions.c.actor_id)
    .join(actors, actors.c.id == sessions.c.actor_id)
    .where(sessions.c.token_hash == bindparam("token"), accounts.c.state == ACTIVE)
)


def find_session(conn: Connection, token: str) -> Session | None:
    row = _BY_TOKEN.first(conn, {"token": hash_of(token)})
    return Session(*row) if row else None


def touch_session(conn: Connection, token: str, now: int) -> None:
    conn.execute(update(sessions).where(sessions.c.token_hash == hash_of(token)).values(used_at=now))


def delete_session(conn: Connection, token: str) -> None:
    conn.execute(delete(sessions).where(sessions.c.token_hash == hash_of(token)))


def list_sessions(conn: Connection, actor_id: int) -> list[OpenSession]:
    """The sessions of an account, the last used first."""
    c = sessions.c
    query = select(c.token_hash, c.agent, c.created_at, c.used_at).where(c.actor_id == actor_id)
    return [OpenSession(*row) for row in conn.execute(query.order_by(c.used_at.desc(), c.token_hash))]


def end_session(conn: Connection, actor_id: int, token_hash: str) -> None:
    """End one session of an account, by its hash."""
    conn.execute(delete(sessions).where(sessions.c.actor_id == actor_id, sessions.c.token_hash == token_hash))


def end_sessions(conn: Connection, actor_id: int) -> None:
    conn.execute(delete(sessions).where(sessions.c.actor_id == actor_id))


def expire_sessions(conn: Connection, *, unused_since: int, created_before: int) -> None:
    conn.execute(delete(sessions).where((sessions.c.used_at < unused_since) | (sessions.c.created_at < created_before)))
