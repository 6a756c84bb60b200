"""Collections: what is in them, by whom, and keeping them."""

from collections.abc import Callable, Mapping
from typing import Any

from aiohttp import web
from sqlalchemy import Connection

from federation.builders.resource_documents import write_document
from node.clock import to_rfc3339
from node.domain.collections import KIND, curators_of, items_of, takes_suggestions
from node.domain.numbers import number_in
from node.errors import Forbidden, Invalid, Malformed, NotFound, Problem, RemoteError
from node.services.context import Unit
from node.services.library import collecting, suggestions
from node.services.library.collecting import Wanted
from node.state import NODE
from node.store.library import collections, resources
from node.store.library.collections import StoredItem
from node.store.library.resources import Resource, Viewer
from node.store.people import actors
from node.store.people.actors import Actor
from web.learning_api.answers import PREFIX, json_answer
from web.learning_api.callers import read_json, viewer, writer, written
from web.learning_api.description import ADDRESS, PROBLEM, TEXT, answer, list_of, operation, pages, parameter, ref
from web.learning_api.resources import resource_json
from web.lookups import look_up
from web.queries import limit_of

SCOPE = "write:statuses"


async def list_collections(request: web.Request) -> web.Response:
    """``GET /collections?limit=&cursor=``: those that the caller may read, the newest first."""
    base, who = request.app[NODE].config.origin, await viewer(request)
    found, following = await request.app[NODE].store.read(page_of(request), KIND, who)
    return json_answer(request, {"items": [collection_json(each, (), base) for each in found], "next": following})


def page_of(request: web.Request) -> Callable[..., tuple[list[Resource], str | None]]:
    """What reads the page of collections, or of pathways, that is asked for."""
    before, limit = number_in(request.query.get("cursor", "")), limit_of(request)

    def read(conn: Connection, kind: str, who: Viewer) -> tuple[list[Resource], str | None]:
        found, following = collections.list_readable(conn, kind, who, before=before, limit=limit)
        return found, str(following) if following is not None else None

    return read


async def show_collection(request: web.Request) -> web.Response:
    """``GET /collections/SLUG``: its record, entries, curators; for curators also what was suggested."""
    base, who = request.app[NODE].config.origin, await viewer(request)
    found, suggested = await request.app[NODE].store.read(_show, request.match_info["slug"], who)
    return json_answer(request, collection_json(found, suggested, base))


async def add_item(request: web.Request) -> web.Response:
    """``POST /collections/SLUG/items``: put something in, suggest it, or ask the home of the collection to do so."""
    sent = await read_json(request, "collection-item")
    wanted = Wanted(sent["resource"], sent.get("name", ""), sent.get("note", {}))
    return await _change(
        request, lambda conn, unit, by, found: collecting.add(conn, unit, by, found, wanted, write=write_document)
    )


async def remove_item(request: web.Request) -> web.Response:
    """``DELETE /collections/SLUG/items?resource=IRI``"""
    iri = request.query.get("resource", "")

    def act(conn: Connection, unit: Unit, by: Actor, found: Resource) -> str:
        collecting.remove(conn, unit, by, found, iri, write=write_document)
        return "removed" if found.local else "asked"

    return await _change(request, act)


async def accept_item(request: web.Request) -> web.Response:
    """``POST /collections/SLUG/suggestions``: take in what was suggested."""
    sent = await read_json(request, "collection-item")

    def act(conn: Connection, unit: Unit, by: Actor, found: Resource) -> str:
        return collecting.accept(conn, unit, by, found, sent["resource"], write=write_document)

    return await _change(request, act)


