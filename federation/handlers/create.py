"""Create: a post, an answer, a vote, a learning resource arrives."""

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
from federation.handlers import votes
from federation.mapping.addressing import mentioned_and_addressed
from federation.mapping.post import read_post
from node.domain.event_words import read_answer
from node.domain.posts import PostKind, RemotePost
from node.domain.uris import host_of, same_origin
from node.domain.visibility import Visibility
from node.jobs.kinds import ANSWER
from node.services.library import digests
from node.services.news import happened
from node.store.jobs import NewJob
from node.store.people.actors import Actor
from node.store.posts import objects
from node.store.posts.objects import Object

#: Timelines of followers show posts that the author shows to them.
_SHOWN_TO_FOLLOWERS = frozenset(
    {Visibility.PUBLIC, Visibility.UNLISTED, Visibility.FOLLOWERS, Visibility.PARTNERS, Visibility.COMMUNITY}
)
#: In the details of a post that was fetched: nobody was told of it, until the word of its author comes after all.
_FETCHED = "fetched"


def create(batch: Batch, inbound: Inbound) -> str:
    """Every object in the activity (GoToSocial sends votes as a list) is stored on its own."""
    activity = inbound.activity
    if not activity.objects:
        return "bare-object" if activity.object_uri else "no-object"
    author = batch.known_actor(activity.actor)
    outcomes = [_create_one(batch, inbound, author, document) for document in activity.objects]
    return outcomes[-1]


def _create_one(batch: Batch, inbound: Inbound, author: Actor, document: dict[str, Any]) -> str:
    post = read_post(document, wrapper=inbound.activity, followers=author.followers)
    if post.author_uri != author.uri:
        return "other-author"
    if post.is_vote:
        return votes.count(batch, author, post)
    return take_in(batch, inbound, author, post)


def take_in(batch: Batch, inbound: Inbound, author: Actor, post: RemotePost, *, on_purpose: bool = False) -> str:
    """Store a post that is new and concerns us; ``on_purpose``: somebody here asked for it."""
    if batch.policies.is_suspended(author.uri):
        return "suspended"
    if author.state == "gone" or batch.is_deleted(post.uri, author.uri):  # OUT15: no old copies of it
        return "deleted-before"
    known = batch.object(post.uri)
    if known is not None and (on_purpose or not _is_unheard(batch, author, known)):
        if author.id == known.actor_id and received_events.come_near(batch, known, post):
            _show(batch, inbound, author, post, known)
            return "stored"
        return admission.adopt(batch, inbound, known) or "known"
    admitted = admission.admit(batch, inbound, author, post)
    if admitted.refusal is not None:
        admission.explain(batch, author, post, admitted.refusal)
        if post.in_reply_to or not _concerns_people(batch, author, post):
            return f"refused: {admitted.refusal}"
    if not on_purpose and not concerns_us(batch, author, post):
        return "unrelated"
    if refusal := received_opinions.refusal(batch, author, post):
        return refusal
    if known is not None:
        stored = _hear(batch, author, post, known, admitted)
    else:
        stored = store_post(batch, author, post, inbound.received_at, admitted, is_fetched=on_purpose)
    if not on_purpose:  # what was fetched is no news: a first look at a catalogue must not fill anybody's timeline
        _show(batch, inbound, author, post, stored)
    admission.show(batch, inbound, admitted, stored, is_news=not on_purpose)
    return "stored"


def concerns_us(batch: Batch, author: Actor, post: RemotePost) -> bool:
    """Followed by, addressed to, or an answer to somebody here."""
    if batch.local_followers(author.id):
        return True
    if batch.local_addressees(_named(post)):
        return True
    if batch.live_object(post.in_reply_to) is not None:
        return True
    group = admission.community_of(batch, post)
    return group is not None and bool(batch.local_followers(group.id))


def _concerns_people(batch: Batch, author: Actor, post: RemotePost) -> bool:
    """The same, but for communities: what they refuse may be for somebody else here."""
    if batch.local_followers(author.id):
        return True
    return any(not actor.is_group for actor in batch.local_addressees(_named(post)))


def _named(post: RemotePost) -> tuple[str, ...]:
    return (*post.to, *post.cc, post.audience, *(mention.uri for mention in post.mentions))


def _is_unheard(batch: Batch, author: Actor, known: Object) -> bool:
    """Whether somebody here looked it up before its author told of it: a look, or an answer, may be faster."""
    if known.local or known.actor_id != author.id or known.state != objects.LIVE:
        return False
    batch.flush()
    return _FETCHED in (objects.load_row(batch.conn, known.id).details or {})


def _hear(batch: Batch, author: Actor, post: RemotePost, known: Object, admitted: Admission) -> Object:
    """The word of its author on a post that was fetched: from now on it is as if it had come by that word."""
    details = {**(objects.load_row(batch.conn, known.id).details or {})}
    del details[_FETCHED]
    where = {} if admitted.group is None else admission.columns(batch, admitted, post)
    objects.update_object(batch.conn, known.id, {"details": details, **where})
    batch.forget(known.uri)
    batch.add_tags(known.id, details)
    heard = batch.object(known.uri) or known
    if admitted.group is not None:
        received_topics.store(batch, author, heard, post, admitted.group)
    return heard


