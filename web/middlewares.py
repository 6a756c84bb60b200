"""What happens around every request: id, host, identity, errors, headers, log line, metrics.

One middleware does it, because every layer of aiohttp costs each of thousands of inbox requests a coroutine more. What
is rare (a cookie, an error, a foreign host) is asked for by one look-up and costs nothing otherwise.
"""

from collections.abc import Awaitable, Callable
from time import perf_counter

from aiohttp import hdrs, web

from node import errors, log, metrics
from node.forwarded import is_trusted
from web import cors, patience, rates, room
from web import errors as answers
from web.sessions import identify
from web.state import WEB, WebState

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

REQUEST_ID = "X-Request-Id"
HSTS = "max-age=31536000"
ANY_HOST = frozenset({"/healthz", "/readyz"})


@web.middleware
async def around(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer a request, whatever becomes of it."""
    state, began = request.app[WEB], perf_counter()
    request_id = _request_id(request, state)
    bound = log.request_id.set(request_id)
    try:
        response = await _answer(request, handler, state.own_hosts, request_id)
        if not response.prepared:
            response.headers[REQUEST_ID] = request_id
            response.headers.setdefault("X-Content-Type-Options", "nosniff")
            if cors.is_open(request.path):
                cors.add_headers(response)
            rates.add_headers(request, response)
            if state.is_https:
                response.headers["Strict-Transport-Security"] = HSTS
        _note(request, response.status, perf_counter() - began)
        return response
    finally:
        log.request_id.reset(bound)
        log.activity_id.set("")  # of what an inbox was sent


def _request_id(request: web.Request, state: WebState) -> str:
    """The id that a proxy of ours has given to the request, else a new one (REL17)."""
    named = request.headers.get(REQUEST_ID)
    return log.request_id_from(named if named and is_trusted(request.remote, state.trusted_proxies) else None)


async def _answer(
    request: web.Request, handler: Handler, own_hosts: frozenset[str], request_id: str
) -> web.StreamResponse:
    try:
        if request.headers.get(hdrs.HOST, "").lower() not in own_hosts and request.path not in ANY_HOST:
            raise errors.Misdirected
        if hdrs.COOKIE in request.headers:
            await identify(request)
        if request.method == hdrs.METH_OPTIONS and cors.is_open(request.path):
            return cors.preflight(request)
        if request.path.startswith(rates.COUNTED):
            await rates.count(request)
        room.check_route(request)
        with patience.limited(request):
            return await handler(request)
    except web.HTTPException as error:
        if error.status < web.HTTPBadRequest.status_code:
            return _redirect(error)
        kept = {"Allow": error.headers["Allow"]} if hdrs.ALLOW in error.headers else {}
        return answers.respond(request, error.status, answers.sentence_of(error.status), headers=kept)
    except errors.NodeError as error:
        return _refused(request, error, request_id)
    except Exception as error:  # noqa: BLE001 (nothing of it may reach the reader, API12)
        if request.transport is None or _is_garbled(request, error):
            # whoever asked has gone, often in the middle of a body, or has sent no text
            return answers.respond(request, 400, answers.sentence_of(400))
        log.event("request.failed", level=log.ERROR, error=error, method=request.method, path=request.path)
        return answers.respond(request, 500, answers.sentence_of(500), request_id=request_id)


def _is_garbled(request: web.Request, error: Exception) -> bool:
    """Whether a header that was asked for holds bytes that are no UTF-8, which aiohttp hands on as lone surrogates."""
    return isinstance(error, UnicodeEncodeError) and any(
        "\udc80" <= letter <= "\udcff" for value in request.headers.values() for letter in value
    )


def _redirect(error: web.HTTPException) -> web.Response:
    kept = {name: error.headers[name] for name in ("Location", "Vary") if name in error.headers}
    return web.Response(status=error.status, headers=kept)


def _refused(request: web.Request, error: errors.NodeError, request_id: str) -> web.Response:
    status = answers.status_of(error)
    is_ours = status >= web.HTTPInternalServerError.status_code
    if is_ours:
        log.event("request.failed", level=log.WARNING, error=error, method=request.method, path=request.path)
    return answers.respond(
        request,
        status,
        error.public,
        headers=answers.headers_of(error),
        problems=getattr(error, "problems", ()),
        request_id=request_id if is_ours else "",
    )


def _note(request: web.Request, status: int, seconds: float) -> None:
    resource = request.match_info.route.resource
    route = resource.canonical if resource is not None else "none"
    metrics.request_answered(route, request.method, status, seconds)
    if log.is_on(log.INFO):
        log.event(
            "request.answered", method=request.method, path=request.path, status=status, milliseconds=int(seconds * 1e3)
        )


MIDDLEWARES = (around,)
