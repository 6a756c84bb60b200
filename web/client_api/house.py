"""The house of the client API (see ``web.client_api.instance_documents``), made with the first request for it."""

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

from aiohttp import web

from node.state import Node
from web.client_api.entities.look import Look
from web.state import WebState

if TYPE_CHECKING:
    from web.client_api.instance_documents import House


def build_house(node: Node, state: WebState, look: Look) -> "Callable[[], House]":
    """Answers the same house to all."""

    @cache
    def house() -> "House":
        from web.client_api.instance_documents import House  # late: see web.areas

        return House(node, state, look)

    return house


HOUSE: "web.AppKey[Callable[[], House]]" = web.AppKey("HOUSE")
