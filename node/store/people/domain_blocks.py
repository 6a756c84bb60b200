"""Domains that one person wants to hear nothing of, with everything below them."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection, delete, select, union, union_all

from node.store.database.bulk import portions
from node.store.database.upsert import insert_missing
from node.store.database.windows import Window
from node.store.tables import (
    actors,
    conversations,
    domain_blocks,
    follows,
    notification_requests,
    notifications,
)

_INSERT = insert_missing(domain_blocks)


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


def load_related_below(conn: Connection, actor_id: int, domain: str) -> list[int]:
    """Actors of this domain, or below it, who follow this person or whom she follows, requests included."""
    follower, followed = follows.c.follower_id, follows.c.followed_id
    pairs = union_all(
        select(followed.label("other")).where(follower == actor_id),
        select(follower.label("other")).where(followed == actor_id),
    ).subquery()
    return _below(conn, select(pairs.c.other), domain)


def load_heard_below(conn: Connection, actor_id: int, domain: str) -> list[int]:
    """Actors of this domain, or below it, of whom this person has notifications, or with whom she has conversations."""
    heard = select(notifications.c.actor_id).where(notifications.c.owner_id == actor_id)
    asked = select(notification_requests.c.actor_id).where(notification_requests.c.owner_id == actor_id)
    written = select(conversations.c.actor_ids).where(conversations.c.owner_id == actor_id)
    others = {each for actor_ids in conn.scalars(written) for each in actor_ids}
    ids = [*_below(conn, union(heard, asked), domain)]
    return [*ids, *(each for part in portions(others - set(ids)) for each in _below(conn, part, domain))]


def _below(conn: Connection, ids: Any, domain: str) -> list[int]:
    query = select(actors.c.id, actors.c.host).where(actors.c.id.in_(ids), ~actors.c.local)
    return [row.id for row in conn.execute(query) if is_below(row.host, {domain})]


def is_below(host: str, domains: Collection[str]) -> bool:
    """Whether a host is one of these domains or lies below one; its port does not matter.

    >>> is_below("social.far.example:8443", {"far.example"}), is_below("notfar.example", {"far.example"})
    (True, False)
    """
    name = host.rsplit(":", 1)[0]
    labels = name.split(".")
    return host in domains or any(".".join(labels[start:]) in domains for start in range(len(labels)))
