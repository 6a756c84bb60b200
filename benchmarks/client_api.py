"""What apps ask for most: the home timeline of 20, warm, over 1, 8 and 32 connections; and posts.

A post is answered when it is durable (``per_s``). While more are posted the node works on what the others set off:
``done_per_s`` counts until all are in the index and the activities of all are written with their deliveries, and the
seconds of the processor are of all that. Cards of the pages that they link to are not waited for: their host is none.
"""

import time
from typing import Any

import orjson

from benchmarks.node_process import NodeProcess
from benchmarks.raw_http import burst

_POSTS = 60
_CONNECTIONS = (1, 8, 32)
_TEXT = "Note %d about learning, with a #hashtag and a link https://a.example/%d " + "and some more words " * 12


def get_request(node: NodeProcess, path: str, token: str) -> bytes:
    host = node.origin.removeprefix("http://")
    return f"GET {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\n\r\n".encode()


def post_request(node: NodeProcess, path: str, token: str, body: bytes) -> bytes:
    host = node.origin.removeprefix("http://")
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def run(node: NodeProcess, token: str, *, reads: int, posts: int) -> dict[str, Any]:
    """Figures by connections; CPU in seconds of the node for 1,000 requests."""
    address = node.origin.removeprefix("http://")

    def post(index: int) -> bytes:
        return post_request(node, "/api/v1/statuses", token, orjson.dumps({"status": _TEXT % (index, index)}))

    await burst(address, post, number=_POSTS, connections=1)
    home = get_request(node, "/api/v1/timelines/home?limit=20", token)
    await burst(address, lambda _: home, number=200, connections=8)
    found: dict[str, Any] = {}
    for connections in _CONNECTIONS:
        cpu = node.cpu_seconds()
        seen = await burst(address, lambda _: home, number=reads, connections=connections)
        spent = (node.cpu_seconds() - cpu) / reads * 1000
        found[f"home_{connections}"] = {"per_s": seen.per_s, "p50_ms": seen.p50_ms, "cpu_s_per_1000": spent}
        found["failed"] = found.get("failed", 0) + seen.failed
    seen = await burst(address, post, number=max(1, posts // 10), connections=1)
    found["post_1"] = {"per_s": seen.per_s, "p50_ms": seen.p50_ms}
    cpu, started = node.cpu_seconds(), time.perf_counter()
    written = await burst(address, post, number=posts, connections=32)
    await node.until_empty("jobs", where="kind = 'event'")  # telling others of them is part of what they cost,
    await node.until_empty("search_queue")  # and so is finding them
    spent = (node.cpu_seconds() - cpu) / posts * 1000
    done = posts / (time.perf_counter() - started)
    found["post"] = {"per_s": written.per_s, "p50_ms": written.p50_ms, "done_per_s": done, "cpu_s_per_1000": spent}
    found["failed"] += written.failed + seen.failed
    return found
