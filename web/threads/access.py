"""Communities as whoever asks may see them: found by the name in the address, with what she is to them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from node.domain.communities import Standing as Membership
from node.domain.communities import refuse_post
from node.errors import NotFound
from node.services import membership
from node.services.communities import join_requests
from node.services.context import Unit
from node.store.communities import communities, community_reports, community_roles
from node.store.communities.communities import Community
from node.store.communities.community_roles import RoleOf
from node.store.people import actors, follows
from node.store.people.actors import Actor
from web.names import find_by_name
from web.threads.cards import Standing


@dataclass(frozen=True, slots=True)
class Seen:
    """A community that the viewer may know of; ``row`` the whole row of the Group; ``is_closed``: she may not read.

    ``roles``: who has which; ``membership``: what she is to it, None for strangers.
    """

    row: Any
    group: Actor
    community: Community
    roles: Sequence[RoleOf]
    membership: Membership | None
    standing: Standing
    is_closed: bool


def find_community(conn: Connection, unit: Unit, name: str, viewer_id: int | None) -> Seen:
    """The community behind ``metals`` or ``metals@learn.uni.example``.

    Raises NotFound for one that there is not, or of which this person may not even know.
    """
    group = find_by_name(conn, name, kind="group")
    if not group.is_group:
        raise NotFound
    return see(conn, unit, group, viewer_id)


def find_around(conn: Connection, unit: Unit, group: Actor | None, viewer_id: int | None) -> Seen | None:
    """The community around a thread; None where there is none that this node keeps (channels of PeerTube are none)."""
    if group is None or communities.find_community(conn, group.id) is None:
        return None
    return see(conn, unit, group, viewer_id)


def see(conn: Connection, unit: Unit, group: Actor, viewer_id: int | None) -> Seen:
    """The same for a Group that is loaded."""
    community = communities.find_community(conn, group.id)
    viewer = actors.find_actor_by_id(conn, viewer_id) if viewer_id is not None else None
    if community is None or not membership.may_know(conn, unit, community, viewer):
        raise NotFound
    given = community_roles.load_roles(conn, group.id, unit.now)
    found = membership.standing_of(conn, unit, group.id, viewer, given=given) if viewer is not None else None
    return Seen(
        row=actors.load_profile(conn, group.id),
        group=group,
        community=community,
        roles=given,
        membership=found,
        standing=_standing(conn, group, community, viewer, found) if viewer and found else Standing(),
        is_closed=not membership.may_look(conn, unit, community, viewer),
    )


def _standing(conn: Connection, group: Actor, community: Community, viewer: Actor, found: Membership) -> Standing:
    known = found.is_member or follows.find_follow(conn, viewer.id, group.id) is not None
    refusal = refuse_post(community.post_policy, found, begins_topic=True, archived=community.is_archived)
    governs = found.is_moderator or membership.governs_house(conn, group, viewer)
    return Standing(
        membership="member" if found.is_member else "asked" if known else "",
        is_moderator=governs,
        may_write=refusal is None,
        may_announce=found.leads,
        requests=join_requests.count_waiting(conn, group) if governs else 0,
        reports=community_reports.count_open(conn, group.id) if governs else 0,
    )
