"""The network as whoever asks may see it, and the addresses of what is in it: for pages and for the learning API."""

from dataclasses import dataclass
from functools import cached_property

from aiohttp import web

from federation.state import FEDERATION
from node.domain.network import Bridge, House, Network
from node.services.house.network import load_network
from node.state import NODE
from node.store.library.resources import Viewer
from web.network.drawing import Drawing, draw
from web.network.remembering import NETWORKS


@dataclass(frozen=True)
class Seen:
    """The network with its drawing, as one viewer sees it."""

    network: Network
    own_host: str
    own_name: str

    @cached_property
    def drawing(self) -> Drawing:
        return draw(self.network, own_key=self.own_host, own_name=self.own_name)


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
