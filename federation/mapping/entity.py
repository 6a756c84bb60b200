"""A record as one schema.org/LRMI object: the ``mainEntity`` of what we federate, and the core of our pages' JSON-LD.

Other people's readers find the properties that schema.org defines, with one string where it has one. What a record
knows beyond that rides along: ``nameMap`` and ``descriptionMap`` hold all languages, as in ActivityStreams,
``prefLabel`` all labels of a concept, as in AMB; words of our own carry the prefix ``rz:``. Extensions stand among
the other properties where JSON-LD can bear it, else as one JSON literal under ``extensions``.
``federation.mapping.entity_reader`` is the way back; together they lose nothing.
"""

from collections.abc import Mapping
from typing import Any, cast

from federation.mapping.course import to_course
from federation.mapping.entity_parts import (
    CONCEPT_KEYS,
    MEDIA_TYPES,
    OWN_KEYS,
    PLAIN_KEYS,
    agent_entity,
    concepts_entity,
    image_entity,
    media_entity,
    page_entity,
    reference_entity,
    spread,
    without,
)
from federation.mapping.pathway import to_steps
from node.domain.licences import NOT_STATED
from node.domain.records import AGENT_LISTS, REFERENCE_LISTS, ResourceRecord
from node.domain.text import UNKNOWN_LANGUAGE, pick

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
    entity |= {word: concepts_entity(loose[key], key, language) for key, word in CONCEPT_KEYS.items() if key in loose}
    entity |= {key: [agent_entity(each) for each in loose[key]] for key in AGENT_LISTS if key in loose}
    entity |= {key: [reference_entity(each) for each in loose[key]] for key in REFERENCE_LISTS if key in loose}
    if steps := to_steps(loose):
        entity = {**without(entity, "hasPart"), **steps}
    entity |= {
        key: [media_entity(each, kind) for each in loose[key]] for key, kind in MEDIA_TYPES.items() if key in loose
    }
    if "image" in loose:
        entity["image"] = [image_entity(each, language) for each in loose["image"]]
    if "mainEntityOfPage" in loose:
        entity["mainEntityOfPage"] = [page_entity(each) for each in loose["mainEntityOfPage"]]
    entity |= loose.get("accessibility", {})
    entity |= to_course(loose, language)
    return spread(entity, loose.get("extensions"), "root")


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


def is_marked(entity: Mapping[str, Any]) -> bool:
    """Whether an entity was written by :func:`to_entity`, so that its texts are plain and nothing needs guessing."""
    return OWN_KEYS["defaultLanguage"] in entity
