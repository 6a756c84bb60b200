"""``/api/v1/apps``: client programs register themselves."""

from collections.abc import Sequence
from typing import Any

from aiohttp import web
from sqlalchemy import Connection

from node.errors import Unauthenticated
from node.secretbox import SecretBox
from node.services.access import oauth
from node.services.access.oauth import OUT_OF_BAND, read_scopes
from node.services.context import Unit
from node.services.news import vapid
from node.state import NODE
from node.store.access.oauth import App, load_apps
from web import rates
from web.client_api.answers import answer
from web.client_api.callers import require_token
from web.client_api.parameters import Parameters, read_parameters
from web.state import WEB

Entity = dict[str, Any]


async def register(request: web.Request) -> web.Response:
    """``POST /api/v1/apps``, without a token. The secret is told once, here; only its hash stays."""
    rates.check_address(request, request.app[WEB].registrations)
    values, node = await read_parameters(request), request.app[NODE]
    app, secret, key = await node.store.write(_register, node.unit(), node.config.secret_box, _read(values))
    told = {"client_id": app.client_id, "client_secret": secret, "client_secret_expires_at": 0}
    return answer({**_entity(app, key), **told})


async def show_own(request: web.Request) -> web.Response:
    """``GET /api/v1/apps/verify_credentials``: the app behind a token, with or without a person."""
    token, node = await require_token(request), request.app[NODE]
    found = await node.store.read(_load, node.config.secret_box, token.app_id)
    if found is None:
        raise Unauthenticated("The access token is not that of an app.")
    return answer(_entity(*found))


def _read(values: Parameters) -> dict[str, Any]:
    """What the app says of itself. Addresses and scopes come as lists, or in one text parted by space."""
    sent = values.texts("redirect_uris")
    return {
        "name": values.text("client_name") or "",
        "website": values.text("website") or "",
        "redirect_uris": _lines(sent) or [OUT_OF_BAND],
        "scopes": read_scopes(" ".join(values.texts("scopes"))) or ("read",),
    }


def _lines(texts: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(line for text in texts for line in text.split()))


def _register(conn: Connection, unit: Unit, box: SecretBox, said: dict[str, Any]) -> tuple[App, str, str]:
    app, secret = oauth.register_app(conn, unit, **said)
    return app, secret, vapid.load_key(conn, box).public


def _load(conn: Connection, box: SecretBox, app_id: int | None) -> tuple[App, str] | None:
    app = load_apps(conn, [app_id]).get(app_id) if app_id is not None else None
    return (app, vapid.load_key(conn, box).public) if app else None


def _entity(app: App, vapid_key: str) -> Entity:
    return {
        "id": str(app.id),
        "name": app.name,
        "website": app.website or None,
        "scopes": list(app.scopes),
        "redirect_uri": "\n".join(app.redirect_uris),
        "redirect_uris": list(app.redirect_uris),
        "vapid_key": vapid_key,
    }


ROUTES = [
    web.post("/api/v1/apps", register, name="client-apps"),
    web.get("/api/v1/apps/verify_credentials", show_own, name="client-apps-own"),
]
