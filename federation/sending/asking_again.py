"""After our own start: follow requests that nobody has answered are sent again.

A peer that lost its state, or that was set back to a backup, learns of them so. Repeated requests are answered again
by everybody; hosts that do not answer at present have the first request still in their queue.
"""

from collections.abc import Collection, Mapping

from sqlalchemy import Connection

from federation.builders import documents
from node import events
from node.domain.uris import host_of
from node.services.context import Unit
from node.store import jobs
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
    ask_anew(conn, unit, asked, followed)
    return len(asked)


def ask_anew(conn: Connection, unit: Unit, asked: Collection[Follow], followed: Mapping[int, Actor]) -> None:
    """Send each Follow once more, under a new id: who has seen the old one would take it for a repetition.

    ``followed``: the actors, by their rows. As sets: one account may be followed by everybody here.
    """
    uris = {follow.id: documents.activity_uri(unit.origin, unit.ids.new()) for follow in asked}
    follows.rename_many(conn, uris)
    told = [(events.FollowRequested(follow.id), followed[follow.followed_id].uri) for follow in asked]
    jobs.enqueue_many(conn, [events.job_of(unit.ids, unit.now, event, about=about) for event, about in told])
