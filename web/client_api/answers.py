"""JSON answers of the client API."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

import orjson
from aiohttp import hdrs, web

_JSON = "application/json; charset=utf-8"
_NOTHING: Mapping[str, str] = MappingProxyType({})


def answer(value: Any, *, status: int = 200, headers: Mapping[str, str] = _NOTHING) -> web.Response:
    """``value`` as JSON: an entity, a list of entities, or bytes that are JSON already."""
    body = value if isinstance(value, bytes) else orjson.dumps(value)
    # As a header at once: from its parts aiohttp would write it for each answer anew.
    return web.Response(body=body, status=status, headers={hdrs.CONTENT_TYPE: _JSON, **headers})


def joined(entities: Iterable[bytes]) -> bytes:
    """Entities that are bytes already, as one JSON list."""
    return b"[" + b",".join(entities) + b"]"


def empty() -> web.Response:
    """What clients expect where there is nothing to say."""
    return answer({})
