"""Which member wrote what the organisation publishes."""

from collections.abc import Collection

from sqlalchemy import Connection, select

from node.store.database.upsert import insert_missing
from node.store.posts.objects import LIVE, RESOURCE
from node.store.tables import authorships, objects

_INSERT = insert_missing(authorships)


def add_author(conn: Connection, object_id: int, actor_id: int) -> None:
    """The first author stays."""
    conn.execute(_INSERT[conn.dialect.name], {"object_id": object_id, "actor_id": actor_id})


def load_authors(conn: Connection, object_ids: Collection[int]) -> dict[int, int]:
    """Object id -> actor id of the member who wrote it; what nobody here wrote by hand is left out."""
    if not object_ids:
        return {}
    query = select(authorships.c.object_id, authorships.c.actor_id).where(authorships.c.object_id.in_(list(object_ids)))
    return {row.object_id: row.actor_id for row in conn.execute(query)}


def list_written(conn: Connection, actor_id: int, limit: int) -> list[int]:
    """Ids of the living resources that a member wrote, for the organisation or as her own, newest first."""
    query = (
        select(objects.c.id)
        .join(authorships, authorships.c.object_id == objects.c.id)
        .where(authorships.c.actor_id == actor_id, objects.c.kind == RESOURCE, objects.c.state == LIVE)
    )
    return list(conn.scalars(query.order_by(objects.c.id.desc()).limit(limit)))


def find_author(conn: Connection, object_id: int) -> int | None:
    return load_authors(conn, [object_id]).get(object_id)
