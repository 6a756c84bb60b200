"""What is said of a resource: adoption notes of organisations, reviews of people."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from sqlalchemy import Connection

from federation.sending.adoption_notes import AdoptionNotes
from federation.state import FEDERATION
from node.clock import to_rfc3339
from node.domain.actors import handle_of
from node.domain.numbers import id_in
from node.services.context import Unit
from node.services.library import opinions as service
from node.services.library.authoring import load_author
from node.state import NODE
from node.store.library import opinions, resources
from node.store.library.opinions import Counts, StoredNote, StoredReview
from node.store.library.resources import Viewer
from node.store.reading import showing
from schemas import load as load_schema
from web.learning_api.answers import PREFIX, json_answer, place_of, write_place
from web.learning_api.callers import read_json, viewer, writer, written
from web.learning_api.description import (
    ACTOR,
    ADDRESS,
    INSTANT,
    PROBLEM,
    TEXT,
    answer,
    list_of,
    made,
    object_of,
    operation,
    pages,
    parameter,
)
from web.queries import limit_of

SCOPE = "write:statuses"


async def list_adoptions(request: web.Request) -> web.Response:
    """``GET /resources/SLUG/adoptions?limit=&cursor=``: the notes, and how many organisations they are of."""
    slug, page = request.match_info["slug"], _page_of(request)
    found, authors, counts = await request.app[NODE].store.read(_adoptions, slug, await viewer(request), page)
    items = [note_json(each, authors[each.organisation_id]) for each in found[: page.limit]]
    numbers = {"organisations": counts.organisations, "worked": counts.worked}
    return json_answer(request, {**numbers, "items": items, "next": page.following(found)})


async def add_adoption(request: web.Request) -> web.Response:
    """``POST /resources/SLUG/adoptions``: say how the organisation used it, in its name and signed by it."""
    return await _save_adoption(request, None)


async def change_adoption(request: web.Request) -> web.Response:
    """``PUT /resources/SLUG/adoptions/ID``"""
    return await _save_adoption(request, id_in(request.match_info, "note"))


async def _save_adoption(request: web.Request, note_id: int | None) -> web.Response:
    actor_id, node, slug = await writer(request, SCOPE), request.app[NODE], request.match_info["slug"]
    sent = await read_json(request, "adoption-note")
    notes = AdoptionNotes(node.store, request.app[FEDERATION].keyring)
    stored = await notes.publish(node.unit(), actor_id, slug, sent, note_id=note_id)
    found, author = await node.store.read(_adoption, stored.id)
    return written(note_json(found, author), status=200 if note_id else 201)


async def remove_adoption(request: web.Request) -> web.Response:
    """``DELETE /resources/SLUG/adoptions/ID``"""
    actor_id, node, slug = await writer(request, SCOPE), request.app[NODE], request.match_info["slug"]
    await node.store.write(_remove_adoption, node.unit(), actor_id, slug, id_in(request.match_info, "note"))
    return web.Response(status=204)


async def list_reviews(request: web.Request) -> web.Response:
    """``GET /resources/SLUG/reviews?limit=&cursor=``"""
    slug, page = request.match_info["slug"], _page_of(request)
    found, authors, counts = await request.app[NODE].store.read(_reviews, slug, await viewer(request), page)
    mean = round(counts.rating_sum / counts.ratings, 2) if counts.ratings else None
    items = [review_json(each, authors[each.actor_id]) for each in found[: page.limit]]
    return json_answer(
        request, {"ratings": counts.ratings, "mean": mean, "items": items, "next": page.following(found)}
    )


async def put_review(request: web.Request) -> web.Response:
    """``PUT /resources/SLUG/review``: one's own, in the place of what one said before."""
    actor_id, node, slug = await writer(request, SCOPE), request.app[NODE], request.match_info["slug"]
    sent = await read_json(request, "review")
    found, author = await node.store.write(_put_review, node.unit(), actor_id, slug, sent)
    return written(review_json(found, author))


