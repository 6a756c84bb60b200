"""Adoption notes and reviews as pages show them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from node.domain.text import language_of, pick
from node.sentences import sentences
from node.store.library.opinions import Counts, StoredNote, StoredReview
from web.design.cards import Reader, actor_card
from web.design.parts import ActorCard, Link, Prose, SafeHtml, Text

OUTCOMES: Mapping[str, str] = sentences(
    {
        "worked": "It worked",
        "worked-with-changes": "It worked with changes",
        "did-not-fit": "It did not fit",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteCard:
    """How an organisation used a resource.

    ``people``: how many learned with it, at least and at most (0: not said); ``days``: the first and
    the last one (empty: not said).
    """

    id: str
    organisation: ActorCard
    outcome: str
    context: Text
    people: tuple[int, int] = (0, 0)
    days: tuple[str, str] = ("", "")
    adaptation: Text | None = None
    advice: Text | None = None
    derivative: str = ""
    contact: Link | None = None
    published_at: int = 0
    visibility: str = "public"
    edit_path: str = ""
    delete_path: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewCard:
    """What somebody thinks of a resource; ``rating`` is 0 where there is none."""

    author: ActorCard
    body: Prose
    rating: int = 0
    used_for: str = ""
    published_at: int = 0
    visibility: str = "public"


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinions:
    """What is said of one resource. ``mean``: of all ratings, 1 to 5; the paths are empty for strangers."""

    notes: tuple[NoteCard, ...] = ()
    organisations: int = 0
    reviews: tuple[ReviewCard, ...] = ()
    ratings: int = 0
    mean: float = 0.0
    use_path: str = ""
    review_path: str = ""
    has_reviewed: bool = False


def opinions_of(
    path: str,
    notes: Sequence[StoredNote],
    reviews: Sequence[StoredReview],
    actors: Mapping[int, Any],
    counts: Counts,
    reader: Reader,
    editable: frozenset[int] = frozenset(),
) -> Opinions:
    """``path``: of the resource's page; ``editable``: ids of notes that the reader may change."""
    shown = [each for each in notes if not reader.hides_actor(actors[each.organisation_id])]
    told = [each for each in reviews if not reader.hides_actor(actors[each.actor_id])]
    is_member = reader.actor_id is not None
    return Opinions(
        notes=tuple(_note(path, each, actors[each.organisation_id], reader, editable) for each in shown),
        organisations=len({each.organisation_id for each in shown}),
        reviews=tuple(_review(each, actors[each.actor_id], reader) for each in told),
        ratings=counts.ratings,
        mean=counts.rating_sum / counts.ratings if counts.ratings else 0.0,
        use_path=f"{path}/used" if is_member else "",
        review_path=f"{path}/review" if is_member else "",
        has_reviewed=any(each.actor_id == reader.actor_id for each in reviews),
    )


def _note(path: str, found: StoredNote, row: Any, reader: Reader, editable: frozenset[int]) -> NoteCard:
    note = found.note
    size = note.get("audienceSize")
    contact, period = note.get("contact"), note.get("period", {})
    may_edit = found.object_id in editable
    context = _text(note["context"], note["defaultLanguage"], reader)
    return NoteCard(
        id=str(found.object_id),
        organisation=actor_card(row, reader),
        outcome=OUTCOMES.get(note["outcome"], note["outcome"]),
        context=context or Text(value=""),
        people=(size["min"], size["max"]) if size else (0, 0),
        days=(period.get("from", ""), period.get("to", "")),
        adaptation=_text(note.get("adaptation", {}), note["defaultLanguage"], reader),
        advice=_text(note.get("advice", {}), note["defaultLanguage"], reader),
        derivative=note.get("derivative", ""),
        contact=Link(label=contact["name"], href=contact.get("url", "")) if contact else None,
        published_at=found.row.published_at,
        visibility=found.row.visibility,
        edit_path=f"{path}/used?note={found.object_id}" if may_edit else "",
        delete_path=f"{path}/used/{found.object_id}/delete" if may_edit else "",
    )


def _text(texts: Mapping[str, str], default: str, reader: Reader) -> Text | None:
    language = language_of(texts, reader.languages, default)
    return Text(value=pick(texts, reader.languages, default), language=language) if language else None


def _review(found: StoredReview, row: Any, reader: Reader) -> ReviewCard:
    return ReviewCard(
        author=actor_card(row, reader),
        body=Prose(value=SafeHtml(found.row.content), language=found.row.language),
        rating=found.rating or 0,
        used_for=found.used_for,
        published_at=found.row.published_at,
        visibility=found.row.visibility,
    )
