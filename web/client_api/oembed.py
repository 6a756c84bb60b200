"""``GET /api/oembed``: what a site that links to a page of ours says about it (oEmbed 1.0, type ``link``).

https://oembed.com/. No HTML of ours is handed out to be put into pages of others: a title, an author and a link are.
"""

from collections.abc import Mapping
from typing import Any

from aiohttp import web
from sqlalchemy import Connection

from node.clock import DAY, SECOND
from node.domain.text import plain, shorten
from node.domain.visibility import Visibility
from node.errors import NotFound
from node.state import NODE
from node.store.reading import showing, threads
from node.store.reading.by_url import find_by_url
from web.client_api.answers import answer
from web.client_api.parameters import query_parameters
from web.design.cards import actor_path, warning_of

_TITLE = 120
_FRESH_FOR = DAY // SECOND


async def show(request: web.Request) -> web.Response:
    """Of whatever is public, was written here and has a page; NotFound for every other address."""
    node, sent = request.app[NODE], query_parameters(request)
    if sent.text("format") not in {None, "", "json"}:
        return answer({"error": "Only JSON is spoken here."}, status=501)  # oEmbed 1.0, 2.3.3
    origin = node.config.origin
    said = await node.store.read(_load, origin, sent.text("url") or "")
    return answer(
        {
            "version": "1.0",
            "type": "link",
            **said,
            "provider_name": node.config.node.name,
            "provider_url": f"{origin}/",
            "cache_age": _FRESH_FOR,
        }
    )


def _load(conn: Connection, origin: str, url: str) -> Mapping[str, Any]:
    object_id = find_by_url(conn, origin, url).object_id
    row = threads.load_post(conn, object_id, None) if object_id is not None else None
    if row is None or not row.local or row.visibility != Visibility.PUBLIC:
        raise NotFound
    author = showing.load_rows(conn, [row.actor_id])[row.actor_id]
    text = plain(row.name) or warning_of(row) or plain(row.content or row.summary)
    return {
        "title": shorten(text, _TITLE),
        "author_name": author.name or author.username,
        "author_url": origin + actor_path(author),
    }


ROUTES = [web.get("/api/oembed", show, name="client-oembed")]
