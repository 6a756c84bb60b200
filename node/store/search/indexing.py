"""What ``store.triggers.post_search`` has noted is put into the index, in parts, so that others have their turn."""

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, delete, insert, select, text

from node.domain import search as folding
from node.domain.search import NAME_LENGTH, name_words
from node.domain.text import plain
from node.store.database.index_words import as_vector
from node.store.database.prepared import Prepared
from node.store.posts.objects import LIVE
from node.store.search import search_entries
from node.store.tables import actor_words, actors, objects, search_queue
from node.store.triggers.post_search import INDEX

_PUT = {
    "sqlite": text(f"INSERT INTO {INDEX} (rowid, words) VALUES (:id, :words)"),  # noqa: S608 (a constant)
    "postgresql": text(f"INSERT INTO {INDEX} (object_id, words) VALUES (:id, CAST(:words AS tsvector))"),  # noqa: S608 (constants)
}
_KEY = {"sqlite": "rowid", "postgresql": "object_id"}
_DROP = {
    dialect: text(f"DELETE FROM {INDEX} WHERE {key} IN :ids").bindparams(bindparam("ids", expanding=True))  # noqa: S608 (constants)
    for dialect, key in _KEY.items()
}
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
            conn.execute(delete(search_queue).where(search_queue.c.kind == kind, search_queue.c.ref.in_(ids)))
    return len(waiting)


def index_now(conn: Connection, object_id: int) -> None:
    """Index what one of ours has just written, which its author looks for first; the rest waits its turn."""
    _index_posts(conn, [object_id])
    conn.execute(delete(search_queue).where(search_queue.c.kind == "post", search_queue.c.ref == object_id))


def _index_actors(conn: Connection, ids: Sequence[int]) -> None:
    search_entries.index_actors(conn, ids)
    conn.execute(delete(actor_words).where(actor_words.c.actor_id.in_(ids)))
    query = select(actors.c.id, actors.c.name, actors.c.username).where(
        actors.c.id.in_(ids), actors.c.state == "active", actors.c.kind != "application"
    )
    rows = [
        {"word": word, "actor_id": row.id}
        for row in conn.execute(query)
        for word in dict.fromkeys(
            [*name_words(row.username), row.username.casefold()[:NAME_LENGTH], *name_words(row.name)]
        )
    ]
    if rows:
        conn.execute(insert(actor_words), rows)


def _index_posts(conn: Connection, ids: Sequence[int]) -> None:
    search_entries.index_objects(conn, ids)
    dialect = conn.dialect.name
    conn.execute(_DROP[dialect], {"ids": list(ids)})
    write = " ".join if dialect == "sqlite" else as_vector
    rows = []
    for object_id, name, summary, content in _TEXTS.run(conn, {"ids": list(ids)}):
        words = folding.words(" ".join((name, plain(summary), plain(content))))
        if words:
            rows.append({"id": object_id, "words": write([f"b{word}" for word in words])})  # the letter of bodies
    if rows:
        conn.execute(_PUT[dialect], rows)
