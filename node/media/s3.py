"""Media in a bucket of an S3-compatible service that the administrator named.

Addresses are written path-style (``ENDPOINT/BUCKET/KEY``), which all such services read. This is the one connection
that does not go through ``federation.transport.http``: no stranger chooses where it leads, and it may well lead into
the organisation's own network.
"""

import asyncio
from collections.abc import AsyncIterator, Collection
from hashlib import file_digest
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp

from node.clock import Clock
from node.domain.media import is_key, type_of_key
from node.errors import NotFound, Unavailable
from node.media.sigv4 import EMPTY_HASH, Credentials, sign_request
from node.ports import StoredFile

_TIMEOUT = aiohttp.ClientTimeout(total=300, connect=10, sock_read=60)
_PIECE = 65_536
_KEPT = ("Content-Length", "Content-Range", "ETag", "Last-Modified")
FOR_EVER = "public, max-age=31536000, immutable"


class S3Storage:
    """Implements ``node.ports.MediaStore``."""

    def __init__(self, clock: Clock, credentials: Credentials, *, endpoint: str, bucket: str) -> None:
        parts = urlsplit(endpoint)
        self._clock, self._credentials = clock, credentials
        self._base, self._host = f"{parts.scheme}://{parts.netloc}", parts.netloc
        self._folder = f"{parts.path.rstrip('/')}/{bucket}"
        self._session: aiohttp.ClientSession | None = None

    async def put(self, key: str, source: Path) -> None:
        headers = {"Content-Type": type_of_key(key), "Cache-Control": FOR_EVER}
        body_hash = await asyncio.to_thread(_hash, source)
        answer = await self._ask("PUT", key, headers, body_hash, source)
        answer.release()
        self._check(answer, key)

    async def get(self, key: str, *, byte_range: str = "") -> StoredFile:
        answer = await self._ask("GET", key, {"Range": byte_range} if byte_range else {}, EMPTY_HASH)
        if answer.status not in {200, 206, 416}:
            answer.release()
            self._check(answer, key)
        kept = {name: answer.headers[name] for name in _KEPT if name in answer.headers}
        return StoredFile(status=answer.status, headers=kept, pieces=_pieces(answer))

    async def delete(self, keys: Collection[str]) -> None:
        for key in keys:
            answer = await self._ask("DELETE", key, {}, EMPTY_HASH)
            answer.release()
            if answer.status != 404:
                self._check(answer, key)

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _ask(
        self, method: str, key: str, headers: dict[str, str], body_hash: str, body: Path | None = None
    ) -> aiohttp.ClientResponse:
        if not is_key(key):
            raise NotFound
        path = f"{self._folder}/{key}"
        signed = sign_request(self._credentials, method, self._host, path, headers, body_hash, self._clock.now())
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=_TIMEOUT, auto_decompress=False)
        try:
            if body is None:
                return await self._session.request(method, self._base + path, headers=signed, allow_redirects=False)
            with body.open("rb") as data:
                return await self._session.request(
                    method, self._base + path, headers=signed, data=data, allow_redirects=False
                )
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise Unavailable("The storage of media does not answer.", detail=str(error)) from error

    def _check(self, answer: aiohttp.ClientResponse, key: str) -> None:
        if answer.status == 404:
            raise NotFound
        if answer.status >= 300:
            raise Unavailable("The storage of media refuses.", detail=f"{answer.method} {key}: status {answer.status}")


async def _pieces(answer: aiohttp.ClientResponse) -> AsyncIterator[bytes]:
    async with answer:
        async for piece in answer.content.iter_chunked(_PIECE):
            yield piece


def _hash(source: Path) -> str:
    with source.open("rb") as data:
        return file_digest(data, "sha256").hexdigest()
