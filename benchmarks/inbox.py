"""3,000 Create{Note} of 50 actors over 32 connections, until all are on a follower's home timeline."""

import time
from typing import Any

from benchmarks.node_process import NodeProcess
from benchmarks.peers import PUBLIC, Peers, addresses, playing, post_all
from node.app.system import opened
from node.config import load
from node.store.people import follows
from node.store.people.actors import find_local_actor
from node.store.people.follows import Follow

ACTORS, CONNECTIONS = 50, 32


async def follow_all(node: NodeProcess, uris: list[str]) -> None:
    """Alice follows these, as if they had accepted long ago."""
    async with opened(load(node.config)) as system:
        alice = await system.node.store.read(find_local_actor, "alice")
        assert alice is not None
        for uri in uris:
            actor = await system.federation.fetcher.actor(uri)
            unit = system.node.unit()
            new = Follow(unit.ids.new(), alice.id, actor.id, f"{uri}#f", follows.ACCEPTED, unit.now)
            await system.node.store.write(follows.save_follow, new)


def note(peers: Peers, node: NodeProcess, uri: str, number: str) -> tuple[str, bytes, dict[str, str]]:
    """One signed request."""
    post = {
        "id": f"{uri}/notes/{number}",
        "type": "Note",
        "attributedTo": uri,
        "content": f"<p>Note {number} about <strong>learning</strong> with a <a href='https://a.example/'>link</a>.</p>",
        "to": [PUBLIC],
        "cc": [f"{uri}/followers"],
        "published": "2026-11-24T12:00:00Z",
    }
    activity = {
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": f"{post['id']}/activity",
        "type": "Create",
        "actor": uri,
        "to": post["to"],
        "cc": post["cc"],
        "object": post,
    }
    url = f"{node.origin}/ap/inbox"
    return url, *peers.signed(url, activity)


async def send(node: NodeProcess, peers: Peers, uris: list[str], label: str, number: int) -> dict[str, float]:
    """One batch: what was visible in a second, what it cost, how many were lost."""
    requests = [note(peers, node, uris[index % len(uris)], f"{label}-{index}") for index in range(number)]
    before, cpu, started = node.count("home_entries"), node.cpu_seconds(), time.perf_counter()
    statuses = await post_all(requests, CONNECTIONS)
    accepted = time.perf_counter() - started
    await node.until_count("home_entries", before + number)
    visible = time.perf_counter() - started
    return {
        "accepted_per_s": number / accepted,
        "visible_per_s": number / visible,
        "cpu_s_per_1000": (node.cpu_seconds() - cpu) / number * 1000,
        "lost": sum(status != 202 for status in statuses),
    }


async def run(node: NodeProcess, *, batches: int, notes: int) -> dict[str, Any]:
    hosts = addresses(10, 10)
    async with playing(hosts) as peers:
        uris = [peers.actor(hosts[index % 10], f"a{index}") for index in range(ACTORS)]
        await follow_all(node, uris)
        done = [await send(node, peers, uris, str(batch), notes) for batch in range(batches)]
    return {
        "accepted_per_s": max(batch["accepted_per_s"] for batch in done),
        "visible_per_s": max(batch["visible_per_s"] for batch in done),
        "cpu_s_per_1000": min(batch["cpu_s_per_1000"] for batch in done),
        "last_to_first": done[-1]["visible_per_s"] / done[0]["visible_per_s"],
        "lost": sum(batch["lost"] for batch in done),
        "batches": done,
    }
