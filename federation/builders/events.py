"""What leaves about events: Join, Leave, Invite, and what became of answers that came as activities."""

from typing import Any, cast

from sqlalchemy import Connection

from federation.builders import documents
from federation.builders.audience import Audience
from federation.builders.objects import about_object
from federation.builders.outgoing import Outgoing
from federation.mapping.community_settings import CHANGED
from federation.mapping.event_record import RECORD
from node import events
from node.domain.events import AnswerState, EventRecord, Wish, title
from node.domain.visibility import Visibility
from node.services.context import Unit
from node.store.events import event_answers
from node.store.events import events as store
from node.store.events.events import Event
from node.store.federation import hosts
from node.store.people import actors
from node.store.people.actors import Actor
from node.store.posts import objects

#: Software that reads answers to the event itself: Accept, TentativeAccept, Reject of it.
_KNOWS_RSVP = frozenset({"rhizome", "friendica", "hubzilla", "streams", "forte"})
#: Software that reads those only, and no Join.
_KNOWS_NO_JOIN = frozenset({"friendica", "hubzilla", "streams", "forte"})
_TOLD = {
    AnswerState.GOING: "Accept",
    AnswerState.WAITLIST: "TentativeAccept",
    AnswerState.REFUSED: "Reject",
}


def _to_one(sender: Actor, activity: dict[str, Any], to: Actor, about: str) -> Outgoing:
    addressed = {**activity, "to": [to.uri]}
    return Outgoing(sender, addressed, about, Visibility.DIRECT, Audience(named=(to.uri,)))


def _people(conn: Connection, event: Event, person_id: int) -> tuple[Actor, Actor]:
    """Who published the event, and who answers it."""
    known = actors.load_actors_by_id(conn, [event.actor_id, person_id])
    return known[event.actor_id], known[person_id]


def _software(conn: Connection, actor: Actor) -> str:
    known = hosts.load_hosts(conn, [actor.host]).get(actor.host)
    return known.software if known else ""


def event_joined(conn: Connection, unit: Unit, event: events.EventJoined) -> Outgoing | None:
    """Join, to whoever published the event; Accept of the event where no Join is read."""
    answer = event_answers.find_by_id(conn, event.answer_id)
    found = store.find_event(conn, answer.event_id) if answer else None
    if answer is None or found is None or answer.state != AnswerState.REQUESTED or found.state != objects.LIVE:
        return None
    publisher, person = _people(conn, found, answer.actor_id)
    type_ = "Accept" if _software(conn, publisher) in _KNOWS_NO_JOIN else "Join"
    activity: dict[str, Any] = {"id": answer.uri, "type": type_, "actor": person.uri, "object": found.uri}
    if answer.note:
        activity["participationMessage"] = answer.note
    if answer.companions:
        activity["companions"] = answer.companions
    return _to_one(person, activity, publisher, found.uri)


def event_answered(conn: Connection, unit: Unit, event: events.EventAnswered) -> Outgoing | None:
    """Leave where there was a Join; else the answer in words that the other side reads, where it reads any."""
    found = store.find_event(conn, event.event_id)
    if found is None or found.state != objects.LIVE:
        return None
    publisher, person = _people(conn, found, event.actor_id)
    # Whoever gives dates ids of their own reads what is answered to them.
    knows_rsvp = found.series_id is not None or _software(conn, publisher) in _KNOWS_RSVP
    activity: dict[str, Any] = {"actor": person.uri, "object": found.uri}
    if event.wish == Wish.INTERESTED and knows_rsvp:
        activity["type"] = "TentativeAccept"
    elif event.join_uri:
        activity["type"] = "Leave"
    elif event.wish == Wish.DECLINED and event.invite_uri:
        activity |= {"type": "Reject", "object": event.invite_uri}
    elif event.wish == Wish.DECLINED and knows_rsvp:
        activity["type"] = "Reject"
    else:
        return None
    return _to_one(person, activity, publisher, found.uri)


def answer_decided(conn: Connection, unit: Unit, event: events.AnswerDecided) -> Outgoing | None:
    """What became of a Join: said again as long as it still holds."""
    answer = event_answers.find_by_id(conn, event.answer_id)
    found = store.find_event(conn, answer.event_id) if answer else None
    told = _TOLD.get(AnswerState(event.state))
    if answer is None or found is None or answer.state != event.state or told is None:
        return None
    publisher, person = _people(conn, found, answer.actor_id)
    if told == "TentativeAccept" and _software(conn, person) == "mobilizon":
        return None
    asked = {"id": answer.uri or answer.invite_uri, "type": "Join", "actor": person.uri, "object": found.uri}
    return _to_one(publisher, {"type": told, "actor": publisher.uri, "object": asked}, person, found.uri)


