"""Things that happened here, of which people want to hear at once (``news.tell``)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from node.domain.notices import NoticeType, Occasion
from node.store.news.notifications import Told
from node.store.posts.objects import Object


@dataclass(frozen=True, slots=True)
class Posted:
    """A post is new here, ours or another's; its row, its mentions and its home entries are written.

    Who writes it may say what is ``known`` of it, so that nobody reads it again, and that it ``reaches`` nobody else
    here: it names nobody, answers and quotes nothing, and stands on no timeline but its author's.
    """

    object_id: int
    known: Told | None = None
    reaches: bool = True


@dataclass(frozen=True, slots=True)
class Edited:
    """The text of a post has changed."""

    object_id: int


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What apps show of a post has changed, but not its text: a card, what it quotes, votes."""

    object_id: int


@dataclass(frozen=True, slots=True)
class Deleted:
    """A post is about to be buried: tell it before, with its home entries still there."""

    found: Object


@dataclass(frozen=True, slots=True)
class Reacted:
    """Somebody likes a post, be it with an emoji."""

    reaction_id: int
    actor_id: int
    object_id: int


@dataclass(frozen=True, slots=True)
class Shared:
    """Somebody shared a post; the home entries that it brought are written."""

    reaction_id: int
    actor_id: int
    object_id: int


@dataclass(frozen=True, slots=True)
class Quoted:
    """The author of a post (or its policy) lets another post quote it."""

    object_id: int  # the quoting post


@dataclass(frozen=True, slots=True)
class Concerning:
    """Something new is based on, or about, what one of ours wrote: ``owner_id`` is told."""

    object_id: int  # what is new
    owner_id: int


@dataclass(frozen=True, slots=True)
class Followed:
    """Somebody follows one of ours, or asks to where ``asks``."""

    follow_id: int
    follower_id: int
    followed_id: int
    asks: bool = False


@dataclass(frozen=True, slots=True)
class PollEnded:
    """The time of a poll is over."""

    object_id: int


@dataclass(frozen=True, slots=True)
class Accepted:
    """Who asked a question says which answer helped: its author is told."""

    object_id: int  # the question
    answer_id: int


@dataclass(frozen=True, slots=True)
class Reminded:
    """An event begins in a day, at ``start_at``: those who answered or keep it are told, but these."""

    object_id: int
    start_at: int
    but: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class SignedUp:
    """Somebody has an account here, or asks for one: those who look after the node are told."""

    actor_id: int


@dataclass(frozen=True, slots=True)
class Reported:
    """Somebody reported something: those who look after the node are told."""

    report_id: int
    reporter_id: int


@dataclass(frozen=True, slots=True)
class Official:
    """The node tells one person of a decision: ``event`` is what clients show of it.

    ``type`` is ``SEVERED`` or ``WARNING``; ``reference`` the id of the decision, ``actor_id`` whom it is about.
    """

    type: NoticeType
    owner_id: int
    actor_id: int
    reference: int
    event: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Answered:
    """Somebody answered an event of ours: its organisers are told what is new of the answer."""

    object_id: int
    answer_id: int
    actor_id: int
    occasion: Occasion


@dataclass(frozen=True, slots=True)
class Enrolled:
    """Somebody enrolled in a course, or what became of it: one person is told the newest, with the course.

    ``actor_id``: whom it comes from; ``reference``: the id of the enrolment.
    """

    object_id: int
    owner_id: int
    actor_id: int
    reference: int
    occasion: Occasion


@dataclass(frozen=True, slots=True)
class FiltersChanged:
    """Somebody changed what they do not want to read."""

    owner_id: int


@dataclass(frozen=True, slots=True)
class Merged:
    """Filtered news that were accepted stand among the others now."""

    owner_id: int


@dataclass(frozen=True, slots=True)
class Announced:
    """An announcement of the node is new or changed; ``event`` as clients know it: ``announcement``,
    ``announcement.reaction`` (``name`` says which) or ``announcement.delete``.
    """

    announcement_id: int
    event: str = "announcement"
    name: str = ""


News = (
    Posted
    | Edited
    | Refreshed
    | Deleted
    | Reacted
    | Shared
    | Quoted
    | Concerning
    | Followed
    | PollEnded
    | Accepted
    | Reminded
    | Answered
    | SignedUp
    | Reported
    | Official
    | Enrolled
    | FiltersChanged
    | Merged
    | Announced
)
