"""Like, Dislike and emoji: counted once per person, on what that person may see."""

from federation.applying.batch import Batch, Inbound
from federation.relations import relation
from node.domain.visibility import Visibility, may_see
from node.services.news import happened
from node.store.people.actors import Actor
from node.store.posts import reactions
from node.store.posts.objects import Object
from node.store.posts.reactions import Reaction


def like(batch: Batch, inbound: Inbound) -> str:
    """A Like with a text is an emoji (Misskey, FEP-c0e0)."""
    raw = inbound.activity.raw
    content = raw.get("content") or raw.get("_misskey_reaction")
    if isinstance(content, str) and content:
        return _count(batch, inbound, reactions.EMOJI, content)
    return _count(batch, inbound, reactions.LIKE)


def dislike(batch: Batch, inbound: Inbound) -> str:
    return _count(batch, inbound, reactions.DISLIKE)


def emoji(batch: Batch, inbound: Inbound) -> str:
    content = inbound.activity.raw.get("content")
    return _count(batch, inbound, reactions.EMOJI, content) if isinstance(content, str) and content else "no-content"


#: A person likes or dislikes, not both.
_OPPOSITE = {reactions.LIKE: reactions.DISLIKE, reactions.DISLIKE: reactions.LIKE}


def _count(batch: Batch, inbound: Inbound, kind: str, content: str = "") -> str:
    activity = inbound.activity
    found = batch.live_object(activity.object_uri)
    if found is None:
        return "unknown-object"
    actor = batch.known_actor(activity.actor)
    if batch.is_deleted(activity.id, actor.uri):
        return "undone-before"
    if not may_react(batch, actor, found):
        return "not-visible"
    batch.flush()
    if (opposite := _OPPOSITE.get(kind)) and (
        earlier := reactions.find_reaction(batch.conn, actor.id, found.id, opposite)
    ):
        reactions.delete_reaction(batch.conn, earlier)
    new = Reaction(batch.unit.ids.new(), actor.id, found.id, kind, content[:255], activity.id, batch.unit.now)
    if not reactions.insert_reaction(batch.conn, new):
        return "counted-before"
    if found.local:
        batch.add_owner(found.actor_id, inbound.received_id)
    if kind != reactions.DISLIKE:
        batch.add_news(happened.Reacted(new.id, actor.id, found.id))
    return kind


def may_react(batch: Batch, actor: Actor, found: Object) -> bool:
    """Whether this actor may see the object, and its author has not blocked them (IN19)."""
    return may_see(Visibility(found.visibility), relation(batch.conn, actor, found))
