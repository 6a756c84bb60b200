"""AMB, the metadata profile of German-speaking education catalogues: JSON to record, record to JSON.

Version 20231019. Reading follows the published schema, with one tolerance: a date-time without offset, as a published
example has it, is read as UTC with a warning. Writing follows the prose too where it is stricter, invents nothing and
leaves out what the profile cannot say; what was left out is told, for the record's page.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, cast

import schemas
from federation.mapping.mending import mend
from federation.mapping.reading import Reading, as_problem, graded, rejected
from federation.mapping.schema_values import extensions_of, present, with_offset
from node.domain.licences import NOT_STATED
from node.domain.records import (
    AGENT_LISTS,
    CONCEPT_LISTS,
    CONCEPTS,
    KEPT_BY_NODE,
    REFERENCE_LISTS,
    ResourceRecord,
)
from node.domain.text import UNKNOWN_LANGUAGE, by_two_letters, pick, primary
from node.domain.vocabularies import AUDIENCE_ROLE
from node.errors import Problem

AMB_CONTEXT = "https://w3id.org/kim/amb/context.jsonld"
_Json = dict[str, Any]

_SAME = ("keywords", "isAccessibleForFree", "dateCreated", "datePublished", "dateModified", "duration")
_DATES = ("dateCreated", "datePublished", "dateModified")
_AMB_CONCEPT_LISTS = tuple(key for key in CONCEPT_LISTS if key not in {"educationalUse", "learningForm"})


# -- reading --------------------------------------------------------------------------------------------------------


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
    language = next(each["@language"] for each in contexts if isinstance(each, dict) and "@language" in each)
    record: _Json = {
        "id": rest.pop("id"),
        "type": rest.pop("type"),
        "name": {language: rest.pop("name")},
        "defaultLanguage": language,
        **({"description": {language: rest.pop("description")}} if "description" in rest else {}),
        **{key: rest.pop(key) for key in _SAME if key in rest},
    }
    record |= {key: _read[key](rest.pop(key)) for key in _read if key in rest}
    record |= {key: [_concept(each) for each in rest.pop(key)] for key in _AMB_CONCEPT_LISTS if key in rest}
    record |= {key: _concept(rest.pop(key)) for key in CONCEPTS if key in rest}
    record |= {key: [_agent(each) for each in rest.pop(key)] for key in AGENT_LISTS if key in rest}
    for key in _DATES:
        if key in record:
            record[key] = _instant(record[key], f"$.{key}", warnings)
    for place, page in enumerate(record.get("mainEntityOfPage", ())):
        for key in _DATES:
            if key in page:
                page[key] = _instant(page[key], f"$.mainEntityOfPage[{place}].{key}", warnings)
    if contexts != _contexts(language):
        rest["extensions"] = {"@context": contexts}
    return graded(record | present(extensions=extensions_of(rest)), warnings)


def _contexts(language: str) -> list[Any]:
    return [AMB_CONTEXT, {"@language": language}]


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


# -- writing --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Export:
    """An AMB document, None where not even the name could be said.

    ``left_out`` are the keys of the record of which something could not be carried, ``missing`` those that the profile
    asks for and the document lacks.
    """

    document: dict[str, Any] | None
    left_out: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


def write_amb(record: ResourceRecord, *, page: Mapping[str, Any] | None = None) -> Export:
    """The record as a valid AMB document. ``page``: the node's own entry for ``mainEntityOfPage``."""
    language = _language_of(record)
    if language is None:
        return Export(None, ("defaultLanguage",), _WANTED)
    loose = cast(_Json, record)
    document: _Json = {
        "@context": _contexts_of(record, language),
        "id": record["id"],
        "type": record["type"],
        "name": pick(record["name"], (language,), record["defaultLanguage"]),
        **({"license": {"id": record["license"]}} if record["license"] != NOT_STATED else {}),
        **({"inLanguage": languages} if (languages := _two_letters(record["inLanguage"])) else {}),
        **{key: loose[key] for key in _SAME if key in loose},
        **{key: write(loose[key], language) for key, write in _WRITE.items() if loose.get(key)},
        **{key: [] for key in _MAY_BE_EMPTY if loose.get(key) == []},
    }
    if page:
        document["mainEntityOfPage"] = [*document.get("mainEntityOfPage", []), dict(page)]
    extensions = record.get("extensions", {})
    document |= {key: each for key, each in extensions.items() if key not in document and not key.startswith("@")}
    return _fitted(document, loose)


def _fitted(document: _Json, record: _Json) -> Export:
    """Takes out what the profile refuses: its own schema is what decides."""
    given = {key for key, value in document.items() if value == []}
    findings = mend("amb", document, keep=_REQUIRED)
    for key in [key for key, value in document.items() if value == [] and key not in given]:
        del document[key]
    lost = {finding.keys[0] for finding in findings if finding.keys}
    said = _stated(record)
    left_out = tuple(
        key for key in said if key not in document or key in lost or _count(document, key) < _count(said, key)
    )
    return Export(
        None if schemas.check("amb", document) else document,
        left_out,
        tuple(key for key in _WANTED if not document.get(key)),
    )


