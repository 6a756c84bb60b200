"""A collection as its page shows it: entries in order, curators, what was suggested, and what the reader may do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from node.domain import resources as records
from node.domain.collections import Item, curators_of, items_of, takes_suggestions
from node.domain.text import language_of
from node.domain.uris import is_web_uri
from node.sentences import Sentence
from node.services.library import collecting, suggestions
from node.store.library import collections, derivations, resources
from node.store.library.collections import StoredItem
from node.store.library.resources import Resource, Viewer
from node.store.people import actors
from node.store.people.actors import Actor
from web.design.cards import Reader
from web.design.parts import Link, Text
from web.design.paths import actor_path


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """``href``: the page here where we hold it, else the address of the thing; ``by`` who put it there."""

    iri: str
    title: Text
    href: str
    note: Text | None = None
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectionPart:
    """Paths are empty for what the reader may not do; ``orders``: entries may be moved, which only the home does."""

    entries: tuple[Entry, ...] = ()
    suggestions: tuple[Entry, ...] = ()
    curators: tuple[tuple[str, Link], ...] = ()  # URI, and name with page
    items_path: str = ""
    curators_path: str = ""
    follow_path: str = ""
    follows: bool = False
    orders: bool = False
    open: bool = False


@dataclass(frozen=True, slots=True)
class Held:
    """What the store knows of a collection."""

    items: tuple[Item, ...]
    waiting: tuple[StoredItem, ...]
    held: Mapping[str, Resource]
    hidden: frozenset[str]  # known here, and not for this reader
    known: Mapping[str, Actor]
    is_curator: bool
    follows: bool


def load_contents(conn: Connection, found: Resource, viewer: Viewer) -> Held:
    """Six statements, however many entries there are."""
    items = items_of(found.record)
    me = actors.find_actor_by_id(conn, viewer.actor_id) if viewer.actor_id is not None else None
    is_curator = me is not None and collecting.may_curate(conn, me.uri, found)
    waiting = tuple(suggestions.load_waiting(conn, found)) if is_curator else ()
    ids = derivations.find_sources(conn, [*(each.iri for each in items), *(each.item_iri for each in waiting)])
    held = resources.load_readable(conn, set(ids.values()), viewer)
    readable = {iri: held[i] for iri, i in ids.items() if i in held}
    hidden = frozenset(iri for iri, i in ids.items() if i not in held)
    people = [*(each.uri for each in curators_of(found.record)), *(each.by_uri for each in waiting)]
    known = actors.load_actors(conn, list(filter(None, people)))
    follows = me is not None and me.id in collections.load_followers(conn, found.id)
    return Held(items, waiting, readable, hidden, known, is_curator, follows)


def collection_part(found: Resource, contents: Held, reader: Reader) -> CollectionPart:
    is_member = reader.actor_id is not None
    own = contents.is_curator and found.local
    return CollectionPart(
        entries=tuple(_entry(each, contents, reader) for each in contents.items),
        suggestions=tuple(_suggestion(each, contents, reader) for each in contents.waiting),
        curators=_curators(found, contents),
        items_path=f"{found.path}/items" if contents.is_curator else "",
        curators_path=f"{found.path}/curators" if own else "",
        follow_path=f"{found.path}/follow" if is_member else "",
        follows=contents.follows,
        orders=contents.is_curator,
        open=takes_suggestions(found.record),
    )


def _entry(item: Item, contents: Held, reader: Reader) -> Entry:
    return Entry(
        iri=item.iri,
        title=_title(item.iri, item.name, contents, reader),
        href=_href(item.iri, contents),
        note=_note(item.note, reader.languages),
        by=contents.known[item.added_by].title if item.added_by in contents.known else "",
    )


def _suggestion(stored: StoredItem, contents: Held, reader: Reader) -> Entry:
    title = _title(stored.item_iri, stored.reference.get("name", ""), contents, reader)
    note = _note(stored.reference.get("note", {}), reader.languages)
    by = contents.known[stored.by_uri].title if stored.by_uri in contents.known else stored.by_uri
    return Entry(iri=stored.item_iri, title=title, href=_href(stored.item_iri, contents), note=note, by=by)


def _title(iri: str, name: str, contents: Held, reader: Reader) -> Text:
    held = contents.held.get(iri)
    if iri in contents.hidden:
        return Text(value=Sentence("Something that is not for everybody"))
    if held is None:
        return Text(value=name or iri)
    language = records.title_language(held.record, reader.languages)
    return Text(value=records.title(held.record, reader.languages), language=language)


def _href(iri: str, contents: Held) -> str:
    if iri in contents.hidden:
        return ""
    return contents.held[iri].path if iri in contents.held else iri if is_web_uri(iri) else ""


def _note(texts: Mapping[str, str], languages: Sequence[str]) -> Text | None:
    language = language_of(texts, languages)
    return Text(value=texts[language], language=language) if language else None


def _curators(found: Resource, contents: Held) -> tuple[tuple[str, Link], ...]:
    rows: list[Any] = []
    for each in curators_of(found.record):
        actor = contents.known.get(each.uri)
        name = actor.title if actor else each.name or each.uri
        rows.append((each.uri, Link(label=name, href=actor_path(actor) if actor else "")))
    return tuple(rows)
