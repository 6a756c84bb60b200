"""Learning resources: their records beside the rows of ``objects``, what finds them again, and who may read them."""

import enum
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, select

from node.domain.records import ResourceRecord
from node.domain.visibility import Visibility
from node.errors import Gone, NotFound, Problem
from node.store.database.prepared import Prepared
from node.store.people.actors import Actor, load_actors_by_id
from node.store.posts.objects import LIVE
from node.store.reading.visible import visible_to
from node.store.tables import concept_labels, objects, resource_slugs, resources

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


_LABELS = Prepared(
    select(concept_labels.c.value, concept_labels.c.labels).where(
        concept_labels.c.value.in_(bindparam("values", expanding=True))
    ),
    many="values",
)


def load_labels(conn: Connection, values: Collection[str]) -> dict[str, dict[str, str]]:
    """What the concepts among these facet values are called, by language, as records that named them said."""
    return dict(_LABELS.run(conn, {"values": list(values)})) if values else {}
