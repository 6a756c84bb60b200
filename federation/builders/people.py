"""What our actors say of themselves and to each other: profile, end, move, follows, blocks."""

from typing import Any

from sqlalchemy import Connection

from federation.builders import documents
from federation.builders.audience import Audience
from federation.builders.outgoing import Outgoing
from federation.mapping.tags import build_hashtag
from federation.vocab import PUBLIC
from node import events
from node.clock import to_rfc3339
from node.domain.visibility import Visibility
from node.services.context import Unit
from node.store.communities import communities
from node.store.federation import activities
from node.store.people import actors, follows
from node.store.people.actors import Actor


def actor_updated(conn: Connection, unit: Unit, event: events.ActorUpdated) -> Outgoing | None:
    actor = actors.load_actors_by_id(conn, [event.actor_id])[event.actor_id]
    activity = {
        "type": "Update",
        "actor": actor.uri,
        "to": [PUBLIC],
        "cc": [actor.followers],
        "published": to_rfc3339(unit.now),
        "object": documents.actor_document(conn, actor.id),
    }
    community = communities.find_community(conn, actor.id) if actor.is_group else None
    is_closed = community is not None and community.visibility is not Visibility.PUBLIC  # strangers know nothing of it
    audience = Audience(followers=True, everyone=event.everyone and not is_closed, named=tuple(event.to))
    return Outgoing(actor, activity, actor.uri, Visibility.PUBLIC, audience)


def actor_deleted(conn: Connection, unit: Unit, event: events.ActorDeleted) -> Outgoing | None:
    actor = actors.load_actors_by_id(conn, [event.actor_id])[event.actor_id]
    activity = {"type": "Delete", "actor": actor.uri, "to": [PUBLIC], "cc": [], "object": actor.uri}
    return Outgoing(actor, activity, actor.uri, Visibility.PUBLIC, Audience(followers=True, everyone=True))


def actor_moved(conn: Connection, unit: Unit, event: events.ActorMoved) -> Outgoing | None:
    actor = actors.load_actors_by_id(conn, [event.actor_id])[event.actor_id]
    activity = {
        "type": "Move",
        "actor": actor.uri,
        "object": actor.uri,
        "target": actor.moved_to,
        "to": [actor.followers],
        "cc": [],
    }
    return Outgoing(actor, activity, actor.uri, Visibility.UNLISTED, Audience(followers=True))


def follow_requested(conn: Connection, unit: Unit, event: events.FollowRequested) -> Outgoing | None:
    follow = follows.find_follow_by_id(conn, event.follow_id)
    if follow is None:
        return None
    known = actors.load_actors_by_id(conn, [follow.follower_id, follow.followed_id])
    follower, followed = known[follow.follower_id], known[follow.followed_id]
    activity = {**_follow(follow.uri, follower, followed), "to": [followed.uri]}
    return Outgoing(follower, activity, followed.uri, Visibility.DIRECT, Audience(named=(followed.uri,)))


def _follow(uri: str, follower: Actor, followed: Actor) -> dict[str, Any]:
    return {"id": uri, "type": "Follow", "actor": follower.uri, "object": followed.uri}


def follow_ended(conn: Connection, unit: Unit, event: events.FollowEnded) -> Outgoing | None:
    known = actors.load_actors_by_id(conn, [event.follower_id, event.followed_id])
    follower, followed = known[event.follower_id], known[event.followed_id]
    activity = {
        "type": "Undo",
        "actor": follower.uri,
        "object": _follow(event.uri, follower, followed),
        "to": [followed.uri],
    }
    return Outgoing(follower, activity, followed.uri, Visibility.DIRECT, Audience(named=(followed.uri,)))


def follow_answered(conn: Connection, unit: Unit, event: events.FollowAnswered) -> Outgoing | None:
    known = actors.load_actors_by_id(conn, [event.follower_id, event.followed_id])
    follower, followed = known[event.follower_id], known[event.followed_id]
    activity = {
        "type": "Accept" if event.accepted else "Reject",
        "actor": followed.uri,
        "object": _follow(event.uri, follower, followed),
        "to": [follower.uri],
    }
    return Outgoing(followed, activity, follower.uri, Visibility.DIRECT, Audience(named=(follower.uri,)))


# -- blocks ---------------------------------------------------------------------------------------------------------


def blocked(conn: Connection, unit: Unit, event: events.Blocked) -> Outgoing | None:
    known = actors.load_actors_by_id(conn, [event.blocker_id, event.blocked_id])
    blocker, target = known[event.blocker_id], known[event.blocked_id]
    return _told(blocker, _block(event.uri, blocker, target), target)


def block_ended(conn: Connection, unit: Unit, event: events.BlockEnded) -> Outgoing | None:
    """The Undo of a Block that was told; nothing where it was kept to ourselves."""
    if activities.load_activity(conn, event.uri) is None:
        return None
    known = actors.load_actors_by_id(conn, [event.blocker_id, event.blocked_id])
    blocker, target = known[event.blocker_id], known[event.blocked_id]
    inner = _block(event.uri, blocker, target)
    return _told(blocker, {"type": "Undo", "actor": blocker.uri, "object": inner, "to": [target.uri]}, target)


def _block(uri: str, blocker: Actor, target: Actor) -> dict[str, Any]:
    return {"id": uri, "type": "Block", "actor": blocker.uri, "object": target.uri, "to": [target.uri]}


def _told(actor: Actor, activity: dict[str, Any], to: Actor) -> Outgoing:
    """To one actor and nobody else."""
    return Outgoing(actor, activity, to.uri, Visibility.DIRECT, Audience(named=(to.uri,)))


# -- hashtags on a profile ------------------------------------------------------------------------------------------


def hashtag_featured(conn: Connection, unit: Unit, event: events.HashtagFeatured) -> Outgoing | None:
    return _about_hashtag(conn, unit, event.actor_id, event.name, "Add")


def hashtag_unfeatured(conn: Connection, unit: Unit, event: events.HashtagUnfeatured) -> Outgoing | None:
    return _about_hashtag(conn, unit, event.actor_id, event.name, "Remove")


def _about_hashtag(conn: Connection, unit: Unit, actor_id: int, name: str, type_: str) -> Outgoing:
    """As Mastodon tells it: as it tells pins, though the list is another one (``featuredTags``)."""
    actor = actors.load_actors_by_id(conn, [actor_id])[actor_id]
    featured = actors.load_profile(conn, actor.id).featured
    activity = {
        "type": type_,
        "actor": actor.uri,
        "object": build_hashtag(unit.origin, name),
        "target": featured,
        "to": [PUBLIC],
        "cc": [actor.followers],
    }
    return Outgoing(actor, activity, featured, Visibility.UNLISTED, Audience(followers=True))
