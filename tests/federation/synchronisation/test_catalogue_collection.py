"""Our catalogues over HTTP: documents, entity tags, pages, buckets."""

from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any, cast

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from federation.serving.catalogues import show_catalogue
from federation.synchronisation import catalogue_collection
from federation.synchronisation import catalogue_reading as reading
from node.domain.catalogues import EMPTY, digest_of_entries, etag_of
from node.errors import NodeError
from node.services.library.catalogue import find_own
from node.state import NODE
from tests.federation.mapping.expansion import expand
from tests.federation.synchronisation.catalogue_world import CATALOGUE_URI, OWNER_URI, World, a_world
from tests.rows import each_row
from tests.shelf import ORIGIN
from web.errors import problem, status_of

Client = TestClient[web.Request, web.Application]
PATH = CATALOGUE_URI.removeprefix(ORIGIN)


@pytest.fixture(name="world")
async def _world() -> AsyncIterator[World]:
    async with a_world() as made:
        yield made


@pytest.fixture(name="client")
async def _client(world: World) -> AsyncIterator[Client]:
    app = web.Application(middlewares=[_errors])
    config = SimpleNamespace(origin=ORIGIN, federation=SimpleNamespace(authorized_fetch=False))
    node = SimpleNamespace(store=world.owner.store, config=config)
    app[NODE] = cast(Any, node)
    app.add_routes(
        [
            web.get("/ap/a/{id}/catalogue", show_catalogue),
            web.get("/ap/a/{id}/catalogue/buckets", show_catalogue),
        ]
    )
    async with TestClient(TestServer(app)) as made:
        yield made


@web.middleware
async def _errors(request: web.Request, handler: Any) -> web.StreamResponse:
    try:
        return cast(web.StreamResponse, await handler(request))
    except NodeError as error:
        return problem(status_of(error), error.public)


async def _get(client: Client, query: str = "", path: str = PATH) -> Any:
    response = await client.get(path + query)
    assert response.status == 200
    assert response.headers["Content-Type"] == "application/activity+json; charset=utf-8"
    return await response.json(content_type=None)


async def test_the_root_says_how_the_catalogue_stands(world: World, client: Client) -> None:
    await world.owner.put_many([(f"r{number}", "Title") for number in range(3)])
    await world.owner.withdraw("r0")
    root = await _get(client)
    root.pop("@context")
    assert root == {
        "id": CATALOGUE_URI,
        "type": "OrderedCollection",
        "attributedTo": OWNER_URI,
        "totalItems": 2,
        "revision": 4,
        "digest": digest_of_entries((await world.owner.live()).items()),
        "rz:oldestRevision": 1,
        "first": f"{CATALOGUE_URI}?after=0",
        "rz:buckets": f"{CATALOGUE_URI}/buckets",
    }
    assert reading.read_root(root, CATALOGUE_URI).state == await world.owner.state()


async def test_an_owner_who_published_nothing_has_an_empty_catalogue(world: World, client: Client) -> None:
    root = await _get(client)
    assert (root["totalItems"], root["revision"], root["digest"]) == (0, 0, EMPTY)
    assert (await _get(client, "?after=0"))["orderedItems"] == []
    assert (await _get(client, path=f"{PATH}/buckets"))["rz:digests"] == [EMPTY] * 256


async def test_a_reader_who_has_the_state_gets_304_everywhere(world: World, client: Client) -> None:
    await world.owner.put("r", "Title")
    etag = (await client.get(PATH)).headers["ETag"]
    assert etag == f'"{etag_of(await world.owner.state())}"'
    for path in (PATH, f"{PATH}?after=0", f"{PATH}/buckets", f"{PATH}/buckets?b=00"):
        for sent in (etag, f"W/{etag}", f'"x", {etag}', "*"):
            response = await client.get(path, headers={"If-None-Match": sent})
            assert response.status == 304
            assert await response.read() == b""
            assert response.headers["ETag"] == etag
    await world.owner.put("r", "Edited")
    assert (await client.get(PATH, headers={"If-None-Match": etag})).status == 200


