"""Search over everything: resources, courses, events, topics, communities, people; own and federated.

The index answers which entries fit (``store.search.listing``, with the marks of ``store.search.search_entries``); the
rows themselves say what of it this viewer may see: ``visible_to`` for objects, as everywhere, and the same rules for
communities and people. So what the index says too late is left out, never shown.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, or_, select, union_all

from node.domain.search import parse
from node.store.database.prepared import Prepared
from node.store.index import spellings
from node.store.index.marks import door
from node.store.library import resources
from node.store.library.resources import Resource
from node.store.people.follows import ACCEPTED
from node.store.posts.objects import LIVE
from node.store.reading import showing
from node.store.reading.visible import is_not_blocked, not_hidden_from, not_secret_to, someone, visible_to
from node.store.search import counts, listing
from node.store.search.counts import Facets
from node.store.search.wishes import Scope, Wish
from node.store.tables import actors, communities, events, follows, objects, search_entries, topics

_MAX_DOORS = 200


@dataclass(frozen=True, slots=True)
class Hit:
    """Something that was found: a resource, an object with its author, or an actor; whole rows."""

    kind: str
    resource: Resource | None = None
    row: Row[Any] | None = None  # of ``objects``
    author: Row[Any] | None = None
    community: Row[Any] | None = None
    starts_at: int | None = None
    timezone: str = ""
    actor: Row[Any] | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A piece of what was found. ``suggestion`` is what was perhaps meant, where nothing was found as it was typed."""

    hits: Sequence[Hit]
    total: int
    is_exact: bool
    next: str | None
    facets: Facets
    suggestion: str = ""


def find(conn: Connection, wish: Wish, now: int, *, typed: str = "", with_facets: bool = False) -> Found:
    """What is wished for and this viewer may see. ``typed``: the words as they were written, for a suggestion."""
    wide = _widened(conn, wish)
    total, is_exact, counted = counts.look_over(conn, wide, with_facets=with_facets)
    keys, cursor = listing.find_keys(conn, wide, total if is_exact else None)
    suggestion = "" if total or wish.cursor else _suggestion(conn, wide, typed)
    hits = _load(conn, keys, wish.viewer.actor_id, now)
    return Found(hits, total, is_exact, cursor, _named(conn, counted), suggestion)


def _named(conn: Connection, found: Facets) -> Facets:
    """Communities are called by their names."""
    if "community" not in found:
        return found
    uris = [option.value for option in found["community"]]
    names = {row.uri: row.name or row.username for row in _NAMES.run(conn, {"uris": uris})} if uris else {}
    named = [replace(each, labels={"und": names.get(each.value, each.value)}) for each in found["community"]]
    return {**found, "community": named}


_NAMES = Prepared(
    select(actors.c.uri, actors.c.name, actors.c.username).where(actors.c.uri.in_(bindparam("uris", expanding=True))),
    many="uris",
    named=True,
)


def _suggestion(conn: Connection, wish: Wish, typed: str) -> str:
    """Only what this viewer would find something by: a word alone could tell what is hidden."""
    told = spellings.suggest(conn, typed)
    finds = bool(told) and counts.count_all(conn, replace(wish, query=parse(told)))[0] > 0
    return told if finds else ""


# -- whose insides the viewer may find ------------------------------------------------------------------------------

_MEMBERSHIPS = (
    select(actors.c.uri)
    .join(follows, follows.c.followed_id == actors.c.id)
    .where(
        follows.c.follower_id == bindparam("viewer"),
        follows.c.state == ACCEPTED,
        actors.c.kind == "group",
    )
    .order_by(follows.c.id.desc())
    .limit(_MAX_DOORS)
)
#: Of the communities that she belongs to, and her own: what only she may read.
_DOORS = Prepared(
    union_all(
        select(_MEMBERSHIPS.subquery().c.uri),
        select(actors.c.uri).where(actors.c.id == bindparam("viewer")),
    )
)


def _widened(conn: Connection, wish: Wish) -> Wish:
    viewer_id = wish.viewer.actor_id
    rows = _DOORS.run(conn, {"viewer": viewer_id}) if viewer_id is not None else ()
    return replace(wish, scope=Scope.EVERYTHING, doors=tuple(door(uri) for (uri,) in rows))


