"""What is based on what: read from the records, whether the original is held here or not."""

from collections.abc import Collection, Mapping, Sequence
from functools import cache

from sqlalchemy import BigInteger, Connection, bindparam, delete, insert, select

from node.store.database.bulk import Bulk
from node.store.database.prepared import Prepared
from node.store.database.upsert import insert_missing
from node.store.posts.objects import LIVE
from node.store.reading.visible import seen_by, visible_to
from node.store.tables import derivations, hidden_branches, objects, resources

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
    values = {"iris": list(iris), "limit": limit} | seen_by(viewer_id)
    return [object_id for (object_id,) in _branches(viewer_id is not None).run(conn, values)] if iris else []


@cache
def _branches(is_member: bool) -> Prepared:
    query = (
        select(objects.c.id)
        .join(derivations, derivations.c.object_id == objects.c.id)
        .where(derivations.c.source_iri.in_(bindparam("iris", expanding=True)), visible_to(0 if is_member else None))
        .distinct()
        .order_by(objects.c.id.desc())
        .limit(bindparam("limit", type_=BigInteger))
    )
    return Prepared(query, many="iris")


# -- what is not shown on the page of the original ------------------------------------------------------------------

_HIDE = insert_missing(hidden_branches)


def hide(conn: Connection, original_id: int, branch_id: int, now: int) -> None:
    """Show a branch no more on the page of its original; what is hidden stays so."""
    values = {"original_id": original_id, "branch_id": branch_id, "hidden_at": now}
    conn.execute(_HIDE[conn.dialect.name], values)


def unhide(conn: Connection, original_id: int, branch_id: int) -> None:
    conn.execute(
        delete(hidden_branches).where(
            hidden_branches.c.original_id == original_id, hidden_branches.c.branch_id == branch_id
        )
    )


def load_hidden(conn: Connection, original_id: int) -> set[int]:
    """Ids of the branches that are not shown."""
    query = select(hidden_branches.c.branch_id).where(hidden_branches.c.original_id == original_id)
    return set(conn.scalars(query))


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
