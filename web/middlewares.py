"""Around every request: its id, its log line and metric, our own host name, errors as answers, security headers."""

import time
from collections.abc import Awaitable, Callable

from aiohttp import web

from node import log, metrics
from node.errors import Invalid, Misdirected, NodeError, Problem
from node.state import NODE
from web import errors
from web.state import WEB

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

REQUEST_ID = web.RequestKey("REQUEST_ID", str)
_ANY_HOST = frozenset({"/healthz", "/readyz"})

#: HTM8. Pages hold no inline script and no inline style.
PAGE_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "same-origin",
}
_HSTS = "max-age=31536000"


@web.middleware
async def boundary(request: web.Request, handler: Handler) -> web.StreamResponse:
    """The only broad ``except`` of the node (API12)."""
    started = time.perf_counter()
    request_id = log.request_id_from(request.headers.get("X-Request-Id"))
    request[REQUEST_ID] = request_id
    with log.bound(request=request_id):
        try:
            _check_host(request)
            response = await handler(request)
        except NodeError as error:
            response = _of_node_error(request, error)
        except web.HTTPException as error:
            response = _of_http_exception(request, error)
        except Exception as error:  # noqa: BLE001 (told to the log with the id; the reader learns nothing more)
            log.event("request.failed", level=log.ERROR, error=error, path=request.path)
            response = _say(request, 500, errors.sentence_of(500))
        _finish(request, response, request_id, time.perf_counter() - started)
    return response


def _check_host(request: web.Request) -> None:
    """CFG4: a foreign ``Host`` gets no document."""
    if request.host.lower() not in request.app[NODE].config.own_hosts and request.path not in _ANY_HOST:
        raise Misdirected(detail=request.host)


def _of_node_error(request: web.Request, error: NodeError) -> web.StreamResponse:
    status = errors.status_of(error)
    if status >= 500:
        log.event("request.refused", level=log.WARNING, error=error, path=request.path)
    problems = error.problems if isinstance(error, Invalid) else ()
    response = _say(request, status, error.public, problems=problems)
    response.headers.update(errors.headers_of(error))
    return response


def _of_http_exception(request: web.Request, error: web.HTTPException) -> web.StreamResponse:
    """Redirects pass; what aiohttp refuses is said in our words."""
    if error.status < 400:
        return error
    response = _say(request, error.status, errors.sentence_of(error.status))
    for name in ("Allow", "Retry-After"):
        if name in error.headers:
            response.headers[name] = error.headers[name]
    return response


def _say(request: web.Request, status: int, title: str, *, problems: tuple[Problem, ...] = ()) -> web.Response:
    """An error in the form that this reader understands."""
    path = request.path
    if (path.startswith("/api/") and not path.startswith("/api/learning/")) or path.startswith("/oauth/token"):
        return errors.client_error(status, title)
    if path.startswith(("/api/", "/ap/", "/.well-known/", "/nodeinfo/")):
        return errors.problem(status, title, problems=problems, request_id=request[REQUEST_ID])
    return request.app[WEB].error_page(request, status, title, request[REQUEST_ID])


def _finish(request: web.Request, response: web.StreamResponse, request_id: str, seconds: float) -> None:
    if not response.prepared:
        headers = response.headers
        headers["X-Request-Id"] = request_id
        headers.setdefault("X-Content-Type-Options", "nosniff")
        if response.content_type == "text/html":
            for name, value in PAGE_HEADERS.items():
                headers.setdefault(name, value)
        if request.app[NODE].config.node.scheme == "https":
            headers["Strict-Transport-Security"] = _HSTS
    resource = request.match_info.route.resource
    route = resource.canonical if resource is not None else "none"
    metrics.request_answered(route, request.method, response.status, seconds)
    if log.is_on(log.INFO):
        milliseconds = round(seconds * 1000, 1)
        log.event("request", method=request.method, path=request.path, status=response.status, ms=milliseconds)


MIDDLEWARES = (boundary,)
