"""What communities of ours pass on, and what moderators here did (FEP-1b12, federation 4.6)."""

from collections.abc import Callable
from typing import Any

import orjson
from sqlalchemy import Connection

from federation.audience import Audience, Readers
from federation.outgoing import Outgoing
from federation.vocab import PUBLIC
from node import events
from node.clock import to_rfc3339
from node.domain.communities import Act
from node.domain.visibility import Visibility
from node.services.context import Unit
from node.store import activities, actors, communities, inbox
from node.store.actors import Actor
from node.store.communities import LogEntry


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
    if group is None or body is None or group.state != "active":
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
    return sent.body if sent is not None else None


# -- deeds of moderators ---------------------------------------------------------------------------------------------


def governed(conn: Connection, unit: Unit, event: events.Governed) -> Outgoing | None:
    """By the person who did it, to the community, which passes it on."""
    entry = communities.find_entry(conn, event.entry_id)
    group = actors.find_actor_by_id(conn, entry.community_id) if entry is not None else None
    by = actors.find_actor(conn, entry.actor_uri) if entry is not None else None
    if entry is None or group is None or by is None or not by.local:
        return None
    _, _, visibility = addressed_to_members(conn, group)
    if not visibility.federates:
        return None
    build = _BUILD[Act(entry.act)]
    is_open = visibility is Visibility.PUBLIC
    activity = {
        "id": f"{unit.origin}/ap/x/{entry.id}",
        "actor": by.uri,
        "to": [PUBLIC] if is_open else [group.uri],
        "cc": [group.uri] if is_open else [],
        "audience": group.uri,
        "published": to_rfc3339(entry.created_at),
        **({"summary": entry.reason} if entry.reason else {}),
    }
    activity |= build(conn, unit, group, entry, activity)
    is_own = by.id == group.id  # from the command line: there is nobody who would pass it on
    audience = Audience(followers=True, readers=Readers.ACTIVITIES) if is_own else Audience(named=(group.uri,))
    return Outgoing(by, activity, entry.target_uri, visibility, audience)


Build = Callable[[Connection, Unit, Actor, LogEntry, dict[str, Any]], dict[str, Any]]


def _listed(type_: str, collection: str) -> Build:
    def build(
        conn: Connection, _unit: Unit, group: Actor, entry: LogEntry, _activity: dict[str, Any]
    ) -> dict[str, Any]:
        target = group.moderators if collection == "moderators" else actors.load_profile(conn, group.id).featured
        return {"type": type_, "object": entry.target_uri, "target": target}

    return build


def _ban(conn: Connection, unit: Unit, group: Actor, entry: LogEntry, _activity: dict[str, Any]) -> dict[str, Any]:
    bans = [ban for ban in communities.load_bans(conn, group.id, unit.now) if ban.actor_uri == entry.target_uri]
    until = bans[0].expires_at if bans else None
    return {
        "type": "Block",
        "object": entry.target_uri,
        "target": group.uri,
        "removeData": False,
        **({"endTime": to_rfc3339(until)} if until is not None else {}),
    }


def _about_post(type_: str) -> Build:
    def build(
        _conn: Connection, _unit: Unit, _group: Actor, entry: LogEntry, _activity: dict[str, Any]
    ) -> dict[str, Any]:
        return {"type": type_, "object": entry.target_uri}

    return build


def _undo(build: Build) -> Build:
    """Of a deed that somebody else may have told: the copy has an id of its own, and is matched by its meaning."""

    def undo(conn: Connection, unit: Unit, group: Actor, entry: LogEntry, activity: dict[str, Any]) -> dict[str, Any]:
        same = {name: activity[name] for name in ("actor", "to", "cc", "audience")}
        inner = {"id": f"{activity['id']}#undone", **same, **build(conn, unit, group, entry, activity)}
        return {"type": "Undo", "object": inner}

    return undo


_BUILD: dict[Act, Build] = {
    Act.APPOINT: _listed("Add", "moderators"),
    Act.DISMISS: _listed("Remove", "moderators"),
    Act.PIN: _listed("Add", "featured"),
    Act.UNPIN: _listed("Remove", "featured"),
    Act.BAN: _ban,
    Act.UNBAN: _undo(_ban),
    Act.LOCK: _about_post("Lock"),
    Act.UNLOCK: _undo(_about_post("Lock")),
    Act.REMOVE: _about_post("Delete"),
    Act.RESTORE: _undo(_about_post("Delete")),
}
