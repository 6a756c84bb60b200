"""Networks of several sizes for the pages that show them; all names are invented."""

from dataclasses import replace

from node.domain.network import Bridge, Goods, House, Network
from web.network.page import build_view
from web.network.views import NetworkView
from web.pages.views import Page, Viewer

OWN, NAME = "learn.hospital.example", "St. Brigid Teaching Hospital"
_NAMES = (
    ("City Museum Aldingen", "learn.museum.example"),
    ("Hochschule für Angewandte Wissenschaften Nordheim-Weserbergland", "lernen.hochschule-nordheim.example"),
    ("Volkshochschule am See", "vhs.example"),
    ("Berufsbildungswerk", "bbw.example"),
)
_THEMES = (
    "Dementia-friendly places",
    "Night shifts",
    "Öffentlichkeitsarbeit in kleinen Häusern",
    "Open data",
    "Reading groups",
)


def network(peers: int, bridges: int) -> Network:
    """``peers`` houses of falling weight, and communities that join some of them."""
    named = [*_NAMES[:peers], *((f"Volunteer house {n}", f"house-{n}.example") for n in range(peers - len(_NAMES)))]
    houses = [
        House(
            actor_id=number + 1,
            host=host,
            username="house",
            name=name,
            received=Goods(resources=2400 // (number + 1), courses=7 % (number + 2), events=number % 3, posts=number),
            is_followed=number % 4 != 3,
            follows_us=number % 3 != 1,
            followers=40 // (number + 1),
            following=number % 2,
        )
        for number, (name, host) in enumerate(named)
    ]
    hosts = [OWN, *(house.host for house in houses)]
    joined = [
        Bridge(
            actor_id=1000 + number,
            username=f"theme-{number}",
            name=_THEMES[number % len(_THEMES)] if number < len(_THEMES) else f"Theme number {number}",
            home=hosts[number % len(hosts)],
            local=number % len(hosts) == 0,
            houses=tuple(dict.fromkeys(hosts[(number * step) % len(hosts)] for step in (1, 2, 3)))[:3],
            members=9 * number + 3,
        )
        for number in range(bridges)
    ]
    return Network(
        own=Goods(resources=132, courses=4, events=3, posts=820),
        houses=houses,
        bridges=[bridge for bridge in joined if len(bridge.houses) > 1],
    )


def views(page: Page, admin: Viewer) -> dict[str, NetworkView]:
    """The map for 0, 1, 3, 30 and 300 other houses."""
    page = replace(page, path="/network", title="The network", section="/network")
    return {
        "network_alone": build_view(replace(page, viewer=admin), Network(), OWN, NAME),
        "network_of_two": build_view(page, network(1, 1), OWN, NAME),
        "network_of_four": build_view(page, network(3, 4), OWN, NAME),
        "network_of_many": build_view(page, network(30, 20), OWN, NAME),
        "network_of_hundreds": build_view(page, network(300, 60), OWN, NAME),
    }
