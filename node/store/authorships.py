"""Which member wrote what the organisation publishes."""

from collections.abc import Collection

from sqlalchemy import Connection, select

from node.store.tables import authorships
from node.store.upsert import insert_missing

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


def find_author(conn: Connection, object_id: int) -> int | None:
    return load_authors(conn, [object_id]).get(object_id)