async def remove_review(request: web.Request) -> web.Response:
    """``DELETE /resources/SLUG/review``"""
    actor_id, node, slug = await writer(request, SCOPE), request.app[NODE], request.match_info["slug"]
    await node.store.write(_remove_review, node.unit(), actor_id, slug)
    return web.Response(status=204)


@dataclass(frozen=True, slots=True)
class _Page:
    """A piece of a list; one more than ``limit`` is read, to know whether it goes on."""

    limit: int
    place: tuple[int, int] | None

    @property
    def asked(self) -> dict[str, Any]:
        return {"limit": self.limit + 1} | ({} if self.place is None else {"after": self.place})

    def following(self, found: Sequence[StoredNote] | Sequence[StoredReview]) -> str | None:
        last = found[self.limit - 1].row if len(found) > self.limit else None
        return write_place(last.published_at, last.id) if last is not None else None


def _page_of(request: web.Request) -> _Page:
    return _Page(limit_of(request), place_of(request))


# -- units of work --------------------------------------------------------------------------------------------------


def _adoptions(
    conn: Connection, slug: str, who: Viewer, page: _Page
) -> tuple[list[StoredNote], dict[int, Any], Counts]:
    uri = resources.load_by_slug(conn, slug, who).uri
    found = opinions.list_notes(conn, uri, who.actor_id, **page.asked)
    counts = opinions.load_counts(conn, [uri], who.actor_id).get(uri, Counts())
    return found, showing.load_rows(conn, {each.organisation_id for each in found}), counts


def _adoption(conn: Connection, object_id: int) -> tuple[StoredNote, Any]:
    found = opinions.find_note(conn, object_id)
    assert found is not None
    return found, showing.load_rows(conn, {found.organisation_id})[found.organisation_id]


def _remove_adoption(conn: Connection, unit: Unit, actor_id: int, slug: str, note_id: int) -> None:
    service.delete_note(conn, unit, load_author(conn, actor_id), slug, note_id)


def _reviews(
    conn: Connection, slug: str, who: Viewer, page: _Page
) -> tuple[list[StoredReview], dict[int, Any], Counts]:
    uri = resources.load_by_slug(conn, slug, who).uri
    found = opinions.list_reviews(conn, uri, who.actor_id, **page.asked)
    counts = opinions.load_counts(conn, [uri], who.actor_id).get(uri, Counts())
    return found, showing.load_rows(conn, {each.actor_id for each in found}), counts


def _put_review(
    conn: Connection, unit: Unit, actor_id: int, slug: str, sent: Mapping[str, Any]
) -> tuple[StoredReview, Any]:
    service.save_review(conn, unit, load_author(conn, actor_id), slug, sent)
    uri = resources.load_by_slug(conn, slug, Viewer(actor_id)).uri
    found = opinions.find_review(conn, actor_id, uri)
    assert found is not None
    return found, showing.load_rows(conn, {actor_id})[actor_id]


def _remove_review(conn: Connection, unit: Unit, actor_id: int, slug: str) -> None:
    service.delete_review(conn, unit, load_author(conn, actor_id), slug)


# -- writing an answer ----------------------------------------------------------------------------------------------


def note_json(found: StoredNote, author: Any) -> dict[str, Any]:
    """``author``: the row of the organisation."""
    return {**_answer_json(found.row), "organisation": _actor_json(author), **found.note}


def review_json(found: StoredReview, author: Any) -> dict[str, Any]:
    return {
        **_answer_json(found.row),
        "author": _actor_json(author),
        "rating": found.rating,
        "usedFor": found.used_for,
        "html": found.row.content,
    }


def _answer_json(row: Any) -> dict[str, Any]:
    changed = row.updated_at or row.published_at
    return {
        "id": str(row.id),
        "uri": row.uri,
        "visibility": row.visibility,
        "published": to_rfc3339(row.published_at),
        "updated": to_rfc3339(changed),
    }


def _actor_json(row: Any) -> dict[str, Any]:
    return {"uri": row.uri, "name": row.name or row.username, "handle": handle_of(row)}


