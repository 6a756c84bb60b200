"""Every address of the client API, in one list; a module of handlers lists its own."""

from aiohttp import web

from web.client_api import apps

ROUTES: list[web.RouteDef] = [
    *apps.ROUTES,
]
