"""Objects: posts of people and what else was published, ours and others'."""

from collections.abc import Collection, Mapping, Sequence
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from node.store.database.bulk import Bulk
from node.store.database.prepared import Prepared
from node.store.database.upsert import insert_missing
from node.store.people import follow_languages
from node.store.tables import (
    actors,
    home_entries,
    mentions,
    object_versions,
    objects,
    reactions,
)

#: Only what lives is shown. What is hidden may come back (its author is suspended), and what a moderator removed from
#: its community, too; what is deleted does not.
LIVE, HIDDEN, REMOVED, DELETED = "live", "hidden", "removed", "deleted"
RESOURCE = "resource"  # the kind of what has a record


class Object(NamedTuple):
    """What the node needs to know of an object to deal with what refers to it."""

    id: int
    uri: str
    kind: str
    type: str
    actor_id: int
    local: bool
    visibility: str
    state: str
    url: str
    in_reply_to: str | None
    context: str
    audience: str
    published_at: int
    updated_at: int | None
    version: int


_fields_of = itemgetter(*Object._fields)
#: Of a row that becomes an ``Object``, in its order.
COLUMNS = tuple(objects.c[name] for name in Object._fields)
_BY_URI = Prepared(select(*COLUMNS).where(objects.c.uri.in_(bindparam("uris", expanding=True))), many="uris")


def load_objects(conn: Connection, uris: Collection[str]) -> dict[str, Object]:
    """The known objects among ``uris``, by URI."""
    if not uris:
        return {}
    return {found.uri: found for found in map(Object._make, _BY_URI.run(conn, {"uris": list(uris)}))}


def find_object(conn: Connection, uri: str) -> Object | None:
    return load_objects(conn, [uri]).get(uri)


_BY_ID = Prepared(select(*COLUMNS).where(objects.c.id == bindparam("object")))


def find_object_by_id(conn: Connection, object_id: int) -> Object | None:
    row = _BY_ID.first(conn, {"object": object_id})
    return Object._make(row) if row else None


_WHOLE = Prepared(select(objects).where(objects.c.id.in_(bindparam("ids", expanding=True))), many="ids", named=True)


def load_row(conn: Connection, object_id: int) -> Row[Any]:
    """The whole row of one object, which must be there."""
    return find_rows(conn, [object_id])[object_id]


def lock_version(conn: Connection, object_id: int) -> int:
    """Its present version, which nobody else changes before this unit is done; 0 where it is gone.

    SQLite has one writer anyway and leaves the lock out.
    """
    return conn.scalar(select(objects.c.version).where(objects.c.id == object_id).with_for_update()) or 0


def find_rows(conn: Connection, ids: Collection[int]) -> dict[int, Row[Any]]:
    """Whole rows, by id."""
    return {row.id: row for row in _WHOLE.run(conn, {"ids": list(ids)})} if ids else {}


_INSERT_OBJECT = Bulk(insert(objects))
_MENTIONED = Prepared(select(mentions.c.actor_uri).where(mentions.c.object_id == bindparam("object_id")))
_INSERT_MENTION = Bulk(insert_missing(mentions))
_INSERT_HOME = Bulk(insert_missing(home_entries))
_ADD_REPLIES = (
    update(objects)
    .where(objects.c.id == bindparam("object_id"))
    .values(replies_count=objects.c.replies_count + bindparam("change"))
)
_AWAITED = (
    select(objects.c.in_reply_to)
    .where(objects.c.in_reply_to.in_(bindparam("uris", expanding=True)), objects.c.in_reply_to_id.is_(None))
    .distinct()
)
_LOAD_AWAITED = Prepared(_AWAITED, many="uris")
_RESOLVE_CHILDREN = (
    update(objects)
    .where(objects.c.in_reply_to == bindparam("parent_uri"), objects.c.in_reply_to_id.is_(None))
    .values(in_reply_to_id=bindparam("parent_id"))
)


def as_object(row: Mapping[str, Any]) -> Object:
    """The object of a row with all its columns, which may yet have to be written."""
    return Object._make(_fields_of(row))


def insert_objects(conn: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Rows with all columns of ``objects`` that have no default, the same keys in each."""
    _INSERT_OBJECT.run(conn, [{**row, "has_media": _has_media(row.get("details"))} for row in rows])


def _has_media(details: Mapping[str, Any] | None) -> bool:
    return bool(details and details.get("attachments"))


def insert_mentions(conn: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Rows of ``object_id, actor_uri, silent``."""
    _INSERT_MENTION.run(conn, rows)


def insert_home_entries(conn: Connection, rows: Sequence[Mapping[str, Any]], *, is_own: bool = False) -> None:
    """Rows of ``owner_id, id, object_id, shared_by_id``; an object appears once on each timeline.

    Left out is what is in a language that the owner does not want of whoever brings it; ``is_own``: all are the owners'
    own posts, which they want in any language.
    """
    if rows:
        _INSERT_HOME.run(conn, rows if is_own else follow_languages.without_unwanted(conn, rows))


def add_replies(conn: Connection, changes: Mapping[int, int]) -> None:
    """Add to the reply counters: object id -> change."""
    if changes:
        conn.execute(_ADD_REPLIES, [{"object_id": i, "change": change} for i, change in changes.items()])


def load_awaited(conn: Connection, uris: Collection[str]) -> list[str]:
    """Those of these addresses that replies name which came before what they answer."""
    return [row[0] for row in _LOAD_AWAITED.run(conn, {"uris": list(uris)})]


def adopt_replies(conn: Connection, parent_uri: str, parent_id: int) -> None:
    """Tie replies that arrived before their parent to it."""
    adopted = conn.execute(_RESOLVE_CHILDREN, {"parent_uri": parent_uri, "parent_id": parent_id}).rowcount
    if adopted:
        add_replies(conn, {parent_id: adopted})


def update_object(conn: Connection, object_id: int, values: Mapping[str, Any]) -> None:
    if "details" in values:
        values = {**values, "has_media": _has_media(values["details"])}
    conn.execute(update(objects).where(objects.c.id == object_id).values(**values))


def keep_version(
    conn: Connection, object_id: int, replaced_at: int, *, details: Mapping[str, Any] | None = None
) -> None:
    """Copy the present text into the edit history, with how widely it is read; call before the update.

    ``details``: in place of the row's own.
    """
    row = load_row(conn, object_id)
    conn.execute(
        insert(object_versions).values(
            object_id=object_id,
            version=row.version,
            name=row.name,
            summary=row.summary,
            content=row.content,
            details={**(row.details or {}), "visibility": row.visibility} if details is None else details,
            replaced_at=replaced_at,
        )
    )


def list_versions(conn: Connection, object_id: int) -> list[Row[Any]]:
    """What an object said before, the oldest first: rows of ``object_versions``."""
    query = select(object_versions).where(object_versions.c.object_id == object_id)
    return list(conn.execute(query.order_by(object_versions.c.version)))


def load_mentioned(conn: Connection, object_id: int) -> list[str]:
    """URIs of the actors that an object is addressed to by name."""
    return [uri for (uri,) in _MENTIONED.run(conn, {"object_id": object_id})]


def load_told(conn: Connection, object_id: int) -> list[str]:
    """URIs of everybody who knows of an object beside its author's followers: named by it, or dealt with it."""
    reacted = (
        select(actors.c.uri)
        .join(reactions, reactions.c.actor_id == actors.c.id)
        .where(reactions.c.object_id == object_id)
    )
    return sorted({*load_mentioned(conn, object_id), *conn.scalars(reacted)})
