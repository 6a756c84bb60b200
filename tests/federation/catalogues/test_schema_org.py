"""schema.org JSON-LD as it is found, and as our pages carry it."""

import json

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from federation.catalogues import schema_org
from federation.mapping.entity_parts import RESERVED
from node.domain.licences import NOT_STATED
from node.domain.resources import Grade
from tests.depth import examples
from tests.records import course_record, full_record, loosely, record, records
from tests.rows import each_row

read_schema_org, write_json_ld = loosely(schema_org.read_schema_org), schema_org.write_json_ld
BASE = {"@context": "https://schema.org", "@type": "LearningResource", "@id": "https://x.example/1", "name": "Casting"}


def read(document):
    (reading,) = read_schema_org(document)
    return reading


def value_of(**parts):
    reading = read({**BASE, **parts})
    assert reading.record is not None, reading.problems
    return reading.record


def test_a_minimal_object_becomes_a_record_that_guesses_nothing():
    assert read(BASE).record == {
        "id": "https://x.example/1",
        "name": {"und": "Casting"},
        "defaultLanguage": "und",
        "type": ["LearningResource"],
        "inLanguage": ["und"],
        "license": NOT_STATED,
    }


@each_row(
    "parts, key, expected",
    [
        (
            {"license": "https://creativecommons.org/licenses/by/4.0/"},
            "license",
            "https://creativecommons.org/licenses/by/4.0/",
        ),
        ({"license": "CC BY-SA 4.0"}, "license", "https://creativecommons.org/licenses/by-sa/4.0/"),
        (
            {"license": [{"@type": "CreativeWork", "name": "CC0"}]},
            "license",
            "https://creativecommons.org/publicdomain/zero/1.0/",
        ),
        (
            {"license": {"@type": "CreativeWork", "url": "https://x.example/terms"}},
            "license",
            "https://x.example/terms",
        ),
        ({"keywords": "metal, casting; moulds ,"}, "keywords", ["metal", "casting", "moulds"]),
        ({"keywords": ["a, b", {"@type": "DefinedTerm", "name": "c"}]}, "keywords", ["a, b", "c"]),
        ({"inLanguage": "en_US"}, "inLanguage", ["en-US"]),
        ({"inLanguage": {"@type": "Language", "alternateName": "de"}}, "inLanguage", ["de"]),
        ({"isAccessibleForFree": "True"}, "isAccessibleForFree", True),
        ({"isAccessibleForFree": "http://schema.org/False"}, "isAccessibleForFree", False),
        ({"author": "Ada Example"}, "creator", [{"type": "Person", "name": "Ada Example"}]),
        (
            {"author": {"@type": "Person", "givenName": "Ada", "familyName": "Example", "url": "https://ada.example/"}},
            "creator",
            [{"type": "Person", "name": "Ada Example", "url": "https://ada.example/"}],
        ),
        (
            {"provider": {"@type": "CollegeOrUniversity", "name": "Uni"}},
            "publisher",
            [{"type": "Organization", "name": "Uni"}],
        ),
        ({"image": "https://x.example/i.png"}, "image", [{"contentUrl": "https://x.example/i.png"}]),
        (
            {
                "image": {
                    "@type": "ImageObject",
                    "url": "https://x.example/i.png",
                    "caption": "A mould",
                    "width": "640px",
                }
            },
            "image",
            [{"contentUrl": "https://x.example/i.png", "name": {"und": "A mould"}, "width": 640}],
        ),
        ({"thumbnailUrl": "https://x.example/t.png"}, "image", [{"contentUrl": "https://x.example/t.png"}]),
        (
            {"@type": ["LearningResource", "VideoObject"], "contentUrl": "https://x.example/v.mp4", "contentSize": 12},
            "encoding",
            [{"contentUrl": "https://x.example/v.mp4", "contentSize": "12"}],
        ),
        (
            {"associatedMedia": [{"@type": "MediaObject", "contentUrl": "https://x.example/a.pdf"}]},
            "encoding",
            [{"contentUrl": "https://x.example/a.pdf"}],
        ),
        (
            {"teaches": ["https://x.example/skill", "casting"]},
            "teaches",
            [{"id": "https://x.example/skill"}, {"prefLabel": {"und": "casting"}}],
        ),
        (
            {"about": {"@type": "DefinedTerm", "@id": "https://x.example/t", "name": "Metals", "termCode": 6}},
            "about",
            [{"id": "https://x.example/t", "prefLabel": {"und": "Metals"}, "notation": "6"}],
        ),
        (
            {
                "educationalAlignment": {
                    "@type": "AlignmentObject",
                    "alignmentType": "requires",
                    "targetName": "Chemistry",
                    "targetUrl": "https://x.example/c",
                }
            },
            "competencyRequired",
            [{"id": "https://x.example/c", "prefLabel": {"und": "Chemistry"}}],
        ),
        ({"isBasedOn": "https://x.example/0"}, "isBasedOn", [{"id": "https://x.example/0"}]),
        ({"isPartOf": {"@type": "Book", "name": "Metals"}}, "isPartOf", [{"type": ["Book"], "name": "Metals"}]),
        ({"mainEntityOfPage": "https://x.example/p"}, "mainEntityOfPage", [{"id": "https://x.example/p"}]),
        ({"accessMode": "visual, auditory"}, "accessibility", {"accessMode": ["visual", "auditory"]}),
        ({"description": "<p>Caf&eacute; &amp; more</p>"}, "description", {"und": "Café & more"}),
        (
            {"name": [{"@value": "Gießen", "@language": "de"}, {"@value": "Casting", "@language": "en"}]},
            "name",
            {"de": "Gießen", "en": "Casting"},
        ),
        ({"typicalAgeRange": "18-"}, "extensions", {"typicalAgeRange": "18-"}),
        ({"datePublished": {"@type": "Date", "@value": "2026-03-01"}}, "datePublished", "2026-03-01"),
    ],
)
def test_values_are_understood_in_their_many_forms(parts, key, expected):
    assert value_of(**parts)[key] == expected


