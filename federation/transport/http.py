"""The one outgoing HTTP client: actors, keys, WebFinger, NodeInfo, media, catalogues, deliveries.

Security rules OUT1 to OUT10. It speaks HTTP/1.1 by itself (``http1``, ``connection``, ``pool``): the address that was
checked is the address that is called, every limit has one place, and a delivery costs a third
of what a general client takes (docs/adr/0008). Variables of the environment that name a proxy are not read (OUT7).
"""

import asyncio
import re
import ssl
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from functools import partial
from typing import Any, BinaryIO
from urllib.parse import urljoin

from federation.strictjson import read_object
from federation.transport.address import AddressPolicy, Target
from federation.transport.connection import TIMEOUTS, Dialer, Resolver, Timeouts
from federation.transport.http1 import FileReader, Headers, ResponseReader, build_request
from federation.transport.mediatype import read_media_type
from federation.transport.pool import Pool
from node import metrics
from node.clock import Clock
from node.errors import (
    Blocked,
    Malformed,
    NodeError,
    RemoteGone,
    RemoteMalformed,
    RemoteNotFound,
    RemoteRefused,
    RemoteUnavailable,
)

MAX_DOCUMENT = 1_048_576
MAX_DISCOVERY = 262_144
MAX_ANSWER = 65_536
MAX_REDIRECTS = 3
MAX_RETRY_AFTER = 86_400
MEDIA_SECONDS = 60.0

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_TRANSIENT = frozenset({408, 425, 429, *range(500, 600)}) - {501}
_NOT_FOR_US = frozenset({401, 403, 404})
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f]")

# Headers that prove who asks, for a request to exactly this URL.
Sign = Callable[[str], Awaitable[Mapping[str, str]]]


@dataclass(frozen=True, slots=True)
class Response:
    """What a server answered. ``url`` is the address that answered in the end, after redirects."""

    status: int
    headers: Headers
    body: bytes = field(repr=False)
    url: str

    @property
    def excerpt(self) -> str:
        """The beginning of the body for the log: one line, 200 characters (OUT14)."""
        text = self.body[:800].decode("utf-8", "replace")
        return _UNPRINTABLE.sub(lambda match: f"\\x{ord(match[0]):02x}", text)[:200]


@dataclass(frozen=True, slots=True)
class Document:
    """A JSON object of another server: where it came from, as read, and as it arrived."""

    url: str
    data: dict[str, Any] = field(repr=False)
    raw: bytes = field(repr=False)
    headers: Headers = field(repr=False)


