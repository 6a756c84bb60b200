"""Deeds of moderators that the home of a community refuses: it says so with ``Reject`` of the activity, and why.

Their own node takes back what it did at once (``node.services.governing.governing.take_back``); software that does
not know this answer loses nothing.
"""

from federation.applying.batch import Batch, Inbound
from federation.sending import outbox
from node.domain.communities import Refusal
from node.sentences import Sentence
from node.services.communities import messages
from node.services.governing import governing
from node.store.communities import community_log
from node.store.people import follows
from node.store.people.actors import Actor

_NOT_A_MODERATOR = Sentence("Only moderators of this community may do this.")


def refuse(batch: Batch, inbound: Inbound, group: Actor, why: str = "") -> None:
    """A community of ours does not do what somebody elsewhere wants. ``why``: empty for who does not govern it."""
    by = batch.actor(inbound.activity.actor)
    if not group.local or inbound.announced_by or by is None or by.local or not by.is_active:
        return
    batch.flush()
    outbox.answer(batch, group, by, inbound.activity.raw, accepted=False, summary=why or _NOT_A_MODERATOR)
    if not why:
        if follows.is_following(batch.conn, by.id, group.id):  # strangers cannot have us write to them
            messages.explain(batch.conn, batch.unit, group, by, Refusal.NOT_A_MODERATOR, _NOT_A_MODERATOR)
        return
    refused = Sentence("What you did in {name} was not taken over: {why}", name=group.title, why=why)
    messages.tell(batch.conn, batch.unit, group, by, refused)


def refused(batch: Batch, inbound: Inbound) -> str:
    """The home of a community refuses what somebody here did in it; '' for a Reject of anything else."""
    activity = inbound.activity
    group = batch.actor(activity.actor)
    if group is None or group.local or not group.is_group or not activity.object_uri:
        return ""
    entry = community_log.find_told(batch.conn, group.id, activity.object_uri)
    if entry is None or not batch.is_local(entry.actor_uri):
        return ""
    batch.flush()
    why = activity.raw.get("summary")
    is_news = governing.take_back(batch.conn, batch.unit, group, entry, why if isinstance(why, str) else "")
    batch.forget(entry.target_uri)
    batch.forget_followers(group.id)
    if is_news and (moderator := batch.actor(entry.actor_uri)) is not None:
        batch.add_owner(moderator.id, inbound.received_id)
    return "deed-refused" if is_news else "refused-before"
