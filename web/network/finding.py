"""The network as whoever asks may see it, and the addresses of what is in it: for pages and for the learning API."""

from aiohttp import web

from federation.state import FEDERATION
from node.domain.network import Bridge, House, Network
from node.services.network import load_network
from node.state import NODE
from node.store.resources import Viewer


async def find_network(request: web.Request, viewer: Viewer) -> Network:
    """The network as this viewer may see it."""
    node = request.app[NODE]
    policies = request.app[FEDERATION].policies()
    return await node.store.read(load_network, viewer, policies, own_host=node.config.host, now=node.clock.now())


def house_path(house: House) -> str:
    return f"/@{house.username}@{house.host}"


def bridge_path(bridge: Bridge) -> str:
    return f"/c/{bridge.username}" if bridge.local else f"/c/{bridge.username}@{bridge.home}"
