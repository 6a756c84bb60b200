"""Terms of a schema.org object: subjects, levels, audiences and types, as concepts, strings or alignments."""

from collections.abc import Mapping
from typing import Any

from federation.mapping.concepts import shipped
from federation.mapping.entity_parts import CONCEPT_KEYS, SKOS_CONCEPT
from federation.mapping.entity_texts import Texts
from federation.mapping.schema_values import as_list, extensions_of, first, is_iri_text, present, texts_of
from node.domain.records import CONCEPTS
from node.domain.vocabularies import (
    AUDIENCE_ROLE,
    CONDITIONS_OF_ACCESS,
    EDUCATIONAL_LEVEL,
    EDUCATIONAL_USE,
    HCRT,
    INTERACTIVITY_TYPE,
    LEARNING_FORM,
)
from schemas.formats import is_iri

_Json = dict[str, Any]

_SCHEMES: Mapping[str, str] = {
    "learningResourceType": HCRT,
    "educationalLevel": EDUCATIONAL_LEVEL,
    "audience": AUDIENCE_ROLE,
    "interactivityType": INTERACTIVITY_TYPE,
    "educationalUse": EDUCATIONAL_USE,
    "conditionsOfAccess": CONDITIONS_OF_ACCESS,
    "learningForm": LEARNING_FORM,
}
_ALIGNED: Mapping[str, str] = {
    "educationalSubject": "about",
    "educationalLevel": "educationalLevel",
    "teaches": "teaches",
    "assesses": "assesses",
    "requires": "competencyRequired",
}
_AUDIENCES = frozenset({"Audience", "EducationalAudience", "PeopleAudience"})


def read_concepts(said: Texts, rest: _Json) -> _Json:
    """What a resource is about, for whom and how, as terms; taken out of the object."""
    aligned = _aligned(said, rest)
    record: _Json = {}
    for key, word in CONCEPT_KEYS.items():
        values = rest.pop(word, None)
        terms = [term for each in as_list(values) if (term := read_concept(said, each, key))]
        terms += aligned.get(key, [])
        if key in CONCEPTS:
            record[key] = terms[0] if terms else None
        elif values is not None or terms:
            record[key] = terms
    return record


def _aligned(said: Texts, rest: _Json) -> dict[str, list[_Json]]:
    """LRMI's older way to say what a resource teaches, assesses, requires or is about."""
    found: dict[str, list[_Json]] = {}
    unknown = []
    for each in as_list(rest.pop("educationalAlignment", None)):
        key = _ALIGNED.get(str(each.get("alignmentType"))) if isinstance(each, dict) else None
        term = read_concept(said, each, key) if key else None
        if key and term:
            found.setdefault(key, []).append(term)
        else:
            unknown.append(each)
    if unknown:
        rest["educationalAlignment"] = unknown
    return found


def read_concept(said: Texts, value: Any, key: str) -> _Json | None:
    """A term, however it was said; ``key`` of the record decides in which vocabulary words are looked up."""
    if isinstance(value, str):
        return _named(said, value, key)
    if not isinstance(value, dict):
        return None
    if "@value" in value:
        return _named(said, str(value["@value"]), key)
    rest = dict(value)
    if "educationalRole" in rest or _AUDIENCES.intersection(texts_of(rest.get("type"))):
        return read_concept(said, first(rest.get("educationalRole") or rest.get("audienceType")), key)
    types = as_list(rest.pop("type", None))
    labels, names = rest.pop("prefLabel", None), dict(said.tagged(rest.pop("name", None)))
    names = names or dict(said.tagged(rest.pop("targetName", None)))
    iri = next((each for each in (rest.pop("id", None), rest.pop("targetUrl", None)) if is_iri_text(each)), None)
    scheme = rest.pop("inDefinedTermSet", rest.pop("inScheme", None))
    scheme = scheme.get("id") if isinstance(scheme, dict) else scheme
    notation = rest.pop("termCode", rest.pop("notation", None))
    for spent in ("alignmentType", "educationalFramework"):
        rest.pop(spent, None)
    more = present(
        inScheme=scheme if is_iri_text(scheme) else None,
        notation=str(notation) if isinstance(notation, str | int) else None,
        extensions=extensions_of(rest),
    )
    if iri is None and not isinstance(labels, dict):
        named = _named(said, next(iter(names.values()), ""), key)
        return named and {**more, **named}
    return more | present(
        id=iri,
        type=SKOS_CONCEPT if SKOS_CONCEPT in types else None,
        prefLabel=labels if isinstance(labels, dict) else names or None,
    )


def _named(said: Texts, text: str, key: str) -> _Json | None:
    """A term that came as a bare string: its IRI, a word of the vocabulary that belongs here, or just a label."""
    if is_iri(text):
        return {"id": text}
    term = shipped().find_by_label(_SCHEMES[key], text) if key in _SCHEMES else None
    if term:
        return {"id": term.id, "prefLabel": dict(term.labels)}
    return {"prefLabel": {said.language: text}} if text.strip() else None
