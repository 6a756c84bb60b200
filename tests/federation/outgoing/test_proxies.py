"""Whom the outgoing client believes that it speaks with: proxies and certificates, OUT7 and OUT8."""

import asyncio
import ssl
import warnings

import pytest

from federation.transport.connection import Dialer
from node.errors import RemoteRefused, RemoteUnavailable, Unavailable
from tests.broken_peers import BrokenPeer, is_silent, response, says, says_json
from tests.federation.outgoing.clients import HASTY, PUBLIC, Names, get_activity
from tests.tls import Authority


async def test_out7_proxies_of_the_environment_are_ignored(make_client, monkeypatch):
    async with BrokenPeer(says_json()) as proxy, BrokenPeer(says_json()) as peer:
        for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url())
        await make_client().get(peer.url())
        assert (proxy.connections, peer.connections) == (0, 1)


class Proxy(BrokenPeer):
    """Connects where it is asked to, whatever the name: to ``port`` on loopback; or answers ``refusal``."""

    def __init__(self, port: int, refusal: bytes = b"") -> None:
        super().__init__(self._relay)
        self._port, self._refusal, self.asked = port, refusal, list[str]()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        await super()._serve(reader, writer)

    async def _relay(self, request, writer: asyncio.StreamWriter) -> None:
        self.asked.append(f"{request.method} {request.path}")
        if self._refusal:
            writer.write(self._refusal)
            return
        near, far = self._reader, await asyncio.open_connection("127.0.0.1", self._port)
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        try:
            await asyncio.gather(self._copy(near, far[1]), self._copy(far[0], writer))
        finally:
            far[1].close()

    async def _copy(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while piece := await reader.read(4_096):
            writer.write(piece)
            await writer.drain()
        writer.close()


async def test_out7_a_named_proxy_connects_and_the_certificate_is_still_that_of_the_name(make_client, authority):
    async with BrokenPeer(says_json(), tls=authority.server_context("peer.example")) as peer, Proxy(peer.port) as proxy:
        options = {"tls": authority.client_context(), "proxy": ("127.0.0.1", proxy.port)}
        client = make_client(PUBLIC, resolver=Names([]), **options)
        await get_activity(client, "https://peer.example/")
        assert proxy.asked == ["CONNECT peer.example:443"]
        assert peer.requests[0].headers["host"] == "peer.example"
        with pytest.raises(RemoteUnavailable):
            await client.get("https://other.example/")
        for refused in ("https://127.0.0.1/", "http://peer.example/", "https://peer.example:8443/"):
            with pytest.raises(RemoteRefused):
                await client.get(refused)
        assert len(peer.requests) == 1


PROXY_ANSWERS = {
    "cannot reach it": (response(status="502 Bad Gateway"), RemoteUnavailable),
    "wants a password": (response(status="407 Proxy Authentication Required"), Unavailable),
    "forbids it": (response(status="403 Forbidden"), Unavailable),
    "speaks something else": (b"SSH-2.0\r\n\r\n", Unavailable),
    "says too much": (b"HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK\r\n\r\n", Unavailable),
    "never ends": (b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 3_000, Unavailable),
}


@pytest.mark.parametrize(("answer", "error"), PROXY_ANSWERS.values(), ids=PROXY_ANSWERS.keys())
async def test_out7_a_proxy_that_does_not_connect_says_nothing_about_the_host(make_client, answer, error):
    async with Proxy(1, answer) as proxy:
        client = make_client(PUBLIC, proxy=("127.0.0.1", proxy.port))
        with pytest.raises(error) as caught:
            await client.get("https://peer.example/")
        assert type(caught.value) is error


async def test_out7_a_proxy_that_is_not_there_or_is_silent(make_client):
    async with BrokenPeer(is_silent()) as proxy:
        with pytest.raises(RemoteUnavailable):
            await make_client(timeouts=HASTY, proxy=("127.0.0.1", proxy.port)).get("https://peer.example/")
        port = proxy.port
    with pytest.raises(Unavailable):
        await make_client(proxy=("127.0.0.1", port)).get("https://peer.example/")


async def test_out8_a_certificate_for_the_name_is_accepted(make_client, authority):
    async with BrokenPeer(says_json(), tls=authority.server_context("peer.example")) as peer:
        client = make_client(resolver=Names([("127.0.0.1", peer.port)]), tls=authority.client_context())
        found = await client.get("https://Peer.Example./")
        assert (found.url, peer.requests[0].headers["host"]) == ("https://peer.example/", "peer.example")


@pytest.mark.parametrize("flaw", ["other name", "expired", "unknown authority", "no TLS", "old TLS"])
async def test_out8_what_does_not_prove_the_name_gets_no_request(make_client, authority, flaw):
    tls = {
        "other name": lambda: authority.server_context("other.example"),
        "expired": lambda: authority.server_context("peer.example", expired=True),
        "unknown authority": lambda: Authority().server_context("peer.example"),
        "no TLS": lambda: None,
        "old TLS": lambda: _old_tls(authority.server_context("peer.example")),
    }[flaw]()
    async with BrokenPeer(says(b"220 hello\r\n"), tls=tls) as peer:
        client = make_client(resolver=Names([("127.0.0.1", peer.port)]), tls=authority.client_context(), timeouts=HASTY)
        with pytest.raises(RemoteUnavailable):
            await client.get("https://peer.example/")
        assert peer.requests == []


def _old_tls(context):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("ALL:@SECLEVEL=0")
    return context


async def test_out8_a_context_without_verification_is_no_option(make_client):
    careless = ssl.create_default_context()
    careless.check_hostname = False
    with pytest.raises(ValueError, match="does not verify"):
        make_client(tls=careless)
    careless.verify_mode = ssl.CERT_NONE
    with pytest.raises(ValueError, match="does not verify"):
        make_client(tls=careless)


async def test_out8_versions_below_1_2_are_off_in_every_context(authority):
    context = authority.client_context()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1
    Dialer(PUBLIC, tls=context)
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2
