"""A community that never leaves this node any more: who is at home elsewhere belongs to it no longer. Units of work.

Nobody elsewhere reads it from the moment on at which it is changed; people leave it in a job, some at a time, however
many they are.
"""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection

from node import events
from node.domain.communities import Role
from node.domain.visibility import Visibility
from node.errors import Invalid
from node.jobs import kinds
from node.jobs.kind import Kind, single
from node.jobs.outcome import Done, Outcome
from node.services.context import Unit
from node.services.people import follows as following
from node.store import jobs
from node.store.communities import communities, community_invitations, community_members, community_roles
from node.store.database.engine import Store
from node.store.jobs import Job, NewJob
from node.store.people import actors
from node.store.people.actors import Actor

_AT_ONCE = 100


def part_with_others(conn: Connection, unit: Unit, group: Actor) -> None:
    """Roles of people elsewhere end, and soon their memberships, requests and invitations; their nodes hear of it.

    Raises Invalid where no moderator would be left.
    """
    own = f"{unit.origin}/"
    roles = community_roles.load_roles(conn, group.id, unit.now)
    if roles and not any(each.role is Role.MODERATOR and each.actor_uri.startswith(own) for each in roles):
        raise Invalid("A community needs a moderator. Appoint another one first.")
    for uri in {each.actor_uri for each in roles if not each.actor_uri.startswith(own)}:
        community_roles.delete_roles(conn, group.id, uri)
    hosts = community_members.load_hosts_elsewhere(conn, group.id)
    if hosts:  # soon no followers any more, who would hear of it by themselves
        events.record(conn, unit.ids, unit.now, events.ActorUpdated(group.id, hosts), about=group.uri)
        key = f"part|{group.id}"
        job = NewJob(kinds.PART, unit.ids.new(), unit.now, ref=group.id, serial_key=key)
        jobs.enqueue_many(conn, [job])


@dataclass(frozen=True, slots=True)
class Parting:
    """Runs the jobs of kind ``part``; a killed process goes on where it was."""

    store: Store
    unit: Callable[[], Unit]

    def kind(self) -> Kind:
        return single(kinds.PART, self.run, slots=1)

    async def run(self, job: Job) -> Outcome:
        last: int | None = 0
        while last is not None:
            last = await self.store.write(_part_with_some, self.unit(), job.ref or 0, last)
        return Done()


def _part_with_some(conn: Connection, unit: Unit, group_id: int, after: int) -> int | None:
    """The last who has left; None at the end, and where the community was opened again meanwhile."""
    group, known = actors.find_actor_by_id(conn, group_id), communities.find_community(conn, group_id)
    if group is None or known is None or known.visibility is not Visibility.ORGANISATION:
        return None
    near = community_members.load_people_elsewhere(conn, group_id, after=after, limit=_AT_ONCE)
    for person in actors.load_actors_by_id(conn, near).values():
        if community_invitations.delete_invitation(conn, group.id, person.id):
            withdrawn = events.MemberInvited(group.id, person.id, is_withdrawn=True)
            events.record(conn, unit.ids, unit.now, withdrawn, about=group.uri)
        following.end_follower(conn, unit, group.id, person)
    return max(near, default=None)
