"""What moderators and facilitators here did, in communities of ours and elsewhere (FEP-1b12)."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Connection

from federation.builders import documents
from federation.builders.audience import Audience, Readers
from federation.builders.communities import addressed_to_members
from federation.builders.outgoing import Outgoing
from federation.mapping.community_settings import CHANGED, changed_members, write_changes
from federation.vocab import PUBLIC
from node import events
from node.clock import to_rfc3339
from node.domain.communities import APPOINTS, DISMISSES, LISTS, Act, Role
from node.domain.visibility import Visibility
from node.services.context import Unit
from node.services.governing import governing
from node.store.communities import communities, community_bans, community_log, community_requests
from node.store.communities.community_log import LogEntry
from node.store.people import actors
from node.store.people.actors import Actor


def governed(conn: Connection, unit: Unit, event: events.Governed) -> Outgoing | None:
    """By the person who did it, to the community: it passes on what others must know, and does what it is asked to."""
    entry = community_log.find_entry(conn, event.entry_id)
    group = actors.find_actor_by_id(conn, entry.community_id) if entry is not None else None
    by = actors.find_actor(conn, entry.actor_uri) if entry is not None else None
    if entry is None or group is None or by is None or not by.local:
        return None
    _, _, visibility = addressed_to_members(conn, group)
    if not visibility.federates:
        return None
    is_own = by.id == group.id  # from the command line: there is nobody who would pass it on
    if is_own and entry.act == Act.SETTINGS:
        return None  # the Group says so itself (``events.ActorUpdated``)
    is_asked = governing.is_asked(group, Act(entry.act))
    activity = {
        "id": f"{unit.origin}/ap/x/{entry.id}",
        "actor": by.uri,
        **_addressed(group, is_open=visibility is Visibility.PUBLIC, is_asked=is_asked),
        "published": to_rfc3339(entry.created_at),
        **({"summary": entry.reason} if entry.reason else {}),
    }
    if event.settings is not None:
        activity |= _ask_for_settings(conn, group, event.settings)
    else:
        activity |= _BUILD[Act(entry.act)](conn, unit, group, entry, activity)
    audience = Audience(followers=True, readers=Readers.ACTIVITIES) if is_own else Audience(named=(group.uri,))
    return Outgoing(by, activity, entry.target_uri, Visibility.DIRECT if is_asked else visibility, audience)


def _addressed(group: Actor, *, is_open: bool, is_asked: bool) -> dict[str, Any]:
    """``audience`` is what the community passes on (``federation.sending.outbox``); a request stays between both."""
    if is_asked:
        return {"to": [group.uri]}
    return {
        "to": [PUBLIC] if is_open else [group.uri],
        "cc": [group.uri] if is_open else [],
        "audience": group.uri,
    }


Build = Callable[[Connection, Unit, Actor, LogEntry, dict[str, Any]], dict[str, Any]]


def _listed(type_: str, find_list: Callable[[Connection, Actor], str]) -> Build:
    def build(
        conn: Connection, _unit: Unit, group: Actor, entry: LogEntry, _activity: dict[str, Any]
    ) -> dict[str, Any]:
        return {"type": type_, "object": entry.target_uri, "target": find_list(conn, group)}

    return build


def _featured(conn: Connection, group: Actor) -> str:
    return str(actors.load_profile(conn, group.id).featured)


def _holders(role: Role) -> Callable[[Connection, Actor], str]:
    """The list of those who have a role."""

    def find(conn: Connection, group: Actor) -> str:
        if role is Role.MODERATOR:
            return group.moderators
        if group.local:
            return f"{group.uri}/{LISTS[role]}"
        community = communities.find_community(conn, group.id)
        return getattr(community, LISTS[role]) if community is not None else ""

    return find


def _ban(conn: Connection, unit: Unit, group: Actor, entry: LogEntry, _activity: dict[str, Any]) -> dict[str, Any]:
    bans = [ban for ban in community_bans.load_bans(conn, group.id, unit.now) if ban.actor_uri == entry.target_uri]
    until = bans[0].expires_at if bans else None
    return {
        "type": "Block",
        "object": entry.target_uri,
        "target": group.uri,
        "removeData": False,
        # Lemmy reads the one, Mbin the other.
        **({"endTime": to_rfc3339(until), "expires": to_rfc3339(until)} if until is not None else {}),
    }


def _about_post(type_: str) -> Build:
    def build(
        _conn: Connection, _unit: Unit, _group: Actor, entry: LogEntry, _activity: dict[str, Any]
    ) -> dict[str, Any]:
        return {"type": type_, "object": entry.target_uri}

    return build


def _removal(
    _conn: Connection, _unit: Unit, _group: Actor, entry: LogEntry, _activity: dict[str, Any]
) -> dict[str, Any]:
    """Lemmy takes a Delete without ``summary`` for that of the author, and so refuses it, its Undo as well."""
    return {"type": "Delete", "object": entry.target_uri, "summary": entry.reason}


def _undo(build: Build) -> Build:
    """Of a deed that somebody else may have told: the copy has an id of its own, and is matched by its meaning."""

    def undo(conn: Connection, unit: Unit, group: Actor, entry: LogEntry, activity: dict[str, Any]) -> dict[str, Any]:
        same: dict[str, Any] = {name: activity[name] for name in ("actor", "to", "cc", "audience") if name in activity}
        inner: dict[str, Any] = {"id": f"{activity['id']}#undone", **same, **build(conn, unit, group, entry, activity)}
        return {"type": "Undo", "object": inner}

    return undo


def _settings(
    conn: Connection, _unit: Unit, group: Actor, entry: LogEntry, _activity: dict[str, Any]
) -> dict[str, Any]:
    """Lemmy takes a change from a moderator alone, never from the Group."""
    return {
        "type": "Update",
        "object": documents.actor_document(conn, group.id),
        CHANGED: changed_members(entry.title.split(", ")),
    }


# -- what the home of a community is asked to ------------------------------------------------------------------------


def _answer(type_: str) -> Build:
    """Of the Follow of somebody who asks, or who is a member."""

    def build(conn: Connection, _unit: Unit, group: Actor, entry: LogEntry, activity: dict[str, Any]) -> dict[str, Any]:
        asker = actors.find_actor(conn, entry.target_uri)
        request = community_requests.find_request(conn, group.id, asker.id) if asker is not None else None
        uri = request.follow_uri if request is not None else f"{activity['id']}#follow"
        follow = {"id": uri, "type": "Follow", "actor": entry.target_uri, "object": group.uri}
        return {"type": type_, "object": follow}

    return build


def _ask_for_settings(conn: Connection, group: Actor, said: Mapping[str, Any]) -> dict[str, Any]:
    known = actors.load_profile(conn, group.id).raw or {"id": group.uri, "type": "Group"}
    return {"type": "Update", "object": write_changes(known, said), CHANGED: changed_members(said)}


def _invite(_conn: Connection, _unit: Unit, group: Actor, entry: LogEntry, _activity: dict[str, Any]) -> dict[str, Any]:
    return {"type": "Invite", "object": group.uri, "target": entry.target_uri}


_BUILD: dict[Act, Build] = {
    **{act: _listed("Add", _holders(role)) for role, act in APPOINTS.items()},
    **{act: _listed("Remove", _holders(role)) for role, act in DISMISSES.items()},
    Act.PIN: _listed("Add", _featured),
    Act.UNPIN: _listed("Remove", _featured),
    Act.BAN: _ban,
    Act.UNBAN: _undo(_ban),
    Act.LOCK: _about_post("Lock"),
    Act.UNLOCK: _undo(_about_post("Lock")),
    Act.REMOVE: _removal,
    Act.RESTORE: _undo(_removal),
    Act.SETTINGS: _settings,
    Act.ADMIT: _answer("Accept"),
    Act.REFUSE: _answer("Reject"),
    Act.EXPEL: _answer("Reject"),
    Act.INVITE: _invite,
    Act.UNINVITE: _undo(_invite),
}
