"""Learning resources are stored, each in the place of what was stored for its object, and made findable."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from node.domain.courses import start_months
from node.domain.records import ResourceRecord
from node.domain.resources import facets, kind_of, search_text, title
from node.domain.reuse import sources_of
from node.domain.text import folded
from node.domain.uris import host_of
from node.domain.visibility import Visibility
from node.domain.vocabularies import concept_key
from node.errors import Problem
from node.store.database.prepared import Prepared
from node.store.database.upsert import Into, Upsert, insert_missing
from node.store.index import entries
from node.store.index.entries import Entry
from node.store.index.marks import LISTED, doors_of, mark, origin_mark
from node.store.library import derivations
from node.store.library.courses import save_instances
from node.store.library.places import free_keys, free_slugs, wanted_slug
from node.store.library.resources import Listing, listing_of
from node.store.people.actors import Actor
from node.store.tables import concept_labels, resource_facets, resource_slugs, resources


@dataclass(frozen=True, slots=True, kw_only=True)
class NewResource:
    """The record of an object whose row is there already. ``slug`` is given where an address was promised before."""

    object_id: int
    uri: str
    owner: Actor
    record: ResourceRecord
    visibility: Visibility
    local: bool
    published_at: int
    version: int
    digest: str
    grade: str = "clean"
    warnings: Sequence[Problem] = ()
    slug: str = ""
    audience: str = ""  # URI of the community whose members read it


@dataclass(frozen=True, slots=True)
class _Place:
    """What never changes about a stored resource."""

    sort_key: int
    slug: str


_PLACES = Prepared(
    select(resources.c.object_id, resources.c.sort_key, resources.c.slug).where(
        resources.c.object_id.in_(bindparam("ids", expanding=True))
    ),
    many="ids",
)
_INSERT = insert(resources)
_UPDATE = update(resources).where(resources.c.object_id == bindparam("stored_id"))
_INSERT_SLUGS = insert(resource_slugs)
_DELETE_FACETS = delete(resource_facets).where(resource_facets.c.sort_key.in_(bindparam("sort_keys", expanding=True)))
_INSERT_FACETS = insert(resource_facets)


def save_many(conn: Connection, new: Sequence[NewResource]) -> None:
    """Store records, each in the place of what was stored for its object, and make them findable.

    The number of statements does not depend on how many there are.
    """
    if not new:
        return
    new = list({each.object_id: each for each in new}.values())
    places, known = _places(conn, new)
    columns = {each.object_id: _columns(each, places[each.object_id]) for each in new}
    if fresh := [columns[each.object_id] for each in new if each.object_id not in known]:
        conn.execute(_INSERT, fresh)
    if changed := [{**columns[i], "stored_id": i} for i in columns if i in known]:
        conn.execute(_UPDATE, changed)
    save_instances(conn, {each.object_id: (each.record, _listing(each).value) for each in new}, known)
    _save_facets(conn, new, places)
    _save_labels(conn, new)
    _save_sources(conn, new, known)
    found = {each.object_id: doors_of(each.visibility, each.audience, each.owner.uri) for each in new}
    entries.drop(conn, [places[i].sort_key for i, doors in found.items() if not doors])
    entries.put(conn, [_entry(each, places[each.object_id], doors) for each in new if (doors := found[each.object_id])])


def remove_many(conn: Connection, object_ids: Collection[int]) -> None:
    """Forget the records of these objects; index and counters follow, slugs stay taken."""
    if object_ids:
        conn.execute(delete(resources).where(resources.c.object_id.in_(list(object_ids))))


def _listing(new: NewResource) -> Listing:
    return listing_of(new.visibility, local=new.local)


def _columns(new: NewResource, place: _Place) -> dict[str, Any]:
    return {
        "object_id": new.object_id,
        "sort_key": place.sort_key,
        "slug": place.slug,
        "iri": new.record["id"],
        "kind": kind_of(new.record),
        "listing": _listing(new).value,
        "title_key": _title_key(title(new.record)),
        "record": new.record,
        "grade": new.grade,
        "warnings": [[each.path, each.expected, each.found] for each in new.warnings],
        "version": new.version,
        "digest": new.digest,
    }


def _title_key(text: str) -> str:
    """Small letters without marks, so that both databases sort titles in about the order that readers expect."""
    return folded(text).strip()[:120]


# -- where it stands -------------------------------------------------------------------------------------------------

_SLUGS = Prepared(
    select(resource_slugs.c.object_id, resource_slugs.c.slug).where(
        resource_slugs.c.object_id.in_(bindparam("ids", expanding=True))
    ),
    many="ids",
)


def _places(conn: Connection, new: Sequence[NewResource]) -> tuple[dict[int, _Place], set[int]]:
    """Sort key and slug of each, and which are stored already: those keep theirs."""
    rows = _PLACES.run(conn, {"ids": [each.object_id for each in new]})
    places = {object_id: _Place(sort_key, slug) for object_id, sort_key, slug in rows}
    known = set(places)
    fresh = [each for each in new if each.object_id not in places]
    if fresh:
        keys = free_keys(conn, {each.object_id: (each.published_at, each.uri) for each in fresh})
        names = _take_slugs(conn, fresh)
        places |= {each.object_id: _Place(keys[each.object_id], names[each.object_id]) for each in fresh}
    return places, known


def _take_slugs(conn: Connection, new: Sequence[NewResource]) -> dict[int, str]:
    """The slug of each; one that was stored before, and removed, has it already."""
    known: dict[int, str] = dict(_SLUGS.run(conn, {"ids": [each.object_id for each in new]}))
    missing = {each.object_id: each.slug or wanted_slug(each.record) for each in new if each.object_id not in known}
    given = free_slugs(conn, missing)
    if given:
        conn.execute(_INSERT_SLUGS, [{"slug": slug, "object_id": object_id} for object_id, slug in given.items()])
    return known | given


# -- what finds it --------------------------------------------------------------------------------------------------

#: Counts under every value of each of these; ``all`` has one value and counts everything.
ALL = "all"
_MAX_VALUE = 255
_UNCOUNTED = frozenset({ALL, "owner"})  # of a search; ``all`` is its total
_LABELLED = ("about", "educationalLevel", "audience", "learningResourceType")


def facet_values(new: NewResource) -> list[tuple[str, str]]:
    """``(facet, value)`` of everything that the resource counts under, in one order."""
    values = [(facet, value) for facet, each in facets(new.record).items() for value in each]
    values += [(ALL, ""), ("origin", host_of(new.uri)), ("owner", new.owner.uri)]
    values += [("starts", month) for month in start_months(new.record)]
    return sorted({(facet, value) for facet, value in values if len(value) <= _MAX_VALUE})


def keyword_value(keyword: str) -> str:
    """The form of a keyword that filters compare."""
    return " ".join(keyword.casefold().split())


def _save_facets(conn: Connection, new: Sequence[NewResource], places: Mapping[int, _Place]) -> None:
    keys = [places[each.object_id].sort_key for each in new]
    conn.execute(_DELETE_FACETS, {"sort_keys": keys})
    rows = [
        {"sort_key": places[each.object_id].sort_key, "facet": facet, "value": value, "listing": _listing(each).value}
        for each in new
        if _listing(each)
        for facet, value in facet_values(each)
    ]
    if rows:
        conn.execute(_INSERT_FACETS, rows)


def _replace_labels(into: Into) -> Any:
    statement = into(concept_labels)
    return statement.on_conflict_do_update(index_elements=["value"], set_={"labels": statement.excluded.labels})


_SAVE_LABELS = {True: Upsert(_replace_labels), False: insert_missing(concept_labels)}


def _save_labels(conn: Connection, new: Sequence[NewResource]) -> None:
    """What concepts are called: our own records decide, those of others fill gaps."""
    labels: dict[bool, dict[str, dict[str, str]]] = {True: {}, False: {}}
    for each in new:
        for name in _LABELLED:
            for concept in cast(Any, each.record.get(name, ())):
                if "id" in concept and concept.get("prefLabel") and len(concept["id"]) <= _MAX_VALUE:
                    labels[each.local][concept_key(concept["id"])] = concept["prefLabel"]
    for is_ours, found in labels.items():
        if found:
            rows = [{"value": key, "labels": found[key]} for key in sorted(found)]
            conn.execute(_SAVE_LABELS[is_ours][conn.dialect.name], rows)


def _save_sources(conn: Connection, new: Sequence[NewResource], known: Collection[int]) -> None:
    """What each is based on; most are based on nothing, and what is new had nothing before."""
    sources = {each.object_id: sources_of(each.record) for each in new}
    derivations.replace_sources(conn, {i: iris for i, iris in sources.items() if iris or i in known})


def _entry(new: NewResource, place: _Place, doors: Collection[str]) -> Entry:
    texts = search_text(new.record)
    values = facet_values(new)
    keywords = {keyword_value(each) for each in new.record.get("keywords", ())}
    marks = {mark(facet, value) for facet, value in values if facet != ALL}
    marks |= {mark("keyword", keyword) for keyword in keywords}
    marks |= {*doors, origin_mark("local" if new.local else "remote")}
    return Entry(
        sort_key=place.sort_key,
        title=" ".join(each.title for each in texts),
        keywords=" ".join(each.keywords for each in texts),
        body=" ".join(each.summary for each in texts),
        marks=sorted(marks),
        facets=[(facet, value) for facet, value in values if facet not in _UNCOUNTED],
        is_open=tuple(doors) == (LISTED,),
    )
