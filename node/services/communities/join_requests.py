"""Requests to join a community of ours: whoever may decide one hears of it, and when it is settled. Units of work.

Moderators here find requests among the follows that wait; the nodes of moderators elsewhere are offered each one, so
that they decide at home (``federation.handlers.memberships``).
"""

from sqlalchemy import Connection

from node import events
from node.services.communities import messages
from node.services.context import Unit
from node.store.communities import community_requests, community_roles
from node.store.people import actors, follows
from node.store.people.actors import Actor
from node.store.people.follows import PENDING, Follow


def ask(conn: Connection, unit: Unit, group: Actor, asker: Actor, request: Follow) -> None:
    """Somebody asks to join: all who decide are told."""
    messages.tell_of_request(conn, unit, group, asker)
    _offer(conn, unit, group, [request], _moderators_elsewhere(conn, unit, group.id))


def settle(conn: Connection, unit: Unit, group_id: int, request: Follow) -> None:
    """It is decided or taken back; nothing for what is no request to join a community."""
    if request.state != PENDING:
        return
    elsewhere = _moderators_elsewhere(conn, unit, group_id)
    group = actors.find_actor_by_id(conn, group_id) if elsewhere else None
    if group is not None and group.local:
        _offer(conn, unit, group, [request], elsewhere, is_settled=True)


def catch_up(conn: Connection, unit: Unit, group: Actor, moderator: Actor) -> None:
    """Somebody elsewhere is a moderator now: what waits is offered to her, too."""
    if not moderator.local:
        _offer(conn, unit, group, follows.load_requests(conn, group.id), [moderator.uri])


def forget(conn: Connection, unit: Unit, group: Actor) -> None:
    """Where nobody here governs a community elsewhere any more, its requests are none of our business."""
    if not community_roles.is_governed_from(conn, group.id, unit.origin):
        community_requests.delete_all(conn, group.id)


def _moderators_elsewhere(conn: Connection, unit: Unit, group_id: int) -> list[str]:
    own = unit.origin + "/"
    return [uri for uri in community_roles.load_moderators(conn, group_id, unit.now) if not uri.startswith(own)]


def _offer(
    conn: Connection,
    unit: Unit,
    group: Actor,
    requests: list[Follow],
    to: list[str],
    *,
    is_settled: bool = False,
) -> None:
    for request in requests if to else ():
        offered = events.JoinOffered(group.id, request.follower_id, request.uri, to, is_settled=is_settled)
        events.record(conn, unit.ids, unit.now, offered, about=group.uri)


def count_waiting(conn: Connection, group: Actor) -> int:
    """How many people wait for somebody who governs to let them in."""
    if group.local:
        return len(follows.load_pending_followers(conn, group.id))
    return len(community_requests.load_open(conn, group.id))
