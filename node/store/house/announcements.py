"""Announcements of those who look after the node, who has read them, and how people react."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, case, delete, func, insert, or_, select, update

from node.store.database.upsert import insert_missing
from node.store.tables import announcement_reactions, announcement_reads, announcements

_INSERT_READ = insert_missing(announcement_reads)
_INSERT_REACTION = insert_missing(announcement_reactions)


@dataclass(frozen=True, slots=True)
class Reaction:
    """How many chose an emoji, and whether the reader did."""

    name: str
    count: int
    me: bool


def list_current(conn: Connection, now: int) -> Sequence[Row[Any]]:
    """Whole rows of those that are published and not over, the newest first."""
    query = select(announcements).where(
        announcements.c.published_at.is_not(None),
        or_(announcements.c.ends_at.is_(None), announcements.c.ends_at > now),
    )
    return conn.execute(query.order_by(announcements.c.published_at.desc()).limit(100)).all()


def list_all(conn: Connection) -> Sequence[Row[Any]]:
    """Whole rows, for those who write them; the newest first."""
    return conn.execute(select(announcements).order_by(announcements.c.id.desc()).limit(100)).all()


def load(conn: Connection, ids: Collection[int]) -> Sequence[Row[Any]]:
    """Whole rows."""
    return conn.execute(select(announcements).where(announcements.c.id.in_(list(ids)))).all()


def insert_announcement(conn: Connection, values: Mapping[str, Any]) -> None:
    conn.execute(insert(announcements).values(**values))


def update_announcement(conn: Connection, announcement_id: int, values: Mapping[str, Any]) -> bool:
    query = update(announcements).where(announcements.c.id == announcement_id)
    return conn.execute(query.values(**values)).rowcount > 0


def delete_announcement(conn: Connection, announcement_id: int) -> bool:
    return conn.execute(delete(announcements).where(announcements.c.id == announcement_id)).rowcount > 0


def dismiss(conn: Connection, announcement_id: int, actor_id: int) -> None:
    """This person has read it."""
    conn.execute(_INSERT_READ[conn.dialect.name], {"announcement_id": announcement_id, "actor_id": actor_id})


def forget_reads(conn: Connection, announcement_id: int) -> None:
    """It has changed: nobody has read it."""
    conn.execute(delete(announcement_reads).where(announcement_reads.c.announcement_id == announcement_id))


def load_read(conn: Connection, ids: Collection[int], actor_id: int) -> set[int]:
    """Those of these announcements that this person has read."""
    query = select(announcement_reads.c.announcement_id).where(
        announcement_reads.c.announcement_id.in_(list(ids)), announcement_reads.c.actor_id == actor_id
    )
    return set(conn.scalars(query))


# -- reactions --------------------------------------------------------------------------------------------------------


def load_reactions(conn: Connection, ids: Collection[int], actor_id: int | None) -> dict[int, list[Reaction]]:
    """Of each announcement, in the order in which each emoji was first chosen."""
    table = announcement_reactions.c
    query = select(
        table.announcement_id,
        table.name,
        func.count(),
        func.max(case((table.actor_id == (actor_id or 0), 1), else_=0)),
        func.min(table.created_at),
    ).where(table.announcement_id.in_(list(ids)))
    grouped = query.group_by(table.announcement_id, table.name).order_by(func.min(table.created_at), table.name)
    found: defaultdict[int, list[Reaction]] = defaultdict(list)
    for announcement_id, name, count, mine, _ in conn.execute(grouped):
        found[announcement_id].append(Reaction(name, count, bool(mine)))
    return found


def load_names(conn: Connection, announcement_id: int) -> set[str]:
    """The emoji that were chosen."""
    table = announcement_reactions.c
    return set(conn.scalars(select(table.name).where(table.announcement_id == announcement_id).distinct()))


def insert_reaction(conn: Connection, announcement_id: int, name: str, actor_id: int, now: int) -> bool:
    """False where this person chose it already."""
    values = {"announcement_id": announcement_id, "name": name, "actor_id": actor_id, "created_at": now}
    return conn.execute(_INSERT_REACTION[conn.dialect.name], values).rowcount > 0


def delete_reaction(conn: Connection, announcement_id: int, name: str, actor_id: int) -> bool:
    table = announcement_reactions
    one = (table.c.announcement_id == announcement_id, table.c.name == name, table.c.actor_id == actor_id)
    return conn.execute(delete(table).where(*one)).rowcount > 0
