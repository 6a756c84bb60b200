"""What pages of other origins may read: everything that browser-based clients need, and no page of ours.

Answers carry no credentials of the browser: a client shows its token in each request.
"""

from aiohttp import hdrs, web

_PREFIXES = ("/api/", "/.well-known/", "/nodeinfo/", "/media/")
_PATHS = frozenset({"/oauth/token", "/oauth/revoke", "/oauth/userinfo"})
_EXPOSED = "Link, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, X-Request-Id, Idempotency-Key, ETag"
_METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"
_ASKED = "Authorization, Content-Type, Idempotency-Key, If-Match"
_MAX_AGE = "86400"


def is_open(path: str) -> bool:
    """Whether pages of other origins may read this address."""
    return path.startswith(_PREFIXES) or path in _PATHS


def add_headers(response: web.StreamResponse) -> None:
    """Let pages of other origins read this answer."""
    response.headers[hdrs.ACCESS_CONTROL_ALLOW_ORIGIN] = "*"
    response.headers[hdrs.ACCESS_CONTROL_EXPOSE_HEADERS] = _EXPOSED


def preflight(request: web.Request) -> web.Response:
    """The answer to a browser that asks first; it needs no token."""
    asked = request.headers.get(hdrs.ACCESS_CONTROL_REQUEST_HEADERS, "")
    return web.Response(
        status=204,
        headers={
            hdrs.ACCESS_CONTROL_ALLOW_METHODS: _METHODS,
            hdrs.ACCESS_CONTROL_ALLOW_HEADERS: asked or _ASKED,
            hdrs.ACCESS_CONTROL_MAX_AGE: _MAX_AGE,
        },
    )
