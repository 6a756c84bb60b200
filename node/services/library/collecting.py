"""What curators do with collections: add, take out, order, suggest, share the work. Units of work.

Only the home of a collection changes it. Curators of other nodes ask it with ``Add`` and ``Remove`` whose ``target`` is
the list of its items; everybody sees what became of it by the ``Update`` that follows (docs/federation/library.md).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from node import events
from node.clock import to_rfc3339
from node.domain.collections import (
    MAX_CURATORS,
    MAX_ITEMS,
    MAX_LANGUAGES,
    MAX_NOTE,
    MAX_SUGGESTED,
    Item,
    curators_of,
    is_collection,
    items_of,
    reference_of,
    takes_suggestions,
)
from node.domain.resources import is_list
from node.domain.text import clean_json
from node.domain.uris import is_web_uri
from node.errors import Conflict, Forbidden, Invalid, NotFound, Problem
from node.ports import DocumentWriter
from node.sentences import Sentence
from node.services.context import Unit
from node.services.library import branches, contents, publish, suggestions
from node.services.library.contents import Readers
from node.store.library import collections, resources, targets
from node.store.library.collections import LISTED, SUGGESTED, StoredItem
from node.store.library.resources import ANYBODY, Resource, Viewer
from node.store.people.actors import Actor
from node.text.richtext import clean_plain_field
from schemas.formats import is_language_tag


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody wants in a collection: its IRI, what it is called, a note for each language."""

    iri: str
    name: str = ""
    note: Mapping[str, str] | None = None


#: What the address of the list ends with that ``Add`` and ``Remove`` name as their target.
ITEMS = "/items"
_ONLY_CURATORS = Sentence("Only its curators change this collection.")


def items_uri(collection_uri: str) -> str:
    """The list that ``Add`` and ``Remove`` name as their target."""
    return f"{collection_uri}{ITEMS}"


def load_collection(conn: Connection, slug: str, viewer: Viewer) -> Resource:
    """Raises NotFound for what is no collection, or not for this viewer."""
    found = resources.load_by_slug(conn, slug, viewer)
    if not is_collection(found.record):
        raise NotFound
    return found


def load_list(conn: Connection, slug: str, viewer: Viewer) -> Resource:
    """A collection or a pathway, which both can be followed. Raises as ``load_collection``."""
    found = resources.load_by_slug(conn, slug, viewer)
    if not is_list(found.record):
        raise NotFound
    return found


def may_curate(conn: Connection, actor_uri: str, collection: Resource) -> bool:
    """Ours by our own list, others' by what their home says."""
    if collection.local:
        return actor_uri in collections.load_curators(conn, collection.id)
    return any(each.uri == actor_uri for each in curators_of(collection.record))


# -- the record -----------------------------------------------------------------------------------------------------


def _publish(conn: Connection, unit: Unit, collection: Resource, write: DocumentWriter) -> None:
    record = contents.filled(conn, collection.record, collection.id, contents.readers_of(collection))
    publish.publish_resource(conn, unit, collection.owner.id, record, collection.visibility, write=write)


# -- entries --------------------------------------------------------------------------------------------------------


def add(conn: Connection, unit: Unit, by: Actor, collection: Resource, wanted: Wanted, *, write: DocumentWriter) -> str:
    """Put something into a collection, or suggest it where ``by`` is no curator; answers which.

    Into another node's the home is asked, and answers "asked". Raises Forbidden, Conflict where it is there, Invalid.
    """
    wanted = _checked(conn, unit, by, wanted, contents.readers_of(collection))
    is_curator = may_curate(conn, by.uri, collection)
    if not is_curator and not takes_suggestions(collection.record):
        raise Forbidden(_ONLY_CURATORS)
    if not collection.local:
        _ask(conn, unit, by, collection, wanted, adds=True)
        return "asked"
    stored = collections.load_items(conn, collection.id)
    before = next((each for each in stored if each.item_iri == wanted.iri), None)
    if before is not None and (before.state == LISTED or not is_curator):
        raise Conflict(Sentence("This is in the collection already."))
    _check_room(stored, by, is_curator=is_curator)
    if before is not None:
        return _accept(conn, unit, collection, before, write)
    item = Item(wanted.iri, wanted.name, wanted.note or {}, by.uri, to_rfc3339(unit.now))
    state = LISTED if is_curator else SUGGESTED
    position = max((each.position for each in stored), default=-1) + 1
    new = StoredItem(wanted.iri, position, reference_of(item, by.title), state, by.uri, unit.now)
    collections.insert_item(conn, collection.id, new)
    if state == LISTED:
        _publish(conn, unit, collection, write)
        branches.tell_of_entry(conn, unit, collection, wanted.iri, by)
    else:
        suggestions.offer(conn, unit, collection, [new])
    return state


