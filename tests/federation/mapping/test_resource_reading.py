"""Learning resources as other servers write them: what is understood, what is left out, what is refused."""

import json

from hypothesis import given
from hypothesis import strategies as st

import schemas
from node.domain.licences import NOT_STATED
from node.domain.resources import Grade, digest_of
from tests.depth import examples
from tests.federation.mapping.travels import foreign, read_article
from tests.rows import each_row
from tests.shared import shared_data


def test_the_example_of_the_reference_is_understood():
    document = json.loads((shared_data("examples") / "resource.json").read_bytes())["object"]
    reading = read_article(document)
    value = reading.record
    assert (reading.grade, reading.warnings) == (Grade.CLEAN, ())
    assert value["id"] == "https://learn.uni.example/r/reading-a-phase-diagram#resource"
    assert value["about"] == [
        {"id": "https://w3id.org/kim/hochschulfaechersystematik/n294", "prefLabel": {"en": "Materials science"}}
    ]
    assert value["educationalLevel"][0]["notation"] == "6"
    assert value["accessibility"] == {"accessMode": ["visual", "auditory"], "accessibilityFeature": ["captions"]}
    assert value["extensions"]["typicalAgeRange"] == "18-"
    assert (value["version"], value["created"], value["visibility"]) == (7, "2026-03-01T09:00:00Z", "public")
    assert value["digest"] == digest_of(value)


def test_other_implementations_need_none_of_our_words():
    value = read_article(foreign(license="CC BY 4.0", creator={"@type": "Person", "name": "Ada"})).record
    assert value == {
        "id": "https://other.example/r/1",
        "type": ["LearningResource"],
        "name": {"de": "Gießen"},
        "defaultLanguage": "de",
        "inLanguage": ["und"],
        "license": "https://creativecommons.org/licenses/by/4.0/",
        "creator": [{"type": "Person", "name": "Ada"}],
        "visibility": "public",
        "version": 1,
        "created": "2026-03-01T09:00:00Z",
        "updated": "2026-03-01T09:00:00Z",
        "digest": value["digest"],
    }


def test_what_the_entity_lacks_is_taken_from_the_article():
    document = foreign()
    del document["mainEntity"]["id"], document["mainEntity"]["name"]
    reading = read_article(document)
    assert reading.grade is Grade.WARNINGS
    assert (reading.record["id"], reading.record["name"]) == ("https://other.example/o/1", {"de": "Casting"})
    assert reading.record["license"] == NOT_STATED


def test_bad_parts_are_dropped_and_told():
    reading = read_article(
        foreign(
            image=[{"contentUrl": "javascript:alert(1)"}, "https://x.example/i.png"],
            duration="long",
            keywords=["x" * 300],
        )
    )
    assert reading.grade is Grade.WARNINGS
    assert reading.record["image"] == [{"contentUrl": "https://x.example/i.png"}]
    assert "duration" not in reading.record
    assert len(reading.record["keywords"][0]) == 100
    assert len(reading.warnings) == 3


@each_row(
    "entity",
    [
        None,
        "https://other.example/r/1",
        [],
        {},
        {"type": "EducationEvent", "id": "https://other.example/e", "name": "Workshop"},
        {"type": "Question", "id": "https://other.example/q", "name": "Why?"},
        {"type": "LearningResource", "id": "javascript:alert(1)", "name": "x"},
        {"type": "LearningResource", "id": "https://other.example/r/1", "name": {"en": ""}, "nameMap": {"en": 7}},
    ],
)
def test_what_is_no_learning_resource_is_rejected_with_a_reason(entity):
    reading = read_article({"id": "https://other.example/o/1", "type": "Article", "mainEntity": entity})
    assert (reading.record, reading.grade, reading.warnings) == (None, Grade.REJECTED, ())
    assert reading.problems


def test_claims_about_version_and_digest_are_not_believed():
    document = foreign(digest="0" * 64, version="third") | {"revision": True, "digest": "1" * 64, "published": "soon"}
    value = read_article(document).record
    assert value["version"] == 1
    assert value["digest"] == digest_of(value)
    assert "created" not in value
    assert schemas.check("resource", value) == ()


@examples(50)
@given(
    st.dictionaries(
        st.sampled_from(["to", "cc", "name", "published", "updated", "revision", "contentMap", "id", "mainEntity"]),
        st.recursive(
            st.none()
            | st.booleans()
            | st.integers()
            | st.sampled_from(["", "x", "https://x.example/", "2026-03-01T09:00:00Z"]),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(st.sampled_from(["id", "type", "name", "en", "@value"]), inner)
            ),
        ),
    )
)
def test_no_article_makes_the_reader_fail(parts):
    reading = read_article({**foreign(), **parts})
    assert reading.record is None or schemas.check("resource", reading.record) == ()
