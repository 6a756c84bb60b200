"""An account goes to another address, and its followers go along (Move, FEP-7628).

The new account says first that it is also the old one (``alsoKnownAs``), then the old one says where it has gone.
"""

from dataclasses import dataclass

from sqlalchemy import Connection

from federation.mapping.limits import MAX_ALIASES
from federation.sending import outbox
from node import events
from node.clock import DAY, to_rfc3339
from node.errors import Conflict, NotFound
from node.sentences import Sentence
from node.services import audit
from node.services.context import Unit
from node.store.people import actors, follows
from node.store.people.actors import Actor
from node.store.people.follows import Follow

#: Nobody's followers are sent around more often, ours as little as those of others.
COOLDOWN = 7 * DAY


@dataclass(frozen=True, slots=True)
class Moved:
    """What a move began: how many followers of other servers are told, how many of ours went along."""

    told: int
    followed_along: int


def add_alias(conn: Connection, unit: Unit, actor: Actor, other: Actor) -> None:
    """Say that our actor is also ``other``, so that ``other`` may move here. Raises Conflict where that is nonsense."""
    aliases = _aliases(conn, actor)
    if other.id == actor.id:
        raise Conflict("This is the account itself.")
    if other.uri in aliases:
        raise Conflict(Sentence("{actor} is also known as {other} already.", actor=actor.handle, other=other.handle))
    if len(aliases) >= MAX_ALIASES:
        raise Conflict(Sentence("An account has at most {n} other addresses.", n=MAX_ALIASES))
    _set_aliases(conn, unit, actor, [*aliases, other.uri])


def remove_alias(conn: Connection, unit: Unit, actor: Actor, uri: str) -> None:
    """Take that back. Raises NotFound where it was never said."""
    aliases = _aliases(conn, actor)
    if uri not in aliases:
        raise NotFound(Sentence("{actor} does not say that it is also {uri}.", actor=actor.handle, uri=uri))
    _set_aliases(conn, unit, actor, [each for each in aliases if each != uri])


def _aliases(conn: Connection, actor: Actor) -> list[str]:
    return list(actors.load_profile(conn, actor.id).also_known_as)


def _set_aliases(conn: Connection, unit: Unit, actor: Actor, aliases: list[str]) -> None:
    actors.update_actor(conn, actor.id, also_known_as=aliases, updated_at=unit.now)
    audit.record(conn, unit, None, "actor.alias", actor.uri, after={"also_known_as": aliases})
    events.record(conn, unit.ids, unit.now, events.ActorUpdated(actor.id), about=actor.uri)


def move(conn: Connection, unit: Unit, old: Actor, new: Actor) -> Moved:
    """One of our actors moves to ``new``, whose copy must be fresh. Our own followers go along in this transaction.

    Raises Conflict, and changes nothing, where the new account does not confirm it or it is too soon.
    """
    if old.id == new.id:
        raise Conflict("This is the account itself.")
    if not new.is_active or new.moved_to:
        raise Conflict(Sentence("{new} is not there any more.", new=new.handle))
    if new.kind == "application" or old.kind == "application":
        raise Conflict("A server does not move.")
    if old.uri not in _aliases(conn, new):
        raise Conflict(
            Sentence(
                "{new} does not say that it is also {old}; add this address there first.", new=new.handle, old=old.uri
            )
        )
    if old.moved_at is not None and unit.now - old.moved_at < COOLDOWN:
        raise Conflict(
            Sentence(
                "{old} moved a short while ago; wait until {time}.",
                old=old.handle,
                time=to_rfc3339(old.moved_at + COOLDOWN),
            )
        )
    told = len(actors.load_follower_inboxes(conn, old.id))
    actors.update_actor(conn, old.id, moved_to=new.uri, moved_at=unit.now, updated_at=unit.now)
    audit.record(conn, unit, None, "actor.move", old.uri, after={"moved_to": new.uri})
    for event in (events.ActorUpdated(old.id), events.ActorMoved(old.id)):
        events.record(conn, unit.ids, unit.now, event, about=old.uri)
    along = follows.load_local_followers(conn, [old.id]).get(old.id, [])
    for follower_id in along:
        follow_along(conn, unit, follower_id, old, new)
    return Moved(told, len(along))


def come_back(conn: Connection, unit: Unit, actor: Actor) -> None:
    """Our actor is here again; followers who went do not return by themselves. Raises Conflict where it never left."""
    if not actor.moved_to:
        raise Conflict(Sentence("{actor} has not moved.", actor=actor.handle))
    actors.update_actor(conn, actor.id, moved_to="", updated_at=unit.now)
    audit.record(conn, unit, None, "actor.return", actor.uri, after={"moved_to": ""})
    events.record(conn, unit.ids, unit.now, events.ActorUpdated(actor.id), about=actor.uri)


def follow_along(conn: Connection, unit: Unit, follower_id: int, old: Actor, new: Actor) -> None:
    """One of ours follows the new account in place of the old one, whose server hears that; what it said stays."""
    earlier = follows.find_follow(conn, follower_id, old.id)
    if earlier is not None:
        follows.delete_follow(conn, earlier.id)
        if not old.local:
            ended = events.FollowEnded(follower_id, old.id, earlier.uri)
            events.record(conn, unit.ids, unit.now, ended, about=old.uri)
    if follower_id == new.id or follows.find_follow(conn, follower_id, new.id) is not None:
        return
    follow_id = unit.ids.new()
    state = follows.ACCEPTED if new.local and not new.locked else follows.PENDING
    follows.save_follow(
        conn, Follow(follow_id, follower_id, new.id, outbox.follow_uri(unit, follow_id), state, unit.now)
    )
    if not new.local:
        outbox.record_follow_request(conn, unit, follow_id, new.uri)
