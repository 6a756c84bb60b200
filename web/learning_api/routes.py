"""Every call of the learning API, and its description."""

from types import ModuleType
from typing import Any

from aiohttp import web

from node.state import NODE
from web.learning_api import (
    catalogue,
    collections,
    communities,
    community_moderation,
    community_people,
    enrolments,
    event_answers,
    event_dates,
    event_organisers,
    events,
    network,
    opinions,
    pathways,
    resource_writing,
    resources,
    search,
    topic_accounts,
    topic_writing,
    topics,
)
from web.learning_api.answers import PREFIX, json_answer
from web.learning_api.description import ERRORS

NOUNS: tuple[ModuleType, ...] = (
    resources,
    resource_writing,
    opinions,
    collections,
    pathways,
    catalogue,
    communities,
    community_moderation,
    community_people,
    enrolments,
    events,
    event_answers,
    event_dates,
    event_organisers,
    network,
    topics,
    topic_writing,
    topic_accounts,
    search,
)


async def show_openapi(request: web.Request) -> web.Response:
    """``GET /openapi.json``: this API as OpenAPI 3.1."""
    return json_answer(request, build_openapi(request.app[NODE].config.origin))


def build_openapi(base: str) -> dict[str, Any]:
    """The description of the API of the node at ``base``."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Rhizome learning API",
            "version": "1",
            "description": "Learning resources of this node and those it follows. What is public needs no token.",
        },
        "servers": [{"url": f"{base}{PREFIX}"}],
        "paths": _paths(),
        "components": {
            "schemas": {**ERRORS, **{name: schema for noun in NOUNS for name, schema in noun.schemas().items()}}
        },
    }


def _paths() -> dict[str, dict[str, Any]]:
    """All calls by address and method; several modules may say something of one address."""
    found: dict[str, dict[str, Any]] = {}
    for noun in NOUNS:
        for path, calls in noun.PATHS.items():
            found.setdefault(path, {}).update(calls)
    return found


ROUTES = [
    *(route for noun in NOUNS for route in noun.ROUTES),
    web.get(f"{PREFIX}/openapi.json", show_openapi, name="learning-openapi"),
]
