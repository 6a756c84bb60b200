"""What is in the collections of this node, who curates them, and who here follows which."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Text, and_, delete, insert, or_, select, type_coerce, update

from node.domain.collections import KIND
from node.domain.pathways import KIND as PATHWAY
from node.domain.records import Reference
from node.store.database.upsert import insert_missing
from node.store.library.resources import Resource, Viewer, load_by_objects
from node.store.posts.objects import LIVE
from node.store.reading.visible import visible_to
from node.store.tables import collection_curators, collection_followers, collection_items, objects, resources

LISTED, SUGGESTED = "listed", "suggested"
_ADD_CURATOR = insert_missing(collection_curators)
_FOLLOW = insert_missing(collection_followers)


@dataclass(frozen=True, slots=True)
class StoredItem:
    item_iri: str
    position: int
    reference: Reference
    state: str
    by_uri: str
    created_at: int


_COLUMNS = tuple(collection_items.c[name] for name in StoredItem.__dataclass_fields__)


def load_items(conn: Connection, collection_id: int) -> list[StoredItem]:
    """Entries and suggestions, in order."""
    query = select(*_COLUMNS).where(collection_items.c.collection_id == collection_id)
    return [StoredItem(*row) for row in conn.execute(query.order_by(collection_items.c.position))]


def insert_item(conn: Connection, collection_id: int, item: StoredItem) -> None:
    values: dict[str, Any] = {name: getattr(item, name) for name in StoredItem.__dataclass_fields__}
    conn.execute(insert(collection_items).values(collection_id=collection_id, **values))


def update_item(conn: Connection, collection_id: int, item_iri: str, **values: Any) -> None:
    conn.execute(
        update(collection_items)
        .where(collection_items.c.collection_id == collection_id, collection_items.c.item_iri == item_iri)
        .values(**values)
    )


def delete_item(conn: Connection, collection_id: int, item_iri: str) -> None:
    conn.execute(
        delete(collection_items).where(
            collection_items.c.collection_id == collection_id, collection_items.c.item_iri == item_iri
        )
    )


def set_order(conn: Connection, collection_id: int, iris: Sequence[str]) -> None:
    for position, iri in enumerate(iris):
        update_item(conn, collection_id, iri, position=position)


# -- people ---------------------------------------------------------------------------------------------------------


def load_curators(conn: Connection, collection_id: int) -> list[str]:
    """URIs, those who came first first."""
    query = select(collection_curators.c.actor_uri).where(collection_curators.c.collection_id == collection_id)
    return list(conn.scalars(query.order_by(collection_curators.c.created_at, collection_curators.c.actor_uri)))


def add_curator(conn: Connection, collection_id: int, actor_uri: str, now: int) -> None:
    values = {"collection_id": collection_id, "actor_uri": actor_uri, "created_at": now}
    conn.execute(_ADD_CURATOR[conn.dialect.name], values)


def remove_curator(conn: Connection, collection_id: int, actor_uri: str) -> None:
    conn.execute(
        delete(collection_curators).where(
            collection_curators.c.collection_id == collection_id, collection_curators.c.actor_uri == actor_uri
        )
    )


def follow(conn: Connection, collection_id: int, actor_id: int, now: int) -> None:
    values = {"collection_id": collection_id, "actor_id": actor_id, "created_at": now}
    conn.execute(_FOLLOW[conn.dialect.name], values)


def unfollow(conn: Connection, collection_id: int, actor_id: int) -> None:
    conn.execute(
        delete(collection_followers).where(
            collection_followers.c.collection_id == collection_id, collection_followers.c.actor_id == actor_id
        )
    )


def load_followers(conn: Connection, collection_id: int) -> list[int]:
    query = select(collection_followers.c.actor_id).where(collection_followers.c.collection_id == collection_id)
    return list(conn.scalars(query))


def list_followed(conn: Connection, actor_id: int, *, kind: str, limit: int) -> list[int]:
    """Objects of the lists of this kind that somebody here follows, the newest first."""
    query = (
        select(collection_followers.c.collection_id)
        .join(resources, resources.c.object_id == collection_followers.c.collection_id)
        .where(collection_followers.c.actor_id == actor_id, resources.c.kind == kind)
        .order_by(collection_followers.c.collection_id.desc())
        .limit(limit)
    )
    return list(conn.scalars(query))


# -- which there are ------------------------------------------------------------------------------------------------


def list_readable(
    conn: Connection, kind: str, viewer: Viewer, *, before: int | None = None, limit: int
) -> tuple[list[Resource], int | None]:
    """The collections, or the pathways, that this viewer reads, the newest first; ``before`` is what a page gave.

    With what continues the list, None where it ends.
    """
    query = (
        select(resources.c.object_id)
        .join(objects, objects.c.id == resources.c.object_id)
        .where(resources.c.kind == kind, objects.c.state == LIVE, visible_to(viewer.actor_id))
        .order_by(resources.c.sort_key.desc())
        .limit(limit + 1)
    )
    ids = list(conn.scalars(query if before is None else query.where(resources.c.sort_key < before)))
    known = load_by_objects(conn, ids[:limit])
    found = [known[each] for each in ids[:limit] if each in known]
    return found, found[-1].sort_key if len(ids) > limit and found else None


def list_naming(conn: Connection, uri: str) -> list[Resource]:
    """All collections held here whose record names this actor, as a curator or otherwise."""
    query = (
        select(resources.c.object_id)
        .join(objects, objects.c.id == resources.c.object_id)
        .where(resources.c.kind == KIND, objects.c.state == LIVE, _names(uri))
        .order_by(resources.c.sort_key.desc())
    )
    return list(load_by_objects(conn, list(conn.scalars(query))).values())


def _names(iri: str) -> ColumnElement[bool]:
    return type_coerce(resources.c.record, Text).contains(f'"{iri}"', autoescape=True)


def list_holding(conn: Connection, iris: Sequence[str]) -> list[int]:
    """Objects of the collections and pathways of ours that lead to any of these identities."""
    if not iris:
        return []
    inside = select(collection_items.c.collection_id).where(collection_items.c.item_iri.in_(iris))
    named = or_(*map(_names, iris))
    query = (
        select(objects.c.id)
        .join(resources, resources.c.object_id == objects.c.id)
        .where(
            objects.c.local,
            objects.c.state == LIVE,
            or_(objects.c.id.in_(inside), and_(resources.c.kind == PATHWAY, named)),
        )
        .order_by(objects.c.id)
    )
    return list(conn.scalars(query))


def list_remote(conn: Connection, *, limit: int) -> list[tuple[int, str]]:
    """``(object id, uri)`` of collections and pathways that are kept elsewhere, the newest first."""
    query = (
        select(objects.c.id, objects.c.uri)
        .join(resources, resources.c.object_id == objects.c.id)
        .where(resources.c.kind.in_((KIND, PATHWAY)), ~objects.c.local, objects.c.state == LIVE)
        .order_by(objects.c.id.desc())
        .limit(limit)
    )
    return [(row.id, row.uri) for row in conn.execute(query)]
