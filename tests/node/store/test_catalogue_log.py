"""The change log of our own catalogues, and the digests that change with it."""

import asyncio
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection

from node.clock import DAY
from node.domain.catalogues import BUCKETS, EMPTY, State, bucket_of, combine, digest_of_entries, entry_hash, etag_of
from node.store.database.engine import Store
from node.store.library import catalogue_entries, catalogues
from node.store.library.catalogue_entries import Change
from node.store.library.catalogues import Catalogue
from tests import stores
from tests.depth import examples
from tests.shelf import Shelf

database, store = stores.database, stores.store

URIS = [f"https://learn.uni.example/ap/o/{number}" for number in range(40)]


def _digest(letter: str) -> str:
    return letter * 64


@pytest.fixture(name="shelf")
def _shelf() -> Shelf:
    return Shelf()


def _begin(conn: Connection, shelf: Shelf) -> int:
    owner = shelf.actor(conn)
    catalogues.add(conn, owner.id, owner.catalogue)
    return owner.id


def _get(conn: Connection, catalogue_id: int) -> Catalogue:
    found = catalogues.find(conn, catalogue_id)
    assert found is not None
    return found


def _live(conn: Connection, catalogue_id: int) -> dict[str, str]:
    found = catalogue_entries.load_entries(conn, catalogue_id, URIS).values()
    return {entry.object_uri: entry.digest for entry in found if entry.live}


# -- arithmetic -----------------------------------------------------------------------------------------------------


def test_the_entry_hash_is_the_formula_of_the_protocol() -> None:
    # printf 'a\nb' | sha256sum
    assert entry_hash("a", "b") == "7e18f737311b2dc3b2f269dd78396b0351f14fb66efa879f768cb23181883c78"


@given(st.lists(st.tuples(st.sampled_from(URIS), st.sampled_from("abc")), unique_by=lambda pair: pair[0]))
def test_the_digest_does_not_depend_on_the_order(entries: list[tuple[str, str]]) -> None:
    assert digest_of_entries(entries) == digest_of_entries(reversed(entries))
    assert digest_of_entries([]) == EMPTY


def test_the_entity_tag_differs_where_only_the_entries_do() -> None:
    one, other = State("u", 7, "a" * 64), State("u", 7, "b" * 64)
    assert etag_of(one) != etag_of(other)
    assert etag_of(one).startswith("7-")


# -- the log --------------------------------------------------------------------------------------------------------

_CHANGES = st.lists(
    st.lists(st.tuples(st.sampled_from(URIS), st.sampled_from(["a", "b", "c", None])), min_size=1, max_size=6),
    max_size=25,
)


@examples(20)
@given(batches=_CHANGES, as_copy=st.booleans())
async def test_digests_total_and_buckets_are_those_of_the_live_entries(
    batches: Sequence[Sequence[tuple[str, str | None]]], as_copy: bool
) -> None:
    def unit(conn: Connection) -> None:
        catalogue_id = _begin(conn, Shelf())
        expected: dict[str, str] = {}
        revision = 0
        for batch in batches:
            changes = [Change(uri, letter and _digest(letter), changed_at=1) for uri, letter in batch]
            (catalogue_entries.copy if as_copy else catalogue_entries.log)(conn, catalogue_id, changes)
            for uri, letter in batch:
                revision += expected.get(uri) != (letter and _digest(letter))
                if letter is None:
                    expected.pop(uri, None)
                else:
                    expected[uri] = _digest(letter)
        found = _get(conn, catalogue_id)
        assert _live(conn, catalogue_id) == expected
        assert found.digest == digest_of_entries(expected.items())
        assert found.total == len(expected)
        assert found.revision == (0 if as_copy else revision)
        buckets = catalogue_entries.load_buckets(conn, catalogue_id)
        assert len(buckets) == BUCKETS
        assert combine(*buckets) == found.digest
        for bucket in {bucket_of(uri) for uri in URIS}:
            inside = [(uri, digest) for uri, digest in expected.items() if bucket_of(uri) == bucket]
            assert buckets[bucket] == digest_of_entries(inside)
            listed = catalogue_entries.list_bucket(conn, catalogue_id, bucket, limit=99)
            assert [(entry.object_uri, entry.digest) for entry in listed] == sorted(inside)

    with stores.new_database("sqlite") as path:
        async with stores.open_store(path) as opened:
            await opened.write(unit)


