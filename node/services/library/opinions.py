"""Saying what one thinks of a resource: adoption notes in the name of the organisation, reviews in one's own.

Both are answers to the resource: rows of ``objects`` that reach its home and, passed on from there, whoever follows
it. A note is written and signed outside (``federation.sending.adoption_notes``), because only there are the keys; it is
stored here as it was signed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

import schemas
from node.domain.opinions import AdoptionNote, broken_rules, in_sentences
from node.domain.posts import PostKind
from node.domain.text import clean_json, paragraphs
from node.domain.uris import host_of
from node.domain.visibility import Circle, Visibility, narrowest
from node.errors import Forbidden, Invalid, NotFound, Problem
from node.services.context import Unit
from node.services.library.authoring import Author, organisation
from node.services.news import happened, news
from node.services.news.telling import tell_change
from node.services.posts.audiences import home_owners
from node.store.federation import partners
from node.store.library import authorships, opinions, resources
from node.store.library.opinions import StoredNote
from node.store.library.resources import Resource, Viewer
from node.store.people import actors
from node.store.people.actors import Actor
from node.store.posts import burying, objects
from node.store.posts.objects import Object
from node.text.markdown import Words, render_markdown


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer to a resource that is about to be stored: its columns, and whom it is addressed to by name.

    It is for nobody who may not read the resource; of what is for a community, for the members of that.
    """

    id: int
    author: Actor
    resource: Resource
    visibility: Visibility
    content: str
    language: str
    published_at: int
    updated_at: int | None
    details: Mapping[str, Any]
    named: tuple[str, ...] = ()

    @property
    def audience(self) -> str:
        return self.resource.audience if self.visibility is Visibility.COMMUNITY else ""

    @property
    def circle(self) -> Circle:
        return Circle(self.visibility, self.audience)


def _named(conn: Connection, resource: Resource, visibility: Visibility) -> tuple[str, ...]:
    """Who published the resource, as far as they may read the answer; with an open one their followers, whom its home
    passes it on to.
    """
    owner = resource.owner
    if owner.local:
        return ()
    if visibility.is_open:
        return tuple(filter(None, (owner.uri, owner.followers)))
    is_partner = visibility is Visibility.PARTNERS and host_of(owner.uri) in partners.load_partner_hosts(conn)
    return (owner.uri,) if is_partner else ()


# -- adoption notes -------------------------------------------------------------------------------------------------


def check_note(sent: Mapping[str, Any]) -> tuple[AdoptionNote, Visibility]:
    """A note and how widely it may be read. Raises Invalid with JSON paths."""
    note = clean_json(dict(sent))
    _check("adoption-note", note)
    visibility = Visibility(note.pop("visibility", Visibility.ORGANISATION.value))
    if problems := broken_rules(note):
        raise Invalid(problems=problems)
    return note, visibility


def prepare_note(
    conn: Connection,
    unit: Unit,
    author: Author,
    slug: str,
    sent: Mapping[str, Any],
    note_id: int | None = None,
) -> Answer:
    """A note as it would be stored; ``note_id``: the one that is changed. Raises as ``check_note``, NotFound,
    Forbidden for the note of somebody else.
    """
    note, visibility = check_note(sent)
    found = resources.load_by_slug(conn, slug, Viewer(author.actor_id))
    before = load_own_note(conn, author, found, note_id) if note_id is not None else None
    owner = organisation(conn)
    text = in_sentences(note, owner.title)
    level = narrowest(visibility, found.visibility)
    return Answer(
        id=before.object_id if before else note_id or unit.ids.new(),
        author=owner,
        resource=found,
        visibility=level,
        content=paragraphs(text),
        language=note["defaultLanguage"],
        published_at=before.row.published_at if before else unit.now,
        updated_at=unit.now if before else None,
        details={"adoption": note, "content_map": _other_languages(note, owner.title)},
        named=_named(conn, found, level),
    )


def _other_languages(note: AdoptionNote, name: str) -> dict[str, str]:
    """The same in the other languages that its author wrote."""
    others = [tag for tag in note["context"] if tag != note["defaultLanguage"]]
    return {tag: paragraphs(in_sentences(note, name, tag)) for tag in others}


def load_own_note(conn: Connection, author: Author, resource: Resource, note_id: int) -> StoredNote:
    """A note of ours that this author wrote, or any of the organisation's for administrators."""
    found = opinions.find_note(conn, note_id)
    if found is None or not found.row.local or found.row.in_reply_to != resource.uri:
        raise NotFound
    if not author.is_admin and authorships.find_author(conn, note_id) != author.actor_id:
        raise Forbidden("Only whoever wrote it, and administrators, may change this.")
    return found


def save_note(conn: Connection, unit: Unit, author: Author, answer: Answer, document: Mapping[str, Any]) -> Object:
    """Store a note as it was signed, and have it told."""
    stored = _save(conn, unit, answer, raw=document)
    opinions.save_note(conn, stored.id, answer.resource.uri, answer.author.id, answer.details["adoption"])
    authorships.add_author(conn, stored.id, author.actor_id)
    return stored


def delete_note(conn: Connection, unit: Unit, author: Author, slug: str, note_id: int) -> None:
    found = resources.load_by_slug(conn, slug, Viewer(author.actor_id))
    load_own_note(conn, author, found, note_id)
    _delete(conn, unit, note_id)


# -- reviews --------------------------------------------------------------------------------------------------------


