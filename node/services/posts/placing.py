"""Where a post belongs: to a community as the beginning of a thread, to a thread as an answer, or nowhere special.

Whoever writes on our pages says so; who writes from an app mentions the community, and what
kind of thread that begins is guessed. What a community does not take from somebody is refused where she chose it, and
remains a post that mentions it where she only mentioned it.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from node.domain.communities import Refusal, Standing, TopicKind, refuse_post
from node.domain.drafts import Draft, visibility_of_reply
from node.domain.text import plain
from node.domain.topics import MAX_TITLE, guess_kind
from node.domain.visibility import Visibility
from node.domain.words import hashtags_in
from node.errors import Forbidden, Invalid, NotFound, Problem
from node.sentences import Sentence, sentences
from node.services import membership
from node.services.context import Unit
from node.store.communities import communities
from node.store.communities.communities import Community
from node.store.people import actors
from node.store.people.actors import Actor
from node.store.posts import topics
from node.store.posts.objects import Object
from node.store.posts.topics import Topic

#: What somebody is told who may not write.
SENTENCES: Mapping[Refusal, Sentence] = sentences(
    {
        Refusal.BANNED: "You may not write in this community any more.",
        Refusal.ARCHIVED: "This community is closed: it can be read, and nobody writes in it any more.",
        Refusal.LOCKED: "This thread is locked: it can be read, and nobody answers any more.",
        Refusal.NOT_A_MEMBER: "Only members write in this community. Join it first.",
        Refusal.MODERATORS_ONLY: "In this community only moderators and facilitators begin threads.",
        Refusal.NOT_PUBLIC: "This community is open to everybody, so what is written in it is, too.",
    }
)
_OTHERWISE = Sentence("This community does not take this from you.")


@dataclass(frozen=True, slots=True)
class Place:
    """``group``: the community; ``kind``: of the thread that the post begins; ``topic``: of the thread it answers in.

    ``visibility``: what the community says about who reads it; None where that is the author's to say.
    """

    group: Actor | None = None
    kind: TopicKind | None = None
    topic: Topic | None = None
    visibility: Visibility | None = None

    @property
    def audience(self) -> str:
        return self.group.uri if self.group else ""

    def visibility_of(self, draft: Draft, default: Visibility, parent: Object | None) -> Visibility:
        """As wanted; what begins a thread in a community is for all of it, nothing in a closed one is for others."""
        if self.kind is not None and self.visibility is not None:
            return self.visibility
        wanted = visibility_of_reply(draft.visibility, default, Visibility(parent.visibility) if parent else None)
        return self.visibility if self.visibility is not None and wanted.is_open else wanted

    def audience_of(self, parent: Object | None, visibility: Visibility) -> str:
        """The community that a post of this visibility is for; an answer for a few of its members is not."""
        if self.group is None:
            return parent.audience if parent and visibility is Visibility.COMMUNITY else ""
        is_for_all = visibility.is_open or visibility is self.visibility
        return self.audience if is_for_all else ""


def find_place(
    conn: Connection, unit: Unit, author: Actor, draft: Draft, parent: Object | None, mentioned: Collection[Actor]
) -> Place:
    """Where a new post of one of ours belongs.

    Raises Forbidden where it is not taken, NotFound for a community that the author may not know, Invalid for a thread
    without a title or of a kind that is not the author's to choose.
    """
    if parent is not None:
        return _in_thread(conn, unit, author, draft, parent)
    if draft.community_id is not None:
        return _in_community(conn, unit, author, draft)
    if draft.topic_kind is not None:
        if draft.topic_kind is not TopicKind.QUESTION:
            raise Invalid(problems=[Problem("$.kind", "question, outside of communities", draft.topic_kind.value)])
        _check_title(draft)
        return Place(kind=TopicKind.QUESTION)
    return _by_mention(conn, unit, author, draft, mentioned)


def _in_thread(conn: Connection, unit: Unit, author: Actor, draft: Draft, parent: Object) -> Place:
    topic = topics.find_topic_of(conn, parent.context)
    group = actors.find_actor(conn, parent.audience) if parent.audience else None
    community = communities.find_community(conn, group.id) if group else None
    if topic is None or group is None or community is None:
        return Place(topic=topic)
    if draft.visibility in {Visibility.DIRECT, Visibility.PRIVATE}:
        return Place()  # a word in private about it is none of the thread's
    check(conn, unit, community, author, begins_topic=False, locked=topic.locked)
    is_closed = community.visibility is not Visibility.PUBLIC
    return Place(group, topic=topic, visibility=community.visibility if is_closed else None)


def _in_community(conn: Connection, unit: Unit, author: Actor, draft: Draft) -> Place:
    assert draft.community_id is not None
    group = actors.find_actor_by_id(conn, draft.community_id)
    community = communities.find_community(conn, draft.community_id)
    if group is None or community is None or not group.is_active:
        raise NotFound
    standing = check(conn, unit, community, author, begins_topic=True)
    kind = draft.topic_kind or TopicKind.DISCUSSION
    if kind is TopicKind.EVENT:
        raise Invalid(problems=[Problem("$.kind", "a kind of post; events are announced as events", kind.value)])
    if kind is TopicKind.ANNOUNCEMENT and not standing.leads:
        raise Forbidden("Only moderators and facilitators announce something in a community.")
    if kind is not TopicKind.NOTE:
        _check_title(draft)
    return Place(group, kind=kind, visibility=community.visibility)


def _check_title(draft: Draft) -> None:
    if not draft.title.strip():
        raise Invalid(problems=[Problem("$.title", "a title", "none")])
    if len(draft.title) > MAX_TITLE:
        raise Invalid(problems=[Problem("$.title", f"at most {MAX_TITLE} characters", f"{len(draft.title)}")])


def _by_mention(conn: Connection, unit: Unit, author: Actor, draft: Draft, mentioned: Collection[Actor]) -> Place:
    """The first community that is mentioned and takes it; one that is not for everybody only takes what is not."""
    groups = [actor for actor in mentioned if actor.is_group]
    known = communities.load_communities(conn, [group.id for group in groups])
    is_open = draft.visibility is None or draft.visibility.is_open
    for group in groups:
        community = known.get(group.id)
        if community is None or is_open is not (community.visibility is Visibility.PUBLIC):
            continue
        standing = membership.standing_of(conn, unit, community.actor_id, author)
        if _refusal(community, standing, begins_topic=True, locked=False) is not None:
            continue
        kind = guess_kind(title="", text=plain(draft.text), hashtags=hashtags_in(draft.text), governs=standing.leads)
        return Place(group, kind=kind, visibility=None if is_open else community.visibility)
    return Place()


# -- what a community takes -----------------------------------------------------------------------------------------


def _refusal(community: Community, standing: Standing, *, begins_topic: bool, locked: bool) -> Refusal | None:
    return refuse_post(
        community.post_policy, standing, begins_topic=begins_topic, locked=locked, archived=community.is_archived
    )


def check(
    conn: Connection, unit: Unit, community: Community, person: Actor, *, begins_topic: bool, locked: bool = False
) -> Standing:
    """What the person is to the community. Raises Forbidden with a sentence where she may not write this there.

    NotFound for a community that only its members know, and she is none.
    """
    standing = membership.standing_of(conn, unit, community.actor_id, person)
    refusal = _refusal(community, standing, begins_topic=begins_topic, locked=locked)
    if refusal is None:
        return standing
    if not membership.may_know(conn, unit, community, person):
        raise NotFound
    raise Forbidden(SENTENCES.get(refusal, _OTHERWISE))
