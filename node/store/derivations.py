"""What is based on what: read from the records, whether the original is held here or not."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import Connection, bindparam, delete, insert, select

from node.store.bulk import Bulk
from node.store.objects import LIVE
from node.store.tables import derivations, objects, resources
from node.store.visible import visible_to

_DELETE = delete(derivations).where(derivations.c.object_id.in_(bindparam("ids", expanding=True)))
_INSERT = Bulk(insert(derivations))


def replace_sources(conn: Connection, sources: Mapping[int, Sequence[str]]) -> None:
    """Store what each object (by id) is based on, in the place of what was stored."""
    if not sources:
        return
    conn.execute(_DELETE, {"ids": list(sources)})
    rows = [{"object_id": i, "source_iri": iri} for i, iris in sources.items() for iri in iris]
    if rows:
        _INSERT.run(conn, rows)


def list_branches(conn: Connection, iris: Collection[str], viewer_id: int | None, *, limit: int) -> list[int]:
    """Objects that say they are based on any of these identities, as far as this viewer may read them, newest first."""
    query = (
        select(objects.c.id)
        .join(derivations, derivations.c.object_id == objects.c.id)
        .where(derivations.c.source_iri.in_(list(iris)), visible_to(viewer_id))
        .distinct()
        .order_by(objects.c.id.desc())
        .limit(limit)
    )
    return list(conn.scalars(query))


_KNOWN = (
    select(resources.c.object_id, resources.c.iri, objects.c.uri, objects.c.url)
    .join(objects, objects.c.id == resources.c.object_id)
    .where(objects.c.state == LIVE)
)


def find_sources(conn: Connection, iris: Collection[str]) -> dict[str, int]:
    """The resources held here that are meant by these identities: IRI -> object id.

    A record's own identity counts before the address of its object; of several copies of one record the oldest.
    """
    if not iris:
        return {}
    wanted, found = list(iris), {}
    for column in (objects.c.uri, resources.c.iri):
        name = column.name
        for row in conn.execute(_KNOWN.where(column.in_(wanted)).order_by(resources.c.object_id.desc())):
            found[getattr(row, name)] = row.object_id
    return found
