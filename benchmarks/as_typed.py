"""What an app asks while somebody types, beside the network of ``world``: people, hashtags, and everything at once."""

from typing import Any

from benchmarks.client_api import get_request
from benchmarks.node_process import NodeProcess
from benchmarks.raw_http import burst

#: What is typed, letter by letter: the beginnings of many, then of few, then of nobody.
_TYPED = ("castellano", "hanna okafor", "museum12", "statistics", "carlotta")
_ASKED = {
    "people": "/api/v1/accounts/search?limit=5&resolve=false&q={}",
    "hashtags": "/api/v2/search?limit=5&type=hashtags&q={}",
    "everything": "/api/v2/search?limit=5&q={}",
}


async def measure(node: NodeProcess, token: str, asked: int) -> dict[str, Any]:
    """By what is asked for: the middle answer time on one connection, answers a second on 8, milliseconds of CPU."""
    address = node.origin.removeprefix("http://")
    letters = [text[:length].replace(" ", "%20") for text in _TYPED for length in range(1, len(text) + 1)]
    found: dict[str, Any] = {"failed": 0}
    for name, path in _ASKED.items():
        requests = [get_request(node, path.format(text), token) for text in letters]

        def make(index: int, requests: list[bytes] = requests) -> bytes:
            return requests[index % len(requests)]

        await burst(address, make, number=len(requests), connections=1)
        cpu, number = node.cpu_seconds(), max(asked, len(requests))
        single = await burst(address, make, number=number, connections=1)
        several = await burst(address, make, number=number, connections=8)
        spent = (node.cpu_seconds() - cpu) / (2 * number) * 1000
        found[name] = {"p50_ms": single.p50_ms, "per_s": several.per_s, "cpu_ms": spent}
        found["failed"] += single.failed + several.failed
    return found
