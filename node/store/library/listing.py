"""Lists of learning resources: what was typed, what was chosen, in which order, page by page.

Nothing here reads all that matches. A page is read by its cursor; totals and facets of everything are kept counters;
those of a search are counted among the newest that match, one more than ``BOUND``, and say so.
"""

import base64
import binascii
import enum
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from types import MappingProxyType
from typing import Any, TypeVar

import orjson
from sqlalchemy import Connection, TextClause, bindparam, func, select, text, tuple_

from node.domain.licences import describe
from node.domain.resources import FACETS as RECORD_FACETS
from node.domain.search import Query, parse
from node.domain.selections import Selection
from node.domain.text import primary
from node.domain.vocabularies import concept_key
from node.errors import Malformed, Problem
from node.store.database.prepared import Prepared
from node.store.library import opinions
from node.store.library.places import first_key_at
from node.store.library.resources import ANYBODY, Listing, Resource, Viewer, load_by_keys, load_labels
from node.store.library.saving import ALL, keyword_value
from node.store.search import search
from node.store.search.marks import INTERNAL, LISTED, LOCKED, OTHER, origin_mark
from node.store.search.search import NEWEST, Search, Tier, mark
from node.store.tables import resource_counts, resources

#: Totals and facets of a search are exact up to this many matches.
BOUND = 500
#: At most so many values of a facet are told, those that most resources have.
MAX_OPTIONS = 50
MAX_LIMIT = 100
MAX_USED = 400  # of those that most organisations used, which the order by use puts in front
FACETS = (*RECORD_FACETS, "origin")
FILTERS = (*FACETS, "owner", "keyword", "starts")
#: Those of a search over everything.
ALL_FACETS = (*FACETS, "community", "starts")
_KEPT = frozenset({*FACETS, "owner"})  # of these there is a counter for each value


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


@dataclass(frozen=True, slots=True)
class Option:
    """A facet value and how many resources have it; ``labels`` where records that named it said what it is called."""

    value: str
    count: int
    labels: Mapping[str, str] = field(default_factory=dict)


Facets = Mapping[str, Sequence[Option]]


@dataclass(frozen=True, slots=True)
class Page:
    """A piece of a list. ``total`` is a lower bound where ``is_exact`` is False; ``next`` continues the list."""

    items: Sequence[Resource]
    total: int
    is_exact: bool
    next: str | None
    facets: Facets


def find(conn: Connection, wish: Wish, *, with_facets: bool = False) -> Page:
    """The resources that are wished for and that the viewer may list. ``Malformed`` for a cursor that is none."""
    keys, cursor = find_keys(conn, wish)
    total, is_exact, counted = look_over(conn, wish, with_facets=with_facets)
    return Page(load_by_keys(conn, keys), total, is_exact, cursor, counted)


def find_keys(conn: Connection, wish: Wish) -> tuple[list[int], str | None]:
    """The sort keys of a page, in its order, and the cursor of the next one."""
    limit = max(1, min(wish.limit, MAX_LIMIT))
    order = Sort.NEWEST if wish.sort is Sort.RELEVANCE and not wish.query.required else wish.sort
    return _ORDERS[order](conn, wish, limit)


def fits(conn: Connection, wish: Wish, sort_key: int) -> bool:
    """Whether the resource of this key is among those that are wished for."""
    narrowed = replace(_search(wish), since=sort_key, until=sort_key + 1)
    return bool(search.find_keys(conn, narrowed, limit=1))


def wish_of(selection: Selection, *, limit: int = 20) -> Wish:
    """What everybody may list of a selection, the newest first."""
    return Wish(
        query=parse(selection.words),
        filters=selection.filters,
        origin=selection.origin or None,
        sort=Sort.NEWEST,
        limit=limit,
    )


# -- orders ---------------------------------------------------------------------------------------------------------

Keys = tuple[list[int], str | None]


def _newest(conn: Connection, wish: Wish, limit: int) -> Keys:
    (before,) = _read_cursor(wish.cursor, (int,)) or (NEWEST,)
    keys = search.find_keys(conn, _search(wish), before=before, limit=limit + 1)
    return keys[:limit], _cursor_after(keys, limit, lambda key: (key,))


def _best(conn: Connection, wish: Wish, limit: int) -> Keys:
    """Tier after tier, the newest first in each."""
    first, before = _read_cursor(wish.cursor, (int, int)) or (Tier.TITLE, NEWEST)
    found: list[tuple[Tier, int]] = []
    for tier in (tier for tier in Tier if tier >= first):
        wanted = replace(_search(wish), tier=tier)
        keys = search.find_keys(conn, wanted, before=before, limit=limit + 1 - len(found))
        found += [(tier, key) for key in keys]
        if len(found) > limit:
            break
        before = NEWEST
    return [key for _, key in found[:limit]], _cursor_after(found, limit, lambda place: place)


