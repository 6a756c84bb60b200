"""Reading a collection of another server page by page (federation 5.1)."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from federation.mapping.collection import read_page
from node.domain.uris import is_web_uri, same_origin

MAX_PAGES, MAX_ITEMS = 10, 500


#: A document by its address, checked to be the one that was asked for (``Fetcher.get_object``).
GetObject = Callable[[str], Awaitable[dict[str, Any]]]


async def walk(get: GetObject, uri: str) -> AsyncIterator[str]:
    """The ids of a collection's items, in its order, each once.

    Stops after 10 pages or 500 items, at a page that was seen, and where a page is on another origin. Raises as ``get``
    and ``read_page`` do.
    """
    seen, told = set[str](), set[str]()
    while is_web_uri(uri) and uri not in seen and len(seen) < MAX_PAGES:
        seen.add(uri)
        page = read_page(await get(uri))
        for ref in page.refs:
            if len(told) >= MAX_ITEMS:
                return
            if ref not in told:
                told.add(ref)
                yield ref
        if not same_origin(page.next, uri):
            return
        uri = page.next
