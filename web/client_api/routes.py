"""Every address of the client API, in one list; a module of handlers lists its own."""

from aiohttp import web

ROUTES: list[web.RouteDef] = []