def _by_title(conn: Connection, wish: Wish, limit: int) -> Keys:
    """All of them where nothing was typed or chosen, else the newest ``BOUND`` that match."""
    title_key, sort_key = _read_cursor(wish.cursor, (str, int)) or ("", -1)
    after = (title_key, sort_key)
    candidates = _titles if wish.is_plain else _matching_titles
    found = candidates(conn, wish, after, limit + 1)
    return [key for _, key in found[:limit]], _cursor_after(found, limit, lambda place: place)


Title = tuple[str, int]


def _titles(conn: Connection, wish: Wish, after: Title, limit: int) -> list[Title]:
    """Each listing has its own order in the index, so each gives its next few."""
    listings = wish.viewer.listings(wish.origin)
    parameters = {"title_key": after[0], "sort_key": after[1], "limit": limit, **_named(listings)}
    rows = conn.execute(_titles_statement(len(listings)), parameters)
    return [(row.title_key, row.sort_key) for row in rows]


@cache
def _titles_statement(listings: int) -> TextClause:
    columns = "title_key, sort_key"
    parts = (
        f"SELECT * FROM (SELECT {columns} FROM resources WHERE listing = :listing{number}"  # noqa: S608 (constants)
        f" AND ({columns}) > (:title_key, :sort_key) ORDER BY {columns} LIMIT :limit) AS part{number}"
        for number in range(listings)
    )
    return text(f"{' UNION ALL '.join(parts)} ORDER BY {columns} LIMIT :limit")


def _named(listings: Sequence[Listing]) -> dict[str, str]:
    return {f"listing{number}": listing.value for number, listing in enumerate(listings)}


def _matching_titles(conn: Connection, wish: Wish, after: Title, limit: int) -> list[Title]:
    keys = search.find_keys(conn, _search(wish), limit=BOUND)
    columns = (resources.c.title_key, resources.c.sort_key)
    query = select(*columns).where(resources.c.sort_key.in_(keys), tuple_(*columns) > after)
    return [(row.title_key, row.sort_key) for row in conn.execute(query.order_by(*columns).limit(limit))]


def _by_use(conn: Connection, wish: Wish, limit: int) -> Keys:
    """What organisations used, then the rest from the newest on; something typed or chosen counts as for titles."""
    count, before = _read_cursor(wish.cursor, (int, int)) or (NEWEST, NEWEST)
    used = opinions.load_use(conn, wish.viewer.actor_id, wish.viewer.listings(wish.origin), limit=MAX_USED)
    if not wish.is_plain:
        matching = set(search.find_keys(conn, _search(wish), limit=BOUND))
        used = {key: organisations for key, organisations in used.items() if key in matching}
    places = sorted(((organisations, key) for key, organisations in used.items()), reverse=True)
    found = [place for place in places if place < (count, before)][: limit + 1]
    if len(found) <= limit:
        start = before if count == 0 else NEWEST
        wanted = limit + 1 - len(found)
        rest = search.find_keys(conn, _search(wish), before=start, limit=wanted + len(used))
        found += [(0, key) for key in rest if key not in used][:wanted]
    return [key for _, key in found[:limit]], _cursor_after(found, limit, lambda place: place)


_ORDERS: Mapping[Sort, Callable[[Connection, Wish, int], Keys]] = MappingProxyType(
    {Sort.NEWEST: _newest, Sort.RELEVANCE: _best, Sort.TITLE: _by_title, Sort.USED: _by_use}
)

# -- cursors --------------------------------------------------------------------------------------------------------


T = TypeVar("T")


def _cursor_after(found: Sequence[T], limit: int, place: Callable[[T], Iterable[str | int]]) -> str | None:
    if len(found) <= limit:
        return None
    return base64.urlsafe_b64encode(orjson.dumps(list(place(found[limit - 1])))).decode().rstrip("=")


def _read_cursor(cursor: str | None, kinds: Sequence[type]) -> Sequence[Any] | None:
    """The values in a cursor, of these types."""
    if cursor is None:
        return None
    try:
        values: list[Any] = list(orjson.loads(base64.urlsafe_b64decode(cursor.encode("ascii") + b"==")))
    except (ValueError, TypeError, binascii.Error):
        values = []
    is_fine = [type(each) for each in values] == list(kinds)
    if not is_fine or any(isinstance(each, int) and not -1 <= each <= NEWEST for each in values):
        raise Malformed(problems=[Problem("cursor", "what the page before gave as next", f'"{cursor[:60]}"')])
    return values


# -- what it takes to find -----------------------------------------------------------------------------------------

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


def _search(wish: Wish, *, without: str | None = None) -> Search:
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


