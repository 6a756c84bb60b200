"""The learning API described for machines: OpenAPI 3.1, whose schemas are JSON Schemas."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import schemas

_PROBLEM = {
    "description": "What is wrong, as problem JSON (RFC 9457)",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
_TEXT = {"type": "string"}
_INSTANT = {"type": "string", "format": "date-time"}
_ADDRESS = {"type": "string", "format": "uri"}

_FINDING = {
    "type": "object",
    "required": ["path", "expected", "found"],
    "properties": {"path": _TEXT, "expected": _TEXT, "found": _TEXT},
}
_SCHEMAS: Mapping[str, Any] = {
    "Page": {
        "type": "object",
        "required": ["items", "total", "totalIsExact", "next"],
        "properties": {
            "items": {"type": "array", "items": {"$ref": "#/components/schemas/Resource"}},
            "total": {"type": "integer", "minimum": 0, "description": "At least so many where totalIsExact is false"},
            "totalIsExact": {"type": "boolean"},
            "next": {"type": ["string", "null"], "description": "The cursor of the next page"},
            "facets": {
                "type": "object",
                "additionalProperties": {"type": "array", "items": {"$ref": "#/components/schemas/Option"}},
            },
        },
    },
    "Option": {
        "type": "object",
        "required": ["value", "count"],
        "properties": {
            "value": _TEXT,
            "count": {"type": "integer", "minimum": 1},
            "labels": {"type": "object", "additionalProperties": _TEXT},
        },
    },
    "Catalogue": {
        "type": "object",
        "required": ["id", "revision", "totalItems", "digest"],
        "properties": {
            "id": _ADDRESS,
            "revision": {"type": "integer", "minimum": 0},
            "totalItems": {"type": "integer", "minimum": 0},
            "digest": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
        },
    },
    "Problem": {
        "type": "object",
        "required": ["status", "title"],
        "properties": {
            "type": _TEXT,
            "status": {"type": "integer"},
            "title": _TEXT,
            "errors": {"type": "array", "items": _FINDING},
            "request_id": _TEXT,
        },
    },
}
_KNOWN_OF_RESOURCE: Mapping[str, Any] = {
    "origin": {**_ADDRESS, "description": "The node that the resource is at home on"},
    "uri": {**_ADDRESS, "description": "Its identity between servers"},
    "page": {**_ADDRESS, "description": "Its page on this node"},
    "home": {**_ADDRESS, "description": "Its page at home"},
    "owner": {
        "type": "object",
        "required": ["uri", "name", "handle"],
        "properties": {"uri": _ADDRESS, "name": _TEXT, "handle": _TEXT},
    },
    "published": _INSTANT,
    "received": {**_INSTANT, "description": "When this copy came"},
    "grade": {"enum": ["clean", "warnings"]},
    "warnings": {"type": "array", "items": _FINDING},
}
_MEANINGS: Mapping[str, str] = {
    "host": "The host that it is at home on",
    "keyword": "A keyword, whatever its case",
    "licence": "The address of its licence",
    "owner": "The address of the actor that published it",
    "topic": "The address of a concept it is about",
}


@cache
def _record_schemas() -> Mapping[str, Any]:
    """The record's own schema with what the node adds to each, and the schemas of its parts."""
    record = _moved(schemas.load("resource"))
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


def build_openapi(base: str, prefix: str, filters: Sequence[str]) -> dict[str, Any]:
    """The description of the API of the node at ``base``; ``filters`` are the parameters that narrow a list."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Rhizome learning API",
            "version": "1",
            "description": "Learning resources of this node and those it follows. What is public needs no token.",
        },
        "servers": [{"url": f"{base}{prefix}"}],
        "paths": {
            "/resources": {"get": _list_resources(filters)},
            "/resources/{slug}": {"get": _show_resource()},
            "/catalogue": {"get": _show_catalogue()},
        },
        "components": {"schemas": {**_SCHEMAS, **_record_schemas()}},
    }


def _list_resources(filters: Sequence[str]) -> dict[str, Any]:
    sorts = ["relevance", "newest", "title"]
    parameters = [
        _parameter("q", 'Words that must be there; "several words", -without, begin*', _TEXT),
        _parameter("origin", "Published here, or held as a copy", {"enum": ["local", "remote"]}),
        _parameter("sort", "Relevance is the newest first where nothing is searched for", {"enum": sorts}),
        _parameter("limit", "How many on a page", {"type": "integer", "minimum": 1, "maximum": 100, "default": 20}),
        _parameter("cursor", "What the page before gave as next", _TEXT),
        _parameter("facets", "Also count the values of each facet", {"enum": ["1"]}),
        *(_filter(name) for name in filters),
    ]
    answers = {**_answer("A page", "Page"), "400": _PROBLEM}
    return {"operationId": "listResources", "parameters": parameters, "responses": answers}


def _show_resource() -> dict[str, Any]:
    slug = {"name": "slug", "in": "path", "required": True, "schema": _TEXT}
    answers = {**_answer("The resource", "Resource"), "404": _PROBLEM, "410": _PROBLEM}
    return {"operationId": "showResource", "parameters": [slug], "responses": answers}


def _show_catalogue() -> dict[str, Any]:
    of = _parameter("of", "The address of a catalogue or of its owner; the main one of this node otherwise", _ADDRESS)
    answers = {**_answer("How the catalogue stands here", "Catalogue"), "404": _PROBLEM}
    return {"operationId": "showCatalogue", "parameters": [of], "responses": answers}


def _parameter(name: str, description: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "query", "description": description, "schema": schema}


def _filter(name: str) -> dict[str, Any]:
    meaning = _MEANINGS.get(name, f"Its {name}")
    schema = {"type": "array", "items": _TEXT}
    return {**_parameter(name, f"{meaning}; any of several", schema), "style": "form", "explode": True}


def _answer(description: str, schema: str) -> dict[str, Any]:
    content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}
    return {"200": {"description": description, "content": content}, "304": {"description": "Not modified"}}
