"""What the pages of this package show, one frozen value each (see ``web.pages.views``)."""

from dataclasses import dataclass, field
from typing import ClassVar

from web.communities.rooms import Room
from web.design.lists import Paging
from web.design.page import Page
from web.design.parts import ActorCard, Field, PicturesForm, Prose


@dataclass(frozen=True, slots=True, kw_only=True)
class CommunityCard:
    """A community in a list. ``way_in`` says how people join; ``part`` what the viewer is to it, or empty."""

    actor: ActorCard
    path: str
    members: int
    threads: int
    way_in: str
    part: str = ""
    topics: tuple[str, ...] = ()
    is_closed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ListView:
    """``/communities``. ``mine`` is empty for strangers and on all pages but the first."""

    template: ClassVar[str] = "communities/list.html"

    page: Page
    mine: tuple[CommunityCard, ...]
    others: tuple[CommunityCard, ...]
    invitations: tuple[CommunityCard, ...] = ()
    may_found: bool = False
    paging: Paging = field(default_factory=Paging)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One of several in a form: its value, what it is called, what it means."""

    value: str
    label: str
    hint: str = ""
    on: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What stands above the pages of one community."""

    name: str
    path: str
    handle: str
    may_govern: bool
    rooms: tuple[Room, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FormView:
    """The form of a community, a new one or one that is there.

    ``username`` is shown for a new one only, ``head`` and ``pictures`` for one that is there. ``host``: where it lives;
    of one elsewhere, who reads it and its pictures are not for moderators of other houses.
    """

    template: ClassVar[str] = "communities/form.html"

    page: Page
    action: str
    csrf: str
    is_new: bool
    back_path: str
    username: Field
    name: Field
    purpose: Field
    rules: Field
    topics: Field
    languages: Field
    visibility: tuple[Choice, ...]
    join_policy: tuple[Choice, ...]
    post_policy: tuple[Choice, ...]
    choice: Field = field(default_factory=Field)  # nothing is wrong with what is chosen from a list
    host: str = ""
    is_elsewhere: bool = False
    version: int = 0
    problems: tuple[tuple[str, str], ...] = ()
    is_archived: bool = False
    close_path: str = ""
    head: Head | None = None
    pictures: PicturesForm | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRow:
    """Somebody in a list: her card, what she is, since when, and what can be done (act, label), by those who may.

    ``is_open``: what can be done is shown at once, not behind a word.
    """

    actor: ActorCard
    uri: str
    at: int = 0
    note: str = ""
    until_at: int | None = None
    roles: tuple[str, ...] = ()
    acts: tuple[tuple[str, str], ...] = ()
    is_open: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class MembersView:
    """``/c/NAME/members``. Requests, invitations and bans only for those who govern.

    Of a community elsewhere those who govern see the list of its home, everybody else whom this node knows.
    """

    template: ClassVar[str] = "communities/members.html"

    page: Page
    head: Head
    csrf: str
    action: str
    moderators: tuple[PersonRow, ...]
    facilitators: tuple[PersonRow, ...]
    experts: tuple[PersonRow, ...]
    members: tuple[PersonRow, ...]
    total: int
    hint: str = ""  # of a community elsewhere: which of its members these are
    requests: tuple[PersonRow, ...] = ()
    invited: tuple[PersonRow, ...] = ()
    banned: tuple[PersonRow, ...] = ()
    handle: Field = field(default_factory=Field)
    durations: tuple[tuple[str, str], ...] = ()
    paging: Paging = field(default_factory=Paging)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedPost:
    """A post that was reported, with the page on which it can be removed; without a title where it is not here."""

    title: str
    text: str
    author: ActorCard | None = None
    moderate_path: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommunityReportRow:
    """A report for the moderators of a community. ``closed_by`` is who closed it, ``at`` when it came."""

    number: str
    comment: str
    category: str
    at: int
    posts: tuple[ReportedPost, ...] = ()
    closed_by: str = ""
    handed_on: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CommunityReportsView:
    """``/c/NAME/reports``"""

    template: ClassVar[str] = "communities/reports.html"

    page: Page
    head: Head
    csrf: str
    action: str
    is_open: bool
    open_path: str
    closed_path: str
    rows: tuple[CommunityReportRow, ...] = ()
    paging: Paging = field(default_factory=Paging)


@dataclass(frozen=True, slots=True, kw_only=True)
class LogRow:
    """An entry of the log. ``act`` is a whole sentence without names; ``target`` what or whom it was about.

    ``changed`` names settings. ``refusal``: why the home of the community refused it, ``until_at``: the end of a ban.
    """

    act: str
    by: str
    by_path: str
    target: str
    target_path: str
    reason: str
    at: int
    changed: tuple[str, ...] = ()
    refusal: str | None = None
    until_at: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LogView:
    """``/c/NAME/log``: what those who govern did."""

    template: ClassVar[str] = "communities/log.html"

    page: Page
    head: Head
    rows: tuple[LogRow, ...]
    paging: Paging = field(default_factory=Paging)


@dataclass(frozen=True, slots=True, kw_only=True)
class ModerateView:
    """What can be done with one post of a community, by those who govern."""

    template: ClassVar[str] = "communities/moderate.html"

    page: Page
    head: Head
    csrf: str
    action: str
    title: str
    excerpt: Prose | None
    author: ActorCard
    uri: str
    acts: tuple[tuple[str, str], ...]
    reason: Field = field(default_factory=Field)