def store_post(
    batch: Batch, author: Actor, post: RemotePost, received_at: int, admitted: Admission, *, is_fetched: bool
) -> Object:
    """A row for the post; its thread is tied together as far as it is known, the rest is fetched later."""
    parent = batch.object(post.in_reply_to)
    before = {_FETCHED: True} if is_fetched else None
    columns = columns_of(batch, author, post, before=before) | admission.columns(batch, admitted, post)
    row = {
        "id": batch.new_object_id(columns["published_at"], received_at),
        "uri": post.uri,
        "actor_id": author.id,
        "local": False,
        "state": objects.LIVE,
        "received_at": received_at,
        "in_reply_to_id": parent.id if parent else None,
        **columns,
    }
    row["context"] = _conversation(batch, post, parent) or row["context"]
    stored = batch.add_object(row, mentioned_and_addressed(post))
    quotes.look_at_stamp(batch, stored, post, row["details"].get("quote_state"))
    if parent is not None:
        batch.add_reply(parent)
        if parent.local and parent.kind == PostKind.EVENT and read_answer(post.content_html) is not None:
            batch.add_job(NewJob(ANSWER, batch.unit.ids.new(), batch.unit.now, ref=stored.id))
    elif post.in_reply_to:
        batch.add_fetch(post.in_reply_to, host_of(post.in_reply_to), reason="parent")
    if received_resources.is_resource(post):
        received_resources.store(batch, author, stored, post)
    received_opinions.store(batch, author, stored, post, is_new=True)
    received_topics.store(batch, author, stored, post, admitted.group)
    if post.event is not None:
        received_events.store(batch, stored, post)
    return stored


def _conversation(batch: Batch, post: RemotePost, parent: Object | None) -> str:
    """That of what is answered; what begins one names its own, or one that its community keeps elsewhere.

    Or it would stand first in the conversation of others, whose lock and whose readers it then decided. Empty where
    the post says it.
    """
    if parent is not None and parent.context:
        return parent.context
    is_its_own = same_origin(post.context, post.uri)
    is_kept = same_origin(post.context, post.audience) and not batch.is_local(post.context)
    return "" if post.in_reply_to or not post.context or is_its_own or is_kept else post.uri


def columns_of(
    batch: Batch, author: Actor, post: RemotePost, *, before: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """What an object row says that may change with an Update; ``before``: the details that it had."""
    details = post.details()
    if (state := quotes.state_of(batch, author, post, before or {})) is not None:
        details["quote_state"] = state.value
    if before and _FETCHED in before:
        details[_FETCHED] = True
    if batch.policies.refuses_media(author.host):
        details.pop("attachments", None)
    return {
        "kind": received_resources.KIND if received_resources.is_resource(post) else post.kind.value,
        "type": post.type,
        "visibility": post.visibility.value,
        "name": post.name,
        "summary": post.summary_html,
        "content": post.content_html,
        "language": post.language,
        "url": post.url,
        "in_reply_to": post.in_reply_to or None,
        "context": post.context,
        "audience": post.audience,
        "sensitive": post.sensitive,
        "published_at": min(post.published_at or batch.unit.now, batch.unit.now),  # IN23
        "updated_at": post.updated_at,
        "version": 1,
        "details": details,
        "raw": post.document,
    }


def _show(batch: Batch, inbound: Inbound, author: Actor, post: RemotePost, stored: Object) -> None:
    """Put the post on the timelines and into the inboxes of the people here whom it concerns, and tell them."""
    batch.add_news(happened.Posted(stored.id))
    addressed = batch.local_addressees((*post.to, *post.cc, *(mention.uri for mention in post.mentions)))
    for actor in addressed:
        batch.add_owner(actor.id, inbound.received_id)
    if post.visibility not in _SHOWN_TO_FOLLOWERS:
        return
    if post.visibility is Visibility.PUBLIC:
        batch.add_home_by_tags(stored.id)
    owners = batch.local_followers(author.id)
    if post.in_reply_to:
        owners = _who_follow_the_thread(batch, author, stored, owners)
    shown = owners
    if stored.kind == received_resources.KIND and post.visibility is Visibility.PUBLIC:
        shown = digests.who_are_told(batch.conn, batch.unit, author, stored.id, stored.published_at, owners)
    batch.add_home(shown, stored.id, stored.id, None)
    for owner in owners:
        batch.add_owner(owner, inbound.received_id)


def _who_follow_the_thread(batch: Batch, author: Actor, stored: Object, owners: list[int]) -> list[int]:
    """An answer is shown to those who follow both sides, and to the author of what is answered."""
    parent = batch.object(stored.in_reply_to)
    if parent is None:
        return []
    if parent.actor_id == author.id:
        return owners
    other_side = {parent.actor_id, *batch.local_followers(parent.actor_id)}
    return [owner for owner in owners if owner in other_side]
