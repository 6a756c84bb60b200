"""Serves the sample pages with the headers of real ones: for the tests that look, and for people who design.

``python -m tests.web.samples.server`` prints the address; ``/`` lists the pages.
"""

import asyncio
from dataclasses import replace

from aiohttp import web

from tests.web.samples import all_views
from web.assets import PREFIX, Assets
from web.rendering import Renderer

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {"Content-Security-Policy": CSP, "X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin"}
PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 9"><rect width="16" height="9" fill="#86a"/></svg>'


def build_sample_app() -> web.Application:
    assets = Assets()
    renderer = Renderer(assets)
    views = all_views()

    async def index(request: web.Request) -> web.Response:
        links = "".join(f'<li><a href="/sample/{name}">{name}</a>' for name in views)
        return web.Response(text=f"<!doctype html><title>Pages</title><ul>{links}</ul>", content_type="text/html")

    async def sample(request: web.Request) -> web.Response:
        name = request.match_info["name"]
        if name not in views:
            raise web.HTTPNotFound
        view = views[name]
        view = replace(view, page=replace(view.page, language=request.query.get("lang", "en")))  # type: ignore[type-var]
        return web.Response(text=renderer.render(view), content_type="text/html", headers=HEADERS)

    async def picture(request: web.Request) -> web.Response:
        return web.Response(text=PICTURE, content_type="image/svg+xml")

    async def nothing_new(request: web.Request) -> web.Response:
        """Where pages listen for what happens meanwhile: 204 tells them to stop (HTML, server-sent events)."""
        return web.Response(status=204)

    app = web.Application()
    app.add_routes(
        [
            web.get("/", index),
            web.get("/live", nothing_new),
            web.get("/sample/picture.svg", picture),
            web.get("/sample/{name}", sample),
            web.get(PREFIX + "{name}", assets.serve),
        ]
    )
    return app


async def main() -> None:
    runner = web.AppRunner(build_sample_app())
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 8090)
    await site.start()
    print(f"listening on {site.name}")  # noqa: T201 (its only output)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
