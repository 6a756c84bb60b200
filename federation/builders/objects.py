"""Create, Update and Delete of objects, Add and Remove of those that a profile shows first."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import orjson
from sqlalchemy import Connection

from federation.builders import documents
from federation.builders.audience import Audience, inboxes_of
from federation.builders.outgoing import Outgoing
from federation.mapping.addressing import partners_of
from federation.vocab import PUBLIC
from node import events
from node.clock import to_rfc3339
from node.domain.visibility import Reach, Visibility
from node.services.context import Unit
from node.store.communities import community_members
from node.store.events import events as events_store
from node.store.federation import activities, partners
from node.store.federation.activities import Activity
from node.store.people import actors
from node.store.people.actors import Actor
from node.store.posts import objects, reactions
from node.store.posts.objects import Object

#: Whoever reacted in one of these ways hears of an edit or a deletion.
_INTERACTED = (
    reactions.LIKE,
    reactions.SHARE,
    reactions.EMOJI,
    reactions.DISLIKE,
    reactions.VOTE,
    reactions.QUOTE,
)


def object_created(conn: Connection, unit: Unit, event: events.ObjectCreated) -> Outgoing | None:
    return about_object(conn, unit, event.object_id, "Create")


def object_updated(conn: Connection, unit: Unit, event: events.ObjectUpdated) -> Outgoing | None:
    return about_object(conn, unit, event.object_id, "Update", community=event.community)


def poll_counted(conn: Connection, unit: Unit, event: events.PollCounted) -> Outgoing | None:
    """The whole Question with its tallies; ``updated`` stays, so that nobody takes it for an edit."""
    return about_object(conn, unit, event.object_id, "Update")


def object_deleted(conn: Connection, unit: Unit, event: events.ObjectDeleted) -> Outgoing | None:
    """A living object was narrowed: those who must not read it any more are told that it is gone."""
    row = objects.load_row(conn, event.object_id)
    actor = actors.load_actors_by_id(conn, [row.actor_id])[row.actor_id]
    is_narrowed = row.state == objects.LIVE
    visibility = Visibility(event.before or row.visibility)
    if not (visibility.federates or event.told):
        return None
    more = [*event.told, event.community]
    audience = _audience_of_object(conn, row, visibility, is_new=False, more=more)
    if event.everyone and audience.followers:
        audience = replace(audience, everyone=True)
    if is_narrowed:
        audience = replace(audience, but=_readers_hosts(conn, row))
    is_told_strangers = audience.everyone and not visibility.is_open  # not who was named in it, or liked it
    to, cc = _addresses_of_absence(actor, visibility, replace(audience, named=()) if is_told_strangers else audience)
    activity = {
        "type": "Delete",
        "actor": actor.uri,
        "to": to,
        "cc": cc,
        "published": to_rfc3339(unit.now),
        "object": documents.tombstone(row.uri, row.type, unit.now if is_narrowed else row.updated_at or unit.now),
        **_for_community(event.community or row.audience),
    }
    return Outgoing(actor, activity, row.uri, visibility, audience)


def object_reopened(conn: Connection, unit: Unit, event: events.ObjectReopened) -> Outgoing | None:
    """The last Delete of it is taken back; nothing where there was none.

    Mastodon knows no such thing: what it has deleted stays so there.
    """
    row = objects.load_row(conn, event.object_id)
    visibility = Visibility(row.visibility)
    deletion = activities.find_last(conn, row.actor_id, "Delete", row.uri)
    if row.state != objects.LIVE or deletion is None:
        return None
    actor = actors.load_actors_by_id(conn, [row.actor_id])[row.actor_id]
    audience = _audience_of_object(conn, row, visibility, is_new=False)
    to, cc = _addresses_of_absence(actor, visibility, audience)
    activity = {
        "type": "Undo",
        "actor": actor.uri,
        "to": to,
        "cc": cc,
        "published": to_rfc3339(unit.now),
        "object": {"id": deletion.uri, "type": "Delete", "actor": actor.uri, "object": row.uri},
        **_for_community(row.audience),
    }
    return Outgoing(actor, activity, row.uri, visibility, audience)


def _readers_hosts(conn: Connection, row: Any) -> frozenset[str]:
    """Where those live who may read what others may no longer."""
    if row.visibility == Visibility.PARTNERS.value:
        return partners.load_partner_hosts(conn)
    group = actors.find_actor(conn, row.audience) if row.audience else None
    return community_members.load_member_hosts(conn, group.id) | {group.host} if group else frozenset()


def _addresses_of_absence(actor: Actor, visibility: Visibility, audience: Audience) -> tuple[list[str], list[str]]:
    """Addressed like what it deletes, as far as that is still known."""
    if visibility.is_open:
        return [PUBLIC], [actor.followers, *audience.named]
    if audience.partners:
        return [partners_of(actor.followers), *audience.named], []
    return [*([actor.followers] if audience.followers else []), *audience.named], []


def about_object(conn: Connection, unit: Unit, object_id: int, type_: str, *, community: str = "") -> Outgoing | None:
    """Create or Update of a living object, to all who may read it and those who come to it.

    ``community``: URI of one that it belonged to and that passes on what becomes of it.
    """
    row = objects.load_row(conn, object_id)
    visibility = Visibility(row.visibility)
    guests = events_store.load_hearing_uris(conn, row.id) if row.kind == events_store.KIND else []
    if row.state != objects.LIVE or not (visibility.federates or guests):
        return None  # deleted before it was told
    is_quiet = row.kind == events_store.KIND and events_store.is_quiet(conn, row.id)
    if is_quiet and not guests:
        return None  # a date of a series that nobody elsewhere was told of
    actor = actors.load_actors_by_id(conn, [row.actor_id])[row.actor_id]
    audience = (
        _audience_of_object(conn, row, visibility, is_new=type_ == "Create", more=[*guests, community])
        if visibility.federates and not is_quiet
        else Audience(named=tuple(sorted(guests)), personal=True)  # who was invited hears of changes all the same
    )
    if type_ == "Create" and not row.audience and not inboxes_of(conn, actor, audience, own_host=unit.host):
        return Outgoing(actor, {"type": type_}, row.uri, visibility, audience, is_unheard=True)
    return Outgoing(actor, _telling(conn, unit.now, actor, row, type_, community), row.uri, visibility, audience)


def _telling(conn: Connection, now: int, actor: Actor, row: Any, type_: str, community: str = "") -> dict[str, Any]:
    """The activity that carries the whole object."""
    document = documents.object_document(conn, row, now=now)
    return {
        "type": type_,
        "actor": actor.uri,
        "to": document["to"],
        "cc": document.get("cc", []),
        "published": to_rfc3339(now),
        "object": document,
        **_for_community(community or row.audience),
    }


def read_sent(conn: Connection, sent: Activity) -> dict[str, Any] | None:
    """What an activity of ours said; without ``@context`` where nobody elsewhere was told of it.

    That is the Create of what it is about as this is now. None for what carries, or as a community passes on, the text
    of what is gone, or is for others than it was then.
    """
    told: dict[str, Any] | None = orjson.loads(sent.body) if sent.body else None
    about = _carried(told) if told is not None else sent.object_uri
    found = objects.find_object(conn, about) if about else None
    if found is not None and not _is_as_told(found, sent):
        return None
    if told is not None:
        return told
    if found is None:
        return None
    row, actor = objects.load_row(conn, found.id), actors.load_actors_by_id(conn, [found.actor_id])[found.actor_id]
    return {"id": sent.uri, **_telling(conn, sent.created_at, actor, row, sent.type)}


def _carried(told: Mapping[str, Any]) -> str:
    """The id of the object that an activity, or the one that it passes on, holds whole; empty where it holds none."""
    inner = told.get("object") if told.get("type") == "Announce" else told
    held = inner.get("object") if isinstance(inner, dict) and str(inner.get("type")) in _CARRYING else None
    return str(held.get("id", "")) if isinstance(held, dict) else ""


_CARRYING = frozenset({"Create", "Update"})


def _is_as_told(found: Object, sent: Activity) -> bool:
    """Whether it is there, and whoever was told of it then may read it; a community may tell its own of open posts."""
    if found.state != objects.LIVE:
        return False
    is_open_still = sent.type not in _CARRYING and Visibility(found.visibility).is_open
    return found.visibility == sent.visibility or is_open_still


def _for_community(uri: str) -> dict[str, str]:
    """A community passes on what says that it is for it."""
    return {"audience": uri} if uri else {}


def _audience_of_object(
    conn: Connection, row: Any, visibility: Visibility, *, is_new: bool, more: Sequence[str] = ()
) -> Audience:
    """Followers as far as the visibility goes, those who are named, earlier interactors; of what everybody may read
    also the author above, of what partners may if she is at home with one. Nobody who is not named gets what is
    narrower.
    """
    named = {*objects.load_mentioned(conn, row.id), *more, row.audience} - {""}
    if (visibility.is_open or visibility is Visibility.PARTNERS) and row.in_reply_to:
        parent = objects.find_object(conn, row.in_reply_to)
        author = actors.find_actor_by_id(conn, parent.actor_id) if parent else None
        if author is not None and (visibility.is_open or author.host in partners.load_partner_hosts(conn)):
            named.add(author.uri)
    if not is_new:
        named |= set(reactions.load_actor_uris(conn, row.id, _INTERACTED))
    return Audience(
        followers=visibility.reach in {Reach.EVERYONE, Reach.FOLLOWERS},
        partners=visibility.reach is Reach.PARTNERS,
        named=tuple(sorted(named)),
        personal=visibility.reach is Reach.NAMED,
    )


# -- what a profile shows first -------------------------------------------------------------------------------------


def pinned(conn: Connection, unit: Unit, event: events.Pinned) -> Outgoing | None:
    return _about_pin(conn, event.actor_id, event.object_id, "Add")


def unpinned(conn: Connection, unit: Unit, event: events.Unpinned) -> Outgoing | None:
    return _about_pin(conn, event.actor_id, event.object_id, "Remove")


def _about_pin(conn: Connection, actor_id: int, object_id: int, type_: str) -> Outgoing | None:
    """Followers keep the list of pins; only what everybody may read is on it."""
    row = objects.load_row(conn, object_id)
    if not Visibility(row.visibility).is_open:
        return None
    actor = actors.load_actors_by_id(conn, [actor_id])[actor_id]
    activity = {
        "type": type_,
        "actor": actor.uri,
        "object": row.uri,
        "target": actors.load_profile(conn, actor.id).featured,
        "to": [PUBLIC],
        "cc": [actor.followers],
    }
    return Outgoing(actor, activity, row.uri, Visibility.UNLISTED, Audience(followers=True))
