"""Nodes that work by themselves, as in earnest: what a client program of another process talks to."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from node.domain.visibility import Visibility
from node.services.news import messages
from node.store.people.actors import Actor
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
    """Somebody writes a post at the moment in which she is told of a follower: before that one's node knows of it."""
    told = asyncio.Event()

    def hear(message: str) -> None:
        said = messages.read(message)
        if said["event"] == "notification" and somebody.id in said["owners"]:
            told.set()

    peer.store.hear(messages.TOPIC, hear)
    await told.wait()
    await peer.store.write(publish_note, peer.unit(), somebody.id, words, Visibility.PUBLIC)
