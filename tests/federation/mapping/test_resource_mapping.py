"""A record on its way through ActivityPub: what others see of it, and that nothing is lost."""

import json
from dataclasses import replace

from hypothesis import HealthCheck, given
from hypothesis import strategies as st

import schemas
from federation.catalogues import amb, amb_export
from federation.contexts import with_context
from federation.mapping import resource
from federation.mapping.resource import Envelope, article_digest, build_article
from federation.vocab import PUBLIC
from node.domain import pathways, resources
from node.domain.durations import in_words
from node.domain.licences import NOT_STATED
from node.domain.resources import Grade, digest_of
from node.domain.visibility import Visibility
from tests.depth import examples
from tests.federation.mapping.expansion import expand
from tests.records import course_record, full_record, loosely, pathway_record, record, records
from tests.rows import each_row
from tests.shared import shared_data, shared_files

read_article = loosely(resource.read_article)
read_amb, write_amb = loosely(amb.read_amb), loosely(amb_export.write_amb)
bump, content_of = loosely(resources.bump), loosely(resources.content_of)
AT = 1_772_355_600_000
ENVELOPE = Envelope(
    uri="https://learn.uni.example/ap/o/01JRES",
    actor_uri="https://learn.uni.example/ap/a/uni",
    followers_uri="https://learn.uni.example/ap/a/uni/followers",
    page_url="https://learn.uni.example/r/reading-a-phase-diagram",
    published_at=AT,
    updated_at=AT + 345_600_000,
    revision=7,
)
GROUP = "https://learn.uni.example/ap/a/metals"


def travel(value, envelope=ENVELOPE):
    """Through the wire and back."""
    return read_article(json.loads(json.dumps(with_context(build_article(value, envelope)))))


# -- nothing is lost ------------------------------------------------------------------------------------------------


@each_row("path", shared_files("catalogues/amb/20231019/examples/valid"))
def test_every_published_amb_example_survives_and_can_be_written_as_amb_again(path):
    document = json.loads(path.read_bytes())
    value = read_amb(document).record
    reading = travel(value)
    assert (reading.grade, reading.warnings) == (Grade.CLEAN, ())
    assert content_of(reading.record) == {**value, "visibility": "public"}
    assert write_amb(reading.record).document == document


@examples(25, suppress_health_check=[HealthCheck.too_slow])
@given(records())
def test_every_record_survives(value):
    reading = travel(value)
    assert reading.warnings == ()
    assert content_of(reading.record) == {**value, "visibility": "public"}


def test_version_instants_and_visibility_come_back_with_the_envelope():
    first = bump({**full_record(), "visibility": "public"}, at=AT)
    second = bump({**content_of(first), "keywords": ["new"]}, first, at=ENVELOPE.updated_at)
    reading = travel(second, replace(ENVELOPE, revision=second["version"]))
    assert reading.record == second


@examples(10, suppress_health_check=[HealthCheck.too_slow])
@given(records())
def test_readers_of_linked_data_lose_nothing(value):
    document = json.loads(json.dumps(with_context(build_article(value, ENVELOPE))))
    node = expand(document)
    assert node["@id"] == ENVELOPE.uri
    assert len(node) == len(document) - 1 - ("contentMap" in document) - ("nameMap" in document)
    (entity,) = node["https://schema.org/mainEntity"]
    assert list(lost(document["mainEntity"], entity)) == []


TERMS = {
    "id": "@id",
    "type": "@type",
    "nameMap": "https://schema.org/name",
    "descriptionMap": "https://schema.org/description",
    "prefLabel": "http://www.w3.org/2004/02/skos/core#prefLabel",
    "extensions": "https://w3id.org/rhizome#extensions",
}


def lost(value, node, path="$"):
    """Every place of compact JSON that its expanded form no longer tells."""
    for key, each in value.items():
        iri = TERMS.get(key) or key.replace("rz:", "https://w3id.org/rhizome#")
        iri = iri if ":" in iri or iri.startswith("@") else f"https://schema.org/{iri}"
        if iri not in node:
            yield f"{path}.{key}"
        elif key not in TERMS:
            parts = each if isinstance(each, list) else [each]
            told = node[iri][0].get("@list", node[iri]) if key == "itemListElement" else node[iri]
            if len(parts) > len(told):
                yield f"{path}.{key}: {len(parts) - len(told)} of {len(parts)}"
            for part, found in zip(parts, told, strict=False):
                if isinstance(part, dict):
                    yield from lost(part, found, f"{path}.{key}")


