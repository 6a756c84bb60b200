"""Our own events: published, changed, cancelled, taken back. Units of work.

A record is checked before anything is written. Everybody who has answered hears of a change, wherever they are: the
event says so to other servers (``ObjectUpdated``), and to people here it is an edit.
"""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from typing import Any, cast

from sqlalchemy import Connection

from node import events as happenings
from node.calendar.recurrence import find_occurrence
from node.domain import events as rules
from node.domain.communities import TopicKind
from node.domain.events import EventRecord, EventStatus, Override
from node.domain.slugs import slug_of
from node.domain.text import hashtag
from node.domain.visibility import Visibility
from node.domain.words import hashtags_in
from node.errors import Conflict, Forbidden, Invalid, NotFound, Problem
from node.media.links import MediaLinks
from node.services.context import Unit
from node.services.events import event_dates, event_deciding, event_offers, event_pictures
from node.services.events.event_pictures import Picture
from node.services.events.event_records import check_record, facts_at, saved_of
from node.services.events.event_reminders import remind_later
from node.services.news import happened, news
from node.services.posts import media, placing, sharing
from node.services.posts.audiences import home_owners
from node.store.access import accounts
from node.store.communities import communities
from node.store.events import events
from node.store.events.events import Event
from node.store.people import actors
from node.store.people.actors import Actor
from node.store.posts import burying, objects, tags, topics
from node.store.posts import media as media_store
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


# -- publishing ------------------------------------------------------------------------------------------------------


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
    uri = f"{unit.origin}/ap/o/{object_id}"
    slug = slug_of(rules.title(record), otherwise="event")
    picture = event_pictures.choose(conn, person_id, draft.picture) if links is not None else None
    shown = event_pictures.as_details(picture, links) if links is not None else []
    row: dict[str, Any] = {
        "id": object_id,
        "uri": uri,
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
        **_columns(record, unit, shown),
    }
    objects.insert_objects(conn, [row])
    cancelled_at = unit.now if rules.is_cancelled(record) else None
    if picture is not None:
        media_store.tie(conn, object_id, [picture.id])
    events.save_event(conn, object_id, saved_of(record, unit.now, source_uid=source_uid, cancelled_at=cancelled_at))
    events.add_organisers(conn, object_id, [person.id, *_organisers(conn, draft.organisers)])
    tags.add_tags(conn, {object_id: row["details"].get("hashtags", ())})
    if group is not None:  # its server passes the event on
        objects.insert_mentions(conn, [{"object_id": object_id, "actor_uri": group.uri, "silent": True}])
        topic = {"object_id": object_id, "community_id": group.id, "kind": TopicKind.EVENT.value}
        topics.save_topics(conn, [{**topic, "last_activity_at": unit.now}])
    stored = objects.find_object_by_id(conn, object_id)
    assert stored is not None
    if group is not None and group.local:
        sharing.share(conn, unit, group, stored)
    owners = home_owners(conn, stored, publisher, (), None) | {person.id}
    entry = {"id": object_id, "object_id": object_id, "shared_by_id": None}
    objects.insert_home_entries(conn, [{**entry, "owner_id": each} for each in sorted(owners)])
    news.tell(conn, unit, happened.Posted(object_id))
    if visibility.federates:
        happenings.record(conn, unit.ids, unit.now, happenings.ObjectCreated(object_id), about=uri)
    _let_read(conn, object_id, publisher, events.list_organisers(conn, object_id))
    indexing.index_now(conn, object_id)
    found = events.find_event(conn, object_id)
    assert found is not None
    remind_later(conn, unit, found)
    return found


def _let_read(conn: Connection, event_id: int, publisher: Actor, organisers: Collection[int]) -> None:
    """Organisers read their event whatever its visibility."""
    known = actors.load_actors_by_id(conn, [each for each in organisers if each != publisher.id])
    rows = [{"object_id": event_id, "actor_uri": each.uri, "silent": True} for each in known.values()]
    objects.insert_mentions(conn, rows)


def _columns(record: EventRecord, unit: Unit, pictures: list[dict[str, Any]]) -> dict[str, Any]:
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
    if found is None or not found.local or found.state != "active":
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
    if group is None or community is None or group.state != "active":
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


# -- changing --------------------------------------------------------------------------------------------------------


def find_organised(conn: Connection, event_id: int, person_id: int) -> Event:
    """A living event of this node that this person looks after; NotFound for what she may not even read."""
    found = find_looked_after(conn, event_id, person_id)
    if not found.local:
        raise Forbidden("This is done at the home of the event.")
    return found


def find_looked_after(conn: Connection, event_id: int, person_id: int) -> Event:
    """The same, also of another node, which is told what she decides and asked to change what she changes."""
    found = events.find_visible(conn, event_id, person_id)
    if found is None:
        raise NotFound
    if not events.is_organiser(conn, found, person_id):
        raise Forbidden("Only its organisers may do this.")
    return found


def find_whole(conn: Connection, event_id: int, person_id: int) -> Event:
    """The same, but no single date of a series, which is what its series says it is."""
    found = find_looked_after(conn, event_id, person_id)
    if found.series_id is not None:
        raise Conflict("This is one date of a series. Change it there.")
    return found


def find_whole_here(conn: Connection, event_id: int, person_id: int) -> Event:
    find_organised(conn, event_id, person_id)
    return find_whole(conn, event_id, person_id)


