"""The parts of a record as schema.org/LRMI objects: concepts, agents, pictures, files, references, and extensions.

Extensions stand among the other properties where JSON-LD can bear it, else as one JSON literal under ``extensions``.
"""

import re
from collections.abc import Mapping
from typing import Any

from node.domain.records import (
    ACCESSIBILITY_LISTS,
    AGENT_LISTS,
    CONCEPT_LISTS,
    CONCEPTS,
    REFERENCE_LISTS,
)
from node.domain.text import language_of, pick

SKOS_CONCEPT = "Concept"
PLAIN_KEYS = (
    "url", "keywords", "isAccessibleForFree", "dateCreated", "datePublished", "dateModified", "timeRequired",
    "duration",
)  # fmt: skip
OWN_KEYS: Mapping[str, str] = {
    "defaultLanguage": "rz:defaultLanguage",
    "descriptionFormat": "rz:descriptionFormat",
    "kind": "rz:kind",
    "previousVersion": "rz:previousVersion",
}
CONCEPT_KEYS: Mapping[str, str] = {
    **{key: key for key in (*CONCEPT_LISTS, *CONCEPTS)},
    "learningForm": "rz:learningForm",
}
MEDIA_TYPES: Mapping[str, str | None] = {"encoding": "MediaObject", "caption": "MediaObject", "trailer": None}

#: What only courses say (``mapping.course``), as an object of ours names it.
COURSE_WORDS = (
    "courseCode", "provider", "syllabusSections", "coursePrerequisites", "educationalCredentialAwarded",
    "numberOfCredits", "rz:workload", "availableLanguage", "hasCourseInstance",
)  # fmt: skip

# Keys that an object of ours never takes from extensions, because the reader gives them a meaning.
RESERVED: Mapping[str, frozenset[str]] = {
    "root": frozenset(
        (
            *PLAIN_KEYS, *OWN_KEYS.values(), *CONCEPT_KEYS.values(), *MEDIA_TYPES, *AGENT_LISTS, *REFERENCE_LISTS,
            *ACCESSIBILITY_LISTS, "accessibilitySummary", "id", "type", "name", "nameMap", "headline", "description",
            "descriptionMap", "abstract", "inLanguage", "license", "image", "thumbnailUrl", "author", "provider",
            *COURSE_WORDS, "mainEntityOfPage", "educationalAlignment", "video", "audio", "associatedMedia",
            "contentUrl", "embedUrl", "encodingFormat", "contentSize", "bitrate", "sha256", "extensions",
            "itemListElement", "itemListOrder", "numberOfItems",
        )
    ),
    "concept": frozenset(
        ("id", "type", "name", "prefLabel", "inScheme", "inDefinedTermSet", "termCode", "notation", "targetUrl",
         "targetName", "educationalRole", "audienceType", "alignmentType", "educationalFramework", "extensions")
    ),
    "agent": frozenset(
        ("id", "type", "name", "url", "honorificPrefix", "affiliation", "givenName", "familyName", "extensions")
    ),
    "image": frozenset(
        ("id", "type", "url", "contentUrl", "name", "nameMap", "caption", "encodingFormat", "width", "height",
         "extensions")
    ),
    "media": frozenset(
        ("id", "type", "url", "contentUrl", "embedUrl", "name", "inLanguage", "encodingFormat", "contentSize",
         "bitrate", "sha256", "extensions")
    ),
    "reference": frozenset(
        ("id", "type", "url", "name", "creator", "author", "license", "provider", "rz:note", "rz:addedBy", "rz:added",
         "extensions")
    ),
    "provider": frozenset(("id", "type", "url", "name", "extensions")),
    "page": frozenset(("id", "type", "url", "provider", "dateCreated", "dateModified", "extensions")),
    "section": frozenset(
        ("id", "type", "name", "nameMap", "description", "descriptionMap", "timeRequired", "hasPart", "extensions")
    ),
    "credits": frozenset(("id", "type", "value", "creditType", "extensions")),
    "instance": frozenset(
        ("id", "type", "url", "name", "nameMap", "eventStatus", "courseMode", "startDate", "endDate", "courseSchedule",
         "courseWorkload", "inLanguage", "instructor", "location", "maximumAttendeeCapacity", "offers", "extensions")
    ),
    "schedule": frozenset(
        ("id", "type", "repeatFrequency", "repeatCount", "byDay", "startTime", "endTime", "scheduleTimezone",
         "startDate", "endDate", "extensions")
    ),
    "location": frozenset(("id", "type", "name", "url", "address", "extensions")),
    "address": frozenset(
        ("id", "type", "streetAddress", "postalCode", "addressLocality", "addressRegion", "addressCountry",
         "extensions")
    ),
    "offer": frozenset(("id", "type", "price", "priceCurrency", "category", "url", "extensions")),
}  # fmt: skip

