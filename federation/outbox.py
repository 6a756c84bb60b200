"""From what happened here to activities and their deliveries.

Events that services recorded come back as ``EVENT`` jobs (node.events). For each, one function builds the activity
and names who must hear of it; the activity, its deliveries and the end of the job are written in one transaction.
Answers (Accept, Reject) are sent from within the transaction that applied what they answer.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import orjson
from sqlalchemy import Connection

from federation import catalogue_header, delivery, documents, followers_sync
from federation.audience import Audience, inboxes_of
from federation.batch import Batch
from federation.keypairs import Algorithm
from federation.keys import Keyring
from federation.proofs import add_proof
from federation.vocab import PUBLIC, with_context
from node import events
from node.clock import Clock, to_rfc3339
from node.domain.visibility import Reach, Visibility
from node.events import Event
from node.ids import Ids
from node.jobs.kinds import EVENT
from node.jobs.outcome import Outcome, Settled
from node.jobs.worker import Kind, single
from node.services.context import Unit
from node.store import activities, actors, catalogues, follows, jobs, objects, reactions
from node.store.actors import Actor
from node.store.engine import Store
from node.store.jobs import Job

#: What others may want to pass on carries a proof (federation 2.6).
_PROVEN = frozenset({"Create", "Update", "Delete", "Announce", "Add", "Remove"})


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One activity of one of our actors, and who must hear of it."""

    actor: Actor
    activity: dict[str, Any]  # without @context and proof
    object_uri: str
    visibility: Visibility
    audience: Audience


# -- answers, sent in the transaction of what they answer ------------------------------------------------------------


def answer(
    batch: Batch,
    actor: Actor,
    to: Actor,
    asked: dict[str, Any],
    *,
    accepted: bool,
    type_: str = "",
    result: str = "",
) -> None:
    """Accept or Reject what ``to`` asked; the whole activity is embedded with its original id."""
    activity = {
        "type": type_ or ("Accept" if accepted else "Reject"),
        "actor": actor.uri,
        "object": {name: value for name, value in asked.items() if name != "@context"},
        "to": [to.uri],
        **({"result": result} if result else {}),
    }
    audience = Audience(named=(to.uri,))
    send(batch.conn, batch.unit, Outgoing(actor, activity, str(asked.get("id", "")), Visibility.DIRECT, audience))


def answer_follow(batch: Batch, followed: Actor, follower: Actor, asked: dict[str, Any], *, accepted: bool) -> None:
    answer(batch, followed, follower, asked, accepted=accepted)


def follow_uri(unit: Unit, follow_id: int) -> str:
    """The id of a Follow of ours."""
    return documents.activity_uri(unit.origin, follow_id)


def quote_stamp_uri(unit: Unit, reaction_id: int) -> str:
    """Where the permission to quote can be seen (FEP-044f)."""
    return f"{unit.origin}/ap/q/{reaction_id}"


def record_follow_request(conn: Connection, unit: Unit, follow_id: int, followed_uri: str) -> None:
    """Have the Follow sent after the commit."""
    events.record(conn, unit.ids, unit.now, events.FollowRequested(follow_id), about=followed_uri)


