"""Where the map of the network is found."""

from aiohttp import web

from web.design.paths import NETWORK
from web.network.page import show_network

ROUTES = [web.get(NETWORK, show_network, name="network")]
