"""Add and Remove: pins of a profile (``featured``), entries of our collections, and collections that we do not keep."""

from federation.arriving.batch import Batch, Inbound
from federation.handlers import collections
from node.store.people import actors
from node.store.people.actors import Actor
from node.store.posts import pins
from node.store.posts.objects import Object


def add(batch: Batch, inbound: Inbound) -> str:
    if outcome := collections.add(batch, inbound):
        return outcome
    found = _pin(batch, inbound)
    if isinstance(found, str):
        return found
    batch.flush()
    pins.insert_pin(batch.conn, found[0].id, found[1].id, batch.unit.now)
    return "pinned"


def remove(batch: Batch, inbound: Inbound) -> str:
    if outcome := collections.remove(batch, inbound):
        return outcome
    found = _pin(batch, inbound)
    if isinstance(found, str):
        return found
    pins.delete_pin(batch.conn, found[0].id, found[1].id)
    return "unpinned"


def _pin(batch: Batch, inbound: Inbound) -> tuple[Actor, Object] | str:
    """The profile and the object, where the target is the signer's own ``featured`` and the object its own."""
    activity = inbound.activity
    actor = batch.actor(activity.actor)
    if actor is None or not activity.target_uri:
        return "unknown"
    if activity.target_uri != actors.load_profile(batch.conn, actor.id).featured:
        return "other-target"
    found = batch.live_object(activity.object_uri)
    if found is None:
        return "unknown-object"
    return (actor, found) if found.actor_id == actor.id else "other-author"