@each_row(
    "key, word, iri",
    [
        ("learningResourceType", "Worksheet", "https://w3id.org/kim/hcrt/worksheet"),
        ("educationalLevel", "Bachelor or equivalent", "https://w3id.org/kim/educationalLevel/level_6"),
        ("educationalUse", "assessment", "http://purl.org/dcx/lrmi-vocabs/educationalUse/assessment"),
        ("audience", "teacher", "http://purl.org/dcx/lrmi-vocabs/educationalAudienceRole/teacher"),
    ],
)
def test_words_of_the_vocabularies_become_their_concepts(key, word, iri):
    assert value_of(**{key: word})[key][0]["id"] == iri


def test_an_audience_may_be_wrapped():
    wrapped = {"@type": "EducationalAudience", "educationalRole": "student"}
    assert value_of(audience=wrapped)["audience"][0]["id"].endswith("/student")


@pytest.mark.parametrize("prefix", ["schema:", "http://schema.org/", "https://schema.org/"])
def test_terms_are_known_with_and_without_prefix(prefix):
    document = {
        "@id": "https://x.example/1",
        "@type": f"{prefix}Course",
        f"{prefix}name": "Casting",
        f"{prefix}keywords": "a",
    }
    value = read(document).record
    assert (value["type"], value["keywords"]) == (["LearningResource", "Course"], ["a"])


def test_the_language_of_the_context_is_that_of_plain_texts():
    value = read({**BASE, "@context": ["https://schema.org", {"@language": "de"}], "description": "x"}).record
    assert (value["name"], value["description"]) == ({"de": "Casting"}, {"de": "x"})