def person_invited(conn: Connection, unit: Unit, event: events.PersonInvited) -> Outgoing | None:
    """The event goes along whole: who is invited may read it whatever its visibility."""
    answer = event_answers.find_by_id(conn, event.answer_id)
    found = store.find_event(conn, answer.event_id) if answer else None
    if answer is None or found is None or found.state != objects.LIVE:
        return None
    publisher, person = _people(conn, found, answer.actor_id)
    document = documents.object_document(conn, objects.load_row(conn, found.id), now=unit.now)
    activity = {
        "id": answer.invite_uri,
        "type": "Invite",
        "actor": publisher.uri,
        "object": document,
        "target": person.uri,
    }
    return _to_one(publisher, activity, person, found.uri)


def event_counted(conn: Connection, unit: Unit, event: events.EventCounted) -> Outgoing | None:
    """The whole event with its numbers; ``updated`` stays, so that nobody takes it for an edit."""
    return about_object(conn, unit, event.object_id, "Update")


def answer_offered(conn: Connection, unit: Unit, event: events.AnswerOffered) -> Outgoing | None:
    """Offer of a Join to those elsewhere who look after the event; Undo of that when it is settled."""
    found = store.find_event(conn, event.event_id)
    if found is None or found.state != objects.LIVE:
        return None
    publisher, asker = _people(conn, found, event.asker_id)
    join = _join_of(event.uri, asker, found)
    if event.note:
        join["participationMessage"] = event.note
    activity = {"type": "Offer", "actor": publisher.uri, "object": join, "to": list(event.to)}
    if event.is_settled:
        activity = {"type": "Undo", "actor": publisher.uri, "object": activity, "to": list(event.to)}
    return Outgoing(publisher, activity, found.uri, Visibility.DIRECT, Audience(named=tuple(event.to)))


def answer_judged(conn: Connection, unit: Unit, event: events.AnswerJudged) -> Outgoing | None:
    """Accept or Reject of an offered Join, to the home of the event."""
    found = store.find_event(conn, event.event_id)
    if found is None or found.state != objects.LIVE:
        return None
    publisher, asker = _people(conn, found, event.asker_id)
    organiser = actors.load_actors_by_id(conn, [event.person_id])[event.person_id]
    type_ = "Accept" if event.admitted else "Reject"
    activity = {"type": type_, "actor": organiser.uri, "object": _join_of(event.uri, asker, found)}
    return _to_one(organiser, activity, publisher, found.uri)


def event_change_asked(conn: Connection, unit: Unit, event: events.EventChangeAsked) -> Outgoing | None:
    """Update of the event as it is to be, to its home; ``rz:changed`` says which fields of its record are meant."""
    found = store.find_event(conn, event.event_id)
    if found is None or found.state != objects.LIVE:
        return None
    publisher, organiser = _people(conn, found, event.person_id)
    record = cast(EventRecord, event.record)
    document = {
        "id": found.uri,
        "type": "Event",
        "attributedTo": publisher.uri,
        "name": title(record),
        "startTime": record["start"],
        "sequence": event.sequence,
        "mainEntity": {"type": "EducationEvent", "extensions": {RECORD: record}},
    }
    activity = {"type": "Update", "actor": organiser.uri, "object": document, CHANGED: list(event.changed)}
    return _to_one(organiser, activity, publisher, found.uri)


def invitation_asked(conn: Connection, unit: Unit, event: events.InvitationAsked) -> Outgoing | None:
    """Invite to the home of an event, which invites the person itself."""
    found = store.find_event(conn, event.event_id)
    if found is None or found.state != objects.LIVE:
        return None
    publisher, organiser = _people(conn, found, event.person_id)
    activity = {"type": "Invite", "actor": organiser.uri, "object": found.uri, "target": event.invited_uri}
    return _to_one(organiser, activity, publisher, found.uri)


def _join_of(uri: str, asker: Actor, event: Event) -> dict[str, Any]:
    join = {"type": "Join", "actor": asker.uri, "object": event.uri}
    return {"id": uri, **join} if uri else join
