"""Block: a person elsewhere wants nothing to do with one of ours."""

from federation.applying.batch import Batch, Inbound
from node.store.people import blocks, follows


def block(batch: Batch, inbound: Inbound) -> str:
    """Follows end in both directions; the blocker's posts are hidden from the blocked (API14)."""
    blocked = batch.actor(inbound.activity.object_uri or "")
    if blocked is None or not blocked.local:
        return "not-ours"
    blocker = batch.known_actor(inbound.activity.actor)
    if batch.is_deleted(inbound.activity.id, blocker.uri):
        return "undone-before"
    blocks.insert_block(batch.conn, batch.unit.ids.new(), blocker.id, blocked.id, inbound.activity.id, batch.unit.now)
    follows.delete_between(batch.conn, blocker.id, blocked.id)
    batch.forget_followers(blocked.id)
    batch.forget_followers(blocker.id)
    return "blocked"
