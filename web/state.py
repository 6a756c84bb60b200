"""What pages and middlewares share besides the node: rendering, static files, and rates of sign-in.

Jinja, the templates (26 ms, 2 MiB) and the views of pages load with the first page.
"""

import functools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aiohttp import web

import node as product
from node import metrics
from node.clock import MINUTE
from node.config import Config
from node.domain.uris import origin_of
from node.forwarded import Networks
from node.health import LoopWatch
from node.ratelimit import Exemptions, Rate, Window
from node.sentences import Sentence
from node.state import Node
from web.assets import Assets, packaged
from web.pictures import Pictures, build_pictures
from web.readings import Readings

if TYPE_CHECKING:
    from web.design.page import Site, View
    from web.rendering import Renderer


@dataclass(frozen=True, slots=True)
class SignInRates:
    """25 tries in 5 minutes from an address, 10 wrong passwords and 3 mails an hour for an account (AUT9)."""

    by_address: Rate = field(default_factory=lambda: Rate(25 / 300, 25))
    mails: Rate = field(default_factory=lambda: Rate(3 / 3600, 3))
    by_account: Rate = field(default_factory=lambda: Rate(10 / 3600, 10))


@dataclass(frozen=True, slots=True)
class ApiRates:
    """What clients may ask for in 5 minutes, and upload and delete in 30 (API8)."""

    by_token: Window = field(default_factory=lambda: Window(300, 5 * MINUTE))
    by_account: Window = field(default_factory=lambda: Window(1_500, 5 * MINUTE))
    by_address: Window = field(default_factory=lambda: Window(300, 5 * MINUTE))
    uploads: Window = field(default_factory=lambda: Window(30, 30 * MINUTE))
    deletions: Window = field(default_factory=lambda: Window(30, 30 * MINUTE))


@dataclass(frozen=True, slots=True)
class WebState:
    """Built once; the same for all requests."""

    site: "Callable[[], Site]"
    assets: Assets
    render: "Callable[[View], str]"
    own_hosts: frozenset[str]
    is_https: bool
    sign_in: SignInRates
    lookups: Rate  # of accounts on other servers, by address: 20 in 10 minutes
    joining: Rate  # of new accounts, by address: 5 in half an hour
    registrations: Rate  # of client apps, by address: 5 in 10 minutes
    pictures: Pictures
    media_origin: str  # of stored media, where another host serves them
    exemptions: Exemptions
    rates: ApiRates
    trusted_proxies: Networks
    readings: Readings
    loop: LoopWatch
    started_at: int


WEB = web.AppKey("WEB", WebState)


def build_web(node: Node) -> WebState:
    """The web part of a node; reads templates and static files."""
    assets = packaged()
    return WebState(
        site=functools.cache(lambda: _site(node.config)),
        assets=assets,
        render=lambda view: _renderer(assets).render(view),
        own_hosts=node.config.own_hosts,
        is_https=node.config.node.scheme == "https",
        sign_in=SignInRates(),
        lookups=Rate(20 / 600, 20),
        joining=Rate(5 / 1800, 5),
        registrations=Rate(5 / 600, 5),
        pictures=build_pictures(node.links, assets),
        media_origin=origin_of(node.config.media.public_url) if node.config.media.public_url else "",
        exemptions=Exemptions(node.config.limits.exempt),
        rates=ApiRates(),
        trusted_proxies=node.config.node.trusted_proxies,
        readings=Readings(),
        loop=LoopWatch(metrics.loop_lagged),
        started_at=node.clock.now(),
    )


@functools.cache
def _renderer(assets: Assets) -> "Renderer":
    from web.rendering import Renderer  # late: see the module

    return Renderer(assets)


def _site(config: Config) -> "Site":
    from web.design.page import ACCENTS, Site  # late: the same
    from web.design.parts import Link  # late: see the module

    return Site(
        name=config.node.name,
        host=config.host,
        base_url=config.origin,
        handle=f"@{config.node.handle}@{config.host}",
        software=f"Rhizome {product.__version__}",
        tagline=config.node.description,
        accent=next((accent for accent in ACCENTS if accent == config.node.accent), "moss"),
        footer=(Link(label=Sentence("About this node"), href="/about"),),
        development=config.development,
    )
