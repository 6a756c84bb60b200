"""Suggestions for collections of other nodes that curators here may decide: Offer of the Add, and its Undo.

Both count only from whoever published the collection.
"""

from itertools import islice

from federation.applying.batch import Batch, Inbound
from federation.mapping.activity import Activity
from node.clock import to_rfc3339
from node.domain.collections import MAX_LANGUAGES, MAX_NOTE, Item, curators_of, is_collection, reference_of
from node.domain.text import clean_json
from node.domain.uris import is_web_uri
from node.services.library import suggestions
from node.services.library.collecting import ITEMS, items_uri
from node.store.library import collections, resources
from node.store.library.collections import SUGGESTED, StoredItem
from node.store.library.resources import Resource
from node.store.people.actors import Actor
from node.text.richtext import clean_plain_field
from schemas.formats import is_language_tag


def offered(batch: Batch, inbound: Inbound) -> str:
    """A collection elsewhere asks its curators here; '' where it is no such Offer."""
    activity, suggested = inbound.activity, inbound.activity.inner
    found = _collection_elsewhere(batch, batch.actor(activity.actor), suggested)
    if found is None or suggested is None:
        return ""
    named = {each.uri for each in curators_of(found.record)}
    here = [each for each in batch.local_addressees(activity.to) if each.uri in named]
    if not here:
        return "not-ours"
    iri = suggested.object_uri or ""
    if not is_web_uri(iri) or not suggestions.take_in(batch.conn, found, _item(batch, suggested, iri)):
        return "unusable"
    for each in here:
        batch.add_owner(each.id, inbound.received_id)
    return "suggestion-offered"


def withdrawn(batch: Batch, actor: Actor, inner: Activity) -> str:
    """Undo of such an Offer: it is decided."""
    found = _collection_elsewhere(batch, actor, inner.inner)
    if found is None or inner.inner is None:
        return ""
    collections.delete_item(batch.conn, found.id, inner.inner.object_uri or "")
    return "suggestion-settled"


def _item(batch: Batch, suggested: Activity, iri: str) -> StoredItem:
    """By whom is told of people elsewhere alone: what ours want is theirs to say."""
    by = "" if batch.is_local(suggested.actor) else suggested.actor
    raw = suggested.raw
    name = clean_plain_field(raw["name"]) if isinstance(raw.get("name"), str) else ""
    sent = clean_json(raw["contentMap"]) if isinstance(raw.get("contentMap"), dict) else {}
    usable = (
        (tag, text)
        for tag, text in sent.items()
        if is_language_tag(tag) and isinstance(text, str) and len(text) <= MAX_NOTE
    )
    note = dict(islice(usable, MAX_LANGUAGES))
    now = batch.unit.now
    return StoredItem(iri, now, reference_of(Item(iri, name, note, by, to_rfc3339(now))), SUGGESTED, by, now)


def _collection_elsewhere(batch: Batch, owner: Actor | None, add: Activity | None) -> Resource | None:
    """The collection that an Add is for, where it is its publisher who speaks."""
    target = (add.target_uri if add is not None and add.type == "Add" else "") or ""
    known = batch.live_object(target.removesuffix(ITEMS)) if target.endswith(ITEMS) else None
    if known is None or known.local or owner is None or known.actor_id != owner.id:
        return None
    batch.flush()
    found = resources.load_by_objects(batch.conn, [known.id]).get(known.id)
    is_meant = found is not None and is_collection(found.record) and items_uri(found.uri) == target
    return found if is_meant else None
