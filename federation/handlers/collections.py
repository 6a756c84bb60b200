"""Add and Remove whose target is the list of one of our collections: what its curators elsewhere do.

Anybody may send one. It counts from a curator of that collection; of anybody else it is a suggestion where the
collection takes them, and nothing otherwise.
"""

from itertools import islice

from sqlalchemy import Connection

from federation.applying.batch import Batch, Inbound
from federation.builders.resource_documents import write_document
from federation.vocab import POSITION
from node.domain.collections import MAX_ITEMS, MAX_LANGUAGES, is_collection
from node.errors import Conflict, Forbidden, Invalid, NotFound
from node.services.library import collecting
from node.services.library.collecting import ITEMS, Wanted, items_uri
from node.store.library import resources
from node.store.library.resources import Resource
from node.store.people.actors import Actor


def add(batch: Batch, inbound: Inbound) -> str:
    """What became of it; empty where the target is no list of ours."""
    found = _find(batch, inbound)
    if found is None:
        return ""
    by, collection = found
    activity = inbound.activity
    raw = activity.raw
    if type(position := raw.get(POSITION)) is int and position > 0:
        return _put(batch, by, collection, activity.object_uri or "", min(position, MAX_ITEMS))
    note = raw.get("contentMap")
    name = raw.get("name") if isinstance(raw.get("name"), str) else ""
    note = dict(islice(note.items(), MAX_LANGUAGES)) if isinstance(note, dict) else {}
    wanted = Wanted(activity.object_uri or "", name or "", note)
    try:
        return collecting.add(batch.conn, batch.unit, by, collection, wanted, write=write_document)
    except Forbidden:
        return "not-a-curator"
    except Conflict:
        return "known"
    except Invalid:
        return "unusable"


def _put(batch: Batch, by: Actor, collection: Resource, iri: str, position: int) -> str:
    """What is in it gets another place."""
    try:
        collecting.put_at(batch.conn, batch.unit, by, collection, iri, position - 1, write=write_document)
    except Forbidden:
        return "not-a-curator"
    except NotFound:
        return "unknown-object"
    return "moved"


def remove(batch: Batch, inbound: Inbound) -> str:
    """The same for taking something out."""
    found = _find(batch, inbound)
    if found is None:
        return ""
    by, collection = found
    iri = inbound.activity.object_uri or ""
    try:
        collecting.remove(batch.conn, batch.unit, by, collection, iri, write=write_document)
    except Forbidden:
        return "not-a-curator"
    except NotFound:
        return "unknown-object"
    return "taken-out"


def _find(batch: Batch, inbound: Inbound) -> tuple[Actor, Resource] | None:
    """Who asks, and the collection of ours; known actors only."""
    target = inbound.activity.target_uri or ""
    if not target.endswith(ITEMS) or not batch.is_local(target):
        return None
    by = batch.known_actor(inbound.activity.actor)
    known = batch.live_object(target.removesuffix(ITEMS))
    if known is None or not known.local:
        return None
    batch.flush()
    collection = _load(batch.conn, known.id)
    if collection is None or items_uri(collection.uri) != target:
        return None
    batch.forget(known.uri)
    return by, collection


def _load(conn: Connection, object_id: int) -> Resource | None:
    found = resources.load_by_objects(conn, [object_id]).get(object_id)
    return found if found is not None and is_collection(found.record) else None
