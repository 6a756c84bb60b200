"""What the page of the search shows."""

from dataclasses import dataclass, field
from typing import ClassVar

from web.design.lists import Chip, FacetGroup, Paging, SortOption
from web.design.page import Page
from web.design.parts import Link, Origin, Text
from web.events.views import When


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultCard:
    """Something that was found. ``facts`` are short words of its kind; ``when`` an event begins."""

    kind: str
    path: str
    title: Text
    summary: Text | None = None
    facts: tuple[str, ...] = ()
    when: When | None = None
    published_at: int = 0
    author: str = ""
    community: Link | None = None
    origin: Origin | None = None
    visibility: str = "public"


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchView:
    """``/search``. ``meant`` is the search for ``suggestion``, whose results are shown where nothing else was found."""

    template: ClassVar[str] = "search/search.html"

    page: Page
    search_path: str
    query: str = ""
    kept: tuple[tuple[str, str], ...] = ()
    total: int = 0
    is_exact: bool = True
    suggestion: str = ""
    suggestion_path: str = ""
    results: tuple[ResultCard, ...] = ()
    facets: tuple[FacetGroup, ...] = ()
    chips: tuple[Chip, ...] = ()
    sorts: tuple[SortOption, ...] = ()
    paging: Paging = field(default_factory=Paging)
    clear_path: str = ""
