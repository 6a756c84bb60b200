"""The learning API over HTTP: lists, pages, filters, errors, catalogues, and the document that describes it."""

import re
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any, cast

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012
from sqlalchemy import Connection

from federation.builders.resource_documents import write_document
from node.domain.visibility import Visibility
from node.errors import NodeError
from node.services.context import Unit
from node.services.library import catalogue, publish
from node.state import NODE
from node.store.database.engine import Store
from node.store.library import catalogues, saving
from node.store.library.resources import Viewer
from tests import stores
from tests.records import full_record, record
from tests.rows import each_row
from tests.shelf import HOST, ORIGIN, Shelf
from web.errors import problem, status_of
from web.learning_api import routes as learning_api
from web.learning_api.answers import PREFIX
from web.queries import RESOURCE_FACETS
from web.viewer import VIEWER

database, store = stores.database, stores.store
Client = TestClient[web.Request, web.Application]
RESOURCES = "/api/learning/v1/resources"
CATALOGUE = "/api/learning/v1/catalogue"


@pytest.fixture(name="shelf")
def _shelf() -> Shelf:
    return Shelf()


@pytest.fixture(name="client")
async def _client(store: Store) -> AsyncIterator[Client]:
    app = web.Application(middlewares=[_as_the_node_does])
    app[NODE] = cast(Any, SimpleNamespace(store=store, config=SimpleNamespace(origin=ORIGIN)))
    app.add_routes(learning_api.ROUTES)
    async with TestClient(TestServer(app)) as made:
        yield made


@web.middleware
async def _as_the_node_does(request: web.Request, handler: Any) -> web.StreamResponse:
    if "X-Member" in request.headers:
        request[VIEWER] = Viewer(int(request.headers["X-Member"]))
    try:
        return cast(web.StreamResponse, await handler(request))
    except NodeError as error:
        return problem(status_of(error), error.public, problems=getattr(error, "problems", ()))


def _publish(
    conn: Connection, shelf: Shelf, made: Any, visibility: Visibility = Visibility.PUBLIC
) -> publish.PublishResult:
    shelf.clock.advance(1_000)
    unit = Unit(shelf.ids, shelf.clock.now(), ORIGIN, HOST)
    return publish.publish_resource(conn, unit, shelf.actor(conn).id, made, visibility, write=write_document)


async def _fill(store: Store, shelf: Shelf, count: int) -> None:
    def unit(conn: Connection) -> None:
        for number in range(count):
            _publish(conn, shelf, record(id=f"https://x.example/{number}", name={"en": f"Casting {number}"}))

    await store.write(unit)


async def _get(client: Client, path: str, status: int = 200, *, member: str = "") -> Any:
    response = await client.get(path, headers={"X-Member": member} if member else {})
    assert response.status == status, await response.text()
    media_type = "application/json" if status == 200 else "application/problem+json"
    assert response.content_type == media_type
    return await response.json(content_type=None)


# -- resources ------------------------------------------------------------------------------------------------------


async def test_a_resource_is_its_record_and_what_the_node_knows(store: Store, shelf: Shelf, client: Client) -> None:
    result = await store.write(_publish, shelf, full_record())
    answer = await _get(client, RESOURCES)
    (item,) = answer["items"]
    assert (answer["total"], answer["totalIsExact"], answer["next"]) == (1, True, None)
    assert {key: item[key] for key in full_record()} == full_record()
    known = {key: item[key] for key in ("version", "visibility", "origin", "uri", "page", "home")}
    assert known == {
        "version": 1,
        "visibility": "public",
        "origin": ORIGIN,
        "uri": result.uri,
        "page": f"{ORIGIN}/r/reading-a-phase-diagram",
        "home": f"{ORIGIN}/r/reading-a-phase-diagram",
    }
    assert item["owner"] == {"uri": f"{ORIGIN}/ap/a/uni", "name": "Uni", "handle": f"@uni@{HOST}"}
    assert len(item["digest"]) == 64
    assert await _get(client, f"{RESOURCES}/reading-a-phase-diagram") == item


async def test_origin_and_copies(store: Store, shelf: Shelf, client: Client) -> None:
    def unit(conn: Connection) -> None:
        _publish(conn, shelf, record())
        shelf.put(conn, "Theirs", shelf.actor(conn, "museum", host="museum.example"), version=3)

    await store.write(unit)
    assert len((await _get(client, RESOURCES))["items"]) == 2
    (ours,) = (await _get(client, f"{RESOURCES}?origin=local"))["items"]
    (theirs,) = (await _get(client, f"{RESOURCES}?origin=remote"))["items"]
    assert (ours["origin"], theirs["origin"]) == (ORIGIN, "https://museum.example")
    assert "grade" not in ours
    assert theirs["grade"] == "clean"
    assert theirs["page"] == f"{ORIGIN}/r/theirs"
    assert (await _get(client, f"{RESOURCES}?host=museum.example"))["total"] == 1


