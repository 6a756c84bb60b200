"""Branches: a work that is based on another one, told to those who published the original, shown on both pages.

Who publishes something based on another's work addresses it to them by name, so its ``Create`` reaches the home of the
original without a message of its own; ``Update`` and ``Delete`` follow it there (docs/federation/library.md).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from node.domain.collections import curators_of, is_collection, items_of
from node.domain.records import ResourceRecord
from node.domain.reuse import Fit, mix, sources_of
from node.ports import Placement
from node.services.context import Unit
from node.services.news import happened, news
from node.store.library import authorships, collections, derivations, resources
from node.store.library.resources import Resource, Viewer
from node.store.people import actors
from node.store.people.actors import Actor

MAX_SOURCES = 20  # of one record that are told and shown
MAX_BRANCHES = 50  # shown on a page


def load_sources(conn: Connection, record: ResourceRecord, viewer: Viewer | None = None) -> dict[str, Resource]:
    """What a record is based on, as far as it is held here and this viewer may read it: IRI -> resource.

    All of it without a viewer: to compare licences, and to know whom to tell.
    """
    iris = sources_of(record)[:MAX_SOURCES]
    if not iris:
        return {}
    ids = derivations.find_sources(conn, iris)
    wanted = set(ids.values())
    found = resources.load_readable(conn, wanted, viewer) if viewer else resources.load_by_objects(conn, wanted)
    return {iri: found[object_id] for iri, object_id in ids.items() if object_id in found}


def identities_of(resource: Resource) -> tuple[str, ...]:
    """Under which names others may say that they built on this."""
    return tuple(dict.fromkeys((resource.record["id"], resource.uri)))


@dataclass(frozen=True, slots=True)
class Branches:
    """What is based on a resource, newest first: what its page shows, and what whoever looks after it hides there."""

    shown: Sequence[Resource]
    hidden: Sequence[Resource] = ()


def load_branches(conn: Connection, resource: Resource, viewer_id: int | None) -> Branches:
    """As far as this viewer may read it; what the licence of the original does not allow is no branch of it."""
    ids = derivations.list_branches(conn, identities_of(resource), viewer_id, limit=MAX_BRANCHES)
    found = resources.load_by_objects(conn, ids)
    hidden = derivations.load_hidden(conn, resource.id) if ids else set()
    allowed = [found[i] for i in ids if i in found and is_allowed(resource, found[i])]
    return Branches(
        [each for each in allowed if each.id not in hidden], [each for each in allowed if each.id in hidden]
    )


def is_allowed(original: Resource, branch: Resource) -> bool:
    """By the licence of the original; whoever owns both needs none."""
    if original.owner.id == branch.owner.id:
        return True
    return mix(original.record["license"], branch.record["license"]).fit is not Fit.REFUSED


def whom_to_tell(conn: Connection, record: ResourceRecord) -> tuple[str, ...]:
    """URIs of the actors elsewhere whose works a record is based on, or who curate it with us."""
    told = {source.owner.uri: source.owner for source in load_sources(conn, record).values()}
    if is_collection(record):
        told |= actors.load_actors(conn, [curator.uri for curator in curators_of(record)])
    return tuple(sorted(uri for uri, actor in told.items() if not actor.local))


def mention_rows(object_id: int, placement: Placement) -> list[dict[str, Any]]:
    """Rows of ``store.posts.objects.insert_mentions`` for whom an open work is addressed to; nobody else is named."""
    named: Sequence[str] = placement.named if placement.visibility.is_open else ()
    return [{"object_id": object_id, "actor_uri": uri, "silent": True} for uri in named]


def tell_sources(conn: Connection, unit: Unit, object_id: int) -> None:
    """Tell the members here who wrote the originals of a new work that everybody may read."""
    branch = resources.load_by_objects(conn, [object_id]).get(object_id)
    if branch is None or not branch.visibility.is_open:
        return
    local = {each.id: each for each in load_sources(conn, branch.record).values() if each.local}
    if not local:
        return
    authors = authorships.load_authors(conn, local)
    owners = {authors.get(i, each.owner.id) for i, each in local.items() if is_allowed(each, branch)}
    by = authorships.find_author(conn, object_id) or branch.owner.id
    news.tell(conn, unit, *(happened.Concerning(object_id, owner) for owner in sorted(owners - {by})))


# -- collections ----------------------------------------------------------------------------------------------------


def tell_of_entry(conn: Connection, unit: Unit, collection: Resource, iri: str, by: Actor) -> None:
    """Those here who follow a collection hear of what is new in it, as far as it is held here."""
    owners = set(collections.load_followers(conn, collection.id)) - {by.id}
    held = derivations.find_sources(conn, [iri]).get(iri) if owners else None
    if held is not None:
        news.tell(conn, unit, *(happened.Concerning(held, owner) for owner in sorted(owners)))


def tell_followers(conn: Connection, unit: Unit, before: Resource | None, now: Resource) -> None:
    """A pathway, or a copy of a collection, has changed: its followers here hear of what is new in it."""
    known = {each.iri for each in items_of(before.record)} if before else set()
    for item in items_of(now.record) if before else ():
        if item.iri not in known:
            tell_of_entry(conn, unit, now, item.iri, now.owner)
