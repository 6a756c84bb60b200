"""What the pages of this package show, one frozen value each (see ``web.pages.views``)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from web.design.lists import Chip, FacetGroup, Paging, SortOption
from web.design.page import Page
from web.design.parts import Field, Link, Prose, Text
from web.design.resources import ExportGap, Licence, ResourceCard
from web.library.form import Shown
from web.library.sections.rights import Choice


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceLine:
    """What a work is based on: title, page, the line that credits it, and what its licence asks for."""

    title: Text
    href: str
    attribution: str
    warning: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A field that somebody else changed meanwhile, and what it says now."""

    label: str
    theirs: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """How it would look, and what profiles would miss."""

    texts: tuple[tuple[Text, Prose | None], ...]
    licence: Licence
    gaps: tuple[ExportGap, ...] = ()
    cautions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EditorView:
    """The form of a resource. ``version`` is the one that was read; ``draft`` the id of the draft, or empty."""

    template: ClassVar[str] = "library/editor.html"

    page: Page
    action: str
    csrf: str
    title: str
    sections: tuple[Shown, ...]
    media: str
    problems: tuple[tuple[str, str], ...] = ()
    draft: str = ""
    source_slug: str = ""
    version: int = 0
    sources: tuple[SourceLine, ...] = ()
    preview: Preview | None = None
    differences: tuple[Difference, ...] = ()
    history_path: str = ""
    back_path: str = ""
    drafts_path: str = ""
    other_draft: str = ""
    owner_name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotAllowedView:
    """Why nothing can be made from this, and what can be done instead."""

    template: ClassVar[str] = "library/not_allowed.html"

    page: Page
    title: Text
    path: str
    licence: Licence
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftRow:
    title: str
    path: str
    delete_path: str
    changed_at: int
    about: Link | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftsView:
    template: ClassVar[str] = "library/drafts.html"

    page: Page
    csrf: str
    rows: tuple[DraftRow, ...]
    new_path: str
    written: tuple[ResourceCard, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionRow:
    """A state of a record: from when to when it was shown (0: since then)."""

    number: int
    title: Text
    path: str
    from_at: int
    until_at: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionsView:
    template: ClassVar[str] = "library/versions.html"

    page: Page
    title: Text
    path: str
    rows: tuple[VersionRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionView:
    """One earlier state as it was."""

    template: ClassVar[str] = "library/version.html"

    page: Page
    title: Text
    path: str
    history_path: str
    number: int
    texts: tuple[tuple[Text, Prose | None], ...]
    licence: Licence
    visibility: str
    until_at: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawView:
    template: ClassVar[str] = "library/withdraw.html"

    page: Page
    csrf: str
    action: str
    title: Text
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UseFormView:
    """How the organisation used something. ``fields`` by their names; ``note``: the id of the one that is changed."""

    template: ClassVar[str] = "library/use.html"

    page: Page
    csrf: str
    action: str
    title: Text
    path: str
    organisation: str
    note: str
    fields: Mapping[str, Field]
    outcomes: tuple[Choice, ...]
    visibilities: tuple[Choice, ...]
    languages: tuple[tuple[str, str], ...]
    problems: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewFormView:
    template: ClassVar[str] = "library/review.html"

    page: Page
    csrf: str
    action: str
    title: Text
    path: str
    text: Field
    used_for: Field
    language: Field
    rating: Field
    ratings: tuple[Choice, ...]
    visibilities: tuple[Choice, ...]
    languages: tuple[tuple[str, str], ...]
    delete_path: str = ""
    problems: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectionsView:
    template: ClassVar[str] = "library/collections.html"

    page: Page
    cards: tuple[ResourceCard, ...]
    paging: Paging = field(default_factory=Paging)
    new_path: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BegunRow:
    """A pathway that the reader is on, and how many of its steps she has done."""

    card: ResourceCard
    done: int
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PathwaysView:
    """All pathways; ``begun`` and ``new_path`` for people of this node."""

    template: ClassVar[str] = "library/pathways.html"

    page: Page
    cards: tuple[ResourceCard, ...]
    begun: tuple[BegunRow, ...] = ()
    paging: Paging = field(default_factory=Paging)
    new_path: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectView:
    """Into which collection something goes; ``collections`` by slug and title."""

    template: ClassVar[str] = "library/collect.html"

    page: Page
    csrf: str
    action: str
    title: Text
    path: str
    collections: tuple[tuple[str, str], ...]
    chosen: Field
    note: Field
    language: Field
    languages: tuple[tuple[str, str], ...]
    new_path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueView:
    """The list of resources. ``kept`` are the query parameters, besides ``q``, that a new search keeps.

    ``accounts`` can be followed for what is new about a topic; ``topic_path`` is where an administrator makes one of
    what is searched and chosen.
    """

    template: ClassVar[str] = "catalogue.html"

    page: Page
    search_path: str
    query: str = ""
    kept: tuple[tuple[str, str], ...] = ()
    total: int = 0
    cards: tuple[ResourceCard, ...] = ()
    facets: tuple[FacetGroup, ...] = ()
    chips: tuple[Chip, ...] = ()
    sorts: tuple[SortOption, ...] = ()
    paging: Paging = field(default_factory=Paging)
    clear_path: str = ""
    accounts: tuple[Link, ...] = ()
    topic_path: str = ""
