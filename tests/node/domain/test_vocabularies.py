"""Looking concepts up, in whichever form they are named."""

import pytest

import schemas
from node.domain.vocabularies import (
    AUDIENCE_ROLE,
    CONDITIONS_OF_ACCESS,
    EDUCATIONAL_LEVEL,
    EDUCATIONAL_USE,
    HCRT,
    INTERACTIVITY_TYPE,
    LEARNING_FORM,
    Vocabularies,
    concept_key,
)


@pytest.fixture(scope="module")
def vocabularies():
    return Vocabularies(schemas.vocabularies())


@pytest.mark.parametrize(
    ("scheme", "count"),
    [
        (HCRT, 26),
        (EDUCATIONAL_LEVEL, 12),
        (AUDIENCE_ROLE, 8),
        (INTERACTIVITY_TYPE, 3),
        (EDUCATIONAL_USE, 3),
        (CONDITIONS_OF_ACCESS, 2),
        (LEARNING_FORM, 15),
    ],
)
def test_the_schemes_that_records_use_are_known(vocabularies, scheme, count):
    assert len(vocabularies.terms(scheme)) == count


def test_http_and_https_name_the_same_concept(vocabularies):
    secure = vocabularies.find("https://w3id.org/kim/conditionsOfAccess/login")
    assert secure is not None
    assert vocabularies.find("http://w3id.org/kim/conditionsOfAccess/login") is secure
    assert concept_key("http://purl.org/x") == "http://purl.org/x"


def test_labels_are_shown_in_the_readers_language(vocabularies):
    assert vocabularies.label(HCRT + "worksheet", ["de-AT"]) == "Arbeitsmaterial"
    assert vocabularies.label(HCRT + "worksheet", ["en"]) == "Worksheet"
    assert vocabularies.label("https://example.org/unknown", ["en"]) is None


@pytest.mark.parametrize("label", ["Worksheet", "worksheet", " Arbeitsmaterial "])
def test_concepts_are_found_by_what_they_are_called(vocabularies, label):
    term = vocabularies.find_by_label(HCRT, label)
    assert term is not None
    assert term.id == HCRT + "worksheet"


def test_alternative_labels_and_the_end_of_the_iri_count_too(vocabularies):
    assert vocabularies.find_by_label(EDUCATIONAL_LEVEL, "Primarstufe").id == EDUCATIONAL_LEVEL + "level_1"
    assert vocabularies.find_by_label(HCRT, "drill and practice").id == HCRT + "drill_and_practice"
    assert vocabularies.find_by_label(EDUCATIONAL_LEVEL, "Worksheet") is None