# -- totals and facets ----------------------------------------------------------------------------------------------

_TOTAL = Prepared(
    select(func.coalesce(func.sum(resource_counts.c.total), 0)).where(
        resource_counts.c.listing.in_(bindparam("listings", expanding=True)),
        resource_counts.c.facet == bindparam("facet"),
        resource_counts.c.value == bindparam("facet_value"),
    ),
    many="listings",
)


def count_all(conn: Connection, wish: Wish) -> tuple[int, bool]:
    """How many there are, and whether that is exact; at least so many otherwise."""
    return look_over(conn, wish, with_facets=False)[:2]


def look_over(conn: Connection, wish: Wish, *, with_facets: bool) -> tuple[int, bool, Facets]:
    """The same, and its facets: of a search both are counted among the same matches, which are looked for once."""
    matching, counted = _facets(conn, wish) if with_facets else (None, {})
    if (kept := _kept_total(conn, wish)) is not None:
        return kept, True, counted
    if matching is None:
        matching = search.count(conn, _search(wish), at_most=BOUND + 1)
    return min(matching, BOUND), matching <= BOUND, counted


def _kept_total(conn: Connection, wish: Wish) -> int | None:
    """How many a counter says that there are; None where none does."""
    chosen = [(facet, values) for facet, values in wish.filters.items() if values]
    if wish.is_plain:
        return count(conn, wish.viewer.listings(wish.origin))
    if wish.is_counted and wish.query.blank and len(chosen) == 1 and chosen[0][0] in _KEPT and len(chosen[0][1]) == 1:
        facet, (value,) = chosen[0]
        return count(conn, wish.viewer.listings(wish.origin), facet, spelled(facet, value))
    return None


def count(conn: Connection, listings: Sequence[Listing], facet: str = ALL, value: str = "") -> int:
    """How many resources of these listings have a facet value; all of them unless told otherwise."""
    parameters = {"listings": [each.value for each in listings], "facet": facet, "facet_value": value}
    return int(_TOTAL.first(conn, parameters)[0])


def facets(conn: Connection, wish: Wish) -> Facets:
    """How many of the resources that are wished for have each value of each facet, the most frequent first.

    A facet in which something is chosen is counted without that choice, so that it can be changed or widened.
    """
    return _facets(conn, wish)[1]


def _facets(conn: Connection, wish: Wish) -> tuple[int, Facets]:
    """With how many match of those that are not all counted."""
    told = FACETS if wish.scope is Scope.RESOURCES else ALL_FACETS
    chosen = [facet for facet, values in wish.filters.items() if values and facet in told]
    matching, counted = _counts(conn, wish, None)
    for facet in chosen:
        counted[facet] = _counts(conn, wish, facet)[1].get(facet, [])
    ordered = {
        facet: sorted(counted.get(facet, []), key=lambda pair: (-pair[1], pair[0]))[:MAX_OPTIONS] for facet in told
    }
    labels = load_labels(conn, {value for pairs in ordered.values() for value, _ in pairs if ":" in value})
    return matching, {
        facet: [Option(value, total, labels.get(value, {})) for value, total in pairs]
        for facet, pairs in ordered.items()
    }


def _counts(conn: Connection, wish: Wish, without: str | None) -> tuple[int, dict[str, list[tuple[str, int]]]]:
    """How many match of a search, at most one more than ``BOUND``; facet -> ``(value, how many)``."""
    filters = {facet: values for facet, values in wish.filters.items() if facet != without}
    counted: dict[str, Counter[str]] = defaultdict(Counter)
    if replace(wish, filters=filters).is_plain:
        matching, rows = 0, _kept_counts(conn, wish.viewer.listings(wish.origin))
    else:
        matching, rows = search.count_facets(conn, _search(wish, without=without), at_most=BOUND + 1)
    for facet, value, total in rows:
        counted[facet][value] += total
    return matching, {facet: list(counter.items()) for facet, counter in counted.items()}


def _kept_counts(conn: Connection, listings: Sequence[Listing]) -> list[tuple[str, str, int]]:
    """The counters of everything: of each listing and facet those values that most resources have."""
    return list(_kept_counts_statement(len(listings)).run(conn, {"limit": MAX_OPTIONS, **_named(listings)}))


@cache
def _kept_counts_statement(listings: int) -> Prepared:
    """One short walk of the index for each listing and facet; written out, because building it costs more than it."""
    parts = (
        f"SELECT * FROM (SELECT facet, value, total FROM resource_counts WHERE listing = :listing{number}"  # noqa: S608 (constants)
        f" AND facet = '{facet}' ORDER BY total DESC LIMIT :limit) AS {facet}{number}"
        for number in range(listings)
        for facet in FACETS
    )
    return Prepared(text(" UNION ALL ".join(parts)))
