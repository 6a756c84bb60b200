"""After our own start: follow requests that nobody has answered are sent again.

A peer that lost its state, or that was set back to a backup, learns of them so. Repeated requests are answered again
by everybody; hosts that do not answer at present have the first request still in their queue.
"""

from dataclasses import replace

from sqlalchemy import Connection

from federation.builders import documents
from node import events
from node.domain.uris import host_of
from node.services.context import Unit
from node.store.federation import hosts
from node.store.people import actors, follows
from node.store.people.actors import Actor
from node.store.people.follows import Follow

AT_MOST = 1_000


def ask_again(conn: Connection, unit: Unit) -> int:
    """Record the requests once more; answers how many. A unit of work."""
    waiting = follows.load_pending_out(conn, limit=AT_MOST)
    followed = actors.load_actors_by_id(conn, {follow.followed_id for follow in waiting})
    homes = {actor_id: host_of(actor.inbox) for actor_id, actor in followed.items()}
    standings = hosts.load_standings(conn, set(homes.values()), unit.now)
    asked = [follow for follow in waiting if standings[homes[follow.followed_id]].is_well]
    for follow in asked:
        ask_anew(conn, unit, follow, followed[follow.followed_id])
    return len(asked)


def ask_anew(conn: Connection, unit: Unit, follow: Follow, followed: Actor) -> None:
    """Send a Follow once more, under a new id: who has seen the old one would take it for a repetition."""
    follows.save_follow(conn, replace(follow, uri=documents.activity_uri(unit.origin, unit.ids.new())))
    events.record(conn, unit.ids, unit.now, events.FollowRequested(follow.id), about=followed.uri)
