"""What members do with learning resources: write, change, make something new from them, take them back.

A resource belongs to the organisation, whose catalogue partners follow, or to the member herself. That of the
organisation is changed by the member who wrote it and by administrators; a member's own by nobody else. Everything
here is a unit of work and refuses before it writes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import Connection

from node.clock import to_rfc3339
from node.domain import courses, pathways
from node.domain.actors import ActorKind
from node.domain.collections import is_collection
from node.domain.records import Agent, Reference, ResourceRecord
from node.domain.resources import is_list
from node.domain.reuse import Fit, Mix, may_be_changed, mix, reference_to
from node.domain.visibility import LEVELS_OF_ORGANISATION, Circle, Visibility
from node.errors import Forbidden, Invalid, NotFound, PreconditionFailed, Problem
from node.media.links import MediaLinks
from node.ports import DocumentWriter
from node.services.context import Unit
from node.services.library import branches, contents, publish, record_check
from node.services.library.contents import Readers
from node.services.library.publish import Outcome, PublishResult
from node.store.access import accounts
from node.store.access.accounts import ACTIVE, ADMIN
from node.store.library import authorships, collections, derivations, resources, targets
from node.store.library.resources import ANYBODY, Resource, Viewer
from node.store.people import actors
from node.store.people.actors import Actor
from node.store.posts import media as media_store
from node.store.posts import objects
from node.store.posts.media import Media

_KEPT_BY_NODE = ("id", "visibility", "version", "digest", "created", "updated", "previousVersion")


@dataclass(frozen=True, slots=True)
class Author:
    """A member who writes here."""

    actor_id: int
    is_admin: bool


@dataclass(frozen=True, slots=True)
class Work:
    """What somebody wants published. ``record`` needs no ``id``; ``version`` is the one that was read before.

    ``for_organisation``: in whose name; None: in that of the organisation, unless it is for fewer than its members.
    """

    record: Mapping[str, Any]
    visibility: Visibility
    for_organisation: bool | None = None
    version: int | None = None

    @property
    def is_for_organisation(self) -> bool:
        if self.for_organisation is None:
            return self.visibility in LEVELS_OF_ORGANISATION
        return self.for_organisation


def load_author(conn: Connection, actor_id: int) -> Author:
    """Raises Forbidden for anybody who has no active account here."""
    account = accounts.load_account(conn, actor_id)
    if account is None or account.state != ACTIVE:
        raise Forbidden
    return Author(actor_id, account.role == ADMIN)


def name_of(conn: Connection, author: Author) -> str:
    """What the author is called."""
    return _person(conn, author).title


def organisation(conn: Connection) -> Actor:
    """The organisation behind the node."""
    return actors.load_local_actors(conn, [ActorKind.ORGANIZATION])[0]


# -- who may --------------------------------------------------------------------------------------------------------


def may_edit(conn: Connection, author: Author, resource: Resource) -> bool:
    if not resource.local:
        return False
    if resource.owner.id == author.actor_id:
        return True
    if resource.owner.kind != ActorKind.ORGANIZATION:
        return False
    return author.is_admin or authorships.find_author(conn, resource.id) == author.actor_id


def may_build_on(conn: Connection, author: Author, source: Resource) -> bool:
    """Whether something may be made from a work at all: by its licence, or because the author wrote it herself."""
    is_own = author.actor_id in {source.owner.id, authorships.find_author(conn, source.id)}
    return is_own or may_be_changed(source.record["license"])


def load_editable(conn: Connection, author: Author, slug: str) -> Resource:
    """Raises NotFound where the author may not even read it, Forbidden where she may not change it, Gone."""
    found = resources.load_by_slug(conn, slug, Viewer(author.actor_id))
    if not may_edit(conn, author, found):
        raise Forbidden("Only its author, and administrators for the organisation, may change this.")
    return found


# -- writing --------------------------------------------------------------------------------------------------------


def create(
    conn: Connection,
    unit: Unit,
    author: Author,
    work: Work,
    *,
    links: MediaLinks,
    write: DocumentWriter,
    object_id: int | None = None,
) -> PublishResult:
    """Publish something new. Raises Invalid with JSON paths, Forbidden."""
    owner = organisation(conn) if work.is_for_organisation else _person(conn, author)
    object_id = object_id or unit.ids.new()
    record = _credited(conn, _completed(unit, work, owner, iri=f"{unit.origin}/ap/o/{object_id}"))
    check(conn, author, record, work.visibility)
    record = _filled(conn, author, work, owner, record, object_id, (_person(conn, author).uri,))
    result = publish.publish_resource(conn, unit, owner.id, record, work.visibility, write=write, object_id=object_id)
    authorships.add_author(conn, result.object_id, author.actor_id)
    if is_collection(record):
        collections.add_curator(conn, result.object_id, _person(conn, author).uri, unit.now)
    _tie_media(conn, unit, author, record, result.object_id, links)
    return result


def change(
    conn: Connection,
    unit: Unit,
    author: Author,
    slug: str,
    work: Work,
    *,
    links: MediaLinks,
    write: DocumentWriter,
) -> PublishResult:
    """Publish the next version. Raises PreconditionFailed where somebody else was faster (``work.version``)."""
    before = load_editable(conn, author, slug)
    if objects.lock_version(conn, before.id) != (work.version or before.version):
        raise PreconditionFailed("Somebody else has changed this meanwhile. Nothing of yours is lost; look at both.")
    record = _credited(conn, _completed(unit, work, before.owner, iri=before.record["id"]))
    if is_collection(record) != is_collection(before.record):
        raise Invalid(problems=[Problem("$.kind", "the kind that it has", f'"{record.get("kind", "")}"')])
    check(conn, author, record, work.visibility)
    record = _filled(conn, author, work, before.owner, record, before.id)
    result = publish.publish_resource(conn, unit, before.owner.id, record, work.visibility, write=write)
    if result.outcome is not Outcome.UNCHANGED:
        _tie_media(conn, unit, author, record, before.id, links)
    return result


def withdraw(conn: Connection, unit: Unit, author: Author, slug: str) -> Resource:
    """Take it back; its address says from now on that it is gone."""
    found = load_editable(conn, author, slug)
    media_store.untie(conn, [each.id for each in _media_of(conn, found.id)], unit.now)
    publish.withdraw_resource(conn, unit, found.id)
    return found


def show_branch(conn: Connection, unit: Unit, author: Author, slug: str, branch_slug: str, *, shown: bool) -> None:
    """Hide a branch on the page of an original of ours, or show it again; the branch itself stays as it is.

    Raises as ``load_editable``, and NotFound for what is no branch of it.
    """
    original = load_editable(conn, author, slug)
    made = branches.load_branches(conn, original, author.actor_id)
    branch = next((each for each in (*made.shown, *made.hidden) if each.slug == branch_slug), None)
    if branch is None:
        raise NotFound
    if shown:
        derivations.unhide(conn, original.id, branch.id)
    else:
        derivations.hide(conn, original.id, branch.id, unit.now)


def _person(conn: Connection, author: Author) -> Actor:
    found = actors.find_actor_by_id(conn, author.actor_id)
    if found is None:
        raise NotFound
    return found


def _completed(unit: Unit, work: Work, owner: Actor, *, iri: str) -> ResourceRecord:
    """The record under the identity that the node gives it, published by its owner, who is named."""
    record = {key: value for key, value in work.record.items() if key not in _KEPT_BY_NODE}
    record["id"] = iri
    types = record.get("type") or ["LearningResource"]
    record["type"] = types if "LearningResource" in types else ["LearningResource", *types]
    if owner.kind == ActorKind.ORGANIZATION and not record.get("publisher"):
        publisher: Agent = {"type": "Organization", "name": owner.title, "id": owner.uri}
        record["publisher"] = [publisher]
    if work.visibility.is_open and "datePublished" not in record:
        record["datePublished"] = to_rfc3339(unit.now)[:10]
    return pathways.completed(courses.completed(cast(ResourceRecord, record), publish.provider_of(owner)))


def _credited(conn: Connection, record: ResourceRecord) -> ResourceRecord:
    """What it is based on is named as reuse asks for it, whatever was left out: creators, licence, who offers it.

    As far as it is held here for everybody; of that our copy says the licence.
    """
    held = branches.load_sources(conn, record, ANYBODY)
    if not held:
        return record
    named = [
        {**known, **each, "license": known["license"]} if known is not None else each
        for each in record.get("isBasedOn", ())
        for known in [_reference(held.get(each.get("id", "")))]
    ]
    return cast(ResourceRecord, {**record, "isBasedOn": named})


def _reference(source: Resource | None) -> Reference | None:
    if source is None:
        return None
    return reference_to(source.record, owner_uri=source.owner.uri, owner_name=source.owner.title)


def _filled(
    conn: Connection,
    author: Author,
    work: Work,
    owner: Actor,
    record: ResourceRecord,
    list_id: int,
    more: tuple[str, ...] = (),
) -> ResourceRecord:
    """A list with what is in it, which all its readers may read; other records as they are. Raises Invalid."""
    if not is_list(record):
        return record
    readers = Readers(Circle(work.visibility, record.get("community", "")), owner.uri)
    iris = contents.entries_of(conn, record, list_id)
    contents.check_readers(readers, targets.find_targets(conn, iris, Viewer(author.actor_id)).values())
    return contents.filled(conn, record, list_id, readers, more)


# -- what is checked before -----------------------------------------------------------------------------------------


def check(conn: Connection, author: Author, record: ResourceRecord, visibility: Visibility) -> tuple[Mix, ...]:
    """What is to be kept in mind of the licences of what a record builds on. Raises Invalid."""
    checked = record_check.check_record(record, visibility)
    mixes = mixes_of(conn, author, checked)
    refused = [
        Problem(f"$.isBasedOn[{place}]", each.told(), f'"{each.target.short}"')
        for place, each in mixes
        if each.fit is Fit.REFUSED
    ]
    if refused:
        raise Invalid(refused[0].expected, problems=refused)
    return tuple(each for _, each in mixes if each.fit is Fit.CARE)


def mixes_of(conn: Connection, author: Author, record: ResourceRecord) -> list[tuple[int, Mix]]:
    """How each source of a record fits its licence, with its place among them.

    Of what is held here our copy says the licence, whatever the record claims; who wrote the original may do with it
    what she likes. Of a source that nobody here knows and that names no licence nothing is said.
    """
    known = branches.load_sources(conn, record)
    authors = authorships.load_authors(conn, [each.id for each in known.values() if each.local])
    mixes = []
    for place, reference in enumerate(record.get("isBasedOn", ())):
        source = known.get(reference.get("id", ""))
        if source is not None and author.actor_id in {source.owner.id, authors.get(source.id)}:
            continue
        licence = source.record["license"] if source else reference.get("license")
        if licence:
            mixes.append((place, mix(licence, record["license"])))
    return mixes


# -- files ----------------------------------------------------------------------------------------------------------


def _tie_media(
    conn: Connection, unit: Unit, author: Author, record: ResourceRecord, object_id: int, links: MediaLinks
) -> None:
    """The uploads that a record shows stay as long as it does; what it shows no more may be used again for a day."""
    keys = [key for url in addresses_of(record) if (key := links.key_of(url))]
    shown = media_store.load_by_keys(conn, keys)
    before = _media_of(conn, object_id)
    usable = [
        shown[key]
        for key in dict.fromkeys(keys)
        if key in shown and (shown[key].owner_id == author.actor_id or shown[key].object_id == object_id)
    ]
    kept = [each.id for each in usable if each.object_id in {None, object_id}]
    media_store.tie(conn, object_id, kept)
    media_store.untie(conn, {each.id for each in before} - set(kept), unit.now)


def addresses_of(record: Mapping[str, Any]) -> Sequence[str]:
    """Where the pictures and files of a record are."""
    return [each["contentUrl"] for key in ("image", "encoding") for each in record.get(key, ()) if "contentUrl" in each]


def _media_of(conn: Connection, object_id: int) -> list[Media]:
    return media_store.load_for_objects(conn, [object_id]).get(object_id, [])
