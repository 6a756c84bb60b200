"""Words, queries and the index, alike on both databases."""

import asyncio
from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, text

from node.domain.search import MAX_WORD, Query, Term, parse, stem, words
from node.indexing import merge
from node.store.database.engine import Store
from node.store.index import matches, segments
from node.store.index.entries import Tier
from node.store.index.expressions import Search
from node.store.index.marks import mark
from node.store.triggers.resource_search import INDEX
from tests import stores
from tests.depth import examples
from tests.rows import each_row
from tests.shelf import Shelf
from tests.statements import counted

database, store = stores.database, stores.store

# -- words ----------------------------------------------------------------------------------------------------------


@each_row(
    "one, other",
    [
        ("diagram", "Diagrams"),
        ("Phasendiagramm", "Phasendiagrammen"),
        ("Gießen", "GIESSEN"),
        ("Qualité", "qualites"),
        ("study", "studies"),
        ("course", "courses"),
        ("lesson", "lessons"),
        ("Kurs", "Kurses"),
        ("Übung", "ubungen"),
    ],
)
def test_forms_of_one_word_are_one_word(one: str, other: str) -> None:
    assert words(one) == words(other)


@pytest.mark.parametrize(("one", "other"), [("cast", "casting"), ("1024", "102"), ("mode", "model")])
def test_different_words_stay_different(one: str, other: str) -> None:
    assert words(one) != words(other)


@given(st.text())
def test_words_are_what_both_databases_can_index(value: str) -> None:
    for word in words(value):
        assert word
        assert all(letter.isalnum() for letter in word)
        assert len(word) <= MAX_WORD


@given(st.from_regex(r"[a-z]{1,20}", fullmatch=True))
def test_a_stem_is_its_own_stem_but_for_the_last_letter(word: str) -> None:
    assert stem(stem(word)) in {stem(word), stem(word)[:-1], stem(word).removesuffix("i") + "i"} or len(word) < 5
    assert stem(f"{word}s") == stem(word) or len(word) < 4 or word.endswith("y")


# -- queries --------------------------------------------------------------------------------------------------------


def test_query_reads_phrases_exclusions_and_prefixes() -> None:
    query = parse("phase „cooling curve“ \N{MINUS SIGN}casting al*")
    assert query.required == (Term(("phas",)), Term(("cooling", "curv")), Term(("al",), prefix=True))
    assert query.excluded == (Term(("casting",)),)


def test_a_word_with_a_hyphen_is_a_phrase_and_no_exclusion() -> None:
    assert parse("covid-19").required == (Term(("covid", "19")),)


def test_an_open_quote_goes_to_the_end() -> None:
    assert parse('a "cooling curve').required == (Term(("a",)), Term(("cooling", "curv")))


@pytest.mark.parametrize("typed", ["", "   ", "\n"])
def test_nothing_typed_is_blank(typed: str) -> None:
    assert parse(typed) == Query()


@each_row("typed", ["???", '""', "- -", "*", "(", "🎓"])
def test_what_holds_no_word_matches_nothing(typed: str) -> None:
    assert parse(typed).is_hopeless


@pytest.fixture(name="shelf")
def _shelf() -> Shelf:
    return Shelf()


_PIECES = [
    "casting",
    '"',
    "-",
    "*",
    "(",
    ")",
    ":",
    "AND",
    "NOT",
    "NEAR(a b)",
    "{title}",
    "'",
    "\\",
    "a'b",
    "|",
    "&",
    "!",
]
_TYPED = st.text() | st.lists(st.sampled_from(_PIECES)).map(" ".join)


@examples(50)
@given(typed=st.lists(_TYPED, min_size=1, max_size=20))
async def test_any_text_is_a_query_that_the_database_takes(typed: list[str]) -> None:
    with stores.new_database("sqlite") as path:
        async with stores.open_store(path) as opened:
            await opened.read(_run_all, typed)


