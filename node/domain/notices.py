"""What somebody can be told of, and what becomes of news from strangers."""

import enum
from dataclasses import dataclass
from typing import Any

from node.clock import DAY, HOUR


class NoticeType(enum.StrEnum):
    """The types that client apps know; our own occasions are told with one of these."""

    MENTION = "mention"
    STATUS = "status"  # somebody whose posts one wants to hear of has posted
    REBLOG = "reblog"
    FOLLOW = "follow"
    FOLLOW_REQUEST = "follow_request"
    FAVOURITE = "favourite"
    POLL = "poll"
    UPDATE = "update"  # a post that one has shared was edited
    SIGN_UP = "admin.sign_up"
    REPORT = "admin.report"
    SEVERED = "severed_relationships"
    WARNING = "moderation_warning"
    QUOTE = "quote"
    QUOTED_UPDATE = "quoted_update"


class Occasion(enum.StrEnum):
    """What happened where apps know no type for it (``Notice.event["occasion"]``); our own pages and push tell it."""

    ACCEPTED = "accepted"  # of an answer, told as STATUS of the question
    REMINDED = "reminded"  # of an event, told as STATUS of it like all that follow
    # Of an event or a course that the owner looks after: what somebody wants.
    ASKS = "asks"
    COMES = "comes"
    WAITS = "waits"
    LEAVES = "leaves"
    # Of a course that the owner wants to take part in: what became of it.
    PLACE = "place"
    IN_LINE = "in-line"
    INVITED = "invited"
    TURNED_AWAY = "turned-away"


#: What people answer to something that the owner has called for: told together, and kept back by no policy.
CALLED_FOR = frozenset({Occasion.ASKS, Occasion.COMES, Occasion.WAITS, Occasion.LEAVES})
#: Those that are told together.
GROUPED = frozenset({NoticeType.FAVOURITE, NoticeType.REBLOG, NoticeType.FOLLOW, NoticeType.SIGN_UP})
#: Those that the node tells by itself: no policy of a person keeps them back.
OFFICIAL = frozenset(
    {NoticeType.SIGN_UP, NoticeType.REPORT, NoticeType.SEVERED, NoticeType.WARNING, NoticeType.POLL, NoticeType.UPDATE}
)
#: How long an account counts as new.
NEW_FOR = 30 * DAY


class Verdict(enum.StrEnum):
    """What a policy says of one kind of stranger."""

    ACCEPT = "accept"
    FILTER = "filter"
    DROP = "drop"


@dataclass(frozen=True, slots=True)
class Notice:
    """Somebody here (``owner_id``) is told that ``actor_id`` did something.

    ``reference`` is the id of what was done (object, reaction, follow, report): the same is told once.
    """

    owner_id: int
    type: NoticeType
    actor_id: int
    reference: int
    object_id: int | None = None
    event: dict[str, Any] | None = None
    is_private: bool = False  # a direct message

    @property
    def occasion(self) -> str:
        """An ``Occasion``; '' where the type says it all."""
        return str((self.event or {}).get("occasion", ""))


@dataclass(frozen=True, slots=True)
class Policy:
    """What one person wants done with news from strangers."""

    for_not_following: Verdict = Verdict.ACCEPT
    for_not_followers: Verdict = Verdict.ACCEPT
    for_new_accounts: Verdict = Verdict.ACCEPT
    for_private_mentions: Verdict = Verdict.ACCEPT
    for_limited_accounts: Verdict = Verdict.FILTER


DEFAULT_POLICY = Policy()


@dataclass(frozen=True, slots=True)
class Standing:
    """What the actor of a notice is to its owner."""

    is_followed: bool
    follows: bool
    is_new: bool
    is_limited: bool
    is_permitted: bool  # a request of theirs was accepted


def judge(policy: Policy, notice: Notice, standing: Standing) -> Verdict:
    """The strictest word of the policy that applies.

    >>> strict = Policy(for_not_following=Verdict.DROP)
    >>> stranger = Standing(is_followed=False, follows=False, is_new=False, is_limited=False, is_permitted=False)
    >>> judge(strict, Notice(1, NoticeType.MENTION, 2, 3), stranger)
    <Verdict.DROP: 'drop'>
    """
    if notice.type in OFFICIAL or notice.occasion in CALLED_FOR or standing.is_permitted:
        return Verdict.ACCEPT
    applies = [
        (policy.for_not_following, not standing.is_followed),
        (policy.for_not_followers, not standing.follows),
        (policy.for_new_accounts, standing.is_new and not standing.is_followed),
        (policy.for_private_mentions, notice.is_private and not standing.is_followed),
        (policy.for_limited_accounts, standing.is_limited and not standing.is_followed),
    ]
    said = {verdict for verdict, holds in applies if holds}
    return next((verdict for verdict in (Verdict.DROP, Verdict.FILTER) if verdict in said), Verdict.ACCEPT)


def group_key(notice: Notice, notice_id: int, now: int) -> str:
    """What is told together: the same act on the same post within an hour.

    >>> group_key(Notice(1, NoticeType.FAVOURITE, 2, 3, object_id=9), 5, 7_200_000)
    'favourite-9-2'
    >>> group_key(Notice(1, NoticeType.MENTION, 2, 3), 5, 0)
    'ungrouped-5'
    """
    is_called_for = notice.occasion in CALLED_FOR
    if notice.type not in GROUPED and not is_called_for:
        return f"ungrouped-{notice_id}"
    act = notice.occasion if is_called_for else notice.type
    about = "" if notice.object_id is None else f"-{notice.object_id}"
    return f"{act}{about}-{now // HOUR}"