def test_what_is_wrong_is_left_out_and_told():
    """What others write is read by functions with bounds (HAR9)."""
    wrong = {
        "timeRequired": "25 minutes",
        "datePublished": "last week",
        "license": "free",
        "inLanguage": "English language",
        "dateCreated": "2020-01-01T10:00:00",
        "image": "javascript:alert(1)",
    }
    reading = read({**BASE, **wrong})
    assert reading.grade is Grade.WARNINGS
    assert reading.record == {
        **read(BASE).record,
        "dateCreated": "2020-01-01T10:00:00Z",
        "image": [],
        "extensions": {"license": "free"},
    }
    assert [problem.path for problem in reading.problems] == [
        "$.license",
        "$.dateCreated",
        "$.datePublished",
        "$.image[0].contentUrl",
        "$.inLanguage[0]",
        "$.timeRequired",
    ]


def test_a_graph_gives_its_resources_with_their_references_in_place():
    document = {
        "@context": "https://schema.org",
        "@graph": [
            {"@type": "Organization", "@id": "#org", "name": "Example University"},
            {"@type": "WebPage", "@id": "https://x.example/page", "name": "Page"},
            {"@type": "Course", "@id": "https://x.example/a", "name": "A", "publisher": {"@id": "#org"}},
            {"@type": "LearningResource", "@id": "#b", "url": "https://x.example/page", "name": "B"},
        ],
    }
    first, second = read_schema_org(document)
    assert first.record["publisher"] == [{"type": "Organization", "name": "Example University"}]
    assert second.record["id"] == "https://x.example/page#b"


def test_a_lone_page_is_a_resource_where_nothing_better_is_there():
    assert read({**BASE, "@type": "WebPage"}).record["type"] == ["LearningResource", "WebPage"]


@each_row("kind", ["Event", "Person", "Organization", "Question", "Offer"])
def test_other_things_are_no_resources(kind):
    reading = read({**BASE, "@type": kind})
    assert reading.record is None
    assert (
        str(reading.problems[0]) == f"$: expected an object of a schema.org type such as LearningResource, found {kind}"
    )


def test_without_a_stable_id_nothing_is_taken_in():
    reading = read({"@context": "https://schema.org", "@type": "LearningResource", "name": "x", "@id": "_:b0"})
    assert reading.record is None
    assert "stable id" in str(reading.problems[0])


@pytest.mark.parametrize("key", ["url", "identifier"])
def test_the_address_is_the_id_where_there_is_no_other(key):
    document = {"@context": "https://schema.org", "@type": "LearningResource", "name": "x", key: "https://x.example/2"}
    assert read(document).record["id"] == "https://x.example/2"


