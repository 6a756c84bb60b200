"""Every route of the API, OAuth and media is sent nonsense: no answer is a failure of the server, nothing of another
person's leaks, and nothing of hers changes.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import orjson
import pytest
import pytest_asyncio
from aiohttp import web
from sqlalchemy import Connection, select
from yarl import URL

from node.store.tables import metadata
from tests import media_files as files
from tests.client import App, app_of
from tests.depth import DEPTH
from tests.network import Peer, running_peer
from tests.web.walking import Sent, Walk
from web import media as media_files_served
from web.client_api import routes as client_api
from web.oauth import routes as oauth_routes

pytestmark = pytest.mark.asyncio(loop_scope="module")

_ALL = [*client_api.ROUTES, *oauth_routes.ROUTES, *media_files_served.ROUTES]
#: Without those that differ from another only by a slash at the end.
ROUTES = list({(route.method, route.path.rstrip("/")): route for route in reversed(_ALL)}.values())[::-1]
#: In every private text of the victim.
SECRET = "quokka"
#: Table -> the column that says whose a row is; columns that others may move are left out of the comparison.
OWNED = {
    "actors": "id", "accounts": "actor_id", "access_tokens": "actor_id", "objects": "actor_id", "reactions": "actor_id",
    "follows": "follower_id", "blocks": "blocker_id", "mutes": "muter_id", "domain_blocks": "actor_id",
    "account_notes": "actor_id", "endorsements": "actor_id", "lists": "owner_id", "pins": "actor_id",
    "markers": "owner_id", "filters": "owner_id", "push_subscriptions": "owner_id", "media": "owner_id",
    "bookmarks": "actor_id", "conversation_mutes": "actor_id", "followed_tags": "actor_id", "featured_tags": "actor_id",
    "scheduled_statuses": "actor_id", "notification_policies": "owner_id", "notifications": "owner_id",
    "conversations": "owner_id", "dismissed_suggestions": "actor_id",
}  # fmt: skip
_BELOW = {"list_members": ("list_id", "lists"), "filter_keywords": ("filter_id", "filters"),
          "filter_statuses": ("filter_id", "filters")}  # fmt: skip
_MOVED_BY_OTHERS = {"used_at", "version", "last_status_at"}
_GROWN_BY_OTHERS = {"notifications", "conversations"}


@dataclass
class World:
    """Ada, who tries everything, and ben, who has private things, at one node."""

    peer: Peer
    apps: dict[str, App]
    ben: App
    ids: list[str]
    before: dict[str, set[bytes]] = field(default_factory=dict)

    async def rows(self) -> dict[str, set[bytes]]:
        """What is ben's, by table."""
        return await self.peer.store.read(_rows, self.ben.me.id)


def _rows(conn: Connection, owner_id: int) -> dict[str, set[bytes]]:
    found: dict[str, set[bytes]] = {}
    for name, column in OWNED.items():
        table = metadata.tables[name]
        found[name] = _told(conn, select(table).where(table.c[column] == owner_id))
    for name, (column, above) in _BELOW.items():
        table, owner = metadata.tables[name], metadata.tables[above]
        ids = select(owner.c.id).where(owner.c.owner_id == owner_id)
        found[name] = _told(conn, select(table).where(table.c[column].in_(ids)))
    return found


def _told(conn: Connection, statement: Any) -> set[bytes]:
    return {
        repr(
            {name: value for name, value in row.items() if not name.endswith("_count") and name not in _MOVED_BY_OTHERS}
        ).encode()
        for row in conn.execute(statement).mappings()
    }


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    async with running_peer(Path(tmp_path_factory.mktemp("walk")), "uni") as peer:
        ada, ben, cleo = await app_of(peer, "ada"), await app_of(peer, "ben"), await app_of(peer, "cleo")
        yield await _furnished(peer, ada, ben, cleo)


async def _furnished(peer: Peer, ada: App, ben: App, cleo: App) -> World:
    await ben.patch("v1/accounts/update_credentials", locked=True)
    await cleo.patch("v1/accounts/update_credentials", locked=True)
    await ben.post(f"v1/accounts/{cleo.me.id}/follow")
    await cleo.post(f"v1/follow_requests/{ben.me.id}/authorize")
    ids = [str(each.me.id) for each in (ada, ben, cleo)]
    for app in (ada, ben):
        word = SECRET if app is ben else "own"
        said = [
            await _say(app, "open to all #x"),
            await _say(app, f"{word} for followers", visibility="private"),
            await _say(app, f"{word} @cleo", visibility="direct"),
            await _say(app, f"{word}?", visibility="private", poll={"options": [f"{word} a", "b"], "expires_in": 3600}),
            await _say(app, f"{word} later", scheduled_at="2098-01-01T00:00:00Z"),
            await _say(cleo, f"@{app.me.username} {word}", visibility="direct"),
        ]
        pinned = said[0]["id"]
        mine = await app.post("v1/lists", title=f"{word} list")
        if app is ben:
            await app.post(f"v1/lists/{mine['id']}/accounts", account_ids=[str(cleo.me.id)])
        hidden = await app.post(
            "v2/filters", title=word, context=["home"], keywords_attributes=[{"keyword": f"{word} word"}]
        )
        held = await app.post(f"v2/filters/{hidden['id']}/statuses", status_id=pinned)
        form = aiohttp.FormData()
        form.add_field("file", files.picture(), filename="x.jpg")
        form.add_field("description", f"{word} alt")
        picture = await app.call("POST", "v2/media", data=form)
        await app.post("v1/markers", home={"last_read_id": pinned})
        await app.post(f"v1/statuses/{pinned}/bookmark")
        await app.post(f"v1/statuses/{pinned}/pin")
        await app.post(f"v1/accounts/{cleo.me.id}/note", comment=f"{word} note")
        tag = await app.post("v1/featured_tags", name="x")
        await cleo.post(f"v1/statuses/{pinned}/favourite")
        await peer.system.worker.drain()
        ids += [each["id"] for each in [*said, mine, hidden, *hidden["keywords"], held, picture, tag]]
        ids += [each["id"] for each in await app.get("v1/notifications")]
        ids += [each["id"] for each in await app.get("v1/conversations")]
    world = World(peer, await _callers(peer, ada), ben, ids)
    world.before = await world.rows()
    assert all(world.before[name] for name in ("lists", "list_members", "filters", "media", "markers", "notifications"))
    return world


