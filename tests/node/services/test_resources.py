"""What a record means: title, kind, version, digest, facets, search text and rules."""

from node.clock import to_rfc3339
from node.domain import resources
from node.domain.licences import INTERNAL_TERMS, NOT_STATED
from node.domain.resources import (
    FACETS,
    KINDS,
    broken_rules,
    description,
    facets,
    kind_of,
    languages_of,
    missing,
    search_text,
    title,
    title_language,
)
from tests.records import full_record, loosely, record
from tests.rows import each_row

bump, content_of, digest_of = (loosely(each) for each in (resources.bump, resources.content_of, resources.digest_of))
HCRT = "https://w3id.org/kim/hcrt/"
AT = 1_772_355_600_000


def test_a_record_is_shown_in_the_readers_language():
    value = full_record()
    assert title(value, ["de-CH"]) == "Ein Phasendiagramm lesen"
    assert title_language(value, ["de-CH"]) == "de"
    assert title(value) == title(value, ["it"]) == "Reading a phase diagram"
    assert description(value, ["de"]) == "Übungen"
    assert description(record()) == ""
    assert languages_of(value) == ("en", "de")


@each_row(
    "parts, kind",
    [
        ({"kind": "package", "type": ["LearningResource", "VideoObject"]}, "package"),
        ({"type": ["LearningResource", "VideoObject"]}, "video"),
        ({"learningResourceType": [{"id": HCRT + "slide"}]}, "slides"),
        ({"learningResourceType": [{"id": "http://w3id.org/kim/hcrt/worksheet"}]}, "worksheet"),
        ({"encoding": [{"contentUrl": "https://x.example/a", "encodingFormat": "audio/mpeg"}]}, "audio"),
        ({"encoding": [{"contentUrl": "https://x.example/a.bin"}]}, "file"),
        ({"learningResourceType": [{"prefLabel": {"en": "thing"}}]}, "link"),
        ({}, "link"),
    ],
)
def test_the_kind_is_derived_where_it_is_not_told(parts, kind):
    assert kind_of(record(**parts)) == kind
    assert kind in KINDS


def test_the_digest_covers_the_content_and_not_what_the_node_keeps():
    value = record()
    kept = {
        **value,
        "version": 3,
        "digest": "0" * 64,
        "created": "2026-01-01T00:00:00Z",
        "updated": "2026-01-01T00:00:00Z",
    }
    assert digest_of(kept) == digest_of(value)
    assert content_of(kept) == value
    assert digest_of(record(keywords=["x"])) != digest_of(value)
    assert digest_of(record(visibility="partners")) != digest_of(value)


def test_versions_count_changes():
    first = bump(record(), at=AT)
    assert (first["version"], first["created"], first["updated"]) == (1, to_rfc3339(AT), to_rfc3339(AT))
    second = bump(record(keywords=["x"]), first, at=AT + 1000)
    assert (second["version"], second["created"], second["updated"]) == (2, to_rfc3339(AT), to_rfc3339(AT + 1000))
    assert second["digest"] == digest_of(second)


def test_the_same_content_again_is_no_change():
    first = bump(record(), at=AT)
    assert bump(record(), first, at=AT + 1000) is first


def test_facets_are_iris_and_codes():
    found = facets(
        record(
            about=[{"id": "http://w3id.org/kim/schulfaecher/s1009"}, {"prefLabel": {"en": "alone"}}],
            inLanguage=["de-AT", "de", "und"],
            license="http://creativecommons.org/licenses/by/4.0",
            learningResourceType=[{"id": HCRT + "video"}, {"id": "https://x.example/" + "y" * 300}],
        )
    )
    assert tuple(found) == FACETS
    assert found == {
        "kind": ("video",),
        "topic": ("https://w3id.org/kim/schulfaecher/s1009",),
        "language": ("de",),
        "level": (),
        "licence": ("https://creativecommons.org/licenses/by/4.0/",),
        "audience": (),
        "type": (HCRT + "video",),
    }


def test_search_text_is_told_by_language_and_names_belong_to_the_default():
    english, german = search_text(full_record())
    assert (english.language, german.language) == ("en", "de")
    assert english.title == "Reading a phase diagram"
    assert german.summary == "Übungen"
    assert "phase diagrams" in english.keywords
    assert "Ada Example" in english.keywords
    assert "a label alone" in english.keywords
    assert german.keywords == "Video"


def test_words_of_concepts_are_searchable_in_the_default_language_whatever_theirs_is():
    (only,) = search_text(record(about=[{"prefLabel": {"de": "Werkstoffe"}}]))
    assert only.keywords == "Werkstoffe"


def test_a_sound_record_breaks_no_rule():
    assert broken_rules(full_record()) == ()
    assert broken_rules(record()) == ()


def test_the_default_language_must_have_a_name():
    (problem,) = broken_rules(record(defaultLanguage="fr"))
    assert str(problem) == '$.defaultLanguage: expected one of the languages of $.name, found "fr"'


@each_row("visibility, allowed", [("public", False), ("partners", True), ("organisation", True), ("private", True)])
def test_internal_material_stays_among_partners(visibility, allowed):
    assert (broken_rules(record(license=INTERNAL_TERMS, visibility=visibility)) == ()) is allowed


def test_extensions_are_bounded_wherever_they_are():
    part = {"type": "Person", "name": "A", "extensions": {"x": "y" * 9000}}
    (problem,) = broken_rules(record(extensions={"x": "ü" * 4000}, creator=[part]))
    assert problem.path == "$.extensions"
    assert broken_rules(record(creator=[part])) == ()


def test_authors_are_told_what_a_good_record_has_besides():
    assert missing(full_record()) == ()
    assert missing(record(license=NOT_STATED, inLanguage=["und"])) == (
        "description",
        "learningResourceType",
        "about",
        "license",
        "inLanguage",
    )
