"""Looks whether the pages that a profile links to lead back to it with ``rel="me"`` (microformats: rel-me)."""

import asyncio
from collections.abc import Collection
from html.parser import HTMLParser

from federation.fetching.html_pages import decoded, read_markup
from federation.transport.http import OutboundClient
from node.clock import Clock
from node.errors import NodeError
from node.jobs.kind import Kind, single
from node.jobs.kinds import LINKS
from node.jobs.outcome import Done, Outcome
from node.services.people import profile_links
from node.store.database.engine import Store
from node.store.jobs import Job

_MAX_PAGE = 1_048_576
_TIMEOUT_SECONDS = 10.0
_SLOTS = 1


class _Links(HTMLParser):
    """Collects where ``a`` and ``link`` elements with ``rel="me"`` lead."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        if tag in {"a", "link"} and "me" in (said.get("rel") or "").lower().split():
            self.found.add((said.get("href") or "").strip())


def leads_back(markup: str, addresses: Collection[str]) -> bool:
    """Whether a page links to one of these addresses and says that it is the same person.

    >>> leads_back('<a rel="me nofollow" href="https://uni.example/@ada">x</a>', {"https://uni.example/@ada"})
    True
    """
    reader = _Links()
    read_markup(reader, markup)
    return not reader.found.isdisjoint(addresses)


class LinkCheck:
    """Runs the jobs that ``services.people.profile_links`` leaves."""

    def __init__(self, store: Store, clock: Clock, client: OutboundClient) -> None:
        self._store, self._clock, self._client = store, clock, client

    def kind(self) -> Kind:
        return single(LINKS, self.run, slots=_SLOTS)

    async def run(self, job: Job) -> Outcome:
        """Look at each page once; one that cannot be read proves nothing."""
        actor_id = job.ref or 0
        addresses, links = await self._store.read(profile_links.load_open, actor_id)
        proven = [link for link in links if await self._is_proven(link, addresses)]
        if proven:
            await self._store.write(profile_links.note_proven, actor_id, proven, self._clock.now())
        return Done()

    async def _is_proven(self, link: str, addresses: Collection[str]) -> bool:
        try:
            page = await self._client.get(
                link, accept="text/html, application/xhtml+xml", max_bytes=_MAX_PAGE, timeout=_TIMEOUT_SECONDS
            )
        except NodeError:
            return False
        content_type = page.headers.get("content-type", "")
        if page.status != 200 or "html" not in content_type:
            return False
        return await asyncio.to_thread(leads_back, decoded(page.body, content_type), addresses)
