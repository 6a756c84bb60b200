"""Learning resources of this node and of those that it follows."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from aiohttp import web

from node.clock import to_rfc3339
from node.domain.uris import origin_of
from node.state import NODE
from node.store.library import resources
from node.store.library.resources import Resource
from node.store.search import listing
from node.store.search.counts import Option
from node.store.search.wishes import Sort
from schemas import load as load_schema
from web.learning_api import callers
from web.learning_api.answers import PREFIX, actor_json, json_answer
from web.learning_api.description import (
    ACTOR,
    ADDRESS,
    FINDING,
    INSTANT,
    PROBLEM,
    TEXT,
    answer,
    operation,
    pages,
    parameter,
    ref,
)
from web.queries import RESOURCE_FACETS, resources_asked

# -- handlers -------------------------------------------------------------------------------------------------------


async def list_resources(request: web.Request) -> web.Response:
    """``GET /resources?q=&origin=&sort=&limit=&cursor=`` and filters; ``facets=1`` counts what the list holds."""
    await callers.reader(request)  # a token says for whom the list is
    wish, with_facets = resources_asked(request), request.query.get("facets") in {"1", "true"}
    page = await request.app[NODE].store.read(listing.find, wish, with_facets=with_facets)
    base = request.app[NODE].config.origin
    answer: dict[str, Any] = {
        "items": [resource_json(item, base) for item in page.items],
        "total": page.total,
        "totalIsExact": page.is_exact,
        "next": page.next,
    }
    if with_facets:
        answer["facets"] = facets_json(page.facets, RESOURCE_FACETS)
    return json_answer(request, answer)


async def show_resource(request: web.Request) -> web.Response:
    """``GET /resources/SLUG``: one resource, by the last part of its page's address here."""
    node = request.app[NODE]
    found = await node.store.read(resources.load_by_slug, request.match_info["slug"], await callers.viewer(request))
    return json_answer(request, resource_json(found, node.config.origin))


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
        "owner": actor_json(resource.owner),
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


def facets_json(
    facets: Mapping[str, Sequence[Option]], parameters: Mapping[str, str]
) -> dict[str, list[dict[str, Any]]]:
    """How many there are of each value, by the parameter that chooses it (parameter -> facet)."""
    names = {facet: name for name, facet in parameters.items()}
    return {
        names[facet]: [
            {"value": option.value, "count": option.count, **({"labels": option.labels} if option.labels else {})}
            for option in options
        ]
        for facet, options in facets.items()
    }


ROUTES = [
    web.get(f"{PREFIX}/resources", list_resources, name="learning-resources"),
    web.get(f"{PREFIX}/resources/{{slug}}", show_resource, name="learning-resource"),
]

# -- the description ------------------------------------------------------------------------------------------------


def found_page(schema: str) -> dict[str, Any]:
    """A page of what a search found: counted as far as that is cheap, with the values of its facets."""
    return {
        "type": "object",
        "required": ["items", "total", "totalIsExact", "next"],
        "properties": {
            "items": {"type": "array", "items": ref(schema)},
            "total": {"type": "integer", "minimum": 0, "description": "At least so many where totalIsExact is false"},
            "totalIsExact": {"type": "boolean"},
            "next": {"type": ["string", "null"], "description": "The cursor of the next page"},
            "facets": {"type": "object", "additionalProperties": {"type": "array", "items": ref("Option")}},
        },
    }


_LISTS: Mapping[str, Any] = {
    "Page": found_page("Resource"),
    "Option": {
        "type": "object",
        "required": ["value", "count"],
        "properties": {
            "value": TEXT,
            "count": {"type": "integer", "minimum": 1},
            "labels": {"type": "object", "additionalProperties": TEXT},
        },
    },
}
_KNOWN_OF_RESOURCE: Mapping[str, Any] = {
    "origin": {**ADDRESS, "description": "The node that the resource is at home on"},
    "uri": {**ADDRESS, "description": "Its identity between servers"},
    "page": {**ADDRESS, "description": "Its page on this node"},
    "home": {**ADDRESS, "description": "Its page at home"},
    "owner": ACTOR,
    "published": INSTANT,
    "received": {**INSTANT, "description": "When this copy came"},
    "grade": {"enum": ["clean", "warnings"]},
    "warnings": {"type": "array", "items": FINDING},
}
#: What filters mean whose names do not say it.
MEANINGS: Mapping[str, str] = {
    "host": "The host that it is at home on",
    "keyword": "A keyword, whatever its case",
    "licence": "The address of its licence",
    "owner": "The address of the actor that published it",
    "topic": "The address of a concept it is about",
}


@cache
def _record_schemas() -> Mapping[str, Any]:
    """The record's own schema with what the node adds to each, and the schemas of its parts."""
    record = _moved(load_schema("resource"))
    added = ["version", "digest", "visibility", "kind", "origin", "uri", "page", "owner", "published", "updated"]
    parts = {f"Record.{name}": part for name, part in record.pop("$defs").items()}
    listed = {
        **{key: value for key, value in record.items() if key not in {"$schema", "$id", "additionalProperties"}},
        "title": "Learning resource as a node lists it",
        "properties": {**record["properties"], **_KNOWN_OF_RESOURCE},
        "required": [*record["required"], *added],
    }
    return {"Resource": listed, **parts}


def _moved(value: Any) -> Any:
    """A schema whose parts lie among the components of the description."""
    if isinstance(value, dict):
        return {key: _moved(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_moved(each) for each in value]
    return value.replace("#/$defs/", "#/components/schemas/Record.") if isinstance(value, str) else value


def schemas() -> Mapping[str, Any]:
    """The schemas that ``PATHS`` refer to."""
    return {**_LISTS, **_record_schemas()}


def _filter(name: str) -> dict[str, Any]:
    schema = {"type": "array", "items": TEXT}
    described = parameter(name, f"{MEANINGS.get(name, f'Its {name}')}; any of several", schema)
    return {**described, "style": "form", "explode": True}


PATHS: Mapping[str, Any] = {
    "/resources": {
        "get": operation(
            "listResources",
            {**answer("A page", "Page"), "400": PROBLEM},
            [
                parameter("q", 'Words that must be there; "several words", -without, begin*', TEXT),
                parameter("origin", "Published here, or held as a copy", {"enum": ["local", "remote"]}),
                parameter(
                    "sort",
                    "Relevance is the newest first where nothing is searched for",
                    {"enum": [order.value for order in Sort]},
                ),
                *pages(),
                parameter("facets", "Also count the values of each facet", {"enum": ["1"]}),
                *map(_filter, sorted(RESOURCE_FACETS)),
            ],
        )
    },
    "/resources/{slug}": {
        "get": operation(
            "showResource",
            {**answer("The resource", "Resource"), "404": PROBLEM, "410": PROBLEM},
            [parameter("slug", "The last part of its page's address here", TEXT, where="path")],
        )
    },
}
