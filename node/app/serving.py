"""The web application over a built node."""

import asyncio

from aiohttp import web

from federation.state import FEDERATION
from node.app.system import System
from node.state import NODE
from web import middlewares, routes
from web.areas import add_areas
from web.client_api.entities.look import LOOK, build_look
from web.client_api.house import HOUSE, build_house
from web.client_api.remembering import ANSWERS, Answers
from web.health import STOPPING, watch_loop
from web.network.remembering import NETWORKS, Networks
from web.state import WEB, build_web
from web.streaming.hub import HUB, Hub, close_streams, run_hub
from web.tokens import TOKENS, Tokens

MAX_BODY = 1_048_576


def build_app(system: System) -> web.Application:
    """Nothing listens yet; what it starts and stops with the server is in its hooks."""
    app = web.Application(middlewares=middlewares.MIDDLEWARES, client_max_size=MAX_BODY)
    app[NODE] = system.node
    app[FEDERATION] = system.federation
    app[WEB] = build_web(system.node)
    app.on_shutdown.append(app[WEB].readings.end)
    app[STOPPING] = asyncio.Event()
    app.cleanup_ctx.append(watch_loop)
    app[TOKENS] = Tokens(system.node.store)
    app[ANSWERS] = Answers()
    app[NETWORKS] = Networks()
    app[LOOK] = build_look(system.node, app[WEB].pictures, system.federation.policies)
    app[HOUSE] = build_house(system.node, app[WEB], app[LOOK])
    app[HUB] = Hub(system.node.store, system.node.clock, app[LOOK])
    app.cleanup_ctx.append(run_hub)
    app.on_shutdown.append(close_streams)
    app.add_routes(routes.ROUTES)
    add_areas(app, routes.AREAS)
    return app
