"""Whom a text mentions that is not known here yet: looked up while its author waits a moment, no longer."""

import asyncio
from contextlib import suppress

from federation.discovery.proving import Proving
from federation.state import Federation
from node.domain.words import handles_in
from node.errors import NodeError
from node.state import Node
from node.store.people.actors import find_unknown_handles

#: Whoever is not found by then stays a word in the text.
WAIT_SECONDS = 2.0
_MOST = 8


async def look_up_mentions(federation: Federation, node: Node, text: str) -> None:
    """Take in the mentioned people of other servers, as many as can be found in time."""
    handles = [handle for handle in handles_in(text) if "@" in handle] if "@" in text else []
    if not handles:
        return
    unknown = await node.store.read(find_unknown_handles, handles[:_MOST], node.config.host)
    if not unknown:
        return
    proving = Proving(node.store, federation.client, federation.fetcher)
    tasks = [asyncio.create_task(_look_up(proving, handle), name="mention") for handle in unknown]
    _, late = await asyncio.wait(tasks, timeout=WAIT_SECONDS)
    for task in late:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _look_up(proving: Proving, handle: str) -> None:
    with suppress(NodeError):  # nobody there, or nobody that speaks with us: it stays a word
        await proving.find(f"@{handle}")
