"""What was suggested for a collection, where curators live on several nodes: each sees what waits. Units of work.

The home offers every suggestion to the nodes of its curators elsewhere, and takes that back once it is decided. They
answer as with everything else that they want in the list or out of it (``collecting``).
"""

from collections.abc import Sequence

from sqlalchemy import Connection

from node import events
from node.domain.collections import MAX_ITEMS, items_of
from node.services.context import Unit
from node.store.library import collections
from node.store.library.collections import SUGGESTED, StoredItem
from node.store.library.resources import Resource


def load_waiting(conn: Connection, collection: Resource) -> list[StoredItem]:
    """What nobody has decided yet, the oldest first; of a collection elsewhere, as its home told the curators here."""
    listed = {each.iri for each in items_of(collection.record)}
    stored = collections.load_items(conn, collection.id)
    return [each for each in stored if each.state == SUGGESTED and each.item_iri not in listed]


def offer(conn: Connection, unit: Unit, collection: Resource, waiting: Sequence[StoredItem]) -> None:
    """Tell all curators elsewhere."""
    _tell(conn, unit, collection, waiting, _elsewhere(unit, collections.load_curators(conn, collection.id)))


def catch_up(conn: Connection, unit: Unit, collection: Resource, curator_uri: str) -> None:
    """Somebody curates it now: what waits is offered to her, too."""
    _tell(conn, unit, collection, load_waiting(conn, collection), _elsewhere(unit, [curator_uri]))


def settle(conn: Connection, unit: Unit, collection: Resource, decided: StoredItem) -> None:
    """It is taken in, declined or taken back."""
    to = _elsewhere(unit, collections.load_curators(conn, collection.id))
    _tell(conn, unit, collection, [decided], to, is_settled=True)


def take_in(conn: Connection, collection: Resource, item: StoredItem) -> bool:
    """The home of a collection elsewhere offers one to curators here; False for what is here already, or too much."""
    stored = collections.load_items(conn, collection.id)
    if len(stored) >= MAX_ITEMS or any(each.item_iri == item.item_iri for each in stored):
        return False
    collections.insert_item(conn, collection.id, item)
    return True


def _elsewhere(unit: Unit, curators: Sequence[str]) -> list[str]:
    return [uri for uri in curators if not uri.startswith(f"{unit.origin}/")]


def _tell(
    conn: Connection,
    unit: Unit,
    collection: Resource,
    items: Sequence[StoredItem],
    to: list[str],
    *,
    is_settled: bool = False,
) -> None:
    for each in items if to else ():
        said = (each.by_uri, each.item_iri, each.reference.get("name", ""), dict(each.reference.get("note", {})))
        event = events.SuggestionOffered(collection.id, *said, to, is_settled=is_settled)
        events.record(conn, unit.ids, unit.now, event, about=collection.uri)
