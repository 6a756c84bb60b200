"""Who belongs to a community elsewhere, as its home tells those who govern it: a page at a time, kept nowhere."""

import asyncio
import contextlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from federation.fetching.fetch import Fetcher
from federation.fetching.walking import pages
from node.domain.uris import is_web_uri
from node.errors import NodeError, NotFound, RemoteMalformed
from node.store.people.actors import Actor

_PAGE_AT_MOST = 100
#: People of a page whom nobody here knows are looked at for so long; who is not found meanwhile has an address alone.
_LOOK_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Members:
    """URIs of people, the newest members first; ``next``: where those stand who follow, '' at the end."""

    uris: Sequence[str] = ()
    next: str = ""


async def fetch_members(fetcher: Fetcher, group: Actor, moderator: Actor, address: str = "") -> Members:
    """A page of the members, the first one where no ``address`` is given; ``moderator`` of ours asks.

    Raises NotFound for an address that is none of this list, RemoteError as fetching does.
    """
    if not is_web_uri(group.followers):
        raise RemoteMalformed("The community has no list of its members.", detail=group.uri)
    if not (address or group.followers).startswith(group.followers):
        raise NotFound

    async def get(uri: str) -> dict[str, object]:
        return await fetcher.get_page(uri, as_actor_id=moderator.id)

    async for page in pages(get, address or group.followers, at_most=2):
        if page.refs:
            onward = page.next if page.next.startswith(group.followers) else ""
            return Members(list(dict.fromkeys(page.refs))[:_PAGE_AT_MOST], onward)
    return Members()


async def meet(fetcher: Fetcher, uris: Collection[str]) -> None:
    """Look at people whom nobody here knows, as long as a reader waits."""

    async def look(uri: str) -> None:
        with contextlib.suppress(NodeError):
            await fetcher.actor(uri)

    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_LOOK_SECONDS):
            await asyncio.gather(*map(look, uris))
