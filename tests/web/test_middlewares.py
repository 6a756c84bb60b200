"""Around every request: hosts, ids, errors in three forms, headers."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web

from node.store.people.actors import Actor
from tests.network import running_peer
from tests.node import test_log
from tests.rows import each_row
from tests.web.conftest import Site
from web.health import STOPPING
from web.patience import Runner

lines, _restored = test_log.lines, test_log._restored
CSP = "default-src 'none'; script-src 'self'"


async def _get(site: Site, path: str, **headers: str):
    async with site.browser.get(site.peer.origin + path, headers=headers, allow_redirects=False) as answer:
        await answer.read()
        return answer


@each_row("path", ["/", "/nothing", "/sign-in", "/@nobody"])
async def test_pages_carry_security_headers(site: Site, path: str) -> None:
    headers = (await _get(site, path, Accept="text/html")).headers
    assert headers["Content-Security-Policy"].startswith(CSP)
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "Strict-Transport-Security" not in headers, "only over https"


async def test_foreign_hosts_get_no_document(site: Site) -> None:
    for path in ("/", "/ap/instance", "/.well-known/nodeinfo", "/api/learning/v1/resources"):
        assert (await _get(site, path, Host="evil.example")).status == 421
    assert (await _get(site, "/healthz", Host="10.0.0.7")).status == 200
    assert (await _get(site, "/readyz", Host="10.0.0.7")).status in {200, 503}


async def test_a_node_that_is_told_to_stop_is_not_ready(site: Site) -> None:
    """REL11: whoever asks on a connection that is open still hears it."""
    site.peer.runner.app[STOPPING].set()
    answer = await site.get("/readyz", 503, Accept="*/*")
    assert "The node is being stopped." in answer
    await site.get("/healthz", Accept="*/*")


@each_row(
    "path, accept, media_type",
    [
        ("/nothing", "text/html", "text/html"),
        ("/nothing", "*/*", "application/problem+json"),
        ("/api/v1/nothing", "text/html", "application/json"),
        ("/api/learning/v1/nothing", "text/html", "application/problem+json"),
        ("/ap/a/1", "text/html", "application/problem+json"),
    ],
)
async def test_errors_have_the_form_that_fits(site: Site, path: str, accept: str, media_type: str) -> None:
    answer = await _get(site, path, Accept=accept)
    assert (answer.status, answer.content_type) == (404, media_type)


async def test_requests_have_ids(site: Site) -> None:
    for named in ("abcdef-0123", "<b>"):  # nobody who asks is a proxy of ours
        made = (await _get(site, "/", **{"X-Request-Id": named})).headers["X-Request-Id"]
        assert len(made) == 16


async def test_a_proxy_of_ours_names_requests(tmp_path: Path) -> None:
    sections = {"node": {"trusted_proxies": ["127.0.0.0/8"]}}
    async with running_peer(tmp_path, "uni", sections=sections) as peer:
        for named, kept in (("abcdef-0123", True), ("<b>", False), ("a" * 65, False)):
            async with peer.http.get(f"{peer.origin}/healthz", headers={"X-Request-Id": named}) as answer:
                assert (answer.headers["X-Request-Id"] == named) == kept, named


async def test_a_mistake_of_ours_tells_its_number_and_nothing_else(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_args):
        raise RuntimeError("SELECT secret FROM accounts")

    monkeypatch.setattr("node.store.search.listing.find", fail)
    async with site.browser.get(site.peer.origin + "/", headers={"Accept": "text/html"}) as answer:
        text = await answer.text()
    assert answer.status == 500
    assert answer.headers["X-Request-Id"] in text
    assert "secret" not in text


def _half(host: str, path: str, kind: str) -> bytes:
    """A request of which two bytes of nine have come."""
    head = f"POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: {kind}\r\nContent-Length: 9\r\n\r\n"
    return head.encode() + b"a="


@pytest.mark.parametrize("path", ["/ap/inbox", "/api/v1/apps", "/sign-in"])
async def test_a_body_that_does_not_come_is_given_up(site: Site, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    monkeypatch.setattr("web.patience.SECONDS", 0.05)
    host = site.peer.origin.removeprefix("http://")
    address, port = host.split(":")
    reader, writer = await asyncio.open_connection(address, int(port))
    kind = "application/activity+json" if path == "/ap/inbox" else "application/x-www-form-urlencoded"
    writer.write(_half(host, path, kind))
    async with asyncio.timeout(30):
        answer = await reader.read()  # to its end: the connection is closed, too
    writer.close()
    assert answer.startswith(b"HTTP/1.1 408 ")


async def _ask(site: Site, head: str, body: bytes = b"") -> bytes:
    """The status line of the answer to a request that no library would send; letters are bytes (Latin-1)."""
    host = site.peer.origin.removeprefix("http://")
    address, port = host.split(":")
    reader, writer = await asyncio.open_connection(address, int(port))
    more = f"\r\nHost: {host}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    writer.write((head + more).encode("latin-1") + body)
    async with asyncio.timeout(30):
        line = await reader.readline()
    writer.close()
    return line.split(b" ", 2)[1]


async def test_headers_that_are_no_text_are_refused(site: Site) -> None:
    await site.set_up()
    session = next(each for each in site.browser.cookie_jar if "-form" not in each.key)
    for head in (
        "GET /api/v1/timelines/home HTTP/1.1\r\nAuthorization: Bearer \xff",
        f"GET / HTTP/1.1\r\nCookie: {session.key}=\xff",
        f"GET /resources HTTP/1.1\r\nCookie: {session.key}=\xff",
        "POST /oauth/token HTTP/1.1\r\nAuthorization: Basic \xff",
    ):
        assert (await _ask(site, head)) in {b"400", b"401"}, head
    assert await _ask(site, "GET / HTTP/1.1\r\nUser-Agent: Caf\xe9") == b"200"


@pytest.fixture
async def uploader(site: Site) -> Actor:
    await site.set_up()
    return await site.peer.add_actor("uploader")


_PART = b'--X\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n'


@each_row(
    "path, body",
    itertools.product(
        ("/api/v1/apps", "/api/v2/media"),
        (
            b"",
            b"nothing that has parts",
            b"--X\r\nno head\r\n\r\na\r\n--X--\r\n",
            _PART.replace(b"a.png", b"a\0.png") + b"\r\na\r\n--X--\r\n",
            _PART + b"Content-Type: \0/x;;=\r\n\r\na\r\n--X--\r\n",
            _PART.partition(b"; filename")[0] + b"\r\nContent-Transfer-Encoding: rot13\r\n\r\na\r\n--X--\r\n",
        ),
    ),
)
async def test_forms_that_cannot_be_read_are_refused(site: Site, uploader: Actor, path: str, body: bytes) -> None:
    head = f"POST {path} HTTP/1.1\r\nContent-Type: multipart/form-data; boundary=X"
    token = await site.peer.token(uploader)
    assert await _ask(site, f"{head}\r\nAuthorization: Bearer {token}", body) in {b"400", b"422"}


_WHOLE = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"


_POST = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\na="


@pytest.fixture
async def bare_port() -> AsyncIterator[int]:
    """Of a server that has no page at all."""
    runner = Runner(web.Application(), keepalive_timeout=75.0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield runner.addresses[0][1]
    await runner.cleanup()


@pytest.mark.parametrize("expected", [b"nothing", b"\xff", b"100-continue, \xe9"])
async def test_what_nobody_offers_is_refused(bare_port: int, expected: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", bare_port)
    async with asyncio.timeout(30):
        writer.write(_WHOLE[:-2] + b"Expect: " + expected + b"\r\n\r\n")
        assert (await reader.readuntil(b"Failed")).startswith(b"HTTP/1.1 417 ")
        writer.write(_POST.replace(b"\r\n\r\n", b"\r\nExpect: 100-Continue\r\n\r\n"))
        await reader.readuntil(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 404 ")
    writer.close()


@pytest.mark.parametrize("before", [_WHOLE, _WHOLE * 2, _POST])
async def test_half_a_head_behind_a_whole_one_is_given_up_too(
    monkeypatch: pytest.MonkeyPatch, bare_port: int, before: bytes
) -> None:
    monkeypatch.setattr("web.patience.HEAD_SECONDS", 0.05)
    reader, writer = await asyncio.open_connection("127.0.0.1", bare_port)
    waiting, patient = await asyncio.open_connection("127.0.0.1", bare_port)
    async with asyncio.timeout(30):
        patient.write(before)
        writer.write(before + _WHOLE[:-2])
        assert (await reader.read()).count(b"HTTP/1.1 404 ") == before.count(b"Host")  # to its end
        patient.write(_WHOLE)
        for _ in range(before.count(b"Host") + 1):
            await waiting.readuntil(b"404: Not Found")
    for each in (writer, patient):
        each.close()


@pytest.mark.parametrize(("before", "half"), [(b"", b"G"), (b"", _WHOLE[:-2]), (_WHOLE, _WHOLE[:-2])])
async def test_a_head_that_does_not_end_is_given_up(
    monkeypatch: pytest.MonkeyPatch, bare_port: int, before: bytes, half: bytes
) -> None:
    """API13: 30 s for a head, however few bytes come; a connection that only waits has longer."""
    monkeypatch.setattr("web.patience.HEAD_SECONDS", 0.05)
    port = bare_port
    waiting, silent = await asyncio.open_connection("127.0.0.1", port)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    async with asyncio.timeout(30):
        writer.write(before or half)
        if before:
            assert (await reader.readuntil(b"404: Not Found")).startswith(b"HTTP/1.1 404 ")
            writer.write(half)
        assert await reader.read() == b""  # to its end: the connection is closed
        silent.write(_WHOLE)
        assert (await waiting.readline()).startswith(b"HTTP/1.1 404 ")
    for each in (writer, silent):
        each.close()


async def test_who_leaves_in_the_middle_of_a_body_is_no_mistake_of_ours(site: Site, lines: test_log.Lines) -> None:
    host = site.peer.origin.removeprefix("http://")
    address, port = host.split(":")
    _, writer = await asyncio.open_connection(address, int(port))
    writer.write(_half(host, "/ap/inbox", "application/activity+json"))
    await writer.drain()
    assert (await _get(site, "/healthz")).status == 200  # the head has been read meanwhile
    writer.close()
    await writer.wait_closed()
    async with asyncio.timeout(30):
        while not (told := [line for line in lines.all() if line.get("path") == "/ap/inbox"]):
            await _get(site, "/healthz")
    assert [(line["event"], line["level"]) for line in told] == [("request.answered", "info")]
