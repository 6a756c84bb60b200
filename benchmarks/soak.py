"""The same work for long: whether memory, handles, the log of the database and what waits stay what they were (REL18).

A round every two seconds: known people of 40 hosts write, some whom nobody has met join them, ours read and post, and
what they post is delivered to every host. Between rounds the process is looked at from outside.
"""

import asyncio
import math
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import orjson

from benchmarks import client_api, inbox
from benchmarks.fan_out import follow
from benchmarks.node_process import NodeProcess
from benchmarks.peers import Peers, addresses, playing, post_all
from benchmarks.raw_http import burst
from node.app.system import opened
from node.config import load
from node.store.people.actors import find_local_actor

_HOSTS, _FRIENDS, _NOTES, _STRANGERS = 40, 200, 40, 4
_READS, _POSTS, _CONNECTIONS = 20, 2, 4
_PAGES = ("/", "/resources", "/search?q=learning", "/@alice")
_ROUND_SECONDS = 2.0
_EVERY = 30  # rounds: about a minute; these looks are kept


@dataclass(frozen=True, slots=True)
class Look:
    """The node at one moment: what it holds, and for how many seconds work has waited."""

    memory_mib: float
    handles: int
    wal_mib: float
    waiting_s: float


async def run(node: NodeProcess, token: str, *, minutes: float) -> dict[str, Any]:
    """Figures of the last quarter of the time beside those of the second; in the first, caches fill."""
    hosts = addresses(12, _HOSTS)
    async with playing(hosts) as peers:
        friends = [peers.actor(hosts[index % _HOSTS], f"a{index}") for index in range(_FRIENDS)]
        await inbox.follow_all(node, friends)
        async with opened(load(node.config)) as system:
            alice = await system.node.store.read(find_local_actor, "alice")
            assert alice is not None
        await follow(node, peers, hosts, alice.uri)
        looks, refused = await _rounds(node, peers, hosts, friends, token, time.perf_counter() + minutes * 60)
    course = [asdict(look) for look in looks[::_EVERY]]
    return compare(looks) | {"minutes": minutes, "rounds": len(looks), "refused": refused, "course": course}


async def _rounds(
    node: NodeProcess, peers: Peers, hosts: Sequence[str], friends: Sequence[str], token: str, until: float
) -> tuple[list[Look], int]:
    looks: list[Look] = []
    refused = 0
    while (began := time.perf_counter()) < until:
        number = len(looks)
        strangers = [peers.actor(hosts[index], f"n{number}-{index}") for index in range(_STRANGERS)]
        writers = [friends[(number * _NOTES + index) % len(friends)] for index in range(_NOTES)] + strangers
        notes = [inbox.note(peers, node, uri, f"{number}-{index}") for index, uri in enumerate(writers)]
        statuses = await post_all(notes, _CONNECTIONS)
        refused += sum(status != 202 for status in statuses) + await _use(node, token, number)
        looks.append(_look(node))
        await asyncio.sleep(max(0.0, began + _ROUND_SECONDS - time.perf_counter()))
    return looks, refused


async def _use(node: NodeProcess, token: str, number: int) -> int:
    """What apps and readers do; how much of it was not answered well."""
    address = node.origin.removeprefix("http://")
    home = client_api.get_request(node, "/api/v1/timelines/home?limit=20", token)
    pages = [client_api.get_request(node, path, token) for path in _PAGES]

    def post(index: int) -> bytes:
        text = f"Round {number}, post {index} about #learning"
        return client_api.post_request(node, "/api/v1/statuses", token, orjson.dumps({"status": text}))

    failed = 0
    for make, times in ((lambda _: home, _READS), (pages.__getitem__, len(pages)), (post, _POSTS)):
        failed += (await burst(address, make, number=times, connections=1)).failed
    return failed


def _look(node: NodeProcess) -> Look:
    wal = Path(f"{node.database}-wal")
    wal_mib = wal.stat().st_size / 2**20 if wal.exists() else 0.0
    due_at = node.ask("SELECT min(due_at) FROM jobs WHERE state = 'live' AND owner = ''") or math.inf
    return Look(node.memory_mib(), node.handles(), wal_mib, max(0.0, time.time() - due_at / 1000))


def compare(looks: Sequence[Look]) -> dict[str, float]:
    """How the last quarter stands to the second, and the worst of all."""
    quarter = max(1, len(looks) // 4)

    def middle(of: Callable[[Look], float], part: Sequence[Look]) -> float:
        return statistics.median(map(of, part))

    second, last = looks[quarter : 2 * quarter] or looks, looks[-quarter:]
    memory = middle(lambda look: look.memory_mib, last)
    handles = middle(lambda look: look.handles, last)
    return {
        "memory_mib": memory,
        "memory_growth": memory / middle(lambda look: look.memory_mib, second),
        "handles": handles,
        "handles_growth": handles / middle(lambda look: look.handles, second),
        "wal_mib": max(look.wal_mib for look in looks),
        "waiting_s": max(look.waiting_s for look in looks),
    }
