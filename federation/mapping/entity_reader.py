"""From a schema.org/LRMI object, ours or anybody's, to the record that it describes.

What :mod:`federation.mapping.entity` wrote comes back unchanged. Of everybody else's objects it takes what can be
told: strings or objects, one or many, the older names of properties, licences and vocabulary terms in words. What it
has no key for becomes an extension. It never fails: parts that fit nothing are left for ``reading.graded`` to drop.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from federation.mapping.concept_reader import read_concepts
from federation.mapping.course_reader import read_course
from federation.mapping.entity import is_marked
from federation.mapping.entity_parts import OWN_KEYS, PLAIN_KEYS
from federation.mapping.entity_texts import Texts
from federation.mapping.media_reader import read_media
from federation.mapping.pathway import kind_of_list, read_steps
from federation.mapping.reference_reader import read_agents, read_reference, read_references
from federation.mapping.schema_values import (
    TRUTH,
    as_list,
    extensions_of,
    first,
    language_tag,
    normalised,
    present,
    resource_types,
    texts_of,
    words,
)
from node.domain.courses import COURSE
from node.domain.records import ACCESSIBILITY_LISTS
from node.domain.text import UNKNOWN_LANGUAGE
from node.errors import Problem
from schemas.formats import is_iri, is_language_tag

_Json = dict[str, Any]
_ALIASES: Mapping[str, str] = {
    "name": "headline",
    "description": "abstract",
    "creator": "author",
    "publisher": "provider",
    "image": "thumbnailUrl",
}


def read_entity(entity: Mapping[str, Any], *, language: str | None = None) -> tuple[_Json, list[Problem]]:
    """A candidate record for ``reading.graded``, and what had to be understood rather than read.

    ``language`` is that of plain strings where the object itself does not say.
    """
    rest = dict(normalised(entity))  # every step takes out what it has understood; what is left are extensions
    languages = [each for each in map(language_tag, as_list(rest.pop("inLanguage", None))) if each]
    told = (rest.get(OWN_KEYS["defaultLanguage"]), language, *languages, UNKNOWN_LANGUAGE)
    spoken = next(each for each in told if isinstance(each, str) and is_language_tag(each))
    said = Texts(spoken, is_marked=is_marked(rest))
    is_course = COURSE in texts_of(rest.get("type"))
    _use_new_names(rest, is_course=is_course)
    types = rest.pop("type", None)
    record: _Json = {"id": _identity(rest), "type": resource_types(types)}
    record["name"] = said.texts(rest, "name", "nameMap")
    record["description"] = said.texts(rest, "description", "descriptionMap")
    record |= {key: rest.pop(word, None) for key, word in OWN_KEYS.items()}
    record |= {key: rest.pop(key, None) for key in PLAIN_KEYS}
    record |= {"inLanguage": languages or None, "license": said.licence(rest)}
    if steps := read_steps(rest, lambda each: read_reference(said, each)):
        record["kind"] = record["kind"] or kind_of_list(types)
    for step in _STEPS:
        record |= step(said, rest)
    record |= steps
    if is_course:
        record |= read_course(said, rest, record["id"])
    _tidy(said, record)
    record["extensions"] = extensions_of(rest)
    return {key: value for key, value in record.items() if value is not None}, said.warnings


def _use_new_names(rest: _Json, *, is_course: bool) -> None:
    for key, alias in _ALIASES.items():
        if is_course and alias == "provider":
            continue  # courses have both
        if alias in rest and rest.get(key, rest[alias]) == rest[alias]:
            rest[key] = rest.pop(alias)


def _identity(rest: _Json) -> Any:
    given = rest.pop("id", None)
    named = [given, rest.get("url"), *as_list(rest.get("identifier"))]
    return next((each for each in named if isinstance(each, str) and is_iri(each)), given)


def _accessibility(said: Texts, rest: _Json) -> _Json:
    found: _Json = {key: words(rest.pop(key, None)) for key in ACCESSIBILITY_LISTS}
    found["accessibilitySummary"] = said.text(rest.pop("accessibilitySummary", None))
    return {"accessibility": present(**found) or None}


_STEPS: Sequence[Callable[[Texts, _Json], _Json]] = (
    read_concepts,
    read_agents,
    read_media,
    read_references,
    _accessibility,
)


def _tidy(said: Texts, record: _Json) -> None:
    if isinstance(record["keywords"], str):
        record["keywords"] = [word.strip() for word in record["keywords"].replace(";", ",").split(",") if word.strip()]
    elif record["keywords"] is not None:
        texts = (each if isinstance(each, str) else _keyword(said, each) for each in as_list(record["keywords"]))
        record["keywords"] = [each for each in texts if each]
    if isinstance(record["isAccessibleForFree"], str):
        record["isAccessibleForFree"] = TRUTH.get(record["isAccessibleForFree"].lower())
    for key in ("dateCreated", "datePublished", "dateModified"):
        record[key] = said.instant(f"$.{key}", record[key])
    record["url"] = _address(record["url"])


def _keyword(said: Texts, value: Any) -> str | None:
    return said.text(value.get("name")) if isinstance(value, dict) and "name" in value else said.text(value)


def _address(value: Any) -> Any:
    only = first(value)
    return only.get("id") if isinstance(only, dict) else only