async def test_the_log_tells_each_entry_once_with_its_latest_state(store: Store, shelf: Shelf) -> None:
    def unit(conn: Connection) -> None:
        catalogue_id = _begin(conn, shelf)
        one, two, three = URIS[:3]
        for number, (uri, letter) in enumerate([(one, "a"), (two, "a"), (one, "b"), (three, "a"), (two, None)]):
            catalogue_entries.log(conn, catalogue_id, [Change(uri, letter and _digest(letter), changed_at=number)])
        entries = catalogue_entries.list_after(conn, catalogue_id, 0, 200)
        assert [(entry.object_uri, entry.revision, entry.live) for entry in entries] == [
            (one, 3, True),
            (three, 4, True),
            (two, 5, False),
        ]
        assert [entry.revision for entry in catalogue_entries.list_after(conn, catalogue_id, 3, 1)] == [4]
        assert _get(conn, catalogue_id).total == 2

    await store.write(unit)


async def test_what_changes_nothing_gets_no_revision(store: Store, shelf: Shelf) -> None:
    def unit(conn: Connection) -> None:
        catalogue_id = _begin(conn, shelf)
        catalogue_entries.log(conn, catalogue_id, [Change(URIS[0], _digest("a"), 1)])
        catalogue_entries.log(conn, catalogue_id, [Change(URIS[0], _digest("a"), 2), Change(URIS[1], None, 2)])
        assert _get(conn, catalogue_id).revision == 1

    await store.write(unit)


async def test_pruning_moves_the_beginning_of_the_log_past_what_it_forgot(store: Store, shelf: Shelf) -> None:
    def unit(conn: Connection) -> None:
        catalogue_id = _begin(conn, shelf)
        catalogue_entries.log(conn, catalogue_id, [Change(uri, _digest("a"), 0) for uri in URIS[:5]])
        catalogue_entries.log(conn, catalogue_id, [Change(URIS[0], None, 1 * DAY), Change(URIS[1], None, 100 * DAY)])
        before = _get(conn, catalogue_id)
        assert catalogue_entries.prune(conn, catalogue_id, 50 * DAY) == 1
        after = _get(conn, catalogue_id)
        assert (after.digest, after.total, after.revision) == (before.digest, before.total, before.revision)
        assert after.oldest_revision == 7  # 6 was the tombstone: who has read 6 or more misses nothing
        assert [entry.revision for entry in catalogue_entries.list_after(conn, catalogue_id, 0, 9)] == [3, 4, 5, 7]
        assert catalogue_entries.prune(conn, catalogue_id, 50 * DAY) == 0

    await store.write(unit)


async def test_an_entry_that_comes_back_is_live_again(store: Store, shelf: Shelf) -> None:
    def unit(conn: Connection) -> None:
        catalogue_id = _begin(conn, shelf)
        changes = [Change(URIS[0], _digest("a"), 0), Change(URIS[0], None, 1), Change(URIS[0], _digest("a"), 2)]
        catalogue_entries.log(conn, catalogue_id, changes)
        found = _get(conn, catalogue_id)
        assert (found.revision, found.total) == (3, 1)
        assert found.digest == digest_of_entries([(URIS[0], _digest("a"))])

    await store.write(unit)


async def test_two_writers_lose_no_change(store: Store, shelf: Shelf) -> None:
    catalogue_id = await store.write(_begin, shelf)

    def change(conn: Connection, uri: str) -> None:
        catalogue_entries.log(conn, catalogue_id, [Change(uri, _digest("a"), 0)])

    await asyncio.gather(*(store.write(change, uri) for uri in URIS))
    found = await store.read(_get, catalogue_id)
    assert (found.revision, found.total) == (len(URIS), len(URIS))
    assert found.digest == digest_of_entries((uri, _digest("a")) for uri in URIS)