# -- rows -----------------------------------------------------------------------------------------------------------

_ENTRIES = Prepared(
    select(search_entries).where(search_entries.c.sort_key.in_(bindparam("sort_keys", expanding=True))),
    many="sort_keys",
    named=True,
)
_CONTEXT = (
    select(objects, topics.c.kind.label("topic_kind"), topics.c.community_id, events.c.start_at, events.c.timezone)
    .outerjoin(topics, topics.c.object_id == objects.c.id)
    .outerjoin(events, events.c.object_id == objects.c.id)
    .where(or_(topics.c.state.is_(None), topics.c.state == LIVE))
)


def _load(conn: Connection, keys: Sequence[int], viewer_id: int | None, now: int) -> list[Hit]:
    if not keys:
        return []
    entries = {row.sort_key: row for row in _ENTRIES.run(conn, {"sort_keys": list(keys)})}
    own = {each.sort_key: each for each in resources.load_by_keys(conn, [key for key in keys if key not in entries])}
    object_ids = [row.object_id for row in entries.values() if row.object_id is not None]
    rows = _visible_rows(conn, [*object_ids, *(each.id for each in own.values())], viewer_id, now)
    people = _actors(conn, entries.values(), rows.values())
    shown = _visible_actors(conn, [row.actor_id for row in entries.values() if row.actor_id is not None], viewer_id)
    hits: list[Hit] = []
    for key in keys:
        if key in own and own[key].id in rows:
            hits.append(Hit(own[key].kind, resource=own[key]))
        elif key in entries and (row := rows.get(entries[key].object_id)) is not None:
            kind = "event" if row.start_at is not None else "question" if row.topic_kind == "question" else "discussion"
            hits.append(
                Hit(
                    kind,
                    row=row,
                    author=people.get(row.actor_id),
                    community=people.get(row.community_id) if row.community_id else None,
                    starts_at=row.start_at,
                    timezone=row.timezone or "",
                )
            )
        elif key in entries and entries[key].actor_id in shown:
            actor = people[entries[key].actor_id]
            hits.append(Hit("community" if actor.kind == "group" else actor.kind, actor=actor))
    return hits


def _visible_rows(conn: Connection, ids: Sequence[int], viewer_id: int | None, now: int) -> dict[int, Row[Any]]:
    """Rows of the objects that this person may read, and does not hide."""
    if not ids:
        return {}
    values = {"ids": list(ids)} if viewer_id is None else {"ids": list(ids), "viewer": viewer_id, "now": now}
    return {row.id: row for row in _readable(someone(viewer_id)).run(conn, values)}


@cache
def _readable(viewer_id: int | None) -> Prepared:
    query = _CONTEXT.where(
        objects.c.id.in_(bindparam("ids", expanding=True)),
        visible_to(viewer_id),
        *not_hidden_from(viewer_id, objects.c.actor_id),
    )
    return Prepared(query, many="ids", named=True)


def _actors(conn: Connection, entries: Collection[Row[Any]], rows: Collection[Row[Any]]) -> Mapping[int, Row[Any]]:
    ids = {row.actor_id for row in entries if row.actor_id is not None} | {row.actor_id for row in rows}
    ids |= {row.community_id for row in rows if row.community_id is not None}
    return showing.load_rows(conn, ids)


def _visible_actors(conn: Connection, ids: Sequence[int], viewer_id: int | None) -> set[int]:
    """Those that want to be found; communities as far as this viewer may know of them."""
    if not ids:
        return set()
    is_community = or_(communities.c.actor_id.is_not(None), actors.c.discoverable)
    wants = or_(actors.c.kind == "organization", and_(actors.c.kind == "person", actors.c.discoverable))
    query = (
        select(actors.c.id)
        .outerjoin(communities, communities.c.actor_id == actors.c.id)
        .where(
            actors.c.id.in_(list(ids)),
            actors.c.state == "active",
            or_(wants, and_(actors.c.kind == "group", is_community)),
            not_secret_to(viewer_id),
            *is_not_blocked(viewer_id),
        )
    )
    return set(conn.scalars(query))
