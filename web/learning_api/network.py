"""The network as this node sees it: organisations, the communities between them, what flows."""

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from node.domain.network import Bridge, Goods, House, Network
from node.state import NODE
from node.store.library.resources import Viewer
from web.learning_api.answers import PREFIX, json_answer
from web.learning_api.callers import reader
from web.learning_api.description import ADDRESS, TEXT, answer, operation, ref
from web.network.finding import bridge_path, find_network, house_path

NUMBER = {"type": "integer", "minimum": 0}


async def show_network(request: web.Request) -> web.Response:
    """``GET /network``: what the reader may see; without a token what anybody may."""
    viewer = Viewer(await reader(request, "read:statuses"))
    config = request.app[NODE].config
    seen = await find_network(request, viewer)
    return json_answer(request, tell(seen.network, config.origin, config.host, config.node.name))


def tell(network: Network, origin: str, host: str, name: str) -> dict[str, Any]:
    """The network as JSON; nothing in it is about a person."""
    return {
        "node": {"name": name, "host": host, "offers": _goods(network.own)},
        "organisations": [_house(house, origin) for house in network.houses],
        "communities": [_bridge(bridge, origin) for bridge in network.bridges],
    }


def _goods(goods: Goods) -> dict[str, int]:
    return {"resources": goods.resources, "courses": goods.courses, "events": goods.events, "posts": goods.posts}


def _house(house: House, origin: str) -> dict[str, Any]:
    return {
        "name": house.title,
        "host": house.host,
        "url": origin + house_path(house),
        "followed": house.is_followed,
        "follows": house.follows_us,
        "received": _goods(house.received),
        "followsIn": house.followers,
        "followsOut": house.following,
    }


def _bridge(bridge: Bridge, origin: str) -> dict[str, Any]:
    return {
        "name": bridge.title,
        "host": bridge.home,
        "url": origin + bridge_path(bridge),
        "organisations": list(bridge.houses),
        "members": bridge.members,
    }


ROUTES = [web.get(f"{PREFIX}/network", show_network, name="learning-network")]

PATHS: Mapping[str, Any] = {
    "/network": {"get": operation("showNetwork", answer("The network as this node sees it", "Network"))}
}


def _object(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": sorted(properties), "properties": properties}


def schemas() -> Mapping[str, Any]:
    """The schemas that ``PATHS`` refer to."""
    flag, hosts = {"type": "boolean"}, {"type": "array", "items": TEXT}
    return {
        "Goods": _object(resources=NUMBER, courses=NUMBER, events=NUMBER, posts=NUMBER),
        "NetworkOrganisation": _object(
            name=TEXT,
            host=TEXT,
            url=ADDRESS,
            followed=flag,
            follows=flag,
            received=ref("Goods"),
            followsIn=NUMBER,
            followsOut=NUMBER,
        ),
        "NetworkCommunity": _object(name=TEXT, host=TEXT, url=ADDRESS, organisations=hosts, members=NUMBER),
        "Network": _object(
            node=_object(name=TEXT, host=TEXT, offers=ref("Goods")),
            organisations={"type": "array", "items": ref("NetworkOrganisation")},
            communities={"type": "array", "items": ref("NetworkCommunity")},
        ),
    }
