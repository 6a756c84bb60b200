"""Who calls the learning API, and what a call that writes brings along.

People call with a bearer token of the client API, whose scopes hold here too, or from their own browser session; a
session that writes proves that the request is its own: ``X-CSRF-Token`` holds the token of its forms.

    author = await writer(request, "write:statuses")
    sent = await read_json(request, "topic")
    require_match(request, answer_as_it_is_now)          # before a change
    made_id = idempotency.claim(conn, author, key_of(request), unit.ids.new(), unit.now)    # in the unit of work
"""

import hmac
from collections.abc import Iterable, Mapping
from typing import Any

import orjson
from aiohttp import ETag, hdrs, web

from node.errors import (
    Forbidden,
    Invalid,
    Malformed,
    PreconditionFailed,
    PreconditionRequired,
    Problem,
    Unauthenticated,
    UnsupportedMediaType,
)
from node.state import NODE
from node.store.access import accounts, idempotency
from node.store.library.resources import Viewer
from schemas import check
from web.client_api import callers
from web.learning_api.answers import etag_of
from web.sessions import check_origin, require_admin, session_of
from web.tokens import bearer_of
from web.viewer import viewer_of

CSRF_HEADER = "X-CSRF-Token"


async def reader(request: web.Request, scope: str = "read:statuses") -> int | None:
    """Who reads: an actor id, None for a stranger. A token must be valid and cover ``scope``."""
    if bearer_of(request):
        return await callers.reader(request, scope)
    return viewer_of(request).actor_id


async def viewer(request: web.Request) -> Viewer:
    """The same, as whom the store reads."""
    return Viewer(await reader(request))


async def member(request: web.Request, scope: str) -> int:
    """The person who reads what is hers: an actor id. 401 for a stranger, 403 for a token without the scope."""
    actor_id = await reader(request, scope)
    if actor_id is None:
        raise Unauthenticated
    return actor_id


async def writer(request: web.Request, scope: str) -> int:
    """The person who changes something: an actor id. 401 for a stranger, 403 for a token without the scope."""
    if bearer_of(request):
        return (await callers.require(request, scope)).actor_id
    session = session_of(request)
    if session is None:
        raise Unauthenticated
    check_origin(request)
    sent = request.headers.get(CSRF_HEADER, "")
    if not hmac.compare_digest(session.csrf.encode(), sent.encode("utf-8", "replace")):
        raise Forbidden(f"A request of a session carries the token of its forms in {CSRF_HEADER}.")
    return session.actor_id


async def administrator(request: web.Request, scope: str) -> int:
    """The administrator who changes something of the node; in a browser one who gave her password lately (ADM1)."""
    actor_id = await writer(request, scope)
    if not bearer_of(request):
        return require_admin(request).actor_id
    account = await request.app[NODE].store.read(accounts.load_account, actor_id)
    if account is None or account.role != accounts.ADMIN:
        raise Forbidden("Only administrators may do this.")
    return actor_id


async def read_json(request: web.Request, schema: str = "") -> dict[str, Any]:
    """The JSON object of a request, valid by the schema of this name.

    Raises UnsupportedMediaType for anything but JSON, Malformed for what is none, Invalid with the places that are
    wrong.
    """
    if request.content_type != "application/json" and not request.content_type.endswith("+json"):
        raise UnsupportedMediaType("JSON is expected.")
    try:
        value = orjson.loads(await request.read())
    except orjson.JSONDecodeError as error:
        raise Malformed("This is not JSON.") from error
    if not isinstance(value, dict):
        raise Malformed("A JSON object is expected.")
    findings = check(schema, value) if schema else ()
    if findings:
        raise Invalid(problems=[Problem(each.path, each.expected, each.found) for each in findings])
    return value


def chosen(sent: Mapping[str, Any], name: str, choices: Iterable[str]) -> str:
    """What a body chooses. Raises Invalid where it is none of the choices, whatever it is."""
    found = next((each for each in choices if each == sent.get(name)), None)
    if found is None:
        raise Invalid(problems=[Problem(f"$.{name}", " or ".join(choices), str(sent.get(name))[:60])])
    return found


def key_of(request: web.Request) -> str:
    """The ``Idempotency-Key``, for ``node.store.access.idempotency.claim``; empty without one.

    It is one of this call: what another made under the same key is something else.
    """
    key = request.headers.get("Idempotency-Key", "").strip()
    return f"{request.match_info.route.name}|{key}"[: idempotency.LONGEST] if key else ""


def require_match(request: web.Request, answer: Mapping[str, Any]) -> None:
    """Whoever changes something has seen it as it is (RFC 9110, section 13.1.1): ``If-Match`` names its entity tag.

    Raises PreconditionRequired without the header, PreconditionFailed where it names another state.
    """
    if hdrs.IF_MATCH not in request.headers:
        raise PreconditionRequired
    named = request.if_match or ()
    if not any(tag.value in {etag_of(answer), "*"} for tag in named):
        raise PreconditionFailed


def written(answer: Mapping[str, Any], *, status: int = 200, location: str = "") -> web.Response:
    """What was made (201, with its address) or changed, with its entity tag; for nobody to keep."""
    headers = {hdrs.CACHE_CONTROL: "private, no-store", **({hdrs.LOCATION: location} if location else {})}
    response = web.Response(body=orjson.dumps(answer), status=status, content_type="application/json", headers=headers)
    response.etag = ETag(etag_of(answer))
    return response
