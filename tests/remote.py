"""Another server, played: actors with keys, documents under their ids, signed requests as any peer would send them."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import aiohttp
import orjson
from aiohttp import web

from federation.signatures.httpsig import Message, Scheme, sign
from federation.signatures.keypairs import Algorithm, SigningKey
from federation.signatures.multikey import encode_multikey
from node.clock import SystemClock

PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
CONTEXT = ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"]


@dataclass(slots=True)
class RemoteActor:
    """One actor of the played server."""

    uri: str
    key: SigningKey
    ed25519: SigningKey

    @property
    def document(self) -> dict[str, Any]:
        name = self.uri.rpartition("/")[2]
        return {
            "@context": CONTEXT,
            "id": self.uri,
            "type": "Person",
            "preferredUsername": name,
            "name": name.title(),
            "inbox": f"{self.uri}/inbox",
            "outbox": f"{self.uri}/outbox",
            "followers": f"{self.uri}/followers",
            "publicKey": {"id": self.key.key_id, "owner": self.uri, "publicKeyPem": self.key.public.to_pem()},
            "assertionMethod": [
                {
                    "id": self.ed25519.key_id,
                    "type": "Multikey",
                    "controller": self.uri,
                    "publicKeyMultibase": encode_multikey(self.ed25519.public),
                }
            ],
        }


@dataclass(slots=True)
class Remote:
    """See the module. ``documents`` are what it serves, by path (bytes as they are); ``posted`` what was sent to it.

    ``delivered`` is the same with the path of the inbox; ``before_answer`` is awaited before each of it is answered.
    """

    origin: str
    http: aiohttp.ClientSession
    documents: dict[str, Any] = field(default_factory=dict)
    posted: list[dict[str, Any]] = field(default_factory=list)
    delivered: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    before_answer: Callable[[], Awaitable[None]] | None = None

    def actor(self, name: str) -> RemoteActor:
        uri = f"{self.origin}/users/{name}"
        rsa = SigningKey.generate(f"{uri}#main-key", Algorithm.RSA)
        made = RemoteActor(uri, rsa, SigningKey.generate(f"{uri}#ed25519-key", Algorithm.ED25519))
        self.documents[f"/users/{name}"] = made.document
        return made

    def note(self, author: RemoteActor, number: int, **parts: Any) -> dict[str, Any]:
        """A public note that the server also serves."""
        uri = f"{self.origin}/notes/{number}"
        document = {
            "id": uri,
            "type": "Note",
            "attributedTo": author.uri,
            "content": f"<p>Note {number}</p>",
            "to": [PUBLIC],
            "cc": [f"{author.uri}/followers"],
            "published": "2026-11-24T12:00:00Z",
            **parts,
        }
        self.documents[f"/notes/{number}"] = {"@context": CONTEXT, **document}
        return document

    def activity(self, type_: str, actor: RemoteActor, object_: Any, number: int = 1, **parts: Any) -> dict[str, Any]:
        return {
            "@context": CONTEXT,
            "id": f"{self.origin}/activities/{type_.lower()}-{number}",
            "type": type_,
            "actor": actor.uri,
            "object": object_,
            "to": [PUBLIC],
            **parts,
        }

    async def send(self, url: str, activity: Any, key: SigningKey, **changes: Any) -> int:
        """POST with a signature; answers the status. ``changes`` are those of ``signed``."""
        body, headers = signed(url, activity, key, **changes)
        async with self.http.post(url, data=body, headers=headers) as answer:
            await answer.read()
            return answer.status

    async def get(self, url: str, key: SigningKey) -> tuple[int, Any]:
        """GET with a signature: status, and JSON where that is the answer."""
        proof = sign(Message("GET", url, {}, b""), key, scheme=Scheme.CAVAGE, now=SystemClock().now())
        async with self.http.get(url, headers={"Accept": "application/activity+json", **proof}) as answer:
            return answer.status, await answer.json(content_type=None) if "json" in answer.content_type else None


def signed(
    url: str,
    activity: Any,
    key: SigningKey,
    *,
    scheme: Scheme = Scheme.CAVAGE,
    age: int = 0,
    content_type: str = "application/activity+json",
    headers: Mapping[str, str] = MappingProxyType({}),
) -> tuple[bytes, dict[str, str]]:
    """Body and headers of a request that was signed ``age`` milliseconds ago; ``headers`` go along, and are covered."""
    body = activity if isinstance(activity, bytes) else orjson.dumps(activity)
    message = Message("POST", url, {"content-type": content_type, **headers}, body)
    proof = sign(message, key, scheme=scheme, now=SystemClock().now() - age, also=tuple(headers))
    return body, {"Content-Type": content_type, **headers, **proof}


@asynccontextmanager
async def remote(address: str = "127.2.0.1") -> AsyncIterator[Remote]:
    """A played server on loopback."""

    async def show(request: web.Request) -> web.Response:
        server.asked.append(request.path_qs)
        document = server.documents.get(request.path_qs)
        if isinstance(document, int):
            return web.Response(status=document)
        if document is None:
            return web.Response(status=404)
        body = document if isinstance(document, bytes) else orjson.dumps(document)
        return web.Response(body=body, content_type="application/activity+json")

    async def take(request: web.Request) -> web.Response:
        server.posted.append(orjson.loads(await request.read()))
        server.delivered.append((request.path, server.posted[-1]))
        if server.before_answer is not None:
            await server.before_answer()
        return web.Response(status=202)

    app = web.Application()
    app.router.add_get("/{path:.*}", show)
    app.router.add_post("/{path:.*}", take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, address, 0)
    await site.start()
    port = runner.addresses[0][1]
    async with aiohttp.ClientSession() as http:
        server = Remote(f"http://{address}:{port}", http)
        try:
            yield server
        finally:
            await runner.cleanup()
