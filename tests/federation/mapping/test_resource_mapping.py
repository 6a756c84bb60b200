"""A record on its way through ActivityPub: what others see of it, and that nothing is lost."""

import json
from dataclasses import replace

from hypothesis import HealthCheck, given

from federation.catalogues import amb
from federation.contexts import with_context
from federation.mapping.resource import article_digest, build_article
from federation.vocab import PUBLIC
from node.domain import resources
from node.domain.durations import in_words
from node.domain.resources import Grade
from node.domain.visibility import Visibility
from tests.depth import examples
from tests.federation.mapping.expansion import expand
from tests.federation.mapping.travels import AT, ENVELOPE, content_of, lost, travel, write_amb
from tests.records import full_record, loosely, record, records
from tests.rows import each_row
from tests.shared import shared_data, shared_files

read_amb = loosely(amb.read_amb)
bump = loosely(resources.bump)
GROUP = "https://learn.uni.example/ap/a/metals"


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
