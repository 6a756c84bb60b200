"""AMB in and out: every published example, and what the profile cannot say."""

import json

from hypothesis import HealthCheck, given

import schemas
from federation.catalogues.amb import read_amb as read
from federation.catalogues.amb_export import write_amb as write
from node.domain.licences import INTERNAL_TERMS, NOT_STATED
from node.domain.resources import Grade
from tests.depth import examples
from tests.records import full_record, loosely, record, records
from tests.rows import each_row
from tests.shared import shared_files

read_amb, write_amb = loosely(read), loosely(write)
VALID = shared_files("catalogues/amb/20231019/examples/valid")
INVALID = shared_files("catalogues/amb/20231019/examples/invalid")
CONTEXT = ["https://w3id.org/kim/amb/context.jsonld", {"@language": "de"}]


def amb(**parts):
    return {"@context": CONTEXT, "id": "https://example.org/oer", "name": "Kurs", "type": ["LearningResource"], **parts}


@each_row("path", VALID)
def test_every_published_example_comes_back_equal(path):
    document = json.loads(path.read_bytes())
    reading = read_amb(document)
    assert (reading.grade, reading.problems) == (Grade.CLEAN, ())
    assert schemas.check("resource", reading.record) == ()
    assert write_amb(reading.record).document == document


@each_row("path", INVALID)
def test_every_published_counter_example_is_refused_with_its_places(path):
    document = json.loads(path.read_bytes())
    reading = read_amb(document)
    assert (reading.record, reading.grade, reading.identifier) == (None, Grade.REJECTED, document["id"])
    assert all(
        problem.path.startswith("$.") or problem.path.startswith('$["@context"]') for problem in reading.problems
    )


def test_what_a_document_does_not_state_is_not_guessed():
    value = read_amb(amb()).record
    assert (value["license"], value["inLanguage"]) == (NOT_STATED, ["und"])
    assert (value["name"], value["defaultLanguage"]) == ({"de": "Kurs"}, "de")


def test_an_instant_without_offset_is_read_as_utc_and_written_with_it():
    reading = read_amb(
        amb(
            dateCreated="2019-07-03T10:00:00",
            mainEntityOfPage=[{"id": "https://x.example/", "dateModified": "2020-01-01T00:00:00"}],
        )
    )
    assert reading.grade is Grade.WARNINGS
    assert [problem.path for problem in reading.problems] == ["$.dateCreated", "$.mainEntityOfPage[0].dateModified"]
    document = write_amb(reading.record).document
    assert document["dateCreated"] == "2019-07-03T10:00:00Z"
    assert document["mainEntityOfPage"][0]["dateModified"] == "2020-01-01T00:00:00Z"


def test_keys_that_the_profile_does_not_know_ride_along_at_their_places():
    document = amb(
        **{"ex:note": {"a": [1]}},
        creator=[{"type": "Person", "name": "A", "gnd": "118540238"}],
        about=[{"id": "http://w3id.org/kim/schulfaecher/s1009", "altLabel": {"de": "x"}}],
        isBasedOn=[{"name": "B", "provider": {"id": "https://x.example/", "logo": "https://x.example/l"}}],
    )
    reading = read_amb(document)
    assert reading.record["extensions"] == {"ex:note": {"a": [1]}}
    assert reading.record["creator"][0]["extensions"] == {"gnd": "118540238"}
    assert write_amb(reading.record).document == document


def test_too_much_beside_the_profile_is_left_out_with_a_warning():
    reading = read_amb(amb(blob="x" * 20_000))
    assert reading.grade is Grade.WARNINGS
    assert "extensions" not in reading.record


def test_keywords_beyond_our_limits_are_cut_with_a_warning():
    reading = read_amb(amb(keywords=[f"word {number}" for number in range(60)] + ["y" * 200]))
    assert reading.grade is Grade.WARNINGS
    assert len(reading.record["keywords"]) == 50


