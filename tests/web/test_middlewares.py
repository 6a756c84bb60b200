"""Around every request: hosts, ids, errors in three forms, headers."""

from pathlib import Path

import pytest

from tests.network import start_peer, stop_peer
from tests.web.conftest import Site
from web.health import STOPPING

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
