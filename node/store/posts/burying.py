"""The end of objects: deleted, hidden while their author is suspended, and remembered so that they do not come back."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Connection, bindparam, delete, or_, select, update

from node.domain.visibility import Visibility
from node.store.database.bulk import portions
from node.store.database.prepared import Prepared
from node.store.database.upsert import insert_missing
from node.store.posts import conversations
from node.store.posts.objects import (
    COLUMNS,
    DELETED,
    HIDDEN,
    LIVE,
    RESOURCE,
    Object,
    add_replies,
    find_object,
    insert_mentions,
)
from node.store.tables import (
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


def restore(conn: Connection, row: Mapping[str, Any]) -> None:
    """Write the row of a post back as it was before ``bury``, with those whom it mentions; the rest stays gone."""
    conn.execute(update(objects).where(objects.c.id == row["id"]).values(**row))
    named = {each["uri"] for each in row["details"].get("mentions", ())}
    insert_mentions(conn, [{"object_id": row["id"], "actor_uri": uri, "silent": False} for uri in sorted(named)])


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
    query = select(*COLUMNS).where(objects.c.actor_id == actor_id, objects.c.state != DELETED)
    for row in conn.execute(query).all():
        bury(conn, Object._make(row), now)


def bury_some_of(conn: Connection, actor_id: int, now: int, *, limit: int) -> bool:
    """The same in small steps; False where nothing was left."""
    query = select(*COLUMNS).where(objects.c.actor_id == actor_id, objects.c.state != DELETED).limit(limit)
    found = conn.execute(query).all()
    for row in found:
        bury(conn, Object._make(row), now)
    return bool(found)


_INSERT_TOMBSTONE = insert_missing(tombstones)
#: Stands for the author where the house has decided.
HOUSE = ""
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


def forbid(conn: Connection, uri: str, now: int, *, former_type: str = "") -> None:
    """The house has taken this down: it comes back from nobody, whatever its author says of it later."""
    conn.execute(delete(tombstones).where(tombstones.c.uri == uri))
    remember_deleted(conn, uri, HOUSE, now, former_type=former_type)


def load_tombstones(conn: Connection, uris: Collection[str], now: int) -> dict[str, set[str]]:
    """The deleted ones among ``uris``: uri -> who has said so."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    if uris:
        for uri, actor_uri in _TOMBSTONES.run(conn, {"uris": list(uris), "now": now}):
            found[uri].add(actor_uri)
    return found


def expire_tombstones(conn: Connection, now: int) -> None:
    conn.execute(delete(tombstones).where(tombstones.c.expires_at < now))


def reopen_all_of(conn: Connection, owner_id: int, owner_uri: str) -> None:
    """The same for everything that was deleted of this actor elsewhere."""
    theirs = (objects.c.actor_id == owner_id, objects.c.state == DELETED, objects.c.local.is_(False))
    for uris in portions(conn.scalars(select(objects.c.uri).where(*theirs)).all()):
        reopen(conn, owner_id, owner_uri, uris)


def reopen(conn: Connection, owner_id: int, owner_uri: str, uris: Collection[str]) -> None:
    """Forget that their owner deleted these objects, and when they were last changed.

    What the house took down stays down, and so does what moderators of a community removed.
    """
    forbidden = select(tombstones.c.uri).where(tombstones.c.uri.in_(list(uris)), tombstones.c.actor_uri == HOUSE)
    uris = set(uris) - set(conn.scalars(forbidden))
    if not uris:
        return
    theirs = (objects.c.uri.in_(list(uris)), objects.c.actor_id == owner_id, objects.c.local.is_(False))
    conn.execute(update(objects).where(*theirs, objects.c.updated_at.is_not(None)).values(updated_at=None))
    dead = list(conn.scalars(select(objects.c.id).where(*theirs, objects.c.state == DELETED)))
    if dead:  # answers to them are tied to the new row when it is there
        conn.execute(update(objects).where(objects.c.in_reply_to.in_(list(uris))).values(in_reply_to_id=None))
        conn.execute(delete(objects).where(objects.c.id.in_(dead)))
    conn.execute(delete(tombstones).where(tombstones.c.uri.in_(list(uris)), tombstones.c.actor_uri == owner_uri))
