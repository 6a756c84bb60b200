"""What our people do with posts: thank for them, recommend them, keep them, hear no more of them. Units of work.

Everything may be done twice and undone twice. The post must be one that the person may read; callers see to that.
"""

from dataclasses import replace

from sqlalchemy import Connection

from node import events
from node.domain.visibility import Visibility
from node.errors import Invalid
from node.services.context import Unit
from node.services.news import happened, news
from node.store.people import follows
from node.store.posts import bookmarks, objects, reactions
from node.store.posts.objects import Object
from node.store.posts.reactions import LIKE, SHARE, Reaction


def favourite(conn: Connection, unit: Unit, actor_id: int, found: Object) -> None:
    new = _new(unit, actor_id, found, LIKE)
    if not reactions.insert_reaction(conn, new):
        return
    news.tell(conn, unit, happened.Reacted(new.id, actor_id, found.id))
    if _is_told(found):
        events.record(conn, unit.ids, unit.now, events.Reacted(new.id), about=found.uri)


def _is_told(found: Object) -> bool:
    """Its author's server hears of a like, and the members of its community."""
    return not found.local or bool(found.audience)


def unfavourite(conn: Connection, unit: Unit, actor_id: int, found: Object) -> None:
    known = reactions.find_reaction(conn, actor_id, found.id, LIKE)
    if known is not None:
        _end(conn, unit, known, found, is_told=_is_told(found))


def share(conn: Connection, unit: Unit, actor_id: int, found: Object, shown_to: Visibility = Visibility.PUBLIC) -> int:
    """Recommend a post to one's followers; answers the id of the boost. Raises Invalid for what is not for them.

    ``shown_to``: PUBLIC, UNLISTED or FOLLOWERS; one's own narrower post stays with the followers.
    """
    visibility = Visibility(found.visibility)
    if not visibility.is_open and not (visibility is Visibility.FOLLOWERS and found.actor_id == actor_id):
        raise Invalid("This post is not for everybody, so it cannot be boosted.")
    level = shown_to if visibility.is_open else Visibility.FOLLOWERS
    new = replace(_new(unit, actor_id, found, SHARE), visibility=level.value)
    if not reactions.insert_reaction(conn, new):
        known = reactions.find_reaction(conn, actor_id, found.id, SHARE)
        assert known is not None
        return known.id
    owners = {actor_id, *follows.load_local_followers(conn, [actor_id]).get(actor_id, ())}
    if not visibility.is_open:
        owners &= {found.actor_id, *follows.load_local_followers(conn, [found.actor_id]).get(found.actor_id, ())}
    objects.insert_home_entries(
        conn,
        [
            {"owner_id": owner, "id": new.id, "object_id": found.id, "shared_by_id": actor_id}
            for owner in sorted(owners)
        ],
    )
    news.tell(conn, unit, happened.Shared(new.id, actor_id, found.id))
    events.record(conn, unit.ids, unit.now, events.Reacted(new.id), about=found.uri)
    return new.id


def unshare(conn: Connection, unit: Unit, actor_id: int, found: Object) -> None:
    known = reactions.find_reaction(conn, actor_id, found.id, SHARE)
    if known is not None:
        _end(conn, unit, known, found, is_told=True)


def bookmark(conn: Connection, unit: Unit, actor_id: int, found: Object) -> None:
    bookmarks.insert_bookmark(conn, unit.ids.new(), actor_id, found.id, unit.now)


def unbookmark(conn: Connection, _unit: Unit, actor_id: int, found: Object) -> None:
    bookmarks.delete_bookmark(conn, actor_id, found.id)


def mute(conn: Connection, unit: Unit, actor_id: int, found: Object) -> None:
    """No more news of this conversation."""
    bookmarks.mute_conversation(conn, actor_id, found.context, unit.now)


def unmute(conn: Connection, _unit: Unit, actor_id: int, found: Object) -> None:
    bookmarks.unmute_conversation(conn, actor_id, found.context)


def _new(unit: Unit, actor_id: int, found: Object, kind: str) -> Reaction:
    reaction_id = unit.ids.new()
    return Reaction(reaction_id, actor_id, found.id, kind, "", f"{unit.origin}/ap/x/{reaction_id}", unit.now)


def _end(conn: Connection, unit: Unit, known: Reaction, found: Object, *, is_told: bool) -> None:
    reactions.delete_reaction(conn, known)
    if is_told:
        ended = events.ReactionEnded(known.actor_id, found.id, known.kind, known.uri, known.visibility)
        events.record(conn, unit.ids, unit.now, ended, about=found.uri)
