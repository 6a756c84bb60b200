"""Invite: one of ours is asked to come to an event (FEP-8a8e, Friendica), or everybody is (Hubzilla)."""

from federation.applying.batch import Batch, Inbound, Needs
from federation.handlers import create, event_offers, memberships
from federation.handlers.events import speaks_for
from federation.mapping.activity import wrapper_of
from federation.mapping.post import read_post
from node.domain.events import AnswerState, Way
from node.errors import Malformed
from node.services.events import event_messages
from node.store.events import event_answers, events
from node.store.events.event_answers import Answer
from node.store.events.events import Event
from node.store.people import blocks
from node.store.people.actors import Actor
from node.store.posts import objects


def invite(batch: Batch, inbound: Inbound) -> str:
    """One of ours is asked to come: only by whoever published the event. An event that we do not know comes along."""
    activity = inbound.activity
    if outcome := memberships.invited(batch, inbound) or event_offers.invitation_asked(batch, inbound):
        return outcome
    invited = batch.local_addressees((activity.target_uri or "", *activity.to))
    if not invited:
        return _published(batch, inbound)
    inviter = batch.known_actor(activity.actor)
    about = batch.object(activity.object_uri)
    if about is None and activity.object_uri and batch.actor(activity.object_uri) is None:
        about = _bring(batch, inbound, inviter)
    for actor in invited:
        batch.add_owner(actor.id, inbound.received_id)
    event = events.find_event(batch.conn, about.id) if about is not None else None
    if event is None or event.local:
        return "invited"  # to a group, or to something else that we only keep
    if not speaks_for(batch, event, activity.actor):
        return "not-organiser"
    for actor in invited:
        _note_invitation(batch, event, inviter, actor, activity.id)
    return "invited"


def _published(batch: Batch, inbound: Inbound) -> str:
    """Hubzilla and its kin publish an event as an Invite of everybody, and no Create follows."""
    activity = inbound.activity
    if activity.inner is not None or [each.get("type") for each in activity.objects] != ["Event"]:
        return "not-ours"
    return create.create(batch, inbound)


def _bring(batch: Batch, inbound: Inbound, inviter: Actor) -> objects.Object | None:
    """The event that an Invite carries whole, be it private; one that is only named is fetched."""
    activity = inbound.activity
    if not activity.objects or activity.inner is not None:
        raise Needs(objects=[activity.object_uri or ""])
    try:
        post = read_post(activity.objects[0], wrapper=wrapper_of(activity.objects[0], activity.actor))
    except Malformed:
        return None
    if post.author_uri != inviter.uri:
        return None
    create.take_in(batch, inbound, inviter, post, on_purpose=True)
    batch.flush()
    return batch.object(post.uri)


def _note_invitation(batch: Batch, event: Event, inviter: Actor, person: Actor, uri: str) -> None:
    conn, unit = batch.conn, batch.unit
    if blocks.has_blocked(conn, person.id, inviter.id) or event_answers.find_answer(conn, event.id, person.id):
        return
    objects.insert_mentions(conn, [{"object_id": event.id, "actor_uri": person.uri, "silent": True}])
    new = Answer(
        id=unit.ids.new(),
        event_id=event.id,
        actor_id=person.id,
        state=AnswerState.INVITED.value,
        uri="",
        invite_uri=uri,
        invited_by=inviter.id,
        note="",
        companions=0,
        way=Way.PAGE.value,
        queued_at=None,
        created_at=unit.now,
        updated_at=unit.now,
    )
    event_answers.insert_answer(conn, new)
    event_messages.tell_state(conn, unit, event, person, AnswerState.INVITED)