KEYS = sorted(
    {*frozenset().union(*RESERVED.values()), "@id", "@type", "@value", "@language", "educationalRole", "rz:kind"}
)
ODD = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from(["", "en", "CC0", "<p>x</p>", "https://x.example/", "2020-01-01T00:00:00", "\x00"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
    max_leaves=15,
)


@examples(50)
@given(st.dictionaries(st.sampled_from(KEYS), ODD, max_size=8))
def test_no_object_makes_the_reader_fail(parts):
    for reading in read_schema_org({**parts, "@type": "LearningResource", "@id": "https://x.example/1"}):
        assert (reading.record is None) is (reading.grade is Grade.REJECTED)


# -- writing --------------------------------------------------------------------------------------------------------


def keys_in(value):
    if isinstance(value, dict):
        for key, each in value.items():
            yield key
            yield from keys_in(each)
    elif isinstance(value, list):
        for each in value:
            yield from keys_in(each)


@examples(15, suppress_health_check=[HealthCheck.too_slow])
@given(records())
def test_pages_carry_schema_org_and_nothing_of_our_own(value):
    value = {key: each for key, each in value.items() if key != "extensions"}
    document = write_json_ld(value, page_url="https://learn.uni.example/r/x")
    assert document["@context"] == "https://schema.org"
    assert document["url"]
    assert not {"id", "type", "nameMap", "descriptionMap", "prefLabel"} & set(document)
    assert not [key for key in document if key.startswith("rz:")]
    assert [] not in document.values()


def test_a_page_says_what_search_engines_read():
    document = write_json_ld(full_record())
    assert document["@type"] == ["LearningResource", "VideoObject"]
    assert document["author"] == document["creator"]
    assert document["inLanguage"] == "en"
    assert document["audience"][0] == {"@type": "EducationalAudience", "educationalRole": "Video"}
    assert document["learningResourceType"][0] == {
        "@type": "DefinedTerm",
        "@id": "https://w3id.org/kim/hcrt/video",
        "name": "Video",
    }
    assert document["conditionsOfAccess"] == "http://w3id.org/kim/conditionsOfAccess/no_login"
    assert document["typicalAgeRange"] == "18-"
    assert not {"nameMap", "prefLabel", "rz:kind", "extensions"} & set(keys_in(document))


def test_what_was_not_stated_is_not_claimed():
    document = write_json_ld(record(license=NOT_STATED, inLanguage=["und"]))
    assert not {"license", "inLanguage"} & set(document)


def test_a_page_of_ours_can_be_read_again():
    written = record(creator=[{"type": "Person", "name": "Ada"}], keywords=["a"], url="https://x.example/a")
    document = json.loads(json.dumps(write_json_ld(written)))
    assert read(document).record == written


def test_a_course_has_all_that_search_engines_ask_for():
    value = course_record()
    del value["hasCourseInstance"][0]["offers"], value["hasCourseInstance"][0]["courseWorkload"]
    document = write_json_ld(value, page_url="https://learn.uni.example/r/casting")
    instance, elsewhere = document["hasCourseInstance"]
    assert document["@type"] == ["LearningResource", "Course"]
    assert document["provider"] == {
        "@type": "Organization",
        "@id": "https://learn.uni.example/ap/a/uni",
        "name": "Example University",
    }
    assert instance["courseMode"] == ["Blended", "Synchronous"]
    assert instance["offers"] == [{"@type": "Offer", "price": 0, "priceCurrency": "EUR", "category": "Free"}]
    assert (instance["courseWorkload"], instance["startDate"]) == ("PT4H", "2026-09-07")
    assert instance["courseSchedule"]["@type"] == "Schedule"
    assert elsewhere["offers"] == instance["offers"]
    assert "rz:" not in str(document)


_CLOSED = {"enrolment": {"mode": "closed"}}


@each_row(
    "instance, found",
    [
        (
            {"courseMode": "Online", "url": "https://mooc.example/1"},
            {"courseMode": ["online"], "enrolment": {"mode": "external", "url": "https://mooc.example/1"}},
        ),
        (
            {"courseMode": ["https://x.example/Onsite"], "location": "Room 5"},
            {"courseMode": ["onsite"], "location": [{"type": "Place", "name": "Room 5"}], **_CLOSED},
        ),
        (
            {"courseMode": "online", "offers": {"price": "12,50", "priceCurrency": "EUR", "category": "Paid"}},
            {
                "courseMode": ["online"],
                "offers": [{"price": 12.5, "priceCurrency": "EUR", "category": "Paid"}],
                **_CLOSED,
            },
        ),
        (
            {
                "courseMode": "online",
                "courseSchedule": {"startDate": "2026-09-07", "byDay": ["https://schema.org/Monday"]},
            },
            {"courseMode": ["online"], "startDate": "2026-09-07", "courseSchedule": {"byDay": ["Monday"]}, **_CLOSED},
        ),
    ],
)
def test_courses_of_others_say_less(instance, found):
    document = {
        "@context": "https://schema.org",
        "@type": "Course",
        "@id": "https://mooc.example/c",
        "name": "Course",
        "provider": {"@type": "Organization", "name": "MOOC"},
        "hasCourseInstance": {"@type": "CourseInstance", **instance},
    }
    (reading,) = read_schema_org(document)
    assert reading.record["provider"]["name"] == "MOOC"
    assert reading.record["hasCourseInstance"] == [{"id": "https://mooc.example/c#instance-1", **found}]
