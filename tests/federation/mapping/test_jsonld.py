import copy
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from federation.contexts import CONTEXT, EXTRA_TERMS, with_context
from federation.jsonld import Doc, read
from federation.terms import KNOWN_IRIS, TERMS, known_iri
from federation.vocab import AS, AS2
from node.errors import Malformed
from tests.depth import examples
from tests.federation.mapping.expansion import addresses, compact, expand
from tests.rows import each_row
from tests.shared import shared_data, shared_files

A, B = "https://a.example/1", "https://b.example/2"


# -- spellings ------------------------------------------------------------------------------------------------------

SAME_NOTE = {
    "compact": {"@context": AS2, "id": A, "type": "Note", "content": "Hi", "attributedTo": B, "to": [f"{AS}Public"]},
    "no context": {"id": A, "type": "Note", "content": "Hi", "attributedTo": B, "to": [f"{AS}Public"]},
    "keywords": {"@id": A, "@type": ["Note"], "content": "Hi", "attributedTo": {"@id": B}, "to": f"{AS}Public"},
    "prefixed": {"id": A, "type": "as:Note", "as:content": "Hi", "as:attributedTo": B, "as:to": [f"{AS}Public"]},
    "own prefix": {
        "@context": [AS2, {"x": AS}],
        "id": A,
        "type": "x:Note",
        "x:content": "Hi",
        "x:attributedTo": {"id": B, "type": "Person"},
        "to": f"{AS}Public",
    },
    "renamed": {
        "@context": [{"by": {"@id": "as:attributedTo", "@type": "@id"}, "kind": "@type", "says": f"{AS}content"}],
        "id": A,
        "kind": "Note",
        "says": "Hi",
        "by": B,
        "to": f"{AS}Public",
    },
    "expanded": {
        "@id": A,
        "@type": [f"{AS}Note"],
        f"{AS}content": [{"@value": "Hi"}],
        f"{AS}attributedTo": [{"@id": B}],
        f"{AS}to": [{"@id": f"{AS}Public"}],
    },
    "with nulls": {"id": A, "type": "Note", "content": "Hi", "attributedTo": [None, B], "to": [None, f"{AS}Public"]},
}


@each_row("document", SAME_NOTE.values())
def test_one_note_in_many_spellings(document):
    note = read(document)
    assert note.id == A
    assert note.types == ("Note",)
    assert note.text("content") == "Hi"
    assert note.ref("attributedTo") == B
    assert note.refs("to") == (f"{AS}Public",)
    assert note.warnings == []


@each_row("document", SAME_NOTE.values())
def test_a_part_can_be_handed_on_as_a_plain_document(document):
    context = {"@context": document["@context"]} if "@context" in document else {}
    inner = {key: value for key, value in document.items() if key != "@context"}
    reply = {"type": "Note", "by": {"id": B, "nested": True}} if "by" in inner else {}
    part = read({**context, "type": "Create", "object": {**inner, "replies": reply}}).child("object").document
    assert (part["type"], read(part).text("content"), read(part).ref("attributedTo")) == ("Note", "Hi", B)
    assert read(part).child("replies").ref("attributedTo") == (B if reply else "")


def test_a_plain_part_is_handed_on_as_it_came():
    note = {"type": "Note", "content": "Hi"}
    assert read({"type": "Create", "object": note}).child("object").document is note


def test_what_came_stays_as_it_came():
    document = copy.deepcopy(SAME_NOTE["renamed"])
    assert read(document).raw is document
    assert document == SAME_NOTE["renamed"]


def test_a_known_word_with_another_meaning_is_out_of_the_way():
    note = read({"@context": [AS2, {"content": "https://x.example/ns#ballast"}], "content": "100 kg", "name": "Ship"})
    assert note.text("content") == ""
    assert note.text("https://x.example/ns#ballast") == "100 kg"
    assert note.text("name") == "Ship"


def test_a_word_that_the_context_takes_away_is_not_there():
    assert read({"@context": [AS2, {"content": None}], "content": "Hi"}).text("content") == ""


