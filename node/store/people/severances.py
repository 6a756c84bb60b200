"""What people here lose when follows are cut from above: how many of whom."""

from collections import Counter
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, select

from node.store.people.domains import is_at
from node.store.people.follows import ACCEPTED
from node.store.tables import accounts, actors, follows


def count_lost(conn: Connection, condition: ColumnElement[bool]) -> dict[int, tuple[int, int]]:
    """Person here -> followers and followed that she has among the actors (``tables.actors``) of this condition."""
    ids = select(actors.c.id).where(condition)

    def count(owner: Any, other: Any) -> Counter[int]:
        query = (
            select(owner, func.count())
            .join(accounts, accounts.c.actor_id == owner)
            .where(other.in_(ids), follows.c.state == ACCEPTED)
        )
        return Counter({row[0]: row[1] for row in conn.execute(query.group_by(owner))})

    followers, following = (
        count(follows.c.followed_id, follows.c.follower_id),
        count(follows.c.follower_id, follows.c.followed_id),
    )
    return {owner: (followers[owner], following[owner]) for owner in followers | following}


def below(domain: str) -> ColumnElement[bool]:
    """Actors of a domain and everything below it."""
    return is_at(domain) & ~actors.c.local
