"""Every address that can be read is read by the administrator: nothing changes by it, and no secret is in an answer
(ADM2, CFG3).
"""

import base64
import re
from collections.abc import AsyncIterator, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from sqlalchemy import Connection, select, true

from node import metrics
from node.store.people import actors
from node.store.tables import facts, jobs, metadata, own_keys
from tests import happenings
from tests.network import SECRET
from tests.records import record
from tests.web.conftest import PASSWORD, Site, opened_site
from tests.web.courses.test_pages import course
from tests.web.test_communities import found
from web import routes

MARKER = "MARKER5ecret"
SECTIONS: dict[str, Any] = {
    "mail": {"host": "localhost", "user": "rhizome", "password": f"{MARKER}-mail"},
    "media": {"secret_key": f"{MARKER}-media"},
    "oidc": {"issuer": "https://login.example", "client_id": "rhizome", "client_secret": f"{MARKER}-oidc"},
}
#: Streams never end; what calls others has its tests where those are played.
_LEFT_OUT = ("/api/v1/streaming", "/live", "/sign-in/organisation")
#: The key for push is made once an app asks for it; answers that may be missing are looked for where a thread is read.
_MADE = {facts.name: facts.c.name != "vapid", jobs.name: jobs.c.kind != "thread"}


def dump(conn: Connection) -> dict[str, list[Any]]:
    """Everything that is stored, without what only says that somebody read."""
    return {
        table.name: [tuple(row) for row in conn.execute(select(table).where(_MADE.get(table.name, true())))]
        for table in metadata.sorted_tables
    }


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    async with opened_site(tmp_path, **SECTIONS) as opened:
        await opened.set_up()
        yield opened


async def addresses(site: Site) -> list[str]:
    """An address of each route, about things that there are."""
    await found(site)
    ada = await site.store.read(actors.find_local_actor, "ada")
    event = await happenings.publish(site.peer, ada)
    published = [await site.peer.publish(each) for each in (record(), course())]
    slugs = [each.url.rpartition("/")[2] for each in published]
    known = {"event": event.id, "id": event.id, "actor": ada.id, "name": "ada", "slug": slugs[0]}
    return sorted({path for area in routes.AREAS for path in _paths(area.module, known | _own(area.module, slugs[1]))})


def _own(area: str, course_slug: str) -> dict[str, str]:
    name = "casting" if "communities" in area or "threads" in area else "ada"
    return {"name": name} | ({"slug": course_slug} if "courses" in area else {})


def _paths(area: str, known: dict[str, Any]) -> Iterator[str]:
    for route in import_module(area).ROUTES:
        if isinstance(route, web.RouteDef) and route.method == "GET" and not route.path.startswith(_LEFT_OUT):
            yield re.sub(r"{(\w+)(?::(?:[^{}]|{[^{}]*})+)?}", lambda part: str(known.get(part[1], "1")), route.path)


@pytest.mark.dear("reads every address twice")
async def test_reading_changes_nothing_and_tells_no_secret(site: Site) -> None:
    paths = await addresses(site)
    assert len(paths) > 200
    await site.peer.system.worker.drain()
    token = await site.peer.token(await site.store.read(actors.find_local_actor, "ada"))
    before = await site.store.read(dump)
    sealed = await site.store.read(lambda conn: list(conn.scalars(select(own_keys.c.private_sealed))))
    hidden = [MARKER, PASSWORD, base64.b64encode(SECRET).decode(), "PRIVATE KEY", *map(str, sealed)]
    told: dict[str, set[str]] = {}
    read = 0
    for path in paths:
        for headers in ({"Accept": "text/html"}, {"Authorization": f"Bearer {token}"}):
            async with site.browser.get(site.peer.origin + path, headers=headers, allow_redirects=False) as answer:
                text = await answer.text(errors="replace")
                read += answer.status == 200
            for secret in hidden:
                if secret in text:
                    told.setdefault(path, set()).add(secret)
    assert told == {}
    assert read > 100
    assert not [secret for secret in hidden if secret in metrics.render().decode()]
    after = await site.store.read(dump)
    assert {name for name in after if after[name] != before[name]} == set()
