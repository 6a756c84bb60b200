"""The vocabularies that ship, and the files that they were made from."""

import json

import pytest

import schemas
from schemas.vocabularies_build import SOURCES, TARGET, read_scheme
from tests.rows import each_row
from tests.shared import shared_data

COUNTS = {
    "https://w3id.org/kim/hcrt/scheme": 26,
    "https://w3id.org/kim/educationalLevel/": 12,
    "http://w3id.org/openeduhub/vocabs/eqfCompetenceLevels/": 8,
    "http://purl.org/dcx/lrmi-vocabs/educationalAudienceRole/": 8,
    "http://purl.org/dcx/lrmi-vocabs/interactivityType/": 3,
    "http://purl.org/dcx/lrmi-vocabs/educationalUse/": 3,
    "https://w3id.org/kim/conditionsOfAccess/": 2,
    "http://w3id.org/kim/schulfaecher/": 47,
    "http://w3id.org/openeduhub/vocabs/new_lrt/": 220,
    "http://w3id.org/openeduhub/vocabs/learningMode/": 3,
    "http://w3id.org/openeduhub/vocabs/skill_levels/": 3,
    "http://w3id.org/openeduhub/vocabs/languageLevel/": 15,
    "https://w3id.org/rhizome/learningForm/": 15,
    "https://w3id.org/rhizome/adoptionOutcome/": 3,
}


def test_every_scheme_ships_with_all_its_concepts():
    assert {scheme["id"]: len(scheme["concepts"]) for scheme in schemas.vocabularies()} == COUNTS


@each_row("scheme", schemas.vocabularies())
def test_every_scheme_may_be_shipped_and_every_concept_can_be_shown(scheme):
    terms = "creativecommons.org/publicdomain/zero/1.0/"
    assert terms in scheme["license"] or (scheme["license"].endswith("/by/4.0/") and scheme["attribution"])
    assert scheme["title"]
    assert all(concept["id"] and concept["prefLabel"] for concept in scheme["concepts"])


def test_all_but_the_resource_types_of_openeduhub_is_told_in_english_and_german():
    told = [scheme for scheme in schemas.vocabularies() if not scheme["id"].endswith("/new_lrt/")]
    for concept in (each for scheme in told for each in scheme["concepts"]):
        assert {"de", "en"} <= {tag.partition("-")[0] for tag in concept["prefLabel"]}, concept["id"]


def test_a_translation_is_of_a_concept_that_ships_without():
    known = {each["id"]: each for scheme in schemas.vocabularies() for each in scheme["concepts"]}
    for file in (TARGET / "translations").iterdir():
        own = json.loads(file.read_bytes())
        assert {iri: known[iri]["prefLabel"][file.stem] for iri in own} == own


def test_each_file_is_told_with_its_maker():
    readme = (TARGET / "README.md").read_text(encoding="utf-8")
    assert all(f"`{name}`" in readme for name in SOURCES.values())


@pytest.mark.parametrize("name", ["educationalLevel.ttl", "conditionsOfAccess.ttl"])
def test_the_shipped_file_is_what_the_published_one_says(name):
    pytest.importorskip("rdflib", reason="rdflib reads the published files; it is a development dependency")
    scheme = read_scheme(shared_data("catalogues/vocabularies") / name)
    assert scheme in schemas.vocabularies()
