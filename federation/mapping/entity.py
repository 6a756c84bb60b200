"""A record as one schema.org/LRMI object: the ``mainEntity`` of what we federate, and the core of our pages' JSON-LD.

Other people's readers find the properties that schema.org defines, with one string where it has one. What a record
knows beyond that rides along: ``nameMap`` and ``descriptionMap`` hold all languages, as in ActivityStreams,
``prefLabel`` all labels of a concept, as in AMB; words of our own carry the prefix ``rz:``. Extensions stand among
the other properties where JSON-LD can bear it, else as one JSON literal under ``extensions``.
``federation.mapping.entity_reader`` is the way back; together they lose nothing.
"""

import re
from collections.abc import Mapping
from typing import Any, cast

from node.domain.licences import NOT_STATED
from node.domain.records import (
    ACCESSIBILITY_LISTS,
    AGENT_LISTS,
    CONCEPT_LISTS,
    CONCEPTS,
    REFERENCE_LISTS,
    ResourceRecord,
)
from node.domain.text import UNKNOWN_LANGUAGE, language_of, pick

SKOS_CONCEPT = "Concept"
PLAIN_KEYS = (
    "url", "keywords", "isAccessibleForFree", "dateCreated", "datePublished", "dateModified", "timeRequired",
    "duration",
)  # fmt: skip
OWN_KEYS: Mapping[str, str] = {
    "defaultLanguage": "rz:defaultLanguage",
    "kind": "rz:kind",
    "previousVersion": "rz:previousVersion",
}
CONCEPT_KEYS: Mapping[str, str] = {
    **{key: key for key in (*CONCEPT_LISTS, *CONCEPTS)},
    "learningForm": "rz:learningForm",
}
MEDIA_TYPES: Mapping[str, str | None] = {"encoding": "MediaObject", "caption": "MediaObject", "trailer": None}

