"""Networks of several sizes for the pages that show them; all names are invented."""

from dataclasses import replace
from typing import Any

from node.domain.moderation import DomainPolicy
from node.domain.network import Bridge, Goods, House, Network
from tests.web.samples import frame
from web.admin.network import AdminHouse, AdminNetworkView, Copy
from web.design.page import Page, View
from web.network.drawing import draw
from web.network.page import build_view, paths_of
from web.network.seen import Seen

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


def operator_view(page: Page) -> AdminNetworkView:
    """One house that is well, one that does not answer, one whose catalogue cannot be read."""
    found = network(3, 4)
    common: dict[str, Any] = {
        "policy_path": "/admin/policies?domain=x.example",
        "last_success_at": page.now_at - 60_000,
    }
    rows = [
        AdminHouse(name=house.title, host=house.host, path="/@house@x.example", received=house.received, **common)
        for house in found.houses
    ]
    states: tuple[dict[str, Any], ...] = (
        {
            "is_followed": True,
            "end_path": "/admin/network/7/unfollow",
            "follows_us": True,
            "followers": 31,
            "copy": Copy(state="equal", total=2400),
        },
        {
            "is_asked": True,
            "end_path": "/admin/network/8/unfollow",
            "circuit": "open",
            "error": "connection refused after 5 s <b>",
            "failures": 11,
            "queued": 318,
            "oldest_at": page.now_at - 3_600_000,
            "effect": DomainPolicy.LIMIT,
        },
        {"copy": Copy(state="failing", total=12, equal_at=page.now_at - 86_400_000, problem="404 at the change log")},
    )
    houses = tuple(replace(row, **state) for row, state in zip(rows, states, strict=True))
    return AdminNetworkView(
        page=page,
        csrf="c" * 43,
        drawing=draw(found, own_key=OWN, own_name=NAME),
        paths=paths_of(found, OWN),
        troubled=frozenset(house.host for house in houses if house.is_troubled),
        houses=houses,
        house_total=3,
        silent=1,
        waiting=318,
        apart=1,
        communities=len(found.bridges),
    )


def views() -> dict[str, View]:
    """The map for 0, 1, 3, 30 and 300 other houses."""
    page, admin = frame.page("/network", title="The network", section="/network"), frame.ADMIN
    return {
        "admin_network": operator_view(replace(page, path="/admin/network", title="Network", viewer=admin)),
        "network_alone": build_view(replace(page, viewer=admin), Seen(Network(), OWN, NAME)),
        "network_of_two": build_view(page, Seen(network(1, 1), OWN, NAME)),
        "network_of_four": build_view(page, Seen(network(3, 4), OWN, NAME)),
        "network_of_many": build_view(page, Seen(network(30, 20), OWN, NAME)),
        "network_of_hundreds": build_view(page, Seen(network(300, 60), OWN, NAME)),
    }
