"""Who joins a community: what its home asks moderators here to decide, whom it invites, and what became of both.

Requests come as ``Offer`` of the Follow, their end as its ``Undo``; invitations as ``Invite`` (FEDERATION.md). Both
count only from the Group itself. What moderators answer is a deed (``federation.handlers.communities``).
"""

from federation.applying.batch import Batch, Inbound
from federation.handlers import courses, event_offers, suggestions
from federation.mapping.activity import Activity
from node.services import membership
from node.services.membership import Part
from node.store.communities import communities, community_invitations, community_requests
from node.store.communities.community_invitations import Invitation
from node.store.communities.community_requests import Request
from node.store.people import blocks, follows
from node.store.people.actors import Actor


def offered(batch: Batch, inbound: Inbound) -> str:
    """A community elsewhere asks moderators here whether somebody may join; others ask whoever looks after them."""
    activity = inbound.activity
    for ask in (courses.offered, event_offers.offered, suggestions.offered):
        if outcome := ask(batch, inbound):
            return outcome
    group, request = _group_elsewhere(batch, activity.actor), activity.inner
    if group is None or request is None or request.type != "Follow" or request.object_uri != group.uri:
        return "ignored"
    moderators = batch.local_addressees(activity.to)
    if not moderators:
        return "not-ours"
    asker = batch.known_actor(request.actor)
    batch.flush()
    if asker.local and follows.find_follow(batch.conn, asker.id, group.id) is None:
        return "not-asked"  # whether one of ours wants to belong to it is hers to say
    new = Request(group.id, asker.id, request.own_id, batch.unit.now)
    community_requests.save_request(batch.conn, new)
    for moderator in moderators:
        batch.add_owner(moderator.id, inbound.received_id)
    return "request-offered"


def invited(batch: Batch, inbound: Inbound) -> str:
    """A community elsewhere invites people here; '' where the Invite is to something else."""
    activity = inbound.activity
    group = _group_elsewhere(batch, activity.actor)
    if group is None or activity.object_uri != group.uri:
        return ""
    people = batch.local_addressees((activity.target_uri or "",))
    if not people:
        return "not-ours"
    batch.flush()
    for person in people:
        if not blocks.has_blocked(batch.conn, person.id, group.id):
            new = Invitation(batch.unit.ids.new(), group.id, person.id, None, batch.unit.now)
            community_invitations.insert_invitation(batch.conn, new)
        batch.add_owner(person.id, inbound.received_id)
    membership.ask_for(batch.conn, batch.unit, group, Part.ITSELF)  # from now on it tells what it is for
    return "invited-to-community"


def withdrawn(batch: Batch, actor: Actor, inner: Activity) -> str:
    """Undo of an Offer or an Invite by the community, or the course, itself; '' where it is none of these."""
    if inner.type == "Offer":
        for end in (courses.withdrawn, event_offers.withdrawn, suggestions.withdrawn):
            if outcome := end(batch, actor, inner):
                return outcome
    group = _group_elsewhere(batch, actor.uri)
    if group is None:
        return ""
    if inner.type == "Offer" and (request := inner.inner) is not None and request.object_uri == group.uri:
        asker = batch.actor(request.actor)
        gone = asker is not None and community_requests.delete_request(batch.conn, group.id, asker.id)
        return "request-settled" if gone else ""
    if inner.type == "Invite" and inner.object_uri == group.uri:
        person = batch.actor(inner.target_uri or "")
        gone = person is not None and community_invitations.delete_invitation(batch.conn, group.id, person.id)
        return "uninvited" if gone else ""
    return ""


def _group_elsewhere(batch: Batch, uri: str) -> Actor | None:
    group = batch.actor(uri)
    if group is None or group.local or not group.is_group:
        return None
    return group if communities.find_community(batch.conn, group.id) is not None else None
