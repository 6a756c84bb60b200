"""Who belongs to a community: what somebody is to it, who becomes a member by asking. Units of work."""

import enum
from collections.abc import Collection, Mapping

from sqlalchemy import Connection

from node.domain import communities as rules
from node.domain.communities import FACILITATING, Act, Answer, Insight, Refusal, Role, Standing, decide_join
from node.domain.uris import host_of
from node.domain.visibility import Visibility
from node.errors import Forbidden
from node.jobs.kinds import COMMUNITY
from node.sentences import sentences
from node.services.context import Unit
from node.store import jobs
from node.store.access import accounts
from node.store.communities import (
    communities,
    community_bans,
    community_invitations,
    community_members,
    community_roles,
)
from node.store.communities.communities import Community
from node.store.communities.community_roles import RoleOf
from node.store.federation import partners
from node.store.jobs import NewJob
from node.store.people import actors, follows
from node.store.people.actors import Actor


class Part(enum.StrEnum):
    """What alone a job may read of a community elsewhere, instead of all."""

    ITSELF = "itself"
    NUMBER = "number"  # how many belong to it


#: What somebody is told who may not join.
SENTENCES = sentences(
    {
        Refusal.BANNED: "You cannot join this community: its moderators have banned you.",
        Refusal.ARCHIVED: "This community is closed: nobody joins it any more.",
        Refusal.INVITATION_NEEDED: "People join this community by invitation. Ask one of its moderators.",
        Refusal.ORGANISATION_ONLY: "Only members of the organisation that runs this community can join it.",
        Refusal.PARTNERS_ONLY: "Only members of this organisation and of its partners can join this community.",
    }
)


def standing_of(
    conn: Connection, unit: Unit, community_id: int, person: Actor, *, given: Collection[RoleOf] | None = None
) -> Standing:
    """What somebody is to a community, in every way that a rule may ask for.

    ``given``: all roles there, where they are loaded already.
    """
    known = follows.find_follow(conn, person.id, community_id)
    given = community_roles.load_roles(conn, community_id, unit.now) if given is None else given
    roles = {each.role for each in given if each.actor_uri == person.uri}
    return Standing(
        is_local=person.local,
        is_partner=not person.local and host_of(person.uri) in partners.load_partner_hosts(conn),
        is_member=known is not None and known.state == follows.ACCEPTED,
        is_moderator=Role.MODERATOR in roles,
        is_facilitator=Role.FACILITATOR in roles,
        is_invited=community_invitations.is_invited(conn, community_id, person.id),
        is_banned=community_bans.is_banned(conn, community_id, person.uri, unit.now),
    )


def decide(conn: Connection, unit: Unit, community: Community, person: Actor) -> Answer | Refusal:
    """What becomes of a request to join. A member stays one."""
    standing = standing_of(conn, unit, community.actor_id, person)
    if standing.is_member and not standing.is_banned:
        return Answer.ACCEPTED
    stays_here = community.visibility is Visibility.ORGANISATION
    return decide_join(community.join_policy, standing, archived=community.is_archived, stays_here=stays_here)


def decide_follow(conn: Connection, unit: Unit, follower: Actor, group: Actor) -> Answer | None:
    """The state that a follow of a community of ours by one of ours begins in; None for what is no community.

    Raises Forbidden with a sentence where she may not join.
    """
    community = communities.find_community(conn, group.id) if group.is_group and group.local else None
    if community is None:
        return None
    found = decide(conn, unit, community, follower)
    if isinstance(found, Refusal):
        raise Forbidden(SENTENCES[found])
    if found is Answer.ACCEPTED:
        community_invitations.accept_invitation(conn, community.actor_id, follower.id, unit.now)
    return found


def governs(conn: Connection, unit: Unit, group: Actor, person: Actor) -> bool:
    """Whether somebody may govern: its moderators; where it lives here also those who answer for the node."""
    return community_roles.is_moderator(conn, group.id, person.uri, unit.now) or governs_house(conn, group, person)