async def add_curator(request: web.Request) -> web.Response:
    """``POST /collections/SLUG/curators``: ``{"actor": URI}``, or the handle of somebody here or elsewhere."""
    await writer(request, SCOPE)
    said = _actor_of(await read_json(request))
    try:
        actor = await look_up(request, said)
    except (NotFound, Malformed, RemoteError) as failure:
        raise Invalid(problems=[Problem("$.actor", "the URI or handle of somebody", f'"{said[:60]}"')]) from failure

    def act(conn: Connection, unit: Unit, by: Actor, found: Resource) -> str:
        collecting.add_curator(conn, unit, by, found, actor, write=write_document)
        return "added"

    return await _change(request, act)


async def remove_curator(request: web.Request) -> web.Response:
    """``DELETE /collections/SLUG/curators?actor=URI``"""
    uri = request.query.get("actor", "")

    def act(conn: Connection, unit: Unit, by: Actor, found: Resource) -> str:
        collecting.remove_curator(conn, unit, by, found, uri, write=write_document)
        return "removed"

    return await _change(request, act)


async def follow(request: web.Request) -> web.Response:
    """``POST /collections/SLUG/follow``: hear of what is new in it."""

    def act(conn: Connection, unit: Unit, by: Actor, found: Resource) -> str:
        collecting.follow(conn, unit, by.id, found)
        return "followed"

    return await _change(request, act)


async def unfollow(request: web.Request) -> web.Response:
    """``DELETE /collections/SLUG/follow``"""

    def act(conn: Connection, unit: Unit, by: Actor, found: Resource) -> str:
        collections.unfollow(conn, found.id, by.id)
        return "unfollowed"

    return await _change(request, act)


async def _change(request: web.Request, act: Any) -> web.Response:
    """What became of it, and the collection as it is now."""
    actor_id, node = await writer(request, SCOPE), request.app[NODE]
    slug = request.match_info["slug"]
    done, found, suggested = await node.store.write(_act, node.unit(), actor_id, slug, act)
    return written({"result": done, "collection": collection_json(found, suggested, node.config.origin)})


def _actor_of(sent: Mapping[str, Any]) -> str:
    uri = sent.get("actor")
    if not isinstance(uri, str):
        raise Invalid(problems=[Problem("$.actor", "the URI of somebody", type(uri).__name__)])
    return uri


# -- units of work --------------------------------------------------------------------------------------------------


def _show(conn: Connection, slug: str, who: Viewer) -> tuple[Resource, list[StoredItem]]:
    found = collecting.load_collection(conn, slug, who)
    me = actors.find_actor_by_id(conn, who.actor_id) if who.actor_id is not None else None
    return found, _suggested(conn, found, me)


def _suggested(conn: Connection, found: Resource, me: Actor | None) -> list[StoredItem]:
    """What was suggested, for curators; to others only what they suggested themselves."""
    if me is None:
        return []
    waiting = suggestions.load_waiting(conn, found)
    return (
        waiting if collecting.may_curate(conn, me.uri, found) else [each for each in waiting if each.by_uri == me.uri]
    )


def _act(conn: Connection, unit: Unit, actor_id: int, slug: str, act: Any) -> tuple[str, Resource, list[StoredItem]]:
    by = actors.find_actor_by_id(conn, actor_id)
    if by is None or not by.is_active:
        raise Forbidden
    found = collecting.load_collection(conn, slug, Viewer(actor_id))
    done = act(conn, unit, by, found)
    now = resources.load_by_objects(conn, [found.id]).get(found.id)
    if now is None:
        raise NotFound
    return done, now, _suggested(conn, now, by)


def collection_json(found: Resource, suggested: Any, base: str) -> dict[str, Any]:
    """A collection with its entries in order."""
    return {
        **resource_json(found, base),
        "curators": [{"uri": each.uri, "name": each.name} for each in curators_of(found.record)],
        "openForSuggestions": takes_suggestions(found.record),
        "items": [
            {
                "resource": each.iri,
                "name": each.name,
                "note": dict(each.note),
                "addedBy": each.added_by,
                "added": each.added,
            }
            for each in items_of(found.record)
        ],
        "suggested": [
            {
                "resource": each.item_iri,
                "name": each.reference.get("name", ""),
                "by": each.by_uri,
                "at": to_rfc3339(each.created_at),
            }
            for each in suggested
        ],
    }