async def test_pages_follow_each_other_until_all_is_seen(store: Store, shelf: Shelf, client: Client) -> None:
    await _fill(store, shelf, 7)
    seen, cursor = [], ""
    while True:
        answer = await _get(client, f"{RESOURCES}?q=casting&limit=3{cursor}")
        assert answer["total"] == 7
        seen += [item["id"] for item in answer["items"]]
        if answer["next"] is None:
            break
        cursor = f"&cursor={answer['next']}"
    assert sorted(seen) == [f"https://x.example/{number}" for number in range(7)]


async def test_a_limit_above_the_cap_is_capped_and_none_is_the_default(
    store: Store, shelf: Shelf, client: Client
) -> None:
    await _fill(store, shelf, 101)
    for limit, expected in (("2", 2), ("0", 20), ("-1", 20), ("x", 20), ("", 20), ("1000", 100)):
        assert len((await _get(client, f"{RESOURCES}?limit={limit}"))["items"]) == expected, limit


async def test_search_sorting_filters_and_facets(store: Store, shelf: Shelf, client: Client) -> None:
    def unit(conn: Connection) -> None:
        topic = {"id": "https://example.org/zinc", "prefLabel": {"en": "Zinc"}}
        _publish(conn, shelf, record(id="https://x.example/b", name={"en": "B casting"}, kind="video", about=[topic]))
        _publish(conn, shelf, record(id="https://x.example/a", name={"en": "A casting"}, kind="audio"))
        _publish(conn, shelf, record(id="https://x.example/c", name={"en": "C forging"}, kind="audio"))

    await store.write(unit)

    async def ids(query: str) -> list[str]:
        return [item["id"][-1] for item in (await _get(client, f"{RESOURCES}?{query}"))["items"]]

    assert await ids("q=castings") == ["a", "b"]
    assert await ids("sort=title") == ["a", "b", "c"]
    assert await ids("kind=audio") == ["c", "a"]
    assert await ids("kind=audio&kind=video&q=casting&sort=title") == ["a", "b"]
    assert await ids("topic=https://example.org/zinc") == ["b"]
    assert await ids("q=%3F%3F%3F") == []
    answer = await _get(client, f"{RESOURCES}?q=casting&facets=1")
    assert answer["facets"]["kind"] == [{"value": "audio", "count": 1}, {"value": "video", "count": 1}]
    assert answer["facets"]["topic"] == [{"value": "https://example.org/zinc", "count": 1, "labels": {"en": "Zinc"}}]
    assert answer["facets"]["host"] == [{"value": HOST, "count": 2}]


async def test_members_see_what_is_for_them(store: Store, shelf: Shelf, client: Client) -> None:
    await store.write(_publish, shelf, record(), Visibility.ORGANISATION)
    assert (await _get(client, RESOURCES))["total"] == 0
    await _get(client, f"{RESOURCES}/casting-basics", 404)
    response = await client.get(RESOURCES, headers={"X-Member": "1"})
    assert (await response.json())["total"] == 1
    assert response.headers["Cache-Control"] == "private, no-store"
    assert (await _get(client, f"{RESOURCES}/casting-basics", member="1"))["visibility"] == "organisation"


async def test_a_withdrawn_resource_is_gone(store: Store, shelf: Shelf, client: Client) -> None:
    def unit(conn: Connection) -> None:
        result = _publish(conn, shelf, record())
        publish.withdraw_resource(conn, Unit(shelf.ids, shelf.clock.now(), ORIGIN, HOST), result.object_id)

    await store.write(unit)
    assert (await _get(client, f"{RESOURCES}/casting-basics", 410))["status"] == 410
    await _get(client, f"{RESOURCES}/nothing", 404)


@each_row(
    "query, path",
    [("cursor=x", "cursor"), ("origin=mars", "origin"), ("sort=colour", "sort"), ("cursor=W10", "cursor")],
)
async def test_what_cannot_be_read_is_a_problem_with_its_place(client: Client, query: str, path: str) -> None:
    answer = await _get(client, f"{RESOURCES}?{query}", 400)
    assert [error["path"] for error in answer["errors"]] == [path]


