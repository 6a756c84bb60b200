"""Our actors, and what they say of themselves."""

from typing import Any

from aiohttp import web
from sqlalchemy import Connection

from federation.builders import documents
from federation.discovery.negotiation import wants_activity
from federation.serving.answers import activity_response, gone_response
from federation.serving.communities import is_secret_to
from federation.serving.visitor import require_visitor
from federation.vocab import TYPE_OF_ACTOR
from node.domain.actors import ActorKind
from node.domain.numbers import id_in
from node.errors import NotFound
from node.state import NODE
from node.store.people import actors
from node.store.people.actors import Actor


async def show_instance(request: web.Request) -> web.Response:
    """The instance actor: readable without a signature by everybody, or nobody could verify ours."""
    node = request.app[NODE]
    document = await node.store.read(_instance_document, node.config.origin + documents.INSTANCE_PATH)
    return activity_response(request, document)


def _instance_document(conn: Connection, uri: str) -> dict[str, Any]:
    found = actors.find_actor(conn, uri)
    assert found is not None, "the instance actor is founded at the first start"
    return documents.actor_document(conn, found.id)


async def show_actor(request: web.Request) -> web.Response:
    """``/ap/a/{id}``: the document, the profile page for a browser, a tombstone for one who is gone."""
    node = request.app[NODE]
    actor = await find_own_actor(request)
    if not wants_activity(request.headers.get("Accept", "")):
        page = f"/c/{actor.username}" if actor.is_group else f"/@{actor.username}"
        raise web.HTTPFound(page, headers={"Vary": "Accept, Signature"})
    if actor.state == "gone":
        former_type, gone_at = TYPE_OF_ACTOR[ActorKind(actor.kind)], await node.store.read(_gone_at, actor.id)
        return gone_response(request, documents.tombstone(actor.uri, former_type, gone_at))
    is_bare, is_open = False, True
    if actor.is_group:
        visitor = await require_visitor(request)
        is_bare = await node.store.read(is_secret_to, visitor, actor, node.clock.now())
        is_open = visitor.actor is None  # others may be told more
    elif node.config.federation.authorized_fetch:  # what everybody may read costs no look at a signature
        await require_visitor(request)
    document = await node.store.read(_document, actor.id, is_bare)
    return activity_response(request, document, public=is_open)


def _document(conn: Connection, actor_id: int, is_bare: bool) -> dict[str, Any]:
    return documents.actor_document(conn, actor_id, is_bare=is_bare)


def _gone_at(conn: Connection, actor_id: int) -> int:
    """The last change of a row that is gone was its end."""
    return int(actors.load_profile(conn, actor_id).updated_at)


async def find_own_actor(request: web.Request) -> Actor:
    """The local actor that the address names; NotFound where there is none. The instance actor has no number."""
    node = request.app[NODE]
    origin, is_numbered = node.config.origin, "actor" in request.match_info
    uri = documents.actor_uri(origin, actor_number(request)) if is_numbered else origin + documents.INSTANCE_PATH
    found = await node.store.collect(actors.find_actors, uri)
    if found is None or not found.local or found.state == "waiting":
        raise NotFound
    return found


def actor_number(request: web.Request) -> int:
    """The number in the address. Raises NotFound for one that can be no id."""
    return id_in(request.match_info, "actor")