def _run_all(conn: Connection, typed: list[str]) -> None:
    for each in typed:
        for tier in (None, *Tier):
            query = parse(each)
            if tier is None or query.required:
                matches.find_keys(
                    conn,
                    Search(query, [[mark("kind", "video"), mark("kind", "audio")]], [mark("kind", "link")], tier),
                    limit=3,
                )


async def test_hostile_queries_on_this_database(store: Store) -> None:
    await store.read(_run_all, ["a'b", "x' OR 1=1 --", 'title:"a', "a & | !", "NOT a", "-a", "-a -b c*", "学習* 学 \\"])


# -- finding --------------------------------------------------------------------------------------------------------


def _keys(conn: Connection, typed: str, tier: Tier | None = None, limit: int = 50) -> list[int]:
    return matches.find_keys(conn, Search(parse(typed), tier=tier), limit=limit)


async def test_all_words_must_be_there_and_none_of_the_excluded(store: Store, shelf: Shelf) -> None:
    def unit(conn: Connection) -> None:
        shelf.put(conn, "Casting zinc")
        shelf.put(conn, "Casting aluminium")
        assert len(_keys(conn, "casting")) == 2
        assert len(_keys(conn, "casting zinc")) == 1
        assert len(_keys(conn, "casting -zinc")) == 1
        assert len(matches.find_keys(conn, Search(parse("-zinc"), [[mark("kind", "link")]]), limit=9)) == 1
        assert _keys(conn, "-zinc") == []
        assert _keys(conn, "alum*") == _keys(conn, "aluminium")
        assert _keys(conn, "lum*") == []

    await store.write(unit)


async def test_phrases_match_neighbours_only(store: Store, shelf: Shelf) -> None:
    def unit(conn: Connection) -> None:
        shelf.put(conn, "The cooling curve of zinc")
        shelf.put(conn, "Curve, cooling")
        shelf.put(conn, "Cooling", keywords=["curve"])
        assert len(_keys(conn, "cooling curve")) == 3
        assert len(_keys(conn, '"cooling curve"')) == 1

    await store.write(unit)


async def test_scripts_without_spaces_are_found_by_their_middle(store: Store, shelf: Shelf) -> None:
    def unit(conn: Connection) -> None:
        shelf.put(conn, "学習者のための相図入門")
        assert len(_keys(conn, "相図")) == 1
        assert len(_keys(conn, "相図入門")) == 1
        assert len(_keys(conn, "図相")) == 0
        assert len(_keys(conn, "学")) == 1

    await store.write(unit)


async def test_each_match_is_in_exactly_one_tier(store: Store, shelf: Shelf) -> None:
    def unit(conn: Connection) -> None:
        shelf.put(conn, "Alloy design", description={"en": "alloy"})
        shelf.put(conn, "Metals", keywords=["alloy", "design"], description={"en": "alloy design"})
        shelf.put(conn, "Alloys", keywords=["design"])
        shelf.put(conn, "Furnaces", description={"en": "For alloys and their design."})
        tiers = [_keys(conn, "alloy design", tier) for tier in Tier]
        assert [len(keys) for keys in tiers] == [1, 2, 1]
        assert sorted(chain.from_iterable(tiers)) == sorted(_keys(conn, "alloy design"))

    await store.write(unit)


async def test_the_newest_come_first_and_a_page_stops(store: Store, shelf: Shelf) -> None:
    def unit(conn: Connection) -> None:
        for number in range(5):
            shelf.put(conn, f"Casting {number}")
        keys = _keys(conn, "casting")
        assert keys == sorted(keys, reverse=True)
        assert _keys(conn, "casting", limit=2) == keys[:2]
        assert matches.find_keys(conn, Search(parse("casting")), before=keys[1], limit=2) == keys[2:4]

    await store.write(unit)