def test_extensions_may_move_between_namespaces():
    """``discoverable`` of another namespace is still ``discoverable``; ``content`` of another namespace is not."""
    document = {
        "@context": [AS2, {"x": "https://x.example/ns#", "discoverable": "x:discoverable", "content": "x:content"}],
        "discoverable": True,
        "content": "Hi",
    }
    assert read(document).flag("discoverable") is True
    assert read(document).text("content") == ""


@pytest.mark.parametrize("schema", ["https://schema.org/", "http://schema.org/", "http://schema.org#"])
def test_schema_org_has_several_addresses(schema):
    place = read(
        {"@context": [AS2, {"sc": schema, "where": "sc:location"}], "where": {"type": "Place", "name": "Hall"}}
    )
    assert place.child("location").text("name") == "Hall"


def test_a_part_may_have_a_context_of_its_own():
    document = {"type": "Create", "object": {"@context": {"says": "as:content"}, "says": "Hi"}, "says": "Ho"}
    assert read(document).text("content") == ""
    assert read(document).child("object").text("content") == "Hi"


# -- refusals -------------------------------------------------------------------------------------------------------

REFUSED = {
    "list": [],
    "text": "https://a.example/1",
    "nothing": None,
    "graph": {"@graph": []},
    "included": {"type": "Note", "@included": []},
    "reverse": {"type": "Note", "@reverse": {}},
    "nest": {"type": "Note", "@nest": {}},
    "hidden graph": {"@context": {"more": "@graph"}, "more": []},
    "reversed property": {"@context": {"wrote": {"@reverse": "as:attributedTo"}}},
    "nested property": {"@context": {"name": {"@id": "as:name", "@nest": "labels"}}},
    "graph container": {"@context": {"name": {"@id": "as:name", "@container": ["@graph", "@id"]}}},
    "another id": {"@context": {"id": "https://x.example/ns#number"}, "id": A},
    "another type": {"@context": {"type": {"@id": "https://x.example/ns#kind"}}, "type": "Note"},
    "two ids": {"id": A, "@id": B},
    "two actors": {"actor": A, "as:actor": B},
    "two objects": {"object": {"id": A}, f"{AS}object": {"id": B}},
}


@each_row("document", REFUSED.values())
def test_refuses(document):
    with pytest.raises(Malformed):
        read(document)


def test_a_bad_part_is_dropped_and_the_rest_stays():
    note = read({"type": "Note", "tag": [{"@graph": []}, {"type": "Hashtag", "name": "#a"}]})
    assert [tag.text("name") for tag in note.objects("tag")] == ["#a"]
    assert len(note.warnings) == 1


def test_equal_spellings_of_one_property_agree():
    assert read({"id": A, "@id": A, "actor": None, "as:actor": B}).ref("actor") == B


def test_unequal_spellings_of_a_lesser_property_leave_the_plain_one():
    for document in ({"name": "a", "as:name": "b"}, {"as:name": "b", "name": "a"}):
        note = read(document)
        assert note.text("name") == "a"
        assert note.warnings == ["name: given twice"]


# -- casts ----------------------------------------------------------------------------------------------------------


def one(term: str, value: object) -> Doc:
    return read({term: value})


@each_row(
    "value, expected",
    [
        (A, (A,)),
        ([A, B, A], (A, B)),
        ({"id": A}, (A,)),
        ({"type": "Link", "href": A}, (A,)),
        ([{"type": "Person", "id": A}, B, None, 7, {}, "", "a b"], (A, B)),
        ({"@list": [A, B]}, (A, B)),
        (None, ()),
        (7, ()),
        ("https://a.example/\u202e", ()),
        (f"https://a.example/{'x' * 2048}", ()),
    ],
)
def test_refs(value, expected):
    assert one("to", value).refs("to") == expected
    assert one("to", value).ref("to") == next(iter(expected), "")


def test_long_lists_are_shortened():
    note = one("to", [f"https://a.example/{number}" for number in range(501)])
    assert len(note.refs("to")) == 500
    assert note.warnings == ["to: cut to 500 of 501"]


