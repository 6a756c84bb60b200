"""Many servers, played by this process: actors on loopback hosts, requests signed before the clock starts."""

import asyncio
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import aiohttp
import orjson
from aiohttp import web

from federation.signatures.httpsig import Message, Scheme, sign
from federation.signatures.keypairs import Algorithm, SigningKey
from node.clock import SystemClock

_HANG_SECONDS = 60
PUBLIC = "https://www.w3.org/ns/activitystreams#Public"


@dataclass(slots=True)
class Peers:
    """``hosts`` addresses, one key for all their actors: what is measured is the node."""

    port: int
    key: SigningKey
    arrived: dict[str, float] = field(default_factory=dict)  # host -> when
    count: int = 0
    all_in: asyncio.Event = field(default_factory=asyncio.Event)
    wanted: int = 0
    failing: frozenset[str] = frozenset()
    hanging: frozenset[str] = frozenset()

    def actor(self, host: str, name: str = "a") -> str:
        return f"http://{host}:{self.port}/users/{name}"

    def signed(self, url: str, activity: dict[str, Any]) -> tuple[bytes, dict[str, str]]:
        body = orjson.dumps(activity)
        content = {"content-type": "application/activity+json"}
        key = replace(self.key, key_id=f"{activity['actor']}#main-key")
        proof = sign(Message("POST", url, content, body), key, scheme=Scheme.CAVAGE, now=SystemClock().now())
        return body, {"Content-Type": "application/activity+json", **proof}

    def expect(self, wanted: int) -> None:
        self.arrived.clear()
        self.count, self.wanted = 0, wanted
        self.all_in.clear()


def addresses(first: int, number: int) -> list[str]:
    """``number`` loopback addresses of their own block."""
    return [f"127.{first}.{index // 250}.{index % 250 + 1}" for index in range(number)]


@asynccontextmanager
async def playing(hosts: Sequence[str], *, capabilities: Sequence[str] = ()) -> AsyncIterator[Peers]:
    """Servers at these addresses, which announce what they can do (FEP-844e)."""
    key = SigningKey.generate("bench", Algorithm.RSA)
    pem = key.public.to_pem()
    loop = asyncio.get_running_loop()

    async def show(request: web.Request) -> web.Response:
        uri = f"http://{request.host}{request.path}"
        document = {
            "@context": ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"],
            "id": uri,
            "type": "Person",
            "preferredUsername": request.match_info["name"],
            "inbox": f"{uri}/inbox",
            "outbox": f"{uri}/outbox",
            "followers": f"{uri}/followers",
            "endpoints": {"sharedInbox": f"http://{request.host}/inbox"},
            "generator": {"type": "Application", "implements": [{"href": each} for each in capabilities]},
            "publicKey": {"id": f"{uri}#main-key", "owner": uri, "publicKeyPem": pem},
        }
        return web.Response(body=orjson.dumps(document), content_type="application/activity+json")

    async def take(request: web.Request) -> web.Response:
        await request.read()
        if request.host in peers.failing:
            return web.Response(status=503)
        if request.host in peers.hanging:
            await asyncio.sleep(_HANG_SECONDS)
            return web.Response(status=503)
        peers.arrived.setdefault(request.host, loop.time())
        peers.count += 1
        if peers.wanted and peers.count >= peers.wanted:
            peers.all_in.set()
        return web.Response(status=202)

    app = web.Application()
    app.router.add_get("/users/{name}", show)
    app.router.add_post("/{path:.*}", take)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    server = runner.server
    assert server is not None
    with socket.create_server((hosts[0], 0)) as probe:
        port = probe.getsockname()[1]
    listener = await loop.create_server(server, hosts, port, backlog=1024)
    peers = Peers(port, key)
    try:
        yield peers
    finally:
        listener.close()
        await runner.cleanup()


async def post_all(requests: Sequence[tuple[str, bytes, dict[str, str]]], connections: int) -> list[int]:
    """Send over so many connections; the statuses."""
    waiting = iter(requests)
    statuses: list[int] = []
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=connections)) as http:

        async def run() -> None:
            for url, body, headers in waiting:
                async with http.post(url, data=body, headers=headers) as answer:
                    await answer.read()
                    statuses.append(answer.status)

        await asyncio.gather(*(run() for _ in range(connections)))
    return statuses