async def test_marks_are_joined_by_or_inside_and_by_and_between_groups(store: Store, shelf: Shelf) -> None:
    def unit(conn: Connection) -> None:
        shelf.put(conn, "One", kind="video", inLanguage=["de"])
        shelf.put(conn, "Two", kind="audio", inLanguage=["de"])
        shelf.put(conn, "Three", kind="audio", inLanguage=["en"])
        kinds = [mark("kind", "video"), mark("kind", "audio")]
        assert len(matches.find_keys(conn, Search(Query(), [kinds]), limit=9)) == 3
        assert len(matches.find_keys(conn, Search(Query(), [kinds, [mark("language", "de")]]), limit=9)) == 2
        assert matches.count(conn, Search(Query(), [kinds]), at_most=2) == 2

    await store.write(unit)


async def test_deleting_a_row_takes_it_out_of_the_index(store: Store, shelf: Shelf) -> None:
    def unit(conn: Connection) -> None:
        new = shelf.put(conn, "Casting")
        conn.execute(text("DELETE FROM objects WHERE id = :id"), {"id": new.object_id})
        assert _keys(conn, "casting") == []
        assert conn.scalar(text(f"SELECT count(*) FROM {INDEX}")) == 0
        assert conn.scalar(text("SELECT count(*) FROM resource_counts")) == 0

    await store.write(unit)


async def test_postgresql_finds_the_same_by_either_way(
    store: Store, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    if store.dialect != "postgresql":
        pytest.skip("SQLite has one way through its index")

    def unit(conn: Connection) -> None:
        for number in range(12):
            shelf.put(conn, f"Casting {'zinc' if number % 3 else 'iron'}", kind=("video", "audio")[number % 2])
        found = []
        for way in (matches._Way.WALK, matches._Way.COLLECT):
            monkeypatch.setattr(matches, "_way", lambda _conn, _parameters, way=way: way)
            wanted = Search(parse("casting -iron"), [[mark("kind", "video")]])
            keys = matches.find_keys(conn, wanted, limit=3)
            rest = matches.find_keys(conn, wanted, before=keys[-1], limit=9)
            matching, facets = matches.count_facets(conn, wanted, at_most=9)
            found.append((keys, rest, matching, sorted(facets)))
        assert found[0] == found[1]
        assert found[0][2] == 4

    await store.write(unit)


async def test_postgresql_walks_for_common_words_and_collects_rare_ones(
    store: Store, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    if store.dialect != "postgresql":
        pytest.skip("SQLite has one way through its index")
    monkeypatch.setattr(matches, "_SAMPLE", 1)

    def unit(conn: Connection) -> None:
        for _ in range(150):
            shelf.put(conn, "Casting", description={"en": "word " * 300})
        wanted = {word: Search(parse(word)).expression("postgresql") for word in ("casting", "nothing")}
        ways = {
            word: matches._way(conn, {"expression": expression, "before": matches.NEWEST, "limit": 1})
            for word, expression in wanted.items()
        }
        assert ways == {"casting": matches._Way.WALK, "nothing": matches._Way.COLLECT}

    await store.write(unit)


# -- what SQLite's index consists of --------------------------------------------------------------------------------


async def test_an_index_of_many_pieces_becomes_one_while_others_write(store: Store, shelf: Shelf) -> None:
    def found(conn: Connection) -> list[int]:
        return matches.find_keys(conn, Search(parse("casting")), limit=200)

    for number in range(22):
        await store.write(shelf.put, f"Casting {number}")
    before = await store.read(found)
    if store.dialect == "sqlite":
        assert await store.read(segments.count, INDEX) > segments.FEW
    merging = asyncio.create_task(merge(store, INDEX, pages=1))
    await store.write(shelf.put, "Forging")
    await merging
    assert await store.read(found) == before
    if store.dialect == "sqlite":
        assert await store.read(segments.count, INDEX) <= 2, "one, and perhaps what came meanwhile"
        await store.write(lambda conn: conn.execute(text(f"INSERT INTO {INDEX} ({INDEX}) VALUES ('integrity-check')")))


async def test_an_index_of_few_pieces_is_let_be(store: Store, shelf: Shelf) -> None:
    for number in range(2):
        await store.write(shelf.put, f"Casting {number}")
    with counted(store) as statements:
        await merge(store, INDEX)
    assert not any("INSERT" in each for each in statements)
