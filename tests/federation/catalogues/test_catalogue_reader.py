"""Files of records: which format they are in, and that one bad record costs only itself."""

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from federation.catalogues import json_stream, reader
from federation.catalogues.json_stream import MAX_RECORD_BYTES
from node.domain import resources
from node.domain.resources import Grade
from tests.depth import examples
from tests.records import full_record, loosely, record
from tests.rows import each_row
from tests.shared import shared_files

read_records, bump = loosely(reader.read_records), loosely(resources.bump)
records_of = loosely(json_stream.records_of)
AMB = {
    "@context": ["https://w3id.org/kim/amb/context.jsonld", {"@language": "de"}],
    "id": "https://x.example/amb",
    "name": "Kurs",
    "type": ["LearningResource"],
}
JSON_LD = {"@context": "https://schema.org/", "@type": "Course", "@id": "https://x.example/course", "name": "Course"}
OURS = record(id="https://x.example/ours")


def dump(value):
    return json.dumps(value, ensure_ascii=False).encode()


def ids(data):
    return [reading.record["id"] if reading.record else None for reading in read_records(data)]


@pytest.mark.parametrize("document", [AMB, JSON_LD, OURS], ids=["amb", "schema.org", "ours"])
def test_a_document_says_itself_what_it_is(document):
    (reading,) = read_records(dump(document))
    assert (reading.grade, reading.problems) == (Grade.CLEAN, ())
    assert reading.record["id"] in {document.get("id"), document.get("@id")}


@each_row(
    "data",
    [
        dump([AMB, JSON_LD, OURS]),
        json.dumps([AMB, JSON_LD, OURS], indent=2).encode(),
        b"\n".join(map(dump, [AMB, JSON_LD, OURS])),
        b"\r\n\r\n".join(map(dump, [AMB, JSON_LD, OURS])) + b"\n",
        "\n".join(json.dumps(each, indent=1) for each in [AMB, JSON_LD, OURS]).encode(),
        b"\xef\xbb\xbf" + dump([AMB, JSON_LD, OURS]),
    ],
)
def test_records_come_in_every_packing(data):
    assert ids(data) == [AMB["id"], JSON_LD["@id"], OURS["id"]]


def test_our_own_json_comes_back_as_it_was_told():
    stored = bump({**full_record(), "visibility": "organisation"}, at=0)
    told = {**stored, "origin": None, "owner": "@uni@learn.uni.example"}
    (reading,) = read_records(dump(told))
    assert reading.record == {
        key: value for key, value in stored.items() if key not in {"version", "digest", "created", "updated"}
    }


def test_our_own_json_is_held_to_its_schema():
    (reading,) = read_records(dump({**OURS, "keywrods": ["x"]}))
    assert reading.record is None
    assert str(reading.problems[0]).startswith('$.keywrods: expected a known key, perhaps "keywords"')


def test_a_plain_resource_need_not_say_type_and_default_language():
    short = {key: value for key, value in OURS.items() if key not in {"type", "defaultLanguage"}}
    assert ids(dump(short)) == [OURS["id"]]


@each_row(
    "document, sentence",
    [
        ({"id": "https://x.example/1", "name": "x"}, '$: expected the "@context" of AMB or schema.org'),
        ({**AMB, "keywords": "a, b"}, '$.keywords: expected a list, found "a, b"'),
        ({**JSON_LD, "@id": "#c"}, '$["@id"]: expected a stable id'),
        ({**OURS, "license": "free"}, "$.license: expected an absolute IRI"),
    ],
)
def test_errors_name_the_record_and_the_place(document, sentence):
    first, second = read_records(dump([AMB, document]))
    assert first.record is not None
    assert (second.position, second.record) == (2, None)
    assert second.identifier == document.get("id", document.get("@id"))
    assert str(second.problems[0]).startswith(sentence)


