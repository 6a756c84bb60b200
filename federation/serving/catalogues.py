"""Our catalogues over HTTP: the root, its log and its buckets, each 304 where the reader has the state."""

import orjson
from aiohttp import ETag, web

from federation.serving.visitor import require_visitor
from federation.synchronisation.catalogue_collection import read
from federation.transport.mediatype import ACTIVITY_JSON
from node.state import NODE


async def show_catalogue(request: web.Request) -> web.Response:
    """``GET .../catalogue``, ``?after=REVISION``, ``/buckets`` and ``/buckets?b=3f``; whose it is, the address says.

    Where everybody may read, nobody's signature is looked at: a look at a catalogue costs its owner next to nothing.
    """
    node = request.app[NODE]
    if node.config.federation.authorized_fetch:
        await require_visitor(request)
    known = [tag.value for tag in request.if_none_match or ()]
    etag, document = await node.store.read(read, node.config.origin + request.path, request.query, known)
    response = web.Response(status=304, headers={"Cache-Control": "no-cache", "Vary": "Accept, Signature"})
    if document is not None:
        response.set_status(200)
        response.content_type, response.charset = ACTIVITY_JSON, "utf-8"
        response.body = orjson.dumps(document)
    response.etag = ETag(etag)
    return response
