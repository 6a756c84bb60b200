"""What holds at every address of the node, also at those that are added later: forms, roles, sessions and headers."""

import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from aiohttp import web

from node.store.access import accounts
from tests.web.conftest import Site, opened_site
from web.routes import AREAS

_FILLED = {"act": "accept", "answer": "accept", "kind": "follows", "name": "ada", "shortcode": "acorn", "text": "about"}
_PART = re.compile(r"\{(\w+)(?::(?:[^{}]|\{[^{}]*\})*)?\}")
#: Moderators have these; the rest of the administration is not for them.
_OF_MODERATORS = ("/admin/people", "/admin/reports")
_WRITING = ("POST", "PUT", "PATCH", "DELETE")


def _addresses(*methods: str) -> Iterator[tuple[str, str]]:
    """Method and path of every route, with something in the place of each part."""
    for area in AREAS:
        for route in import_module(area.module).ROUTES:
            if isinstance(route, web.RouteDef) and route.method in methods:
                yield route.method, _PART.sub(lambda found: _FILLED.get(found[1], "1"), route.path)


async def _status(site: Site, method: str, path: str, **headers: str) -> int:
    body = {"data": {"csrf": "forged"}} if method == "POST" and not path.startswith("/api/") else {}
    url, asked = site.peer.origin + path, {"Accept": "text/html", **headers}
    async with site.browser.request(method, url, headers=asked, allow_redirects=False, **body) as answer:
        return answer.status


@pytest.fixture
async def boss(tmp_path: Path):
    """A node that counts no requests, whose administrator is signed in."""
    async with opened_site(tmp_path, limits={"exempt": ["127.0.0.0/8"]}) as site:
        await site.set_up()
        yield site


async def test_no_form_does_anything_without_its_token_or_for_another_site(boss: Site) -> None:
    machines = ("/api/", "/ap/", "/oauth/token", "/oauth/revoke", "/oauth/userinfo")
    paths = [path for _, path in _addresses("POST") if not path.startswith(machines)]
    assert len(paths) > 100
    for headers in ({}, {"Origin": "https://evil.example"}, {"Origin": "null"}):
        statuses = {path: await _status(boss, "POST", path, **headers) for path in paths}
        assert {path: status for path, status in statuses.items() if status not in {403, 404}} == {}


async def test_a_session_of_a_browser_changes_nothing_through_the_api(boss: Site) -> None:
    """404 and 422 are of what the path names or the body lacks; registering an app is for anybody."""
    calls = [call for call in _addresses(*_WRITING) if call[1].startswith("/api/")]
    assert len(calls) > 100
    for method, path in calls:
        assert await _status(boss, method, path) in {401, 403, 404, 415, 422}, (method, path)


async def test_the_administration_is_for_its_roles_alone(boss: Site) -> None:
    calls = [call for call in _addresses("GET", "POST") if call[1].startswith("/admin")]
    assert len(calls) > 40
    for role in (accounts.MEMBER, accounts.MODERATOR):
        await boss.store.write(_give, role)
        theirs = _OF_MODERATORS if role == accounts.MODERATOR else ()
        for method, path in calls:
            if not (theirs and path.startswith(theirs)):
                assert await _status(boss, method, path) in {403, 404}, (role, method, path)


def _give(conn, role: str) -> None:
    found = accounts.find_account(conn, "ada")
    assert found is not None
    accounts.set_role(conn, found.actor_id, role)


async def test_what_somebody_reads_who_is_signed_in_is_framed_guessed_and_kept_by_nobody(boss: Site) -> None:
    paths = [path for _, path in _addresses("GET") if not path.startswith("/live")]
    for path in paths:
        url = boss.peer.origin + path
        async with boss.browser.get(url, headers={"Accept": "text/html"}, allow_redirects=False) as answer:
            found = answer.headers
            assert answer.status < 500, path
        assert found["X-Content-Type-Options"] == "nosniff", path
        if found.get("Content-Type", "").startswith("text/html"):
            assert "frame-ancestors 'none'" in found["Content-Security-Policy"], path
            assert "no-store" in found["Cache-Control"], path
