"""What follows from the answer of an account elsewhere to a request of ours, in whatever way it is learnt."""

from sqlalchemy import Connection

from node.services import membership
from node.services.context import Unit
from node.services.library import catalogue
from node.services.people.follows import ask_for_pins, ask_for_posts
from node.store.communities import community_invitations
from node.store.people import follows
from node.store.people.actors import Actor
from node.store.reading import homes


def begin(conn: Connection, unit: Unit, follow_id: int, follower_id: int, followed: Actor) -> None:
    """The request is accepted: what is known goes onto the timeline, and what is not is asked for."""
    follows.accept_follow(conn, follow_id, unit.now)
    homes.merge(conn, follower_id, followed.id)
    catalogue.begin_copy(conn, unit, followed)
    if followed.is_group:
        community_invitations.accept_invitation(conn, followed.id, follower_id, unit.now)
        membership.ask_for_history(conn, unit, followed)
        return
    ask_for_pins(conn, unit, [followed])
    if not followed.catalogue:
        ask_for_posts(conn, unit, followed)


def end(conn: Connection, follow_id: int, follower_id: int, followed_id: int) -> None:
    """The request is refused, or the follower removed."""
    follows.delete_follow(conn, follow_id)
    community_invitations.delete_invitation(conn, followed_id, follower_id)
