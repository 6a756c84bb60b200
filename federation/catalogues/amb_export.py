"""Records as AMB documents.

Nothing is invented, and what the profile cannot say is left out: its schema decides, and where its text asks for more,
the text does. What stayed behind and what the profile would like to have is told, for the record's page.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, cast

import schemas
from federation.catalogues.amb import AMB_CONTEXT, CONCEPT_KEYS, SAME_KEYS, plain_context
from federation.mapping.mending import mend
from federation.mapping.schema_values import present
from node.domain.licences import NOT_STATED
from node.domain.pathways import LIST, is_pathway
from node.domain.records import AGENT_LISTS, CONCEPTS, KEPT_BY_NODE, REFERENCE_LISTS, ResourceRecord
from node.domain.text import UNKNOWN_LANGUAGE, by_two_letters, pick, primary
from node.domain.vocabularies import AUDIENCE_ROLE
from node.text.descriptions import with_plain_texts

_Json = dict[str, Any]


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
    record = with_plain_texts(record)
    loose = cast(_Json, record)
    document: _Json = {
        "@context": _contexts_of(record, language),
        "id": record["id"],
        "type": _types_of(record),
        "name": pick(record["name"], (language,), record["defaultLanguage"]),
        **({"license": {"id": record["license"]}} if record["license"] != NOT_STATED else {}),
        **({"inLanguage": languages} if (languages := _two_letters(record["inLanguage"])) else {}),
        **{key: loose[key] for key in SAME_KEYS if key in loose},
        **{key: write(loose[key], language) for key, write in _WRITE.items() if loose.get(key)},
        **_offered(loose),
        **{key: [] for key in _MAY_BE_EMPTY if loose.get(key) == []},
    }
    if page:
        document["mainEntityOfPage"] = [*document.get("mainEntityOfPage", []), dict(page)]
    extensions = record.get("extensions", {})
    document |= {key: each for key, each in extensions.items() if key not in document and not key.startswith("@")}
    return _fitted(document, loose)


def _types_of(record: ResourceRecord) -> list[str]:
    """A pathway is a collection to the profile, which has no lists with an order."""
    return [AMB_LIST if is_pathway(record) and each == LIST else each for each in record["type"]]


def _offered(record: _Json) -> _Json:
    """Who offers a course is its publisher to the profile, which knows neither providers nor dates of courses."""
    is_lacking = "provider" in record and not record.get("publisher")
    return {"publisher": [_write_agent(record["provider"])]} if is_lacking else {}


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
    unstated |= {"provider"} if not record.get("publisher") else set()
    unstated |= {"inLanguage"} if record["inLanguage"] == [UNKNOWN_LANGUAGE] else set()
    return {key: value for key, value in record.items() if key not in _UNCOUNTED | unstated}


def _count(values: _Json, key: str) -> int:
    return len(values[key]) if isinstance(values.get(key), list) else int(key in values)


_REQUIRED = frozenset({"@context", "id", "name"})
_WANTED = ("description", "about", "learningResourceType", "license", "inLanguage", "creator")
_MAY_BE_EMPTY = (*CONCEPT_KEYS, *AGENT_LISTS, "caption", "encoding", *REFERENCE_LISTS, "mainEntityOfPage")
_UNCOUNTED = KEPT_BY_NODE | {"defaultLanguage", "extensions", "visibility", "community", "kind"}


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
    return list(contexts) if fits else plain_context(language)


# Forms of IRIs that the profile's schema insists on, whichever of http and https a vocabulary uses itself.
_FORMS = {
    "https://w3id.org/kim/conditionsOfAccess/": "http://w3id.org/kim/conditionsOfAccess/",
    "https://w3id.org/kim/schulfaecher/": "http://w3id.org/kim/schulfaecher/",
    "https://w3id.org/openeduhub/": "http://w3id.org/openeduhub/",
    "http://w3id.org/kim/educationalLevel/": "https://w3id.org/kim/educationalLevel/",
    "http://w3id.org/kim/hochschulfaechersystematik/": "https://w3id.org/kim/hochschulfaechersystematik/",
    "http://w3id.org/kim/hcrt/": "https://w3id.org/kim/hcrt/",
}


_PART_KEYS = frozenset(
    {
        "id", "type", "name", "prefLabel", "inScheme", "honorificPrefix", "affiliation", "contentUrl", "embedUrl",
        "encodingFormat", "contentSize", "bitrate", "sha256", "inLanguage", "creator", "license", "provider",
        "dateCreated", "dateModified",
    }
)  # fmt: skip


AMB_LIST = "Collection"
#: What pathways and collections of ours say of an entry beside what it is.
_OF_LISTS = frozenset({"note", "addedBy", "added", "step"})


def _open(part: Mapping[str, Any], **parts: Any) -> _Json:
    """A part with its extensions beside its keys, as the profile accepts them; ``parts`` replace what is there.

    An extension never speaks for a key of the profile.
    """
    known = {key: value for key, value in part.items() if key != "extensions"}
    beside = {key: value for key, value in part.get("extensions", {}).items() if key not in _PART_KEYS}
    return {**beside, **known, **present(**parts)}


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
        {key: part for key, part in value.items() if key not in _OF_LISTS},
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
    **dict.fromkeys((*CONCEPT_KEYS, *CONCEPTS), _write_concepts),
    "audience": _write_audience,
    **dict.fromkeys(AGENT_LISTS, _all(_write_agent)),
    "image": lambda values, _: values[0]["contentUrl"],
    "trailer": lambda values, _: _open(values[0]),
    "caption": _all(_write_media),
    "encoding": _all(_write_media),
    **dict.fromkeys(REFERENCE_LISTS, _all(_write_reference)),
    "mainEntityOfPage": _all(_write_page),
}
