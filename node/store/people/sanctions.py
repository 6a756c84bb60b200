"""What moderators decided about single actors."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, bindparam, delete, exists, func, insert, or_, select

from node.domain.moderation import Sanction
from node.store.tables import accounts, actors, follows, objects, sanctions

_OF_ACTORS = select(sanctions).where(sanctions.c.actor_id.in_(bindparam("ids", expanding=True)))
_ALL = select(actors.c.uri, sanctions.c.kind).join(actors, actors.c.id == sanctions.c.actor_id)


def load_by_uri(conn: Connection) -> Mapping[str, frozenset[Sanction]]:
    """Everything that is decided, by the actor's URI; what ``Policies`` keeps in memory."""
    found: dict[str, set[Sanction]] = defaultdict(set)
    for uri, kind in conn.execute(_ALL):
        found[uri].add(Sanction(kind))
    return {uri: frozenset(kinds) for uri, kinds in found.items()}


def load_many(conn: Connection, actor_ids: Collection[int]) -> dict[int, list[Any]]:
    """Whole rows by actor id."""
    found: dict[int, list[Any]] = defaultdict(list)
    if actor_ids:
        for row in conn.execute(_OF_ACTORS, {"ids": list(actor_ids)}):
            found[row.actor_id].append(row)
    return found


def holds(conn: Connection, actor_id: int, kind: Sanction) -> bool:
    """Whether an actor is under a sanction."""
    found = select(sanctions.c.actor_id).where(sanctions.c.actor_id == actor_id, sanctions.c.kind == kind.value)
    return conn.scalar(found) is not None


def is_under(actor_id: ColumnElement[int], kind: Sanction) -> ColumnElement[bool]:
    """The condition that the actor in this column is under a sanction."""
    return exists().where(sanctions.c.actor_id == actor_id, sanctions.c.kind == kind.value)


def insert_sanction(conn: Connection, actor_id: int, kind: Sanction, reason: str, now: int) -> bool:
    """False where it holds already."""
    if holds(conn, actor_id, kind):
        return False
    conn.execute(insert(sanctions).values(actor_id=actor_id, kind=kind.value, reason=reason, created_at=now))
    return True


def delete_sanction(conn: Connection, actor_id: int, kind: Sanction) -> bool:
    """False where it did not hold."""
    of_actor = (sanctions.c.actor_id == actor_id, sanctions.c.kind == kind.value)
    return conn.execute(delete(sanctions).where(*of_actor)).rowcount > 0


def count_effect(conn: Connection, actor_id: int) -> dict[str, int]:
    """What a suspension would touch: posts and resources here, follows in both directions."""
    counts = {
        "posts": select(func.count()).where(objects.c.actor_id == actor_id, objects.c.state == "live"),
        "followers": select(func.count()).where(follows.c.followed_id == actor_id),
        "following": select(func.count()).where(follows.c.follower_id == actor_id),
    }
    return {name: conn.scalar(query) or 0 for name, query in counts.items()}


def load_follows_elsewhere(conn: Connection, actor_id: int) -> Sequence[Any]:
    """Rows of ``follower_id, followed_id, uri, other_uri``: follows between somebody here and others elsewhere."""
    mine = or_(
        and_(follows.c.follower_id == actor_id, actors.c.id == follows.c.followed_id),
        and_(follows.c.followed_id == actor_id, actors.c.id == follows.c.follower_id),
    )
    found = select(follows.c.follower_id, follows.c.followed_id, follows.c.uri, actors.c.uri.label("other_uri"))
    return conn.execute(found.join(actors, mine).where(~actors.c.local)).all()


def cut_follows(conn: Connection, actor_id: int) -> int:
    """End all follows of and by the actor; answers how many."""
    ended = delete(follows).where(or_(follows.c.follower_id == actor_id, follows.c.followed_id == actor_id))
    return conn.execute(ended).rowcount


# -- finding actors to decide about ---------------------------------------------------------------------------------

_LISTED = (
    select(actors, accounts.c.email, accounts.c.role, accounts.c.state.label("account_state"))
    .outerjoin(accounts, accounts.c.actor_id == actors.c.id)
    .where(actors.c.kind != "application")
)


def list_actors(
    conn: Connection, *, query: str, under: Sanction | None, local: bool | None, before: int | None, limit: int
) -> Sequence[Any]:
    """Whole rows of actors with ``email``, ``role`` and ``account_state`` of those with an account, newest first.

    ``query``: the beginning of a user name, or ``name@host``; of those with an account any part of name or e-mail.
    """
    words = query.strip().lower().removeprefix("@")
    name, _, host = words.partition("@")
    wanted = _LISTED
    if name:
        handle = [actors.c.username.startswith(name, autoescape=True)]
        if host:
            handle.append(actors.c.host.startswith(host, autoescape=True))
        told = [column.icontains(words, autoescape=True) for column in (actors.c.name, accounts.c.email)]
        is_proven = actors.c.acct.startswith(words, autoescape=True)
        wanted = wanted.where(or_(and_(*handle), is_proven, and_(accounts.c.actor_id.is_not(None), or_(*told))))
    if under is not None:
        wanted = wanted.where(is_under(actors.c.id, under))
    if local is not None:
        wanted = wanted.where(actors.c.local.is_(local))
    if before is not None:
        wanted = wanted.where(actors.c.id < before)
    return conn.execute(wanted.order_by(actors.c.id.desc()).limit(limit)).all()


def find_actor(conn: Connection, actor_id: int) -> Any | None:
    """The whole row of one actor, as ``list_actors`` has them."""
    return conn.execute(_LISTED.where(actors.c.id == actor_id)).first()