def save_review(conn: Connection, unit: Unit, author: Author, slug: str, sent: Mapping[str, Any]) -> Object:
    """What a person says of a resource, in the place of what she said before. Raises Invalid, NotFound."""
    review = clean_json(dict(sent))
    _check("review", review)
    found = resources.load_by_slug(conn, slug, Viewer(author.actor_id))
    person = actors.find_actor_by_id(conn, author.actor_id)
    if person is None:
        raise NotFound
    before = opinions.find_review(conn, person.id, found.uri)
    level = narrowest(Visibility(review.get("visibility", Visibility.ORGANISATION.value)), found.visibility)
    rating, used_for = review.get("rating"), review.get("usedFor", "").strip()
    facts = {"rating": rating, "used_for": used_for, "about": found.record["id"]}
    answer = Answer(
        id=before.object_id if before else unit.ids.new(),
        author=person,
        resource=found,
        visibility=level,
        content=render_markdown(review["text"], Words()),
        language=review.get("language", ""),
        published_at=before.row.published_at if before else unit.now,
        updated_at=unit.now if before else None,
        details={"source": review["text"], "source_type": "text/markdown", "review": facts},
        named=_named(conn, found, level),
    )
    stored = _save(conn, unit, answer)
    opinions.save_review(conn, stored.id, found.uri, person.id, rating, used_for)
    return stored


def delete_review(conn: Connection, unit: Unit, author: Author, slug: str) -> None:
    found = resources.load_by_slug(conn, slug, Viewer(author.actor_id))
    review = opinions.find_review(conn, author.actor_id, found.uri)
    if review is None:
        raise NotFound
    _delete(conn, unit, review.object_id)


# -- answers --------------------------------------------------------------------------------------------------------


def _check(schema: str, value: Any) -> None:
    found = schemas.check(schema, value)
    if found:
        raise Invalid(problems=[Problem(each.path, each.expected, each.found) for each in found])


def columns_of(unit: Unit, answer: Answer) -> dict[str, Any]:
    """What the row of an answer says that may change."""
    details = {**answer.details, "named": list(answer.named)}
    return {
        "visibility": answer.visibility.value,
        "audience": answer.audience,
        "content": answer.content,
        "language": answer.language,
        "details": {name: value for name, value in details.items() if value},
        "updated_at": answer.updated_at,
    }


def row_of(conn: Connection, unit: Unit, answer: Answer) -> dict[str, Any]:
    """The whole row of a new answer, as ``objects.insert_objects`` takes it."""
    parent = objects.find_object_by_id(conn, answer.resource.id)
    return {
        "id": answer.id,
        "uri": f"{unit.origin}/ap/o/{answer.id}",
        "kind": PostKind.NOTE.value,
        "type": "Note",
        "actor_id": answer.author.id,
        "local": True,
        "name": "",
        "summary": "",
        "sensitive": False,
        "url": f"{unit.origin}/@{answer.author.username}/p{answer.id}",
        "in_reply_to": answer.resource.uri,
        "in_reply_to_id": answer.resource.id,
        "context": (parent.context if parent else "") or f"{unit.origin}/ap/c/{answer.id}",
        "published_at": answer.published_at,
        "received_at": unit.now,
        **columns_of(unit, answer),
    }


def _save(conn: Connection, unit: Unit, answer: Answer, *, raw: Mapping[str, Any] | None = None) -> Object:
    before = objects.find_object_by_id(conn, answer.id)
    if before is None:
        return _insert(conn, unit, answer, raw)
    objects.keep_version(conn, before.id, unit.now)
    told = objects.load_told(conn, before.id)
    values = {**columns_of(unit, answer), "version": before.version + 1, **({"raw": raw} if raw else {})}
    objects.update_object(conn, before.id, values)
    _name(conn, answer)
    news.tell(conn, unit, happened.Edited(before.id))
    was = Circle(Visibility(before.visibility), before.audience)
    tell_change(conn, unit, before.id, before.uri, was, answer.circle, told)
    return before


def _insert(conn: Connection, unit: Unit, answer: Answer, raw: Mapping[str, Any] | None) -> Object:
    row = row_of(conn, unit, answer)
    objects.insert_objects(conn, [row])
    if raw:
        objects.update_object(conn, answer.id, {"raw": raw})
    _name(conn, answer)
    objects.add_replies(conn, {answer.resource.id: 1})
    stored = objects.find_object_by_id(conn, answer.id)
    parent = objects.find_object_by_id(conn, answer.resource.id)
    assert stored is not None
    owners = home_owners(conn, stored, answer.author, (), parent) - {answer.author.id}
    entry = {"id": stored.id, "object_id": stored.id, "shared_by_id": None}
    objects.insert_home_entries(conn, [{**entry, "owner_id": owner} for owner in sorted(owners)])
    news.tell(conn, unit, happened.Posted(stored.id))
    tell_author(conn, unit, stored.id, answer.resource)
    tell_change(conn, unit, stored.id, stored.uri, None, answer.circle)
    return stored


def _name(conn: Connection, answer: Answer) -> None:
    """It is sent to whoever published the resource, an open one by them to their followers."""
    objects.insert_mentions(conn, [{"object_id": answer.id, "actor_uri": uri, "silent": True} for uri in answer.named])


def tell_author(conn: Connection, unit: Unit, object_id: int, resource: Resource) -> None:
    """Tell the member who wrote a resource of the organisation that somebody said something of it."""
    member = authorships.find_author(conn, resource.id) if resource.local else None
    if member is not None and member != resource.owner.id:
        news.tell(conn, unit, happened.Concerning(object_id, member))


def _delete(conn: Connection, unit: Unit, object_id: int) -> None:
    found = objects.find_object_by_id(conn, object_id)
    if found is None or found.state != objects.LIVE:
        raise NotFound
    told = objects.load_told(conn, found.id)
    news.tell(conn, unit, happened.Deleted(found))
    burying.bury(conn, found, unit.now)
    tell_change(conn, unit, found.id, found.uri, Circle(Visibility(found.visibility), found.audience), None, told)
