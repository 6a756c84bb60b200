"""What this machine's parts can do: the figures that all others are divided by."""

import asyncio
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import aiohttp
from aiohttp import web

from federation.signatures.keypairs import Algorithm, SigningKey


def rate(function: Callable[[], object], seconds: float = 0.5) -> float:
    """Calls per second of ``function`` on one thread."""
    count, started = 0, time.perf_counter()
    while (spent := time.perf_counter() - started) < seconds:
        function()
        count += 1
    return count / spent


def crypto() -> dict[str, float]:
    key = SigningKey.generate("https://a.example/#main-key", Algorithm.RSA)
    data = b"x" * 300
    signature = key.sign(data)
    return {
        "rsa_sign_per_s": rate(lambda: key.sign(data)),
        "rsa_verify_per_s": rate(lambda: key.public.verifies(signature, data)),
    }


def fsync() -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder, (Path(folder) / "f").open("wb") as file:

        def once() -> None:
            file.write(b"x" * 4096)
            file.flush()
            os.fsync(file.fileno())

        return {"fsync_per_s": rate(once)}


async def echo() -> dict[str, float]:
    """POSTs per second that bare aiohttp answers over 32 connections; client and server share the process."""

    async def handle(request: web.Request) -> web.Response:
        return web.Response(body=await request.read())

    app = web.Application()
    app.router.add_post("/", handle)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/"
    count, body = 4_000, b"x" * 1_000
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=32)) as http:
        numbers = iter(range(count))

        async def post() -> None:
            for _ in numbers:
                async with http.post(url, data=body) as answer:
                    await answer.read()

        started = time.perf_counter()
        await asyncio.gather(*(post() for _ in range(32)))
        spent = time.perf_counter() - started
    await runner.cleanup()
    return {"aiohttp_echo_per_s": count / spent}


async def measure() -> dict[str, float]:
    return {**crypto(), **fsync(), **await echo()}
