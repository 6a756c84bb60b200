"""Communities of interest: who may join, who may write, who governs. Rules without storage."""

import enum
from dataclasses import dataclass

from node.domain.visibility import Visibility


class JoinPolicy(enum.StrEnum):
    """Who becomes a member by asking (by following the Group)."""

    OPEN = "open"
    REQUEST = "request"  # a moderator lets people in
    INVITE = "invite"  # those who were invited
    ORGANISATION = "organisation"  # members of the node where the community lives
    PARTNERS = "partners"  # those, and people of nodes that this node follows


class PostPolicy(enum.StrEnum):
    """Who may begin topics and answer."""

    MEMBERS = "members"
    ANYONE = "anyone"
    MODERATORS = "moderators"  # and facilitators begin topics; members answer


class Role(enum.StrEnum):
    """What a member can be besides; never because of the house that somebody comes from."""

    MODERATOR = "moderator"  # decides about people and posts
    FACILITATOR = "facilitator"  # leads what is said: announces, pins, begins threads where only moderators may
    EXPERT = "expert"  # can be asked, and hears of questions that nobody has answered


class TopicKind(enum.StrEnum):
    """What a topic is meant as."""

    DISCUSSION = "discussion"
    QUESTION = "question"
    RESOURCE = "resource"
    EVENT = "event"
    NOTE = "note"
    ANNOUNCEMENT = "announcement"


class Act(enum.StrEnum):
    """What those who govern do; the words of the log."""

    FOUND = "found"
    SETTINGS = "settings"
    ARCHIVE = "archive"
    REOPEN = "reopen"
    ADMIT = "admit"
    REFUSE = "refuse"
    INVITE = "invite"
    UNINVITE = "uninvite"
    EXPEL = "expel"
    BAN = "ban"
    UNBAN = "unban"
    APPOINT = "appoint"
    DISMISS = "dismiss"
    APPOINT_FACILITATOR = "appoint-facilitator"
    DISMISS_FACILITATOR = "dismiss-facilitator"
    APPOINT_EXPERT = "appoint-expert"
    DISMISS_EXPERT = "dismiss-expert"
    PIN = "pin"
    UNPIN = "unpin"
    LOCK = "lock"
    UNLOCK = "unlock"
    REMOVE = "remove"
    RESTORE = "restore"
    EDIT = "edit"


#: Acts that give a role, and those that take it.
APPOINTS = {Role.MODERATOR: Act.APPOINT, Role.FACILITATOR: Act.APPOINT_FACILITATOR, Role.EXPERT: Act.APPOINT_EXPERT}
DISMISSES = {Role.MODERATOR: Act.DISMISS, Role.FACILITATOR: Act.DISMISS_FACILITATOR, Role.EXPERT: Act.DISMISS_EXPERT}
#: What the lists of the holders of a role are called, beside that of the moderators.
LISTS = {Role.FACILITATOR: "facilitators", Role.EXPERT: "experts"}
#: What facilitators do, too.
FACILITATING = frozenset({Act.PIN, Act.UNPIN})
#: What moderators of all houses may change of what a community says of itself. Who reads it, its pictures, its closing
#: and its successor are for those who have an account where it lives.
SHARED_SETTINGS = ("name", "purpose", "rules", "topics", "languages", "join_policy", "post_policy")
#: Acts that take each other back.
OPPOSITE = {Act.PIN: Act.UNPIN, Act.LOCK: Act.UNLOCK, Act.REMOVE: Act.RESTORE, Act.BAN: Act.UNBAN} | {
    act: DISMISSES[role] for role, act in APPOINTS.items()
}
OPPOSITE |= {later: act for act, later in OPPOSITE.items()}


class Refusal(enum.StrEnum):
    """Why somebody may not join, write or govern."""

    BANNED = "banned"
    ARCHIVED = "archived"
    LOCKED = "locked"  # the topic
    NOT_A_MEMBER = "not-a-member"
    MODERATORS_ONLY = "moderators-only"
    INVITATION_NEEDED = "invitation-needed"
    ORGANISATION_ONLY = "organisation-only"
    PARTNERS_ONLY = "partners-only"
    NOT_PUBLIC = "not-public"  # a post for fewer people than the community has
    NOT_A_MODERATOR = "not-a-moderator"  # who governs all the same


class Answer(enum.StrEnum):
    """What becomes of somebody who asks to join."""

    ACCEPTED = "accepted"
    ASKED = "asked"  # a moderator decides
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Standing:
    """What somebody is to a community."""

    is_local: bool = False  # at home where the community lives
    is_partner: bool = False  # at home on a node that this one follows
    is_member: bool = False
    is_moderator: bool = False
    is_facilitator: bool = False
    is_invited: bool = False
    is_banned: bool = False

    @property
    def leads(self) -> bool:
        """Whether she may announce, and begin threads where not every member may."""
        return self.is_moderator or self.is_facilitator


