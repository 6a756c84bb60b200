"""Reading a collection of another server page by page."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from federation.mapping.collection import Page, read_page
from node.domain.uris import is_web_uri, same_origin

MAX_PAGES, MAX_ITEMS, MAX_SECONDS = 10, 500, 60.0


#: A collection or page by its address, as its host shows it (``Fetcher.get_page``).
GetPage = Callable[[str], Awaitable[dict[str, Any]]]


async def pages(
    get: GetPage, uri: str, *, at_most: int = MAX_PAGES, monotonic: Callable[[], float] = time.monotonic
) -> AsyncIterator[Page]:
    """The collection and its pages, one after the other.

    Stops after 10 pages or a minute, at a page that was seen, and where a page is on another origin. Raises as ``get``
    and ``read_page`` do.
    """
    seen, until = set[str](), monotonic() + MAX_SECONDS
    while is_web_uri(uri) and uri not in seen and len(seen) < at_most and monotonic() < until:
        seen.add(uri)
        page = read_page(await get(uri))
        yield page
        if not same_origin(page.next, uri):
            return
        uri = page.next


async def walk(get: GetPage, uri: str) -> AsyncIterator[str]:
    """The ids of a collection's items, in its order, each once, at most 500; as far as ``pages`` goes."""
    told = set[str]()
    async for page in pages(get, uri):
        for ref in page.refs:
            if len(told) >= MAX_ITEMS:
                return
            if ref not in told:
                told.add(ref)
                yield ref
