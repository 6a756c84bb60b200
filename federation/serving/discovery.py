"""How others find us: WebFinger, host-meta, NodeInfo."""

from mimetypes import guess_type
from typing import Any

import orjson
from aiohttp import web
from sqlalchemy import Connection

import node as product
from federation.builders import documents
from federation.discovery.hostmeta import build_host_meta, build_host_meta_json
from federation.discovery.nodeinfo import Usage, build_nodeinfo, build_well_known, content_type
from federation.discovery.webfinger import Handle, build_jrd, parse_resource
from federation.transport.address import Target
from node.errors import Gone, Malformed, NotFound
from node.state import NODE, Node
from node.store.house.usage import load_usage
from node.store.people import actors
from node.store.people.actors import Actor
from node.store.posts import object_lists, objects
from node.store.reading.by_url import find_by_url

HOMEPAGE = "https://w3id.org/rhizome"
_OPEN = {"Access-Control-Allow-Origin": "*"}


async def webfinger(request: web.Request) -> web.Response:
    """RFC 7033: by handle, by address of the actor or its page, by address of an object, or the server itself."""
    node = request.app[NODE]
    text = request.query.get("resource", "")
    if not text:
        raise Malformed("The parameter resource is missing.")
    found, icon = await node.store.read(_find, node, parse_resource(text))
    if found.state == "waiting":  # she may not act yet
        raise NotFound
    if found.state == "gone":
        raise Gone
    is_server = found.kind == "application"
    origin = node.config.origin
    document = build_jrd(
        subject=f"acct:{found.username}@{found.host}",
        actor_uri=found.uri,
        profile_url=found.url or origin + "/",
        subscribe_template=f"{origin}/follow?uri={{uri}}",
        avatar=(icon, guess_type(icon)[0] or "image/png") if icon else None,
        intents={"Follow": f"{origin}/follow?uri={{object}}"},
        is_server=is_server,
        rels=request.query.getall("rel", []),
    )
    return web.Response(
        body=orjson.dumps(document),
        headers={**_OPEN, "Content-Type": "application/jrd+json", "Cache-Control": "max-age=600"},
    )


def _find(conn: Connection, node: Node, wanted: Handle | Target) -> tuple[Actor, str]:
    """Who is meant, and the address of the picture that is shown of it; empty without one."""
    found = _find_handle(conn, node, wanted) if isinstance(wanted, Handle) else _find_address(conn, node, wanted)
    if found is None:
        raise NotFound
    return found, actors.load_profile(conn, found.id).icon if found.is_active else ""


def _find_handle(conn: Connection, node: Node, handle: Handle) -> Actor | None:
    if handle.host not in node.config.own_hosts:
        return None
    return actors.find_local_actor(conn, handle.user)


def _find_address(conn: Connection, node: Node, target: Target) -> Actor | None:
    """The actor behind an address of ours: its id, its page, or the author of the public object there (FEP-4adb).

    What is not public is answered like what is not there: whoever asks is not known.
    """
    if target.origin != node.config.origin:
        return None
    if target.path == "/":
        return actors.find_actor(conn, node.config.origin + documents.INSTANCE_PATH)
    found = find_by_url(conn, node.config.origin, target.origin + target.path)
    actor_id = found.actor_id
    if found.object_id is not None:
        shown = objects.find_object_by_id(conn, found.object_id)
        is_open = shown is not None and shown.state == objects.LIVE and shown.visibility in object_lists.PUBLIC
        actor_id = shown.actor_id if shown is not None and is_open else None
    actor = actors.find_actor_by_id(conn, actor_id) if actor_id is not None else None
    return actor if actor is not None and actor.local else None


async def host_meta(request: web.Request) -> web.Response:
    body = build_host_meta(request.app[NODE].config.origin)
    return web.Response(text=body, content_type="application/xrd+xml", headers=_OPEN)


async def host_meta_json(request: web.Request) -> web.Response:
    return _json(build_host_meta_json(request.app[NODE].config.origin), "application/json")


async def nodeinfo_links(request: web.Request) -> web.Response:
    origin = request.app[NODE].config.origin
    links = build_well_known(origin, instance_actor_uri=origin + documents.INSTANCE_PATH)
    return _json(links, "application/json")


async def nodeinfo(request: web.Request) -> web.Response:
    """``/nodeinfo/2.0`` and ``/nodeinfo/2.1``."""
    node, version = request.app[NODE], request.match_info["version"]
    config = node.config
    counted = await node.store.read(load_usage, node.clock.now())
    document = build_nodeinfo(
        version,
        software_version=product.__version__,
        repository=HOMEPAGE,
        homepage=HOMEPAGE,
        name=config.node.name,
        description=config.node.description,
        open_registrations=config.registrations.mode != "closed",
        is_open=config.federation.mode == "open",
        usage=Usage(users=counted.people, active_month=counted.active, local_posts=counted.statuses),
        development=config.development,
    )
    return _json(document, content_type(version))


def _json(document: dict[str, Any], type_: str) -> web.Response:
    return web.Response(body=orjson.dumps(document), headers={**_OPEN, "Content-Type": type_})
