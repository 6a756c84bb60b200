"""``/network``: which organisations there are, which communities join them, what flows between."""

from aiohttp import web

from node.domain.network import Bridge, House, Network
from node.sentences import Sentence
from web.design.cursor import offset_of
from web.design.frame import html, page_of
from web.design.lists import Paging
from web.design.page import Page
from web.design.parts import Link
from web.design.paths import NETWORK, catalogue_path
from web.network.finding import bridge_path, find_network, house_path
from web.network.seen import Seen
from web.network.views import BridgeRow, HouseRow, NetworkView
from web.viewer import viewer_of

_PAGE = 25
_NAMED = 6  # communities of a house, houses of a community; the rest is counted


async def show_network(request: web.Request) -> web.Response:
    page = page_of(request, NETWORK, title=Sentence("The network"), section=NETWORK)
    seen = await find_network(request, viewer_of(request))
    return html(request, build_view(page, seen, first=offset_of(request)))


def build_view(page: Page, seen: Seen, *, first: int = 0) -> NetworkView:
    """The page; its list of houses begins with the one of number ``first``."""
    found = seen.network
    names = {seen.own_host: seen.own_name, **{house.host: house.title for house in found.houses}}
    has_more = first + _PAGE < len(found.houses)
    return NetworkView(
        page=page,
        own=found.own,
        drawing=seen.drawing,
        paths=paths_of(found, seen.own_host),
        houses=tuple(_house(house, found) for house in found.houses[first : first + _PAGE]),
        house_total=len(found.houses),
        bridges=tuple(_bridge(bridge, names) for bridge in found.bridges),
        paging=Paging(
            next_path=f"{NETWORK}?from={first + _PAGE}" if has_more else "", first_path=NETWORK if first else ""
        ),
    )


def paths_of(network: Network, own_host: str) -> dict[str, str]:
    """Where plants and bulbs of the drawing lead to, by their keys."""
    houses = {house.host: house_path(house) for house in network.houses}
    return {own_host: "/", **houses, **{str(bridge.actor_id): bridge_path(bridge) for bridge in network.bridges}}


def _house(house: House, network: Network) -> HouseRow:
    meeting = [bridge for bridge in network.bridges if house.host in bridge.houses]
    return HouseRow(
        name=house.title,
        host=house.host,
        path=house_path(house),
        catalogue_path=catalogue_path(host=house.host),
        received=house.received,
        is_followed=house.is_followed,
        follows_us=house.follows_us,
        followers=house.followers,
        following=house.following,
        communities=tuple(Link(label=bridge.title, href=bridge_path(bridge)) for bridge in meeting[:_NAMED]),
        more_communities=max(0, len(meeting) - _NAMED),
    )


def _bridge(bridge: Bridge, names: dict[str, str]) -> BridgeRow:
    return BridgeRow(
        name=bridge.title,
        path=bridge_path(bridge),
        houses=tuple(names[host] for host in bridge.houses[:_NAMED]),
        more_houses=max(0, len(bridge.houses) - _NAMED),
        members=bridge.members,
    )
