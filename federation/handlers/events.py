"""Join, Leave, Invite and their answers: a node that runs no events of its own says so, clearly."""

from federation import outbox
from federation.batch import Batch, Inbound
from federation.handlers import courses
from federation.mapping.activity import Activity
from node.store import actors
from node.store.actors import Actor


def join(batch: Batch, inbound: Inbound) -> str:
    """Nobody here tracks participants: FEP-8a8e answers Ignore; Mobilizon understands Reject only, so both go out."""
    activity = inbound.activity
    if outcome := courses.join(batch, inbound):
        return outcome
    owner = _owner(batch, activity)
    if owner is None:
        return "not-ours"
    asker = batch.known_actor(activity.actor)
    outbox.answer(batch, owner, asker, activity.raw, accepted=False, type_="Ignore")
    outbox.answer(batch, owner, asker, activity.raw, accepted=False)
    return "join-refused"


def _owner(batch: Batch, activity: Activity) -> Actor | None:
    found = batch.live_object(activity.object_uri)
    if found is not None and found.local:
        return actors.load_actors_by_id(batch.conn, [found.actor_id])[found.actor_id]
    actor = batch.actor(activity.object_uri or "")
    return actor if actor is not None and actor.local else None


def leave(batch: Batch, inbound: Inbound) -> str:
    """Nobody joined, so nobody leaves; the sender is content with silence."""
    if outcome := courses.leave(batch, inbound):
        return outcome
    return "ignored" if _owner(batch, inbound.activity) else "not-ours"


def undo_join(batch: Batch, actor: Actor, inner: Activity) -> str:
    return courses.undo_join(batch, actor, inner) or "ignored"


def invite(batch: Batch, inbound: Inbound) -> str:
    """Kept in the inbox of whom it invites; the answer is that person's."""
    invited = batch.local_addressees((inbound.activity.target_uri or "", *inbound.activity.to))
    for actor in invited:
        batch.add_owner(actor.id, inbound.received_id)
    return "invited" if invited else "not-ours"


def answer(batch: Batch, inbound: Inbound) -> str:
    """An answer to something that was sent from here, kept in the inbox of whom it is addressed to."""
    if outcome := courses.answer(batch, inbound):
        return outcome
    addressed = batch.local_addressees(inbound.activity.to)
    if not addressed or not batch.is_local(inbound.activity.object_uri or ""):
        return "not-asked"
    for actor in addressed:
        batch.add_owner(actor.id, inbound.received_id)
    return "answered"
