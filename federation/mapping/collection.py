"""Collections: one page of a peer's read, ours written.

Peers put ``items`` or ``orderedItems`` on the collection itself or on its pages, as lists or single values, ids or
objects, with the first page embedded or linked; all of that is one ``Page`` here. Walking from page to page, with its
limits, is for whoever fetches.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from federation import jsonld
from federation.jsonld import Doc
from federation.vocab import COLLECTION_TYPES
from node.domain.uris import is_web_uri, same_origin
from node.errors import Malformed


@dataclass(frozen=True, slots=True)
class Page:
    """What one document says of a collection. ``next`` is empty on the last page."""

    id: str
    refs: tuple[str, ...]  # ids of all items, embedded ones included
    objects: tuple[dict[str, Any], ...]  # items that are embedded, in our words
    next: str = ""
    total: int | None = None
    owner: str = ""  # ``attributedTo``


def read_page(document: object) -> Page:
    """The items of a collection or page, and where it goes on.

    A ``next`` on another origin than the collection is left out (a page of a stranger proves nothing about it).
    Raises ``Malformed`` for what is no collection.
    """
    doc = jsonld.read(document)
    if COLLECTION_TYPES.isdisjoint(doc.types):
        raise Malformed("This is not a collection.", detail=doc.type[:100])
    first = doc.child("first")
    source = first if first is not None and not _has_items(doc) else doc
    onward = source.ref("next")
    if not onward and first is None and not _has_items(doc):
        onward = doc.ref("first")
    base = doc.id or source.ref("partOf")
    term = "orderedItems" if source.has("orderedItems") else "items"
    return Page(
        id=doc.id,
        refs=tuple(filter(is_web_uri, source.refs(term))),
        objects=tuple([each.document for each in source.objects(term)]),
        next=onward if same_origin(onward, base) else "",
        total=doc.number("totalItems"),
        owner=doc.ref("attributedTo"),
    )


def _has_items(doc: Doc) -> bool:
    return doc.has("items") or doc.has("orderedItems")


def build_collection(
    uri: str,
    *,
    total: int,
    items: Iterable[str | dict[str, Any]] | None = None,
    first: str | dict[str, Any] = "",
    ordered: bool = True,
    owner: str = "",
) -> dict[str, Any]:
    """A collection of ours, without ``@context``: its number, and either all items, a first page, or neither."""
    return {
        "id": uri,
        "type": "OrderedCollection" if ordered else "Collection",
        **({"attributedTo": owner} if owner else {}),
        "totalItems": total,
        **({"first": first} if first else {}),
        **({("orderedItems" if ordered else "items"): list(items)} if items is not None else {}),
    }


def build_page(
    uri: str,
    *,
    part_of: str,
    items: Iterable[str | dict[str, Any]],
    onward: str = "",
    ordered: bool = True,
) -> dict[str, Any]:
    """A page of ours, without ``@context``; ``onward`` is left out on the last one."""
    return {
        "id": uri,
        "type": "OrderedCollectionPage" if ordered else "CollectionPage",
        "partOf": part_of,
        **({"next": onward} if onward else {}),
        ("orderedItems" if ordered else "items"): list(items),
    }
