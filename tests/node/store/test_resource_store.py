"""Storing learning resources, listing them page by page, and who sees which."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from sqlalchemy import Connection, select, text

from node.domain import slugs
from node.domain.search import Query, parse
from node.domain.visibility import Visibility
from node.errors import Gone, Malformed, NotFound
from node.store.database.engine import Store
from node.store.library import opinions, resources, saving
from node.store.library.resources import ANYBODY, Viewer
from node.store.library.saving import NewResource
from node.store.people.actors import Actor
from node.store.posts import burying, objects
from node.store.search import counts, listing
from node.store.search.listing import Page
from node.store.search.wishes import Sort, Wish
from node.store.tables import object_versions
from node.store.triggers.resource_search import INDEX
from tests import stores
from tests.depth import examples
from tests.rows import each_row
from tests.shelf import Shelf
from tests.statements import counted

database, store = stores.database, stores.store
MEMBER = Viewer(actor_id=1)


@pytest.fixture(name="shelf")
def _shelf() -> Shelf:
    return Shelf()


def _titles(page: Page) -> list[str]:
    return [each.record["name"]["en"] for each in page.items]


def _all_pages(conn: Connection, **wish: Any) -> Iterator[Page]:
    cursor: str | None = None
    while True:
        page = listing.find(conn, Wish(**wish, cursor=cursor))
        yield page
        cursor = page.next
        if cursor is None:
            return


# -- saving and loading ---------------------------------------------------------------------------------------------


async def test_a_saved_record_comes_back_whole_by_every_name(store: Store, shelf: Shelf) -> None:
    def unit(conn: Connection) -> None:
        new = shelf.put(conn, "Gießen für Anfänger", kind="video")
        found = resources.load_by_object(conn, new.object_id)
        assert found.record == new.record
        assert found.path == "/r/giessen-fuer-anfaenger"
        assert found.owner == shelf.actor(conn)
        assert resources.load_by_iris(conn, new.owner.id, [new.record["id"]]) == {new.record["id"]: found}
        assert resources.load_by_slug(conn, found.slug, ANYBODY) == found

    await store.write(unit)


async def test_saving_again_replaces_and_keeps_the_place(store: Store, shelf: Shelf) -> None:
    def unit(conn: Connection) -> None:
        new = shelf.put(conn, "Casting", keywords=["zinc"])
        before = resources.load_by_object(conn, new.object_id)
        changed = _with(new, name={"en": "Forging"}, keywords=["iron"])
        saving.save_many(conn, [changed])
        after = resources.load_by_object(conn, new.object_id)
        assert (after.slug, after.sort_key) == (before.slug, before.sort_key)
        assert _titles(listing.find(conn, Wish(parse("forging")))) == ["Forging"]
        assert _titles(listing.find(conn, Wish(parse("casting")))) == []
        assert listing.find(conn, Wish(filters={"keyword": ["zinc"]})).total == 0
        assert listing.find(conn, Wish()).total == 1

    await store.write(unit)


def _with(new: NewResource, *, visibility: Visibility | None = None, **parts: Any) -> NewResource:
    values = {name: getattr(new, name) for name in NewResource.__dataclass_fields__}
    return NewResource(**{**values, "record": {**new.record, **parts}, "visibility": visibility or new.visibility})


async def test_slugs_are_never_shared_nor_digits_alone(store: Store, shelf: Shelf) -> None:
    def unit(conn: Connection) -> None:
        new = [shelf.put(conn, title) for title in ["Casting", "Casting", "casting!", "2026", "鋳造"]]
        new += [shelf.put(conn, "Casting") for _ in range(9)]
        found = [resources.load_by_object(conn, each.object_id).slug for each in new]
        assert found[:5] == ["casting", "casting-2", "casting-3", "link-2026", "link"]
        assert len(set(found)) == len(found)
        assert not any(slug.isdigit() for slug in found)

    await store.write(unit)


@given(st.text(max_size=200))
def test_every_title_makes_a_slug_that_fits_an_address(title: str) -> None:
    slug = slugs.slug_of(title, otherwise="file")
    assert slug.strip("-") == slug
    assert set(slug) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert 0 < len(slug) <= slugs.MAX_SLUG + len("file-")
    assert not slug.isdigit()


async def test_a_withdrawn_resource_is_gone_and_its_slug_stays_taken(store: Store, shelf: Shelf) -> None:
    def unit(conn: Connection) -> None:
        new = shelf.put(conn, "Casting")
        stored = objects.find_object(conn, new.uri)
        assert stored is not None
        burying.bury(conn, stored, shelf.clock.now())
        with pytest.raises(Gone):
            resources.load_by_slug(conn, "casting", ANYBODY)
        with pytest.raises(NotFound):
            resources.load_by_slug(conn, "forging", ANYBODY)
        assert listing.find(conn, Wish()).total == 0
        again = shelf.put(conn, "Casting")
        assert resources.load_by_object(conn, again.object_id).slug == "casting-2"

    await store.write(unit)


async def test_saving_many_takes_as_many_statements_as_saving_one(store: Store, shelf: Shelf) -> None:
    def make(conn: Connection, count: int) -> list[NewResource]:
        return [
            shelf.new(conn, about=[{"id": "https://example.org/c", "prefLabel": {"en": "C"}}]) for _ in range(count)
        ]

    taken = []
    for count in (1, 20, 40):
        new = await store.write(make, count)
        with counted(store) as statements:
            await store.write(saving.save_many, new)
        taken.append(len(statements))
    assert taken[0] == taken[1] == taken[2] <= 13


async def test_two_published_at_one_instant_have_two_places(store: Store, shelf: Shelf) -> None:
    def unit(conn: Connection) -> None:
        new = [shelf.new(conn) for _ in range(30)]
        same = [_at(each, 1_790_000_000_000, uri="https://learn.uni.example/ap/o/same") for each in new]
        saving.save_many(conn, same)
        page = listing.find(conn, Wish(limit=50))
        assert len({each.sort_key for each in page.items}) == 30

    await store.write(unit)


def _at(new: NewResource, published_at: int, uri: str) -> NewResource:
    values = {name: getattr(new, name) for name in NewResource.__dataclass_fields__}
    return NewResource(**{**values, "published_at": published_at, "uri": uri})


# -- who sees it ----------------------------------------------------------------------------------------------------

_SEEN = [
    # visibility, anybody lists, member lists, anybody reads, member reads
    (Visibility.PUBLIC, True, True, True, True),
    (Visibility.UNLISTED, False, False, True, True),
    (Visibility.PARTNERS, False, True, False, True),
    (Visibility.ORGANISATION, False, True, False, True),
    (Visibility.COMMUNITY, False, False, False, False),
    (Visibility.PRIVATE, False, False, False, False),
]


@pytest.mark.parametrize(("visibility", "anybody_lists", "member_lists", "anybody_reads", "member_reads"), _SEEN)
async def test_visibility_decides_lists_counts_and_pages(
    store: Store,
    shelf: Shelf,
    visibility: Visibility,
    anybody_lists: bool,
    member_lists: bool,
    anybody_reads: bool,
    member_reads: bool,
) -> None:
    def unit(conn: Connection) -> None:
        new = _with(shelf.new(conn, name={"en": "Casting"}, kind="video"), visibility=visibility)
        conn.execute(text("UPDATE objects SET visibility = :v"), {"v": visibility.value})
        saving.save_many(conn, [new])
        for viewer, lists, reads in ((ANYBODY, anybody_lists, anybody_reads), (MEMBER, member_lists, member_reads)):
            for wish in (
                Wish(viewer=viewer),
                Wish(parse("casting"), viewer=viewer),
                Wish(viewer=viewer, sort=Sort.TITLE),
            ):
                page = listing.find(conn, wish)
                assert (len(page.items), page.total) == (int(lists), int(lists))
                assert bool(counts.facets(conn, wish)["kind"]) is lists
            assert bool(resources.load_readable(conn, [new.object_id], viewer)) is reads
        assert resources.load_readable(conn, [new.object_id], Viewer(new.owner.id))

    await store.write(unit)


async def test_narrowing_takes_a_resource_off_the_public_lists(store: Store, shelf: Shelf) -> None:
    def unit(conn: Connection) -> None:
        new = shelf.put(conn, "Casting")
        saving.save_many(conn, [_with(new, visibility=Visibility.ORGANISATION)])
        assert listing.find(conn, Wish()).total == 0
        assert listing.find(conn, Wish(viewer=MEMBER)).total == 1
        saving.save_many(conn, [_with(new, visibility=Visibility.PRIVATE)])
        assert listing.find(conn, Wish(parse("casting"), viewer=MEMBER)).items == []

    await store.write(unit)


async def test_the_order_by_use_counts_organisations_and_goes_on_with_the_rest(store: Store, shelf: Shelf) -> None:
    def unit(conn: Connection) -> None:
        made = [shelf.put(conn, f"Casting {number}") for number in range(7)]
        shelf.put(conn, "Bells")
        houses = [shelf.actor(conn, f"house{number}", host=f"h{number}.example") for number in range(3)]
        # Two notes of one organisation count once.
        for place, house, level in [(0, 0, "public"), (0, 0, "public"), (2, 0, "public"), (2, 1, "public")]:
            _note(conn, shelf, made[place], houses[house], level)
        _note(conn, shelf, made[5], houses[0], "organisation")
        wish = Wish(parse("casting"), sort=Sort.USED, limit=3)
        for viewer, order in ((ANYBODY, [2, 0, 6, 5, 4, 3, 1]), (MEMBER, [2, 5, 0, 6, 4, 3, 1])):
            for base in (wish, replace(wish, query=Query(), filters={"kind": ["link"]}), replace(wish, query=Query())):
                found, cursor = [], None
                while True:
                    page = listing.find(conn, replace(base, viewer=viewer, cursor=cursor))
                    found += _titles(page)
                    if (cursor := page.next) is None:
                        break
                assert [each for each in found if each != "Bells"] == [f"Casting {number}" for number in order]

    await store.write(unit)


def _note(conn: Connection, shelf: Shelf, about: NewResource, house: Actor, visibility: str) -> None:
    """What an organisation says of how it used something."""
    note_id = shelf.object(conn, house, kind="note", type="Note", visibility=visibility, in_reply_to=about.uri)
    said: Any = {"context": {"en": "x"}, "defaultLanguage": "en", "outcome": "worked"}
    opinions.save_note(conn, note_id, about.uri, house.id, said)


# -- lists ----------------------------------------------------------------------------------------------------------


async def test_origin_tells_ours_from_others(store: Store, shelf: Shelf) -> None:
    def unit(conn: Connection) -> None:
        museum = shelf.actor(conn, "museum", host="museum.example")
        shelf.put(conn, "Ours")
        shelf.put(conn, "Theirs", museum)
        for sort in Sort:
            assert _titles(listing.find(conn, Wish(origin="local", sort=sort))) == ["Ours"]
            assert _titles(listing.find(conn, Wish(origin="remote", sort=sort))) == ["Theirs"]
        assert listing.find(conn, Wish(origin="remote")).total == 1
        assert listing.find(conn, Wish(filters={"origin": ["museum.example"]})).total == 1
        assert counts.count(conn, ANYBODY.listings(), "owner", museum.uri) == 1

    await store.write(unit)


async def test_the_newest_are_those_published_last_wherever_they_come_from(store: Store, shelf: Shelf) -> None:
    def unit(conn: Connection) -> None:
        old = shelf.new(conn, shelf.actor(conn, "museum", host="museum.example"), name={"en": "Old"})
        saving.save_many(conn, [_at(old, 1_600_000_000_000, old.uri)])
        shelf.put(conn, "New")
        late = shelf.new(conn, shelf.actor(conn, "museum", host="museum.example"), name={"en": "Older"})
        saving.save_many(conn, [_at(late, 1_500_000_000_000, late.uri)])
        assert _titles(listing.find(conn, Wish())) == ["New", "Old", "Older"]

    await store.write(unit)


async def test_titles_are_sorted_as_readers_expect(store: Store, shelf: Shelf) -> None:
    def unit(conn: Connection) -> None:
        for title in ("Zinc", "Émail", "alloys", "Eisen"):
            shelf.put(conn, title, description={"en": "metal"})
        expected = ["alloys", "Eisen", "Émail", "Zinc"]
        assert _titles(listing.find(conn, Wish(sort=Sort.TITLE))) == expected
        assert _titles(listing.find(conn, Wish(parse("metals"), sort=Sort.TITLE))) == expected

    await store.write(unit)


async def test_relevance_puts_titles_before_keywords_before_text(store: Store, shelf: Shelf) -> None:
    def unit(conn: Connection) -> None:
        shelf.put(conn, "Casting")
        shelf.put(conn, "B", keywords=["casting"])
        shelf.put(conn, "C", description={"en": "About casting."})
        shelf.put(conn, "Zinc casting")
        assert _titles(listing.find(conn, Wish(parse("casting")))) == ["Zinc casting", "Casting", "B", "C"]
        assert _titles(listing.find(conn, Wish(parse("casting"), sort=Sort.NEWEST))) == [
            "Zinc casting",
            "C",
            "B",
            "Casting",
        ]

    await store.write(unit)


@pytest.mark.parametrize("typed", ["", "casting", "casting -zinc"])
@pytest.mark.parametrize("sort", list(Sort))
async def test_pages_show_everything_once_while_others_publish(
    store: Store, shelf: Shelf, typed: str, sort: Sort
) -> None:
    def unit(conn: Connection) -> None:
        expected = set()
        for number in range(11):
            where = ("name", "keywords", "description")[number % 3]
            parts: dict[str, Any] = {
                "name": {"en": f"Casting {number % 4}"},
                "keywords": ["casting"],
                "description": {"en": "casting"},
            }
            expected.add(shelf.put(conn, f"Title {number % 4}", **{where: parts[where]}).uri)
        seen: list[str] = []
        for page in _all_pages(conn, query=parse(typed), sort=sort, limit=3):
            seen += [each.uri for each in page.items]
            shelf.put(conn, "A zzz of casting")  # newer, and first among titles: never on a later page but by title
        assert len(seen) == len(set(seen))
        assert expected <= set(seen)

    await store.write(unit)


@examples(15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    facts=st.lists(
        st.tuples(
            st.sampled_from(["zinc", "iron", "zinc iron"]),
            st.sampled_from(["video", "audio"]),
            st.sampled_from([["en"], ["de"], ["en", "de"]]),
            st.booleans(),
        ),
        max_size=12,
    ),
    typed=st.sampled_from(["", "zinc", "iron -zinc", '"zinc iron"']),
    kinds=st.lists(st.sampled_from(["video", "audio"]), unique=True),
    languages=st.lists(st.sampled_from(["en", "de"]), unique=True),
    limit=st.integers(1, 5),
    sort=st.sampled_from(list(Sort)),
)
async def test_lists_totals_and_facets_agree_with_counting_by_hand(
    facts: list[tuple[str, str, list[str], bool]],
    typed: str,
    kinds: list[str],
    languages: list[str],
    limit: int,
    sort: Sort,
) -> None:
    words = {"": lambda _: True, "zinc": lambda t: "zinc" in t, "iron -zinc": lambda t: t == "iron"}
    fits = words.get(typed, lambda t: t == "zinc iron")

    def unit(conn: Connection) -> None:
        shelf = Shelf()
        museum = shelf.actor(conn, "museum", host="museum.example")
        for title, kind, languages_of, is_local in facts:
            shelf.put(conn, title, None if is_local else museum, kind=kind, inLanguage=languages_of)
        wanted = [
            fact
            for fact in facts
            if fits(fact[0]) and (not kinds or fact[1] in kinds) and (not languages or set(fact[2]) & set(languages))
        ]
        filters = {"kind": kinds, "language": languages}
        pages = list(_all_pages(conn, query=parse(typed), filters=filters, limit=limit, sort=sort))
        assert sorted(title for page in pages for title in _titles(page)) == sorted(fact[0] for fact in wanted)
        assert {page.total for page in pages} == {len(wanted)}
        counted_facets = counts.facets(conn, Wish(parse(typed), filters))
        for kind in ("video", "audio"):
            expected = sum(
                1 for f in facts if fits(f[0]) and f[1] == kind and (not languages or set(f[2]) & set(languages))
            )
            assert _count(counted_facets["kind"], kind) == expected
        from_museum = sum(1 for fact in wanted if not fact[3])
        assert _count(counted_facets["origin"], "museum.example") == from_museum

    with stores.new_database("sqlite") as path:
        async with stores.open_store(path) as opened:
            await opened.write(unit)


def _count(options: list[counts.Option], value: str) -> int:
    return next((option.count for option in options if option.value == value), 0)


async def test_facets_tell_what_unknown_concepts_are_called(store: Store, shelf: Shelf) -> None:
    def unit(conn: Connection) -> None:
        museum = shelf.actor(conn, "museum", host="museum.example")
        topic = "https://example.org/alloys"
        shelf.put(conn, "Theirs", museum, about=[{"id": topic, "prefLabel": {"en": "Their word"}}])
        shelf.put(conn, "Ours", about=[{"id": topic, "prefLabel": {"en": "Alloys", "de": "Legierungen"}}])
        shelf.put(conn, "Theirs too", museum, about=[{"id": topic, "prefLabel": {"en": "Spam"}}])
        (option,) = counts.facets(conn, Wish())["topic"]
        assert (option.value, option.count) == (topic, 3)
        assert option.labels == {"en": "Alloys", "de": "Legierungen"}

    await store.write(unit)


async def test_filters_know_the_spellings_of_a_value(store: Store, shelf: Shelf) -> None:
    def unit(conn: Connection) -> None:
        shelf.put(
            conn, "One", inLanguage=["de-AT"], keywords=["Phase  Diagrams"], about=[{"id": "http://w3id.org/kim/x"}]
        )
        for filters in (
            {"language": ["de"]},
            {"language": ["de-CH"]},
            {"keyword": ["phase diagrams"]},
            {"topic": ["https://w3id.org/kim/x"]},
            {"licence": ["http://creativecommons.org/licenses/by/4.0"]},
        ):
            assert listing.find(conn, Wish(filters=filters)).total == 1, filters

    await store.write(unit)


async def test_totals_beyond_the_bound_say_that_they_are_at_least(
    store: Store, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counts, "BOUND", 4)

    def unit(conn: Connection) -> None:
        for number in range(6):
            shelf.put(conn, f"Casting {number}", kind="video" if number else "audio")
        page = listing.find(conn, Wish(parse("casting"), limit=2))
        assert (page.total, page.is_exact) == (4, False)
        assert listing.find(conn, Wish(limit=2)).total == 6  # a kept counter
        assert listing.find(conn, Wish(filters={"kind": ["video"]}, limit=2)).total == 5  # another
        page = listing.find(conn, Wish(parse("casting"), limit=2), with_facets=True)
        assert (page.total, page.is_exact) == (4, False)
        assert _count(page.facets["kind"], "video") == 5  # of the newest, one more than the bound

    await store.write(unit)


@each_row("sort, cursor", product(Sort, ["", "x", "W10", "W3RydWVd", "é", "WyJhIl0", "WzEsMiwzXQ", "bnVsbA", "MQ"]))
async def test_a_cursor_that_no_page_gave_is_refused(store: Store, cursor: str, sort: Sort) -> None:
    with pytest.raises(Malformed) as caught:
        await store.read(listing.find, Wish(parse("a"), cursor=cursor, sort=sort))
    assert caught.value.problems[0].path == "cursor"


@pytest.mark.parametrize("wish", [Wish(), Wish(parse("casting")), Wish(filters={"kind": ["link"]}, sort=Sort.TITLE)])
async def test_a_page_takes_the_same_statements_for_1_20_and_40_rows(store: Store, shelf: Shelf, wish: Wish) -> None:
    def fill(conn: Connection) -> None:
        for number in range(45):
            shelf.put(conn, f"Casting {number}")

    await store.write(fill)
    taken = set()
    for limit in (1, 20, 40):
        values = {name: getattr(wish, name) for name in Wish.__dataclass_fields__}
        with counted(store) as statements:
            page = await store.read(listing.find, Wish(**{**values, "limit": limit}))
            await store.read(counts.facets, wish)
        assert len(page.items) == limit
        taken.add(len(statements))
    assert len(taken) == 1
    assert taken.pop() <= 10  # PostgreSQL looks at a sample before each search


async def test_a_search_ends_with_the_last_that_matches(store: Store, shelf: Shelf) -> None:
    def fill(conn: Connection) -> None:
        shelf.put(conn, "Casting")
        shelf.put(conn, "Casting II", keywords=["zinc"])
        shelf.put(conn, "Casting III", keywords=["zinc"], description={"en": "Of bells"})

    await store.write(fill)
    for typed, found, searches in (("nothing", 0, 1), ("casting", 3, 2), ("zinc", 2, 3), ("bells", 1, 4)):
        with counted(store) as statements:
            page = await store.read(listing.find, Wish(parse(typed)))
        assert (page.total, len(page.items), page.next) == (found, found, None), typed
        asked = [each for each in statements if INDEX in each and "sample" not in each]  # PostgreSQL looks at one first
        assert len(asked) == searches, typed


async def test_bury_leaves_no_versions_behind(store: Store, shelf: Shelf) -> None:
    def unit(conn: Connection) -> None:
        new = shelf.put(conn, "Casting")
        objects.keep_version(conn, new.object_id, shelf.clock.now())
        stored = objects.find_object(conn, new.uri)
        assert stored is not None
        burying.bury(conn, stored, shelf.clock.now())
        assert conn.execute(select(object_versions)).all() == []

    await store.write(unit)
