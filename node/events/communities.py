"""What happens in communities, ours and those in which our people take part."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class PassedOn:
    """A community of ours passes on what a member did: an activity that arrived (``received_id``) or left from here."""

    group_id: int
    activity_uri: str
    received_id: int | None = None


@dataclass(frozen=True, slots=True)
class Governed:
    """Somebody here governed a community, ours or another: an entry of its log.

    ``settings``: what a community elsewhere is asked to say of itself, by the names of ``SHARED_SETTINGS``.
    """

    entry_id: int
    settings: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class JoinOffered:
    """A community of ours asks its moderators elsewhere (``to``: URIs) to decide a request, or says that it is over."""

    group_id: int
    asker_id: int
    follow_uri: str
    to: Sequence[str]
    is_settled: bool = False


@dataclass(frozen=True, slots=True)
class MemberInvited:
    """A community of ours invites somebody elsewhere, or takes the invitation back."""

    group_id: int
    person_id: int
    is_withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class CommunityReported:
    """A post in a community, ours or another, was reported, here or elsewhere: its moderators elsewhere are told."""

    group_id: int
    report_id: int


@dataclass(frozen=True, slots=True)
class ReportResolved:
    """A moderator (``by_uri``) of a community, ours or another, has dealt with a report; ``activity_uri`` told it."""

    group_id: int
    report_id: int
    by_uri: str
    activity_uri: str = ""


CommunityEvent = PassedOn | Governed | JoinOffered | MemberInvited | CommunityReported | ReportResolved
