"""Objects and activities of ours under their ids, and the stamps that allow a quote."""

from collections.abc import Mapping
from typing import Any

import orjson
from aiohttp import web
from sqlalchemy import Connection

from federation.builders import documents
from federation.builders.objects import read_sent
from federation.contexts import with_context
from federation.discovery.negotiation import wants_activity
from federation.mapping.collection import build_collection
from federation.serving.answers import activity_response, gone_response, raw_response
from federation.serving.visitor import Visitor, may_read, require_visitor
from federation.signatures.keypairs import Algorithm
from federation.signatures.keys import Keyring
from federation.signatures.proofs import add_proof
from federation.state import FEDERATION
from node.clock import from_rfc3339
from node.domain.collections import items_of
from node.domain.events import series_of
from node.domain.numbers import id_in
from node.domain.resources import is_list
from node.domain.visibility import Visibility
from node.errors import Conflict, NotFound
from node.services.context import Unit
from node.services.events import event_dates
from node.state import NODE
from node.store.events import events
from node.store.events.events import Event
from node.store.federation import activities
from node.store.library import resources
from node.store.people import actors
from node.store.posts import objects, reactions
from node.store.posts.objects import Object


async def show_object(request: web.Request) -> web.Response:
    """``/ap/o/{id}``: private and missing look the same (API11); a browser is sent to the page."""
    node = request.app[NODE]
    visitor = await require_visitor(request)
    uri = node.config.origin + request.path
    found, document = await node.store.read(_read_object, visitor, uri, node.clock.now())
    if document["type"] == "Tombstone":
        return gone_response(request, document)
    if not wants_activity(request.headers.get("Accept", "")) and found.url:
        raise web.HTTPFound(found.url, headers={"Vary": "Accept, Signature"})
    is_open = Visibility(found.visibility).is_open
    if is_open and _is_entry(document):
        document = await _proven(request.app[FEDERATION].keyring, found, document)
    return activity_response(request, document, public=is_open)


def _is_entry(document: Mapping[str, Any]) -> bool:
    """Whether catalogues list it, by this digest."""
    return "digest" in document and "proof" not in document


async def _proven(keyring: Keyring, found: Object, document: dict[str, Any]) -> dict[str, Any]:
    """With a proof of its author (FEP-8b32), so that whoever holds a copy can show whose it is.

    The same bytes each time, as long as version and key are the same.
    """
    key = await keyring.signing_key(found.actor_id, Algorithm.ED25519)
    changed_at = from_rfc3339(document.get("updated") or document["published"]) or 0
    return add_proof(with_context(document, signed=True), key, created_at=changed_at)


def _read_object(conn: Connection, visitor: Visitor, uri: str, now: int) -> tuple[Object, dict[str, Any]]:
    found = objects.find_object(conn, uri)
    if found is None or not found.local or found.state in _UNSEEN or not may_read(conn, visitor, found):
        raise NotFound
    return found, documents.object_document(conn, objects.load_row(conn, found.id), now=now)


async def show_date(request: web.Request) -> web.Response:
    """``/ap/o/{id}/dates/{day}``: one date of a series, which is made when a server that may read it asks for it."""
    node = request.app[NODE]
    if wants_activity(request.headers.get("Accept", "")):
        visitor, uri = await require_visitor(request), node.config.origin + request.path
        if await node.store.read(_lacks_date, visitor, uri):
            await node.store.write(_make_date, node.unit(), visitor, uri)
    return await show_object(request)


def _lacks_date(conn: Connection, visitor: Visitor, uri: str) -> bool:
    """Whether it is a date of a series that this visitor may read, and no object yet."""
    return objects.find_object(conn, uri) is None and _find_series(conn, visitor, uri) is not None


def _make_date(conn: Connection, unit: Unit, visitor: Visitor, uri: str) -> None:
    series = _find_series(conn, visitor, uri)
    if series is None:
        raise NotFound
    try:
        event_dates.make(conn, unit, series, series_of(uri)[1])
    except Conflict:
        raise NotFound from None


