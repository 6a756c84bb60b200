"""Every address of the client API, in one list; a module of handlers lists its own."""

from aiohttp import web

from web.client_api import accounts, apps, instance, lists, media, relationships, statuses, timelines

ROUTES: list[web.RouteDef] = [
    *accounts.ROUTES,
    *apps.ROUTES,
    *instance.ROUTES,
    *relationships.ROUTES,
    *lists.ROUTES,
    *media.ROUTES,
    *statuses.ROUTES,
    *timelines.ROUTES,
]