_TERM = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,99}", re.ASCII)
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S+", re.ASCII)
_DEFINED = frozenset({"nameMap", "descriptionMap", "prefLabel", "extensions", "itemListElement"})
_Json = dict[str, Any]


def concepts_entity(value: Any, key: str, language: str) -> Any:
    if isinstance(value, dict):
        return concept_entity(value, language)
    terms = [concept_entity(each, language) for each in value]
    return [{"type": "EducationalAudience", "educationalRole": term} for term in terms] if key == "audience" else terms


def concept_entity(concept: Mapping[str, Any], language: str) -> _Json:
    labels = concept.get("prefLabel", {})
    entity: _Json = {
        **({"id": concept["id"]} if "id" in concept else {}),
        "type": ["DefinedTerm", SKOS_CONCEPT] if "type" in concept else "DefinedTerm",
        **({"name": labels[tag]} if (tag := language_of(labels, (language,))) else {}),
        **({"prefLabel": labels} if "prefLabel" in concept else {}),
        **({"inDefinedTermSet": concept["inScheme"]} if "inScheme" in concept else {}),
        **({"termCode": concept["notation"]} if "notation" in concept else {}),
    }
    return spread(entity, concept.get("extensions"), "concept")


def agent_entity(agent: Mapping[str, Any]) -> _Json:
    entity = without(agent, "extensions")
    if "affiliation" in entity:
        entity["affiliation"] = agent_entity(entity["affiliation"])
    return spread(entity, agent.get("extensions"), "agent")


def image_entity(image: Mapping[str, Any], language: str) -> _Json:
    texts = image.get("name", {})
    entity: _Json = {"type": "ImageObject", **without(image, "extensions", "name")}
    if texts:
        entity["name"] = pick(texts, (), language)
        entity["nameMap"] = texts
    return spread(entity, image.get("extensions"), "image")


def media_entity(media: Mapping[str, Any], kind: str | None) -> _Json:
    entity = {**({"type": kind} if kind else {}), **without(media, "extensions")}
    return spread(entity, media.get("extensions"), "media")


def reference_entity(reference: Mapping[str, Any]) -> _Json:
    entity = without(reference, "extensions", "note", "addedBy", "added")
    entity |= {f"rz:{key}": reference[key] for key in ("note", "added") if key in reference}
    if "addedBy" in reference:
        entity["rz:addedBy"] = agent_entity(reference["addedBy"])
    if "creator" in entity:
        entity["creator"] = [agent_entity(each) for each in entity["creator"]]
    if "provider" in entity:
        entity["provider"] = provider_entity(entity["provider"])
    return spread(entity, reference.get("extensions"), "reference")


def provider_entity(provider: Mapping[str, Any]) -> _Json:
    return spread(without(provider, "extensions"), provider.get("extensions"), "provider")


def page_entity(page: Mapping[str, Any]) -> _Json:
    entity = without(page, "extensions")
    if "provider" in entity:
        entity["provider"] = provider_entity(entity["provider"])
    return spread(entity, page.get("extensions"), "page")


def without(value: Mapping[str, Any], *keys: str) -> _Json:
    return {key: each for key, each in value.items() if key not in keys}


# -- extensions -----------------------------------------------------------------------------------------------------


def spread(entity: _Json, extensions: Mapping[str, Any] | None, part: str) -> _Json:
    """The entity with its extensions: as properties where that keeps their meaning, else as a JSON literal."""
    if not extensions:
        return entity
    inline = {key: value for key, value in extensions.items() if key not in RESERVED[part] and _is_term(key, value)}
    literal = {key: value for key, value in extensions.items() if key not in inline}
    return {**entity, **inline, **({"extensions": literal} if literal else {})}


def _is_term(key: str, value: Any) -> bool:
    """Whether JSON-LD reads this as a plain property: no keywords, no terms with a meaning of their own, no null."""
    if key in _DEFINED or not _TERM.fullmatch(key) or value is None:
        return False
    if isinstance(value, dict):
        return bool(value) and all(_is_member(name, each) for name, each in value.items())
    if isinstance(value, list):
        return all(not isinstance(each, list) and _is_term(key, each) for each in value)
    return True


def _is_member(key: str, value: Any) -> bool:
    if key in {"id", "type"}:
        return isinstance(value, str) and (_ABSOLUTE if key == "id" else _TERM).fullmatch(value) is not None
    return _is_term(key, value)