def test_properties_mean_what_schema_org_means():
    (entity,) = expand(with_context(build_article(full_record(), ENVELOPE)))["https://schema.org/mainEntity"]
    assert entity["@type"] == ["https://schema.org/LearningResource", "https://schema.org/VideoObject"]
    names = entity["https://schema.org/name"]
    assert {"@value": "Ein Phasendiagramm lesen", "@language": "de"} in names
    (licence,) = entity["https://schema.org/license"]
    assert licence == {"@id": "https://creativecommons.org/licenses/by/4.0/"}
    concept = entity["https://schema.org/about"][0]
    assert {"@language": "de", "@value": "Video"} in concept["http://www.w3.org/2004/02/skos/core#prefLabel"]
    assert entity["https://w3id.org/rhizome#kind"] == [{"@value": "video"}]


# -- what everybody sees --------------------------------------------------------------------------------------------


def test_the_article_has_the_shape_that_peers_render():
    article = build_article(full_record(), ENVELOPE)
    example = json.loads((shared_data("examples") / "resource.json").read_bytes())["object"]
    assert set(example) - {"mainEntity"} <= set(article)
    assert article["type"] == "Article"
    assert (article["to"], article["cc"]) == ([PUBLIC], [ENVELOPE.followers_uri])
    assert {key: type(value) for key, value in example.items()} == {key: type(article[key]) for key in example}
    assert article["context"] == "https://learn.uni.example/ap/c/01JRES"
    assert (article["published"], article["updated"]) == ("2026-03-01T09:00:00Z", "2026-03-05T09:00:00Z")
    assert article["url"] == ENVELOPE.page_url
    assert article["revision"] == 7


def test_lemmy_can_read_the_attachments():
    article = build_article(full_record(), ENVELOPE)
    assert article["attachment"] == [
        {
            "type": "Image",
            "mediaType": "image/jpeg",
            "url": "https://learn.uni.example/media/pd.jpg",
            "name": "Binary eutectic diagram",
            "width": 1280,
            "height": 720,
        }
    ]


def test_at_most_four_pictures_are_attached():
    value = record(image=[{"contentUrl": f"https://x.example/{number}.png"} for number in range(9)])
    assert len(build_article(value, ENVELOPE)["attachment"]) == 4


def test_keywords_and_topics_become_hashtags_once():
    value = record(
        keywords=["phase diagrams", "Phase Diagrams", "C++", "Gießen"],
        about=[{"id": "https://x.example/t", "prefLabel": {"en": "Materials science"}}],
    )
    assert build_article(value, ENVELOPE)["tag"] == [
        {"type": "Hashtag", "name": "#PhaseDiagrams", "href": "https://learn.uni.example/tags/PhaseDiagrams"},
        {"type": "Hashtag", "name": "#Gießen", "href": "https://learn.uni.example/tags/Gie%C3%9Fen"},
        {"type": "Hashtag", "name": "#MaterialsScience", "href": "https://learn.uni.example/tags/MaterialsScience"},
    ]


def test_texts_are_told_in_every_language_the_default_first():
    article = build_article(full_record(), ENVELOPE)
    assert list(article["contentMap"]) == ["en", "de"]
    assert list(article["nameMap"]) == ["en", "de"]
    assert article["content"] == article["contentMap"]["en"]
    assert "Übungen" in article["contentMap"]["de"]
    assert "nameMap" not in build_article(record(), ENVELOPE)


def test_a_plain_client_learns_all_that_matters():
    value = record(
        description={"en": "How to cast."},
        kind="video",
        timeRequired="PT25M",
        educationalLevel=[{"id": "https://w3id.org/kim/educationalLevel/level_6"}],
        publisher=[{"type": "Organization", "name": "Example University"}],
    )
    article = build_article(value, ENVELOPE)
    facts = "Video · 25 min · Level: Bachelor or equivalent · Published by Example University · CC BY 4.0"
    assert article["name"] == "Casting basics"
    assert article["summary"] == f"<p>How to cast.</p><p>{facts}</p>"
    assert article["content"] == (
        f"<p><strong>Casting basics</strong></p><p>How to cast.</p><p>{facts}</p>"
        f'<p><a href="{ENVELOPE.page_url}">{ENVELOPE.page_url}</a></p>'
    )
    assert article["preview"]["content"] == (
        f'<p><strong>Casting basics</strong>: How to cast. <a href="{ENVELOPE.page_url}">Open</a></p>'
    )


