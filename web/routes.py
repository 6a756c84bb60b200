"""Every page and API of the node, in one list."""

from aiohttp import web

from web import health, learning_api
from web.assets import PREFIX
from web.pages import static

ROUTES = [
    web.get("/healthz", health.healthz, name="healthz"),
    web.get("/readyz", health.readyz, name="readyz"),
    web.get(PREFIX + "{name}", static.show, name="static"),
    *learning_api.routes(),
]