def test_a_dangerous_address_is_refused():
    assert read_amb(amb(id="javascript:alert(1)")).record is None


# -- writing --------------------------------------------------------------------------------------------------------


def test_a_full_record_becomes_a_valid_document_and_tells_what_stayed_behind():
    export = write_amb(full_record())
    assert schemas.check("amb", export.document) == ()
    assert export.document["name"] == "Reading a phase diagram"
    assert export.document["license"] == {"id": "https://creativecommons.org/licenses/by/4.0/"}
    assert export.document["image"] == "https://learn.uni.example/media/pd.jpg"
    assert {"timeRequired", "accessibility", "learningForm", "about"} <= set(export.left_out)
    assert export.missing == ("about",)


@each_row(
    "parts, key",
    [
        ({"license": INTERNAL_TERMS}, "license"),
        ({"license": "https://opensource.org/licenses/MPL-2.0"}, "license"),
        ({"about": [{"id": "http://data.europa.eu/esco/skill/1"}]}, "about"),
        ({"learningResourceType": [{"prefLabel": {"en": "thing"}}]}, "learningResourceType"),
        ({"educationalLevel": [{"id": "https://example.org/level"}]}, "educationalLevel"),
        ({"audience": [{"id": "https://example.org/role"}]}, "audience"),
        ({"encoding": [{"contentUrl": "https://x.example/a", "encodingFormat": "haptics/x"}]}, "encoding"),
        ({"type": ["LearningResource", "EducationEvent"]}, "type"),
    ],
)
def test_what_the_profile_refuses_is_left_out(parts, key):
    export = write_amb(record(**parts))
    assert schemas.check("amb", export.document) == ()
    assert key in export.left_out


def test_languages_are_written_in_two_letters():
    value = record(
        name={"de-AT": "Kurs", "tlh": "x"},
        defaultLanguage="de-AT",
        inLanguage=["de-AT", "de", "tlh"],
        teaches=[{"id": "https://x.example/t", "prefLabel": {"en-US": "a", "tlh": "b"}}],
    )
    document = write_amb(value).document
    assert document["@context"][1] == {"@language": "de"}
    assert document["inLanguage"] == ["de"]
    assert document["teaches"] == [{"id": "https://x.example/t", "prefLabel": {"en": "a"}}]


def test_a_record_without_any_two_letter_language_cannot_be_written():
    export = write_amb(record(name={"tlh": "x"}, defaultLanguage="tlh", inLanguage=["tlh"]))
    assert (export.document, export.left_out) == (None, ("defaultLanguage",))


def test_concepts_take_the_form_that_the_profile_insists_on():
    document = write_amb(
        record(
            conditionsOfAccess={"id": "https://w3id.org/kim/conditionsOfAccess/login"},
            about=[{"id": "https://w3id.org/kim/schulfaecher/s1009"}],
            educationalLevel=[{"id": "http://w3id.org/kim/educationalLevel/level_A"}],
        )
    ).document
    assert document["conditionsOfAccess"]["id"] == "http://w3id.org/kim/conditionsOfAccess/login"
    assert document["about"][0]["id"] == "http://w3id.org/kim/schulfaecher/s1009"
    assert document["educationalLevel"][0]["id"] == "https://w3id.org/kim/educationalLevel/level_A"


def test_the_nodes_own_page_is_added():
    page = {
        "id": "https://learn.uni.example/r/casting",
        "type": "WebContent",
        "provider": {"id": "https://learn.uni.example/"},
    }
    export = write_amb(record(mainEntityOfPage=[{"id": "https://cat.example/1"}]), page=page)
    assert export.document["mainEntityOfPage"] == [{"id": "https://cat.example/1"}, page]


@examples(20, suppress_health_check=[HealthCheck.too_slow])
@given(records())
def test_whatever_is_written_is_valid(value):
    document = write_amb(value).document
    assert document is None or schemas.check("amb", document) == ()
