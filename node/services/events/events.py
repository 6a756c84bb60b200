"""Our own events: published. Units of work; what becomes of them is in ``event_changes``.

A record is checked before anything is written.
"""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection

from node import events as happenings
from node.domain import events as rules
from node.domain.communities import TopicKind
from node.domain.events import EventRecord
from node.domain.slugs import slug_of
from node.domain.text import hashtag
from node.domain.visibility import Visibility
from node.domain.words import hashtags_in
from node.errors import Forbidden, Invalid, Problem
from node.media.links import MediaLinks
from node.services.context import Unit
from node.services.events import event_pictures
from node.services.events.event_pictures import Picture
from node.services.events.event_records import check_record, facts_at, saved_of
from node.services.events.event_reminders import remind_later
from node.services.news import happened, news
from node.services.posts import placing, sharing
from node.services.posts.audiences import home_owners
from node.store.access import accounts
from node.store.communities import communities
from node.store.events import events
from node.store.events.events import Event
from node.store.people import actors
from node.store.people.actors import Actor
from node.store.posts import media as media_store
from node.store.posts import objects, tags, topics
from node.store.search import indexing
from node.text.markdown import render_markdown

MAX_ORGANISERS = 20
#: Of what a person may publish; followers and named people have other ways.
VISIBILITIES = (
    Visibility.PUBLIC,
    Visibility.UNLISTED,
    Visibility.PARTNERS,
    Visibility.ORGANISATION,
    Visibility.COMMUNITY,
    Visibility.PRIVATE,
)


@dataclass(frozen=True, slots=True)
class EventDraft:
    """An event to be; ``community`` is the id of the Group that it belongs to, ``as_organisation`` who publishes it."""

    record: EventRecord
    visibility: Visibility
    community_id: int | None = None
    as_organisation: bool = False
    organisers: tuple[int, ...] = ()  # beside the person who publishes it
    picture: Picture | None = None


def publish_event(
    conn: Connection,
    unit: Unit,
    person_id: int,
    draft: EventDraft,
    *,
    event_id: int | None = None,
    source_uid: str | None = None,
    links: MediaLinks | None = None,
) -> Event:
    """Publish an event. Raises Invalid for a record that does not hold, Forbidden for who may not publish it so.

    ``source_uid``: of the calendar file that it comes from; ``links`` where it has a picture.
    """
    record = check_record(draft.record)
    person = _person(conn, person_id)
    publisher = _organisation(conn, person) if draft.as_organisation else person
    group, visibility = _community(conn, unit, person, draft), visibility_in(conn, draft)
    object_id = event_id or unit.ids.new()
    picture = event_pictures.choose(conn, person_id, draft.picture) if links is not None else None
    shown = event_pictures.as_details(picture, links) if links is not None else []
    row = _row(unit, object_id, record, publisher, group, visibility) | columns_of(record, unit, shown)
    objects.insert_objects(conn, [row])
    if picture is not None:
        media_store.tie(conn, object_id, [picture.id])
    cancelled_at = unit.now if rules.is_cancelled(record) else None
    events.save_event(conn, object_id, saved_of(record, unit.now, source_uid=source_uid, cancelled_at=cancelled_at))
    events.add_organisers(conn, object_id, [person.id, *_organisers(conn, draft.organisers)])
    tags.add_tags(conn, {object_id: row["details"].get("hashtags", ())})
    if group is not None:
        _begin_topic(conn, unit, object_id, group)
    _show(conn, unit, object_id, publisher, person, group)
    if visibility.federates:
        happenings.record(conn, unit.ids, unit.now, happenings.ObjectCreated(object_id), about=row["uri"])
    _let_read(conn, object_id, publisher, events.list_organisers(conn, object_id))
    indexing.index_now(conn, object_id)
    found = events.find_event(conn, object_id)
    assert found is not None
    remind_later(conn, unit, found)
    return found


def _row(
    unit: Unit, object_id: int, record: EventRecord, publisher: Actor, group: Actor | None, visibility: Visibility
) -> dict[str, Any]:
    """What the object's row says of an event once and for all."""
    slug = slug_of(rules.title(record), otherwise="event")
    return {
        "id": object_id,
        "uri": f"{unit.origin}/ap/o/{object_id}",
        "kind": events.KIND,
        "type": "Event",
        "actor_id": publisher.id,
        "local": True,
        "visibility": visibility.value,
        "url": f"{unit.origin}/e/{object_id}-{slug}",
        "context": f"{unit.origin}/ap/c/{object_id}",
        "audience": group.uri if group else "",
        "published_at": unit.now,
        "received_at": unit.now,
    }


