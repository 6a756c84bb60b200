"""What the pages of courses show."""

from dataclasses import dataclass, field
from typing import ClassVar

from web.design.lists import Chip, FacetGroup, Paging, SortOption
from web.design.page import Page
from web.design.parts import Field, Link, Text
from web.design.resources import ResourceCard


@dataclass(frozen=True, slots=True, kw_only=True)
class StartCard:
    """An instance that starts soon, or that the reader enrolled in (``state``)."""

    path: str
    course: Text
    name: Text | None = None
    line: str = ""
    starts_on: str = ""
    host: str = ""
    state: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CoursesView:
    """``/courses``."""

    template: ClassVar[str] = "courses/list.html"

    page: Page
    search_path: str
    query: str = ""
    kept: tuple[tuple[str, str], ...] = ()
    total: int = 0
    mine: tuple[StartCard, ...] = ()
    soon: tuple[StartCard, ...] = ()
    cards: tuple[ResourceCard, ...] = ()
    facets: tuple[FacetGroup, ...] = ()
    chips: tuple[Chip, ...] = ()
    sorts: tuple[SortOption, ...] = ()
    paging: Paging = field(default_factory=Paging)
    clear_path: str = ""
    new_path: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolmentRow:
    """Somebody who enrolled; the paths are there where that can be decided."""

    name: str
    handle: str
    path: str
    state: str
    since: int
    note: str = ""
    decide_path: str = ""
    can_accept: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolmentGroup:
    """The people of one instance."""

    key: str
    title: Text
    starts_on: str = ""
    capacity: int = 0
    taken: int = 0
    waiting: int = 0
    invite_path: str = ""
    is_counted: bool = True
    rows: tuple[EnrolmentRow, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolmentsView:
    """``/courses/SLUG/enrolments``, for those who hold the course; ``more`` people are not shown on one page."""

    template: ClassVar[str] = "courses/enrolments.html"

    page: Page
    course: Link
    home: str = ""  # host of a course elsewhere, which asks people here to decide
    csrf: str
    groups: tuple[EnrolmentGroup, ...] = ()
    handle: Field = field(default_factory=Field)
    paging: Paging = field(default_factory=Paging)
