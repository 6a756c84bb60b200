"""1,000 streams that nothing happens on: what each costs in memory, and all together in processor time."""

import asyncio
import hashlib
import sqlite3
import time
from contextlib import closing

from benchmarks.node_process import NodeProcess

_EACH = 10  # streams that one person may have
_READ = 65_536


def add_people(node: NodeProcess, number: int) -> list[str]:
    """Accounts beside the running node, written as it would; answers a token of each."""
    now, host = time.time_ns() // 1_000_000, node.origin.removeprefix("http://")
    tokens = [f"stream-token-{each}" for each in range(number)]
    first = now << 16
    with closing(sqlite3.connect(node.database, timeout=30)) as raw, raw:
        raw.executemany(
            "INSERT INTO actors (id, uri, kind, local, username, host, created_at, updated_at)"
            " VALUES (?, ?, 'person', 1, ?, ?, ?, ?)",
            [
                (first + each, f"{node.origin}/ap/a/{first + each}", f"s{each}", host, now, now)
                for each in range(number)
            ],
        )
        raw.executemany(
            "INSERT INTO accounts (actor_id, email, role, created_at, password_changed_at)"
            " VALUES (?, ?, 'member', ?, ?)",
            [(first + each, f"s{each}@example.org", now, now) for each in range(number)],
        )
        raw.executemany(
            "INSERT INTO access_tokens (token_hash, actor_id, scopes, created_at, used_at) VALUES (?, ?, 'read', ?, ?)",
            [(hashlib.sha256(token.encode()).hexdigest(), first + each, now, now) for each, token in enumerate(tokens)],
        )
    return tokens


async def _connect(host: str, token: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    address, port = host.split(":")
    reader, writer = await asyncio.open_connection(address, int(port), limit=_READ)
    writer.write(
        f"GET /api/v1/streaming?stream=user HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\n"
        "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode()
    )
    head = await reader.readuntil(b"\r\n\r\n")
    if b" 101 " not in head:
        raise RuntimeError(head[:200])
    return reader, writer


async def _answer_pings(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """As browsers do: a masked, empty pong for each ping."""
    while await reader.read(_READ):
        writer.write(b"\x8a\x80\0\0\0\0")


async def run(node: NodeProcess, *, streams: int, watched: float) -> dict[str, float]:
    """``stream_kib`` of memory for each, ``stream_cpu`` of one core for all, over ``watched`` seconds."""
    tokens = await asyncio.to_thread(add_people, node, -(-streams // _EACH))
    host = node.origin.removeprefix("http://")
    await _connect(host, tokens[0])  # what is loaded with the first is not of the others
    before = node.memory_mib()
    opened = [await _connect(host, tokens[each // _EACH % len(tokens)]) for each in range(1, streams)]
    tasks = [asyncio.create_task(_answer_pings(*each)) for each in opened]
    await asyncio.sleep(1)
    each_kib = (node.memory_mib() - before) * 1024 / len(opened)
    used, began = node.cpu_seconds(), time.perf_counter()
    await asyncio.sleep(watched)
    share = (node.cpu_seconds() - used) / (time.perf_counter() - began)
    after_pings = (node.memory_mib() - before) * 1024 / len(opened)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    for _, writer in opened:
        writer.close()
    return {"stream_kib": max(each_kib, after_pings), "stream_cpu": share}
