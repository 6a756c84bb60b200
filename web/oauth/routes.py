"""The addresses of the authorization server."""

from aiohttp import web

from web.oauth import authorize, discovery, tokens

ROUTES = [
    web.get(authorize.PATH, authorize.show_consent, name="oauth-authorize"),
    web.post(authorize.PATH, authorize.decide, name="oauth-decide"),
    web.post("/oauth/token", tokens.give_token, name="oauth-token"),
    web.post("/oauth/revoke", tokens.revoke_token, name="oauth-revoke"),
    web.get("/oauth/userinfo", discovery.show_user, name="oauth-userinfo"),
    web.post("/oauth/userinfo", discovery.show_user, name="oauth-userinfo-post"),
    web.get("/.well-known/oauth-authorization-server", discovery.show_metadata, name="oauth-metadata"),
]