def _check_room(stored: Sequence[StoredItem], by: Actor, *, is_curator: bool) -> None:
    """Raises Invalid where no more goes in; suggestions take no room from the curators, nor from each other."""
    if sum(each.state == LISTED for each in stored) >= MAX_ITEMS:
        raise Invalid(Sentence("A collection has at most {n} entries.", n=MAX_ITEMS))
    if is_curator:
        return
    theirs = sum(each.state == SUGGESTED and each.by_uri == by.uri for each in stored)
    if theirs >= MAX_SUGGESTED or len(stored) >= 2 * MAX_ITEMS:
        raise Invalid("Others have to look at what was suggested first.")


def _checked(conn: Connection, unit: Unit, by: Actor, wanted: Wanted, readers: Readers) -> Wanted:
    """With the title of what is held here, as far as ``by`` may read that.

    Raises Invalid for what has no address or a note that is none, for what is ours and not there for them, and as
    ``contents.check_readers``.
    """
    note = clean_json(dict(wanted.note or {}))
    if not is_web_uri(wanted.iri):
        raise Invalid(problems=[Problem("$.resource", "the address of a resource", f'"{wanted.iri[:60]}"')])
    if len(note) > MAX_LANGUAGES:
        raise Invalid(problems=[Problem("$.note", f"texts in at most {MAX_LANGUAGES} languages", str(len(note)))])
    for tag, text in note.items():
        if not is_language_tag(tag) or not isinstance(text, str) or len(text) > MAX_NOTE:
            raise Invalid(problems=[Problem("$.note", f"texts of at most {MAX_NOTE} characters by language", tag[:20])])
    viewer = Viewer(by.id) if by.local else ANYBODY
    found = targets.find_targets(conn, [wanted.iri], viewer).get(wanted.iri)
    found = found if found and found.readable else None
    if found is None and wanted.iri.startswith(f"{unit.origin}/"):
        raise Invalid(problems=[Problem("$.resource", "something that is there", f'"{wanted.iri[:60]}"')])
    if found is None:
        return replace(wanted, name=clean_plain_field(wanted.name)[:300], note=note)
    contents.check_readers(readers, [found])
    return Wanted(found.iri, found.name, {tag: text for tag, text in note.items() if text.strip()})


def accept(conn: Connection, unit: Unit, by: Actor, collection: Resource, iri: str, *, write: DocumentWriter) -> str:
    """Take a suggestion in; answers as :func:`add`. Raises Forbidden, NotFound where nothing such waits, Invalid."""
    if not may_curate(conn, by.uri, collection):
        raise Forbidden(_ONLY_CURATORS)
    found = next((each for each in suggestions.load_waiting(conn, collection) if each.item_iri == iri), None)
    if found is None:
        raise NotFound
    if not collection.local:
        collections.delete_item(conn, collection.id, iri)
        _ask(conn, unit, by, collection, Wanted(iri), adds=True)
        return "asked"
    _check_room(collections.load_items(conn, collection.id), by, is_curator=True)
    return _accept(conn, unit, collection, found, write)


def _accept(conn: Connection, unit: Unit, collection: Resource, found: StoredItem, write: DocumentWriter) -> str:
    collections.update_item(conn, collection.id, found.item_iri, state=LISTED)
    _publish(conn, unit, collection, write)
    suggestions.settle(conn, unit, collection, found)
    return LISTED