def test_nothing_of_a_record_becomes_markup():
    evil = "<script>alert(1)</script>\"&'"
    article = build_article(
        record(name={"en": evil}, description={"en": evil}, publisher=[{"type": "Organization", "name": evil}]),
        ENVELOPE,
    )
    shown = "".join(article[key] for key in ("summary", "content")) + article["preview"]["content"]
    assert "<script" not in shown
    assert article["name"] == evil  # plain text, as ActivityStreams has it


@each_row(
    "duration, language, words",
    [
        ("PT25M", "en", "25 min"),
        ("PT2H", "de", "2 h"),
        ("PT90M30S", "en", "1 h 30 min"),
        ("P6W", "de-AT", "6 Wochen"),
        ("P1Y", "en", "1 year"),
        ("P3M", "en", "3 months"),
        ("PT45S", "fr", "45 s"),
        ("P1DT2H", "de", "1 Tag 2 h"),
    ],
)
def test_durations_read_as_people_say_them(duration, language, words):
    assert in_words(duration, language) == words


@each_row(
    "visibility, to, cc",
    [
        (Visibility.PUBLIC, [PUBLIC], [ENVELOPE.followers_uri]),
        (Visibility.UNLISTED, [ENVELOPE.followers_uri], [PUBLIC]),
        (Visibility.PARTNERS, [f"{ENVELOPE.actor_uri}/partners"], []),
        (Visibility.COMMUNITY, [GROUP], []),
        (Visibility.ORGANISATION, [], []),
    ],
)
def test_who_may_read_stands_in_the_audience(visibility, to, cc):
    group = GROUP if visibility is Visibility.COMMUNITY else ""
    article = build_article(record(), replace(ENVELOPE, visibility=visibility, group=group))
    assert (article["to"], article["cc"], article.get("audience", "")) == (to, cc, group)


def test_levels_arrive_as_they_were_sent():
    def arrived(level, group=""):
        return travel(record(), replace(ENVELOPE, visibility=level, group=group)).record

    assert arrived(Visibility.PARTNERS)["visibility"] == "partners"
    assert {**arrived(Visibility.COMMUNITY, GROUP), "name": 0} == {
        **arrived(Visibility.COMMUNITY, GROUP),
        "visibility": "community",
        "community": GROUP,
        "name": 0,
    }
    assert arrived(Visibility.FOLLOWERS)["visibility"] == "private"  # no level of records: as narrow as there is


# -- digest ---------------------------------------------------------------------------------------------------------


def test_the_digest_covers_what_the_object_says_and_nothing_added_on_the_way():
    article = build_article(full_record(), ENVELOPE)
    on_the_way = {
        **with_context(article),
        "proof": {"type": "DataIntegrityProof"},
        "signature": {},
        "replies": {"type": "Collection"},
        "likes": "https://x.example/",
        "shares": "https://x.example/",
        "revision": 99,
        "participantCount": 3,
    }
    assert article["digest"] == article_digest(on_the_way) == article_digest(json.loads(json.dumps(on_the_way)))
    assert article_digest({**article, "summary": "changed"}) != article["digest"]


# -- what others send -----------------------------------------------------------------------------------------------


def foreign(**entity):
    return {
        "id": "https://other.example/o/1",
        "type": "Article",
        "name": "Casting",
        "to": ["as:Public"],
        "contentMap": {"de": "<p>x</p>"},
        "published": "2026-03-01T10:00:00+01:00",
        "mainEntity": {"id": "https://other.example/r/1", "type": "LearningResource", "name": "Gießen", **entity},
    }


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


# -- courses --------------------------------------------------------------------------------------------------------


def test_a_course_survives_with_its_instances():
    value = course_record()
    reading = travel(value)
    assert (reading.grade, reading.warnings) == (Grade.CLEAN, ())
    assert content_of(reading.record) == {**value, "visibility": "public"}


def test_the_course_of_the_reference_is_understood():
    document = json.loads((shared_data("examples") / "course.json").read_bytes())["object"]
    found = read_article(document).record
    (instance,) = found["hasCourseInstance"]
    assert (found["kind"] if "kind" in found else resources.kind_of(found), found["courseCode"]) == ("course", "MAT101")
    assert found["provider"]["name"] == "Example University"
    assert found["numberOfCredits"] == {"value": 3, "creditType": "ECTS"}
    assert found["syllabus"] == [{"name": {"en": "Unit 1: Phase diagrams"}}]
    assert instance["id"] == f"{found['id']}-instance-1"
    assert (instance["startDate"], instance["endDate"]) == ("2026-09-07", "2026-10-16")
    assert (instance["courseMode"], instance["enrolment"]) == (["online"], {"mode": "closed"})


