"""Words for describing the learning API to machines: OpenAPI 3.1, whose schemas are JSON Schemas."""

from collections.abc import Mapping, Sequence
from typing import Any

TEXT = {"type": "string"}
INSTANT = {"type": "string", "format": "date-time"}
ADDRESS = {"type": "string", "format": "uri"}
PROBLEM = {
    "description": "What is wrong, as problem JSON (RFC 9457)",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
FINDING = {
    "type": "object",
    "required": ["path", "expected", "found"],
    "properties": {"path": TEXT, "expected": TEXT, "found": TEXT},
}
ERRORS: Mapping[str, Any] = {
    "Problem": {
        "type": "object",
        "required": ["status", "title"],
        "properties": {
            "type": TEXT,
            "status": {"type": "integer"},
            "title": TEXT,
            "errors": {"type": "array", "items": FINDING},
            "request_id": TEXT,
        },
    },
}
LIMIT = {"type": "integer", "minimum": 1, "maximum": 100, "default": 20}


#: Somebody, as every noun names people and organisations.
ACTOR: Mapping[str, Any] = {
    "type": "object",
    "required": ["uri", "name", "handle"],
    "properties": {"uri": ADDRESS, "name": TEXT, "handle": TEXT},
}


def ref(schema: str) -> dict[str, str]:
    """Reference to a schema of the description."""
    return {"$ref": f"#/components/schemas/{schema}"}


def object_of(properties: Mapping[str, Any]) -> dict[str, Any]:
    """The schema of an object that has all of these."""
    return {"type": "object", "required": list(properties), "properties": dict(properties)}


def list_of(schema: str) -> dict[str, Any]:
    """The schema of one page of a list."""
    following = {"type": ["string", "null"], "description": "The cursor of the next page"}
    return object_of({"items": {"type": "array", "items": ref(schema)}, "next": following})


def parameter(name: str, description: str, schema: Mapping[str, Any], *, where: str = "query") -> dict[str, Any]:
    """One parameter; those in the path are required."""
    required = {"required": True} if where == "path" else {}
    return {"name": name, "in": where, "description": description, **required, "schema": schema}


def pages() -> list[dict[str, Any]]:
    """The parameters of every list."""
    return [
        parameter("limit", "How many on a page", LIMIT),
        parameter("cursor", "What the page before gave as next", TEXT),
    ]


def answer(description: str, schema: str) -> dict[str, Any]:
    """What a call answers where all is well."""
    return {"200": made(description, schema), "304": {"description": "Not modified"}}


def made(description: str, schema: str) -> dict[str, Any]:
    """What a call answers that made or changed something, without its status."""
    return {"description": description, "content": {"application/json": {"schema": ref(schema)}}}


def operation(
    name: str, answers: Mapping[str, Any], parameters: Sequence[Mapping[str, Any]] = (), *, body: str = ""
) -> dict[str, Any]:
    """One call, named for those who generate clients from the description; ``body``: the schema of what is sent."""
    sent = {"requestBody": {"required": True, "content": {"application/json": {"schema": ref(body)}}}} if body else {}
    return {"operationId": name, "parameters": list(parameters), **sent, "responses": dict(answers)}
