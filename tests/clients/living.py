"""Nodes that work by themselves, as in earnest: what a client program of another process talks to."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from node.domain.visibility import Visibility
from node.store.people.actors import Actor
from node.store.people.follows import count_follows
from tests.network import Peer, network
from tests.notes import publish_note


@asynccontextmanager
async def living(folder: Path, *names: str) -> AsyncIterator[list[Peer]]:
    """Nodes of these names with their workers running."""
    async with network(folder, *names) as net:
        for peer in net.peers:
            await peer.system.start_work()
        yield net.peers


async def greet(peer: Peer, somebody: Actor, words: str) -> None:
    """Somebody writes a post as soon as she has a follower."""
    while not (await peer.store.read(count_follows, somebody.id))[0]:  # noqa: ASYNC110 (another program decides)
        await asyncio.sleep(0.1)
    await peer.store.write(publish_note, peer.unit(), somebody.id, words, Visibility.PUBLIC)
