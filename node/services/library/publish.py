"""Publishing learning resources of our own, their next versions, and taking them back.

Functions here are units of work: they run inside ``store.write``, and all that they do is done or nothing is. A record
is checked before anything is written, so that a record that is refused leaves no trace.
"""

import enum
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from node.domain import pathways
from node.domain.actors import ActorKind
from node.domain.communities import TopicKind
from node.domain.courses import completed, is_course
from node.domain.records import Agent, ResourceRecord
from node.domain.resources import bump
from node.domain.visibility import LEVELS_OF_ORGANISATION, Circle, Visibility
from node.errors import Forbidden, Gone, Invalid, NotFound, Problem
from node.ports import DocumentWriter, Placement, WrittenDocument
from node.sentences import Sentence
from node.services.context import Unit
from node.services.library import branches, catalogue, contents, digests, enrolling, topic_shares
from node.services.library.record_check import check_record
from node.services.news import happened, news
from node.services.news.telling import tell_change
from node.services.posts import placing, sharing
from node.services.posts.audiences import home_owners
from node.store.communities import communities
from node.store.library import places, resources, saving
from node.store.library.resources import Resource
from node.store.library.saving import NewResource
from node.store.people import actors
from node.store.people.actors import Actor, find_actor_by_id
from node.store.posts import burying, objects, tags, topics
from node.store.posts.objects import Object


class Outcome(enum.StrEnum):
    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class PublishResult:
    """What became of a record; ``uri`` is its identity between servers, ``url`` its page."""

    outcome: Outcome
    object_id: int
    uri: str
    url: str
    version: int


def publish_resource(
    conn: Connection,
    unit: Unit,
    owner_actor_id: int,
    record: ResourceRecord,
    visibility: Visibility,
    *,
    write: DocumentWriter,
    object_id: int | None = None,
) -> PublishResult:
    """Publish a record of our own, or its next version where this owner has published one with the same ``id``.

    ``object_id``: of the new object, where it was promised before. The same record again changes nothing. Raises
    ``Invalid`` with the problems of a record that cannot be published, ``Forbidden`` for an owner who is not ours.
    """
    owner = _own_actor(conn, owner_actor_id)
    checked = check_record(pathways.completed(completed(record, provider_of(owner))), visibility)
    before = resources.load_by_iris(conn, owner.id, [checked["id"]]).get(checked["id"])
    bumped = bump(checked, before.record if before else None, at=unit.now)
    if before is not None and bumped is before.record:
        return PublishResult(Outcome.UNCHANGED, before.id, before.uri, before.url, before.version)
    group = _community_of(conn, unit, owner, bumped, before)
    if before is None:
        return _create(conn, unit, owner, bumped, write, object_id or unit.ids.new(), group)
    return _update(conn, unit, before, bumped, write, group)


def _community_of(
    conn: Connection, unit: Unit, owner: Actor, record: ResourceRecord, before: Resource | None
) -> Actor | None:
    """The community whose members alone read the record.

    Raises ``Invalid`` for a level that is not for this owner, and for a community that is open to everybody or that
    does not take this from its owner.
    """
    visibility = Visibility(record["visibility"])
    if owner.kind == ActorKind.ORGANIZATION and visibility not in LEVELS_OF_ORGANISATION:
        allowed = " or ".join(f'"{level.value}"' for level in LEVELS_OF_ORGANISATION)
        raise Invalid(
            Sentence("What is of the organisation is for its members at least."),
            problems=[Problem("$.visibility", f"{allowed} for what is of the organisation", f'"{visibility.value}"')],
        )
    if visibility is not Visibility.COMMUNITY:
        return None
    uri = record["community"]
    group = actors.find_actor(conn, uri)
    if before is not None and before.audience == uri:
        return group
    community = communities.find_community(conn, group.id) if group is not None else None
    if group is None or community is None or community.visibility is not Visibility.COMMUNITY:
        raise Invalid(problems=[Problem("$.community", "a community for its members alone, which you belong to", uri)])
    try:
        placing.check(conn, unit, community, owner, begins_topic=True)
    except (Forbidden, NotFound) as error:
        expected = "a community for its members alone, which you belong to"
        raise Invalid(error.public, problems=[Problem("$.community", expected, uri)]) from error
    return group


def provider_of(owner: Actor) -> Agent:
    """Who offers the courses of an actor of ours that name nobody."""
    kind = "Person" if owner.kind == "person" else "Organization"
    return {"type": kind, "name": owner.title, "id": owner.uri}