@each_row(
    "document, expected",
    [
        ({"name": "a"}, "a"),
        ({"name": ["a", "b"]}, "a"),
        ({"name": None}, ""),
        ({"name": 7}, ""),
        ({"name": {"@value": "a", "@language": "de"}}, "a"),
        ({"nameMap": {"de": "a"}}, "a"),
        ({"name": {}, "nameMap": {"de": "a"}}, "a"),
        ({"name": "a\x00b\ud800c\x1b\nd"}, "abc\nd"),
    ],
)
def test_text(document, expected):
    assert read(document).text("name") == expected


def test_text_is_cut():
    note = one("name", "abcdef")
    assert note.text("name", 3) == "abc"
    assert note.warnings == ["name: cut to 3 characters"]


@each_row(
    "document, expected",
    [
        ({"contentMap": {"en": "a", "de": "b"}}, {"en": "a", "de": "b"}),
        ({"contentMap": {"en": "a", "de": 7, "x" * 40: "c", "": "d"}}, {"en": "a"}),
        ({"contentMap": ["a"]}, {}),
        ({"content": [{"@value": "a", "@language": "en"}, {"@value": 1, "@language": "de"}]}, {"en": "a"}),
        ({}, {}),
    ],
)
def test_lang_map(document, expected):
    assert read(document).lang_map("content") == expected


@each_row(
    "value, expected",
    [
        ("2026-03-01T09:00:00Z", 1_772_355_600_000),
        ("2026-03-01T10:00:00+01:00", 1_772_355_600_000),
        ("2021-11-01T12:23:50.151874Z", 1_635_769_430_152),
        (["2026-03-01T09:00:00Z"], 1_772_355_600_000),
        ("1989-12-31T23:59:59Z", None),
        ("2200-01-01T00:00:00Z", None),
        ("9999-12-31T23:59:59-23:59", None),
        ("0001-01-01T00:00:00+23:59", None),
        ("yesterday", None),
        ("2" * 1000, None),
        (1_772_355_600, None),
        (None, None),
    ],
)
def test_time(value, expected):
    assert one("published", value).time("published") == expected


@each_row(
    "value, flag, number, real",
    [
        (True, True, None, None),
        (False, False, None, None),
        (0, None, 0, 0),
        (7.0, None, 7, 7.0),
        (7.5, None, None, 7.5),
        (-1, None, None, -1),
        (2**60, None, None, 2**60),
        ("7", None, None, None),
        ({"@value": 7}, None, 7, 7),
        ([True], True, None, None),
        (None, None, None, None),
    ],
)
def test_flags_and_numbers(value, flag, number, real):
    note = one("width", value)
    assert (note.flag("width"), note.number("width"), note.real("width")) == (flag, number, real)


# -- whatever comes -------------------------------------------------------------------------------------------------

KEYS = (
    f"id @id type @type name as:name {AS}name nameMap to object x x:name @value @list @set @language @context @graph "
    "@reverse : as: published width href"
)
WORDS = st.sampled_from(["", *KEYS.split()])
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | WORDS | st.just(A)
CONTEXTS = st.recursive(
    st.none() | st.just(AS2) | WORDS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            WORDS, inner | st.dictionaries(st.sampled_from(["@id", "@type", "@container", "@nest"]), inner)
        )
    ),
    max_leaves=8,
)
JSON = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(WORDS, inner, max_size=5)
        | st.fixed_dictionaries({"@context": CONTEXTS}, optional={"name": inner, "to": inner, "x": inner})
    ),
    max_leaves=20,
)


