"""Adoption notes and reviews: rows beside the answers that carry them."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Row,
    Select,
    bindparam,
    case,
    delete,
    func,
    insert,
    select,
    tuple_,
    update,
)

from node.domain.opinions import AdoptionNote
from node.store.database.prepared import Prepared
from node.store.reading.visible import seen_by, visible_to
from node.store.tables import adoption_notes, objects, resources, reviews

_about = objects.alias("about")

#: Shown of one resource.
MOST = 100
#: Where a list begins: instant and id of what stands before its first entry.
Place = tuple[int, int]
_BEGINNING: Place = (2**63 - 1, 2**63 - 1)


@dataclass(frozen=True, slots=True)
class StoredNote:
    """``row``: of its object."""

    object_id: int
    organisation_id: int
    note: AdoptionNote
    row: Row[Any]


@dataclass(frozen=True, slots=True)
class StoredReview:
    """``row``: of its object, whose content holds the words."""

    object_id: int
    actor_id: int
    rating: int | None
    used_for: str
    row: Row[Any]


@dataclass(frozen=True, slots=True)
class Counts:
    """By organisations, not by notes; ``rating_sum`` of ``ratings`` of which everybody may read the review."""

    organisations: int = 0
    worked: int = 0  # organisations for which it worked, with or without changes
    reviews: int = 0
    ratings: int = 0
    rating_sum: int = 0


# -- adoption notes -------------------------------------------------------------------------------------------------


def save_note(conn: Connection, object_id: int, about: str, organisation_id: int, note: AdoptionNote) -> None:
    """Store a note, in the place of what its object said before."""
    conn.execute(delete(adoption_notes).where(adoption_notes.c.object_id == object_id))
    values = {"object_id": object_id, "about": about, "organisation_id": organisation_id}
    conn.execute(insert(adoption_notes).values(**values, outcome=note["outcome"], note=note))


def drop(conn: Connection, object_id: int) -> None:
    """An answer is neither a note nor a review any more."""
    conn.execute(delete(adoption_notes).where(adoption_notes.c.object_id == object_id))
    conn.execute(delete(reviews).where(reviews.c.object_id == object_id))


def find_note(conn: Connection, object_id: int) -> StoredNote | None:
    row = conn.execute(_notes(adoption_notes.c.object_id == object_id)).first()
    return _note(row) if row is not None else None


def list_notes(
    conn: Connection, about: str, viewer_id: int | None, *, after: Place = _BEGINNING, limit: int = MOST
) -> list[StoredNote]:
    """Of one resource, by the URI of its object, newest first; what this viewer may read."""
    return list(map(_note, _notes_about(viewer_id is not None).run(conn, _asked(about, viewer_id, after, limit))))


def _asked(about: str, viewer_id: int | None, after: Place, limit: int) -> dict[str, Any]:
    asked = {"about": about, "published_at": after[0], "id": after[1], "limit": limit}
    return asked | seen_by(viewer_id)


@cache
def _notes_about(is_member: bool) -> Prepared:
    readable = visible_to(0 if is_member else None)
    return Prepared(_page(_notes(adoption_notes.c.about == bindparam("about"), readable)), named=True)


def _page(query: Select[Any]) -> Select[Any]:
    """A piece of a list, newest first, that goes on after a place."""
    place = tuple_(objects.c.published_at, objects.c.id)
    start = tuple_(bindparam("published_at", type_=BigInteger), bindparam("id", type_=BigInteger))
    ordered = query.order_by(objects.c.published_at.desc(), objects.c.id.desc())
    return ordered.where(place < start).limit(bindparam("limit", type_=BigInteger))


def _notes(*conditions: ColumnElement[bool]) -> Select[Any]:
    return (
        select(adoption_notes.c.organisation_id, adoption_notes.c.note, objects)
        .join(objects, objects.c.id == adoption_notes.c.object_id)
        .where(*conditions)
    )


def _note(row: Row[Any]) -> StoredNote:
    return StoredNote(row.id, row.organisation_id, row.note, row)


# -- reviews --------------------------------------------------------------------------------------------------------


def find_review(conn: Connection, actor_id: int, about: str) -> StoredReview | None:
    """What a person said of a resource."""
    row = conn.execute(_reviews(reviews.c.actor_id == actor_id, reviews.c.about == about)).first()
    return _review(row) if row is not None else None


def save_review(
    conn: Connection, object_id: int, about: str, actor_id: int, rating: int | None, used_for: str
) -> int | None:
    """Store what a person says of a resource; answers the object that said it before, where that is another."""
    before = conn.scalar(select(reviews.c.object_id).where(reviews.c.actor_id == actor_id, reviews.c.about == about))
    values = {"object_id": object_id, "rating": rating, "used_for": used_for}
    if before is None:
        conn.execute(insert(reviews).values(**values, about=about, actor_id=actor_id))
    else:
        conn.execute(update(reviews).where(reviews.c.object_id == before).values(**values))
    return before if before != object_id else None


def list_reviews(
    conn: Connection, about: str, viewer_id: int | None, *, after: Place = _BEGINNING, limit: int = MOST
) -> list[StoredReview]:
    """Of one resource, newest first; what this viewer may read."""
    return list(map(_review, _reviews_about(viewer_id is not None).run(conn, _asked(about, viewer_id, after, limit))))


@cache
def _reviews_about(is_member: bool) -> Prepared:
    readable = visible_to(0 if is_member else None)
    return Prepared(_page(_reviews(reviews.c.about == bindparam("about"), readable)), named=True)


def _reviews(*conditions: ColumnElement[bool]) -> Select[Any]:
    return (
        select(reviews.c.rating, reviews.c.used_for, objects)
        .join(objects, objects.c.id == reviews.c.object_id)
        .where(*conditions)
    )


def _review(row: Row[Any]) -> StoredReview:
    return StoredReview(row.id, row.actor_id, row.rating, row.used_for, row)


# -- counts ---------------------------------------------------------------------------------------------------------


_USE = (
    select(resources.c.sort_key, func.count(adoption_notes.c.organisation_id.distinct()).label("organisations"))
    .join(objects, objects.c.id == adoption_notes.c.object_id)
    .join(_about, _about.c.uri == adoption_notes.c.about)
    .join(resources, resources.c.object_id == _about.c.id)
    .where(resources.c.listing.in_(bindparam("listings", expanding=True)))
    .group_by(resources.c.sort_key)
    .order_by(func.count(adoption_notes.c.organisation_id.distinct()).desc(), resources.c.sort_key.desc())
    .limit(bindparam("most"))
)


def load_use(conn: Connection, viewer_id: int | None, listings: Collection[str], *, limit: int) -> dict[int, int]:
    """How many organisations used those resources of these lists that most did, by sort key, as this viewer sees it."""
    values = {"listings": list(listings), "most": limit} | seen_by(viewer_id)
    seen = visible_to(None if viewer_id is None else 0)
    return {row.sort_key: row.organisations for row in conn.execute(_USE.where(seen), values)}


def load_counts(conn: Connection, abouts: Collection[str], viewer_id: int | None) -> dict[str, Counts]:
    """Of resources by the URI of their objects; two statements for all of them."""
    worked = case((adoption_notes.c.outcome != "did-not-fit", adoption_notes.c.organisation_id))
    notes = (
        select(
            adoption_notes.c.about,
            func.count(adoption_notes.c.organisation_id.distinct()).label("organisations"),
            func.count(worked.distinct()).label("worked"),
        )
        .join(objects, objects.c.id == adoption_notes.c.object_id)
        .where(adoption_notes.c.about.in_(list(abouts)), visible_to(viewer_id))
        .group_by(adoption_notes.c.about)
    )
    rated = (
        select(
            reviews.c.about,
            func.count().label("total"),
            func.count(reviews.c.rating).label("ratings"),
            func.coalesce(func.sum(reviews.c.rating), 0).label("rating_sum"),
        )
        .join(objects, objects.c.id == reviews.c.object_id)
        .where(reviews.c.about.in_(list(abouts)), visible_to(viewer_id))
        .group_by(reviews.c.about)
    )
    adopted = {row.about: row for row in conn.execute(notes)}
    opinions = {row.about: row for row in conn.execute(rated)}
    return {
        about: Counts(
            organisations=adopted[about].organisations if about in adopted else 0,
            worked=adopted[about].worked if about in adopted else 0,
            reviews=opinions[about].total if about in opinions else 0,
            ratings=opinions[about].ratings if about in opinions else 0,
            rating_sum=int(opinions[about].rating_sum) if about in opinions else 0,
        )
        for about in {*adopted, *opinions}
    }
