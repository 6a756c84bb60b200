"""What the home of a member shows."""

from dataclasses import dataclass
from typing import ClassVar

from web.design.page import Page
from web.design.parts import Link, Text
from web.events.views import EventCard


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicRow:
    """A topic in a list; ``community`` is None for a question that was asked outside of communities."""

    title: Text
    path: str
    kind: str
    author: Link
    at: int
    replies: int = 0
    community: Link | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TipRow:
    """What colleagues recommend, and who they are: up to two by name, ``others`` counts the rest.

    ``from_house``: all of them are members of this node.
    """

    title: Text
    path: str
    form: str
    by: tuple[Link, ...]
    others: int = 0
    from_house: bool = False
    origin: str = ""  # the organisation or person that made it


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberHomeView:
    """``/`` for somebody who is signed in. ``front_path`` shows the page as guests see it."""

    template: ClassVar[str] = "member/home.html"

    page: Page
    name: str
    front_path: str
    follows_anybody: bool = False
    communities: tuple[Link, ...] = ()
    topics: tuple[TopicRow, ...] = ()
    tips: tuple[TipRow, ...] = ()
    coming: tuple[EventCard, ...] = ()
    questions: tuple[TopicRow, ...] = ()
