"""A client app of one person: the client API as apps call it, with a token."""

from dataclasses import dataclass
from typing import Any

import aiohttp

from node.store.people.actors import Actor
from tests.network import Peer


@dataclass(slots=True)
class App:
    """One person's app at one node. Calls answer JSON and fail where the status is another than expected."""

    peer: Peer
    token: str | None = None
    me: Actor | None = None

    async def get(self, path: str, status: int = 200, /, **query: Any) -> Any:
        return await self.call("GET", path, status, params=_flat(query))

    async def post(self, path: str, status: int = 200, /, **body: Any) -> Any:
        return await self.call("POST", path, status, json=body)

    async def put(self, path: str, status: int = 200, /, **body: Any) -> Any:
        return await self.call("PUT", path, status, json=body)

    async def patch(self, path: str, status: int = 200, /, **body: Any) -> Any:
        return await self.call("PATCH", path, status, json=body)

    async def delete(self, path: str, status: int = 200, /, **body: Any) -> Any:
        return await self.call("DELETE", path, status, json=body)

    async def call(self, method: str, path: str, status: int = 200, **options: Any) -> Any:
        answer = await self.ask(method, path, **options)
        body = await answer.json(content_type=None)
        assert answer.status == status, (answer.status, body)
        return body

    async def ask(self, method: str, path: str, **options: Any) -> aiohttp.ClientResponse:
        """The whole response, read: for headers and statuses. ``path`` is below ``/api``, or absolute from ``/``."""
        url = self.peer.origin + (path if path.startswith("/") else f"/api/{path}")
        headers = {**({"Authorization": f"Bearer {self.token}"} if self.token else {}), **options.pop("headers", {})}
        async with self.peer.http.request(method, url, headers=headers, **options) as answer:
            await answer.read()
            return answer


def _flat(query: dict[str, Any]) -> list[tuple[str, str]]:
    """Lists as ``name[]=``, booleans as clients write them."""
    pairs: list[tuple[str, Any]] = []
    for name, value in query.items():
        pairs += [(f"{name}[]", each) for each in value] if isinstance(value, list) else [(name, value)]
    return [(name, str(value).lower() if isinstance(value, bool) else str(value)) for name, value in pairs]


async def app_of(peer: Peer, username: str, *, scopes: str = "read write follow push", **profile: Any) -> App:
    """A new member of the node, with her app."""
    actor = await peer.add_actor(username, **profile)
    return App(peer, await peer.token(actor, scopes), actor)
