"""Around every request: hosts, ids, errors in three forms, headers."""

import asyncio
from pathlib import Path

import pytest

from tests.network import start_peer, stop_peer
from tests.node import test_log
from tests.web.conftest import Site
from web.health import STOPPING

lines, _restored = test_log.lines, test_log._restored
CSP = "default-src 'none'; script-src 'self'"


async def _get(site: Site, path: str, **headers: str):
    async with site.browser.get(site.peer.origin + path, headers=headers, allow_redirects=False) as answer:
        await answer.read()
        return answer


@pytest.mark.parametrize("path", ["/", "/nothing", "/sign-in", "/@nobody"])
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


@pytest.mark.parametrize(
    ("path", "accept", "media_type"),
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


@pytest.mark.parametrize(("named", "kept"), [("abcdef-0123", True), ("<b>", False), ("a" * 65, False)])
async def test_a_proxy_of_ours_names_requests(tmp_path: Path, named: str, kept: bool) -> None:
    sections = {"node": {"trusted_proxies": ["127.0.0.0/8"]}}
    peer = await start_peer(tmp_path, "uni", sections=sections)
    async with peer.http.get(f"{peer.origin}/healthz", headers={"X-Request-Id": named}) as answer:
        assert (answer.headers["X-Request-Id"] == named) == kept
    await stop_peer(peer)


async def test_a_mistake_of_ours_tells_its_number_and_nothing_else(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_args):
        raise RuntimeError("SELECT secret FROM accounts")

    monkeypatch.setattr("node.store.listing.find", fail)
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
    async with asyncio.timeout(8):
        answer = await reader.read()  # to its end: the connection is closed, too
    writer.close()
    assert answer.startswith(b"HTTP/1.1 408 ")


async def test_who_leaves_in_the_middle_of_a_body_is_no_mistake_of_ours(site: Site, lines: test_log.Lines) -> None:
    host = site.peer.origin.removeprefix("http://")
    address, port = host.split(":")
    _, writer = await asyncio.open_connection(address, int(port))
    writer.write(_half(host, "/ap/inbox", "application/activity+json"))
    await writer.drain()
    assert (await _get(site, "/healthz")).status == 200  # the head has been read meanwhile
    writer.close()
    await writer.wait_closed()
    async with asyncio.timeout(8):
        while not (told := [line for line in lines.all() if line.get("path") == "/ap/inbox"]):
            await _get(site, "/healthz")
    assert [(line["event"], line["level"]) for line in told] == [("request.answered", "info")]
