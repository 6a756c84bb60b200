"""Domains that one person wants to hear nothing of, with everything below them."""

from collections.abc import Collection, Sequence

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from node.store.tables import domain_blocks
from node.store.windows import Window

_INSERT = {
    "sqlite": sqlite_insert(domain_blocks).on_conflict_do_nothing(),
    "postgresql": postgresql_insert(domain_blocks).on_conflict_do_nothing(),
}


def insert_domain_block(conn: Connection, block_id: int, actor_id: int, domain: str, now: int) -> None:
    values = {"id": block_id, "actor_id": actor_id, "domain": domain, "created_at": now}
    conn.execute(_INSERT[conn.dialect.name], values)


def delete_domain_block(conn: Connection, actor_id: int, domain: str) -> None:
    conn.execute(delete(domain_blocks).where(domain_blocks.c.actor_id == actor_id, domain_blocks.c.domain == domain))


def list_domain_blocks(conn: Connection, actor_id: int, window: Window) -> Sequence[tuple[int, str]]:
    """``(id, domain)`` of a part of the list, newest first."""
    query = window.over(select(domain_blocks.c.id, domain_blocks.c.domain), domain_blocks.c.id)
    rows = conn.execute(query.where(domain_blocks.c.actor_id == actor_id))
    return window.newest_first([(row.id, row.domain) for row in rows])


def load_blocked_domains(conn: Connection, actor_id: int) -> list[str]:
    """All of them."""
    return list(conn.scalars(select(domain_blocks.c.domain).where(domain_blocks.c.actor_id == actor_id)))


def is_below(host: str, domains: Collection[str]) -> bool:
    """Whether a host is one of these domains or lies below one.

    >>> is_below("social.far.example", {"far.example"}), is_below("notfar.example", {"far.example"})
    (True, False)
    """
    labels = host.split(".")
    return any(".".join(labels[start:]) in domains for start in range(len(labels)))