def send(
    conn: Connection,
    unit: Unit,
    outgoing: Outgoing,
    *,
    document: dict[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> None:
    """Store the activity and a delivery for each inbox; ``document``: with context and proof, when already made."""
    if document is None:
        document = with_context({"id": documents.activity_uri(unit.origin, unit.ids.new()), **outgoing.activity})
    activity_id = unit.ids.new()
    activities.insert_activity(
        conn,
        activity_id=activity_id,
        uri=document["id"],
        actor_id=outgoing.actor.id,
        type_=document["type"],
        object_uri=outgoing.object_uri,
        visibility=outgoing.visibility.value,
        body=orjson.dumps(document).decode(),
        now=unit.now,
    )
    inboxes = inboxes_of(conn, outgoing.actor, outgoing.audience, own_host=unit.host)
    is_for_followers = document["type"] == "Create" and outgoing.visibility.reach is Reach.FOLLOWERS
    delivery.enqueue(
        conn,
        unit.ids,
        unit.now,
        activity_id=activity_id,
        actor_id=outgoing.actor.id,
        actor_is_group=outgoing.actor.kind == "group",
        activity_type=document["type"],
        object_uri=outgoing.object_uri,
        inboxes=inboxes,
        headers=headers,
        inbox_headers=followers_sync.headers_for(conn, outgoing.actor, inboxes) if is_for_followers else None,
    )


# -- events ----------------------------------------------------------------------------------------------------------


class Outbox:
    """Turns recorded events into activities."""

    def __init__(self, store: Store, clock: Clock, ids: Ids, keyring: Keyring, *, origin: str, host: str) -> None:
        self._store, self._clock, self._ids, self._keyring = store, clock, ids, keyring
        self._origin, self._host = origin, host

    def kind(self) -> Kind:
        return single(EVENT, self.run, slots=8)

    async def run(self, job: Job) -> Outcome:
        event = events.read(job.payload)
        unit = Unit(self._ids, self._clock.now(), self._origin, self._host)
        outgoing = await self._store.read(build, unit, event)
        document = await self._finish(unit, outgoing) if outgoing is not None else None
        await self._store.write(_settle, unit, job.id, outgoing, document)
        return Settled()

    async def _finish(self, unit: Unit, outgoing: Outgoing) -> dict[str, Any]:
        """Id, context and, for what is public, proof."""
        activity = {"id": documents.activity_uri(unit.origin, unit.ids.new()), **outgoing.activity}
        is_proven = outgoing.visibility.is_open and activity["type"] in _PROVEN
        document = with_context(activity, signed=is_proven)
        if not is_proven:
            return document
        key = await self._keyring.signing_key(outgoing.actor.id, Algorithm.ED25519)
        return add_proof(document, key, created_at=unit.now)


def _settle(
    conn: Connection, unit: Unit, job_id: int, outgoing: Outgoing | None, document: dict[str, Any] | None
) -> None:
    if outgoing is not None:
        send(conn, unit, outgoing, document=document, headers=delivery_headers(conn, outgoing))
    jobs.finish_many(conn, [job_id])


def delivery_headers(conn: Connection, outgoing: Outgoing) -> dict[str, str] | None:
    """What deliveries say beside their body: where the sender's catalogue stands (federation 5.4)."""
    if not outgoing.actor.catalogue:
        return None
    head = catalogues.load_head(conn, outgoing.actor.id)
    if head is None:
        return None
    return {catalogue_header.NAME.lower(): catalogue_header.write_header(head)}


def build(conn: Connection, unit: Unit, event: Event) -> Outgoing | None:
    """The activity of an event; None where there is nobody to tell, or nothing left to tell."""
    return BUILDERS[type(event)](conn, unit, event)


def _object_created(conn: Connection, unit: Unit, event: events.ObjectCreated) -> Outgoing | None:
    return _about_object(conn, unit, event.object_id, "Create")


def _object_updated(conn: Connection, unit: Unit, event: events.ObjectUpdated) -> Outgoing | None:
    return _about_object(conn, unit, event.object_id, "Update")


def _object_deleted(conn: Connection, unit: Unit, event: events.ObjectDeleted) -> Outgoing | None:
    """A living object was narrowed: those who must not read it any more are told that it is gone."""
    row = objects.load_row(conn, event.object_id)
    if row.state != objects.LIVE:
        return _about_object(conn, unit, event.object_id, "Delete")
    actor = actors.load_actors_by_id(conn, [row.actor_id])[row.actor_id]
    audience = _audience_of_object(conn, row, Visibility.PUBLIC, is_new=False)
    activity = {
        "type": "Delete",
        "actor": actor.uri,
        "to": [PUBLIC],
        "cc": [actor.followers],
        "published": to_rfc3339(unit.now),
        "object": documents.tombstone(row.uri, row.type, unit.now),
    }
    return Outgoing(actor, activity, row.uri, Visibility.PUBLIC, audience)


def _about_object(conn: Connection, unit: Unit, object_id: int, type_: str) -> Outgoing | None:
    row = objects.load_row(conn, object_id)
    if (row.state == objects.LIVE) == (type_ == "Delete"):
        return None  # deleted before its Create was told, or the other way round
    visibility = Visibility(row.visibility)
    if not visibility.federates:
        return None
    actor = actors.load_actors_by_id(conn, [row.actor_id])[row.actor_id]
    document = documents.object_document(conn, row)
    audience = _audience_of_object(conn, row, visibility, is_new=type_ == "Create")
    to, cc = _addresses(actor, document, visibility, audience)
    activity = {"type": type_, "actor": actor.uri, "to": to, "cc": cc, "published": to_rfc3339(unit.now)}
    return Outgoing(actor, {**activity, "object": document}, row.uri, visibility, audience)


def _audience_of_object(conn: Connection, row: Any, visibility: Visibility, *, is_new: bool) -> Audience:
    """Followers as far as the visibility goes, those who are named, the author above, earlier interactors."""
    named = set(objects.load_mentioned(conn, row.id))
    if row.in_reply_to and (parent := objects.find_object(conn, row.in_reply_to)) is not None:
        author = actors.find_actor_by_id(conn, parent.actor_id)
        named |= {author.uri} if author else set()
    if not is_new:
        named |= set(reactions.load_actor_uris(conn, row.id, ("like", "share", "emoji", "dislike")))
    return Audience(
        followers=visibility.reach in {Reach.EVERYONE, Reach.FOLLOWERS},
        partners=visibility.reach is Reach.PARTNERS,
        named=tuple(sorted(named)),
        personal=visibility.reach is Reach.NAMED,
    )


def _addresses(
    actor: Actor, document: dict[str, Any], visibility: Visibility, audience: Audience
) -> tuple[list[str], list[str]]:
    """A Delete is addressed like what it deletes; everything else as its object says."""
    if "to" in document:
        return document["to"], document.get("cc", [])
    if visibility.is_open:
        return [PUBLIC], [actor.followers, *audience.named]
    return [*([actor.followers] if audience.followers else []), *audience.named], []


def _actor_updated(conn: Connection, unit: Unit, event: events.ActorUpdated) -> Outgoing | None:
    actor = actors.load_actors_by_id(conn, [event.actor_id])[event.actor_id]
    activity = {
        "type": "Update",
        "actor": actor.uri,
        "to": [PUBLIC],
        "cc": [actor.followers],
        "published": to_rfc3339(unit.now),
        "object": documents.actor_document(conn, actor.id),
    }
    return Outgoing(actor, activity, actor.uri, Visibility.PUBLIC, Audience(followers=True))


def _actor_deleted(conn: Connection, unit: Unit, event: events.ActorDeleted) -> Outgoing | None:
    actor = actors.load_actors_by_id(conn, [event.actor_id])[event.actor_id]
    activity = {"type": "Delete", "actor": actor.uri, "to": [PUBLIC], "cc": [], "object": actor.uri}
    return Outgoing(actor, activity, actor.uri, Visibility.PUBLIC, Audience(followers=True, everyone=True))


def _actor_moved(conn: Connection, unit: Unit, event: events.ActorMoved) -> Outgoing | None:
    actor = actors.load_actors_by_id(conn, [event.actor_id])[event.actor_id]
    activity = {
        "type": "Move",
        "actor": actor.uri,
        "object": actor.uri,
        "target": actor.moved_to,
        "to": [actor.followers],
        "cc": [],
    }
    return Outgoing(actor, activity, actor.uri, Visibility.UNLISTED, Audience(followers=True))


def _follow_requested(conn: Connection, unit: Unit, event: events.FollowRequested) -> Outgoing | None:
    follow = follows.find_follow_by_id(conn, event.follow_id)
    if follow is None:
        return None
    known = actors.load_actors_by_id(conn, [follow.follower_id, follow.followed_id])
    follower, followed = known[follow.follower_id], known[follow.followed_id]
    activity = {**_follow(follow.uri, follower, followed), "to": [followed.uri]}
    return Outgoing(follower, activity, followed.uri, Visibility.DIRECT, Audience(named=(followed.uri,)))


def _follow(uri: str, follower: Actor, followed: Actor) -> dict[str, Any]:
    return {"id": uri, "type": "Follow", "actor": follower.uri, "object": followed.uri}


def _follow_ended(conn: Connection, unit: Unit, event: events.FollowEnded) -> Outgoing | None:
    known = actors.load_actors_by_id(conn, [event.follower_id, event.followed_id])
    follower, followed = known[event.follower_id], known[event.followed_id]
    activity = {
        "type": "Undo",
        "actor": follower.uri,
        "object": _follow(event.uri, follower, followed),
        "to": [followed.uri],
    }
    return Outgoing(follower, activity, followed.uri, Visibility.DIRECT, Audience(named=(followed.uri,)))


def _follow_answered(conn: Connection, unit: Unit, event: events.FollowAnswered) -> Outgoing | None:
    known = actors.load_actors_by_id(conn, [event.follower_id, event.followed_id])
    follower, followed = known[event.follower_id], known[event.followed_id]
    activity = {
        "type": "Accept" if event.accepted else "Reject",
        "actor": followed.uri,
        "object": _follow(event.uri, follower, followed),
        "to": [follower.uri],
    }
    return Outgoing(followed, activity, follower.uri, Visibility.DIRECT, Audience(named=(follower.uri,)))


_ACTIVITY_OF = {reactions.LIKE: "Like", reactions.SHARE: "Announce", reactions.DISLIKE: "Dislike"}


def _reacted(conn: Connection, unit: Unit, event: events.Reacted) -> Outgoing | None:
    reaction = reactions.find_reaction_by_id(conn, event.reaction_id)
    if reaction is None or reaction.kind not in _ACTIVITY_OF:
        return None
    actor = actors.load_actors_by_id(conn, [reaction.actor_id])[reaction.actor_id]
    activity, audience, visibility = _reaction(conn, actor, reaction.object_id, reaction.kind, reaction.uri)
    return Outgoing(actor, activity, activity["object"], visibility, audience)


def _reaction_ended(conn: Connection, unit: Unit, event: events.ReactionEnded) -> Outgoing | None:
    actor = actors.load_actors_by_id(conn, [event.actor_id])[event.actor_id]
    inner, audience, visibility = _reaction(conn, actor, event.object_id, event.kind, event.uri)
    activity = {"type": "Undo", "actor": actor.uri, "object": inner, "to": inner["to"], "cc": inner["cc"]}
    return Outgoing(actor, activity, inner["object"], visibility, audience)


def _reaction(
    conn: Connection, actor: Actor, object_id: int, kind: str, uri: str
) -> tuple[dict[str, Any], Audience, Visibility]:
    """A Like goes to the author, a share to the followers too."""
    row = objects.load_row(conn, object_id)
    author = actors.load_actors_by_id(conn, [row.actor_id])[row.actor_id]
    is_share = kind == reactions.SHARE
    activity = {
        "id": uri,
        "type": _ACTIVITY_OF[kind],
        "actor": actor.uri,
        "object": row.uri,
        "to": [PUBLIC] if is_share else [author.uri],
        "cc": [actor.followers, author.uri] if is_share else [],
    }
    visibility = Visibility(row.visibility) if is_share else Visibility.DIRECT
    return activity, Audience(followers=is_share, named=(author.uri,)), visibility


Builder = Callable[[Connection, Unit, Any], Outgoing | None]

BUILDERS: Mapping[type[Event], Builder] = MappingProxyType(
    {
        events.ObjectCreated: _object_created,
        events.ObjectUpdated: _object_updated,
        events.ObjectDeleted: _object_deleted,
        events.ActorUpdated: _actor_updated,
        events.ActorDeleted: _actor_deleted,
        events.ActorMoved: _actor_moved,
        events.FollowRequested: _follow_requested,
        events.FollowEnded: _follow_ended,
        events.FollowAnswered: _follow_answered,
        events.Reacted: _reacted,
        events.ReactionEnded: _reaction_ended,
    }
)
