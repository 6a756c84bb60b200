"""For whom a page is made, as the request tells."""

from aiohttp import web

from federation.state import FEDERATION
from node.state import NODE
from web.design.cards import Reader
from web.design.frame import language_of
from web.viewer import viewer_of


def reader_of(request: web.Request) -> Reader:
    node = request.app[NODE]
    languages = (language_of(request), *node.config.node.languages)
    policies = request.app[FEDERATION].policies()
    return Reader(node.links, languages, policies, viewer_of(request).actor_id)
