"""Add and Remove that curators of ours send to the home of a collection; what its home asks curators elsewhere."""

from typing import Any

from sqlalchemy import Connection

from federation.builders.audience import Audience
from federation.builders.outgoing import Outgoing
from federation.vocab import POSITION
from node import events
from node.domain.visibility import Visibility
from node.services.context import Unit
from node.services.library.collecting import items_uri
from node.store.people import actors
from node.store.posts import objects


def collection_asked(conn: Connection, unit: Unit, event: events.CollectionAsked) -> Outgoing | None:
    """To the owner of the collection alone; ``contentMap`` is the note."""
    row = objects.load_row(conn, event.collection_id)
    if row.state != objects.LIVE:
        return None
    found = actors.load_actors_by_id(conn, [row.actor_id, event.actor_id])
    owner, by = found[row.actor_id], found[event.actor_id]
    activity: dict[str, Any] = {
        "type": "Add" if event.adds else "Remove",
        "actor": by.uri,
        **_item(row.uri, event),
        "to": [owner.uri],
        **({POSITION: event.position} if event.position else {}),
    }
    return Outgoing(by, activity, row.uri, Visibility.DIRECT, Audience(named=(owner.uri,)))


def suggestion_offered(conn: Connection, unit: Unit, event: events.SuggestionOffered) -> Outgoing | None:
    """Offer of the Add that somebody wishes for; Undo of that once it is decided."""
    row = objects.load_row(conn, event.collection_id)
    if row.state != objects.LIVE:
        return None
    owner = actors.load_actors_by_id(conn, [row.actor_id])[row.actor_id]
    suggested = {"type": "Add", "actor": event.by_uri, **_item(row.uri, event)}
    activity = {"type": "Offer", "actor": owner.uri, "object": suggested, "to": event.to}
    if event.is_settled:
        activity = {"type": "Undo", "actor": owner.uri, "object": activity, "to": event.to}
    return Outgoing(owner, activity, row.uri, Visibility.DIRECT, Audience(named=tuple(event.to)))


def _item(collection_uri: str, event: events.CollectionAsked | events.SuggestionOffered) -> dict[str, Any]:
    return {
        "object": event.item_iri,
        "target": items_uri(collection_uri),
        **({"name": event.name} if event.name else {}),
        **({"contentMap": dict(event.note)} if event.note else {}),
    }
