"""What catalogues and accounts about topics have told their followers of, and what waits for their digests."""

from collections.abc import Collection

from sqlalchemy import Connection, bindparam, delete, func, select, update

from node.store.database.planning import looked_at
from node.store.database.prepared import Prepared
from node.store.database.upsert import insert_missing
from node.store.posts.objects import LIVE
from node.store.tables import actors, digest_entries, follows, objects, resources

_INSERT = insert_missing(digest_entries)
_TOLD = Prepared(
    select(digest_entries.c.object_id)
    .where(digest_entries.c.actor_id == bindparam("actor_id"), digest_entries.c.told_at > bindparam("since"))
    .limit(bindparam("limit"))
)
_BELLS = Prepared(
    select(follows.c.follower_id).where(follows.c.followed_id == bindparam("actor_id"), follows.c.notifies),
    named=True,
)
_DUE = (
    select(digest_entries.c.actor_id)
    .join(actors, actors.c.id == digest_entries.c.actor_id)
    .where(digest_entries.c.told_at.is_(None), looked_at(actors.c.local), actors.c.state == "active")
    .group_by(digest_entries.c.actor_id)
    .having(func.min(digest_entries.c.noted_at) <= bindparam("until"))
)
_WAITING = (
    select(digest_entries.c.object_id)
    .join(objects, objects.c.id == digest_entries.c.object_id)
    .join(resources, resources.c.object_id == objects.c.id)
    .where(
        digest_entries.c.actor_id == bindparam("actor_id"),
        digest_entries.c.told_at.is_(None),
        objects.c.state == LIVE,
        objects.c.visibility == "public",
    )
    .order_by(digest_entries.c.noted_at.desc(), digest_entries.c.object_id.desc())
)


def has_told(conn: Connection, actor_id: int, *, since: int, number: int) -> bool:
    """Whether followers of this account were told of so many entries since then."""
    return len(_TOLD.run(conn, {"actor_id": actor_id, "since": since, "limit": number})) >= number


def is_noted(conn: Connection, actor_id: int, object_id: int) -> bool:
    """Whether followers of this account were told of an entry, or it waits."""
    key = (digest_entries.c.actor_id == actor_id, digest_entries.c.object_id == object_id)
    return conn.execute(select(digest_entries.c.actor_id).where(*key)).first() is not None


def note(conn: Connection, actor_id: int, object_id: int, now: int, *, is_told: bool) -> bool:
    """Note an entry as told now, or as waiting; False where it was noted before, which stands."""
    row = {"actor_id": actor_id, "object_id": object_id, "noted_at": now, "told_at": now if is_told else None}
    return bool(conn.execute(_INSERT[conn.dialect.name], row).rowcount)


def load_bells(conn: Connection, actor_id: int) -> set[int]:
    """Who follows this account and wants to be told of everything that it publishes."""
    return {row.follower_id for row in _BELLS.run(conn, {"actor_id": actor_id})}


def list_due(conn: Connection, *, until: int) -> list[int]:
    """Accounts of ours of which something has waited since then."""
    return list(conn.scalars(_DUE, {"until": until}))


def load_waiting(conn: Connection, actor_id: int) -> list[int]:
    """The objects that wait and that everybody may read, the newest first."""
    return list(conn.scalars(_WAITING, {"actor_id": actor_id}))


def mark_told(conn: Connection, actor_id: int, now: int) -> None:
    """Nothing waits any more."""
    waiting = (digest_entries.c.actor_id == actor_id, digest_entries.c.told_at.is_(None))
    conn.execute(update(digest_entries).where(*waiting).values(told_at=now))


def drop(conn: Connection, actor_id: int, object_ids: Collection[int]) -> None:
    """These are nothing that this account tells of."""
    gone = (digest_entries.c.actor_id == actor_id, digest_entries.c.object_id.in_(object_ids))
    conn.execute(delete(digest_entries).where(*gone))
