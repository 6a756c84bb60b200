"""What a running node consists of; the one thing that handlers take from the application."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiohttp import web

from node.clock import Clock
from node.config import Config
from node.forwarded import client_address
from node.ids import Ids
from node.jobs.worker import Worker
from node.media.links import MediaLinks
from node.services.context import Unit
from node.store.database.engine import Store

if TYPE_CHECKING:
    from node.services.posts.uploads import Uploads


@dataclass(frozen=True, slots=True)
class Node:
    """Built once in ``node.app``; services get what they use from it, never the whole."""

    config: Config
    store: Store
    clock: Clock
    ids: Ids
    worker: Worker
    links: MediaLinks
    find_uploads: "Callable[[], Uploads]"

    @property
    def uploads(self) -> "Uploads":
        """What takes files in: loaded with the first of them."""
        return self.find_uploads()

    def unit(self) -> Unit:
        """What a unit of work that happens now needs."""
        return Unit(self.ids, self.clock.now(), self.config.origin, self.config.host, self.config.node.timezone)


NODE = web.AppKey("NODE", Node)


def address_of(request: web.Request) -> str:
    """Who asks, whatever proxies of ours stand between; what rates are counted by."""
    trusted = request.app[NODE].config.node.trusted_proxies
    if not trusted:
        return request.remote or ""
    return client_address(request.remote, ",".join(request.headers.getall("X-Forwarded-For", [])), trusted)
