"""What pages cost at the server beside 100,000 stored objects.

Times are those of whole answers over one connection, medians of ``asked`` requests.
"""

import time
from typing import Any

import aiohttp

from benchmarks.filling import fill
from benchmarks.node_process import NodeProcess

_PAGES = {
    "home": "/",
    "front": "/?as=guest",
    "network": "/network",
    "resources": "/resources",
    "search": "/search?q=museum+care",
    "filtered": "/resources?kind=video&q=ethics",
    "calendar": "/calendar",
    "agenda": "/calendar?view=agenda",
    "events": "/events",
    "questions": "/questions",
    "courses": "/courses",
}
_NAMED = ("resource", "thread", "event", "person", "community")


async def measure(node: NodeProcess, number: int, asked: int) -> dict[str, Any]:
    """Median milliseconds of a whole answer, and of the processor for one, by page."""
    told = await fill(node, number)
    await node.until_empty("search_queue")
    pages = _PAGES | {name: told[name] for name in _NAMED}
    found: dict[str, Any] = {"objects": number}
    async with aiohttp.ClientSession(headers={"Cookie": told["cookie"], "Accept": "text/html"}) as http:
        for name, path in pages.items():
            await _ask(http, node, path, 3)
            cpu = node.cpu_seconds()
            times = await _ask(http, node, path, asked)
            spent = (node.cpu_seconds() - cpu) / asked * 1000
            found[name] = {"p50_ms": sorted(times)[len(times) // 2], "cpu_ms": spent}
    return found


async def _ask(http: aiohttp.ClientSession, node: NodeProcess, path: str, number: int) -> list[float]:
    times = []
    for _ in range(number):
        started = time.perf_counter()
        async with http.get(node.origin + path) as answer:
            text = await answer.text()
            if answer.status != 200:
                raise RuntimeError(f"{path}: {answer.status} {text:.200}")
        times.append((time.perf_counter() - started) * 1000)
    return times
