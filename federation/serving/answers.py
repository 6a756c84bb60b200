"""How ActivityPub documents leave: media type, caching, CORS, ETag."""

import hashlib
from collections.abc import Mapping
from typing import Any

import orjson
from aiohttp import web

from federation.contexts import with_context

_CONTENT_TYPE = "application/activity+json; charset=utf-8"
_PUBLIC = {"Cache-Control": "max-age=180, public", "Access-Control-Allow-Origin": "*"}
_PRIVATE = {"Cache-Control": "private, no-store"}


def activity_response(
    request: web.Request, document: Mapping[str, Any], *, public: bool = True, status: int = 200
) -> web.Response:
    """The document with its context; 304 where the reader has it already."""
    body = orjson.dumps(document if "@context" in document else with_context(dict(document)))
    return raw_response(request, body, public=public, status=status)


def raw_response(
    request: web.Request, body: bytes, *, public: bool = True, status: int = 200, etag: str = ""
) -> web.Response:
    """Bytes that are an ActivityPub document."""
    tag = etag or f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {**(_PUBLIC if public else _PRIVATE), "Vary": "Accept, Signature", "ETag": tag}
    if public and status == web.HTTPOk.status_code and request.headers.get("If-None-Match") == tag:
        return web.Response(status=304, headers=headers)
    return web.Response(body=body, status=status, headers={**headers, "Content-Type": _CONTENT_TYPE})


def gone_response(request: web.Request, tombstone: Mapping[str, Any]) -> web.Response:
    """410 with the tombstone (ActivityPub 6.4)."""
    return activity_response(request, tombstone, status=410)
