"""Access tokens of apps and programs, and what they may do."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, insert, or_, select, update

from node.store.access.accounts import ACTIVE
from node.store.access.hashes import hash_of
from node.store.tables import access_tokens, accounts


@dataclass(frozen=True, slots=True)
class Token:
    """What an access token stands for; without an actor it is an app's own."""

    hash: str
    actor_id: int | None
    scopes: frozenset[str]
    used_at: int
    app_id: int | None = None


def insert_token(conn: Connection, token: str, actor_id: int, scopes: Sequence[str], name: str, now: int) -> None:
    conn.execute(
        insert(access_tokens).values(
            token_hash=hash_of(token),
            actor_id=actor_id,
            scopes=" ".join(sorted(set(scopes))),
            name=name,
            created_at=now,
            used_at=now,
        )
    )


_TOKEN = (
    select(
        access_tokens.c.token_hash,
        access_tokens.c.actor_id,
        access_tokens.c.scopes,
        access_tokens.c.used_at,
        access_tokens.c.app_id,
    )
    .outerjoin(accounts, accounts.c.actor_id == access_tokens.c.actor_id)
    .where(
        access_tokens.c.token_hash == bindparam("hash"),
        or_(access_tokens.c.actor_id.is_(None), accounts.c.state == ACTIVE),
    )
)


def find_token(conn: Connection, token: str) -> Token | None:
    """The token, unless its owner may not sign in (any more)."""
    row = conn.execute(_TOKEN, {"hash": hash_of(token)}).first()
    return Token(row[0], row[1], frozenset(row[2].split()), row[3], row[4]) if row else None


def touch_token(conn: Connection, token_hash: str, now: int) -> None:
    conn.execute(update(access_tokens).where(access_tokens.c.token_hash == token_hash).values(used_at=now))
