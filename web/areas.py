"""Areas: addresses whose pages and handlers load with the first request for one of them.

A node that nobody visits needs no pages, and one without apps no client API: together 8 MiB and a quarter of the
start. An area names the module whose ``ROUTES`` it serves; loading it takes up to 0.1 s, once.
"""

from collections.abc import Iterator
from functools import cached_property
from importlib import import_module
from typing import Any, NoReturn

from aiohttp import web


class Area:
    """The routes of one module, under some prefixes."""

    def __init__(self, module: str, *prefixes: str) -> None:
        self.module, self.prefixes = module, prefixes

    @cached_property
    def router(self) -> web.UrlDispatcher:
        """Loads the module."""
        router = web.UrlDispatcher()
        router.add_routes(import_module(self.module).ROUTES)
        router.freeze()
        return router


class _Prefix(web.AbstractResource):
    """Where an area hangs in the router of the node."""

    def __init__(self, area: Area, prefix: str) -> None:
        super().__init__()
        self._area, self._prefix = area, prefix

    @property
    def canonical(self) -> str:
        return self._prefix

    async def resolve(self, request: web.Request) -> tuple[web.UrlMappingMatchInfo | None, set[str]]:
        """What the area has at this address; nothing and no method leave it to the next area."""
        found = await self._area.router.resolve(request)
        if isinstance(found.http_exception, web.HTTPMethodNotAllowed):
            return None, set(found.http_exception.allowed_methods)
        return (None if found.http_exception else found), set()

    def raw_match(self, path: str) -> bool:
        return path == self._prefix

    def get_info(self) -> Any:
        return {"prefix": self._prefix}

    def url_for(self, **_: str) -> NoReturn:
        raise RuntimeError("an area has no address of its own")

    def add_prefix(self, _: str) -> NoReturn:
        raise RuntimeError("an area stays where it is")

    def __len__(self) -> int:
        return 0

    def __iter__(self) -> Iterator[web.AbstractRoute]:
        return iter(())


def add_areas(app: web.Application, areas: tuple[Area, ...]) -> None:
    """Hang areas into the router. Where several fit an address, the longest prefix comes first, then their order."""
    for area in areas:
        for prefix in area.prefixes:
            app.router.register_resource(_Prefix(area, prefix))
