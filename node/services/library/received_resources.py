"""Learning resources of others, on their way into our store. Units of work."""

from collections.abc import Sequence

from sqlalchemy import Connection

from node.domain.records import ResourceRecord
from node.domain.resources import digest_of, is_list
from node.domain.reuse import sources_of
from node.domain.visibility import Visibility
from node.errors import NotFound, Problem
from node.services.context import Unit
from node.services.library import branches, topic_shares
from node.store.library import resources, saving
from node.store.library.saving import NewResource
from node.store.people.actors import find_actor_by_id
from node.store.posts import objects


def store_remote_resource(
    conn: Connection,
    unit: Unit,
    *,
    object_id: int,
    record: ResourceRecord,
    grade: str,
    warnings: Sequence[Problem] = (),
) -> None:
    """Keep the record of a remote object whose row is stored, in the place of an older one, and make it findable."""
    stored = objects.find_object_by_id(conn, object_id)
    owner = find_actor_by_id(conn, stored.actor_id) if stored else None
    if stored is None or owner is None:
        raise NotFound
    new = NewResource(
        object_id=object_id,
        uri=stored.uri,
        owner=owner,
        record=record,
        visibility=Visibility(stored.visibility),
        local=False,
        published_at=stored.published_at,
        version=record.get("version", 1),
        digest=record.get("digest") or digest_of(record),
        grade=grade,
        warnings=warnings,
        audience=stored.audience,
    )
    before = resources.load_by_objects(conn, [object_id]).get(object_id) if _is_watched(record) else None
    is_new_branch = bool(sources_of(record)) and before is None
    saving.save_many(conn, [new])
    topic_shares.consider_later(conn, unit, object_id)
    if is_new_branch:
        branches.tell_sources(conn, unit, object_id)
    if is_list(record):
        branches.tell_followers(conn, unit, before, resources.load_by_object(conn, object_id))


def _is_watched(record: ResourceRecord) -> bool:
    """Whether anybody here may want to hear of what is new in it."""
    return bool(sources_of(record)) or is_list(record)


def remove_remote_resource(conn: Connection, object_id: int) -> None:
    """The record goes and is found no more; what becomes of the object's row is the caller's business."""
    saving.remove_many(conn, [object_id])
