"""What the pages of threads show. Each POST form carries ``csrf``."""

from dataclasses import dataclass, field
from typing import ClassVar

from web.communities.rooms import Room
from web.design.lists import Paging
from web.design.page import Page
from web.design.parts import ActorCard, Field, Image, Link, Prose, Text
from web.design.posts import Compose, PostCard, Reply
from web.design.resources import ResourceCard
from web.events.views import EventCard


@dataclass(frozen=True, slots=True, kw_only=True)
class CommunityHead:
    """A community at the top of its pages, and what whoever reads is to it.

    ``membership``: '' (no member), member, asked; ``visibility`` and ``join_policy`` as ``node.domain.communities``
    names them; ``may_write``: begin a thread; ``csrf`` is empty for strangers. ``home``: where it lives elsewhere.
    """

    path: str
    name: str
    handle: str
    avatar: Image | None = None
    banner: Image | None = None
    kind: str = "group"
    purpose: Prose | None = None
    members: int = 0
    visibility: str = "public"
    join_policy: str = "open"
    membership: str = ""
    is_moderator: bool = False
    may_write: bool = False
    is_archived: bool = False
    csrf: str = ""
    home: Link | None = None
    topics: tuple[str, ...] = ()
    rooms: tuple[Room, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadCard:
    """A thread in a list; ``kind`` is a ``TopicKind``. ``community`` where the list is of more than one."""

    path: str
    kind: str
    title: Text
    author: ActorCard
    published_at: int
    active_at: int
    excerpt: str = ""
    warning: str = ""
    answers: int = 0
    answered: bool = False
    locked: bool = False
    pinned: bool = False
    community: Link | None = None
    visibility: str = "public"


@dataclass(frozen=True, slots=True, kw_only=True)
class KindFilter:
    """A kind that a list can be narrowed to; '' for all."""

    kind: str
    path: str
    selected: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CommunityView:
    """``/c/NAME``. ``closed``: its members alone read what is written."""

    template: ClassVar[str] = "threads/community.html"

    page: Page
    head: CommunityHead
    closed: bool = False
    pinned: tuple[ThreadCard, ...] = ()
    threads: tuple[ThreadCard, ...] = ()
    kinds: tuple[KindFilter, ...] = ()
    by_activity: bool = False
    newest_path: str = ""
    active_path: str = ""
    paging: Paging = field(default_factory=Paging)
    rules: tuple[str, ...] = ()
    moderators: tuple[ActorCard, ...] = ()
    facilitators: tuple[ActorCard, ...] = ()
    experts: tuple[ActorCard, ...] = ()
    coming: tuple[EventCard, ...] = ()
    calendar_path: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadView:
    """A thread with its answers; ``compose`` is there for who may answer, ``govern_path`` for who may pin it.

    ``best``: the answer that helped, where it does not stand among the ``replies`` of this page.
    """

    template: ClassVar[str] = "threads/thread.html"

    page: Page
    kind: str
    post: PostCard
    title: Text
    address: str
    head: CommunityHead | None = None
    locked: bool = False
    answered: bool = False
    best: PostCard | None = None
    replies: tuple[Reply, ...] = ()
    answers: int = 0
    paging: Paging = field(default_factory=Paging)
    compose: Compose | None = None
    govern_path: str = ""
    governs: bool = False
    pinned: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionsView:
    """``/questions``: of all communities that the reader may see, and of none."""

    template: ClassVar[str] = "threads/questions.html"

    page: Page
    state: str
    threads: tuple[ThreadCard, ...] = ()
    paging: Paging = field(default_factory=Paging)


@dataclass(frozen=True, slots=True, kw_only=True)
class ComposeView:
    """A page with the form alone; ``answered`` is the post above it, ``preview`` how it will look; a question can be
    asked in one of the ``communities`` instead.
    """

    template: ClassVar[str] = "threads/compose.html"

    page: Page
    compose: Compose
    head: CommunityHead | None = None
    answered: PostCard | None = None
    preview: PostCard | None = None
    communities: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteView:
    """The question before a post is deleted."""

    template: ClassVar[str] = "threads/delete.html"

    page: Page
    action: str
    csrf: str
    back: str
    post: PostCard


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptRow:
    """A post or a resource."""

    post: PostCard | None = None
    resource: ResourceCard | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptView:
    """``/bookmarks``"""

    template: ClassVar[str] = "threads/kept.html"

    page: Page
    rows: tuple[KeptRow, ...] = ()
    paging: Paging = field(default_factory=Paging)


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingRow:
    """What is published at ``at``; ``wall``: the same as a field holds it; ``problem``: why it could not be."""

    key: str
    at: int
    title: str
    text: str
    wall: Field
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingView:
    """``/scheduled``"""

    template: ClassVar[str] = "threads/waiting.html"

    page: Page
    action: str
    csrf: str
    zone: str
    rows: tuple[WaitingRow, ...] = ()
    paging: Paging = field(default_factory=Paging)
