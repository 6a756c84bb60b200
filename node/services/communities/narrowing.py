"""A community that never leaves this node any more: who is at home elsewhere belongs to it no longer. Units of work."""

from sqlalchemy import Connection

from node import events
from node.domain.communities import Role
from node.errors import Invalid
from node.services.context import Unit
from node.services.people import follows as following
from node.store.communities import communities, community_invitations
from node.store.people import actors
from node.store.people.actors import Actor


def part_with_others(conn: Connection, unit: Unit, group: Actor) -> None:
    """Memberships, requests, roles and invitations of people elsewhere end, and their nodes hear of both.

    Raises Invalid where no moderator would be left.
    """
    own = f"{unit.origin}/"
    roles = communities.load_roles(conn, group.id, unit.now)
    if roles and not any(each.role is Role.MODERATOR and each.actor_uri.startswith(own) for each in roles):
        raise Invalid("A community needs a moderator. Appoint another one first.")
    for uri in {each.actor_uri for each in roles if not each.actor_uri.startswith(own)}:
        communities.delete_roles(conn, group.id, uri)
    hosts: dict[str, str] = {}  # with somebody there whose inbox is known
    near = communities.load_people_elsewhere(conn, group.id)
    for person in actors.load_actors_by_id(conn, near).values():
        if community_invitations.delete_invitation(conn, group.id, person.id):
            withdrawn = events.MemberInvited(group.id, person.id, is_withdrawn=True)
            events.record(conn, unit.ids, unit.now, withdrawn, about=group.uri)
        following.end_follower(conn, unit, group.id, person)
        hosts.setdefault(person.host, person.uri)
    if hosts:  # no followers any more, who would hear of it by themselves
        events.record(conn, unit.ids, unit.now, events.ActorUpdated(group.id, list(hosts.values())), about=group.uri)