def withdraw_resource(conn: Connection, unit: Unit, object_id: int) -> None:
    """Take one of our resources back: its address answers that it is gone, and everybody who was told hears of it."""
    stored = objects.find_object_by_id(conn, object_id)
    if stored is None or stored.kind != resources.KIND or not stored.local:
        raise NotFound
    if stored.state != objects.LIVE:
        raise Gone("This resource has been withdrawn.")
    owner = _own_actor(conn, stored.actor_id)
    news.tell(conn, unit, happened.Deleted(stored))
    told = objects.load_told(conn, stored.id)
    burying.bury(conn, stored, unit.now)
    catalogue.log_change(conn, unit, owner, stored.uri, None)
    before = Circle(Visibility(stored.visibility), stored.audience)
    tell_change(conn, unit, stored.id, stored.uri, before, None, told)


def _own_actor(conn: Connection, actor_id: int) -> Actor:
    owner = find_actor_by_id(conn, actor_id)
    if owner is None or not owner.local or not owner.is_active:
        raise Forbidden("Only actors of this node publish here.")
    return owner


def _create(
    conn: Connection,
    unit: Unit,
    owner: Actor,
    record: ResourceRecord,
    write: DocumentWriter,
    object_id: int,
    group: Actor | None,
) -> PublishResult:
    slug = places.free_slugs(conn, {object_id: places.wanted_slug(record)})[object_id]
    placement = Placement(
        object_uri=f"{unit.origin}/ap/o/{object_id}",
        actor_uri=owner.uri,
        followers_uri=owner.followers,
        page_url=f"{unit.origin}/r/{slug}",
        visibility=Visibility(record["visibility"]),
        published_at=unit.now,
        updated_at=None,
        revision=record["version"],
        named=branches.whom_to_tell(conn, record),
        audience=group.uri if group else "",
    )
    written = write(record, placement)
    row = {
        "id": object_id,
        "uri": placement.object_uri,
        "kind": resources.KIND,
        "type": written.document["type"],
        "actor_id": owner.id,
        "local": True,
        "url": placement.page_url,
        "context": written.document.get("context", ""),
        "published_at": unit.now,
        "received_at": unit.now,
        **_columns(record, written, placement),
    }
    objects.insert_objects(conn, [row])
    objects.insert_mentions(conn, branches.mention_rows(object_id, placement))
    _save(conn, unit, owner, object_id, record, placement, written, slug)
    tags.add_tags(conn, {object_id: written.details.get("hashtags", ())})
    if group is not None:
        _begin_topic(conn, unit, group, object_id)
    _show(conn, unit, owner, object_id)
    tell_change(conn, unit, object_id, placement.object_uri, None, _circle(placement))
    return _result(Outcome.CREATED, object_id, placement)


def _circle(placement: Placement) -> Circle:
    return Circle(placement.visibility, placement.audience)


def _begin_topic(conn: Connection, unit: Unit, group: Actor, object_id: int) -> None:
    """What is for a community is a thread in it, which it shows to its members."""
    row = {"object_id": object_id, "community_id": group.id, "kind": TopicKind.RESOURCE.value}
    topics.save_topics(conn, [{**row, "last_activity_at": unit.now}])
    stored = objects.find_object_by_id(conn, object_id)
    assert stored is not None
    sharing.share(conn, unit, group, stored)


def _end_topic(conn: Connection, unit: Unit, before: Resource) -> None:
    """It belongs to its community no more."""
    group, stored = actors.find_actor(conn, before.audience), objects.find_object_by_id(conn, before.id)
    topics.delete_topics(conn, [before.id])
    if group is not None and stored is not None:
        sharing.take_back(conn, unit, group, stored)


