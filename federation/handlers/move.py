"""Move: an account goes to another server, and its followers here go along.

The new account must name the old one in ``alsoKnownAs``; ``federation.arriving.resolving`` has just fetched it freshly,
so the row says what is true now (IN17). FEP-7628 lets the new account send the Move itself.
"""

from federation.actors.moving import COOLDOWN, follow_along
from federation.arriving.batch import Batch, Inbound, Needs
from node.store.people import actors


def move(batch: Batch, inbound: Inbound) -> str:
    activity = inbound.activity
    old_uri, new_uri = activity.object_uri or "", activity.target_uri or ""
    if activity.actor not in {old_uri, new_uri} or not new_uri or old_uri == new_uri:
        return "other-actor"
    old = batch.actor(old_uri)
    if old is None or old.local:
        return "unknown"
    new = batch.actor(new_uri)
    if new is None or not (new.local or new.fetched_at >= inbound.received_at):
        raise Needs(actors=[new_uri])
    profile = actors.load_profile(batch.conn, new.id)
    if old_uri not in profile.also_known_as:
        return "no-back-link"
    if old.moved_at is not None and batch.unit.now - old.moved_at < COOLDOWN:
        return "moved-before"
    batch.flush()
    actors.update_actor(batch.conn, old.id, moved_to=new_uri, moved_at=batch.unit.now, updated_at=batch.unit.now)
    for follower_id in batch.local_followers(old.id):
        follow_along(batch.conn, batch.unit, follower_id, old, new)
    batch.forget(old_uri)
    batch.forget_followers(old.id)
    batch.forget_followers(new.id)
    return "moved"
