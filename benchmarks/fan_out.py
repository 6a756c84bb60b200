"""New hosts follow with signed Follows; posts reach each of them once; then some of the hosts fail and some hang."""

import asyncio
import statistics
import time
from typing import Any

from benchmarks.inbox import CONNECTIONS
from benchmarks.node_process import NodeProcess
from benchmarks.peers import Peers, addresses, playing, post_all
from federation.vocab import ED25519_SIGNATURES
from node.app.system import opened
from node.config import load
from node.domain.drafts import Draft
from node.domain.visibility import Visibility
from node.services.posts import posts
from node.store.people.actors import find_local_actor

_SICK = 20  # one host in so many fails, and one hangs


async def run(node: NodeProcess, *, author: str, hosts: int, rounds: int, ed25519: bool = False) -> dict[str, Any]:
    """``author``: one of ours whom nobody follows; ``ed25519``: the hosts announce that they verify it."""
    names = addresses(60 if ed25519 else 20, hosts)
    announced = [ED25519_SIGNATURES] if ed25519 else []
    async with playing(names, capabilities=announced) as peers, opened(load(node.config)) as system:
        alice = await system.node.store.read(find_local_actor, author)
        assert alice is not None
        figures = await follow(node, peers, names, alice.uri)
        cpu = node.cpu_seconds()
        posts = [await _post(system, alice.id, peers, hosts) for _ in range(rounds)]
        figures |= {
            "first_deliveries_per_s": posts[0]["per_s"],
            "deliveries_per_s": statistics.median(post["per_s"] for post in posts),
            "cpu_s_per_1000": (node.cpu_seconds() - cpu) / (hosts * rounds) * 1000,
            "publish_ms": statistics.median(post["publish_ms"] for post in posts),
            "duplicates": sum(post["duplicates"] for post in posts),
        }
        peers.failing = frozenset(f"{name}:{peers.port}" for name in names[::_SICK])
        peers.hanging = frozenset(f"{name}:{peers.port}" for name in names[1::_SICK])
        sick = await _post(system, alice.id, peers, hosts - len(peers.failing) - len(peers.hanging))
    return figures | {"last_healthy_host_s": sick["seconds"]}


async def follow(node: NodeProcess, peers: Peers, names: list[str], uri: str) -> dict[str, float]:
    url = f"{node.origin}/ap/inbox"
    requests = []
    for name in names:
        actor = peers.actor(name)
        activity = {"id": f"{actor}/follow", "type": "Follow", "actor": actor, "object": uri}
        requests.append((url, *peers.signed(url, activity)))
    peers.expect(len(names))
    cpu, started = node.cpu_seconds(), time.perf_counter()
    await post_all(requests, CONNECTIONS)
    await asyncio.wait_for(peers.all_in.wait(), 120)
    return {
        "follows_per_s": len(names) / (time.perf_counter() - started),
        "follow_cpu_s_per_1000": (node.cpu_seconds() - cpu) / len(names) * 1000,
    }


async def _post(system: Any, author_id: int, peers: Peers, wanted: int) -> dict[str, float]:
    """Between the first and the last arrival of one post at the hosts that are well."""
    peers.expect(wanted)
    unit = system.node.unit()

    draft = Draft(text=f"A post at {unit.now}", visibility=Visibility.PUBLIC)
    started = time.perf_counter()
    await system.node.store.write(posts.publish, unit, author_id, draft)
    published = time.perf_counter() - started
    await asyncio.wait_for(peers.all_in.wait(), 120)
    times = sorted(peers.arrived.values())
    seconds = times[-1] - times[0]
    return {
        "per_s": wanted / seconds,
        "seconds": seconds,
        "publish_ms": published * 1000,
        "duplicates": peers.count - len(peers.arrived),
    }
