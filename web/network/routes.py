"""Where the map of the network is found."""

from aiohttp import web

from web.network.page import show_network
from web.pages.paths import NETWORK

ROUTES = [web.get(NETWORK, show_network, name="network")]
