"""The learning API, ``/api/learning/v1``: resources and catalogues as JSON, without a token for what is public.

Errors are raised as ``node.errors`` and answered as problem JSON by the middleware of all routes. Lists follow the
rules of the client API: a limit above the cap is capped, one that is none is the default, a bad cursor is 400 (API4,
API5). Every answer carries an entity tag.
"""

import hashlib
from typing import Any

import orjson
from aiohttp import ETag, web
from sqlalchemy import Connection

from node.clock import to_rfc3339
from node.domain.catalogues import State
from node.domain.search import parse
from node.domain.uris import origin_of
from node.errors import Malformed, NotFound, Problem
from node.services.catalogue import describe
from node.state import NODE
from node.store import listing, resources
from node.store.listing import FILTERS, MAX_LIMIT, Option, Page, Sort, Wish
from node.store.resources import Resource, Viewer
from web.learning_openapi import build_openapi
from web.viewer import viewer_of

PREFIX = "/api/learning/v1"
DEFAULT_LIMIT = 20
MAX_VALUES = 20  # of one filter

#: The parameter of each facet. ``origin`` says local or remote, so the host that something came from is ``host``.
PARAMETERS = {**{facet: facet for facet in FILTERS if facet != "origin"}, "host": "origin"}


# -- handlers -------------------------------------------------------------------------------------------------------


async def list_resources(request: web.Request) -> web.Response:
    """``GET /resources?q=&origin=&sort=&limit=&cursor=`` and filters; ``facets=1`` counts what the list holds."""
    wish, with_facets = read_wish(request), request.query.get("facets") in {"1", "true"}
    page, facets = await request.app[NODE].store.read(_find, wish, with_facets)
    base = request.app[NODE].config.origin
    answer: dict[str, Any] = {
        "items": [resource_json(item, base) for item in page.items],
        "total": page.total,
        "totalIsExact": page.is_exact,
        "next": page.next,
    }
    if facets is not None:
        answer["facets"] = facets
    return _json(request, answer)


async def show_resource(request: web.Request) -> web.Response:
    """``GET /resources/SLUG``: one resource, by the last part of its page's address here."""
    node = request.app[NODE]
    found = await node.store.read(resources.load_by_slug, request.match_info["slug"], viewer_of(request))
    return _json(request, resource_json(found, node.config.origin))


async def show_catalogue(request: web.Request) -> web.Response:
    """``GET /catalogue``: how the main catalogue stands; ``?of=IRI`` another of ours, or a followed one as held here.

    The IRI is that of a catalogue or of its owner.
    """
    state, total = await request.app[NODE].store.read(_describe, request.query.get("of"))
    return _json(request, {"id": state.uri, "revision": state.revision, "totalItems": total, "digest": state.digest})


async def show_openapi(request: web.Request) -> web.Response:
    """``GET /openapi.json``: this API as OpenAPI 3.1."""
    return _json(request, build_openapi(request.app[NODE].config.origin, PREFIX, sorted(PARAMETERS)))


def _find(conn: Connection, wish: Wish, with_facets: bool) -> tuple[Page, dict[str, list[dict[str, Any]]] | None]:
    page = listing.find(conn, wish)
    return page, _facets_json(listing.facets(conn, wish)) if with_facets else None


def _describe(conn: Connection, iri: str | None) -> tuple[State, int]:
    found = describe(conn, iri)
    if found is None:
        raise NotFound
    return found


# -- reading a request ----------------------------------------------------------------------------------------------


def read_wish(request: web.Request) -> Wish:
    """What the query asks for. Raises ``Malformed`` for an origin or an order that there is not."""
    query = request.query
    filters = {facet: query.getall(name, [])[:MAX_VALUES] for name, facet in PARAMETERS.items()}
    return Wish(
        query=parse(query.get("q", "")),
        filters={facet: [value for value in values if value] for facet, values in filters.items()},
        origin=_one_of(query.get("origin", ""), "origin", ("", "local", "remote")) or None,
        sort=Sort(_one_of(query.get("sort") or Sort.RELEVANCE, "sort", tuple(Sort))),
        viewer=viewer_of(request),
        cursor=query.get("cursor") or None,
        limit=_limit(query.get("limit", "")),
    )


def _one_of(value: str, name: str, choices: tuple[str, ...]) -> str:
    if value not in choices:
        raise Malformed(problems=[Problem(name, " or ".join(filter(None, choices)), f'"{value[:60]}"')])
    return value


def _limit(text: str) -> int:
    is_number = text.isascii() and text.isdigit() and len(text) <= 9
    return min(int(text), MAX_LIMIT) if is_number and int(text) else DEFAULT_LIMIT


# -- writing an answer ----------------------------------------------------------------------------------------------


def resource_json(resource: Resource, base: str) -> dict[str, Any]:
    """Our JSON of a resource: its record, and what the node knows about it.

    ``origin`` is the node that it is at home on, ``uri`` its identity between servers, ``page`` its address here,
    ``home`` its page at home. ``base`` is this node's own origin.
    """
    known: dict[str, Any] = {
        "version": resource.version,
        "digest": resource.digest,
        "visibility": resource.visibility.value,
        "kind": resource.kind,
        "origin": origin_of(resource.uri) or base,
        "uri": resource.uri,
        "page": f"{base}{resource.path}",
        "home": resource.url,
        "owner": {"uri": resource.owner.uri, "name": resource.owner.title, "handle": resource.owner.handle},
        "published": to_rfc3339(resource.published_at),
        "updated": to_rfc3339(resource.updated_at or resource.published_at),
    }
    if not resource.local:
        known["received"] = to_rfc3339(resource.received_at)
        known["grade"] = resource.grade
        known["warnings"] = [
            {"path": each.path, "expected": each.expected, "found": each.found} for each in resource.warnings
        ]
    return {**resource.record, **known}


def _facets_json(facets: dict[str, list[Option]]) -> dict[str, list[dict[str, Any]]]:
    names = {facet: name for name, facet in PARAMETERS.items()}
    return {
        names[facet]: [
            {"value": option.value, "count": option.count, **({"labels": option.labels} if option.labels else {})}
            for option in options
        ]
        for facet, options in facets.items()
    }


def _json(request: web.Request, answer: dict[str, Any]) -> web.Response:
    """The answer as JSON with its entity tag, or 304 where the reader has it."""
    body = orjson.dumps(answer)
    etag = ETag(hashlib.sha256(body).hexdigest()[:32])
    is_known = any(tag.value in {etag.value, "*"} for tag in request.if_none_match or ())
    response = web.Response(status=304) if is_known else web.Response(body=body, content_type="application/json")
    response.etag = etag
    response.headers["Cache-Control"] = "no-cache" if viewer_of(request) == Viewer() else "private, no-store"
    response.headers["Vary"] = "Authorization, Cookie"
    return response


ROUTES = [
    web.get(f"{PREFIX}/resources", list_resources, name="learning-resources"),
    web.get(f"{PREFIX}/resources/{{slug}}", show_resource, name="learning-resource"),
    web.get(f"{PREFIX}/catalogue", show_catalogue, name="learning-catalogue"),
    web.get(f"{PREFIX}/openapi.json", show_openapi, name="learning-openapi"),
]
