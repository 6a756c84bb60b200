"""Accounts of people here: how they sign in, and what they may do."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, delete, func, insert, or_, select, update

from node.store.database.prepared import Prepared
from node.store.tables import access_tokens, accounts, actors, audit_log, one_time_links, sessions

MEMBER, MODERATOR, ADMIN = "member", "moderator", "admin"
SETUP, RESET, CONFIRM, EMAIL = "setup", "reset", "confirm", "email"  # purposes of one-time links
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


@dataclass(frozen=True, slots=True)
class Token:
    """What an access token stands for; without an actor it is an app's own."""

    hash: str
    actor_id: int | None
    scopes: frozenset[str]
    used_at: int
    app_id: int | None = None


def hash_of(secret: str) -> str:
    """How a token, a session or a one-time link is stored: 256 random bits need no salt."""
    return hashlib.sha256(secret.encode()).hexdigest()


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
    query = select(func.count()).where(accounts.c.role == ADMIN, accounts.c.state == "active")
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


def set_email(conn: Connection, actor_id: int, email: str) -> None:
    """Another address, in lower case, which nobody else has."""
    conn.execute(update(accounts).where(accounts.c.actor_id == actor_id).values(email=email))


def end_sessions(conn: Connection, actor_id: int) -> None:
    conn.execute(delete(sessions).where(sessions.c.actor_id == actor_id))


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


# -- sessions ---------------------------------------------------------------------------------------------------------


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
    .where(sessions.c.token_hash == bindparam("token"), accounts.c.state == "active")
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


def expire_sessions(conn: Connection, *, unused_since: int, created_before: int) -> None:
    conn.execute(delete(sessions).where((sessions.c.used_at < unused_since) | (sessions.c.created_at < created_before)))


# -- tokens and links -----------------------------------------------------------------------------------------------


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


@dataclass(frozen=True, slots=True)
class Link:
    """A one-time link: whose it is (None for the set-up), and what it confirms."""

    actor_id: int | None
    detail: str


def insert_link(
    conn: Connection,
    token: str,
    purpose: str,
    now: int,
    expires_at: int,
    *,
    actor_id: int | None = None,
    detail: str = "",
) -> None:
    """A one-time link; earlier ones of the same purpose and person end."""
    conn.execute(
        delete(one_time_links).where(
            one_time_links.c.purpose == purpose, one_time_links.c.actor_id.is_not_distinct_from(actor_id)
        )
    )
    conn.execute(
        insert(one_time_links).values(
            token_hash=hash_of(token),
            purpose=purpose,
            actor_id=actor_id,
            detail=detail,
            created_at=now,
            expires_at=expires_at,
        )
    )


def find_link(conn: Connection, token: str, purpose: str, now: int) -> Link | None:
    """The link, while it is good."""
    query = select(one_time_links.c.actor_id, one_time_links.c.detail).where(
        one_time_links.c.token_hash == hash_of(token),
        one_time_links.c.purpose == purpose,
        one_time_links.c.expires_at > now,
    )
    row = conn.execute(query).first()
    return Link(*row) if row else None


def take_link(conn: Connection, token: str, purpose: str, now: int) -> Link | None:
    """The same, and it is used up; of two who take it at once one gets None."""
    good = find_link(conn, token, purpose, now)
    gone = conn.execute(delete(one_time_links).where(one_time_links.c.token_hash == hash_of(token))).rowcount
    return good if gone else None


def end_links(conn: Connection, actor_id: int) -> None:
    """No link that this person was sent is good any more."""
    conn.execute(delete(one_time_links).where(one_time_links.c.actor_id == actor_id))


def expire_links(conn: Connection, now: int) -> None:
    conn.execute(delete(one_time_links).where(one_time_links.c.expires_at <= now))


# -- audit -----------------------------------------------------------------------------------------------------------


def record_audit(
    conn: Connection,
    audit_id: int,
    *,
    by: str,
    action: str,
    target: str,
    now: int,
    before: Any = None,
    after: Any = None,
) -> None:
    """Who changed what (ADM3); ``by`` is '' for the command line. Call it in the transaction of the change."""
    conn.execute(
        insert(audit_log).values(
            id=audit_id, actor_uri=by, action=action, target=target, before=before, after=after, created_at=now
        )
    )


def list_audit(
    conn: Connection, *, about: str, actions: Collection[str] = (), uri: str = "", before: int | None, limit: int
) -> Sequence[Any]:
    """Whole rows of the log, newest first; ``about``: what stands anywhere in action, target or name.

    ``actions`` and ``uri`` are what the same words may mean, too: the actions called so, and the account of this name.
    """
    query = select(audit_log)
    if about:
        columns = (audit_log.c.action, audit_log.c.target, audit_log.c.actor_uri)
        wanted = [column.contains(about, autoescape=True) for column in columns]
        wanted.append(audit_log.c.action.in_(actions))
        if uri:
            wanted += [audit_log.c.target == uri, audit_log.c.actor_uri == uri]
        query = query.where(or_(*wanted))
    if before is not None:
        query = query.where(audit_log.c.id < before)
    return conn.execute(query.order_by(audit_log.c.id.desc()).limit(limit)).all()