@each_row(
    "bad",
    [
        b"{bad}", b'{"a": }', b'{"id": NaN}', b'{"a": 1, "a": 2}', b'{"a": "\xff"}', b"[1, 2]", b'"text"', b"17",
        b'{"a":' + b"[" * 90 + b"]" * 90 + b"}",
    ],
)  # fmt: skip
@each_row("packing", ["array", "lines"])
def test_a_record_that_is_no_json_costs_only_itself(bad, packing):
    parts = [dump(AMB), bad, dump(OURS)]
    data = (
        b"[" + b", ".join(parts) + b"]" if packing == "array" else b"\n".join([parts[0], parts[2], bad, dump(JSON_LD)])
    )
    found = ids(data)
    assert found.count(None) == 1
    assert {AMB["id"], OURS["id"]} <= set(found)


def test_in_lines_even_unbalanced_brackets_cost_only_their_line():
    assert ids(dump(AMB) + b'\n{"a": [\n' + dump(OURS) + b"\n") == [AMB["id"], None, OURS["id"]]
    assert ids(b'{"a": "x\n' + dump(OURS) + b"\n" + dump(AMB)) == [None, OURS["id"], AMB["id"]]


@pytest.mark.parametrize("packing", ["array", "lines", "single"])
def test_a_record_that_is_too_large_is_skipped_and_told(packing):
    large = dump({**AMB, "description": "x" * (MAX_RECORD_BYTES + 1)})
    data = {
        "array": b"[" + b",".join([dump(AMB), large, dump(OURS)]) + b"]",
        "lines": b"\n".join([dump(AMB), large, dump(OURS)]),
        "single": large,
    }[packing]
    readings = list(read_records(data))
    (refused,) = [reading for reading in readings if reading.record is None]
    assert str(refused.problems[0]).startswith("$: expected a record of at most 256 KiB, found")
    assert len(readings) == (1 if packing == "single" else 3)


def test_a_graph_may_hold_more_than_one_record_may():
    nodes = [{**JSON_LD, "@id": f"https://x.example/{number}", "description": "x" * 5000} for number in range(100)]
    found = ids(dump({"@context": "https://schema.org", "@graph": nodes}))
    assert len(found) == 100
    assert None not in found


@each_row("data", [b"", b"  \n", b"[]", b"[ \n ]"])
def test_an_empty_file_says_so(data):
    (reading,) = read_records(data)
    assert str(reading.problems[0]) == "$: expected at least one record, found nothing"


def test_characters_that_no_database_takes_do_not_come_in():
    (reading,) = read_records(
        b'{"@context": "https://schema.org", "@type": "Quiz", "@id": "https://x.example/1", "name": "a\\u0000b"}'
    )
    assert reading.record["name"] == {"und": "ab"}


@each_row(
    "path",
    shared_files("catalogues/amb/20231019/examples", "*/*.json"),
)
def test_the_published_examples_are_told_apart_as_files(path):
    (reading,) = read_records(path.read_bytes())
    assert (reading.record is not None) is (path.parent.name == "valid")


PIECES = st.lists(
    st.sampled_from([b"{", b"}", b"[", b"]", b'"', b"\\", b",", b":", b"1", b" ", b"\n", b'{"a":"}]"}']), max_size=25
)


@examples(60)
@given(PIECES, st.integers(1, 5))
def test_where_the_stream_is_cut_changes_nothing(pieces, size):
    data = b"[" + b"".join(pieces)
    whole = list(records_of(io.BytesIO(data)))
    cut = list(json_stream._balanced((data[at : at + size] for at in range(0, len(data), size)), is_array=True))
    assert cut == whole
    assert [each.position for each in whole] == list(range(1, len(whole) + 1))


@examples(50)
@given(st.lists(st.dictionaries(st.text(), st.text() | st.lists(st.text()), max_size=3), max_size=5), st.booleans())
def test_every_array_is_cut_into_its_objects(values, pretty):
    data = json.dumps(values, indent=1 if pretty else None).encode()
    assert [json.loads(each.data) for each in records_of(io.BytesIO(data))] == values


def test_a_stream_is_read_piece_by_piece():
    class Counting(io.BytesIO):
        taken = 0

        def read(self, size=-1):
            found = super().read(size)
            self.taken += len(found)
            return found

    stream = Counting(b"[" + b",".join([dump(OURS)] * 5000) + b"]")
    next(read_records(stream))
    assert stream.taken <= 128 * 1024
