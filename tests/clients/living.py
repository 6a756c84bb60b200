"""Nodes that work by themselves, as in earnest: what a client program of another process talks to."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.network import Peer, network


@asynccontextmanager
async def living(folder: Path, *names: str) -> AsyncIterator[list[Peer]]:
    """Nodes of these names with their workers running."""
    async with network(folder, *names) as net:
        for peer in net.peers:
            await peer.system.start_work()
        yield net.peers
