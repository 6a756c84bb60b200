"""Publishing resources of our own: versions, addresses, log, events; and many at once."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import Connection, func, select

from federation.builders.resource_documents import write_document
from federation.mapping.digest import article_digest
from node.clock import from_rfc3339
from node.domain.catalogues import digest_of_entries
from node.domain.search import parse
from node.domain.visibility import Visibility
from node.errors import Forbidden, Gone, Invalid, NotFound
from node.media.links import MediaLinks
from node.services.context import Unit
from node.services.library import authoring, importing, publish
from node.services.library.authoring import Author, Work
from node.services.library.publish import Outcome, PublishResult
from node.store.access import accounts
from node.store.database.engine import Store
from node.store.library import catalogue_entries, catalogues, resources, saving
from node.store.posts import objects
from node.store.search import listing
from node.store.search.wishes import Wish
from node.store.tables import jobs, object_versions
from tests import stores
from tests.records import full_record, record
from tests.rows import each_row
from tests.shelf import HOST, ORIGIN, Shelf

database, store = stores.database, stores.store


@pytest.fixture(name="shelf")
def _shelf() -> Shelf:
    return Shelf()


def _unit(shelf: Shelf) -> Unit:
    shelf.clock.advance(1_000)
    return Unit(shelf.ids, shelf.clock.now(), ORIGIN, HOST)


def _publish(conn: Connection, shelf: Shelf, made: Any, visibility: Visibility = Visibility.PUBLIC) -> PublishResult:
    owner = shelf.actor(conn)
    return publish.publish_resource(conn, _unit(shelf), owner.id, made, visibility, write=write_document)


def _events(conn: Connection) -> list[str]:
    rows = conn.execute(select(jobs.c.payload).where(jobs.c.kind == "event").order_by(jobs.c.id))
    return [row.payload["event"] for row in rows]


async def test_a_new_record_gets_addresses_a_version_and_an_event(store: Store, shelf: Shelf) -> None:
    def unit(conn: Connection) -> None:
        result = _publish(conn, shelf, full_record())
        assert (result.outcome, result.version) == (Outcome.CREATED, 1)
        assert result.uri == f"{ORIGIN}/ap/o/{result.object_id}"
        assert result.url == f"{ORIGIN}/r/reading-a-phase-diagram"
        found = resources.load_by_object(conn, result.object_id)
        assert (found.record["version"], found.record["visibility"]) == (1, "public")
        assert found.digest == found.record["digest"]
        stored: dict[str, Any] = dict(found.record)
        assert {key: stored[key] for key in full_record()} == full_record()
        assert _events(conn) == ["ObjectCreated"]

    await store.write(unit)


async def test_the_same_record_again_changes_nothing(store: Store, shelf: Shelf) -> None:
    def unit(conn: Connection) -> None:
        first = _publish(conn, shelf, full_record())
        stored = resources.load_by_object(conn, first.object_id)
        # As it was exported, with what the node keeps about it.
        for again in (full_record(), dict[str, Any](stored.record), {**full_record(), "version": 17}):
            result = _publish(conn, shelf, again)
            assert (result.outcome, result.object_id, result.version) == (Outcome.UNCHANGED, first.object_id, 1)
        assert resources.load_by_object(conn, first.object_id) == stored
        assert _events(conn) == ["ObjectCreated"]
        assert catalogues.load(conn, shelf.actor(conn).id).revision == 1

    await store.write(unit)


async def test_a_changed_record_is_the_next_version_and_the_old_one_stays(store: Store, shelf: Shelf) -> None:
    def unit(conn: Connection) -> None:
        first = _publish(conn, shelf, record())
        before = resources.load_by_object(conn, first.object_id)
        result = _publish(conn, shelf, record(name={"en": "Forging basics"}))
        assert (result.outcome, result.version) == (Outcome.UPDATED, 2)
        assert (result.object_id, result.uri, result.url) == (first.object_id, first.uri, first.url)
        (kept,) = conn.execute(select(object_versions)).all()
        assert (kept.version, kept.name, kept.details["record"]) == (1, "Casting basics", before.record)
        found = resources.load_by_object(conn, first.object_id)
        assert found.digest != before.digest
        assert found.updated_at == from_rfc3339(found.record["updated"])
        assert [each.id for each in listing.find(conn, Wish(parse("forging"))).items] == [first.object_id]
        assert _events(conn) == ["ObjectCreated", "ObjectUpdated"]

    await store.write(unit)


async def test_the_stored_document_has_the_digest_of_the_log(store: Store, shelf: Shelf) -> None:
    def unit(conn: Connection) -> None:
        owner = shelf.actor(conn)
        results = [_publish(conn, shelf, record(id=f"https://x.example/{n}")) for n in range(3)]
        results.append(_publish(conn, shelf, record(id="https://x.example/1", name={"en": "Changed"})))
        documents = [objects.load_row(conn, result.object_id).raw for result in results[:3]]
        expected = digest_of_entries((document["id"], article_digest(document)) for document in documents)
        assert catalogues.load(conn, owner.id).digest == expected
        assert [document["revision"] for document in documents] == [1, 2, 1]

    await store.write(unit)


async def test_only_public_resources_are_in_the_catalogue_and_travel(store: Store, shelf: Shelf) -> None:
    def unit(conn: Connection) -> None:
        owner = shelf.actor(conn)
        result = _publish(conn, shelf, record(), Visibility.ORGANISATION)
        assert catalogues.load(conn, owner.id).total == 0
        assert _events(conn) == []
        assert _publish(conn, shelf, record()).outcome is Outcome.UPDATED
        assert catalogues.load(conn, owner.id).total == 1
        _publish(conn, shelf, record(), Visibility.PARTNERS)
        assert catalogues.load(conn, owner.id).total == 0
        (entry,) = catalogue_entries.list_after(conn, owner.id, 0, 9)
        assert (entry.object_uri, entry.live, entry.revision) == (result.uri, False, 2)
        told = ["ObjectReopened", "ObjectCreated", "ObjectUpdated", "ObjectDeleted"]
        assert _events(conn) == told  # nothing is sent of the first; partners keep it

    await store.write(unit)


async def test_withdrawing_leaves_a_tombstone_and_tells(store: Store, shelf: Shelf) -> None:
    def unit(conn: Connection) -> None:
        owner = shelf.actor(conn)
        result = _publish(conn, shelf, record())
        publish.withdraw_resource(conn, _unit(shelf), result.object_id)
        found = objects.find_object_by_id(conn, result.object_id)
        assert found is not None
        assert found.state == objects.DELETED
        assert listing.find(conn, Wish()).total == 0
        assert (catalogues.load(conn, owner.id).total, catalogues.load(conn, owner.id).revision) == (0, 2)
        assert _events(conn) == ["ObjectCreated", "ObjectDeleted"]
        with pytest.raises(Gone):
            publish.withdraw_resource(conn, _unit(shelf), result.object_id)
        again = _publish(conn, shelf, record())
        assert again.uri != result.uri  # an address is never used again
        with pytest.raises(NotFound):
            publish.withdraw_resource(conn, _unit(shelf), 1)

    await store.write(unit)


@each_row(
    "parts, path",
    [
        ({"name": {}}, "$.name"),
        ({"license": "cc by"}, "$.license"),
        ({"defaultLanguage": "de"}, "$.defaultLanguage"),
        ({"colour": "red"}, "$.colour"),
        ({"keywords": ["k" * 100] * 51}, "$.keywords"),
        ({"description": {"en": "d" * 150_000, "de": "d" * 150_000}}, "$"),
        ({"license": "https://w3id.org/rhizome#internal-terms"}, "$.visibility"),
    ],
)
async def test_a_bad_record_is_refused_with_its_place_and_leaves_nothing(
    store: Store, shelf: Shelf, parts: dict[str, Any], path: str
) -> None:
    with pytest.raises(Invalid) as caught:
        await store.write(_publish, shelf, record(**parts))
    assert [problem.path for problem in caught.value.problems] == [path]
    assert (await store.read(listing.find, Wish())).total == 0
    assert await store.read(_events) == []


async def test_nobody_publishes_for_an_actor_of_another_node(store: Store, shelf: Shelf) -> None:
    def unit(conn: Connection) -> None:
        museum = shelf.actor(conn, "museum", host="museum.example")
        publish.publish_resource(conn, _unit(shelf), museum.id, record(), Visibility.PUBLIC, write=write_document)

    with pytest.raises(Forbidden):
        await store.write(unit)


async def test_text_that_no_database_takes_is_cleaned(store: Store, shelf: Shelf) -> None:
    result = await store.write(_publish, shelf, record(name={"en": "Cast\x00ing \ud800"}))
    found = await store.read(resources.load_by_object, result.object_id)
    assert found.record["name"] == {"en": "Casting "}


# -- many -----------------------------------------------------------------------------------------------------------


async def _import(store: Store, shelf: Shelf, records: list[Any], owner_id: int) -> list[importing.Imported]:
    run = importing.publish_many(
        store, lambda: _unit(shelf), owner_id, records, Visibility.PUBLIC, write=write_document
    )
    return [each async for each in run]


async def test_one_bad_record_never_stops_a_run(store: Store, shelf: Shelf) -> None:
    owner = await store.write(shelf.actor)
    records = [record(id=f"https://x.example/{number}") for number in range(230)]
    records[7] = record(id="https://x.example/7", name="no map")
    records[150] = {"id": 5}
    answers = await _import(store, shelf, records, owner.id)
    assert [each.position for each in answers] == list(range(1, 231))
    bad = [each for each in answers if each.result is None]
    assert [(each.position, each.identifier) for each in bad] == [(8, "https://x.example/7"), (151, "5")]
    assert bad[0].problems[0].path == "$.name"
    assert (await store.read(listing.find, Wish())).total == 228
    again = await _import(store, shelf, records, owner.id)
    assert {each.result.outcome for each in again if each.result} == {Outcome.UNCHANGED}


async def test_of_records_with_one_id_the_last_wins(store: Store, shelf: Shelf) -> None:
    owner = await store.write(shelf.actor)
    answers = await _import(store, shelf, [record(), record(name={"en": "Second"})], owner.id)
    assert [each.result and each.result.outcome for each in answers] == [Outcome.CREATED, Outcome.UPDATED]
    page = await store.read(listing.find, Wish())
    assert [each.record["name"]["en"] for each in page.items] == ["Second"]


async def test_what_the_database_refuses_fails_alone(
    store: Store, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = await store.write(shelf.actor)
    save_many = saving.save_many

    def refuse(conn: Connection, new: Any) -> None:
        if new[0].record["id"].endswith("/1"):
            raise ValueError("as a driver would")
        save_many(conn, new)

    monkeypatch.setattr(saving, "save_many", refuse)
    answers = await _import(store, shelf, [record(id=f"https://x.example/{n}") for n in range(3)], owner.id)
    assert [each.result is not None for each in answers] == [True, False, True]
    assert (await store.read(listing.find, Wish())).total == 2


async def test_of_two_who_change_the_same_version_at_once_one_is_told(store: Store, shelf: Shelf) -> None:
    def begin(conn: Connection) -> tuple[Author, str]:
        ann = shelf.actor(conn, "ann", kind="person")
        accounts.insert_account(conn, ann.id, "ann@example.org", "", accounts.MEMBER, 1)
        made = publish.publish_resource(conn, _unit(shelf), ann.id, record(), Visibility.PUBLIC, write=write_document)
        return Author(ann.id, is_admin=False), made.url.rsplit("/", 1)[1]

    author, slug = await store.write(begin)

    async def change(title: str) -> PublishResult:
        work = Work(record(name={"en": title}), Visibility.PUBLIC, version=1)
        links = MediaLinks(ORIGIN, (b"k" * 32,))
        return await store.write(authoring.change, _unit(shelf), author, slug, work, links=links, write=write_document)

    ends = await asyncio.gather(*(change(f"Edition {number}") for number in range(5)), return_exceptions=True)
    assert sorted(type(each).__name__ for each in ends) == [*["PreconditionFailed"] * 4, "PublishResult"]
    assert await store.read(lambda conn: conn.scalar(select(func.count()).select_from(object_versions))) == 1
