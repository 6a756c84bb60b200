import pytest
from hypothesis import given

from federation.mapping.collection import build_collection, build_page, read_page
from node.errors import Malformed
from tests.depth import examples
from tests.federation.mapping.test_jsonld import JSON
from tests.rows import each_row

ROOT = "https://a.example/outbox"
ONE, TWO = "https://a.example/1", "https://a.example/2"

SAME_ITEMS = {
    "ordered on the root": {"id": ROOT, "type": "OrderedCollection", "orderedItems": [ONE, TWO]},
    "unordered on the root": {"id": ROOT, "type": "Collection", "items": [ONE, {"id": TWO, "type": "Note"}]},
    "page": {"id": f"{ROOT}?page=1", "type": "OrderedCollectionPage", "partOf": ROOT, "orderedItems": [ONE, TWO]},
    "embedded page": {"id": ROOT, "type": "Collection", "first": {"type": "CollectionPage", "items": [ONE, TWO]}},
    "embedded page without type": {"id": ROOT, "type": "Collection", "first": {"items": [ONE, TWO]}},
    "ordered with items": {"id": ROOT, "type": "OrderedCollection", "items": [ONE, TWO, None, 7, "no address"]},
    "no id": {"type": "CollectionPage", "partOf": ROOT, "items": [ONE, TWO]},
}


@each_row("document", SAME_ITEMS.values())
def test_the_same_items_in_many_shapes(document):
    page = read_page(document)
    assert page.refs == (ONE, TWO)
    assert page.next == ""


def test_a_single_item_is_a_list_of_one():
    """GoToSocial writes one item without a list around it."""
    assert read_page({"id": ROOT, "type": "Collection", "items": ONE}).refs == (ONE,)


def test_embedded_items_are_handed_on():
    note = {"id": ONE, "type": "Note"}
    page = read_page(
        {"id": ROOT, "type": "OrderedCollection", "totalItems": 7, "orderedItems": [note, TWO], "attributedTo": ONE}
    )
    assert (page.objects, page.refs, page.total, page.owner) == ((note,), (ONE, TWO), 7, ONE)


NEXT = {
    "first by address": ({"id": ROOT, "type": "Collection", "first": TWO}, TWO),
    "next": ({"id": ROOT, "type": "CollectionPage", "items": [], "next": TWO}, TWO),
    "next of the embedded page": ({"id": ROOT, "type": "Collection", "first": {"items": [], "next": TWO}}, TWO),
    "last page": ({"id": ROOT, "type": "CollectionPage", "items": [ONE]}, ""),
    "whole": ({"id": ROOT, "type": "Collection", "items": [ONE], "first": TWO}, ""),
    "another host": ({"id": ROOT, "type": "CollectionPage", "items": [], "next": "https://b.example/"}, ""),
    "no address": ({"id": ROOT, "type": "CollectionPage", "items": [], "next": "javascript:x"}, ""),
}


@each_row("document, onward", NEXT.values())
def test_where_it_goes_on(document, onward):
    assert read_page(document).next == onward


@each_row("document", [[], {}, {"type": "Note"}, {"id": ROOT, "items": [ONE]}])
def test_refuses_what_is_no_collection(document):
    with pytest.raises(Malformed):
        read_page(document)


@examples(50)
@given(JSON)
def test_whatever_is_in_it_is_read(value):
    page = read_page({"id": ROOT, "type": "Collection", "items": value, "next": value, "totalItems": value})
    assert all(ref.startswith("http") for ref in page.refs)


def test_ours_are_read_again():
    whole = build_collection(ROOT, total=2, items=[ONE, TWO], owner=ONE)
    assert (read_page(whole).refs, read_page(whole).total, read_page(whole).owner) == ((ONE, TWO), 2, ONE)
    assert "first" not in whole
    root = build_collection(ROOT, total=318, first=f"{ROOT}?page=1", ordered=False)
    assert root == {"id": ROOT, "type": "Collection", "totalItems": 318, "first": f"{ROOT}?page=1"}
    assert read_page(root).next == f"{ROOT}?page=1"
    page = build_page(f"{ROOT}?page=1", part_of=ROOT, items=[ONE], onward=f"{ROOT}?page=2")
    assert (read_page(page).refs, read_page(page).next) == ((ONE,), f"{ROOT}?page=2")
    assert list(page) == ["id", "type", "partOf", "next", "orderedItems"]
    assert "next" not in build_page(ROOT, part_of=ROOT, items=[])


def test_an_empty_collection_says_so():
    assert build_collection(ROOT, total=0, items=[])["orderedItems"] == []
    assert "orderedItems" not in build_collection(ROOT, total=7)
