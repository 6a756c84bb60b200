"""Threads of communities that come from elsewhere: what begins one, what answers, which answer helped.

A post that a Group takes (``federation.applying.admission``) and that answers nothing begins a thread there, whatever
its type: a Page of Lemmy or NodeBB, an Article, an Event, a Note that mentions the Group as people of Mastodon write
it. So does a question of another node of ours that was asked outside of communities. Its kind is what it says
(``mainEntity``) or looks like.
"""

from federation.applying.batch import Batch
from federation.applying.received_resources import is_resource
from node.domain.communities import Role, TopicKind
from node.domain.posts import PostKind, RemotePost
from node.domain.text import plain
from node.domain.topics import guess_kind, kind_in_entity
from node.services.news import happened
from node.store.communities import community_roles
from node.store.people.actors import Actor
from node.store.posts import objects, topics
from node.store.posts.objects import Object


def store(batch: Batch, author: Actor, stored: Object, post: RemotePost, group: Actor | None) -> None:
    """Note what a post, new or changed, is to a thread; written with the batch. ``group``: the community it is in."""
    if stored.in_reply_to:
        _note_answer(batch, stored)
        return
    is_question = kind_in_entity(post.main_entity) is TopicKind.QUESTION
    if group is None and not is_question:
        return
    kind = _kind(batch, author, post, group)
    batch.add_topic(stored, group.id if group else None, kind)
    if kind is TopicKind.QUESTION:
        _note_accepted(batch, stored, post.accepted_answer)


def _kind(batch: Batch, author: Actor, post: RemotePost, group: Actor | None) -> TopicKind:
    """Only those who govern or lead a community announce something."""

    def guessed(*, governs: bool) -> TopicKind:
        return guess_kind(
            title=post.name,
            text=plain(post.content_html or post.summary_html),
            post="resource" if is_resource(post) else post.kind,
            hashtags=post.hashtags,
            link=post.link.url if post.link else "",
            entity=post.main_entity,
            governs=governs,
        )

    kind = guessed(governs=True)
    if kind is not TopicKind.ANNOUNCEMENT or group is None:
        return kind
    roles = community_roles.load_roles_of(batch.conn, group.id, author.uri, batch.unit.now)
    return kind if roles & {Role.MODERATOR, Role.FACILITATOR} else guessed(governs=False)


# -- answers ---------------------------------------------------------------------------------------------------------


def _note_answer(batch: Batch, stored: Object) -> None:
    """The thread has something new; and it may be the answer that the question has named before it came."""
    parent = batch.object(stored.in_reply_to)
    if parent is None:
        return
    batch.touch_topic(stored.context)
    if parent.local or not (parent.audience or parent.kind == PostKind.PAGE.value):
        return
    topic = topics.find_topic(batch.conn, parent.id)
    if topic is None or not topic.is_question or topic.accepted_id is not None:
        return
    document = objects.load_row(batch.conn, parent.id).raw or {}
    if document.get("acceptedAnswer") == stored.uri:
        _accept(batch, parent, stored)


def _note_accepted(batch: Batch, question: Object, answer_uri: str) -> None:
    """The asker says which answer helped, or that none did; one that is not here is fetched."""
    known = topics.find_topic(batch.conn, question.id)
    before = known.accepted_id if known else None
    if not answer_uri:
        if before is not None:
            batch.accept_answer(question.id, None)
        return
    answer = batch.live_object(answer_uri)
    if answer is None:
        if not batch.is_local(answer_uri):
            batch.add_fetch_of(answer_uri, reason="answer")
    elif answer.id != before and _is_in_thread(question, answer):
        _accept(batch, question, answer)


def _is_in_thread(question: Object, answer: Object) -> bool:
    if answer.id == question.id:
        return False
    return answer.in_reply_to == question.uri or bool(question.context and answer.context == question.context)


def _accept(batch: Batch, question: Object, answer: Object) -> None:
    batch.accept_answer(question.id, answer.id)
    batch.add_news(happened.Accepted(question.id, answer.id))
