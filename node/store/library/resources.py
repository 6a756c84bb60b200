"""Learning resources: their records beside the rows of ``objects``, what finds them again, and who may read them."""

import enum
import hashlib
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import Connection, Row, Select, bindparam, delete, insert, select, union_all, update

from node.domain import slugs
from node.domain.courses import start_months
from node.domain.records import ResourceRecord
from node.domain.resources import facets, kind_of, search_text, title
from node.domain.reuse import sources_of
from node.domain.uris import host_of
from node.domain.visibility import Visibility
from node.domain.vocabularies import concept_key
from node.errors import Gone, NotFound, Problem
from node.store.database.prepared import Prepared
from node.store.database.upsert import Into, Upsert, insert_missing
from node.store.library import derivations
from node.store.library.courses import save_instances
from node.store.people.actors import Actor, load_actors_by_id
from node.store.posts.objects import LIVE
from node.store.reading.visible import visible_to
from node.store.search import search
from node.store.search.search import Entry, mark
from node.store.tables import concept_labels, objects, resource_facets, resource_slugs, resources, search_entries

KIND = "resource"  # of the object's row

# -- who may see it -------------------------------------------------------------------------------------------------


class Listing(enum.StrEnum):
    """The lists that show a resource, by audience and origin; the empty one is shown to nobody who does not know it."""

    PUBLIC_LOCAL = "public-local"
    PUBLIC_REMOTE = "public-remote"
    INTERNAL_LOCAL = "internal-local"
    INTERNAL_REMOTE = "internal-remote"
    NONE = ""


_AUDIENCE = {Visibility.PUBLIC: "public", Visibility.PARTNERS: "internal", Visibility.ORGANISATION: "internal"}


def listing_of(visibility: Visibility, *, local: bool) -> Listing:
    """Where a resource of this visibility is listed."""
    audience = _AUDIENCE.get(visibility)
    return Listing(f"{audience}-{'local' if local else 'remote'}") if audience else Listing.NONE


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who asks: a member of this node by actor id, or anybody."""

    actor_id: int | None = None

    @property
    def is_member(self) -> bool:
        return self.actor_id is not None

    @property
    def parameters(self) -> Mapping[str, int]:
        """Those of statements that ask who reads (``store.reading.visible``)."""
        return {} if self.actor_id is None else {"viewer": self.actor_id}

    def listings(self, origin: str | None = None) -> tuple[Listing, ...]:
        """The lists that this viewer sees; of ``local`` or ``remote`` resources only, where that is asked for."""
        audiences = ("public", "internal") if self.is_member else ("public",)
        origins = (origin,) if origin else ("local", "remote")
        return tuple(Listing(f"{audience}-{each}") for audience in audiences for each in origins)


ANYBODY = Viewer()

# -- rows -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Resource:
    """A learning resource as this node holds it, its own or a copy of somebody else's."""

    id: int  # of the object
    sort_key: int
    uri: str
    url: str  # its page at home
    slug: str  # its page here ends in it
    kind: str
    record: ResourceRecord
    grade: str
    warnings: tuple[Problem, ...]
    version: int
    digest: str
    visibility: Visibility
    local: bool
    owner: Actor
    published_at: int
    updated_at: int | None
    received_at: int
    audience: str  # URI of the community whose members read it; empty for what is for none

    @property
    def path(self) -> str:
        """Of its page on this node."""
        return f"/r/{self.slug}"


_SELECT = (
    select(
        resources.c.object_id,
        resources.c.sort_key,
        resources.c.slug,
        resources.c.kind,
        resources.c.record,
        resources.c.grade,
        resources.c.warnings,
        resources.c.version,
        resources.c.digest,
        objects.c.uri,
        objects.c.url,
        objects.c.visibility,
        objects.c.local,
        objects.c.actor_id,
        objects.c.published_at,
        objects.c.updated_at,
        objects.c.received_at,
        objects.c.audience,
    )
    .join(objects, objects.c.id == resources.c.object_id)
    .where(objects.c.state == LIVE)
)
_BY_KEY = Prepared(
    _SELECT.where(resources.c.sort_key.in_(bindparam("sort_keys", expanding=True))), many="sort_keys", named=True
)
_OF_OBJECTS = _SELECT.where(resources.c.object_id.in_(bindparam("ids", expanding=True)))
_BY_OBJECT = Prepared(_OF_OBJECTS, many="ids", named=True)
_BY_IRI = Prepared(
    _SELECT.where(resources.c.iri.in_(bindparam("iris", expanding=True)), objects.c.actor_id == bindparam("actor_id")),
    many="iris",
    named=True,
)
_OF_SLUG = _SELECT.join(resource_slugs, resource_slugs.c.object_id == resources.c.object_id).where(
    resource_slugs.c.slug == bindparam("slug")
)
_SLUG_KNOWN = (
    select(objects.c.state, objects.c.visibility, resources.c.object_id)
    .select_from(resource_slugs)
    .outerjoin(objects, objects.c.id == resource_slugs.c.object_id)
    .outerjoin(resources, resources.c.object_id == resource_slugs.c.object_id)
    .where(resource_slugs.c.slug == bindparam("slug"))
)


