"""How the catalogues of the node stand: its own, and those that it follows."""

from collections.abc import Mapping
from typing import Any

from aiohttp import web
from sqlalchemy import Connection

from node.domain.catalogues import State
from node.errors import NotFound
from node.services.library.catalogue import describe
from node.state import NODE
from web.learning_api.answers import PREFIX, json_answer
from web.learning_api.description import ADDRESS, PROBLEM, answer, operation, parameter


async def show_catalogue(request: web.Request) -> web.Response:
    """``GET /catalogue``: how the main catalogue stands; ``?of=IRI`` another of ours, or a followed one as held here.

    The IRI is that of a catalogue or of its owner.
    """
    state, total = await request.app[NODE].store.read(_describe, request.query.get("of"))
    return json_answer(
        request, {"id": state.uri, "revision": state.revision, "totalItems": total, "digest": state.digest}
    )


def _describe(conn: Connection, iri: str | None) -> tuple[State, int]:
    found = describe(conn, iri)
    if found is None:
        raise NotFound
    return found


ROUTES = [web.get(f"{PREFIX}/catalogue", show_catalogue, name="learning-catalogue")]

PATHS: Mapping[str, Any] = {
    "/catalogue": {
        "get": operation(
            "showCatalogue",
            {**answer("How the catalogue stands here", "Catalogue"), "404": PROBLEM},
            [
                parameter(
                    "of", "The address of a catalogue or of its owner; the main one of this node otherwise", ADDRESS
                )
            ],
        )
    }
}


def schemas() -> Mapping[str, Any]:
    """The schemas that ``PATHS`` refer to."""
    return {
        "Catalogue": {
            "type": "object",
            "required": ["id", "revision", "totalItems", "digest"],
            "properties": {
                "id": ADDRESS,
                "revision": {"type": "integer", "minimum": 0},
                "totalItems": {"type": "integer", "minimum": 0},
                "digest": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
            },
        }
    }
