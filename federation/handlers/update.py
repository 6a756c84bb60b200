"""Update: a post is edited, a profile changes, a poll's tallies are refreshed."""

from collections.abc import Mapping
from typing import Any

from federation.applying import (
    admission,
    quotes,
    received_events,
    received_opinions,
    received_resources,
    received_topics,
)
from federation.applying.admission import Admission
from federation.applying.batch import Batch, Inbound
from federation.handlers import communities, create, event_offers
from federation.mapping.actor import read_actor
from federation.mapping.addressing import mentioned_and_addressed
from federation.mapping.post import read_post
from federation.sending.recheck import recheck_handles
from federation.vocab import ACTOR_TYPES
from node.clock import DAY
from node.domain.actors import ActorKind
from node.domain.posts import RemotePost
from node.domain.visibility import Visibility
from node.services.news import happened
from node.store.people import actors
from node.store.people.actors import Actor
from node.store.people.remote_actors import save_remote_actor
from node.store.posts import objects, polls, reactions, tags, topics
from node.store.posts.objects import Object

#: A person may say that a program runs the account, and take that back (the switch "bot" of apps).
_SWITCHED = frozenset({ActorKind.PERSON.value, ActorKind.SERVICE.value})
_CLOSED = frozenset({Visibility.COMMUNITY.value, Visibility.ORGANISATION.value})


def update(batch: Batch, inbound: Inbound) -> str:
    activity = inbound.activity
    if not activity.objects:
        return "bare-object"
    document = activity.objects[0]
    if document.get("type") in ACTOR_TYPES:
        return _update_actor(batch, inbound, document)
    return _update_object(batch, inbound, document)


def _update_actor(batch: Batch, inbound: Inbound, document: dict[str, Any]) -> str:
    """Only the actor itself may change its profile and keys (IN11, IN16)."""
    if document.get("id") != inbound.activity.actor:
        return "other-actor"
    known = batch.known_actor(inbound.activity.actor)
    profile = read_actor(document, own_origin=batch.unit.origin)
    if profile.kind.value != known.kind and not {profile.kind.value, known.kind} <= _SWITCHED:
        return "kind-changed"
    save_remote_actor(batch.conn, batch.unit.ids, batch.unit.now, profile)
    recheck_handles(batch.conn, batch.unit.ids, batch.unit.now, [profile])
    batch.forget(known.uri)
    return "profile-updated"


def _update_object(batch: Batch, inbound: Inbound, document: dict[str, Any]) -> str:
    if outcome := event_offers.change_asked(batch, inbound, document):
        return outcome
    author = batch.known_actor(inbound.activity.actor)
    post = read_post(document, wrapper=inbound.activity, followers=author.followers)
    if post.author_uri != author.uri:
        return "other-author"
    known = batch.object(post.uri)
    if known is None:
        is_young = batch.unit.now - (post.published_at or 0) < DAY
        return (
            create.take_in(batch, inbound, author, post)
            if is_young or received_resources.is_resource(post)
            else "too-old"
        )
    if known.actor_id != author.id or known.local:
        return "other-author"
    if known.state != objects.LIVE:
        return "deleted-before"
    return replace(batch, known, post, inbound)


def replace(batch: Batch, known: Object, post: RemotePost, inbound: Inbound | None = None) -> str:
    """Put the new text in place of the old, which stays in the edit history. ``inbound``: None of what was fetched."""
    if post.updated_at is not None and known.updated_at is not None and post.updated_at < known.updated_at:
        return "older-than-known"
    batch.flush()
    author = actors.load_actors_by_id(batch.conn, [known.actor_id])[known.actor_id]
    if refusal := received_opinions.refusal(batch, author, post):
        return refusal
    row = objects.load_row(batch.conn, known.id)
    values = create.columns_of(batch, author, post, before=row.details)
    tags.replace_tags(batch.conn, known.id, post.hashtags)
    quotes.look_at_stamp(batch, known, post, values["details"].get("quote_state"))
    is_edit = _differs(row, values, post)
    if post.event is not None:
        is_edit = received_events.change(batch, known, post) or is_edit
    before = batch.actor(row.audience) if row.audience else None
    admitted = _moved(batch, known, row, post, author, inbound)
    where = _kept_place(row) if admitted is None else admission.columns(batch, admitted, post)
    fixed = {"in_reply_to": row.in_reply_to, "context": row.context, "published_at": row.published_at}
    if is_edit:
        objects.keep_version(batch.conn, known.id, batch.unit.now)
    if not polls.is_same((row.details or {}).get("poll"), values["details"].get("poll")):
        reactions.delete_votes(batch.conn, known.id)
    # Refreshed tallies of a poll are not an edit: the version that readers see stays.
    version = row.version + 1 if is_edit or values["details"] != row.details else row.version
    objects.update_object(batch.conn, known.id, {**values, **fixed, **where, "version": version})
    objects.insert_mentions(
        batch.conn,
        [{"object_id": known.id, "actor_uri": uri, "silent": silent} for uri, silent in mentioned_and_addressed(post)],
    )
    batch.forget(known.uri)
    if is_edit:
        batch.add_news(happened.Edited(known.id))
    changed = batch.object(known.uri) or known
    _store_parts(batch, author, changed, post, before if admitted is None else admitted.group)
    if admitted is not None and inbound:
        if before is not None:
            communities.pass_on(batch, inbound, before)
        admission.show(batch, inbound, admitted, changed, is_news=False)
    return "edited" if is_edit else "refreshed"


def _differs(row: Any, values: Mapping[str, Any], post: RemotePost) -> bool:
    """Whether readers see another text; the summary of an event says its next time, which moves by itself."""
    texts = ("name", "content") if post.event is not None else ("name", "summary", "content")
    return any(values[name] != getattr(row, name) for name in texts)


def _moved(
    batch: Batch, known: Object, row: Any, post: RemotePost, author: Actor, inbound: Inbound | None
) -> Admission | None:
    """Where its author puts a resource that had another circle of readers: into a community only as that takes it.

    None for what stays where it is: a post does not change its community.
    """
    if not received_resources.is_resource(post) or post.audience == row.audience:
        return None
    admitted = admission.admit(batch, inbound, author, post) if inbound else admission.NOWHERE
    topics.delete_topics(batch.conn, [known.id])
    return admitted


def _kept_place(row: Any) -> dict[str, Any]:
    """The columns that say in which community it stands, and who reads that."""
    return {"audience": row.audience} | ({"visibility": row.visibility} if row.visibility in _CLOSED else {})


def _store_parts(batch: Batch, author: Actor, known: Object, post: RemotePost, group: Actor | None) -> None:
    """What it is beside a text: a resource, an opinion, a topic of its community or an answer in a thread."""
    if received_resources.is_resource(post):
        received_resources.store(batch, author, known, post)
    received_opinions.store(batch, author, known, post)
    topic = topics.find_topic(batch.conn, known.id)
    if topic is not None and topic.community_id is None:
        group = None  # what the post says of a community, that has never said
    is_in_thread = known.in_reply_to is not None or topic is not None
    if is_in_thread or group is None:
        received_topics.store(batch, author, known, post, group)