@each_row("typed", ['"', "a OR (b", "*", "NEAR(", "a' --", "%00", "🎓", "-"])
async def test_nothing_that_people_type_is_an_error(client: Client, typed: str) -> None:
    response = await client.get(RESOURCES, params={"q": typed})
    assert response.status == 200


async def test_a_reader_who_has_the_answer_gets_304(store: Store, shelf: Shelf, client: Client) -> None:
    await _fill(store, shelf, 1)
    etag = (await client.get(RESOURCES)).headers["ETag"]
    assert (await client.get(RESOURCES, headers={"If-None-Match": etag})).status == 304
    await _fill(store, shelf, 2)
    assert (await client.get(RESOURCES, headers={"If-None-Match": etag})).status == 200


# -- catalogues -----------------------------------------------------------------------------------------------------


async def test_the_main_catalogue_is_that_of_the_organisation(store: Store, shelf: Shelf, client: Client) -> None:
    await _get(client, CATALOGUE, 404)
    await store.write(shelf.actor)
    assert (await _get(client, CATALOGUE))["totalItems"] == 0
    await _fill(store, shelf, 3)
    head = await store.read(catalogues.load_head, (await store.read(shelf.actor)).id)
    assert head is not None
    expected = {"id": f"{ORIGIN}/ap/a/uni/catalogue", "revision": 3, "totalItems": 3, "digest": head.digest}
    assert await _get(client, CATALOGUE) == expected
    for iri in (f"{ORIGIN}/ap/a/uni/catalogue", f"{ORIGIN}/ap/a/uni"):
        assert await _get(client, f"{CATALOGUE}?of={iri}") == expected


async def test_a_followed_catalogue_is_told_as_it_is_held(store: Store, shelf: Shelf, client: Client) -> None:
    def unit(conn: Connection) -> None:
        museum = shelf.actor(conn, "museum", host="museum.example")
        catalogue.ensure_copy(conn, museum)
        new = shelf.put(conn, "Theirs", museum)
        unit = Unit(shelf.ids, shelf.clock.now(), ORIGIN, HOST)
        catalogue.apply_remote_change(conn, unit, museum, new.uri, "a" * 64)
        catalogues.note_position(conn, museum.id, 17)

    await store.write(unit)
    answer = await _get(client, f"{CATALOGUE}?of=https://museum.example/ap/a/museum/catalogue")
    assert (answer["id"], answer["revision"], answer["totalItems"]) == (
        "https://museum.example/ap/a/museum/catalogue",
        17,
        1,
    )
    assert await _get(client, f"{CATALOGUE}?of=https://museum.example/ap/a/museum") == answer
    await _get(client, f"{CATALOGUE}?of=https://other.example/ap/a/x", 404)


# -- the description ------------------------------------------------------------------------------------------------


async def test_answers_are_as_the_description_says(store: Store, shelf: Shelf, client: Client) -> None:
    def unit(conn: Connection) -> None:
        _publish(conn, shelf, full_record())
        museum = shelf.actor(conn, "museum", host="museum.example")
        new = shelf.new(conn, museum)
        saving.save_many(conn, [new])

    await store.write(unit)
    description = await _get(client, "/api/learning/v1/openapi.json")
    assert description["openapi"] == "3.1.0"
    registry: Registry[Any] = Registry().with_resource(
        "urn:openapi", Resource.from_contents(description, default_specification=DRAFT202012)
    )
    for path, name in ((f"{RESOURCES}?facets=1", "Page"), (CATALOGUE, "Catalogue")):
        schema = {"$ref": f"urn:openapi#/components/schemas/{name}"}
        answer = await _get(client, path)
        assert list(Draft202012Validator(schema, registry=registry).iter_errors(answer)) == []
    broken = {"$ref": "urn:openapi#/components/schemas/Catalogue"}
    assert not Draft202012Validator(broken, registry=registry).is_valid({"id": "x"})


async def test_every_route_and_filter_is_described(client: Client) -> None:
    description = await _get(client, "/api/learning/v1/openapi.json")
    paths = [route.path.removeprefix(PREFIX) for route in learning_api.ROUTES]
    served = {re.sub(r"\{(\w+):[^{}/]*(\{[^{}/]*\})?[^{}/]*\}", r"{\1}", path) for path in paths}
    assert served - {"/openapi.json"} == set(description["paths"])
    named = {each["name"] for each in description["paths"]["/resources"]["get"]["parameters"]}
    assert named == {"q", "origin", "sort", "limit", "cursor", "facets", *RESOURCE_FACETS}
    operations = [operation["operationId"] for path in description["paths"].values() for operation in path.values()]
    assert len(operations) == len(set(operations))
