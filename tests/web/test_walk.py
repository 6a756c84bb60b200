"""Every page, form and call of the learning API is sent nonsense: no answer is a failure of the server."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from importlib import import_module

import pytest
import pytest_asyncio
from aiohttp import web
from yarl import URL

from node.store.people import actors
from tests import happenings
from tests.depth import DEPTH
from tests.records import record
from tests.web.conftest import Site, opened_site
from tests.web.courses.test_pages import course
from tests.web.test_communities import found
from tests.web.walking import Sent, Walk
from web import routes

pytestmark = pytest.mark.asyncio(loop_scope="module")

#: Those of the client API have a walk of their own (``tests/web/client_api``); a stream would never end.
AREAS = [
    area.module
    for area in routes.AREAS
    if area.module not in {"web.client_api.routes", "web.oauth.routes", "web.streaming.pages"}
]
#: What would end the session of who walks.
_LAST = {"/sign-out", "/settings/sessions"}
#: Requests to each route, of which so many run at the same time.
EACH, AT_ONCE = 2, 8
CALLERS = ("member", "member", "member", "nobody")


@dataclass(frozen=True)
class World:
    """A node with one thing of each kind, and who looks after it; ``known``: what stands in addresses."""

    site: Site
    token: str
    csrf: str
    known: dict[str, str]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    async with opened_site(tmp_path_factory.mktemp("walk")) as site:
        await site.set_up()
        await found(site)
        ada = await site.store.read(actors.find_local_actor, "ada")
        assert ada is not None
        event = await happenings.publish(site.peer, ada)
        work, held = await site.peer.publish(record()), await site.peer.publish(course())
        slugs = [each.url.rpartition("/")[2] for each in (work, held)]
        known = {"event": str(event.id), "id": str(event.id), "actor": str(ada.id)}
        world = World(site, await site.peer.token(ada), await site.csrf("/settings"), known)
        world.known.update(zip(("slug", "course"), slugs, strict=True))
        yield world


@pytest.mark.parametrize("area", AREAS)
async def test_no_request_breaks_a_page_or_the_learning_api(world: World, area: str) -> None:
    csrf = "" if area == "web.learning_api.routes" else world.csrf
    known = world.known | {"slug": world.known["course" if "courses" in area else "slug"]}
    known |= {"name": "casting" if "communities" in area or "threads" in area else "ada"}
    sent = [
        each
        for route in import_module(area).ROUTES
        if isinstance(route, web.RouteDef) and not route.path.startswith(tuple(_LAST))
        for each in Walk(route, list(known.values()), CALLERS, seed=1, known=known, csrf=csrf).requests(EACH * DEPTH)
    ]
    wrong: list[str] = []
    for start in range(0, len(sent), AT_ONCE):
        failed = await asyncio.gather(*(_send(world, each, csrf) for each in sent[start : start + AT_ONCE]))
        wrong += filter(None, failed)
    assert not wrong, "\n".join(wrong)
    await world.site.get("/settings")  # who walked is signed in still: what came last was more than a way to sign in
    assert world.site.peer.watch.wrong == []


async def _send(world: World, sent: Sent, csrf: str) -> str:
    """What is wrong with the answer; nothing mostly. Members come with a cookie to pages, with a token to the API."""
    client = world.site.browser if csrf and sent.token == "member" else world.site.peer.http
    headers = dict(sent.headers)
    if not csrf and sent.token == "member":
        headers["Authorization"] = f"Bearer {world.token}"
    async with client.request(
        sent.method,
        URL(world.site.peer.origin + sent.path, encoded=True),
        headers=headers,
        data=sent.body,
        skip_auto_headers=["Content-Type"],
        allow_redirects=False,
    ) as answer:
        text = await answer.text(errors="replace")
    return f"{sent} -> {answer.status} {text[:300]}" if answer.status >= 500 else ""
