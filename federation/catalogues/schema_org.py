"""schema.org JSON-LD: what pages and catalogues publish, read to records; records, written for the head of our pages.

Contexts are never loaded (HAR2): terms are known by their names, with or without prefix. Reading takes ``@graph``
lists with references between their nodes, strings for objects, one for many. Writing says what search engines
understand, in the record's default language, and nothing else.
"""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urljoin

from federation.mapping.entity import to_entity
from federation.mapping.entity_parts import CONCEPT_KEYS, SKOS_CONCEPT
from federation.mapping.entity_reader import read_entity
from federation.mapping.reading import Reading, graded, rejected
from federation.mapping.schema_values import RESOURCE_TYPES, as_list, is_iri_text, normalised, texts_of
from node.domain.courses import offers_of
from node.domain.records import Instance, ResourceRecord
from node.errors import Problem
from node.text.descriptions import with_plain_texts
from schemas import shown
from schemas.formats import is_language_tag

CONTEXT = "https://schema.org"
MAX_NODES = 10_000
_PAGES = frozenset({"WebPage", "WebContent", "Collection", "ItemList", "ImageObject", "MediaObject", "CreativeWork"})
_Json = dict[str, Any]


# -- reading --------------------------------------------------------------------------------------------------------


def is_schema_org(document: Mapping[str, Any]) -> bool:
    """Whether a document speaks of schema.org: its context says so, or it is a graph or a typed node of JSON-LD."""
    return "schema.org" in str(document.get("@context", ""))[:2000] or "@graph" in document or "@type" in document


def read_schema_org(document: Mapping[str, Any]) -> Iterator[Reading]:
    """Every learning resource of a document, in its order; one rejected reading where there is none.

    Of a graph that has real resources, bare pages, pictures and lists around them are left aside.
    """
    nodes = [normalised(each) for each in _nodes(document) if isinstance(each, dict)]
    language = _language(document.get("@context"))
    known = {each["id"]: each for each in nodes if isinstance(each.get("id"), str)}
    chosen = _resources(nodes)
    if not chosen:
        types = [name for each in nodes for name in texts_of(each.get("type"))]
        found = ", ".join(types[:5])[:100] or "no type"
        yield rejected(Problem("$", "an object of a schema.org type such as LearningResource", found))
    for node in chosen:
        yield _read_node(_resolved(node, known), language)


def _nodes(document: Mapping[str, Any]) -> list[Any]:
    if "@graph" not in document:
        return [document]
    return list(as_list(document["@graph"]))[:MAX_NODES]


def _language(context: Any) -> str | None:
    """The language that the context declares for plain strings."""
    declared = (each.get("@language") for each in as_list(context) if isinstance(each, dict))
    return next((each for each in declared if isinstance(each, str) and is_language_tag(each)), None)


def _resources(nodes: list[_Json]) -> list[_Json]:
    typed = [(set(texts_of(each.get("type"))) & RESOURCE_TYPES, each) for each in nodes]
    found = [node for types, node in typed if types - _PAGES]
    return found or [node for types, node in typed if types]


def _resolved(node: _Json, known: Mapping[str, _Json]) -> _Json:
    """The node with the nodes that it refers to by id alone in their places, one level deep."""
    return {
        key: [_looked_up(each, known) for each in value] if isinstance(value, list) else _looked_up(value, known)
        for key, value in node.items()
    }


def _looked_up(value: Any, known: Mapping[str, _Json]) -> Any:
    if isinstance(value, dict) and set(value) == {"id"} and isinstance(value["id"], str):
        return known.get(value["id"], value)
    return value


def _read_node(node: _Json, language: str | None) -> Reading:
    identifier = node.get("id")
    if isinstance(identifier, str) and not is_iri_text(identifier) and is_iri_text(node.get("url")):
        node["id"] = urljoin(node["url"], identifier) if identifier.startswith("#") else node["url"]
    candidate, warnings = read_entity(node, language=language)
    if not is_iri_text(candidate.get("id")):
        problem = Problem('$["@id"]', "a stable id: an absolute @id, url or identifier", _found(identifier))
        return rejected(problem, identifier=identifier if isinstance(identifier, str) else None)
    return graded(candidate, warnings)


def _found(identifier: Any) -> str:
    return "nothing" if identifier is None else shown(identifier)


# -- writing --------------------------------------------------------------------------------------------------------


def write_json_ld(
    record: ResourceRecord, *, page_url: str | None = None, rating_sum: int = 0, ratings: int = 0
) -> dict[str, Any]:
    """The record as one JSON-LD object for its page. The text must be escaped before it stands in a ``script``.

    ``page_url`` stands as ``url`` where the record has none of its own; ``rating_sum`` of so many ``ratings`` from 1 to
    5 that everybody may read.
    """
    entity = to_entity(with_plain_texts(record))
    audience = [each["educationalRole"]["name"] for each in entity.pop("audience", []) if _is_named(each)]
    forms = [each["id"] for each in entity.pop(_LEARNING_FORM, []) if "id" in each]
    access = entity.pop("conditionsOfAccess", None)
    if instances := entity.get("hasCourseInstance"):
        said = {each["id"]: each for each in record["hasCourseInstance"]}
        entity["hasCourseInstance"] = [_held(each, said[each["id"]], record) for each in instances]
    document = _public(entity)
    document |= {"url": page_url} if page_url and "url" not in document else {}
    document |= {"author": document["creator"]} if document.get("creator") else {}
    document |= {"additionalType": forms} if forms else {}
    document |= {"conditionsOfAccess": access.get("name") or access.get("id")} if access else {}
    if ratings:
        document["aggregateRating"] = {
            "@type": "AggregateRating",
            "ratingValue": round(rating_sum / ratings, 1),
            "ratingCount": ratings,
            "bestRating": 5,
            "worstRating": 1,
        }
    if audience:
        document["audience"] = [{"@type": "EducationalAudience", "educationalRole": role} for role in audience]
    return {"@context": CONTEXT, **document}


def _held(entity: _Json, instance: Instance, record: ResourceRecord) -> _Json:
    """An instance with what search engines ask for: its offer, also where that is nothing, and its workload.

    Their words for modes begin with a capital letter.
    """
    workload = instance.get("courseWorkload") or record.get("workload")
    offers = [{"type": "Offer", **each} for each in offers_of(record, instance)]
    return {
        **entity,
        **({"courseMode": [mode.capitalize() for mode in entity["courseMode"]]} if "courseMode" in entity else {}),
        **({"courseWorkload": workload} if workload else {}),
        **({"offers": offers} if offers else {}),
    }


_LEARNING_FORM = CONCEPT_KEYS["learningForm"]
_PRIVATE = frozenset({"nameMap", "descriptionMap", "prefLabel", "extensions"})


def _is_named(audience: Mapping[str, Any]) -> bool:
    return "name" in audience["educationalRole"]


def _public(value: Any) -> Any:
    """JSON-LD without words of our own and without empty lists."""
    if isinstance(value, list):
        return [_public(each) for each in value]
    if not isinstance(value, dict):
        return value
    kept = {key: each for key, each in value.items() if key not in _PRIVATE and not key.startswith("rz:")}
    said = {key: _public(each) for key, each in kept.items() if each != []}
    found = {f"@{key}" if key in {"id", "type"} else key: each for key, each in said.items()}
    if "@type" in found:
        found["@type"] = _only([name for name in as_list(found["@type"]) if name != SKOS_CONCEPT])
    return found


def _only(values: list[Any]) -> Any:
    return values[0] if len(values) == 1 else values
