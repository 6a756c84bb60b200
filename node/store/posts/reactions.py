"""Likes, dislikes, emoji, shares and votes: each counts once per actor, object and content."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, case, delete, func, select, update

from node.domain.visibility import Visibility
from node.store.database.upsert import insert_missing
from node.store.tables import actors, home_entries, notifications, objects, reactions

LIKE, DISLIKE, SHARE, EMOJI, VOTE, QUOTE = "like", "dislike", "share", "emoji", "vote", "quote"
_OF_PERSONS = (LIKE, DISLIKE, SHARE, EMOJI)  # votes stay counted, quotes are objects
_COUNTERS = {LIKE: objects.c.likes_count, SHARE: objects.c.shares_count}


@dataclass(frozen=True, slots=True)
class Reaction:
    id: int
    actor_id: int
    object_id: int
    kind: str
    content: str
    uri: str
    created_at: int
    visibility: str = Visibility.PUBLIC.value  # of a share: public, unlisted or followers


_COLUMNS = tuple(reactions.c[name] for name in Reaction.__dataclass_fields__)
_INSERT = insert_missing(reactions)
_COUNT = {
    kind: update(objects)
    .where(objects.c.id == bindparam("object_id"))
    .values({column: case((column + bindparam("change") < 0, 0), else_=column + bindparam("change"))})
    for kind, column in _COUNTERS.items()
}


def insert_reaction(conn: Connection, new: Reaction) -> bool:
    """Count it; False where this actor has done so already."""
    values = {name: getattr(new, name) for name in Reaction.__dataclass_fields__}
    if not conn.execute(_INSERT[conn.dialect.name], values).rowcount:
        return False
    if new.kind in _COUNT:
        conn.execute(_COUNT[new.kind], {"object_id": new.object_id, "change": 1})
    return True


def delete_reaction(conn: Connection, found: Reaction) -> None:
    """Take it back, with what it put on timelines and whom it told."""
    conn.execute(delete(reactions).where(reactions.c.id == found.id))
    conn.execute(delete(notifications).where(notifications.c.reference == found.id))
    if found.kind == SHARE:
        is_brought = (home_entries.c.object_id == found.object_id, home_entries.c.id == found.id)
        conn.execute(delete(home_entries).where(*is_brought))
    if found.kind in _COUNT:
        conn.execute(_COUNT[found.kind], {"object_id": found.object_id, "change": -1})


def delete_all_of(conn: Connection, actor_id: int) -> None:
    """Somebody is gone: what she thanked for and recommended counts no more, and her boosts leave the timelines."""
    mine = select(reactions.c.object_id).where(reactions.c.actor_id == actor_id)
    for kind, column in _COUNTERS.items():
        fewer = {column: case((column < 1, 0), else_=column - 1)}
        conn.execute(update(objects).where(objects.c.id.in_(mine.where(reactions.c.kind == kind))).values(fewer))
    is_brought = home_entries.c.object_id.in_(mine.where(reactions.c.kind == SHARE))
    conn.execute(delete(home_entries).where(is_brought, home_entries.c.shared_by_id == actor_id))
    conn.execute(delete(reactions).where(reactions.c.actor_id == actor_id, reactions.c.kind.in_(_OF_PERSONS)))


def find_reaction(conn: Connection, actor_id: int, object_id: int, kind: str, content: str = "") -> Reaction | None:
    query = select(*_COLUMNS).where(
        reactions.c.actor_id == actor_id,
        reactions.c.object_id == object_id,
        reactions.c.kind == kind,
        reactions.c.content == content,
    )
    row = conn.execute(query).first()
    return Reaction(*row) if row else None


def find_reaction_by_uri(conn: Connection, uri: str) -> Reaction | None:
    row = conn.execute(select(*_COLUMNS).where(reactions.c.uri == uri)).first()
    return Reaction(*row) if row else None


def find_reaction_by_id(conn: Connection, reaction_id: int) -> Reaction | None:
    row = conn.execute(select(*_COLUMNS).where(reactions.c.id == reaction_id)).first()
    return Reaction(*row) if row else None


def load_actor_uris(conn: Connection, object_id: int, kinds: Collection[str]) -> list[str]:
    """Who reacted in one of these ways: they hear of an edit or a deletion."""
    query = (
        select(actors.c.uri)
        .join(reactions, reactions.c.actor_id == actors.c.id)
        .where(reactions.c.object_id == object_id, reactions.c.kind.in_(list(kinds)))
    )
    return list(conn.scalars(query))


def list_liked(conn: Connection, actor_id: int, *, before: int | None, limit: int) -> list[tuple[int, str]]:
    """``(reaction id, object uri)`` of what an actor liked, newest first."""
    query = (
        select(reactions.c.id, objects.c.uri)
        .join(objects, objects.c.id == reactions.c.object_id)
        .where(reactions.c.actor_id == actor_id, reactions.c.kind == LIKE)
    )
    if before is not None:
        query = query.where(reactions.c.id < before)
    return [(row.id, row.uri) for row in conn.execute(query.order_by(reactions.c.id.desc()).limit(limit))]


def count_liked(conn: Connection, actor_id: int) -> int:
    query = select(func.count()).where(reactions.c.actor_id == actor_id, reactions.c.kind == LIKE)
    return conn.scalar(query) or 0


def delete_votes(conn: Connection, object_id: int) -> None:
    """A poll begins anew."""
    conn.execute(delete(reactions).where(reactions.c.object_id == object_id, reactions.c.kind == VOTE))
