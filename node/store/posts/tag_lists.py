"""The hashtags that people follow, and those that they show on their profiles."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table, bindparam, delete, func, select

from node.domain.tags import key_of
from node.domain.visibility import Visibility
from node.store.database.upsert import insert_missing
from node.store.database.windows import Window
from node.store.posts.objects import LIVE
from node.store.tables import featured_tags, followed_tags, object_tags, objects

#: So many of somebody's newest posts say which hashtags are hers.
_WEIGHED = 1_000
_OPEN = [level.value for level in Visibility if level.is_open]
_TABLES: tuple[Table, ...] = (followed_tags, featured_tags)
_INSERT = {table.name: insert_missing(table) for table in _TABLES}


@dataclass(frozen=True, slots=True)
class Featured:
    """A hashtag on a profile, with how often its owner used it in the open, and when last."""

    id: int
    tag: str
    name: str
    total: int = 0
    last_at: int | None = None


def add(conn: Connection, table: Table, row_id: int, actor_id: int, name: str, now: int) -> None:
    """Follow or feature (``table``) a hashtag; what is there already stays as it is."""
    values = {"id": row_id, "actor_id": actor_id, "tag": key_of(name), "name": name, "created_at": now}
    conn.execute(_INSERT[table.name][conn.dialect.name], values)


def remove(conn: Connection, table: Table, actor_id: int, name: str) -> bool:
    """False where it was not followed or featured."""
    found = delete(table).where(table.c.actor_id == actor_id, table.c.tag == key_of(name))
    return conn.execute(found).rowcount > 0


def list_followed(conn: Connection, actor_id: int, window: Window) -> Sequence[Any]:
    """Rows of id, tag and name, newest first."""
    query = select(followed_tags.c.id, followed_tags.c.tag, followed_tags.c.name)
    query = query.where(followed_tags.c.actor_id == actor_id)
    return window.newest_first(conn.execute(window.over(query, followed_tags.c.id)).all())


def which(conn: Connection, table: Table, actor_id: int, tags: Collection[str]) -> frozenset[str]:
    """Those among ``tags`` that this person follows or features."""
    query = select(table.c.tag).where(table.c.actor_id == actor_id, table.c.tag.in_(list(tags)))
    return frozenset(conn.scalars(query)) if tags else frozenset()


_FEATURED = (
    select(
        featured_tags.c.id,
        featured_tags.c.tag,
        featured_tags.c.name,
        func.count(objects.c.id).label("total"),
        func.max(objects.c.published_at).label("last_at"),
    )
    .outerjoin(object_tags, object_tags.c.tag == featured_tags.c.tag)
    .outerjoin(
        objects,
        (objects.c.id == object_tags.c.object_id)
        & (objects.c.actor_id == featured_tags.c.actor_id)
        & (objects.c.state == LIVE)
        & objects.c.visibility.in_(_OPEN),
    )
    .where(featured_tags.c.actor_id == bindparam("actor_id"))
    .group_by(featured_tags.c.id, featured_tags.c.tag, featured_tags.c.name)
    .order_by(featured_tags.c.id)
)


def list_featured(conn: Connection, actor_id: int) -> list[Featured]:
    """What stands on this profile, in the order in which it was put there."""
    return [Featured(*row) for row in conn.execute(_FEATURED, {"actor_id": actor_id})]


def count_featured(conn: Connection, actor_id: int) -> int:
    return conn.scalar(select(func.count()).where(featured_tags.c.actor_id == actor_id)) or 0


def list_used(conn: Connection, actor_id: int, *, limit: int) -> list[str]:
    """The hashtags that an actor used most in the open of late and does not feature yet."""
    featured = select(featured_tags.c.tag).where(featured_tags.c.actor_id == actor_id)
    newest = (
        select(objects.c.id)
        .where(objects.c.actor_id == actor_id, objects.c.state == LIVE, objects.c.visibility.in_(_OPEN))
        .order_by(objects.c.id.desc())
        .limit(_WEIGHED)
        .subquery()
    )
    query = (
        select(object_tags.c.tag)
        .join(newest, newest.c.id == object_tags.c.object_id)
        .where(object_tags.c.tag.not_in(featured))
        .group_by(object_tags.c.tag)
        .order_by(func.count().desc(), object_tags.c.tag)
        .limit(limit)
    )
    return list(conn.scalars(query))
