"""Undo: takes back a Follow, a reaction, a Block, an Accept, a Join, an Offer, an Invite or a Delete.

The activity that is undone is named by its id (GoToSocial) or embedded (most others). It is found by id first, else
by type, actor and object of the embedded copy; only its own actor can take it back (IN16).
"""

from collections.abc import Callable

from federation.applying.batch import Batch, Inbound
from federation.handlers import courses, events, memberships
from federation.handlers.delete import remember
from federation.handlers.follow import partnership_changed
from federation.mapping.activity import Activity
from node.services.communities import join_requests
from node.services.library import catalogue
from node.store.people import actors, blocks, follows
from node.store.people.actors import Actor
from node.store.people.follows import Follow
from node.store.posts import objects, reactions


def undo(batch: Batch, inbound: Inbound) -> str:
    activity = inbound.activity
    actor = batch.actor(activity.actor)
    if actor is None:
        return "unknown-actor"
    inner = activity.inner
    if inner is not None and inner.actor != activity.actor:
        return "other-actor"
    batch.flush()
    for take_back in (_by_id, _by_meaning):
        if outcome := take_back(batch, actor, activity, inner):
            return outcome
    return remember(batch, activity.object_uri, actor.uri) if activity.object_uri else "unknown"


def _by_id(batch: Batch, actor: Actor, activity: Activity, _inner: Activity | None) -> str:
    uri = activity.object_uri
    if not uri:
        return ""
    if (follow := follows.find_follow_by_uri(batch.conn, uri)) is not None and follow.follower_id == actor.id:
        return _unfollow(batch, actor, follow)
    if (reaction := reactions.find_reaction_by_uri(batch.conn, uri)) is not None and reaction.actor_id == actor.id:
        reactions.delete_reaction(batch.conn, reaction)
        return f"un-{reaction.kind}"
    if outcome := courses.undo_join_by_id(batch, actor, uri):
        return outcome
    if (block := blocks.find_block_by_uri(batch.conn, uri)) is not None and block[0] == actor.id:
        blocks.delete_block(batch.conn, *block)
        return "unblocked"
    return events.undo_by_id(batch, actor, uri)


def _by_meaning(batch: Batch, actor: Actor, _activity: Activity, inner: Activity | None) -> str:
    if inner is None or (act := _MEANINGS.get(inner.type)) is None:
        return ""
    return act(batch, actor, inner)


def _follow(batch: Batch, actor: Actor, inner: Activity) -> str:
    followed = batch.actor(inner.object_uri or "")
    found = follows.find_follow(batch.conn, actor.id, followed.id) if followed else None
    return _unfollow(batch, actor, found) if found else ""


def _unfollow(batch: Batch, actor: Actor, found: Follow) -> str:
    follows.delete_follow(batch.conn, found.id)
    join_requests.settle(batch.conn, batch.unit, found.followed_id, found)
    batch.forget_followers(found.followed_id)
    followed = actors.find_actor_by_id(batch.conn, found.followed_id)
    if followed is not None:
        partnership_changed(batch, actor, followed)
    return "unfollowed"


def _accept(batch: Batch, actor: Actor, inner: Activity) -> str:
    """Undo(Accept): the followed actor removes a follower, here one of ours; or somebody takes an answer back."""
    of_follow = inner.inner
    follower = batch.actor(of_follow.actor) if of_follow else None
    found = follows.find_follow(batch.conn, follower.id, actor.id) if follower else None
    if found is None:
        return events.undo_answer(batch, actor, inner)
    follows.delete_follow(batch.conn, found.id)
    batch.forget_followers(found.followed_id)
    return "follow-ended"


def _block(batch: Batch, actor: Actor, inner: Activity) -> str:
    blocked = batch.actor(inner.object_uri or "")
    if blocked is None or not blocks.has_blocked(batch.conn, actor.id, blocked.id):
        return ""
    blocks.delete_block(batch.conn, actor.id, blocked.id)
    return "unblocked"


def _reaction(kind: str) -> Callable[[Batch, Actor, Activity], str]:
    def take_back(batch: Batch, actor: Actor, inner: Activity) -> str:
        about = batch.object(inner.object_uri)
        content = inner.raw.get("content") if kind == reactions.EMOJI else ""
        found = reactions.find_reaction(batch.conn, actor.id, about.id, kind, str(content or "")) if about else None
        if found is None:
            return ""
        reactions.delete_reaction(batch.conn, found)
        return f"un-{kind}"

    return take_back


def _delete(batch: Batch, actor: Actor, inner: Activity) -> str:
    """What its author had deleted may come again; what it says comes with the Create that follows."""
    uri = inner.object_uri or ""
    known = batch.object(uri)
    is_theirs = known is None or (known.actor_id == actor.id and not known.local and known.state == objects.DELETED)
    if not uri or not is_theirs:
        return "not-deleted"
    catalogue.expect_again(batch.conn, actor, [uri])
    batch.forget(uri)
    return "may-come-again"


_MEANINGS: dict[str, Callable[[Batch, Actor, Activity], str]] = {
    "Follow": _follow,
    "Accept": _accept,
    "TentativeAccept": events.undo_answer,
    "Reject": events.undo_answer,
    "TentativeReject": events.undo_answer,
    "Block": _block,
    "Delete": _delete,
    "Like": _reaction(reactions.LIKE),
    "Dislike": _reaction(reactions.DISLIKE),
    "EmojiReact": _reaction(reactions.EMOJI),
    "Announce": _reaction(reactions.SHARE),
    "Join": events.undo_join,
    "Offer": memberships.withdrawn,
    "Invite": memberships.withdrawn,
}
