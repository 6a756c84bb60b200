"""Collections: ordered lists of resources with notes, kept by curators who may be at home on several nodes.

A collection is a resource of kind ``collection``, so that it is found, federated and exported as resources are. Its
items are its ``hasPart``; who curates it and whether others may suggest stands in its extensions, which every node
keeps as they are.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from node.domain.records import Reference, ResourceRecord

KIND = "collection"
TYPES = ["LearningResource", "Collection"]
MAX_ITEMS = 500
MAX_SUGGESTED = 20  # that wait for an answer, of one person
MAX_CURATORS = 50
MAX_NOTE = 1_000  # characters in each language
MAX_LANGUAGES = 20  # of a note


@dataclass(frozen=True, slots=True)
class Item:
    """One entry. ``note`` is a map of languages to texts; ``added_by`` the URI of the curator."""

    iri: str
    name: str
    note: Mapping[str, str]
    added_by: str
    added: str


@dataclass(frozen=True, slots=True)
class Curator:
    uri: str
    name: str


def is_collection(record: Mapping[str, Any]) -> bool:
    return record.get("kind") == KIND


def items_of(record: ResourceRecord) -> tuple[Item, ...]:
    """The entries in their order; what others wrote is read as far as it can be."""
    return tuple(_item(each) for each in record.get("hasPart", ()) if "id" in each)


def _item(reference: Reference) -> Item:
    by: Mapping[str, Any] = reference.get("addedBy", {})
    return Item(
        iri=reference["id"],
        name=reference.get("name", ""),
        note=reference.get("note", {}),
        added_by=by.get("id", ""),
        added=reference.get("added", ""),
    )


def curators_of(record: Mapping[str, Any]) -> tuple[Curator, ...]:
    """Who may change it, as its home says."""
    found = record.get("extensions", {}).get("curators", ())
    return tuple(
        Curator(each["id"], str(each.get("name", "")))
        for each in (found if isinstance(found, list) else ())
        if isinstance(each, dict) and isinstance(each.get("id"), str)
    )[:MAX_CURATORS]


def takes_suggestions(record: Mapping[str, Any]) -> bool:
    return record.get("extensions", {}).get("openForSuggestions") is True


def reference_of(item: Item, by_name: str = "") -> Reference:
    """How the record of a collection names an entry."""
    reference: dict[str, Any] = {
        "id": item.iri,
        "name": item.name[:300],
        "note": dict(item.note),
        "addedBy": {"type": "Person", "id": item.added_by, "name": (by_name or item.added_by)[:300]},
        "added": item.added,
    }
    return cast(Reference, {key: value for key, value in reference.items() if value})


def with_contents(record: Mapping[str, Any], items: Sequence[Reference], curators: Sequence[Curator]) -> dict[str, Any]:
    """The record of a collection as its home keeps it: no form and no call says what is in it or who curates it."""
    said = {
        **record.get("extensions", {}),
        "curators": [{"type": "Person", "id": each.uri, "name": each.name} for each in curators],
        "openForSuggestions": takes_suggestions(record),
    }
    types = [*TYPES, *(each for each in record.get("type", ()) if each not in TYPES)]
    rest = {key: value for key, value in record.items() if key != "hasPart"}
    return {**rest, "kind": KIND, "type": types, "extensions": said, **({"hasPart": list(items)} if items else {})}