def _begin_topic(conn: Connection, unit: Unit, event_id: int, group: Actor) -> None:
    """It can be talked about in its community, whose server passes it on."""
    objects.insert_mentions(conn, [{"object_id": event_id, "actor_uri": group.uri, "silent": True}])
    topic = {"object_id": event_id, "community_id": group.id, "kind": TopicKind.EVENT.value}
    topics.save_topics(conn, [{**topic, "last_activity_at": unit.now}])


def _show(conn: Connection, unit: Unit, event_id: int, publisher: Actor, person: Actor, group: Actor | None) -> None:
    """Into the home timelines of whom it is for and of the person who published it; whoever waits for it is told."""
    stored = objects.find_object_by_id(conn, event_id)
    assert stored is not None
    if group is not None and group.local:
        sharing.share(conn, unit, group, stored)
    owners = home_owners(conn, stored, publisher, (), None) | {person.id}
    entry = {"id": event_id, "object_id": event_id, "shared_by_id": None}
    objects.insert_home_entries(conn, [{**entry, "owner_id": each} for each in sorted(owners)])
    news.tell(conn, unit, happened.Posted(event_id))


def _let_read(conn: Connection, event_id: int, publisher: Actor, organisers: Collection[int]) -> None:
    """Organisers read their event whatever its visibility."""
    known = actors.load_actors_by_id(conn, [each for each in organisers if each != publisher.id])
    rows = [{"object_id": event_id, "actor_uri": each.uri, "silent": True} for each in known.values()]
    objects.insert_mentions(conn, rows)


def columns_of(record: EventRecord, unit: Unit, pictures: list[dict[str, Any]]) -> dict[str, Any]:
    """What the object's row says of a record and its picture."""
    language = record["defaultLanguage"]
    texts = record.get("description", {})
    html = {tag: render_markdown(text) for tag, text in texts.items() if text.strip()}
    spoken = [name for word in record.get("keywords", ()) if (name := hashtag(word))]
    hashtags = dict.fromkeys([*spoken, *hashtags_in(texts.get(language, ""))])
    details: dict[str, Any] = {
        "event": asdict(facts_at(record, unit.now)),
        "hashtags": list(hashtags)[:16],
        "attachments": pictures,
        "content_map": {tag: text for tag, text in html.items() if tag != language},
    }
    return {
        "name": rules.title(record),
        "content": html.get(language, ""),
        "language": language,
        "details": {name: value for name, value in details.items() if value},
    }


def _person(conn: Connection, actor_id: int) -> Actor:
    found = actors.find_actor_by_id(conn, actor_id)
    if found is None or not found.local or not found.is_active:
        raise Forbidden("Only people of this node publish here.")
    return found


def _organisation(conn: Connection, person: Actor) -> Actor:
    """Those who look after the node speak for the organisation."""
    account = accounts.load_account(conn, person.id)
    if account is None or account.role == accounts.MEMBER:
        raise Forbidden("Only those who look after the node publish for the organisation.")
    return actors.load_local_actors(conn, ["organization"])[0]


def _community(conn: Connection, unit: Unit, person: Actor, draft: EventDraft) -> Actor | None:
    """The Group that the event is for, which says who reads it; raises as ``placing.check`` where it takes none."""
    if draft.community_id is None:
        if draft.visibility is Visibility.COMMUNITY:
            raise Invalid(problems=[Problem("$.community", "a community that it belongs to", "none")])
        return None
    group = actors.find_actor_by_id(conn, draft.community_id)
    community = communities.find_community(conn, draft.community_id)
    if group is None or community is None or not group.is_active:
        raise Invalid(problems=[Problem("$.community", "a community that you belong to", str(draft.community_id))])
    placing.check(conn, unit, community, person, begins_topic=True)
    return group


def visibility_in(conn: Connection, draft: EventDraft) -> Visibility:
    """Who reads the event: of a community, who reads that."""
    community = communities.find_community(conn, draft.community_id) if draft.community_id is not None else None
    return community.visibility if community is not None else draft.visibility


def _organisers(conn: Connection, ids: Collection[int]) -> list[int]:
    if len(ids) > MAX_ORGANISERS:
        raise Invalid(problems=[Problem("$.organisers", f"at most {MAX_ORGANISERS}", str(len(ids)))])
    known = actors.load_actors_by_id(conn, list(ids))
    strangers = [each for each in ids if each not in known or not known[each].local]
    if strangers:
        raise Invalid(problems=[Problem("$.organisers", "people of this node", str(strangers[0]))])
    return list(ids)