async def test_the_log_is_read_page_by_page_with_tombstones(
    world: World, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalogue_collection, "PER_PAGE", 20)
    await world.owner.put_many([(f"r{number}", "Title") for number in range(30)])
    await world.owner.withdraw("r7")
    first = await _get(client, "?after=0")
    assert len(first["orderedItems"]) == 20
    assert first["next"] == f"{CATALOGUE_URI}?after={first['orderedItems'][-1]['revision']}"
    last = await _get(client, first["next"].removeprefix(CATALOGUE_URI))
    assert "next" not in last
    items = first["orderedItems"] + last["orderedItems"]
    assert len({item["id"] for item in items}) == len(items) == 30
    assert items[-1].keys() == {"id", "type", "deleted", "revision"}
    assert items[-1]["type"] == "Tombstone"
    assert items[0].keys() == {"id", "type", "updated", "revision", "digest"}
    live = {item["id"]: item["digest"] for item in items if item["type"] != "Tombstone"}
    assert live == await world.owner.live()
    read = reading.read_log_page(last, CATALOGUE_URI, first["orderedItems"][-1]["revision"])
    assert read.position == (await world.owner.state()).revision


async def test_buckets_add_up_and_list_their_entries(
    world: World, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalogue_collection, "PER_BUCKET_PAGE", 1)
    await world.owner.put_many([(f"r{number}", "Title") for number in range(60)])
    buckets = reading.read_buckets(await _get(client, path=f"{PATH}/buckets"), CATALOGUE_URI)
    assert buckets.state == await world.owner.state()
    found: dict[str, str | None] = {}
    most = 0  # entries of one bucket
    for bucket, digest in enumerate(buckets.digests):
        query = f"?b={bucket:02x}"
        inside: dict[str, str | None] = {}
        while query:
            document = await _get(client, query, path=f"{PATH}/buckets")
            assert len(document["orderedItems"]) <= 1
            page = reading.read_bucket_page(document, CATALOGUE_URI)
            inside |= {entry.uri: entry.digest for entry in page.entries}
            query = page.next_url.removeprefix(f"{CATALOGUE_URI}/buckets")
        assert digest_of_entries((uri, str(each)) for uri, each in inside.items()) == digest
        found |= inside
        most = max(most, len(inside))
    assert most > 1
    assert found == await world.owner.live()


@each_row("query", ["?after=-1", "?after=x", "?after=" + "9" * 19, "?after=", "?after=%EF%BC%91"])
async def test_a_revision_that_is_none_is_refused(client: Client, query: str) -> None:
    assert (await client.get(PATH + query)).status == 400


@each_row("query", ["?b=3", "?b=3F", "?b=zz", "?b=300", "?b="])
async def test_a_bucket_that_is_none_is_refused(client: Client, query: str) -> None:
    assert (await client.get(f"{PATH}/buckets{query}")).status == 400


@pytest.mark.parametrize("path", ["/ap/a/nobody/catalogue", "/ap/a/nobody/catalogue/buckets"])
async def test_other_actors_have_no_catalogue(client: Client, path: str) -> None:
    assert (await client.get(path)).status == 404


async def test_our_copy_of_another_catalogue_is_not_served_as_ours(world: World) -> None:
    await world.owner.put("r", "Title")
    await world.look()
    assert await world.follower.store.read(find_own, CATALOGUE_URI) is None
    assert await world.owner.store.read(find_own, CATALOGUE_URI) is not None


async def test_documents_expand_to_the_intended_addresses(world: World, client: Client) -> None:
    await world.owner.put_many([("a", "Title"), ("b", "Title")])
    for path, terms in {
        PATH: ["revision", "digest", "oldestRevision", "buckets"],
        f"{PATH}?after=0": ["revision"],
        f"{PATH}/buckets": ["revision", "digest", "digests"],
    }.items():
        expanded = expand(await _get(client, path=path))
        for term in terms:
            assert f"https://w3id.org/rhizome#{term}" in expanded
