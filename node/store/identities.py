"""Who of our people is who at the organisation's own sign-in."""

from sqlalchemy import Connection, insert, select, update

from node.store.tables import external_identities


def find_owner(conn: Connection, issuer: str, subject: str) -> int | None:
    """The actor behind an identity."""
    query = select(external_identities.c.actor_id).where(
        external_identities.c.issuer == issuer, external_identities.c.subject == subject
    )
    found: int | None = conn.scalar(query)
    return found


def link(conn: Connection, issuer: str, subject: str, actor_id: int, now: int) -> None:
    values = {"issuer": issuer, "subject": subject, "actor_id": actor_id, "created_at": now, "used_at": now}
    conn.execute(insert(external_identities), values)


def touch(conn: Connection, issuer: str, subject: str, now: int) -> None:
    conn.execute(
        update(external_identities)
        .where(external_identities.c.issuer == issuer, external_identities.c.subject == subject)
        .values(used_at=now)
    )