#: Levels that a community can have, with the level of what is written in it.
LEVELS = (Visibility.PUBLIC, Visibility.ORGANISATION, Visibility.COMMUNITY)
#: Policies that let people in by what they are, and why others stay outside.
_CLOSED_DOORS = {
    JoinPolicy.INVITE: Refusal.INVITATION_NEEDED,
    JoinPolicy.ORGANISATION: Refusal.ORGANISATION_ONLY,
    JoinPolicy.PARTNERS: Refusal.PARTNERS_ONLY,
}


def decide_join(
    policy: JoinPolicy, standing: Standing, *, archived: bool = False, stays_here: bool = False
) -> Answer | Refusal:
    """Whether somebody becomes a member by asking. An invitation opens every door but that of a ban.

    ``stays_here``: what is written there leaves this node for nobody, so that people elsewhere cannot belong to it.

    >>> decide_join(JoinPolicy.INVITE, Standing())
    <Refusal.INVITATION_NEEDED: 'invitation-needed'>
    """
    if standing.is_banned:
        return Refusal.BANNED
    if archived:
        return Refusal.ARCHIVED
    if stays_here and not standing.is_local:
        return Refusal.ORGANISATION_ONLY
    if standing.is_invited or standing.is_moderator:
        return Answer.ACCEPTED
    if policy is JoinPolicy.REQUEST:
        return Answer.ASKED
    return Answer.ACCEPTED if _is_open_to(policy, standing) else _CLOSED_DOORS[policy]


def _is_open_to(policy: JoinPolicy, standing: Standing) -> bool:
    if policy is JoinPolicy.ORGANISATION:
        return standing.is_local
    if policy is JoinPolicy.PARTNERS:
        return standing.is_local or standing.is_partner
    return policy is JoinPolicy.OPEN


def refuse_post(
    policy: PostPolicy,
    standing: Standing,
    *,
    begins_topic: bool,
    locked: bool = False,
    archived: bool = False,
) -> Refusal | None:
    """Why somebody may not write this here; None where she may. Moderators write in locked topics, too.

    >>> refuse_post(PostPolicy.MODERATORS, Standing(is_member=True), begins_topic=True)
    <Refusal.MODERATORS_ONLY: 'moderators-only'>
    """
    if standing.is_banned:
        return Refusal.BANNED
    if archived:
        return Refusal.ARCHIVED
    if standing.is_moderator:
        return None
    if locked:
        return Refusal.LOCKED
    if policy is not PostPolicy.ANYONE and not standing.is_member:
        return Refusal.NOT_A_MEMBER
    if policy is PostPolicy.MODERATORS and begins_topic and not standing.is_facilitator:
        return Refusal.MODERATORS_ONLY
    return None


@dataclass(frozen=True, slots=True)
class Insight:
    """What somebody is to a community where it is asked what she may know of it. The usual is a stranger."""

    is_local: bool = False  # has an account where it lives
    is_inside: bool = False  # a member, or governs it
    is_invited: bool = False


def may_look(visibility: Visibility, insight: Insight) -> bool:
    """Whether somebody may know what is said in a community."""
    if visibility is Visibility.PUBLIC or insight.is_inside:
        return True
    return visibility is Visibility.ORGANISATION and insight.is_local


def may_know(visibility: Visibility, join_policy: JoinPolicy, insight: Insight) -> bool:
    """Whether somebody may know that there is this community: its name, purpose and rules.

    One that people join by invitation, or that only a house may read, is for those alone.
    """
    if may_look(visibility, insight):
        return True
    if visibility is Visibility.ORGANISATION:
        return False
    return join_policy is not JoinPolicy.INVITE or insight.is_invited


def is_listed(visibility: Visibility, join_policy: JoinPolicy, *, archived: bool) -> bool:
    """Whether lists and searches show it to everybody: who may know of it, and whether it goes on."""
    can_be_asked = visibility is Visibility.COMMUNITY and join_policy is not JoinPolicy.INVITE
    return (visibility is Visibility.PUBLIC or can_be_asked) and not archived


@dataclass(frozen=True, slots=True)
class RemoteCommunity:
    """What a Group elsewhere says of how it is governed."""

    join_policy: JoinPolicy = JoinPolicy.OPEN
    post_policy: PostPolicy = PostPolicy.MEMBERS
    visibility: Visibility = Visibility.PUBLIC
    purpose: str = ""  # Markdown
    rules: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    is_archived: bool = False
    successor: str = ""
    facilitators: str = ""  # addresses of their lists
    experts: str = ""