def governs_house(conn: Connection, group: Actor, person: Actor) -> bool:
    """Whether somebody answers for the node on which a community lives."""
    account = accounts.load_account(conn, person.id) if person.local and group.local else None
    return account is not None and account.role in {accounts.MODERATOR, accounts.ADMIN}


def may(conn: Connection, unit: Unit, group: Actor, person: Actor, act: Act) -> bool:
    """Whether somebody may do this there: facilitators may do some of what those who govern do."""
    if governs(conn, unit, group, person):
        return True
    roles = community_roles.load_roles_of(conn, group.id, person.uri, unit.now) if act in FACILITATING else ()
    return Role.FACILITATOR in roles


def may_look(conn: Connection, unit: Unit, community: Community, viewer: Actor | None) -> bool:
    """Whether somebody may know what is said in a community."""
    return rules.may_look(community.visibility, _insights(conn, unit, [community], viewer)[community.actor_id])


def may_know(conn: Connection, unit: Unit, community: Community, viewer: Actor | None) -> bool:
    """Whether somebody may know that there is this community: its name, purpose and rules."""
    return community.actor_id in load_known(conn, unit, [community], viewer)


def load_known(conn: Connection, unit: Unit, found: Collection[Community], viewer: Actor | None) -> frozenset[int]:
    """Ids of those of these communities that somebody may know of."""
    insights = _insights(conn, unit, found, viewer)
    return frozenset(
        each.actor_id for each in found if rules.may_know(each.visibility, each.join_policy, insights[each.actor_id])
    )


def _insights(
    conn: Connection, unit: Unit, found: Collection[Community], viewer: Actor | None
) -> Mapping[int, Insight]:
    """What somebody is to each; nothing is asked for where all are public."""
    closed = [each.actor_id for each in found if each.visibility is not Visibility.PUBLIC]
    if viewer is None or not closed:
        return dict.fromkeys((each.actor_id for each in found), Insight())
    inside = follows.load_followed(conn, viewer.id, closed) | community_roles.load_moderated(conn, viewer.uri, unit.now)
    invited = community_invitations.load_invited(conn, viewer.id, closed)
    homes = actors.load_actors_by_id(conn, closed)
    return {
        each.actor_id: Insight(
            is_local=viewer.local and each.actor_id in homes and homes[each.actor_id].local,
            is_inside=each.actor_id in inside,
            is_invited=each.actor_id in invited,
        )
        for each in found
    }


def list_closed(conn: Connection, person_id: int) -> list[Actor]:
    """The communities for their members alone that somebody belongs to, by name."""
    ids = [
        each for each, state in community_members.load_memberships(conn, person_id).items() if state == follows.ACCEPTED
    ]
    known = communities.load_communities(conn, ids)
    closed = [each for each, community in known.items() if community.visibility is Visibility.COMMUNITY]
    return sorted(actors.load_actors_by_id(conn, closed).values(), key=lambda group: group.title.casefold())


def ask_for(conn: Connection, unit: Unit, group: Actor, part: Part) -> None:
    """Have read this of a community elsewhere, and nothing else."""
    key = f"community|{group.id}|{part}"
    job = NewJob(COMMUNITY, unit.ids.new(), unit.now, ref=group.id, host=group.host, payload=part.value, lock_key=key)
    jobs.enqueue_many(conn, [job])


def ask_for_all(conn: Connection, unit: Unit) -> None:
    """Have read every community elsewhere that somebody here has joined or governs."""
    for group in actors.load_actors_by_id(conn, community_members.load_ours_elsewhere(conn)).values():
        ask_for_history(conn, unit, group)


def ask_for_history(conn: Connection, unit: Unit, group: Actor, *, after: int = 0) -> None:
    """Have a community elsewhere read, its moderators and history, ``after`` milliseconds; at most one job waits."""
    key = f"community|{group.id}" + (f"|{unit.now}" if after else "")  # the next part is asked for by the one before
    job = NewJob(COMMUNITY, unit.ids.new(), unit.now + after, ref=group.id, host=group.host, lock_key=key)
    jobs.enqueue_many(conn, [job])