def change_event(
    conn: Connection,
    unit: Unit,
    person_id: int,
    event_id: int,
    record: EventRecord,
    *,
    picture: Picture | None = None,
    links: MediaLinks | None = None,
) -> Event:
    """Put another record in the place of an event's; nothing changes where it is the same.

    A cancelled event can be announced again: that is a change like any other. More places let people move up.
    ``picture``: another one, or none; with None it stays as it is. The home of an event elsewhere is asked to; until it
    has, nothing changes here.
    """
    found = find_whole(conn, event_id, person_id)
    checked = check_record(record)
    if checked == found.record and picture is None:
        return found
    if not found.local:
        if picture is not None:
            raise Forbidden("The picture is chosen at the home of the event.")
        event_offers.ask_for_change(conn, unit, found, person_id, checked)
        return found
    events.lock_event(conn, found.id)
    found = events.find_event(conn, found.id) or found
    if checked.get("capacity") is not None and checked["capacity"] < found.going_count:
        expected = f"at least {found.going_count}: so many places are given away"
        raise Invalid(problems=[Problem("$.capacity", expected, str(checked["capacity"]))])
    is_cancelled, was_cancelled = rules.is_cancelled(checked), found.cancelled_at is not None
    saved = saved_of(
        checked,
        unit.now,
        sequence=found.sequence + rules.changes_calendars(found.record, checked),
        cancelled_at=(found.cancelled_at or unit.now) if is_cancelled else None,
    )
    objects.keep_version(conn, found.id, unit.now)
    pictures = (found.details or {}).get("attachments", [])
    if picture is not None and links is not None:
        shown = event_pictures.replace(conn, unit, person_id, found.id, picture)
        pictures = event_pictures.as_details(shown, links)
    columns = _columns(checked, unit, pictures)
    objects.update_object(conn, found.id, {**columns, "version": found.version + 1, "updated_at": unit.now})
    events.save_event(conn, found.id, saved)
    tags.replace_tags(conn, found.id, columns["details"].get("hashtags", ()))
    changed = events.find_event(conn, found.id)
    assert changed is not None
    event_dates.follow_series(conn, unit, changed)
    if not is_cancelled:
        event_deciding.settle(conn, unit, changed)
    news.tell(conn, unit, happened.Edited(found.id))
    happenings.record(conn, unit.ids, unit.now, happenings.ObjectUpdated(found.id), about=found.uri)
    if was_cancelled or found.sequence != changed.sequence:
        remind_later(conn, unit, changed)
    return changed


def change_as_asked(
    conn: Connection,
    unit: Unit,
    organiser_id: int,
    event: Event,
    said: EventRecord,
    fields: Collection[str],
    sequence: int | None,
) -> Event:
    """At home: these fields of its record become what somebody says who looks after the event from another node.

    ``sequence``: of the event as she knew it; Conflict where time, place or state have changed since and she means
    them, too. Raises Invalid as ``change_event`` does.
    """
    if sequence != event.sequence and not rules.WHEN_AND_WHERE.isdisjoint(fields):
        raise Conflict("Somebody else has changed the event meanwhile.")
    kept = {key: value for key, value in event.record.items() if key not in fields}
    record = {**kept, **{key: value for key, value in said.items() if key in fields}}
    return change_event(conn, unit, organiser_id, event.id, cast(EventRecord, record))


def cancel_event(conn: Connection, unit: Unit, person_id: int, event_id: int) -> Event:
    """It does not take place: an Update, never a Delete, so that it stays in calendars as cancelled."""
    found = find_whole(conn, event_id, person_id)
    record = cast(EventRecord, {**found.record, "status": EventStatus.CANCELLED.value})
    return change_event(conn, unit, person_id, event_id, record)


def change_occurrence(
    conn: Connection, unit: Unit, person_id: int, event_id: int, day: str, override: Override | None
) -> Event:
    """One time of a series differs: it is moved, held elsewhere, or cancelled; with None it is as its series again.

    ``day``: on which the rule has it, as ``2026-05-07``, in the event's own time zone.
    """
    found = find_whole(conn, event_id, person_id)
    rule = found.record.get("recurrence")
    if rule is None or find_occurrence(found.record, day) is None:
        raise Conflict("It does not take place on that day anyway.")
    kept = [each for each in rule.get("overrides", ()) if each["day"] != day]
    kept += [] if override is None else [override]
    bare = {key: value for key, value in rule.items() if key != "overrides"}
    changed = {**bare, "overrides": sorted(kept, key=lambda each: each["day"])} if kept else bare
    record = cast(EventRecord, {**found.record, "recurrence": changed})
    return change_event(conn, unit, person_id, event_id, record)


def delete_event(conn: Connection, unit: Unit, person_id: int, event_id: int) -> None:
    """Take an event back whole, with all answers; whoever answered hears that it is gone. Only at its home."""
    found = find_whole_here(conn, event_id, person_id)
    event_dates.remove(conn, unit, found)
    stored = objects.find_object_by_id(conn, found.id)
    assert stored is not None
    news.tell(conn, unit, happened.Deleted(stored))
    told = sorted({*objects.load_told(conn, found.id), *events.load_hearing_uris(conn, found.id)})
    media.release(conn, unit, found.id, forget=True)
    burying.bury(conn, stored, unit.now)
    if Visibility(found.visibility).federates or told:
        happenings.record(conn, unit.ids, unit.now, happenings.ObjectDeleted(found.id, told), about=found.uri)