def ask_everything(doc: Doc, depth: int = 3) -> None:
    assert all(isinstance(word, str) for word in (doc.id, doc.type, *doc.types))
    for term in ("id", "name", "to", "object", "published", "width", "x", f"{AS}name"):
        doc.has(term), doc.value(term)
        assert isinstance(doc.ref(term), str)
        assert all(isinstance(ref, str) and ref for ref in doc.refs(term))
        assert len(doc.text(term, 5)) <= 5
        assert all(isinstance(text, str) for text in doc.lang_map(term).values())
        assert doc.time(term) is None or doc.time(term) > 0
        assert doc.flag(term) in {None, True, False}
        assert (doc.number(term) or 0) >= 0
        doc.real(term)
        for child in (doc.child(term), *doc.objects(term)) if depth else ():
            if child is not None:
                ask_everything(child, depth - 1)
    assert len(doc.warnings) <= 50


@examples(60)
@given(JSON)
def test_nothing_raises_but_malformed(document):
    try:
        doc = read(document)
    except Malformed:
        return
    ask_everything(doc)


@each_row("path", shared_files("payloads"))
def test_what_peers_send_is_read_without_loss(path):
    document = json.loads(path.read_bytes())
    before = copy.deepcopy(document)
    ask_everything(read(document))
    assert document == before


# -- against a JSON-LD processor ------------------------------------------------------------------------------------

WITH_CONTEXT = [path for path in shared_files("payloads") if "@context" in path.read_text()]


@each_row("path", WITH_CONTEXT)
def test_a_processor_sees_no_property_that_we_miss(path):
    """What JSON-LD makes of the keys, we make of them too; beyond that we know words that a context forgot."""
    document = json.loads(path.read_bytes())
    if "@context" not in document:
        pytest.skip("only a part of this document has a context")
    expanded = expand(document)
    theirs = {KNOWN_IRIS[known_iri(iri)] for iri in expanded if known_iri(iri) in KNOWN_IRIS}
    doc = read(document)
    synonyms = {"items": "orderedItems", "inLanguage": "language", "identifier": "uuid", "license": "licence"}
    missed = {term for term in theirs if not doc.has(term) and not doc.has(synonyms.get(term, f"{term}Map"))}
    assert missed == set()


def test_our_table_has_every_word_of_as2():
    known = {iri for iri in addresses() if not iri.endswith("#Public")}
    assert {known_iri(iri) for iri in known} - KNOWN_IRIS.keys() == set()


def test_every_word_is_known_by_its_own_address():
    for namespace, terms in TERMS.items():
        for term in terms.split():
            assert KNOWN_IRIS[namespace + term] == term


# -- the context that we send ---------------------------------------------------------------------------------------

EXAMPLES = shared_files("examples")


def without_context(path):
    return {key: value for key, value in json.loads(path.read_bytes()).items() if key != "@context"}


@each_row("path", EXAMPLES)
def test_the_trimmed_context_means_the_same_as_the_whole(path):
    document = without_context(path)
    whole = [*CONTEXT[:2], CONTEXT[2] | EXTRA_TERMS]
    assert expand(with_context(document)) == expand({"@context": whole, **document})


@each_row("path", EXAMPLES)
def test_no_word_that_we_send_is_without_meaning(path):
    document = with_context(without_context(path))
    again = compact(document, document["@context"])
    assert "_:" not in json.dumps(expand(document))
    assert read(again).types == read(document).types
    assert again.keys() == document.keys()


def test_a_plain_document_has_the_plain_context():
    assert with_context({"id": A, "type": "Follow", "actor": A, "object": B})["@context"] == [AS2]


def test_a_context_that_is_there_is_replaced_and_comes_first():
    document = with_context({"type": "Note", "@context": "https://x.example/", "sensitive": True}, signed=True)
    assert list(document) == ["@context", "type", "sensitive"]
    assert document["@context"] == [AS2, "https://w3id.org/security/data-integrity/v2", {"sensitive": "as:sensitive"}]


def test_the_context_is_the_one_of_the_reference():
    context = json.loads((shared_data("examples") / "badge.json").read_bytes())["@context"]
    reference = {key: value for part in context if isinstance(part, dict) for key, value in part.items()}
    ours = CONTEXT[2] | EXTRA_TERMS
    assert {key for key in reference if key not in ours} == set()
    assert {key for key in CONTEXT[2] if key != "mainEntity" and reference[key] != CONTEXT[2][key]} == set()
