"""What pages need: the renderer, the assets, and the frame that all pages share."""

from dataclasses import dataclass
from typing import Any, cast

from aiohttp import web

import node as product
from node.state import Node
from web import language
from web.assets import Assets
from web.pages.parts import Link
from web.pages.views import Accent, ErrorView, Page, Site, View, Viewer
from web.rendering import Renderer


@dataclass(frozen=True, slots=True)
class WebState:
    """Built once per process."""

    node: Node
    assets: Assets
    renderer: Renderer
    site: Site

    def page(self, request: web.Request, *, viewer: Viewer | None = None, **more: Any) -> Page:
        """The frame of one page, in the reader's language."""
        return Page(
            site=self.site,
            path=request.path,
            now_at=self.node.clock.now(),
            language=language.choose(request.headers.get("Accept-Language", "")),
            viewer=viewer,
            **more,
        )

    def html(self, view: View, *, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
        return web.Response(
            text=self.renderer.render(view),
            status=status,
            content_type="text/html",
            headers={"Vary": "Accept, Accept-Language, Cookie", **(headers or {})},
        )

    def error_page(self, request: web.Request, status: int, sentence: str, request_id: str) -> web.Response:
        page = self.page(request, title=sentence, noindex=True)
        return self.html(ErrorView(page=page, status=status, message=sentence, request_id=request_id), status=status)


WEB = web.AppKey("WEB", WebState)


def build_web(node: Node) -> WebState:
    assets = Assets()
    config = node.config.node
    site = Site(
        name=config.name,
        host=config.host,
        base_url=node.config.origin,
        handle=f"@{config.handle}@{config.host}",
        software=f"Rhizome {product.__version__}",
        tagline=config.description,
        accent=cast(Accent, config.accent),  # the schema of the configuration lists the same names
        language=config.languages[0],
        sections=(Link(label="Resources", href="/resources"),),
        development=node.config.development,
    )
    return WebState(node, assets, Renderer(assets), site)