def _readable(query: Select[Any], *, many: str | Sequence[str] = ()) -> Mapping[bool, Prepared]:
    """The statement for members and for anybody, of what they may read (``store.reading.visible``)."""
    viewers = {True: 0, False: None}
    return {
        is_member: Prepared(query.where(visible_to(viewer_id)), many=many, named=True)
        for is_member, viewer_id in viewers.items()
    }


_READABLE_BY_OBJECT = _readable(_OF_OBJECTS, many="ids")
_READABLE_BY_SLUG = _readable(_OF_SLUG)


def load_by_keys(conn: Connection, sort_keys: Sequence[int]) -> list[Resource]:
    """The resources of these sort keys, in their order; two statements."""
    found = {each.sort_key: each for each in _load(conn, _BY_KEY, {"sort_keys": list(sort_keys)})}
    return [found[key] for key in sort_keys if key in found]


def load_by_objects(conn: Connection, ids: Collection[int]) -> dict[int, Resource]:
    """Resources by the ids of their objects."""
    return {each.id: each for each in _load(conn, _BY_OBJECT, {"ids": list(ids)})}


def load_readable(conn: Connection, ids: Collection[int], viewer: Viewer) -> dict[int, Resource]:
    """Those of these resources whose page and record are for this viewer; lists show less (``Listing``)."""
    parameters = {"ids": list(ids), **viewer.parameters}
    return {each.id: each for each in _load(conn, _READABLE_BY_OBJECT[viewer.is_member], parameters)} if ids else {}


def load_by_object(conn: Connection, object_id: int) -> Resource:
    """The resource of an object; ``NotFound`` where there is none."""
    found = load_by_objects(conn, [object_id]).get(object_id)
    if found is None:
        raise NotFound
    return found


def load_by_iris(conn: Connection, actor_id: int, iris: Collection[str]) -> dict[str, Resource]:
    """What this owner published, by the ``id`` of the records."""
    found = _load(conn, _BY_IRI, {"iris": list(iris), "actor_id": actor_id})
    return {each.record["id"]: each for each in found}


def load_by_slug(conn: Connection, slug: str, viewer: Viewer) -> Resource:
    """The resource behind a page's address. ``Gone`` where it was withdrawn, ``NotFound`` where it is not for them.

    That something was withdrawn is told where everybody may know that it was there, and to members.
    """
    parameters = {"slug": slug, **viewer.parameters}
    found = next(_load(conn, _READABLE_BY_SLUG[viewer.is_member], parameters), None)
    if found is not None:
        return found
    known = conn.execute(_SLUG_KNOWN, {"slug": slug}).first()
    is_there = known is not None and known.state == LIVE and known.object_id is not None
    if known is None or is_there or known.visibility not in _KNOWN_TO[viewer.is_member]:
        raise NotFound
    raise Gone("This resource has been withdrawn.")


_OPEN = {None, *(level.value for level in Visibility if level.is_open)}
_KNOWN_TO = {False: _OPEN, True: _OPEN | {Visibility.PARTNERS.value, Visibility.ORGANISATION.value}}


def _load(conn: Connection, query: Prepared, values: Mapping[str, Any]) -> Iterator[Resource]:
    rows = query.run(conn, values)
    owners = load_actors_by_id(conn, {row.actor_id for row in rows})
    return (_resource(row, owners[row.actor_id]) for row in rows)


def _resource(row: Row[Any], owner: Actor) -> Resource:
    return Resource(
        id=row.object_id,
        sort_key=row.sort_key,
        uri=row.uri,
        url=row.url,
        slug=row.slug,
        kind=row.kind,
        record=row.record,
        grade=row.grade,
        warnings=tuple(Problem(*each) for each in row.warnings),
        version=row.version,
        digest=row.digest,
        visibility=Visibility(row.visibility),
        local=row.local,
        owner=owner,
        published_at=row.published_at,
        updated_at=row.updated_at,
        received_at=row.received_at,
        audience=row.audience,
    )