def _find_series(conn: Connection, visitor: Visitor, uri: str) -> Event | None:
    found = objects.find_object(conn, series_of(uri)[0])
    if found is None or not found.local or found.state != objects.LIVE or not may_read(conn, visitor, found):
        return None
    return events.find_event(conn, found.id)


_UNSEEN = frozenset({objects.HIDDEN, objects.REMOVED})


async def show_items(request: web.Request) -> web.Response:
    """``/ap/o/{id}/items``: what is in a collection or pathway of ours, in its order, for whoever may read it."""
    visitor, uri = await require_visitor(request), request.app[NODE].config.origin + request.path
    document, is_open = await request.app[NODE].store.read(_read_items, visitor, uri)
    return activity_response(request, document, public=is_open)


def _read_items(conn: Connection, visitor: Visitor, uri: str) -> tuple[dict[str, Any], bool]:
    found = objects.find_object(conn, uri.removesuffix("/items"))
    if found is None or not found.local or found.state != objects.LIVE or not may_read(conn, visitor, found):
        raise NotFound
    held = resources.load_by_objects(conn, [found.id]).get(found.id)
    if held is None or not is_list(held.record):
        raise NotFound
    items = [each.iri for each in items_of(held.record)]
    document = build_collection(uri, total=len(items), items=items, owner=held.owner.uri)
    return document, Visibility(found.visibility).is_open


async def show_part(request: web.Request) -> web.Response:
    """A collection that stands whole in an object of ours, under its own id: who organises an event, how many come."""
    node = request.app[NODE]
    visitor, uri = await require_visitor(request), node.config.origin + request.path
    of, _, name = uri.rpartition("/")
    found, document = await node.store.read(_read_object, visitor, of, node.clock.now())
    part = document.get(name)
    if not isinstance(part, dict) or part.get("id") != uri:
        raise NotFound
    return activity_response(request, part, public=Visibility(found.visibility).is_open)


async def show_activity(request: web.Request) -> web.Response:
    """``/ap/x/{id}``: exactly what was sent; Create and Announce of public objects to everybody, all to their owner."""
    node = request.app[NODE]
    visitor = await require_visitor(request)
    body, is_open = await node.store.read(_read_activity, visitor, node.config.origin + request.path)
    return raw_response(request, body, public=is_open)


def _read_activity(conn: Connection, visitor: Visitor, uri: str) -> tuple[bytes, bool]:
    found = activities.load_activity(conn, uri)
    told = read_sent(conn, found) if found is not None else None
    if found is None or told is None:
        raise NotFound
    is_open = Visibility(found.visibility).is_open
    is_owner = visitor.actor is not None and visitor.actor.id == found.actor_id
    is_named = visitor.actor is not None and visitor.actor.uri in told.get("to", [])
    if not (is_open or is_owner or is_named):
        raise NotFound
    return found.body.encode() or orjson.dumps(with_context(told)), is_open


async def show_quote_stamp(request: web.Request) -> web.Response:
    """``/ap/q/{id}``: the permission to quote that was given (FEP-044f)."""
    node = request.app[NODE]
    await require_visitor(request)
    stamp = await node.store.read(_read_stamp, node.config.origin, id_in(request.match_info, "stamp"))
    return activity_response(request, stamp)


def _read_stamp(conn: Connection, origin: str, reaction_id: int) -> dict[str, Any]:
    reaction = reactions.find_reaction_by_id(conn, reaction_id)
    quoted = objects.find_object_by_id(conn, reaction.object_id) if reaction else None
    if reaction is None or quoted is None or reaction.kind != reactions.QUOTE or quoted.state != objects.LIVE:
        raise NotFound
    quoting = objects.find_object(conn, reaction.content)
    if quoting is not None and quoting.actor_id != reaction.actor_id:  # asked for by who did not write it
        raise NotFound
    author = actors.load_actors_by_id(conn, [quoted.actor_id])[quoted.actor_id]
    uri = documents.quote_stamp_uri(origin, reaction.id)
    return documents.quote_stamp(uri, author.uri, reaction.content, quoted.uri)
