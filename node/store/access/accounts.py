"""Accounts of people here: how they sign in, and what they may do."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, select, update

from node.store.database.prepared import Prepared
from node.store.tables import accounts, actors

MEMBER, MODERATOR, ADMIN = "member", "moderator", "admin"
#: States of an account; only the first may do anything.
ACTIVE, UNCONFIRMED, PENDING, SUSPENDED = "active", "unconfirmed", "pending", "suspended"
#: Signalled by every unit that ends tokens or changes the state of an account: whoever remembers tokens forgets them.
TOKENS_CHANGED = "tokens-changed"


@dataclass(frozen=True, slots=True)
class Account:
    actor_id: int
    username: str
    name: str
    email: str
    password_hash: str
    role: str
    state: str


_ACCOUNT = select(
    accounts.c.actor_id,
    actors.c.username,
    actors.c.name,
    accounts.c.email,
    accounts.c.password_hash,
    accounts.c.role,
    accounts.c.state,
).join(actors, actors.c.id == accounts.c.actor_id)


_BY_ID = Prepared(_ACCOUNT.where(accounts.c.actor_id == bindparam("actor")))


def find_account(conn: Connection, name_or_email: str) -> Account | None:
    """By user name or e-mail, whatever the case."""
    text = name_or_email.strip().lower()
    column = accounts.c.email if "@" in text else actors.c.username
    row = conn.execute(_ACCOUNT.where(column == text, actors.c.local)).first()
    return Account(*row) if row else None


def load_account(conn: Connection, actor_id: int) -> Account | None:
    row = _BY_ID.first(conn, {"actor": actor_id})
    return Account(*row) if row else None


def insert_account(conn: Connection, actor_id: int, email: str, password_hash: str, role: str, now: int) -> None:
    conn.execute(
        insert(accounts).values(
            actor_id=actor_id,
            email=email.strip().lower(),
            password_hash=password_hash,
            role=role,
            created_at=now,
            password_changed_at=now,
        )
    )


def has_admin(conn: Connection) -> bool:
    return count_admins(conn) > 0


def count_admins(conn: Connection) -> int:
    query = select(func.count()).where(accounts.c.role == ADMIN, accounts.c.state == ACTIVE)
    return conn.scalar(query) or 0


def load_admins(conn: Connection) -> list[int]:
    """The actors of all administrators, the oldest account first."""
    query = select(accounts.c.actor_id).where(accounts.c.role == ADMIN, accounts.c.state == ACTIVE)
    return list(conn.scalars(query.order_by(accounts.c.created_at, accounts.c.actor_id)))


def set_role(conn: Connection, actor_id: int, role: str) -> None:
    conn.execute(update(accounts).where(accounts.c.actor_id == actor_id).values(role=role))


def set_state(conn: Connection, actor_id: int, state: str) -> None:
    """One of the states above; what must end with the account's use ends in the service."""
    conn.execute(update(accounts).where(accounts.c.actor_id == actor_id).values(state=state))


def set_password(conn: Connection, actor_id: int, password_hash: str, now: int) -> None:
    """A new password; what must end with the old one ends in ``services.access.credentials``."""
    values = {"password_hash": password_hash, "password_changed_at": now}
    conn.execute(update(accounts).where(accounts.c.actor_id == actor_id).values(**values))


def has_new_password(conn: Connection, actor_id: int, since: int) -> bool:
    """Whether another password was chosen after this instant."""
    query = select(accounts.c.actor_id).where(accounts.c.actor_id == actor_id, accounts.c.password_changed_at > since)
    return conn.execute(query).first() is not None


def set_email(conn: Connection, actor_id: int, email: str) -> None:
    """Another address, in lower case, which nobody else has."""
    conn.execute(update(accounts).where(accounts.c.actor_id == actor_id).values(email=email))


def rehash(conn: Connection, actor_id: int, known: str, password_hash: str) -> None:
    """The same password under stronger parameters, unless another one was chosen meanwhile."""
    is_same = (accounts.c.actor_id == actor_id, accounts.c.password_hash == known)
    conn.execute(update(accounts).where(*is_same).values(password_hash=password_hash))


def load_settings(conn: Connection, actor_id: int) -> Any:
    """The whole row of one account."""
    return conn.execute(select(accounts).where(accounts.c.actor_id == actor_id)).one()


def set_language(conn: Connection, actor_id: int, language: str) -> None:
    """The language of mails and pages; '' is that of the browser, in mails that of the node."""
    conn.execute(update(accounts).where(accounts.c.actor_id == actor_id).values(language=language))


def set_timezone(conn: Connection, actor_id: int, timezone: str) -> None:
    """In which she writes times (IANA); '' is that of the node."""
    conn.execute(update(accounts).where(accounts.c.actor_id == actor_id).values(timezone=timezone))


def set_note(conn: Connection, actor_id: int, note: str) -> None:
    """The text of the profile as it was typed."""
    conn.execute(update(accounts).where(accounts.c.actor_id == actor_id).values(note=note))


def set_defaults(conn: Connection, actor_id: int, values: Mapping[str, Any]) -> None:
    """What posts are unless they say otherwise, and how one reads: columns of ``accounts``."""
    if values:
        conn.execute(update(accounts).where(accounts.c.actor_id == actor_id).values(**values))
