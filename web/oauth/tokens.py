"""``/oauth/token`` and ``/oauth/revoke``: an app proves itself and gets, or ends, a token (RFC 6749 5, RFC 7009)."""

import base64
from collections.abc import Sequence
from urllib.parse import unquote_plus

from aiohttp import hdrs, web
from sqlalchemy import Connection

from node import log
from node.errors import NodeError
from node.services.access import oauth
from node.services.access.oauth import Refusal
from node.services.context import Unit
from node.state import NODE
from node.store.access.oauth import App
from web.client_api.answers import answer, empty
from web.client_api.parameters import Parameters, read_parameters

_NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}
_CHALLENGE = {"WWW-Authenticate": 'Basic realm="apps"'}
_BAD_CLIENT = Refusal("invalid_client", "The app is not known here, or this is not its secret.")
_BAD_GRANT = Refusal("unsupported_grant_type", "Only authorization_code and client_credentials are offered.")


async def give_token(request: web.Request) -> web.Response:
    """``POST /oauth/token``, as form, JSON or multipart; the app proves itself in the body or by Basic."""
    try:
        values = await read_parameters(request)
        client_id, secret = _credentials(request, values)
        grant = {
            name: values.text(name) or "" for name in ("grant_type", "code", "redirect_uri", "code_verifier", "scope")
        }
    except NodeError as error:
        return _refused(Refusal("invalid_request", error.public))
    node = request.app[NODE]
    result = await node.store.write(_exchange, node.unit(), client_id, secret, grant)
    if isinstance(result, Refusal):
        log.event("oauth.refused", reason=result.error, grant=grant["grant_type"][:40])
        return _refused(result)
    token, scopes = result
    told = {
        "access_token": token,
        "token_type": "Bearer",
        "scope": " ".join(scopes),
        "created_at": node.clock.now() // 1000,
    }
    return answer(told, headers=_NO_STORE)


async def revoke_token(request: web.Request) -> web.Response:
    """``POST /oauth/revoke``: 200 also for a token that there is not; 403 for an app that does not prove itself."""
    try:
        values = await read_parameters(request)
        client_id, secret = _credentials(request, values)
        token = values.text("token") or ""
    except NodeError as error:
        return _refused(Refusal("invalid_request", error.public))
    if not await request.app[NODE].store.write(_revoke, client_id, secret, token):
        return answer({"error": "unauthorized_client", "error_description": _BAD_CLIENT.description}, status=403)
    return empty()


def _exchange(
    conn: Connection, unit: Unit, client_id: str, secret: str, grant: dict[str, str]
) -> tuple[str, Sequence[str]] | Refusal:
    app = oauth.find_client(conn, client_id, secret)
    if app is None:
        return _BAD_CLIENT
    if grant["grant_type"] == "client_credentials":
        return oauth.give_app_token(conn, unit, app, grant["scope"])
    if grant["grant_type"] != "authorization_code":
        return _BAD_GRANT
    return oauth.change_code(
        conn, unit, app, code=grant["code"], redirect_uri=grant["redirect_uri"], verifier=grant["code_verifier"]
    )


def _revoke(conn: Connection, client_id: str, secret: str, token: str) -> App | None:
    app = oauth.find_client(conn, client_id, secret)
    if app is not None:
        oauth.revoke(conn, app, token)
    return app


def _credentials(request: web.Request, values: Parameters) -> tuple[str, str]:
    """``client_id`` and secret; the header goes before the body."""
    kind, _, encoded = request.headers.get(hdrs.AUTHORIZATION, "").partition(" ")
    if kind.lower() != "basic":
        return values.text("client_id") or "", values.text("client_secret") or ""
    try:
        client_id, _, secret = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
    except ValueError:  # of base64 (binascii.Error), of letters beyond ASCII, of bytes that are no UTF-8
        return "", ""
    return unquote_plus(client_id), unquote_plus(secret)


def _refused(refusal: Refusal) -> web.Response:
    is_client = refusal.error == "invalid_client"
    headers = _NO_STORE | _CHALLENGE if is_client else _NO_STORE
    told = {"error": refusal.error, "error_description": refusal.description}
    return answer(told, status=401 if is_client else 400, headers=headers)
