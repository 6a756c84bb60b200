"""The same request over and over on a few kept connections, with as little client as possible between the times."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Answered:
    """How a burst was answered: requests a second, the middle answer time in milliseconds, statuses other than 200."""

    per_s: float
    p50_ms: float
    failed: int


async def burst(address: str, make: Callable[[int], bytes], *, number: int, connections: int) -> Answered:
    """Send ``make(0)`` to ``make(number - 1)``, whole requests, to ``host:port`` and read all answers."""
    host, port = address.split(":")
    times: list[float] = []
    failed = 0
    waiting = iter(range(number))

    async def run() -> None:
        nonlocal failed
        reader, writer = await asyncio.open_connection(host, int(port))
        for index in waiting:
            started = time.perf_counter()
            writer.write(make(index))
            head = await reader.readuntil(b"\r\n\r\n")
            length = next(
                int(line.partition(b":")[2])
                for line in head.split(b"\r\n")
                if line.lower().startswith(b"content-length")
            )
            await reader.readexactly(length)
            times.append(time.perf_counter() - started)
            failed += not head.startswith(b"HTTP/1.1 200")
        writer.close()

    started = time.perf_counter()
    await asyncio.gather(*(run() for _ in range(connections)))
    seconds = time.perf_counter() - started
    return Answered(number / seconds, sorted(times)[len(times) // 2] * 1000, failed)
