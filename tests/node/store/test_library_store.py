"""Statements about branches, drafts, opinions and collections, on both databases."""

from typing import Any

import pytest
from sqlalchemy import Connection

from node.domain.visibility import Visibility
from node.errors import NotFound
from node.store.database.engine import Store
from node.store.library import authorships, collections, derivations, drafts, opinions
from node.store.library.collections import LISTED, StoredItem
from node.store.library.drafts import Draft
from node.store.library.resources import ANYBODY
from node.store.library.saving import NewResource, save_many
from tests import stores
from tests.shelf import Shelf

database, store = stores.database, stores.store
NOTE: Any = {"context": {"en": "Here"}, "defaultLanguage": "en", "outcome": "worked"}


def stored(conn: Connection, shelf: Shelf, **parts: Any) -> NewResource:
    made = shelf.new(conn, **parts)
    save_many(conn, [made])
    return made


async def test_branches_are_found_by_either_name_as_far_as_one_may_read(store: Store) -> None:
    def act(conn: Connection) -> None:
        shelf = Shelf()
        source = stored(conn, shelf)
        names = [source.record["id"], source.uri]
        open_ = stored(conn, shelf, isBasedOn=[{"id": names[0]}])
        inner = stored(conn, shelf, isBasedOn=[{"id": names[1]}], visibility=Visibility.ORGANISATION)
        member = shelf.actor(conn, "ann", kind="person").id
        assert derivations.list_branches(conn, names, None, limit=9) == [open_.object_id]
        assert derivations.list_branches(conn, names, member, limit=9) == [inner.object_id, open_.object_id]
        assert derivations.find_sources(conn, names) == dict.fromkeys(names, source.object_id)
        derivations.replace_sources(conn, {open_.object_id: []})
        assert derivations.list_branches(conn, names, None, limit=9) == []

    await store.write(act)


async def test_drafts_are_their_authors_alone(store: Store) -> None:
    def act(conn: Connection) -> None:
        shelf = Shelf()
        ann, ben = (shelf.actor(conn, name, kind="person").id for name in ("ann", "ben"))
        drafts.insert_draft(conn, Draft(1, ann, None, {"name-0": "A"}, 1, 5, 5))
        with pytest.raises(NotFound):
            drafts.load_draft(conn, 1, ben)
        drafts.update_draft(conn, 1, {"name-0": "B"}, 9)
        (found,) = drafts.list_drafts(conn, ann)
        assert (found.fields, found.version, found.updated_at) == ({"name-0": "B"}, 2, 9)
        assert (drafts.list_drafts(conn, ben), drafts.count_drafts(conn, ann)) == ([], 1)

    await store.write(act)


async def test_opinions_are_counted_by_organisation_and_person(store: Store) -> None:
    def act(conn: Connection) -> None:
        shelf = Shelf()
        about = stored(conn, shelf).uri
        uni, ann = shelf.actor(conn), shelf.actor(conn, "ann", kind="person")
        for outcome in ("worked", "did-not-fit"):
            answer = shelf.object(conn, uni, kind="note", type="Note")
            opinions.save_note(conn, answer, about, uni.id, {**NOTE, "outcome": outcome})
        inner = shelf.object(conn, ann, kind="note", type="Note", visibility="organisation")
        assert opinions.save_review(conn, inner, about, ann.id, 2, "") is None
        counts = opinions.load_counts(conn, [about], None)[about]
        assert (counts.organisations, counts.worked, counts.reviews) == (1, 1, 0)
        counts = opinions.load_counts(conn, [about], ann.id)[about]
        assert (counts.reviews, counts.ratings, counts.rating_sum) == (1, 1, 2)
        later = shelf.object(conn, ann, kind="note", type="Note")
        assert opinions.save_review(conn, later, about, ann.id, 5, "a course") == inner
        (review,) = opinions.list_reviews(conn, about, None)
        assert (review.object_id, review.rating, review.used_for) == (later, 5, "a course")
        (first,) = opinions.list_notes(conn, about, None, limit=1)
        (second,) = opinions.list_notes(conn, about, None, after=(first.row.published_at, first.object_id))
        assert [first.object_id, second.object_id] == [
            each.object_id for each in opinions.list_notes(conn, about, None)
        ]
        authorships.add_author(conn, later, ann.id)
        authorships.add_author(conn, later, uni.id)
        assert authorships.find_author(conn, later) == ann.id

    await store.write(act)


async def test_collections_keep_their_order_and_people(store: Store) -> None:
    def act(conn: Connection) -> None:
        shelf = Shelf()
        made = stored(conn, shelf, kind="collection")
        ann = shelf.actor(conn, "ann", kind="person")
        for position, iri in enumerate(("https://x.example/1", "https://x.example/2")):
            item = StoredItem(iri, position, {"id": iri}, LISTED, ann.uri, 1)
            collections.insert_item(conn, made.object_id, item)
        collections.set_order(conn, made.object_id, ["https://x.example/2", "https://x.example/1"])
        assert [each.item_iri[-1] for each in collections.load_items(conn, made.object_id)] == ["2", "1"]
        for _ in range(2):
            collections.add_curator(conn, made.object_id, ann.uri, 1)
            collections.follow(conn, made.object_id, ann.id, 1)
        assert collections.load_curators(conn, made.object_id) == [ann.uri]
        assert collections.load_followers(conn, made.object_id) == [ann.id]
        assert collections.list_readable(conn, "collection", ANYBODY, limit=1)[1] is None
        assert collections.list_naming(conn, "https://x.example/nobody") == []
        collections.unfollow(conn, made.object_id, ann.id)
        collections.remove_curator(conn, made.object_id, ann.uri)
        collections.delete_item(conn, made.object_id, "https://x.example/1")
        assert collections.load_curators(conn, made.object_id) == []
        assert collections.load_followers(conn, made.object_id) == []
        assert len(collections.load_items(conn, made.object_id)) == 1

    await store.write(act)
