"""Move: an account goes to another server, and its followers here go along.

The new account must name the old one in ``alsoKnownAs``; ``federation.resolving`` has just fetched it freshly, so the
row says what is true now (IN17). FEP-7628 lets the new account send the Move itself.
"""

from federation import outbox
from federation.batch import Batch, Inbound, Needs
from node.clock import DAY
from node.store import actors, follows
from node.store.actors import Actor
from node.store.follows import Follow

COOLDOWN = 7 * DAY


def move(batch: Batch, inbound: Inbound) -> str:
    activity = inbound.activity
    old_uri, new_uri = activity.object_uri or "", activity.target_uri or ""
    if activity.actor not in {old_uri, new_uri} or not new_uri or old_uri == new_uri:
        return "other-actor"
    old = batch.actor(old_uri)
    if old is None or old.local:
        return "unknown"
    new = batch.actor(new_uri)
    if new is None or new.fetched_at < inbound.received_at:
        raise Needs(actors=[new_uri])
    profile = actors.load_profile(batch.conn, new.id)
    if old_uri not in profile.also_known_as:
        return "no-back-link"
    if old.moved_to and actors.load_profile(batch.conn, old.id).updated_at > batch.unit.now - COOLDOWN:
        return "moved-before"
    batch.flush()
    actors.update_actor(batch.conn, old.id, moved_to=new_uri, updated_at=batch.unit.now)
    for follower_id in batch.local_followers(old.id):
        _follow_along(batch, follower_id, old, new)
    batch.forget(old_uri)
    batch.forget_followers(old.id)
    return "moved"


def _follow_along(batch: Batch, follower_id: int, old: Actor, new: Actor) -> None:
    earlier = follows.find_follow(batch.conn, follower_id, old.id)
    if earlier is not None:
        follows.delete_follow(batch.conn, earlier.id)
    if follower_id == new.id or follows.find_follow(batch.conn, follower_id, new.id) is not None:
        return
    follow_id = batch.unit.ids.new()
    uri = outbox.follow_uri(batch.unit, follow_id)
    follows.save_follow(batch.conn, Follow(follow_id, follower_id, new.id, uri, follows.PENDING, batch.unit.now))
    outbox.record_follow_request(batch.conn, batch.unit, follow_id, new.uri)
