"""Objects: posts of people and what else was published, ours and others'."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import starmap
from typing import Any

from sqlalchemy import BigInteger, Connection, Row, and_, bindparam, delete, func, insert, or_, select, update

from node.domain.visibility import Visibility
from node.store.database.bulk import Bulk
from node.store.database.prepared import Prepared
from node.store.database.upsert import insert_missing
from node.store.people import follow_languages
from node.store.posts import conversations
from node.store.tables import (
    actors,
    adoption_notes,
    authorships,
    bookmarks,
    collection_curators,
    collection_followers,
    collection_items,
    derivations,
    digest_entries,
    events,
    filter_statuses,
    home_entries,
    mentions,
    notifications,
    object_cards,
    object_tags,
    object_versions,
    objects,
    pathway_progress,
    pins,
    reactions,
    resources,
    reviews,
    tombstones,
    topics,
)

#: Only what lives is shown. What is hidden may come back (its author is suspended), and what a moderator removed from
#: its community, too; what is deleted does not.
LIVE, HIDDEN, REMOVED, DELETED = "live", "hidden", "removed", "deleted"
RESOURCE = "resource"  # the kind of what has a record


@dataclass(frozen=True, slots=True)
class Object:
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


_COLUMNS = tuple(objects.c[name] for name in Object.__dataclass_fields__)
_BY_URI = Prepared(select(*_COLUMNS).where(objects.c.uri.in_(bindparam("uris", expanding=True))), many="uris")


def load_objects(conn: Connection, uris: Collection[str]) -> dict[str, Object]:
    """The known objects among ``uris``, by URI."""
    if not uris:
        return {}
    return {found.uri: found for found in starmap(Object, _BY_URI.run(conn, {"uris": list(uris)}))}


def find_object(conn: Connection, uri: str) -> Object | None:
    return load_objects(conn, [uri]).get(uri)


def find_object_by_id(conn: Connection, object_id: int) -> Object | None:
    row = conn.execute(select(*_COLUMNS).where(objects.c.id == object_id)).first()
    return Object(*row) if row else None


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


def keep_version(conn: Connection, object_id: int, replaced_at: int) -> None:
    """Copy the present text into the edit history; call before the update."""
    row = load_row(conn, object_id)
    conn.execute(
        insert(object_versions).values(
            object_id=object_id,
            version=row.version,
            name=row.name,
            summary=row.summary,
            content=row.content,
            details=row.details,
            replaced_at=replaced_at,
        )
    )


def list_versions(conn: Connection, object_id: int) -> list[Row[Any]]:
    """What an object said before, the oldest first: rows of ``object_versions``."""
    query = select(object_versions).where(object_versions.c.object_id == object_id)
    return list(conn.execute(query.order_by(object_versions.c.version)))


_GONE_WITH_IT = (
    mentions,
    reactions,
    bookmarks,
    home_entries,
    pins,
    object_cards,
    object_tags,
    object_versions,
    resources,
    events,
    notifications,
    filter_statuses,
    adoption_notes,
    authorships,
    derivations,
    digest_entries,
    pathway_progress,
    reviews,
)
_COLLECTED = (collection_curators, collection_followers, collection_items)


def bury(conn: Connection, found: Object, now: int) -> None:
    """Delete what the object said and showed; the row stays as a tombstone that keeps threads together."""
    for table in _GONE_WITH_IT:
        conn.execute(delete(table).where(table.c.object_id == found.id))
    if found.kind == RESOURCE:
        for table in _COLLECTED:
            conn.execute(delete(table).where(table.c.collection_id == found.id))
    conn.execute(
        update(objects)
        .where(objects.c.id == found.id)
        .values(
            state=DELETED,
            name="",
            summary="",
            content="",
            details=None,
            raw=None,
            has_media=False,
            likes_count=0,
            shares_count=0,
            updated_at=now,
            version=objects.c.version + 1,
        )
    )
    conn.execute(update(topics).where(topics.c.accepted_id == found.id).values(accepted_id=None))
    if found.visibility == Visibility.DIRECT:
        conversations.forget_post(conn, found.id)
    if found.in_reply_to and (parent := find_object(conn, found.in_reply_to)):
        add_replies(conn, {parent.id: -1})


def hide_all_of(conn: Connection, actor_id: int) -> None:
    """The actor is suspended: nothing of it is shown anywhere."""
    _turn(conn, actor_id, LIVE, HIDDEN)


def show_all_of(conn: Connection, actor_id: int) -> None:
    """The actor is back."""
    _turn(conn, actor_id, HIDDEN, LIVE)


def _turn(conn: Connection, actor_id: int, old: str, new: str) -> None:
    conn.execute(update(objects).where(objects.c.actor_id == actor_id, objects.c.state == old).values(state=new))


def bury_all_of(conn: Connection, actor_id: int, now: int) -> None:
    """The actor is gone: so is what it published."""
    query = select(*_COLUMNS).where(objects.c.actor_id == actor_id, objects.c.state != DELETED)
    for row in conn.execute(query).all():
        bury(conn, Object(*row), now)


def bury_some_of(conn: Connection, actor_id: int, now: int, *, limit: int) -> bool:
    """The same in small steps; False where nothing was left."""
    query = select(*_COLUMNS).where(objects.c.actor_id == actor_id, objects.c.state != DELETED).limit(limit)
    found = conn.execute(query).all()
    for row in found:
        bury(conn, Object(*row), now)
    return bool(found)


# -- tombstones of what was never here, or must not come back --------------------------------------------------------

_INSERT_TOMBSTONE = insert_missing(tombstones)
_TOMBSTONES = Prepared(
    select(tombstones.c.uri, tombstones.c.actor_uri).where(
        tombstones.c.uri.in_(bindparam("uris", expanding=True)),
        or_(tombstones.c.expires_at.is_(None), tombstones.c.expires_at > bindparam("now")),
    ),
    many="uris",
)


def remember_deleted(
    conn: Connection, uri: str, actor_uri: str, now: int, *, former_type: str = "", expires_at: int | None = None
) -> None:
    """Whatever arrives under this URI from this actor comes too late (IN18)."""
    conn.execute(
        _INSERT_TOMBSTONE[conn.dialect.name],
        {
            "uri": uri,
            "actor_uri": actor_uri,
            "former_type": former_type,
            "deleted_at": now,
            "expires_at": expires_at,
        },
    )


def load_tombstones(conn: Connection, uris: Collection[str], now: int) -> dict[str, str]:
    """The deleted ones among ``uris``: uri -> who deleted it."""
    if not uris:
        return {}
    return dict(_TOMBSTONES.run(conn, {"uris": list(uris), "now": now}))


def expire_tombstones(conn: Connection, now: int) -> None:
    conn.execute(delete(tombstones).where(tombstones.c.expires_at < now))


# -- reading ---------------------------------------------------------------------------------------------------------

PUBLIC = ("public", "unlisted")


def list_by_actor(
    conn: Connection, actor_id: int, *, visibilities: Collection[str], before: int | None, limit: int
) -> list[Row[Any]]:
    """Whole rows of what an actor published, newest first."""
    query = select(objects).where(
        objects.c.actor_id == actor_id, objects.c.state == LIVE, objects.c.visibility.in_(list(visibilities))
    )
    if before is not None:
        query = query.where(objects.c.id < before)
    return list(conn.execute(query.order_by(objects.c.id.desc()).limit(limit)))


def count_by_actor(conn: Connection, actor_id: int, visibilities: Collection[str]) -> int:
    query = select(func.count()).where(
        objects.c.actor_id == actor_id, objects.c.state == LIVE, objects.c.visibility.in_(list(visibilities))
    )
    return conn.scalar(query) or 0


def list_replies(
    conn: Connection, object_id: int, *, after: int, limit: int, levels: Collection[str] = PUBLIC
) -> list[Row[Any]]:
    """Whole rows of direct replies of these levels of visibility, the oldest first."""
    query = select(objects).where(
        objects.c.in_reply_to_id == object_id,
        objects.c.state == LIVE,
        objects.c.visibility.in_(list(levels)),
        objects.c.id > after,
    )
    return list(conn.execute(query.order_by(objects.c.id).limit(limit)))


def list_in_audience(conn: Connection, group_uri: str, actor_id: int) -> list[Object]:
    """What somebody wrote in a community."""
    query = select(*_COLUMNS).where(
        objects.c.actor_id == actor_id, objects.c.audience == group_uri, objects.c.state == LIVE
    )
    return [Object(*row) for row in conn.execute(query)]


def list_answers(conn: Connection, ids: Collection[int], *, limit: int) -> list[Object]:
    """What answers any of these objects directly, the oldest first."""
    if not ids:
        return []
    query = select(*_COLUMNS).where(objects.c.in_reply_to_id.in_(list(ids)), objects.c.state == LIVE)
    return [Object(*row) for row in conn.execute(query.order_by(objects.c.id).limit(limit))]


def find_first_of(conn: Connection, context: str) -> Object | None:
    """What a conversation began with, as far as it is known here."""
    query = select(*_COLUMNS).where(objects.c.context == context, objects.c.state == LIVE).order_by(objects.c.id)
    row = conn.execute(query.limit(1)).first()
    return Object(*row) if row else None


def list_context(
    conn: Connection, context: str, *, after: int, limit: int, levels: Collection[str] = PUBLIC
) -> list[Row[Any]]:
    """Whole rows of a conversation, of these levels of visibility, the oldest first."""
    query = select(objects).where(
        objects.c.context == context,
        objects.c.state == LIVE,
        objects.c.visibility.in_(list(levels)),
        objects.c.id > after,
    )
    return list(conn.execute(query.order_by(objects.c.id).limit(limit)))


def list_home(conn: Connection, owner_id: int, *, before: int | None, limit: int) -> list[Row[Any]]:
    """A home timeline, newest first: entry id, who shared it, and the whole object row."""
    query = (
        select(home_entries.c.id.label("entry_id"), home_entries.c.shared_by_id, objects)
        .join(objects, objects.c.id == home_entries.c.object_id)
        .where(home_entries.c.owner_id == owner_id, objects.c.state == LIVE)
    )
    if before is not None:
        query = query.where(home_entries.c.id < before)
    return list(conn.execute(query.order_by(home_entries.c.id.desc()).limit(limit)))


_AFTER_ALL = 2**63 - 1
_PUBLIC_POSTS = {
    local: Prepared(
        select(objects, actors.c.username, actors.c.host, actors.c.name.label("author_name"))
        .join(actors, actors.c.id == objects.c.actor_id)
        .where(
            objects.c.state == LIVE,
            objects.c.visibility == "public",
            objects.c.local.is_(local),
            objects.c.kind != "resource",
            objects.c.in_reply_to.is_(None),
            objects.c.id < bindparam("before", type_=BigInteger),
        )
        .order_by(objects.c.id.desc())
        .limit(bindparam("limit", type_=BigInteger)),
        named=True,
    )
    for local in (True, False)
}


def list_public_posts(conn: Connection, *, local: bool, before: int | None, limit: int) -> list[Row[Any]]:
    """Public posts (no resources) with their authors' names, newest first."""
    before = _AFTER_ALL if before is None else before
    return list(_PUBLIC_POSTS[local].run(conn, {"before": before, "limit": limit}))


def list_home_owners(conn: Connection, object_id: int, *, limit: int) -> list[int]:
    """Who has an object on their home timeline."""
    return list(conn.scalars(select(home_entries.c.owner_id).where(home_entries.c.object_id == object_id).limit(limit)))


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


def list_pinned(conn: Connection, actor_id: int) -> list[str]:
    query = (
        select(objects.c.uri)
        .join(pins, pins.c.object_id == objects.c.id)
        .where(and_(pins.c.actor_id == actor_id, objects.c.state == LIVE))
        .order_by(pins.c.created_at.desc())
        .limit(20)
    )
    return list(conn.scalars(query))


def count_context(conn: Connection, context: str, levels: Collection[str] = PUBLIC) -> int:
    """How many living objects of these levels of visibility belong to a conversation."""
    query = select(func.count()).where(
        objects.c.context == context, objects.c.state == LIVE, objects.c.visibility.in_(list(levels))
    )
    return conn.scalar(query) or 0


def count_local(conn: Connection) -> int:
    """How much was published here (NodeInfo)."""
    return conn.scalar(select(func.count()).where(objects.c.local, objects.c.state == LIVE)) or 0
