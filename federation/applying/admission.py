"""What a community takes of what others send it: posts that name it, answers in its threads.

Of our communities we decide here, by their policies; who is refused is told why, once. Of a community elsewhere its own
home decides, and says so by passing the post on: before that, a post only claims to belong there.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from federation.applying import received_topics
from federation.applying.batch import Batch, Inbound
from federation.mapping.post import read_post
from node.domain.communities import Refusal, refuse_post
from node.domain.posts import RemotePost
from node.domain.visibility import Visibility, narrowest
from node.services import membership
from node.services.communities import messages
from node.services.posts import placing, sharing
from node.store.communities import communities
from node.store.communities.communities import Community
from node.store.people import actors
from node.store.people.actors import Actor
from node.store.posts import objects, topics
from node.store.posts.objects import Object


@dataclass(frozen=True, slots=True)
class Admission:
    """``group``: the community that the post belongs to; ``begins``: whether it begins a thread there.

    ``visibility``: how far it may be read; None where the post itself says so. ``refusal``: why ours did not take it.
    """

    group: Actor | None = None
    begins: bool = False
    visibility: Visibility | None = None
    refusal: Refusal | None = None


NOWHERE = Admission()


def admit(batch: Batch, inbound: Inbound, author: Actor, post: RemotePost) -> Admission:
    """Where a post that arrives belongs. Ours takes by its policies, and not what is merely fetched."""
    parent = batch.object(post.in_reply_to)
    group = _group_of_thread(batch, parent) if post.in_reply_to else community_of(batch, post)
    if group is None:
        return NOWHERE
    if not group.local:
        return _as_told(inbound, group, post)
    community = communities.find_community(batch.conn, group.id)
    if community is None or not inbound.received_id:
        return NOWHERE
    if not _is_meant(community, group, post):
        return Admission(refusal=Refusal.NOT_PUBLIC) if not post.in_reply_to else NOWHERE
    begins = not post.in_reply_to
    refusal = _refuse(batch, community, author, parent, begins=begins)
    if refusal is not None:
        return Admission(refusal=refusal)
    if community.visibility is Visibility.PUBLIC:
        return Admission(group, begins)
    return Admission(group, begins, narrowest(post.visibility, community.visibility))


def _group_of_thread(batch: Batch, parent: Object | None) -> Actor | None:
    """An answer belongs where its thread does, whomever it names."""
    group = batch.actor(parent.audience) if parent is not None and parent.audience else None
    return group if group is not None and group.is_group else None


def community_of(batch: Batch, post: RemotePost) -> Actor | None:
    """The Group that a post is for: as it says, else whom it is addressed to, else whom it mentions."""
    named: Iterable[str] = (post.audience, *post.to, *post.cc, *(mention.uri for mention in post.mentions))
    known = (batch.actor(uri) for uri in dict.fromkeys(named) if uri and "/followers" not in uri)
    return next((actor for actor in known if actor is not None and actor.is_group), None)


def _as_told(inbound: Inbound, group: Actor, post: RemotePost) -> Admission:
    """A community elsewhere has taken what it passes on, and what we read in its own lists."""
    if group.uri != inbound.announced_by:
        return NOWHERE
    return Admission(group, begins=not post.in_reply_to)


def _is_meant(community: Community, group: Actor, post: RemotePost) -> bool:
    """Whether the post is for all of the community, as far as its software can say so.

    Who writes to a closed one from an app can only name it: in private, or to followers. To a public one that is a
    word in private.
    """
    if post.visibility.is_open:
        return True
    if community.visibility is Visibility.PUBLIC:
        return False
    named = {post.audience, *post.to, *post.cc, *(mention.uri for mention in post.mentions)}
    return group.uri in named or post.visibility is Visibility.COMMUNITY


def _refuse(
    batch: Batch, community: Community, author: Actor, parent: Object | None, *, begins: bool
) -> Refusal | None:
    standing = membership.standing_of(batch.conn, batch.unit, community.actor_id, author)
    topic = topics.find_topic_of(batch.conn, parent.context) if parent is not None else None
    return refuse_post(
        community.post_policy,
        standing,
        begins_topic=begins,
        locked=topic is not None and topic.locked,
        archived=community.is_archived,
    )


def explain(batch: Batch, author: Actor, post: RemotePost, refusal: Refusal) -> None:
    """Tell the author why the community did not take the post."""
    parent = batch.object(post.in_reply_to)
    group = _group_of_thread(batch, parent) if post.in_reply_to else community_of(batch, post)
    if group is not None and group.local:
        messages.explain(batch.conn, batch.unit, group, author, refusal, placing.SENTENCES[refusal])


# -- what becomes of it ---------------------------------------------------------------------------------------------


def columns(batch: Batch, admitted: Admission, post: RemotePost) -> dict[str, Any]:
    """What a row of ``objects`` says of its community; nobody can put a post into one of ours by saying so.

    A thread that names no conversation is one by its first post, so that its answers are found.
    """
    if admitted.group is None:
        claimed = batch.actor(post.audience) if post.audience else None
        return {"audience": "" if batch.is_local(post.audience) or claimed is None else post.audience}
    found: dict[str, Any] = {"audience": admitted.group.uri}
    if admitted.visibility is not None:
        found["visibility"] = admitted.visibility.value
    if admitted.begins and not post.context:
        found["context"] = post.uri
    return found


def show(batch: Batch, inbound: Inbound, admitted: Admission, stored: Object, *, is_news: bool) -> None:
    """A thread is shown to the members here, by the community's boost; what is no news is only in its list."""
    if admitted.group is None or not admitted.begins:
        return
    batch.flush()
    sharing.share(batch.conn, batch.unit, admitted.group, stored, uri=inbound.announce_uri, to_members=is_news)


def adopt(batch: Batch, inbound: Inbound, known: Object, *, is_news: bool = True) -> str:
    """A community elsewhere takes a post that is here already; empty where that says nothing new.

    A question may have come by another way first, and begun a thread outside of communities.
    """
    group = batch.actor(inbound.announced_by) if inbound.announced_by else None
    if group is None or group.local or known.state != objects.LIVE:
        return ""
    topic = topics.find_topic(batch.conn, known.id)
    if topic is not None and (known.local or topic.community_id is not None):
        return ""
    if known.local:
        if known.audience != group.uri:
            return ""
    else:
        writer = actors.load_actors_by_id(batch.conn, [known.actor_id])[known.actor_id]
        post = read_post(objects.load_row(batch.conn, known.id).raw or {}, followers=writer.followers)
        admitted = admit(batch, inbound, writer, post)
        if admitted.group is None:
            return ""
        batch.flush()
        objects.update_object(batch.conn, known.id, columns(batch, admitted, post))
        batch.forget(known.uri)
        author = batch.known_actor(post.author_uri)
        received_topics.store(batch, author, batch.object(known.uri) or known, post, admitted.group)
    show(batch, inbound, Admission(group, begins=known.in_reply_to is None), known, is_news=is_news)
    return "taken-by-community"
