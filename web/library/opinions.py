"""``/r/SLUG/used`` and ``/r/SLUG/review``: saying how the organisation used something, and what one thinks of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from sqlalchemy import Connection

from federation.sending.adoption_notes import AdoptionNotes
from federation.state import FEDERATION
from node.domain import resources as records
from node.domain.numbers import id_in, number_in
from node.domain.opinions import Outcome
from node.domain.visibility import LEVELS_OF_ORGANISATION, narrowest
from node.errors import Invalid, Unavailable
from node.sentences import Sentence, sentences
from node.services.context import Unit
from node.services.library import authoring
from node.services.library import opinions as service
from node.state import NODE
from node.store.access.sessions import Session
from node.store.library import opinions, resources
from node.store.library.opinions import StoredNote, StoredReview
from node.store.library.resources import Resource, Viewer
from web import room, sessions
from web.design.frame import done, html, page_of
from web.design.languages import language_choices
from web.design.parts import Field, Text
from web.design.paths import CATALOGUE
from web.design.reader import reader_of
from web.library.opinion_cards import OUTCOMES
from web.library.sections.rights import Choice
from web.library.views import ReviewFormView, UseFormView

_VISIBILITIES: Mapping[str, tuple[str, str]] = {
    "organisation": (Sentence("Members only"), Sentence("Everybody with an account here, nobody else.")),
    "partners": (Sentence("Partners"), Sentence("Members here and at the organisations that ours follows.")),
    "public": (
        Sentence("Everybody"),
        Sentence("It is shown on every copy of this, also at other organisations."),
    ),
}
Fields = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Found:
    resource: Resource
    owner_name: str
    note: StoredNote | None = None
    review: StoredReview | None = None


# -- adoption notes -------------------------------------------------------------------------------------------------


async def show_use(request: web.Request) -> web.Response:
    session = sessions.require_person(request)
    found = await request.app[NODE].store.read(_load, session.actor_id, _slug(request), request.query.get("note", ""))
    fields = _fields_of(found.note) if found.note else {"language": reader_of(request).languages[0]}
    return _use_page(request, session, found, fields, {})


async def save_use(request: web.Request) -> web.StreamResponse:
    session, node = sessions.require_person(request), request.app[NODE]
    fields = await sessions.read_form(request)
    found = await node.store.read(_load, session.actor_id, _slug(request), fields.get("note", ""))
    try:
        room.check(request)
        sent = _note_of(fields)
        notes = AdoptionNotes(node.store, request.app[FEDERATION].keyring)
        note_id = found.note.object_id if found.note else None
        await notes.publish(node.unit(), session.actor_id, found.resource.slug, sent, note_id=note_id)
    except Invalid as error:
        return _use_page(request, session, found, fields, _beside(error, _NOTE_FIELDS))
    except Unavailable as error:
        return room.later(_use_page(request, session, found, fields, {"form": room.NOT_STORED}), error)
    return done(f"{found.resource.path}#used", "note")


async def delete_use(request: web.Request) -> web.StreamResponse:
    session, node = sessions.require_person(request), request.app[NODE]
    await sessions.read_form(request)
    slug, note_id = _slug(request), id_in(request.match_info, "note")
    await node.store.write(_delete_note, node.unit(), session.actor_id, slug, note_id)
    return done(f"/r/{slug}#used", "no-note")


_NOTE_FIELDS: Mapping[str, str] = {
    "context": "context",
    "defaultLanguage": "language",
    "outcome": "outcome",
    "audienceSize": "people-max",
    "period": "until",
    "adaptation": "adaptation",
    "advice": "advice",
    "derivative": "derivative",
    "contact": "contact-url",
    "visibility": "visibility",
}


def _note_of(fields: Fields) -> dict[str, Any]:
    """What the form says, for the schema to judge."""
    language = fields.get("language", "")
    text = {name: fields.get(name, "").replace("\r\n", "\n").strip() for name in fields}
    note: dict[str, Any] = {
        "context": {language: text["context"]} if text.get("context") else {},
        "defaultLanguage": language,
        "outcome": text.get("outcome", ""),
        "visibility": text.get("visibility") or "organisation",
    }
    for name in ("adaptation", "advice"):
        if text.get(name):
            note[name] = {language: text[name]}
    lowest, highest = text.get("people-min", ""), text.get("people-max", "")
    if lowest or highest:
        note["audienceSize"] = {"min": _number(lowest or highest), "max": _number(highest or lowest)}
    if text.get("since") or text.get("until"):
        until = {"to": text["until"]} if text.get("until") else {}
        note["period"] = {"from": text.get("since", ""), **until}
    if text.get("derivative"):
        note["derivative"] = text["derivative"]
    if text.get("contact"):
        note["contact"] = {"name": text["contact"], **({"url": text["contact-url"]} if text.get("contact-url") else {})}
    return note


def _number(text: str) -> int | str:
    number = number_in(text, digits=9)
    return text if number is None else number


def _fields_of(found: StoredNote) -> dict[str, str]:
    note: Any = found.note
    language = note["defaultLanguage"]
    size, period, contact = note.get("audienceSize", {}), note.get("period", {}), note.get("contact", {})
    return {
        "note": str(found.object_id),
        "language": language,
        "outcome": note["outcome"],
        "visibility": found.row.visibility if found.row.visibility in _VISIBILITIES else "organisation",
        **{name: note.get(name, {}).get(language, "") for name in ("context", "adaptation", "advice")},
        "people-min": str(size.get("min", "")),
        "people-max": str(size.get("max", "")),
        "since": period.get("from", ""),
        "until": period.get("to", ""),
        "derivative": note.get("derivative", ""),
        "contact": contact.get("name", ""),
        "contact-url": contact.get("url", ""),
    }


def _use_page(
    request: web.Request, session: Session, found: _Found, fields: Fields, wrong: Mapping[str, str]
) -> web.Response:
    path = f"{found.resource.path}/used"
    chosen, seen = fields.get("outcome", ""), fields.get("visibility") or "organisation"
    view = UseFormView(
        page=page_of(request, path, title=Sentence("How we used this"), section=CATALOGUE, noindex=True),
        csrf=session.csrf,
        action=path,
        title=_title(request, found.resource),
        path=found.resource.path,
        organisation=found.owner_name,
        note=fields.get("note", ""),
        fields={name: Field(value=fields.get(name, ""), error=wrong.get(name, "")) for name in _USE_NAMES},
        outcomes=tuple(Choice(each.value, OUTCOMES[each.value], "", each.value == chosen) for each in Outcome),
        visibilities=_visibilities(seen, found.resource),
        languages=_languages(request, fields.get("language", "")),
        problems=tuple(wrong.items()),
    )
    return html(request, view, 422 if wrong else 200)


_USE_NAMES = (*_NOTE_FIELDS.values(), "people-min", "since", "contact", "form")


# -- reviews --------------------------------------------------------------------------------------------------------


async def show_review(request: web.Request) -> web.Response:
    session = sessions.require_person(request)
    found = await request.app[NODE].store.read(_load, session.actor_id, _slug(request), "")
    fields: dict[str, str] = {"language": reader_of(request).languages[0]}
    if found.review is not None:
        row = found.review.row
        fields = {
            "text": (row.details or {}).get("source", ""),
            "rating": str(found.review.rating or ""),
            "used-for": found.review.used_for,
            "language": row.language,
            "visibility": row.visibility,
        }
    return _review_page(request, session, found, fields, {})


async def save_review(request: web.Request) -> web.StreamResponse:
    session, node = sessions.require_person(request), request.app[NODE]
    fields = await sessions.read_form(request)
    found = await node.store.read(_load, session.actor_id, _slug(request), "")
    language = fields.get("language", "")
    sent = {
        "text": fields.get("text", "").replace("\r\n", "\n").strip(),
        "rating": _number(fields["rating"]) if fields.get("rating") else None,
        "usedFor": fields.get("used-for", "").strip(),
        "visibility": fields.get("visibility") or "organisation",
        **({"language": language} if language else {}),
    }
    try:
        room.check(request)
        await node.store.write(_save_review, node.unit(), session.actor_id, found.resource.slug, sent)
    except Invalid as error:
        return _review_page(request, session, found, fields, _beside(error, _REVIEW_FIELDS))
    except Unavailable as error:
        return room.later(_review_page(request, session, found, fields, {"text": room.NOT_STORED}), error)
    return done(f"{found.resource.path}#reviews", "review")


async def delete_review(request: web.Request) -> web.StreamResponse:
    session, node = sessions.require_person(request), request.app[NODE]
    await sessions.read_form(request)
    await node.store.write(_delete_review, node.unit(), session.actor_id, _slug(request))
    return done(f"/r/{_slug(request)}#reviews", "no-review")


_REVIEW_FIELDS: Mapping[str, str] = {
    "text": "text",
    "rating": "rating",
    "usedFor": "used-for",
    "language": "language",
    "visibility": "visibility",
}


def _review_page(
    request: web.Request, session: Session, found: _Found, fields: Fields, wrong: Mapping[str, str]
) -> web.Response:
    path = f"{found.resource.path}/review"
    rating = fields.get("rating", "")
    view = ReviewFormView(
        page=page_of(request, path, title=Sentence("Your review"), section=CATALOGUE, noindex=True),
        csrf=session.csrf,
        action=path,
        delete_path=f"{path}/delete" if found.review else "",
        title=_title(request, found.resource),
        path=found.resource.path,
        text=Field(value=fields.get("text", ""), error=wrong.get("text", "")),
        used_for=Field(value=fields.get("used-for", ""), error=wrong.get("used-for", "")),
        language=Field(value=fields.get("language", ""), error=wrong.get("language", "")),
        rating=Field(error=wrong.get("rating", "")),
        ratings=tuple(Choice(value, label, "", value == rating) for value, label in _RATINGS),
        visibilities=_visibilities(fields.get("visibility") or "organisation", found.resource),
        languages=_languages(request, fields.get("language", "")),
        problems=tuple(wrong.items()),
    )
    return html(request, view, 422 if wrong else 200)


_RATINGS = (
    ("", Sentence("No rating")),
    ("5", Sentence("5: very good")),
    ("4", Sentence("4: good")),
    ("3", Sentence("3: fair")),
    ("2", Sentence("2: poor")),
    ("1", Sentence("1: not to be recommended")),
)


# -- shared ---------------------------------------------------------------------------------------------------------


def _slug(request: web.Request) -> str:
    return request.match_info["slug"]


def _title(request: web.Request, resource: Resource) -> Text:
    languages = reader_of(request).languages
    return Text(
        value=records.title(resource.record, languages), language=records.title_language(resource.record, languages)
    )


def _visibilities(seen: str, resource: Resource) -> tuple[Choice, ...]:
    """From the narrowest; none that is wider than the resource, and nothing to choose where one is left."""
    levels = [level for level in LEVELS_OF_ORGANISATION if narrowest(level, resource.visibility) is level]
    offered = [each.value for each in levels]
    chosen = seen if seen in offered else next(iter(offered), "")
    choices = tuple(Choice(value, *_VISIBILITIES[value], value == chosen) for value in offered)
    return choices if len(choices) > 1 else ()


def _languages(request: web.Request, chosen: str) -> tuple[tuple[str, str], ...]:
    known = reader_of(request).languages
    return language_choices((chosen, *known), known[0])


#: What people bring about, in their words; whatever else is wrong only programs can send.
_SENTENCES: Mapping[str, str] = sentences(
    {
        "context": "Please say in a few sentences where you used it, and with whom.",
        "outcome": "Please choose how it went.",
        "audienceSize": "Please give two numbers of people, the smaller one first.",
        "period": "Please give two days, the earlier one first.",
        "adaptation": "This text is too long.",
        "advice": "This text is too long.",
        "derivative": "Write an address that begins with https://.",
        "contact": "Please give a name, and an address that begins with https://.",
        "text": "Please say what you think of it, in 5,000 characters at most.",
        "rating": "Please choose one of the ratings.",
        "usedFor": "This text is too long.",
    }
)


def _beside(error: Invalid, fields: Mapping[str, str]) -> dict[str, str]:
    """What is wrong, by the field that says it."""
    found: dict[str, str] = {}
    for problem in error.problems:
        key = problem.path.removeprefix("$.").partition(".")[0]
        otherwise = Sentence("Expected {expected}, found {found}.", expected=problem.expected, found=problem.found)
        found.setdefault(fields.get(key, "form"), _SENTENCES.get(key, otherwise))
    return found or {"form": error.public}


def _load(conn: Connection, actor_id: int, slug: str, note_id: str) -> _Found:
    """Raises NotFound for what the person may not read, Forbidden for a note that is not hers to change."""
    author = authoring.load_author(conn, actor_id)
    found = resources.load_by_slug(conn, slug, Viewer(actor_id))
    number = number_in(note_id)
    note = service.load_own_note(conn, author, found, number) if number is not None else None
    review = opinions.find_review(conn, actor_id, found.uri)
    return _Found(found, authoring.organisation(conn).title, note, review)


def _delete_note(conn: Connection, unit: Unit, actor_id: int, slug: str, note_id: int) -> None:
    service.delete_note(conn, unit, authoring.load_author(conn, actor_id), slug, note_id)


def _save_review(conn: Connection, unit: Unit, actor_id: int, slug: str, sent: Mapping[str, Any]) -> None:
    service.save_review(conn, unit, authoring.load_author(conn, actor_id), slug, sent)


def _delete_review(conn: Connection, unit: Unit, actor_id: int, slug: str) -> None:
    service.delete_review(conn, unit, authoring.load_author(conn, actor_id), slug)
