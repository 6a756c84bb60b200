"""Announce: somebody shares an object, or a community passes an activity on (FEP-1b12)."""

from federation.applying.batch import Batch, Inbound, Needs
from federation.handlers import create
from federation.handlers.react import may_react
from federation.mapping.addressing import Addresses, visibility_of
from federation.mapping.post import read_post
from node.domain.visibility import Visibility
from node.errors import Malformed
from node.services.news import happened
from node.store.people.actors import Actor
from node.store.posts import reactions
from node.store.posts.objects import LIVE, Object
from node.store.posts.reactions import Reaction


def announce(batch: Batch, inbound: Inbound) -> str:
    """An embedded activity never gets here: ``federation.arriving.resolving`` proves it and applies it by itself."""
    activity = inbound.activity
    sharer = batch.known_actor(activity.actor)
    if not activity.object_uri:
        return "no-object"
    if batch.is_deleted(activity.id, sharer.uri):
        return "undone-before"
    found = batch.object(activity.object_uri)
    if found is None:
        if not _concerns_us(batch, sharer):
            return "unrelated"
        if batch.is_local(activity.object_uri):
            return "unknown-object"
        found = _brought_along(batch, inbound, sharer)
        if found is None:
            raise Needs(objects=[activity.object_uri])
    if not may_share(batch, sharer, found):
        return "not-visible"
    return _share(batch, inbound, sharer, found)


def _concerns_us(batch: Batch, sharer: Actor) -> bool:
    return bool(batch.local_followers(sharer.id))


def _brought_along(batch: Batch, inbound: Inbound, sharer: Actor) -> Object | None:
    """A post of the sharer's own that stands in the boost: Mastodon sends so what only followers may fetch."""
    documents = inbound.activity.objects
    try:
        post = read_post(documents[0], followers=sharer.followers) if documents else None
    except Malformed:
        return None
    if post is None or post.author_uri != sharer.uri or post.is_vote:
        return None
    create.take_in(batch, inbound, sharer, post, on_purpose=True)
    return batch.object(post.uri)


def may_share(batch: Batch, sharer: Actor, found: Object) -> bool:
    """What everybody may see, and one's own (Mastodon lets people share their followers-only posts)."""
    if found.state != LIVE:
        return False
    visibility = Visibility(found.visibility)
    is_open = visibility.is_open or (visibility is Visibility.FOLLOWERS and found.actor_id == sharer.id)
    return is_open and may_react(batch, sharer, found)


def _shown_to(inbound: Inbound, sharer: Actor) -> str:
    """What says nothing is for everybody; what names neither everybody nor the followers is for no more than them."""
    addresses = Addresses(inbound.activity.to, inbound.activity.cc)
    if not any(addresses):
        return Visibility.PUBLIC.value
    found = visibility_of(addresses, author=sharer.uri, followers=sharer.followers)
    return found.value if found.is_open else Visibility.FOLLOWERS.value


def _share(batch: Batch, inbound: Inbound, sharer: Actor, found: Object) -> str:
    batch.flush()
    uri = inbound.activity.id
    new = Reaction(
        batch.unit.ids.new(), sharer.id, found.id, reactions.SHARE, "", uri, batch.unit.now, _shown_to(inbound, sharer)
    )
    if not reactions.insert_reaction(batch.conn, new):
        return "shared-before"
    owners = batch.local_followers(sharer.id)
    batch.add_home(owners, new.id, found.id, sharer.id)
    for owner in owners:
        batch.add_owner(owner, inbound.received_id)
    if found.local:
        batch.add_owner(found.actor_id, inbound.received_id)
    batch.add_news(happened.Shared(new.id, sharer.id, found.id))
    return "shared"