def test_a_plain_client_learns_when_a_course_starts_and_until_when_one_enrols():
    june = ENVELOPE.updated_at + 92 * 86_400_000
    article = build_article(course_record(), replace(ENVELOPE, updated_at=june))
    line = "starts 7 September 2026 · online and on site · 4 h a week · enrol until 1 September 2026"
    assert f"<p>{line}</p>" in article["summary"]
    assert f"<p>{line}</p>" in article["content"]
    assert "<ol><li>Unit 1: Sand and moulds</li><li>Unit 2</li></ol>" in article["content"]
    assert "Course · Published by Example University · free of charge · CC BY 4.0" in article["content"]


def test_amb_gets_a_course_without_what_it_cannot_say():
    export = write_amb(course_record())
    assert export.document["type"] == ["LearningResource", "Course"]
    assert export.document["publisher"][0]["name"] == "Example University"
    assert "hasCourseInstance" in export.left_out
    assert "provider" not in export.left_out
    assert not {"hasCourseInstance", "syllabus", "provider"} & set(export.document)


# -- pathways ---------------------------------------------------------------------------------------------------------


def test_a_pathway_survives_with_its_steps():
    value = pathway_record()
    article = build_article(value, ENVELOPE)
    entity = article["mainEntity"]
    assert "hasPart" not in entity
    assert (
        [each["position"] for each in entity["itemListElement"]]
        == [1, 2, 3]
        == [*range(1, entity["numberOfItems"] + 1)]
    )
    assert entity["itemListElement"][1]["item"] == "https://far.example/ap/o/3"
    assert [each["rz:required"] for each in entity["itemListElement"]] == [True, True, False]
    assert article["steps"] == f"{ENVELOPE.uri}/items"
    node = expand(json.loads(json.dumps(with_context(article))))
    assert list(lost(entity, node["https://schema.org/mainEntity"][0])) == []
    reading = travel(value)
    assert (reading.grade, reading.warnings) == (Grade.CLEAN, ())
    assert content_of(reading.record) == {**value, "visibility": "public"}


def test_the_pathway_of_the_reference_is_understood():
    document = json.loads((shared_data("examples") / "pathway.json").read_bytes())["object"]
    reading = read_article(document)
    assert (reading.grade, reading.warnings) == (Grade.CLEAN, ())
    first, second = pathways.steps_of(reading.record)
    assert reading.record["kind"] == "pathway"
    assert (first.iri, first.name, first.optional) == (
        "https://learn.uni.example/ap/o/01JRES",
        "Reading a phase diagram",
        False,
    )
    assert (second.name, second.optional, second.alternatives) == (
        "Casting basics",
        True,
        ("https://other.example/ap/o/9",),
    )
    assert first.key != second.key


@each_row(
    "items, expected",
    [
        (["https://x.example/1", "In words"], [{"id": "https://x.example/1"}, {"name": "In words"}]),
        ({"type": "ListItem", "url": "https://x.example/1"}, [{"id": "https://x.example/1"}]),
        (
            [{"type": "ListItem", "position": "2", "name": "B"}, {"type": "ListItem", "position": 1, "name": "A"}],
            [{"name": "A"}, {"name": "B"}],
        ),
        (
            [{"type": "Article", "name": "A", "url": "https://x.example/1"}],
            [{"id": "https://x.example/1", "type": ["Article"], "name": "A"}],
        ),
        ([{"type": "ListItem"}, 7, None, {}, {"type": "ListItem", "item": {"name": "A"}}], [{"name": "A"}]),
        ([{"type": "ListItem", "name": "A", "rz:action": "fly", "rz:key": "../"}], [{"name": "A"}]),
    ],
)
def test_lists_of_others_become_steps(items, expected):
    """Addresses, words, things and ListItems; what is wrong in a step is left out, never the whole."""
    found = read_article(foreign(**{"@type": ["LearningResource", "ItemList"], "itemListElement": items})).record
    assert [{key: value for key, value in each.items() if value != {}} for each in found["hasPart"]] == expected
    assert found["kind"] == "pathway"


def test_amb_gets_a_pathway_as_a_collection():
    written = write_amb(pathway_record()).document
    assert written["type"] == ["LearningResource", "Collection"]
    assert [each["name"] for each in written["hasPart"]] == ["Casting basics", "Open workshop"]  # the profile wants ids
    assert "step" not in written["hasPart"][0]