def _update(
    conn: Connection,
    unit: Unit,
    before: Resource,
    record: ResourceRecord,
    write: DocumentWriter,
    group: Actor | None,
) -> PublishResult:
    placement = Placement(
        object_uri=before.uri,
        actor_uri=before.owner.uri,
        followers_uri=before.owner.followers,
        page_url=before.url,
        visibility=Visibility(record["visibility"]),
        published_at=before.published_at,
        updated_at=unit.now,
        revision=record["version"],
        named=branches.whom_to_tell(conn, record),
        audience=group.uri if group else "",
    )
    was, now = Circle(before.visibility, before.audience), _circle(placement)
    told = objects.load_told(conn, before.id) if not was.is_within(now) else []
    written = write(record, placement)
    objects.keep_version(conn, before.id, unit.now, details={"record": before.record})
    objects.update_object(conn, before.id, {"updated_at": unit.now, **_columns(record, written, placement)})
    objects.insert_mentions(conn, branches.mention_rows(before.id, placement))
    _save(conn, unit, before.owner, before.id, record, placement, written, before.slug)
    tags.replace_tags(conn, before.id, written.details.get("hashtags", ()))
    if was.community and was.community != now.community:
        _end_topic(conn, unit, before)
    if group is not None and was.community != now.community:
        _begin_topic(conn, unit, group, before.id)
    if now.visibility.is_open and not was.visibility.is_open:
        _show(conn, unit, before.owner, before.id)
    else:
        news.tell(conn, unit, happened.Edited(before.id))
    tell_change(conn, unit, before.id, before.uri, was, now, told)
    if was != now:
        retell(conn, unit, before, write)
    if pathways.is_pathway(record):
        branches.tell_followers(conn, unit, before, resources.load_by_object(conn, before.id))
    if is_course(record):
        enrolling.fill_all(conn, unit, resources.load_by_object(conn, before.id))
    return _result(Outcome.UPDATED, before.id, placement)


def retell(conn: Connection, unit: Unit, changed: Resource, write: DocumentWriter) -> None:
    """Something is for other people than before: the lists of ours that lead to it say of it what they now may."""
    for found in contents.lists_with(conn, branches.identities_of(changed)):
        record = contents.filled(conn, found.record, found.id, contents.readers_of(found))
        publish_resource(conn, unit, found.owner.id, record, found.visibility, write=write)


def _show(conn: Connection, unit: Unit, owner: Actor, object_id: int) -> None:
    """Put a new resource on the timelines of our people who follow its owner, or a hashtag of it, and tell them."""
    stored = objects.find_object_by_id(conn, object_id)
    assert stored is not None
    owners = home_owners(conn, stored, owner, (), None) - {owner.id}
    if stored.visibility == Visibility.PUBLIC:
        owners = _spare(conn, unit, owner, stored, owners)
    entry = {"id": object_id, "object_id": object_id, "shared_by_id": None}
    objects.insert_home_entries(conn, [{**entry, "owner_id": each} for each in sorted(owners)])
    news.tell(conn, unit, happened.Posted(object_id))
    branches.tell_sources(conn, unit, object_id)


def _spare(conn: Connection, unit: Unit, owner: Actor, stored: Object, owners: set[int]) -> set[int]:
    """Without the followers of a busy catalogue who get a digest; who follows a hashtag of it keeps it."""
    by_tags = {owner_id for _, owner_id in tags.load_followers(conn, [stored.id])}
    told = digests.who_are_told(conn, unit, owner, stored.id, stored.published_at, sorted(owners - by_tags))
    return {*told, *(by_tags & owners)}


def _columns(record: ResourceRecord, written: WrittenDocument, placement: Placement) -> dict[str, Any]:
    """What changes of the object's row with each version."""
    return {
        "visibility": record["visibility"],
        "audience": placement.audience,
        "name": written.name,
        "summary": written.summary_html,
        "content": written.content_html,
        "language": written.language,
        "version": record["version"],
        "details": written.details,
        "raw": written.document,
    }


def _save(
    conn: Connection,
    unit: Unit,
    owner: Actor,
    object_id: int,
    record: ResourceRecord,
    placement: Placement,
    written: WrittenDocument,
    slug: str,
) -> None:
    new = NewResource(
        object_id=object_id,
        uri=placement.object_uri,
        owner=owner,
        record=record,
        visibility=placement.visibility,
        local=True,
        published_at=placement.published_at,
        version=record["version"],
        digest=record["digest"],
        slug=slug,
        audience=placement.audience,
    )
    saving.save_many(conn, [new])
    is_listed = placement.visibility is Visibility.PUBLIC
    catalogue.log_change(conn, unit, owner, placement.object_uri, written.digest if is_listed else None)
    topic_shares.consider_later(conn, unit, object_id)


def _result(outcome: Outcome, object_id: int, placement: Placement) -> PublishResult:
    return PublishResult(outcome, object_id, placement.object_uri, placement.page_url, placement.revision)