_C = f"{PREFIX}/collections/{{slug}}"
ROUTES = [
    web.get(f"{PREFIX}/collections", list_collections, name="learning-collections"),
    web.get(_C, show_collection, name="learning-collection"),
    web.post(f"{_C}/items", add_item, name="learning-collection-add"),
    web.delete(f"{_C}/items", remove_item, name="learning-collection-remove"),
    web.post(f"{_C}/suggestions", accept_item, name="learning-collection-accept"),
    web.post(f"{_C}/curators", add_curator, name="learning-collection-curator"),
    web.delete(f"{_C}/curators", remove_curator, name="learning-collection-curator-remove"),
    web.post(f"{_C}/follow", follow, name="learning-collection-follow"),
    web.delete(f"{_C}/follow", unfollow, name="learning-collection-unfollow"),
]

# -- the description ------------------------------------------------------------------------------------------------

_SLUG = parameter("slug", "The last part of the collection's address here", TEXT, where="path")
_DONE = {
    "200": {"description": "What became of it", "content": {"application/json": {"schema": ref("CollectionChange")}}},
    "401": PROBLEM,
    "403": PROBLEM,
    "404": PROBLEM,
    "409": PROBLEM,
    "422": PROBLEM,
}
_ITEM = parameter("resource", "The identity of the entry", ADDRESS)
_ACTOR = parameter("actor", "The URI of the curator", ADDRESS)

PATHS: Mapping[str, Any] = {
    "/collections": {"get": operation("listCollections", answer("A page", "Collections"), pages())},
    "/collections/{slug}": {
        "get": operation("showCollection", {**answer("The collection", "Collection"), "404": PROBLEM}, [_SLUG])
    },
    "/collections/{slug}/items": {
        "post": operation("addToCollection", _DONE, [_SLUG], body="CollectionItem"),
        "delete": operation("removeFromCollection", _DONE, [_SLUG, _ITEM]),
    },
    "/collections/{slug}/suggestions": {"post": operation("acceptSuggestion", _DONE, [_SLUG], body="CollectionItem")},
    "/collections/{slug}/curators": {
        "post": operation("addCurator", _DONE, [_SLUG], body="CollectionCurator"),
        "delete": operation("removeCurator", _DONE, [_SLUG, _ACTOR]),
    },
    "/collections/{slug}/follow": {
        "post": operation("followCollection", _DONE, [_SLUG]),
        "delete": operation("unfollowCollection", _DONE, [_SLUG]),
    },
}


def schemas() -> Mapping[str, Any]:
    """The schemas that ``PATHS`` refer to."""
    texts = {"type": "object", "additionalProperties": TEXT}
    item = {
        "type": "object",
        "required": ["resource"],
        "properties": {"resource": ADDRESS, "name": TEXT, "note": texts, "addedBy": TEXT, "added": TEXT},
    }
    suggested = {"type": "object", "properties": {"resource": ADDRESS, "name": TEXT, "by": TEXT, "at": TEXT}}
    curator = {"type": "object", "required": ["uri"], "properties": {"uri": ADDRESS, "name": TEXT}}
    return {
        "CollectionItem": item,
        "CollectionCurator": {"type": "object", "required": ["actor"], "properties": {"actor": ADDRESS}},
        "Collection": {
            "allOf": [ref("Resource")],
            "type": "object",
            "required": ["items", "curators", "openForSuggestions", "suggested"],
            "properties": {
                "items": {"type": "array", "items": item},
                "curators": {"type": "array", "items": curator},
                "openForSuggestions": {"type": "boolean"},
                "suggested": {"type": "array", "items": suggested},
            },
        },
        "Collections": list_of("Collection"),
        "CollectionChange": {
            "type": "object",
            "required": ["result", "collection"],
            "properties": {"result": TEXT, "collection": ref("Collection")},
        },
    }