_R = f"{PREFIX}/resources/{{slug}}"
_ID = "{note:[0-9]{1,19}}"
ROUTES = [
    web.get(f"{_R}/adoptions", list_adoptions, name="learning-adoptions"),
    web.post(f"{_R}/adoptions", add_adoption, name="learning-adoption-add"),
    web.put(f"{_R}/adoptions/{_ID}", change_adoption, name="learning-adoption-change"),
    web.delete(f"{_R}/adoptions/{_ID}", remove_adoption, name="learning-adoption-remove"),
    web.get(f"{_R}/reviews", list_reviews, name="learning-reviews"),
    web.put(f"{_R}/review", put_review, name="learning-review-put"),
    web.delete(f"{_R}/review", remove_review, name="learning-review-remove"),
]

# -- the description ------------------------------------------------------------------------------------------------

_SLUG = parameter("slug", "The last part of the resource's address here", TEXT, where="path")
_NOTE = parameter("note", "The id of the note", TEXT, where="path")
_REFUSALS = {"401": PROBLEM, "403": PROBLEM, "404": PROBLEM, "422": PROBLEM}
_GONE = {"204": {"description": "It is gone"}, **_REFUSALS}


def _made(status: str, schema: str) -> dict[str, Any]:
    return {status: made("It is published", schema), **_REFUSALS}


PATHS: Mapping[str, Any] = {
    "/resources/{slug}/adoptions": {
        "get": operation("listAdoptions", {**answer("Who used it", "Adoptions"), "404": PROBLEM}, [_SLUG, *pages()]),
        "post": operation("addAdoption", _made("201", "Adoption"), [_SLUG], body="AdoptionNote"),
    },
    "/resources/{slug}/adoptions/{note}": {
        "put": operation("changeAdoption", _made("200", "Adoption"), [_SLUG, _NOTE], body="AdoptionNote"),
        "delete": operation("removeAdoption", _GONE, [_SLUG, _NOTE]),
    },
    "/resources/{slug}/reviews": {
        "get": operation("listReviews", {**answer("What people say", "Reviews"), "404": PROBLEM}, [_SLUG, *pages()])
    },
    "/resources/{slug}/review": {
        "put": operation("putReview", _made("200", "Review"), [_SLUG], body="ReviewToWrite"),
        "delete": operation("removeReview", _GONE, [_SLUG]),
    },
}

_ANSWER: Mapping[str, Any] = {
    "id": TEXT,
    "uri": ADDRESS,
    "visibility": {"enum": ["organisation", "partners", "public", "unlisted"]},
    "published": INSTANT,
    "updated": INSTANT,
}


def _list_of(schema: str, **more: Any) -> dict[str, Any]:
    return object_of({**more, **list_of(schema)["properties"]})


def schemas() -> Mapping[str, Any]:
    """The schemas that ``PATHS`` refer to."""
    note, review = load_schema("adoption-note"), load_schema("review")
    texts = note.pop("$defs")["texts"]
    for key in ("context", "adaptation", "advice"):
        note["properties"][key] = texts
    for each in (note, review):
        each.pop("$schema")
        each.pop("$id")
    count = {"type": "integer", "minimum": 0}
    return {
        "AdoptionNote": note,
        "ReviewToWrite": review,
        "Adoption": {
            "type": "object",
            "required": [*_ANSWER, "organisation", "context", "outcome"],
            "properties": {**note["properties"], **_ANSWER, "organisation": ACTOR},
        },
        "Adoptions": _list_of("Adoption", organisations=count, worked=count),
        "Review": {
            "type": "object",
            "required": [*_ANSWER, "author", "rating", "html"],
            "properties": {
                **_ANSWER,
                "author": ACTOR,
                "rating": {"type": ["integer", "null"], "minimum": 1, "maximum": 5},
                "usedFor": TEXT,
                "html": TEXT,
            },
        },
        "Reviews": _list_of("Review", ratings=count, mean={"type": ["number", "null"]}),
    }
