"""What communities of ours pass on, and whom they tell and ask (FEP-1b12)."""

from typing import Any

import orjson
from sqlalchemy import Connection

from federation.builders.audience import Audience, Readers
from federation.builders.outgoing import Outgoing
from federation.vocab import PUBLIC
from node import events
from node.clock import to_rfc3339
from node.domain.visibility import Visibility
from node.services.context import Unit
from node.store.communities import communities
from node.store.federation import activities, inbox
from node.store.people import actors
from node.store.people.actors import Actor


def addressed_to_members(conn: Connection, group: Actor) -> tuple[list[str], list[str], Visibility]:
    """``to``, ``cc`` and level of what a community tells its members: everybody's only where the community is."""
    community = communities.find_community(conn, group.id)
    if community is None or community.visibility is Visibility.PUBLIC:
        return [PUBLIC], [group.followers], Visibility.PUBLIC
    return [group.followers], [], community.visibility


def passed_on(conn: Connection, unit: Unit, event: events.PassedOn) -> Outgoing | None:
    """Announce of an activity exactly as it came, for servers that know communities; not to where it came from."""
    group = actors.find_actor_by_id(conn, event.group_id)
    body = _body(conn, event)
    if group is None or body is None or not group.is_active:
        return None
    to, cc, visibility = addressed_to_members(conn, group)
    if not visibility.federates:
        return None
    inner: dict[str, Any] = orjson.loads(body)
    activity = {
        "type": "Announce",
        "actor": group.uri,
        "object": inner,
        "to": to,
        "cc": cc,
        "published": to_rfc3339(unit.now),
    }
    audience = Audience(followers=True, readers=Readers.ACTIVITIES)
    return Outgoing(group, activity, event.activity_uri, visibility, audience)


def _body(conn: Connection, event: events.PassedOn) -> str | None:
    """As it was received, or as one of ours sent it."""
    if event.received_id is not None:
        row = inbox.load_received(conn, [event.received_id]).get(event.received_id)
        return row.raw if row is not None else None
    sent = activities.load_activity(conn, event.activity_uri)
    return sent.body or None if sent is not None else None


# -- requests and invitations ------------------------------------------------------------------------------------------


def join_offered(conn: Connection, unit: Unit, event: events.JoinOffered) -> Outgoing | None:
    """Offer of a Follow to the moderators elsewhere, who may decide it; Undo of that when it is settled."""
    known = actors.load_actors_by_id(conn, [event.group_id, event.asker_id])
    group, asker = known.get(event.group_id), known.get(event.asker_id)
    if group is None or asker is None:
        return None
    request = {"id": event.follow_uri, "type": "Follow", "actor": asker.uri, "object": group.uri}
    activity = {"type": "Offer", "actor": group.uri, "object": request, "target": group.moderators, "to": event.to}
    if event.is_settled:
        activity = _undo(group, activity)
    return Outgoing(group, activity, asker.uri, Visibility.DIRECT, Audience(named=tuple(event.to)))


def member_invited(conn: Connection, unit: Unit, event: events.MemberInvited) -> Outgoing | None:
    """Invite of somebody elsewhere, so that her own node shows it; Undo of that when it is taken back."""
    known = actors.load_actors_by_id(conn, [event.group_id, event.person_id])
    group, person = known.get(event.group_id), known.get(event.person_id)
    if group is None or person is None:
        return None
    activity = {"type": "Invite", "actor": group.uri, "object": group.uri, "target": person.uri, "to": [person.uri]}
    if event.is_withdrawn:
        activity = _undo(group, activity)
    return Outgoing(group, activity, person.uri, Visibility.DIRECT, Audience(named=(person.uri,)))


def _undo(group: Actor, activity: dict[str, Any]) -> dict[str, Any]:
    """Matched by its meaning: the copy carries no id."""
    return {"type": "Undo", "actor": group.uri, "object": activity, "to": activity["to"]}
