"""What is wished for of a list: words that were typed, what was chosen, an order, a page; and the search behind it."""

import enum
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from node.domain.licences import describe
from node.domain.resources import FACETS as RECORD_FACETS
from node.domain.search import Query, parse
from node.domain.selections import Selection
from node.domain.text import primary
from node.domain.vocabularies import concept_key
from node.store.index.expressions import Search
from node.store.index.marks import INTERNAL, LISTED, LOCKED, OTHER, mark, origin_mark
from node.store.library.places import first_key_at
from node.store.library.resources import ANYBODY, Viewer
from node.store.library.saving import keyword_value

MAX_LIMIT = 100
FACETS = (*RECORD_FACETS, "origin")
FILTERS = (*FACETS, "owner", "keyword", "starts")
#: Those of a search over everything.
ALL_FACETS = (*FACETS, "community", "starts")


class Scope(enum.StrEnum):
    RESOURCES = "resources"
    EVERYTHING = "everything"


class Sort(enum.StrEnum):
    RELEVANCE = "relevance"  # the newest where nothing was typed
    NEWEST = "newest"
    TITLE = "title"
    USED = "used"  # by the most organisations first, as their adoption notes say


@dataclass(frozen=True, slots=True)
class Wish:
    """What to list. ``filters``: facet -> values, one of each facet's must hold. ``cursor`` as a page gave it."""

    query: Query = field(default_factory=Query)
    filters: Mapping[str, Collection[str]] = field(default_factory=dict)
    origin: str | None = None  # local, remote
    sort: Sort = Sort.RELEVANCE
    viewer: Viewer = ANYBODY
    cursor: str | None = None
    limit: int = 20
    scope: Scope = Scope.RESOURCES
    doors: Collection[str] = ()  # of communities whose insides the viewer may find (``resources.door``)
    since: int | None = None  # published from this instant on
    until: int | None = None  # and before this one

    @property
    def is_plain(self) -> bool:
        """Nothing was typed and nothing chosen: all resources are listed."""
        is_free = self.query.blank and not any(self.filters.values())
        return is_free and self.is_counted

    @property
    def is_counted(self) -> bool:
        """Of all resources there are kept counters."""
        return self.scope is Scope.RESOURCES and self.since is None and self.until is None


def wish_of(selection: Selection, *, limit: int = 20) -> Wish:
    """What everybody may list of a selection, the newest first."""
    return Wish(
        query=parse(selection.words),
        filters=selection.filters,
        origin=selection.origin or None,
        sort=Sort.NEWEST,
        limit=limit,
    )


# -- the search behind it -------------------------------------------------------------------------------------------

_SPELLINGS: Mapping[str, Callable[[str], str]] = MappingProxyType(
    {
        "topic": concept_key,
        "level": concept_key,
        "audience": concept_key,
        "type": concept_key,
        "language": primary,
        "licence": lambda value: describe(value).iri,
        "keyword": keyword_value,
    }
)


def spelled(facet: str, value: str) -> str:
    """The form of a facet value in which resources have it; people write languages and IRIs in several.

    >>> spelled("language", "de-AT"), spelled("kind", "video")
    ('de', 'video')
    """
    return _SPELLINGS[facet](value) if facet in _SPELLINGS else value


def search_of(wish: Wish, *, without: str | None = None) -> Search:
    """The search behind a wish; ``without`` leaves one facet's choice out."""
    groups = [
        [mark(facet, spelled(facet, value)) for value in values]
        for facet, values in wish.filters.items()
        if values and facet != without
    ]
    if wish.origin:
        groups.append([origin_mark(wish.origin)])
    barred = [] if wish.viewer.is_member else [INTERNAL]
    if wish.scope is Scope.RESOURCES:
        barred.append(OTHER)
    if wish.doors:
        groups.append([LISTED, *wish.doors])
    else:
        barred.append(LOCKED)
    if not groups and not wish.query.required:
        groups.append([LISTED])
    since, until = (0 if at is None else first_key_at(max(at, 0)) for at in (wish.since, wish.until))
    return Search(wish.query, groups, barred, since=since, until=until)
