"""On whose behalf a request reads: set by the middleware that knows who signed in, anybody until then."""

from aiohttp import web

from node.store.library.resources import ANYBODY, Viewer

VIEWER = web.RequestKey("VIEWER", Viewer)


def viewer_of(request: web.Request) -> Viewer:
    """Who reads."""
    viewer: Viewer = request.get(VIEWER, ANYBODY)
    return viewer
