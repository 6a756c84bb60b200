"""Checking values: what is accepted and refused, and how the errors read."""

import json
import subprocess
import sys
from importlib.resources import files

import pytest

import schemas
from schemas.formats import FORMATS
from tests.records import course_record, full_record, record
from tests.rows import each_row
from tests.shared import shared_files

AMB_VALID = shared_files("catalogues/amb/20231019/examples/valid")
AMB_INVALID = shared_files("catalogues/amb/20231019/examples/invalid")


def told(name, value):
    return [str(finding) for finding in schemas.check(name, value)]


# -- AMB ------------------------------------------------------------------------------------------------------------


@each_row("path", AMB_VALID)
def test_every_valid_amb_example_is_accepted(path):
    assert told("amb", json.loads(path.read_bytes())) == []


@each_row("path", AMB_INVALID)
def test_every_invalid_amb_example_is_refused(path):
    document = json.loads(path.read_bytes())
    assert told("amb", document)
    assert told("amb-import", document)


def amb(**parts):
    context = ["https://w3id.org/kim/amb/context.jsonld", {"@language": "de"}]
    return {"@context": context, "id": "https://example.org/oer", "name": "Kurs", "type": ["LearningResource"], **parts}


@each_row(
    "parts, path",
    [
        ({"about": []}, "$.about"),
        ({"about": [{"id": "http://data.europa.eu/esco/skill/1"}]}, "$.about"),
        ({"learningResourceType": [{"id": "https://example.org/t"}]}, "$.learningResourceType"),
        ({"inLanguage": ["de-AT"]}, "$.inLanguage[0]"),
        ({"teaches": [{"id": "https://example.org/t", "prefLabel": {"en-US": "x"}}]}, "$.teaches[0].prefLabel.en-US"),
        ({"license": {"id": "https://example.org/internal"}}, "$.license.id"),
        ({"conditionsOfAccess": {"id": "https://w3id.org/kim/conditionsOfAccess/login"}}, "$.conditionsOfAccess.id"),
        ({"type": ["LearningResource", "Event"]}, "$.type[1]"),
        ({"dateCreated": "2020-01-01T10:00:00"}, "$.dateCreated"),
    ],
)
def test_what_bites_in_amb_is_refused_at_its_place(parts, path):
    assert [finding.path for finding in schemas.check("amb", amb(**parts))] == [path]


def test_an_instant_without_offset_may_come_in_and_never_goes_out():
    document = amb(dateCreated="2019-07-03T10:00:00")
    assert told("amb-import", document) == []
    assert told("amb", document)


def test_esco_skills_may_be_taught():
    assert told("amb", amb(teaches=[{"id": "http://data.europa.eu/esco/skill/1"}])) == []


# -- our own record -------------------------------------------------------------------------------------------------


def test_a_small_and_a_full_record_are_valid():
    assert told("resource", record()) == []
    assert told("resource", full_record()) == []


def test_the_full_record_uses_every_key_that_is_not_kept_by_the_node():
    properties = schemas.load("resource")["properties"]
    expected = {key for key, schema in properties.items() if not schema.get("readOnly")}
    assert set(full_record()) | set(course_record()) | {"community"} == expected  # only with the level of its name


@each_row("key", ["id", "name", "defaultLanguage", "type", "inLanguage", "license"])
def test_what_is_mandatory_must_be_there(key):
    value = record()
    del value[key]
    (finding,) = schemas.check("resource", value)
    assert (finding.path, finding.found) == (f"$.{key}", "nothing")


@each_row(
    "parts, sentence",
    [
        ({"keywrods": ["x"]}, '$.keywrods: expected a known key, perhaps "keywords", found the unknown key "keywrods"'),
        ({"name": "T"}, '$.name: expected a map of languages to texts such as {"en": "Title"}, found "T"'),
        ({"name": {"en_US": "T"}}, '$.name.en_US: expected a language tag such as en or de-AT, found "en_US"'),
        ({"kind": "vido"}, '$.kind: expected one of 15 values, perhaps "video", found "vido"'),
        ({"type": ["Course"]}, '$.type: expected an entry "LearningResource", found a list of 1'),
        ({"inLanguage": []}, "$.inLanguage: expected at least 1 entry, found an empty list"),
        ({"timeRequired": "25 min"}, '$.timeRequired: expected an ISO 8601 duration such as PT25M, found "25 min"'),
        ({"isAccessibleForFree": "no"}, '$.isAccessibleForFree: expected true or false, found "no"'),
        ({"license": None}, "$.license: expected a text, found null"),
        (
            {"dateCreated": "2020/11/05"},
            (
                "$.dateCreated: expected a date such as 2026-03-01 or an instant with its offset such as "
                '2026-03-01T09:00:00Z, found "2020/11/05"'
            ),
        ),
        (
            {"encoding": [{"name": "x"}]},
            '$.encoding[0]: expected the key "contentUrl" or the key "embedUrl", found an object with "name"',
        ),
        (
            {"creator": [{"type": "Person"}]},
            "$.creator[0].name: expected a value, found nothing",
        ),
        (
            {"image": [{"contentUrl": "javascript:alert(1)"}]},
            (
                "$.image[0].contentUrl: expected a web address that begins with https:// or http://, found "
                '"javascript:alert(1)"'
            ),
        ),
        ({"keywords": ["x"] * 51}, "$.keywords: expected at most 50 entries, found a list of 51"),
        ({"name": {"en": "x" * 301}}, f'$.name.en: expected at most 300 characters, found "{"x" * 58}…"'),
    ],
)
def test_errors_say_where_what_was_expected_and_what_was_found(parts, sentence):
    assert told("resource", record(**parts)) == [sentence]


def test_each_place_is_told_once_and_all_places_are_told():
    findings = told("resource", record(id="", kind=7, encoding=[{}, {"contentUrl": "x"}], creator="Ada"))
    assert [sentence.partition(":")[0] for sentence in findings] == [
        "$.creator",
        "$.encoding[0]",
        "$.encoding[1].contentUrl",
        "$.id",
        "$.kind",
    ]


def test_thousands_of_errors_are_not_all_explained():
    assert len(schemas.check("resource", record(keywords=[1] * 5000))) <= 101


def test_keys_that_are_no_words_are_quoted_in_paths():
    (finding,) = schemas.check("resource", record(**{"a b": 1}))
    assert finding.path == '$["a b"]'


# -- the loader -----------------------------------------------------------------------------------------------------


def all_schemas():
    names = [entry.name for entry in files("schemas").joinpath("data").iterdir() if entry.name.endswith(".schema.json")]
    return [name.removesuffix(".schema.json") for name in sorted(names)]


@each_row("name", [*all_schemas(), "amb"])
def test_every_schema_is_valid_itself_and_uses_known_formats_only(name):
    from jsonschema.validators import validator_for

    schema = schemas.load(name)
    validator_for(schema).check_schema(schema)
    assert set(formats_in(schema)) <= set(FORMATS)


def formats_in(value):
    if isinstance(value, dict):
        if isinstance(value.get("format"), str):
            yield value["format"]
        for each in value.values():
            yield from formats_in(each)
    elif isinstance(value, list):
        for each in value:
            yield from formats_in(each)


def test_an_unknown_schema_is_a_key_error():
    with pytest.raises(KeyError, match="nothing"):
        schemas.load("nothing")


def test_a_loaded_schema_belongs_to_its_caller():
    schemas.load("resource")["properties"].clear()
    assert schemas.load("resource")["properties"]


def test_importing_the_package_does_not_import_jsonschema():
    code = "import sys, schemas; assert not {'jsonschema', 'referencing'} & set(sys.modules), sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
