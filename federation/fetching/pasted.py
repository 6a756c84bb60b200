"""What is behind an address that somebody pastes: an object, or a page that says where its object is."""

import re
from typing import Any
from urllib.parse import urljoin

from federation.fetching.fetch import Fetcher
from federation.transport.http import OutboundClient
from federation.transport.mediatype import read_media_type
from node.domain.uris import is_web_uri, same_origin
from node.errors import RemoteMalformed

_MAX_HEADER = 4_096
_LINK = re.compile(r"<([^<>]*)>((?:\s*;\s*\w+\s*=\s*(?:\"[^\"]*\"|[^\s\",;]*))*)")
_PARAMETER = re.compile(r";\s*(\w+)\s*=\s*(?:\"([^\"]*)\"|([^\s\",;]*))")


async def get_pasted(
    fetcher: Fetcher, client: OutboundClient, address: str, *, as_actor_id: int | None = None
) -> dict[str, Any]:
    """The document of which ``address`` is the id, or which the page there names as the same for ActivityPub.

    A page speaks for its own host alone. Raises as ``Fetcher.get_object``.
    """
    try:
        return await fetcher.get_object(address, as_actor_id=as_actor_id)
    except RemoteMalformed:
        page = await client.get(address, accept="text/html")
        found = alternate_of(page.headers.get("link", ""), page.url)
        if not found or found == address:
            raise
    return await fetcher.get_object(found, as_actor_id=as_actor_id)


def alternate_of(header: str, page: str) -> str:
    """Where a ``Link`` header (RFC 8288) says that the page is in ActivityPub, on its own host; '' for nowhere.

    >>> alternate_of('</ap/o/7>; rel="alternate"; type="application/activity+json"', "https://a.example/r/x")
    'https://a.example/ap/o/7'
    """
    for target, rest in _LINK.findall(header[:_MAX_HEADER]):
        said = {name.lower(): quoted or bare for name, quoted, bare in _PARAMETER.findall(rest)}
        is_one = (
            "alternate" in said.get("rel", "").lower().split() and read_media_type(said.get("type", "")).is_activity
        )
        if is_one and is_web_uri(found := _joined(page, target)) and same_origin(found, page):
            return found
    return ""


def _joined(page: str, target: str) -> str:
    try:
        return urljoin(page, target)
    except ValueError:  # brackets that hold no address
        return ""
