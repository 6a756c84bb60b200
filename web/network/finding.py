"""The network as whoever asks may see it, and the addresses of what is in it: for pages and for the learning API."""

from aiohttp import web

from federation.state import FEDERATION
from node.domain.network import Bridge, House
from node.services.house.network import load_network
from node.state import NODE
from node.store.library.resources import Viewer
from web.network.remembering import NETWORKS
from web.network.seen import Seen


async def find_network(request: web.Request, viewer: Viewer) -> Seen:
    """The network as this viewer may see it."""
    node, networks = request.app[NODE], request.app[NETWORKS]
    policies, now, config = request.app[FEDERATION].policies(), node.clock.now(), node.config
    # Before it is read: whatever is committed in between makes it one of an older version.
    version = node.store.version()
    known = networks.find(viewer.actor_id, version, now, policies) if version is not None else None
    if known is not None:
        return known
    found = await node.store.read(load_network, viewer, policies, own_host=config.host, now=now)
    seen = Seen(found, config.host, config.node.name)
    if version is not None:
        networks.keep(viewer.actor_id, version, now, policies, seen)
    return seen


def house_path(house: House) -> str:
    return f"/@{house.username}@{house.host}"


def bridge_path(bridge: Bridge) -> str:
    return f"/c/{bridge.username}" if bridge.local else f"/c/{bridge.username}@{bridge.home}"