class OutboundClient:
    """Calls other servers within the address policy and the limits. Make one per event loop; ``close`` it.

    ``blocked`` is asked for the host of every request and redirect: true raises ``Blocked``.
    ``proxy``: host and port of the one that connects for us (OUT7), which then does the policy for addresses.
    ``resolver`` and ``tls`` are for tests; they cannot loosen the policy or the verification.
    """

    def __init__(
        self,
        policy: AddressPolicy,
        *,
        user_agent: str,
        clock: Clock,
        connections: int = 100,
        per_host: int = 4,
        idle_connections: int = 1_024,
        timeouts: Timeouts = TIMEOUTS,
        blocked: Callable[[str], bool] | None = None,
        resolver: Resolver | None = None,
        tls: ssl.SSLContext | None = None,
        proxy: tuple[str, int] | None = None,
    ) -> None:
        self.policy = policy
        self._user_agent, self._clock, self._timeouts, self._blocked = user_agent, clock, timeouts, blocked
        self._dialer = Dialer(policy, timeouts=timeouts, resolver=resolver, tls=tls, proxy=proxy)
        self._pool = Pool(
            self._dialer.dial,
            connections=connections,
            per_host=per_host,
            idle=idle_connections,
            silence=timeouts.silence,
        )

    async def close(self) -> None:
        await self._pool.close()
        self._dialer.close()

    async def get(
        self,
        url: str,
        *,
        accept: str = "*/*",
        headers: Mapping[str, str] | None = None,
        max_bytes: int = MAX_DOCUMENT,
        timeout: float | None = None,  # noqa: ASYNC109 - of all redirects together, in seconds
        sign: Sign | None = None,
        feed: bool = False,
        caused_by_others: bool = False,
        make_reader: Callable[[], ResponseReader] | None = None,
    ) -> Response:
        """The answer to a GET, whatever its status, after at most 3 redirects.

        Each redirect is checked like the first address and signed anew; ``headers`` go along only within the origin.
        ``feed``: plain http is allowed if the administrator allowed it for feeds. ``caused_by_others``: takes one of
        the 2 places per host for what strangers made us fetch. ``make_reader``: reads each hop's answer in place of one
        that keeps up to ``max_bytes`` in memory. Raises ``RemoteRefused`` (``OwnAddress`` for our own
        host), ``Blocked``, ``RemoteUnavailable``, ``RemoteMalformed``, and ``Unavailable`` when 30 s brought no free
        connection.
        """
        loop = asyncio.get_running_loop()
        deadline = loop.time() + (timeout or self._timeouts.total)
        make_reader = make_reader or (lambda: ResponseReader(max_bytes))
        with _counting_failures():
            common = {"Accept": accept, "Accept-Encoding": "gzip"}
            target, seen, extra = self._check(url, feed=feed), set[str](), headers or {}
            for _ in range(MAX_REDIRECTS + 1):
                seen.add(target.url)
                reader = await self._pool.exchange(
                    target,
                    partial(self._request, "GET", target, {**common, **extra}, sign),
                    make_reader,
                    seconds=deadline - loop.time(),
                    caused_by_others=caused_by_others,
                )
                location = reader.headers.get("location")
                if reader.status not in _REDIRECTS or not location:
                    metrics.fetch_ended(_outcome_of(reader.status))
                    return Response(reader.status, reader.headers, reader.body, target.url)
                before, target = target, self._redirected(target, location, feed=feed)
                if target.url in seen:
                    raise RemoteRefused(detail=f"{url}: redirected in a circle")
                if target.origin != before.origin:
                    extra = {}
            raise RemoteRefused(detail=f"{url}: more than {MAX_REDIRECTS} redirects")

    async def download(self, url: str, into: BinaryIO, *, max_bytes: int) -> Response:
        """Write what an address answers into a file, piece by piece as it arrives; the answer comes without a body.

        Nothing is written of an answer that is no success. Raises as ``get`` and ``check_status`` do.
        """
        response = await self.get(url, timeout=MEDIA_SECONDS, make_reader=lambda: FileReader(max_bytes, into))
        self.check_status(response)
        return response

    async def post(self, url: str, body: bytes, headers: Mapping[str, str], *, sign: Sign | None = None) -> Response:
        """The answer to a POST, whatever its status; redirects are not followed.

        ``headers`` are sent as they are, so that ``sign`` may cover them, which is asked once there is a connection;
        ``Host``, ``Content-Length`` and ``User-Agent`` are added. Of the answer's body at most 64 KiB are read, for the
        log. Raises as ``get`` does.
        """
        target = self._check(url)
        make_request = partial(self._request, "POST", target, headers, sign, body)
        reader = await self._pool.exchange(
            target, make_request, _answer_reader, seconds=self._timeouts.total, is_post=True
        )
        return Response(reader.status, reader.headers, reader.body, target.url)

    async def get_json(self, url: str, *, headers: Mapping[str, str] | None = None) -> Document:
        """The JSON object at an address, of whatever content type. Raises as ``get`` and ``check_status`` do."""
        response = await self.get(url, accept="application/json", headers=headers, max_bytes=MAX_DISCOVERY)
        return self.read_document(response)

    def check_status(self, response: Response) -> None:
        """Nothing for 200; otherwise raises ``RemoteGone``, ``RemoteNotFound``, ``RemoteUnavailable`` (try later, with
        the seconds that the server asked for) or ``RemoteMalformed``.
        """
        if response.status == 200:
            return
        detail = f"{response.url}: status {response.status} {response.excerpt}"
        if response.status == 410:
            raise RemoteGone(detail=detail)
        if response.status in _NOT_FOR_US:
            raise RemoteNotFound(detail=detail)
        if response.status in _TRANSIENT:
            raise RemoteUnavailable(retry_after_seconds=self.retry_after(response), detail=detail)
        raise RemoteMalformed(detail=detail)

    def read_activity(self, response: Response) -> Document:
        """The ActivityPub document that a response carries; content types other than the two of it are refused (OUT10).

        Whether its ``id`` is where it came from (OUT11) is for the caller to say. Raises as ``check_status``
        does, and ``RemoteMalformed``.
        """
        self.check_status(response)
        content_type = response.headers.get("content-type", "")
        if not read_media_type(content_type).is_activity:
            raise RemoteMalformed(detail=f"{response.url}: content type {content_type[:100]!r}")
        return self.read_document(response)

    def read_document(self, response: Response) -> Document:
        """The JSON object that a response carries. Raises as ``check_status`` does, and ``RemoteMalformed``."""
        self.check_status(response)
        try:
            return Document(response.url, read_object(response.body), response.body, response.headers)
        except Malformed as error:
            raise RemoteMalformed(detail=f"{response.url}: {error}") from None

    def retry_after(self, response: Response) -> int | None:
        """The seconds of ``Retry-After``, between 1 s and a day; None where the server names none."""
        value = response.headers.get("retry-after", "").strip()
        if value.isascii() and value.isdigit():
            seconds = int(value[:9])
        else:
            try:
                seconds = round(parsedate_to_datetime(value).timestamp() - self._clock.now() / 1000)
            except (ValueError, OverflowError):
                return None
        return min(max(seconds, 1), MAX_RETRY_AFTER)

    def _check(self, url: str, *, feed: bool = False) -> Target:
        target = self.policy.check_url(url, feed=feed)
        if self._blocked is not None and self._blocked(target.netloc):
            raise Blocked(detail=target.netloc)
        return target

    def _redirected(self, source: Target, location: str, *, feed: bool) -> Target:
        try:
            target = self._check(urljoin(source.url, location.encode("latin-1").decode()), feed=feed)
        except ValueError:
            raise RemoteRefused(detail=f"{source.url}: redirected to no address") from None
        if (source.scheme, target.scheme) == ("https", "http"):
            raise RemoteRefused(detail=f"{source.url}: redirected from https to http")
        return target

    async def _request(
        self, method: str, target: Target, headers: Mapping[str, str], sign: Sign | None, body: bytes | None = None
    ) -> bytes:
        proof = await sign(target.url) if sign is not None else {}
        return build_request(method, target, {"User-Agent": self._user_agent, **headers, **proof}, body)


@contextmanager
def _counting_failures() -> Iterator[None]:
    try:
        yield
    except (RemoteRefused, Blocked) as error:
        metrics.fetch_refused(type(error).__name__)
        raise
    except NodeError as error:
        metrics.fetch_ended("malformed" if isinstance(error, RemoteMalformed) else "unavailable")
        raise


_OUTCOMES = {304: "not_modified", 401: "not_found", 403: "not_found", 404: "not_found", 410: "gone"}


def _outcome_of(status: int) -> str:
    if 200 <= status < 300:
        return "ok"
    return _OUTCOMES.get(status, "unavailable" if status in _TRANSIENT else "malformed")


def _answer_reader() -> ResponseReader:
    return ResponseReader(MAX_ANSWER, cut=True)