async def _say(app: App, text: str, **more: Any) -> Any:
    return await app.call("POST", "v1/statuses", json={"status": text, **more})


async def _callers(peer: Peer, ada: App) -> dict[str, App]:
    """As whom one asks, by name; ada mostly."""
    reading = App(peer, await peer.token(ada.me, "read"), ada.me)
    registered = await App(peer).post("v1/apps", client_name="x", redirect_uris="urn:ietf:wg:oauth:2.0:oob")
    credentials = {name: registered[name] for name in ("client_id", "client_secret")}
    program = await App(peer).post("/oauth/token", grant_type="client_credentials", **credentials)
    return {
        "own": ada,
        "reading": reading,
        "nobody": App(peer),
        "program": App(peer, program["access_token"]),
        "nonsense": App(peer, "x" * 43),
    }


#: Requests to each route, of which so many run at the same time.
EACH, AT_ONCE = 10, 5
CALLERS = ("own", "own", "own", "reading", "nobody", "program", "nonsense")
#: Ids are known when the node runs; until then requests hold their places.
_ANSWERS_JSON = ("/api/", "/oauth/token", "/oauth/revoke")
PLACES = [f"ID{place:02}ID" for place in range(40)]
_PLACE = re.compile(rb"ID(\d\d)ID")


@pytest.mark.parametrize("route", ROUTES, ids=[f"{each.method}-{each.path}" for each in ROUTES])
async def test_no_request_breaks_or_reveals(world: World, route: web.RouteDef) -> None:
    sent = list(Walk(route, PLACES, CALLERS, seed=1).requests(EACH * DEPTH))
    for start in range(0, len(sent), AT_ONCE):
        wrong = [found for each in await _send_all(world, sent[start : start + AT_ONCE]) for found in each]
        assert wrong == []
    assert world.peer.watch.wrong == []
    after = await world.rows()
    for table, rows in world.before.items():
        assert rows <= after[table], f"{table} of ben's changed"
        assert table in _GROWN_BY_OTHERS or rows == after[table], f"{table} of ben's grew"


#: What stands for an id in the path of a route, and what stands for one of several words.
_ID, _WORDS = re.compile(r"\{[a-z_]+(?::(?:\[0-9\]|\\d)\+)?\}"), re.compile(r"\{[a-z_]+:([a-z_|]+)\}")
_LAST = ("GET", "PUT", "PATCH", "POST", "DELETE")


def _paths(route: web.RouteDef, number: str) -> list[str]:
    """Below ``/api/``, with each of the words."""
    path = _ID.sub(number, route.path).removeprefix("/api/")
    words = _WORDS.search(path)
    return [path] if words is None else [_WORDS.sub(word, path) for word in words[1].split("|")]


async def test_no_id_of_another_person_opens_anything(world: World) -> None:
    """Each id of ben's in the place of each id, by each method: what is read before what is done."""
    ada = world.apps["own"]
    routes = [each for each in ROUTES if _ID.search(each.path) and each.path.startswith("/api/v")]
    assert len(routes) > 60
    for route in sorted(routes, key=lambda each: _LAST.index(each.method)):
        body = {} if route.method == "GET" else {"json": {}}
        for path in (path for number in world.ids for path in _paths(route, number)):
            answer = await ada.ask(route.method, path, **body)
            assert answer.status < 500, path
            assert SECRET not in await answer.text(), path
    after = await world.rows()
    for table, rows in world.before.items():
        assert rows <= after[table], f"{table} of ben's changed"


async def _send_all(world: World, sent: list[Sent]) -> list[list[str]]:
    return await asyncio.gather(*(_send(world, each) for each in sent))


async def _send(world: World, sent: Sent) -> list[str]:
    app = world.apps[sent.token]
    path, body = _filled(world, sent.path.encode()).decode(), sent.body and _filled(world, sent.body)
    headers = {**dict(sent.headers), **({"Authorization": f"Bearer {app.token}"} if app.token else {})}
    url = URL(world.peer.origin + path, encoded=True)
    async with world.peer.http.request(
        sent.method, url, headers=headers, data=body, skip_auto_headers=["Content-Type"], allow_redirects=False
    ) as answer:
        if answer.content_type == "text/event-stream":
            return []
        text = await answer.read()
    return list(_findings(answer, sent, path, text))


def _findings(answer: aiohttp.ClientResponse, sent: Sent, path: str, text: bytes) -> Iterator[str]:
    told = f"{sent.method} {path} {sent} -> {answer.status} {text[:300]!r}"
    if answer.status >= 500:
        yield f"failed: {told}"
    if SECRET.encode() in text:
        yield f"revealed: {told}"
    if answer.status >= 400 and path.startswith(_ANSWERS_JSON):
        if answer.content_type != "application/json" or not orjson.loads(text).get("error"):
            yield f"no JSON error: {told}"
        if answer.headers.get("Access-Control-Allow-Origin") != "*":
            yield f"not for browsers: {told}"


def _filled(world: World, text: bytes) -> bytes:
    return _PLACE.sub(lambda found: world.ids[int(found[1]) % len(world.ids)].encode(), text)
