"""Move: an account goes to another server, and its followers here go along.

The new account must name the old one in ``alsoKnownAs``; ``federation.arriving.resolving`` has just fetched it freshly,
so the row says what is true now (IN17). FEP-7628 lets the new account send the Move itself: then the old one, read as
freshly, must name the new one too, or anybody could walk off with the followers of anybody.
"""

from federation.actors.moving import COOLDOWN, follow_along
from federation.applying.batch import Batch, Inbound, Needs
from node.store.people import actors
from node.store.people.actors import Actor


def move(batch: Batch, inbound: Inbound) -> str:
    activity = inbound.activity
    old_uri, new_uri = activity.object_uri or "", activity.target_uri or ""
    if activity.actor not in {old_uri, new_uri} or not new_uri or old_uri == new_uri:
        return "other-actor"
    old = batch.actor(old_uri)
    if old is None or old.local:
        return "unknown"
    new, is_pulled = batch.actor(new_uri), activity.actor == new_uri
    stale = [
        uri for uri, each in ((new_uri, new), *([(old_uri, old)] if is_pulled else [])) if _is_stale(each, inbound)
    ]
    if new is None or stale:
        raise Needs(actors=stale)
    if old_uri not in actors.load_profile(batch.conn, new.id).also_known_as:
        return "no-back-link"
    if is_pulled and not _lets_go(batch, old, new_uri):
        return "not-released"
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


def _is_stale(actor: Actor | None, inbound: Inbound) -> bool:
    """Whether we hold it as it was before the Move arrived."""
    return actor is None or not (actor.local or actor.fetched_at >= inbound.received_at)


def _lets_go(batch: Batch, old: Actor, new_uri: str) -> bool:
    """Whether the old account itself says that it is the new one, or has gone there."""
    profile = actors.load_profile(batch.conn, old.id)
    return new_uri in profile.also_known_as or profile.moved_to == new_uri
