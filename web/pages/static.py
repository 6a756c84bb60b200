"""Style sheet and pictures of the pages."""

from aiohttp import web

from web.state import WEB


async def show(request: web.Request) -> web.StreamResponse:
    return await request.app[WEB].assets.serve(request)
