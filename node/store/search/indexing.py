"""What ``store.triggers.post_search`` has noted is put into the index, in parts, so that others have their turn."""

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, delete, insert, select, text

from node.domain import search as folding
from node.domain.search import NAME_LENGTH, name_words
from node.domain.text import plain
from node.store.database.bulk import Bulk
from node.store.database.index_words import as_vector
from node.store.database.prepared import Prepared
from node.store.posts.objects import LIVE
from node.store.search import search_entries
from node.store.tables import actor_words, actors, objects, search_queue
from node.store.triggers.post_search import INDEX

_PUT = Bulk(
    {
        "sqlite": text(f"INSERT INTO {INDEX} (rowid, words) VALUES (:id, :words)"),  # noqa: S608 (a constant)
        "postgresql": text(f"INSERT INTO {INDEX} (object_id, words) VALUES (:id, CAST(:words AS tsvector))"),  # noqa: S608 (constants)
    }
)
_KEY = {"sqlite": "rowid", "postgresql": "object_id"}
_DROP = Bulk({dialect: text(f"DELETE FROM {INDEX} WHERE {key} = :id") for dialect, key in _KEY.items()})  # noqa: S608 (constants)
_INDEXED = Bulk(
    delete(search_queue).where(search_queue.c.kind == bindparam("of_kind"), search_queue.c.ref == bindparam("of_ref"))
)
_TEXTS = Prepared(
    select(objects.c.id, objects.c.name, objects.c.summary, objects.c.content).where(
        objects.c.id.in_(bindparam("ids", expanding=True)), objects.c.state == LIVE, objects.c.kind != "resource"
    ),
    many="ids",
)
#: How many are indexed in one transaction: some hundredths of a second, for which nobody else writes.
BATCH = 200


def work_off(conn: Connection, *, limit: int = BATCH) -> int:
    """Index what waits, at most ``limit``; answers how many. Several processes share the work."""
    query = select(search_queue.c.kind, search_queue.c.ref).limit(limit).with_for_update(skip_locked=True)
    waiting = conn.execute(query).all()
    for kind, index in (("actor", _index_actors), ("post", _index_posts)):
        if ids := [row.ref for row in waiting if row.kind == kind]:
            index(conn, ids)
            _INDEXED.run(conn, [{"of_kind": kind, "of_ref": ref} for ref in ids])
    return len(waiting)


def index_now(conn: Connection, object_id: int) -> None:
    """Index what one of ours has just written, which its author looks for first; the rest waits its turn."""
    _index_posts(conn, [object_id])
    _INDEXED.run(conn, [{"of_kind": "post", "of_ref": object_id}])


def _index_actors(conn: Connection, ids: Sequence[int]) -> None:
    search_entries.index_actors(conn, ids)
    conn.execute(delete(actor_words).where(actor_words.c.actor_id.in_(ids)))
    query = select(actors.c.id, actors.c.name, actors.c.username, actors.c.acct).where(
        actors.c.id.in_(ids), actors.c.state == "active", actors.c.kind != "application"
    )
    rows = [
        {"word": word, "actor_id": row.id}
        for row in conn.execute(query)
        for word in dict.fromkeys(
            [
                *name_words(row.username),
                row.username.casefold()[:NAME_LENGTH],
                *name_words(row.name),
                *name_words(row.acct.partition("@")[0]),
            ]
        )
    ]
    if rows:
        conn.execute(insert(actor_words), rows)


def _index_posts(conn: Connection, ids: Sequence[int]) -> None:
    search_entries.index_objects(conn, ids)
    _DROP.run(conn, [{"id": object_id} for object_id in ids])
    write = " ".join if conn.dialect.name == "sqlite" else as_vector
    rows = []
    for object_id, name, summary, content in _TEXTS.run(conn, {"ids": list(ids)}):
        words = folding.words(" ".join((name, plain(summary), plain(content))))
        if words:
            rows.append({"id": object_id, "words": write([f"b{word}" for word in words])})  # the letter of bodies
    _PUT.run(conn, rows)
