"""What the pages of notifications show. Each POST form carries ``csrf``."""

from dataclasses import dataclass, field
from typing import ClassVar

from web.design.lists import Paging
from web.design.page import Page
from web.design.parts import ActorCard, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeRow:
    """One piece of news, or several of one kind about one thing.

    ``kind``: a ``NoticeType``, or an ``Occasion``; ``about``: event, question, resource or course, or direct for what
    is written to her alone; '' for other posts;
    ``who``: the newest of those who did it; ``others``: how many more.
    ``path``: the post or page that it is about. ``is_new``: since the reader last said that she has read.
    """

    kind: str
    who: ActorCard
    at: int
    others: int = 0
    path: str = ""
    title: Text | None = None
    about: str = ""
    excerpt: str = ""
    is_new: bool = False
    request_path: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationsView:
    """``/notifications``: the newest first. ``requests``: how many people are kept apart; ``newest``: id read up to."""

    template: ClassVar[str] = "notifications/list.html"

    page: Page
    csrf: str
    only: str
    rows: tuple[NoticeRow, ...] = ()
    paging: Paging = field(default_factory=Paging)
    requests: int = 0
    newest: int = 0
    has_new: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestRow:
    """Somebody whose news are kept apart."""

    id: str
    who: ActorCard
    total: int
    at: int
    excerpt: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestsView:
    """``/notifications/requests``: people whom the reader's policy keeps apart."""

    template: ClassVar[str] = "notifications/requests.html"

    page: Page
    csrf: str
    rows: tuple[RequestRow, ...] = ()
    paging: Paging = field(default_factory=Paging)
