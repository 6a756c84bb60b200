"""What is announced about the authorization server (RFC 8414), and who a token belongs to (OpenID Connect 5.3)."""

from typing import Any

from aiohttp import web
from sqlalchemy import Connection

from node.domain.scopes import SCOPES
from node.state import NODE
from node.store.people import actors
from web.client_api.answers import answer
from web.client_api.callers import require

_DOCUMENTATION = "https://docs.joinmastodon.org/"


async def show_metadata(request: web.Request) -> web.Response:
    """``GET /.well-known/oauth-authorization-server``"""
    origin = request.app[NODE].config.origin
    return answer(
        {
            "issuer": f"{origin}/",
            "service_documentation": _DOCUMENTATION,
            "authorization_endpoint": f"{origin}/oauth/authorize",
            "token_endpoint": f"{origin}/oauth/token",
            "revocation_endpoint": f"{origin}/oauth/revoke",
            "userinfo_endpoint": f"{origin}/oauth/userinfo",
            "app_registration_endpoint": f"{origin}/api/v1/apps",
            "scopes_supported": list(SCOPES),
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "grant_types_supported": ["authorization_code", "client_credentials"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            "code_challenge_methods_supported": ["S256"],
        },
        headers={"Cache-Control": "max-age=3600"},
    )


async def show_user(request: web.Request) -> web.Response:
    """``GET /oauth/userinfo``: who agreed, for a token with ``profile``."""
    caller, node = await require(request, "profile"), request.app[NODE]
    row = await node.store.read(_load, caller.actor_id)
    told = {
        "iss": f"{node.config.origin}/",
        "sub": row.uri,
        "name": row.name or row.username,
        "preferred_username": row.username,
        "profile": row.url,
    }
    return answer({**told, **({"picture": row.icon} if row.icon else {})})


def _load(conn: Connection, actor_id: int) -> Any:
    return actors.load_profile(conn, actor_id)
