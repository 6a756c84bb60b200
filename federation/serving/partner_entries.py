"""``GET .../catalogue/partners``: what an owner shares with partner nodes, for readers of these alone.

No log and no digest stand in public that would tell others how much there is or when it changes: a partner reads the
whole list, which is short beside a catalogue. Everybody else is told that there is no such thing.
"""

from typing import Any

from aiohttp import web
from sqlalchemy import Connection

from federation.contexts import with_context
from federation.mapping.digest import article_digest
from federation.serving.answers import activity_response
from federation.serving.visitor import Visitor, require_visitor
from node.clock import to_rfc3339
from node.domain.numbers import number_in
from node.domain.uris import host_of
from node.errors import Malformed, NotFound
from node.services.library.catalogue import find_own
from node.state import NODE
from node.store.federation import partners

PER_PAGE = 200


async def show_partner_entries(request: web.Request) -> web.Response:
    """Live entries by id, with the digests of their documents; ``?after=ID`` continues."""
    visitor, node = await require_visitor(request), request.app[NODE]
    after = number_in(request.query.get("after", "0"))
    if after is None:
        raise Malformed("The page has no such address.")
    document = await node.store.read(_read, visitor, node.config.origin + request.path, after)
    return activity_response(request, document, public=False)


def _read(conn: Connection, visitor: Visitor, uri: str, after: int) -> dict[str, Any]:
    reader, catalogue = visitor.actor, find_own(conn, uri.removesuffix("/partners"))
    if reader is None or catalogue is None or host_of(reader.uri) not in partners.load_partner_hosts(conn):
        raise NotFound
    rows = partners.list_shared(conn, catalogue.actor_id, after=after, limit=PER_PAGE + 1)
    shown = rows[:PER_PAGE]
    page: dict[str, Any] = {
        "id": f"{uri}?after={after}",
        "type": "OrderedCollectionPage",
        "partOf": catalogue.uri,
        "orderedItems": [_entry(row) for row in shown],
    }
    if len(rows) > PER_PAGE:
        page["next"] = f"{uri}?after={shown[-1].id}"
    return with_context(page)


def _entry(row: partners.Shared) -> dict[str, Any]:
    document = row.document
    return {
        "id": row.uri,
        "type": document.get("type", "Article"),
        "updated": to_rfc3339(row.changed_at),
        "digest": article_digest(document),
    }
