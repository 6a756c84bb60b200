"""Hashtags of objects, and who follows which."""

from collections.abc import Collection, Iterable, Mapping

from sqlalchemy import Connection, bindparam, delete, select

from node.domain.tags import key_of
from node.store.database.bulk import Bulk
from node.store.database.prepared import Prepared
from node.store.database.upsert import insert_missing
from node.store.tables import followed_tags, object_tags

_INSERT = Bulk(insert_missing(object_tags))
_DELETE = delete(object_tags).where(object_tags.c.object_id.in_(bindparam("ids", expanding=True)))
_FOLLOWERS = Prepared(
    select(object_tags.c.object_id, followed_tags.c.actor_id)
    .join(followed_tags, followed_tags.c.tag == object_tags.c.tag)
    .where(object_tags.c.object_id.in_(bindparam("ids", expanding=True)))
    .distinct(),
    many="ids",
)
#: Of one object; what comes after says nothing of it any more.
MOST = 100


def add_tags(conn: Connection, names: Mapping[int, Iterable[str]]) -> None:
    """Give new objects their hashtags: object id -> names."""
    rows = [
        {"object_id": object_id, "tag": tag}
        for object_id, given in names.items()
        for tag in list(dict.fromkeys(filter(None, map(key_of, given))))[:MOST]
    ]
    _INSERT.run(conn, rows)


def replace_tags(conn: Connection, object_id: int, names: Iterable[str]) -> None:
    """The hashtags of an object that has changed."""
    conn.execute(_DELETE, {"ids": [object_id]})
    add_tags(conn, {object_id: names})


def load_followers(conn: Connection, object_ids: Collection[int]) -> list[tuple[int, int]]:
    """``(object id, actor id)`` of our people who follow a hashtag of these objects."""
    if not object_ids:
        return []
    return [(row[0], row[1]) for row in _FOLLOWERS.run(conn, {"ids": list(object_ids)})]
