"""Who of our people is who at the organisation's own sign-in."""

from dataclasses import dataclass

from sqlalchemy import Connection, insert, select, update

from node.store.tables import external_identities


@dataclass(frozen=True, slots=True)
class Identity:
    """``unlinked_at``: since when it opens nothing, as its owner wants; None while it opens her account."""

    actor_id: int
    issuer: str
    created_at: int
    used_at: int
    unlinked_at: int | None


_COLUMNS = tuple(external_identities.c[name] for name in Identity.__dataclass_fields__)


def find(conn: Connection, issuer: str, subject: str) -> Identity | None:
    """Whose this identity is, or was."""
    query = select(*_COLUMNS).where(external_identities.c.issuer == issuer, external_identities.c.subject == subject)
    row = conn.execute(query).first()
    return Identity(*row) if row else None


def load_of(conn: Connection, actor_id: int) -> list[Identity]:
    """All that an account has, the oldest first."""
    query = select(*_COLUMNS).where(external_identities.c.actor_id == actor_id)
    return [Identity(*row) for row in conn.execute(query.order_by(external_identities.c.created_at))]


def set_unlinked(conn: Connection, actor_id: int, unlinked_at: int | None) -> None:
    """Let no identity of an account open it any more, or let them again (None)."""
    conn.execute(
        update(external_identities).where(external_identities.c.actor_id == actor_id).values(unlinked_at=unlinked_at)
    )


def link(conn: Connection, issuer: str, subject: str, actor_id: int, now: int) -> None:
    values = {"issuer": issuer, "subject": subject, "actor_id": actor_id, "created_at": now, "used_at": now}
    conn.execute(insert(external_identities), values)


def touch(conn: Connection, issuer: str, subject: str, now: int) -> None:
    conn.execute(
        update(external_identities)
        .where(external_identities.c.issuer == issuer, external_identities.c.subject == subject)
        .values(used_at=now)
    )
