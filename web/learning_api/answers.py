"""What all nouns of the learning API share: reading plain parameters, answering with an entity tag."""

import hashlib
from collections.abc import Mapping
from typing import Any

import orjson
from aiohttp import ETag, web

from node.domain.numbers import number_in
from node.store.library.resources import Viewer
from node.store.people.actors import Actor
from web.viewer import viewer_of

PREFIX = "/api/learning/v1"


def actor_json(actor: Actor) -> dict[str, str]:
    """Somebody, as every noun names people and organisations (``description.ACTOR``)."""
    return {"uri": actor.uri, "name": actor.title, "handle": actor.handle}


def place_of(request: web.Request) -> tuple[int, int] | None:
    """Where a list goes on that is ordered by instant and id, as ``write_place`` wrote it; None from its beginning."""
    at, _, id_ = request.query.get("cursor", "").partition("-")
    pair = number_in(at), number_in(id_)
    return (pair[0], pair[1]) if pair[0] is not None and pair[1] is not None else None


def write_place(at: int, id_: int) -> str:
    return f"{at}-{id_}"


def etag_of(answer: Mapping[str, Any]) -> str:
    """The entity tag under which an answer is served."""
    return hashlib.sha256(orjson.dumps(answer)).hexdigest()[:32]


def json_answer(request: web.Request, answer: dict[str, Any]) -> web.Response:
    """The answer as JSON with its entity tag, or 304 where the reader has it."""
    body, etag = orjson.dumps(answer), ETag(etag_of(answer))
    is_known = any(tag.value in {etag.value, "*"} for tag in request.if_none_match or ())
    response = web.Response(status=304) if is_known else web.Response(body=body, content_type="application/json")
    response.etag = etag
    response.headers["Cache-Control"] = "no-cache" if viewer_of(request) == Viewer() else "private, no-store"
    response.headers["Vary"] = "Authorization, Cookie"
    return response