def _stated(record: _Json) -> _Json:
    """What the record says that a profile could be expected to carry."""
    unstated = {"license"} if record["license"] == NOT_STATED else set()
    unstated |= {"inLanguage"} if record["inLanguage"] == [UNKNOWN_LANGUAGE] else set()
    return {key: value for key, value in record.items() if key not in _UNCOUNTED | unstated}


def _count(values: _Json, key: str) -> int:
    return len(values[key]) if isinstance(values.get(key), list) else int(key in values)


_REQUIRED = frozenset({"@context", "id", "name"})
_WANTED = ("description", "about", "learningResourceType", "license", "inLanguage", "creator")
_MAY_BE_EMPTY = (*_AMB_CONCEPT_LISTS, *AGENT_LISTS, "caption", "encoding", *REFERENCE_LISTS, "mainEntityOfPage")
_UNCOUNTED = KEPT_BY_NODE | {"defaultLanguage", "extensions", "visibility", "kind"}


def _language_of(record: ResourceRecord) -> str | None:
    """The two letters for all plain strings; a document without them cannot name anything."""
    tags = map(primary, (record["defaultLanguage"], *record["name"], *record["inLanguage"]))
    return next((tag for tag in tags if tag in _languages()), None)


@cache
def _languages() -> frozenset[str]:
    return frozenset(schemas.load("amb-language")["enum"])


def _two_letters(tags: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(primary(tag) for tag in tags if primary(tag) in _languages()))


def _contexts_of(record: ResourceRecord, language: str) -> list[Any]:
    """The contexts that the document came with, where they still fit."""
    contexts: Any = record.get("extensions", {}).get("@context")
    fits = isinstance(contexts, list) and AMB_CONTEXT in contexts and {"@language": language} in contexts
    return list(contexts) if fits else _contexts(language)


# Forms of IRIs that the profile's schema insists on, whichever of http and https a vocabulary uses itself.
_FORMS = {
    "https://w3id.org/kim/conditionsOfAccess/": "http://w3id.org/kim/conditionsOfAccess/",
    "https://w3id.org/kim/schulfaecher/": "http://w3id.org/kim/schulfaecher/",
    "https://w3id.org/openeduhub/": "http://w3id.org/openeduhub/",
    "http://w3id.org/kim/educationalLevel/": "https://w3id.org/kim/educationalLevel/",
    "http://w3id.org/kim/hochschulfaechersystematik/": "https://w3id.org/kim/hochschulfaechersystematik/",
    "http://w3id.org/kim/hcrt/": "https://w3id.org/kim/hcrt/",
}


def _open(part: Mapping[str, Any], **parts: Any) -> _Json:
    """A part with its extensions beside its keys, as the profile accepts them; ``parts`` replace what is there."""
    known = {key: value for key, value in part.items() if key != "extensions"}
    return {**part.get("extensions", {}), **known, **present(**parts)}


def _write_concepts(values: Any, language: str) -> Any:
    if isinstance(values, dict):
        return _write_concept(values, language)
    return [_write_concept(each, language) for each in values]


def _write_concept(value: Mapping[str, Any], _: str) -> _Json:
    concept = _open(value)
    if "id" in concept:
        start = next((each for each in _FORMS if concept["id"].startswith(each)), "")
        concept["id"] = _FORMS.get(start, "") + concept["id"][len(start) :]
    if concept.get("prefLabel"):
        labels = by_two_letters(concept.pop("prefLabel"))
        concept |= {"prefLabel": labels} if labels else {}
    concept.pop("notation", None)
    return concept


def _write_audience(values: Any, language: str) -> Any:
    """The profile's text asks for LRMI roles, which its schema does not."""
    return [_write_concept(each, language) for each in values if each.get("id", "").startswith(AUDIENCE_ROLE)]


def _write_agent(value: Any) -> _Json:
    affiliation = value.get("affiliation")
    return _open(value, affiliation=_open(affiliation) if affiliation else None)


def _write_media(value: Any) -> _Json:
    return {**_open(value), "type": "MediaObject"}


def _write_reference(value: Any) -> _Json:
    return _open(
        value,
        license={"id": value["license"]} if "license" in value else None,
        creator=[_write_agent(each) for each in value["creator"]] if "creator" in value else None,
        provider=_open(value["provider"]) if "provider" in value else None,
    )


def _write_page(value: Any) -> _Json:
    return _open(value, provider=_open(value["provider"]) if "provider" in value else None)


def _all(write: Callable[[Any], Any]) -> Callable[[Any, str], Any]:
    return lambda values, _: [write(each) for each in values]


_WRITE: Mapping[str, Callable[[Any, str], Any]] = {
    "description": lambda texts, language: pick(texts, (language,)),
    **dict.fromkeys((*_AMB_CONCEPT_LISTS, *CONCEPTS), _write_concepts),
    "audience": _write_audience,
    **dict.fromkeys(AGENT_LISTS, _all(_write_agent)),
    "image": lambda values, _: values[0]["contentUrl"],
    "trailer": lambda values, _: _open(values[0]),
    "caption": _all(_write_media),
    "encoding": _all(_write_media),
    **dict.fromkeys(REFERENCE_LISTS, _all(_write_reference)),
    "mainEntityOfPage": _all(_write_page),
}
