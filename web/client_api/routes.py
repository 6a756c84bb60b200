"""Every address of the client API, in one list; a module of handlers lists its own."""

from aiohttp import web

from web.client_api import apps, lists, media, relationships

ROUTES: list[web.RouteDef] = [
    *apps.ROUTES,
    *relationships.ROUTES,
    *lists.ROUTES,
    *media.ROUTES,
]
