"""How many there are of what is wished for, and how many of them have each value of each facet.

Nothing here reads all that matches: totals and facets of everything are kept counters; those of a search are counted
among the newest that match, one more than ``BOUND``, and say so.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache

from sqlalchemy import Connection, bindparam, func, select, text

from node.store.database.prepared import Prepared
from node.store.index import matches
from node.store.library.resources import Listing, load_labels
from node.store.library.saving import ALL
from node.store.search.wishes import ALL_FACETS, FACETS, Scope, Wish, search_of, spelled
from node.store.tables import resource_counts

#: Totals and facets of a search are exact up to this many matches.
BOUND = 500
#: At most so many values of a facet are told, those that most resources have.
MAX_OPTIONS = 50
_KEPT = frozenset({*FACETS, "owner"})  # of these there is a counter for each value


@dataclass(frozen=True, slots=True)
class Option:
    """A facet value and how many resources have it; ``labels`` where records that named it said what it is called."""

    value: str
    count: int
    labels: Mapping[str, str] = field(default_factory=dict)


Facets = Mapping[str, Sequence[Option]]

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
        matching = matches.count(conn, search_of(wish), at_most=BOUND + 1)
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
        matching, rows = matches.count_facets(conn, search_of(wish, without=without), at_most=BOUND + 1)
    for facet, value, total in rows:
        counted[facet][value] += total
    return matching, {facet: list(counter.items()) for facet, counter in counted.items()}


def _kept_counts(conn: Connection, listings: Sequence[Listing]) -> list[tuple[str, str, int]]:
    """The counters of everything: of each listing and facet those values that most resources have."""
    return list(_kept_counts_statement(len(listings)).run(conn, {"limit": MAX_OPTIONS, **numbered(listings)}))


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


def numbered(listings: Sequence[Listing]) -> dict[str, str]:
    """Listings as parameters of a statement that names each of them: ``listing0``, ``listing1``."""
    return {f"listing{number}": listing.value for number, listing in enumerate(listings)}
