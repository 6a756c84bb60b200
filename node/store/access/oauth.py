"""Apps of the client API and the codes that they change into tokens (RFC 6749, section 4.1)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, insert, select, update

from node.store.access.accounts import TOKENS_CHANGED
from node.store.access.hashes import hash_of
from node.store.database.engine import signal
from node.store.tables import access_tokens, apps, authorization_codes


@dataclass(frozen=True, slots=True)
class App:
    """A client program. Only a hash of its secret is kept."""

    id: int
    client_id: str
    secret_hash: str
    name: str
    website: str
    redirect_uris: Sequence[str]
    scopes: Sequence[str]


@dataclass(frozen=True, slots=True)
class Code:
    """What a person agreed to: good for one app, one address and one token."""

    code_hash: str
    app_id: int
    actor_id: int
    redirect_uri: str
    scopes: Sequence[str]
    challenge: str
    created_at: int
    used_at: int | None
    token_hash: str


@dataclass(frozen=True, slots=True)
class Authorization:
    """A token as its owner sees it. ``app`` is empty for tokens of the command line, which have a ``name``."""

    token_hash: str
    app: str
    website: str
    name: str
    scopes: Sequence[str]
    created_at: int
    used_at: int


# -- apps -----------------------------------------------------------------------------------------------------------

_APP = select(
    apps.c.id, apps.c.client_id, apps.c.secret_hash, apps.c.name, apps.c.website, apps.c.redirect_uris, apps.c.scopes
)


def insert_app(conn: Connection, app: App, now: int) -> None:
    conn.execute(
        insert(apps).values(
            id=app.id,
            client_id=app.client_id,
            secret_hash=app.secret_hash,
            name=app.name,
            website=app.website,
            redirect_uris=list(app.redirect_uris),
            scopes=" ".join(app.scopes),
            created_at=now,
        )
    )


def find_app(conn: Connection, client_id: str) -> App | None:
    row = conn.execute(_APP.where(apps.c.client_id == client_id)).first()
    return App(*row[:-1], row.scopes.split()) if row else None


def load_apps(conn: Connection, ids: Collection[int]) -> dict[int, App]:
    """The apps of these ids, by id."""
    if not ids:
        return {}
    return {row.id: App(*row[:-1], row.scopes.split()) for row in conn.execute(_APP.where(apps.c.id.in_(list(ids))))}


def expire_apps(conn: Connection, before: int) -> None:
    """Forget apps that were registered before and never authorized; a client keeps its registration for ever."""
    conn.execute(delete(apps).where(apps.c.authorized_at.is_(None), apps.c.created_at < before))


# -- codes ----------------------------------------------------------------------------------------------------------


def insert_code(conn: Connection, code: Code) -> None:
    conn.execute(
        insert(authorization_codes).values(
            code_hash=code.code_hash,
            app_id=code.app_id,
            actor_id=code.actor_id,
            redirect_uri=code.redirect_uri,
            scopes=" ".join(code.scopes),
            challenge=code.challenge,
            created_at=code.created_at,
        )
    )


def find_code(conn: Connection, text: str) -> Code | None:
    c = authorization_codes.c
    query = select(
        c.code_hash,
        c.app_id,
        c.actor_id,
        c.redirect_uri,
        c.scopes,
        c.challenge,
        c.created_at,
        c.used_at,
        c.token_hash,
    )
    row = conn.execute(query.where(c.code_hash == hash_of(text))).first()
    if row is None:
        return None
    return Code(row[0], row[1], row[2], row[3], row.scopes.split(), *row[5:])


def use_code(conn: Connection, code_hash: str, token_hash: str, now: int) -> bool:
    """Take the code for a token; False where somebody was faster."""
    c = authorization_codes.c
    taken = update(authorization_codes).where(c.code_hash == code_hash, c.used_at.is_(None))
    return conn.execute(taken.values(used_at=now, token_hash=token_hash)).rowcount == 1


def delete_codes_of(conn: Connection, actor_id: int) -> None:
    """No app gets a token any more for what this person agreed to; used codes stay, as below."""
    c = authorization_codes.c
    conn.execute(delete(authorization_codes).where(c.actor_id == actor_id, c.used_at.is_(None)))


def expire_codes(conn: Connection, before: int) -> None:
    """Used ones stay as long as the others, so that a second use is recognised."""
    conn.execute(delete(authorization_codes).where(authorization_codes.c.created_at < before))


# -- tokens ---------------------------------------------------------------------------------------------------------


def insert_app_token(
    conn: Connection, token: str, app: App, actor_id: int | None, scopes: Sequence[str], now: int
) -> None:
    """A token for a person, or for the app itself."""
    conn.execute(
        insert(access_tokens).values(
            token_hash=hash_of(token),
            actor_id=actor_id,
            app_id=app.id,
            scopes=" ".join(scopes),
            name=app.name,
            created_at=now,
            used_at=now,
        )
    )
    conn.execute(update(apps).where(apps.c.id == app.id, apps.c.authorized_at.is_(None)).values(authorized_at=now))


def delete_token(conn: Connection, token_hash: str, *, actor_id: int | None = None, app_id: int | None = None) -> bool:
    """End a token, if it belongs to this person or app; whether it did."""
    query = delete(access_tokens).where(access_tokens.c.token_hash == token_hash)
    if actor_id is not None:
        query = query.where(access_tokens.c.actor_id == actor_id)
    if app_id is not None:
        query = query.where(access_tokens.c.app_id == app_id)
    ended = conn.execute(query).rowcount > 0
    if ended:
        signal(conn, TOKENS_CHANGED)
    return ended


def delete_tokens_of(conn: Connection, actor_id: int) -> None:
    """End all tokens of a person."""
    conn.execute(delete(access_tokens).where(access_tokens.c.actor_id == actor_id))
    signal(conn, TOKENS_CHANGED)


def expire_tokens(conn: Connection, unused_since: int) -> None:
    """Forget tokens that nobody has used since."""
    if conn.execute(delete(access_tokens).where(access_tokens.c.used_at < unused_since)).rowcount:
        signal(conn, TOKENS_CHANGED)


def list_authorizations(conn: Connection, actor_id: int) -> list[Authorization]:
    """The tokens of a person, the last used first."""
    t = access_tokens.c
    query = (
        select(t.token_hash, func.coalesce(apps.c.name, ""), func.coalesce(apps.c.website, ""))
        .add_columns(t.name, t.scopes, t.created_at, t.used_at)
        .outerjoin(apps, apps.c.id == t.app_id)
        .where(t.actor_id == actor_id)
        .order_by(t.used_at.desc(), t.token_hash)
    )
    return [Authorization(row[0], row[1], row[2], row[3], row[4].split(), *row[5:]) for row in conn.execute(query)]
