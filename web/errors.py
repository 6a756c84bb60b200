"""One table from error classes to HTTP answers, and three ways to say them.

A reader who asks for HTML gets a page, a Mastodon-style client ``{"error": ...}``, everybody else problem JSON
(RFC 9457). What a NodeError keeps in ``detail`` is for the log and never leaves.

What pages are made of loads with the first page (see ``web.areas``).
"""

from collections.abc import Mapping
from types import MappingProxyType

import orjson
from aiohttp import hdrs, web

from node import errors
from node.sentences import Sentence, sentences

STATUS: Mapping[type[errors.NodeError], int] = MappingProxyType(
    {
        errors.NodeError: 500,
        errors.NotFound: 404,
        errors.Gone: 410,
        errors.Unauthenticated: 401,
        errors.Forbidden: 403,
        errors.Invalid: 422,
        errors.Malformed: 400,
        errors.Conflict: 409,
        errors.PreconditionFailed: 412,
        errors.PreconditionRequired: 428,
        errors.TooLarge: 413,
        errors.UnsupportedMediaType: 415,
        errors.Misdirected: 421,
        errors.RateLimited: 429,
        errors.Unavailable: 503,
        errors.ProofUnavailable: 503,
        errors.SignatureInvalid: 401,
        errors.Blocked: 403,
        errors.RemoteError: 502,
        errors.RemoteUnavailable: 504,
        errors.RemoteRefused: 502,
        errors.RemoteMalformed: 502,
        errors.RemoteNotFound: 404,
        errors.RemoteGone: 410,
        errors.ConfigurationRefused: 500,
    }
)

#: What aiohttp itself answers, in a sentence.
SENTENCES: Mapping[int, Sentence] = sentences(
    {
        400: "The request cannot be read.",
        401: "Sign in first.",
        403: "You may not do this.",
        404: "There is nothing here, or nothing that you may see.",
        405: "This address does not take this kind of request.",
        408: "The request took too long to arrive.",
        413: "This is larger than the node accepts.",
        415: "The node does not read this content type here.",
        406: "The node has this in no form that you would take.",
        417: "The node cannot meet this expectation.",
        500: "Something went wrong here. It has been noted.",
        505: "This needs HTTP/1.1, from the proxy in front of the node too.",
    }
)


def status_of(error: errors.NodeError) -> int:
    """The status for an error: that of the nearest class in the table."""
    return next(STATUS[base] for base in type(error).__mro__ if base in STATUS)


def headers_of(error: errors.NodeError) -> dict[str, str]:
    """``Retry-After`` where the error names a time; where nobody is named, how to do so (RFC 6750, section 3)."""
    if isinstance(error, errors.Unauthenticated):
        return {hdrs.WWW_AUTHENTICATE: "Bearer"}
    seconds = getattr(error, "retry_after_seconds", None)
    return {} if seconds is None else {"Retry-After": str(seconds)}


def sentence_of(status: int) -> Sentence:
    return SENTENCES.get(status, Sentence("This did not work."))


def problem(
    status: int, title: str, *, problems: tuple[errors.Problem, ...] = (), request_id: str = ""
) -> web.Response:
    """RFC 9457 problem JSON; ``errors`` tells path, expectation and finding of each."""
    body: dict[str, object] = {"type": "about:blank", "status": status, "title": title}
    if problems:
        body["errors"] = [{"path": p.path, "expected": p.expected, "found": p.found} for p in problems]
    if request_id:
        body["request_id"] = request_id
    return web.Response(body=orjson.dumps(body), status=status, content_type="application/problem+json")


def client_error(status: int, title: str) -> web.Response:
    """The form that Mastodon-style clients read."""
    return web.Response(body=orjson.dumps({"error": title}), status=status, content_type="application/json")


_MACHINES = ("/api/learning/", "/ap/", "/.well-known/", "/nodeinfo/")
_CLIENTS = ("/api/", "/oauth/")
_CONSENT = "/oauth/authorize"  # read by people


def respond(
    request: web.Request,
    status: int,
    sentence: str,
    *,
    headers: Mapping[str, str] = MappingProxyType({}),
    problems: tuple[errors.Problem, ...] = (),
    request_id: str = "",
) -> web.Response:
    """An error in the form that fits the address and the reader. ``request_id`` is told where it is our mistake."""
    path = request.path
    if path.startswith(_CLIENTS) and not path.startswith(_MACHINES) and path != _CONSENT:
        response = client_error(status, sentence)
    elif not path.startswith(_MACHINES) and "text/html" in request.headers.get(hdrs.ACCEPT, ""):
        response = _page(request, status, sentence, request_id)
    else:
        response = problem(status, sentence, problems=problems, request_id=request_id)
    response.headers.update(headers)
    return response


def _page(request: web.Request, status: int, sentence: str, request_id: str) -> web.Response:
    from web.design.frame import html, page_of  # late: see the module
    from web.design.page import ErrorView  # late: the same

    page = page_of(request, "/", title=TITLES.get(status, ""), noindex=True)
    return html(request, ErrorView(page=page, status=status, message=sentence, request_id=request_id), status)


TITLES: Mapping[int, Sentence] = sentences(
    {
        403: "This is not for you",
        404: "Not found",
        410: "No longer here",
        421: "Another address",
        429: "Too many tries",
        500: "Our mistake",
        503: "Not right now",
    }
)
