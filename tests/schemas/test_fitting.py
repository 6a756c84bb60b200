"""Our own judgement of what fits a schema, held against that of jsonschema."""

import copy
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import schemas
from schemas.fitting import Compiler
from schemas.formats import FORMATS
from tests.depth import examples
from tests.records import full_record

AMB = {
    "@context": ["https://w3id.org/kim/amb/context.jsonld", {"@language": "de"}],
    "id": "https://example.org/oer",
    "name": "Kurs",
    "description": "x",
    "type": ["LearningResource", "Course"],
    "about": [{"id": "http://w3id.org/kim/schulfaecher/s1009", "prefLabel": {"de": "x"}, "type": "Concept"}],
    "learningResourceType": [{"id": "https://w3id.org/kim/hcrt/course"}],
    "license": {"id": "https://opensource.org/licenses/MIT"},
    "inLanguage": ["de"],
    "dateCreated": "2019-07-03",
    "dateModified": "2019-07-03T10:00:00Z",
    "duration": "PT1H",
    "keywords": ["a"],
    "creator": [{"type": "Person", "name": "A", "affiliation": {"type": "Organization", "name": "B"}}],
    "funder": [{"type": "FundingScheme", "name": "F"}],
    "conditionsOfAccess": {"id": "http://w3id.org/kim/conditionsOfAccess/login"},
    "educationalLevel": [{"id": "https://w3id.org/kim/educationalLevel/level_A"}],
    "encoding": [{"type": "MediaObject", "contentUrl": "https://x.example/a", "contentSize": "1"}],
    "trailer": {"type": "VideoObject", "embedUrl": "https://x.example/a"},
    "caption": [{"type": "MediaObject", "id": "https://x.example/a", "inLanguage": "de"}],
    "isBasedOn": [{"name": "B", "license": {"id": "https://creativecommons.org/licenses/by/4.0/"}}],
    "hasPart": [{"id": "https://x.example/b", "type": ["LearningResource"]}],
    "mainEntityOfPage": [{"id": "https://x.example/p", "provider": {"id": "https://x.example/"}}],
    "isAccessibleForFree": True,
}
VALUES = {"resource": full_record(), "amb": AMB, "amb-import": AMB}
NOTHING: dict[str, Any] = {}
WORDS = [
    "", "x", "de", "de-AT", "LearningResource", "Person", "https://example.org/a", "javascript:1", "2026-03-01",
    "2019-07-03T10:00:00", "PT25M", "video/mp4", "12", "y" * 301, "id", "name", "type", "unknown", "Concept",
]  # fmt: skip
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.sampled_from([0, 1, 1.0, 1.5, -1, 10**20]) | st.sampled_from(WORDS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=3),
    max_leaves=5,
)


def places(value):
    """Every container of a value with every key in it."""
    for key in value if isinstance(value, dict) else range(len(value)):
        yield value, key
        if isinstance(value[key], dict | list):
            yield from places(value[key])


@st.composite
def damaged(draw):
    """The name of a schema and a valid value of it with up to three parts replaced, removed or added."""
    name = draw(st.sampled_from(sorted(VALUES)))
    value = copy.deepcopy(VALUES[name])
    for _ in range(draw(st.integers(0, 3))):
        container, key = draw(st.sampled_from(list(places(value))))
        if draw(st.booleans()):
            container[key] = draw(ANYTHING)
        elif isinstance(container, list):
            container.append(draw(ANYTHING))
        elif draw(st.booleans()):
            del container[key]
        else:
            container[draw(st.sampled_from(WORDS))] = draw(ANYTHING)
    return name, value


@examples(60)
@given(damaged())
def test_both_judges_agree(case):
    name, value = case
    assert schemas._fits(name)(value) is schemas._validator(name).is_valid(value)


@examples(50)
@given(st.sampled_from(sorted(VALUES)), ANYTHING)
def test_both_judges_agree_about_anything(name, value):
    assert schemas._fits(name)(value) is schemas._validator(name).is_valid(value)


@pytest.mark.parametrize(
    "schema", [{"minContains": 1}, {"properties": {"a": {"dependentRequired": {}}}}, {"format": "hostname"}]
)
def test_a_keyword_or_format_that_is_not_known_is_an_error(schema):
    with pytest.raises(KeyError):
        Compiler(schema, FORMATS, NOTHING.__getitem__).compile(schema)


def test_a_schema_may_refer_to_itself():
    schema = {
        "type": "array",
        "items": {"$ref": "#/$defs/node"},
        "$defs": {"node": {"type": "array", "items": {"$ref": "#/$defs/node"}}},
    }
    fits = Compiler(schema, FORMATS, NOTHING.__getitem__).compile(schema)
    assert fits([[], [[]]])
    assert not fits([[["x"]]])


def test_valid_values_are_checked_without_jsonschema():
    code = (
        "import sys, schemas; from tests.records import full_record; "
        "assert schemas.check('resource', full_record()) == (); assert 'jsonschema' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
