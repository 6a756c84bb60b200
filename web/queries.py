"""What the query of an address asks for; lists on pages, feeds and the learning API read the same."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import replace

from aiohttp import web

from node.clock import DAY
from node.domain.numbers import number_in
from node.domain.search import parse
from node.errors import Malformed, Problem
from node.state import NODE
from node.store.search.wishes import ALL_FACETS, FILTERS, MAX_LIMIT, Sort, Wish
from web.viewer import viewer_of

_DEFAULT_LIMIT = 20
_MAX_VALUES = 20  # of one filter


def _named(facets: Iterable[str]) -> Mapping[str, str]:
    """Facets by parameter. ``origin`` says local or remote, so the host that something came from is ``host``."""
    return {**{facet: facet for facet in facets if facet != "origin"}, "host": "origin"}


#: The parameter of each facet of resources, and of the search over everything.
RESOURCE_FACETS, SEARCH_FACETS = _named(FILTERS), _named(ALL_FACETS)
#: How far back a search looks, in milliseconds.
SINCE: Mapping[str, int] = {"day": DAY, "week": 7 * DAY, "month": 31 * DAY, "year": 366 * DAY}


def one_of(value: str, name: str, choices: tuple[str, ...]) -> str:
    """The value of a parameter. Raises ``Malformed`` where it is none of the choices."""
    if value not in choices:
        raise Malformed(problems=[Problem(name, " or ".join(filter(None, choices)), f'"{value[:60]}"')])
    return value


def limit_of(request: web.Request) -> int:
    """How many a list answers: ``limit``, capped; the default where it is no number."""
    return min(number_in(request.query.get("limit", "")) or _DEFAULT_LIMIT, MAX_LIMIT)


def resources_asked(request: web.Request) -> Wish:
    """Which resources: ``q``, facets, ``origin``, ``sort``. Raises ``Malformed`` for another origin or order."""
    query = request.query
    return Wish(
        query=parse(query.get("q", "")),
        filters=_filters(request, RESOURCE_FACETS),
        origin=one_of(query.get("origin", ""), "origin", ("", "local", "remote")) or None,
        sort=Sort(one_of(query.get("sort") or Sort.RELEVANCE, "sort", tuple(Sort))),
        viewer=viewer_of(request),
        cursor=query.get("cursor") or None,
        limit=limit_of(request),
    )


def search_asked(request: web.Request) -> Wish:
    """The same over everything, between days. Raises ``Malformed`` also for a day that there is not."""
    query = request.query
    sort = Sort(one_of(query.get("sort") or Sort.RELEVANCE, "sort", (Sort.RELEVANCE, Sort.NEWEST)))
    span = one_of(query.get("since", ""), "since", ("", *SINCE))
    since = request.app[NODE].clock.now() - SINCE[span] if span else _day(query.get("from", ""), "from")
    until = _day(query.get("until", ""), "until")
    return replace(
        resources_asked(request),
        filters=_filters(request, SEARCH_FACETS),
        sort=sort,
        since=since,
        until=until + DAY if until is not None else None,
    )


def _filters(request: web.Request, facets: Mapping[str, str]) -> dict[str, list[str]]:
    chosen = {facet: request.query.getall(name, []) for name, facet in facets.items()}
    return {facet: [value for value in values if value][:_MAX_VALUES] for facet, values in chosen.items()}


def _day(value: str, name: str) -> int | None:
    """The first instant of a day, in UTC."""
    if not value:
        return None
    try:
        day = dt.datetime.combine(dt.date.fromisoformat(value), dt.time(), dt.UTC)
    except ValueError:
        raise Malformed(problems=[Problem(name, "a date such as 2026-03-01", f'"{value[:60]}"')]) from None
    return round(day.timestamp() * 1000)