def remove(conn: Connection, unit: Unit, by: Actor, collection: Resource, iri: str, *, write: DocumentWriter) -> None:
    """Take something out, or decline a suggestion. Whoever suggested something may take that back."""
    if not collection.local:
        if not may_curate(conn, by.uri, collection):
            raise Forbidden(_ONLY_CURATORS)
        collections.delete_item(conn, collection.id, iri)
        _ask(conn, unit, by, collection, Wanted(iri), adds=False)
        return
    stored = {each.item_iri: each for each in collections.load_items(conn, collection.id)}
    if iri not in stored:
        raise NotFound
    is_own_suggestion = stored[iri].state == SUGGESTED and stored[iri].by_uri == by.uri
    if not is_own_suggestion:
        _require_curator(conn, by, collection)
    collections.delete_item(conn, collection.id, iri)
    if stored[iri].state == LISTED:
        _publish(conn, unit, collection, write)
    else:
        suggestions.settle(conn, unit, collection, stored[iri])


def move(
    conn: Connection, unit: Unit, by: Actor, collection: Resource, iri: str, step: int, *, write: DocumentWriter
) -> None:
    """One place up (-1) or down (1); the home of another node's is asked for that place."""
    order = [each.iri for each in items_of(collection.record)]
    if iri not in order:
        raise NotFound
    place = min(max(order.index(iri) + step, 0), len(order) - 1)
    if collection.local:
        put_at(conn, unit, by, collection, iri, place, write=write)
    elif not may_curate(conn, by.uri, collection):
        raise Forbidden(_ONLY_CURATORS)
    else:
        _ask(conn, unit, by, collection, Wanted(iri), adds=True, position=place + 1)


def put_at(
    conn: Connection, unit: Unit, by: Actor, collection: Resource, iri: str, place: int, *, write: DocumentWriter
) -> None:
    """Give an entry of ours another place, counted from 0; beyond the last it is the last."""
    _require_curator(conn, by, collection)
    order = [each.item_iri for each in collections.load_items(conn, collection.id) if each.state == LISTED]
    if iri not in order:
        raise NotFound
    order.remove(iri)
    order.insert(place, iri)
    collections.set_order(conn, collection.id, order)
    _publish(conn, unit, collection, write)


def _require_curator(conn: Connection, by: Actor, collection: Resource) -> None:
    if not collection.local:
        raise Forbidden(Sentence("Only the home of this collection can do that."))
    if not may_curate(conn, by.uri, collection):
        raise Forbidden(_ONLY_CURATORS)


def _ask(
    conn: Connection, unit: Unit, by: Actor, collection: Resource, wanted: Wanted, *, adds: bool, position: int = 0
) -> None:
    said = (wanted.iri, wanted.name, dict(wanted.note or {}))
    event = events.CollectionAsked(collection.id, by.id, *said, adds=adds, position=position)
    events.record(conn, unit.ids, unit.now, event, about=collection.uri)


# -- people ---------------------------------------------------------------------------------------------------------


def add_curator(
    conn: Connection, unit: Unit, by: Actor, collection: Resource, actor: Actor, *, write: DocumentWriter
) -> None:
    """Share the work with somebody, here or elsewhere, who then hears of every change."""
    _require_curator(conn, by, collection)
    if len(collections.load_curators(conn, collection.id)) >= MAX_CURATORS:
        raise Invalid(Sentence("A collection has at most {n} curators.", n=MAX_CURATORS))
    collections.add_curator(conn, collection.id, actor.uri, unit.now)
    _publish(conn, unit, collection, write)
    suggestions.catch_up(conn, unit, collection, actor.uri)


def remove_curator(
    conn: Connection, unit: Unit, by: Actor, collection: Resource, actor_uri: str, *, write: DocumentWriter
) -> None:
    """Somebody goes, herself or by the will of another curator; the last one stays."""
    _require_curator(conn, by, collection)
    if collections.load_curators(conn, collection.id) == [actor_uri]:
        raise Conflict(Sentence("A collection has at least one curator."))
    collections.remove_curator(conn, collection.id, actor_uri)
    _publish(conn, unit, collection, write)


def follow(conn: Connection, unit: Unit, actor_id: int, collection: Resource) -> None:
    """Hear of what is new in it."""
    collections.follow(conn, collection.id, actor_id, unit.now)


def list_curated(conn: Connection, actor: Actor) -> list[Resource]:
    """The collections, ours and others', that a person may add to as their curator."""
    found = collections.list_naming(conn, actor.uri)
    return [each for each in found if any(curator.uri == actor.uri for curator in curators_of(each.record))]