# -- saving ---------------------------------------------------------------------------------------------------------


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
    search.drop(conn, [places[i].sort_key for i, doors in found.items() if not doors])
    search.index(
        conn, [_entry(each, places[each.object_id], doors) for each in new if (doors := found[each.object_id])]
    )


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
    folded = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in folded if not unicodedata.combining(letter)).strip()[:120]


# -- where a new one stands -----------------------------------------------------------------------------------------

_TIE_BITS = 21


def first_key_at(milliseconds: int) -> int:
    """The smallest sort key of what was published at this instant."""
    return milliseconds << _TIE_BITS


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


_TAKEN_KEYS = Prepared(
    union_all(
        select(resources.c.sort_key).where(resources.c.sort_key.in_(bindparam("tried", expanding=True))),
        select(search_entries.c.sort_key).where(search_entries.c.sort_key.in_(bindparam("tried", expanding=True))),
    ),
    many="tried",
)


def free_keys(conn: Connection, new: Mapping[int, tuple[int, str]]) -> dict[int, int]:
    """Keys by the instant of publication; equal instants are told apart by a hash of the URI.

    ``new``: id -> ``(published_at, uri)``. The keys are taken by no resource and no other entry of the index.
    """
    wanted = {ref: first_key_at(at) | _tie(uri) for ref, (at, uri) in new.items()}
    tried = {key + step for key in wanted.values() for step in range(8)}
    taken = {key for (key,) in _TAKEN_KEYS.run(conn, {"tried": list(tried)})}
    keys: dict[int, int] = {}
    for object_id, wish in wanted.items():
        key = wish
        while key in taken:
            key += 1
        taken.add(key)
        keys[object_id] = key
    return keys


def _tie(uri: str) -> int:
    return int.from_bytes(hashlib.blake2b(uri.encode(), digest_size=4).digest()) >> (32 - _TIE_BITS)


_TAKEN_SLUGS = Prepared(
    select(resource_slugs.c.slug).where(resource_slugs.c.slug.in_(bindparam("tried", expanding=True))), many="tried"
)
_SLUGS = Prepared(
    select(resource_slugs.c.object_id, resource_slugs.c.slug).where(
        resource_slugs.c.object_id.in_(bindparam("ids", expanding=True))
    ),
    many="ids",
)


def free_slugs(conn: Connection, wanted: Mapping[int, str]) -> dict[int, str]:
    """For each object a slug that no object ever had, as close to the wish as it goes."""
    tried = {candidate for slug in wanted.values() for candidate in slugs.candidates(slug)}
    taken = {slug for (slug,) in _TAKEN_SLUGS.run(conn, {"tried": list(tried)})}
    free: dict[int, str] = {}
    for object_id, slug in wanted.items():
        free[object_id] = slugs.free_slug(slug, taken, object_id)
        taken.add(free[object_id])
    return free


def wanted_slug(record: ResourceRecord) -> str:
    """What the address of a record should end in."""
    return slugs.slug_of(title(record), otherwise=kind_of(record))


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


_LABELS = Prepared(
    select(concept_labels.c.value, concept_labels.c.labels).where(
        concept_labels.c.value.in_(bindparam("values", expanding=True))
    ),
    many="values",
)


def load_labels(conn: Connection, values: Collection[str]) -> dict[str, dict[str, str]]:
    """What the concepts among these facet values are called, by language, as records that named them said."""
    return dict(_LABELS.run(conn, {"values": list(values)})) if values else {}


#: Every entry has this mark, so that a list without words and filters has something to walk.
LISTED = mark("listed", "")
#: Those that are no resources: lists of resources leave them out.
OTHER = mark("other", "")
#: Those that only members of a community find, who have its door.
LOCKED = mark("locked", "")
#: Those that only members may list: few, so that leaving them out costs nothing.
INTERNAL = mark("internal", "")
_UNCOUNTED = frozenset({ALL, "owner"})  # of a search; ``all`` is its total


def door(uri: str) -> str:
    """The mark of what only members of this community find, or only this person."""
    return mark("door", uri)


def doors_of(visibility: Visibility, community: str, author: str) -> Collection[str]:
    """Who finds it: everybody, members of this node, members of a community, its author; nobody where there is none."""
    if visibility is Visibility.PUBLIC:
        return (LISTED,)
    if visibility in {Visibility.PARTNERS, Visibility.ORGANISATION}:
        return (LISTED, INTERNAL)
    if visibility is Visibility.COMMUNITY and community:
        return (LOCKED, door(community))
    if visibility is Visibility.PRIVATE and author:
        return (LOCKED, door(author))
    return ()


def origin_mark(origin: str) -> str:
    """The mark of what is ``local``, or ``remote``."""
    return mark("is", origin)


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
