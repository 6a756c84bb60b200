"""AMB, the metadata profile of German-speaking education catalogues (version 20231019): JSON to record.

The published schema decides, with one tolerance: a date-time without offset, as a published example has it, is read
as UTC with a warning. ``federation.catalogues.amb_export`` is the way back.
"""

from collections.abc import Callable, Mapping
from typing import Any

import schemas
from federation.mapping.reading import Reading, as_problem, graded, rejected
from federation.mapping.schema_values import extensions_of, present, with_offset
from node.domain.records import AGENT_LISTS, CONCEPT_LISTS, CONCEPTS
from node.errors import Problem
from schemas.formats import is_language_tag

AMB_CONTEXT = "https://w3id.org/kim/amb/context.jsonld"
_Json = dict[str, Any]

SAME_KEYS = ("keywords", "isAccessibleForFree", "dateCreated", "datePublished", "dateModified", "duration")
_DATES = ("dateCreated", "datePublished", "dateModified")
CONCEPT_KEYS = tuple(key for key in CONCEPT_LISTS if key not in {"educationalUse", "learningForm"})


def is_amb(document: Mapping[str, Any]) -> bool:
    """Whether a document claims to follow the profile: its context names it."""
    contexts = document.get("@context")
    named = contexts if isinstance(contexts, list) else [contexts]
    return any(isinstance(each, str) and "w3id.org/kim/amb/" in each for each in named)


def read_amb(document: Mapping[str, Any]) -> Reading:
    """The record of an AMB document; rejected with every reason where the profile's schema refuses it."""
    identifier = document.get("id") if isinstance(document.get("id"), str) else None
    findings = schemas.check("amb-import", document)
    if findings:
        return rejected(*map(as_problem, findings), identifier=identifier)
    warnings: list[Problem] = []
    rest = {key: value for key, value in document.items() if value is not None}
    contexts = rest.pop("@context")
    language = next(
        filter(is_language_tag, (str(each.get("@language")) for each in contexts if isinstance(each, dict)))
    )
    record: _Json = {
        "id": rest.pop("id"),
        "type": rest.pop("type"),
        "name": {language: rest.pop("name")},
        "defaultLanguage": language,
        **({"description": {language: rest.pop("description")}} if "description" in rest else {}),
        **{key: rest.pop(key) for key in SAME_KEYS if key in rest},
    }
    record |= {key: _read[key](rest.pop(key)) for key in _read if key in rest}
    record |= {key: [_concept(each) for each in rest.pop(key)] for key in CONCEPT_KEYS if key in rest}
    record |= {key: _concept(rest.pop(key)) for key in CONCEPTS if key in rest}
    record |= {key: [_agent(each) for each in rest.pop(key)] for key in AGENT_LISTS if key in rest}
    _give_offsets(record, warnings)
    if contexts != plain_context(language):
        rest["extensions"] = {"@context": contexts}
    return graded(record | present(extensions=extensions_of(rest)), warnings)


def plain_context(language: str) -> list[Any]:
    """The context of a document that declares nothing but its language."""
    return [AMB_CONTEXT, {"@language": language}]


def _give_offsets(record: _Json, warnings: list[Problem]) -> None:
    pages = [(f"$.mainEntityOfPage[{place}].", page) for place, page in enumerate(record.get("mainEntityOfPage", ()))]
    for start, part in [("$.", record), *pages]:
        for key in _DATES:
            if key in part:
                part[key] = _instant(part[key], f"{start}{key}", warnings)


def _instant(value: str, path: str, warnings: list[Problem]) -> str:
    fixed: str = with_offset(value)
    if fixed != value:
        warnings.append(Problem(path, "an instant with its offset", f"{schemas.shown(value)}, read as UTC"))
    return fixed


def _part(value: Mapping[str, Any], *known: str, **other: Any) -> _Json:
    """The known keys of a part as they are, the rest as its extensions."""
    rest = {key: each for key, each in value.items() if key not in known and key not in other}
    found = {key: value[key] for key in known if value.get(key) is not None}
    return found | present(**other, extensions=extensions_of(rest))


def _concept(value: Mapping[str, Any]) -> _Json:
    return _part(value, "id", "type", "prefLabel", "inScheme")


def _agent(value: Mapping[str, Any]) -> _Json:
    affiliation = value.get("affiliation")
    return _part(
        value,
        "type",
        "name",
        "id",
        "honorificPrefix",
        affiliation=None if affiliation is None else _affiliation(affiliation),
    )


def _affiliation(value: Mapping[str, Any]) -> _Json:
    return _part(value, "type", "name", "id")


def _media(value: Mapping[str, Any]) -> _Json:
    known = ("contentUrl", "embedUrl", "name", "inLanguage", "encodingFormat", "contentSize", "bitrate", "sha256")
    return _part(value, *known, type=None)


def _trailer(value: Mapping[str, Any]) -> _Json:
    return {"type": value.get("type"), **_media(value)}


def _caption(value: Mapping[str, Any]) -> _Json:
    return _part(value, "id", "inLanguage", "encodingFormat", type=None)


def _reference(value: Mapping[str, Any]) -> _Json:
    licence, creators, provider = (value.get(key) for key in ("license", "creator", "provider"))
    return _part(
        value,
        "id",
        "type",
        "name",
        license=licence["id"] if isinstance(licence, dict) else licence,
        creator=[_agent(each) for each in creators] if creators is not None else None,
        provider=_provider(provider) if provider is not None else None,
    )


def _provider(value: Mapping[str, Any]) -> _Json:
    return _part(value, "id", "type", "name")


def _page(value: Mapping[str, Any]) -> _Json:
    provider = value.get("provider")
    return _part(
        value,
        "id",
        "type",
        "dateCreated",
        "dateModified",
        provider=_provider(provider) if provider is not None else None,
    )


def _each(read: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda values: [read(each) for each in values]


_read: Mapping[str, Callable[[Any], Any]] = {
    "license": lambda value: value["id"],
    "inLanguage": list,
    "image": lambda value: [{"contentUrl": value}],
    "trailer": lambda value: [_trailer(value)],
    "caption": _each(_caption),
    "encoding": _each(_media),
    "isBasedOn": _each(_reference),
    "isPartOf": _each(_reference),
    "hasPart": _each(_reference),
    "mainEntityOfPage": _each(_page),
}
