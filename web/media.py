"""``/media/...``: files of our own people, and copies of other servers' files (MED5, MED8).

A stored file has a name of 128 random bits, which only those learn who may see what shows it. It is served with the
type that its name carries by our own table, can run nothing, and never changes.
"""

from collections.abc import AsyncIterator, Mapping

from aiohttp import hdrs, web

from federation.state import FEDERATION
from node.domain.media import KEY_PATTERN, SAVED_ONLY, type_of_key
from node.errors import NotFound
from node.ports import StoredFile
from node.state import NODE
from web import cors

_SAFE: Mapping[str, str] = {
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "cross-origin",
    hdrs.CONTENT_DISPOSITION: "inline",
    hdrs.ACCEPT_RANGES: "bytes",
}
_FOR_EVER = "public, max-age=31536000, immutable"
_A_DAY = "public, max-age=86400"


async def show_stored(request: web.Request) -> web.StreamResponse:
    """A file of the storage, or the part of it that is asked for."""
    key = request.match_info["key"]
    media_type = type_of_key(key)
    if not media_type:
        raise NotFound
    headers = {**_SAFE, hdrs.CONTENT_TYPE: media_type, hdrs.CACHE_CONTROL: _FOR_EVER}
    if media_type in SAVED_ONLY:
        headers[hdrs.CONTENT_DISPOSITION] = "attachment"
    byte_range = request.headers.get(hdrs.RANGE, "")
    stored = await request.app[NODE].uploads.storage.get(key, byte_range=byte_range)
    if stored.path is not None:
        return web.FileResponse(stored.path, headers=headers)
    return await _stream(request, stored, headers)


async def show_remote(request: web.Request) -> web.StreamResponse:
    """Our copy of another server's file, whose address and our signature of it stand in the path."""
    node, federation = request.app[NODE], request.app[FEDERATION]
    url = node.links.read_proxied(request.match_info["signature"], request.match_info["address"])
    copy = await federation.media.find(url)
    headers = {**_SAFE, hdrs.CONTENT_TYPE: copy.form.media_type, hdrs.CACHE_CONTROL: _A_DAY}
    return web.FileResponse(copy.path, headers=headers)


async def _stream(request: web.Request, stored: StoredFile, headers: Mapping[str, str]) -> web.StreamResponse:
    """Hand on what a storage elsewhere answers."""
    etag = stored.headers.get("ETag", "")
    is_known = bool(etag) and etag in request.headers.get(hdrs.IF_NONE_MATCH, "")
    response = web.StreamResponse(status=304 if is_known else stored.status)
    response.headers.update({**headers, **stored.headers})
    if is_known:
        del response.headers[hdrs.CONTENT_LENGTH]
    cors.add_headers(response)
    assert stored.pieces is not None
    try:
        await response.prepare(request)
        if not is_known and request.method != hdrs.METH_HEAD:
            async for piece in stored.pieces:
                await response.write(piece)
        await response.write_eof()
    finally:
        await _close(stored.pieces)
    return response


async def _close(pieces: AsyncIterator[bytes]) -> None:
    close = getattr(pieces, "aclose", None)
    if close is not None:
        await close()


ROUTES = [
    web.get(f"/media/{{key:{KEY_PATTERN}}}", show_stored, name="media"),
    web.get("/media/remote/{signature:[A-Za-z0-9_-]{22}}/{address:[A-Za-z0-9_-]{1,6000}}", show_remote, name="remote"),
]