# Keys that an object of ours never takes from extensions, because the reader gives them a meaning.
RESERVED: Mapping[str, frozenset[str]] = {
    "root": frozenset(
        (
            *PLAIN_KEYS, *OWN_KEYS.values(), *CONCEPT_KEYS.values(), *MEDIA_TYPES, *AGENT_LISTS, *REFERENCE_LISTS,
            *ACCESSIBILITY_LISTS, "accessibilitySummary", "id", "type", "name", "nameMap", "headline", "description",
            "descriptionMap", "abstract", "inLanguage", "license", "image", "thumbnailUrl", "author", "provider",
            "mainEntityOfPage", "educationalAlignment", "video", "audio", "associatedMedia", "contentUrl", "embedUrl",
            "encodingFormat", "contentSize", "bitrate", "sha256", "extensions",
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
    "reference": frozenset(("id", "type", "url", "name", "creator", "author", "license", "provider", "extensions")),
    "provider": frozenset(("id", "type", "url", "name", "extensions")),
    "page": frozenset(("id", "type", "url", "provider", "dateCreated", "dateModified", "extensions")),
}  # fmt: skip

_TERM = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,99}", re.ASCII)
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S+", re.ASCII)
_DEFINED = frozenset({"nameMap", "descriptionMap", "prefLabel", "extensions", "itemListElement"})
_Json = dict[str, Any]


def to_entity(record: ResourceRecord) -> _Json:
    """The record as compact JSON with ``id`` and ``type``, for the scope of ``mainEntity`` in our context.

    What was not stated (licence, language) is left out. What the node keeps about a record (visibility, version, ...)
    is not in it: the envelope says that.
    """
    language = record["defaultLanguage"]
    loose = cast(_Json, record)
    entity: _Json = {"id": record["id"], "type": record["type"], "name": record["name"][language]}
    entity |= {key: loose[key] for key in PLAIN_KEYS if key in loose}
    entity |= {word: loose[key] for key, word in OWN_KEYS.items() if key in loose}
    entity |= _maps(record, language)
    entity |= _stated(record)
    entity |= {word: _concepts(loose[key], key, language) for key, word in CONCEPT_KEYS.items() if key in loose}
    entity |= {key: [_agent(each) for each in loose[key]] for key in AGENT_LISTS if key in loose}
    entity |= {key: [_reference(each) for each in loose[key]] for key in REFERENCE_LISTS if key in loose}
    entity |= {key: [_media(each, kind) for each in loose[key]] for key, kind in MEDIA_TYPES.items() if key in loose}
    if "image" in loose:
        entity["image"] = [_image(each, language) for each in loose["image"]]
    if "mainEntityOfPage" in loose:
        entity["mainEntityOfPage"] = [_page(each) for each in loose["mainEntityOfPage"]]
    entity |= loose.get("accessibility", {})
    return _spread(entity, loose.get("extensions"), "root")


def _maps(record: ResourceRecord, language: str) -> _Json:
    """All languages, where the plain strings cannot say everything."""
    texts = record.get("description", {})
    return {
        **({"nameMap": record["name"]} if len(record["name"]) > 1 else {}),
        **({"description": pick(texts, (), language)} if texts else {}),
        **({"descriptionMap": texts} if texts and (len(texts) > 1 or language not in texts) else {}),
    }


def _stated(record: ResourceRecord) -> _Json:
    """Licence and languages, where somebody stated them; one language as a plain string."""
    languages = record["inLanguage"]
    return {
        **({"license": record["license"]} if record["license"] != NOT_STATED else {}),
        **(
            {"inLanguage": languages[0] if len(languages) == 1 else languages}
            if languages != [UNKNOWN_LANGUAGE]
            else {}
        ),
    }


def _concepts(value: Any, key: str, language: str) -> Any:
    if isinstance(value, dict):
        return _concept(value, language)
    terms = [_concept(each, language) for each in value]
    return [{"type": "EducationalAudience", "educationalRole": term} for term in terms] if key == "audience" else terms


def _concept(concept: Mapping[str, Any], language: str) -> _Json:
    labels = concept.get("prefLabel", {})
    entity: _Json = {
        **({"id": concept["id"]} if "id" in concept else {}),
        "type": ["DefinedTerm", SKOS_CONCEPT] if "type" in concept else "DefinedTerm",
        **({"name": labels[tag]} if (tag := language_of(labels, (language,))) else {}),
        **({"prefLabel": labels} if "prefLabel" in concept else {}),
        **({"inDefinedTermSet": concept["inScheme"]} if "inScheme" in concept else {}),
        **({"termCode": concept["notation"]} if "notation" in concept else {}),
    }
    return _spread(entity, concept.get("extensions"), "concept")


def _agent(agent: Mapping[str, Any]) -> _Json:
    entity = _without(agent, "extensions")
    if "affiliation" in entity:
        entity["affiliation"] = _agent(entity["affiliation"])
    return _spread(entity, agent.get("extensions"), "agent")


def _image(image: Mapping[str, Any], language: str) -> _Json:
    texts = image.get("name", {})
    entity: _Json = {"type": "ImageObject", **_without(image, "extensions", "name")}
    if texts:
        entity["name"] = pick(texts, (), language)
        entity["nameMap"] = texts
    return _spread(entity, image.get("extensions"), "image")


def _media(media: Mapping[str, Any], kind: str | None) -> _Json:
    entity = {**({"type": kind} if kind else {}), **_without(media, "extensions")}
    return _spread(entity, media.get("extensions"), "media")


def _reference(reference: Mapping[str, Any]) -> _Json:
    entity = _without(reference, "extensions")
    if "creator" in entity:
        entity["creator"] = [_agent(each) for each in entity["creator"]]
    if "provider" in entity:
        entity["provider"] = _provider(entity["provider"])
    return _spread(entity, reference.get("extensions"), "reference")


def _provider(provider: Mapping[str, Any]) -> _Json:
    return _spread(_without(provider, "extensions"), provider.get("extensions"), "provider")


def _page(page: Mapping[str, Any]) -> _Json:
    entity = _without(page, "extensions")
    if "provider" in entity:
        entity["provider"] = _provider(entity["provider"])
    return _spread(entity, page.get("extensions"), "page")


def _without(value: Mapping[str, Any], *keys: str) -> _Json:
    return {key: each for key, each in value.items() if key not in keys}


# -- extensions -----------------------------------------------------------------------------------------------------


def _spread(entity: _Json, extensions: Mapping[str, Any] | None, part: str) -> _Json:
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


def is_marked(entity: Mapping[str, Any]) -> bool:
    """Whether an entity was written by :func:`to_entity`, so that its texts are plain and nothing needs guessing."""
    return OWN_KEYS["defaultLanguage"] in entity
