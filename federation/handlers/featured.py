"""Add and Remove: what a profile shows first (``featured``), entries of our collections, and collections not kept here.

Hashtags of a profile come with the same target as its pins (Mastodon); they name themselves and have no id.
"""

from federation import jsonld
from federation.applying.batch import Batch, Inbound
from federation.handlers import collections
from federation.mapping.tags import read_hashtags
from node.services.posts.tag_lists import MAX_FEATURED
from node.store.people import actors
from node.store.people.actors import Actor
from node.store.posts import pins, tag_lists
from node.store.posts.objects import Object
from node.store.tables import featured_tags


def add(batch: Batch, inbound: Inbound) -> str:
    if outcome := collections.add(batch, inbound):
        return outcome
    actor = _owner(batch, inbound)
    if isinstance(actor, str):
        return actor
    if names := _hashtags(inbound):
        room = MAX_FEATURED - tag_lists.count_featured(batch.conn, actor.id)
        for name in names[: max(room, 0)]:
            tag_lists.add(batch.conn, featured_tags, batch.unit.ids.new(), actor.id, name, batch.unit.now)
        return "hashtag"
    found = _own_object(batch, inbound, actor)
    if isinstance(found, str):
        return found
    batch.flush()
    pins.insert_pin(batch.conn, actor.id, found.id, batch.unit.now)
    return "pinned"


def remove(batch: Batch, inbound: Inbound) -> str:
    if outcome := collections.remove(batch, inbound):
        return outcome
    actor = _owner(batch, inbound)
    if isinstance(actor, str):
        return actor
    if names := _hashtags(inbound):
        for name in names:
            tag_lists.remove(batch.conn, featured_tags, actor.id, name)
        return "hashtag"
    found = _own_object(batch, inbound, actor)
    if isinstance(found, str):
        return found
    pins.delete_pin(batch.conn, actor.id, found.id)
    return "unpinned"


def _owner(batch: Batch, inbound: Inbound) -> Actor | str:
    """The profile, where the target is the signer's own ``featured``."""
    activity = inbound.activity
    actor = batch.actor(activity.actor)
    if actor is None or not activity.target_uri:
        return "unknown"
    return actor if activity.target_uri == actors.load_profile(batch.conn, actor.id).featured else "other-target"


def _hashtags(inbound: Inbound) -> tuple[str, ...]:
    return read_hashtags(tuple(map(jsonld.read, inbound.activity.objects)))


def _own_object(batch: Batch, inbound: Inbound, actor: Actor) -> Object | str:
    """What is pinned, which its owner wrote herself."""
    found = batch.live_object(inbound.activity.object_uri)
    if found is None:
        return "unknown-object"
    return found if found.actor_id == actor.id else "other-author"
