"""One search over everything that this node knows: resources, courses, events, topics, communities, people."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from aiohttp import web
from sqlalchemy import Connection

from node.clock import DAY, to_rfc3339
from node.domain import resources as records
from node.domain.text import plain, shorten
from node.errors import Malformed, Problem
from node.state import NODE
from node.store.library.listing import ALL_FACETS, Option, Sort, Wish
from node.store.library.resources import Viewer
from node.store.search import everything
from node.store.search.everything import Found, Hit
from node.text import descriptions
from web.learning_api import resources as learning_resources
from web.learning_api.answers import PREFIX, json_answer, one_of
from web.learning_api.callers import reader
from web.learning_api.description import ADDRESS, INSTANT, PROBLEM, TEXT, answer, operation, pages, parameter

#: The parameter of each facet; ``origin`` says local or remote, so the host that something is at home on is ``host``.
PARAMETERS = {**{facet: facet for facet in ALL_FACETS if facet != "origin"}, "host": "origin"}
#: How far back, in milliseconds.
SINCE: Mapping[str, int] = {"day": DAY, "week": 7 * DAY, "month": 31 * DAY, "year": 366 * DAY}
_SUMMARY = 300


async def search(request: web.Request) -> web.Response:
    """``GET /search?q=&kind=&community=&starts=&since=&from=&until=`` ...; ``facets=1`` counts what there is."""
    node, wish = request.app[NODE], replace(read_wish(request), viewer=Viewer(await reader(request, "read:search")))
    with_facets = request.query.get("facets") in {"1", "true"}
    typed = request.query.get("q", "")
    found, facets = await node.store.read(_find, wish, node.clock.now(), typed, with_facets)
    body: dict[str, Any] = {
        "items": [hit_json(hit, node.config.origin) for hit in found.hits],
        "total": found.total,
        "totalIsExact": found.is_exact,
        "next": found.next,
        "suggestion": found.suggestion or None,
    }
    if facets is not None:
        body["facets"] = learning_resources.facets_json(facets, PARAMETERS)
    return json_answer(request, body)


def _find(
    conn: Connection, wish: Wish, now: int, typed: str, with_facets: bool
) -> tuple[Found, dict[str, list[Option]] | None]:
    found = everything.find(conn, wish, now, typed=typed)
    return found, everything.facets(conn, wish) if with_facets else None


def read_wish(request: web.Request) -> Wish:
    """What the query asks for. Raises ``Malformed`` for a date, an order or an origin that there is not."""
    query = request.query
    base = learning_resources.read_wish(request)
    filters = {
        facet: [value for value in query.getall(name, []) if value][: learning_resources.MAX_VALUES]
        for name, facet in PARAMETERS.items()
    }
    sort = Sort(one_of(query.get("sort") or Sort.RELEVANCE, "sort", (Sort.RELEVANCE, Sort.NEWEST)))
    span = one_of(query.get("since", ""), "since", ("", *SINCE))
    since = request.app[NODE].clock.now() - SINCE[span] if span else _day(query.get("from", ""), "from")
    until = _day(query.get("until", ""), "until")
    return replace(base, filters=filters, sort=sort, since=since, until=until + DAY if until is not None else None)


def _day(value: str, name: str) -> int | None:
    """The first instant of a day, in UTC."""
    if not value:
        return None
    try:
        day = dt.datetime.combine(dt.date.fromisoformat(value), dt.time(), dt.UTC)
    except ValueError:
        raise Malformed(problems=[Problem(name, "a date such as 2026-03-01", f'"{value[:60]}"')]) from None
    return round(day.timestamp() * 1000)


def hit_json(hit: Hit, base: str) -> dict[str, Any]:
    """What was found, in the same few words for every kind; ``uri`` is its identity between servers."""
    if hit.resource is not None:
        record = hit.resource.record
        return {
            "kind": hit.kind,
            "uri": hit.resource.uri,
            "name": records.title(record),
            "summary": descriptions.summary(record, (), _SUMMARY),
            "page": f"{base}{hit.resource.path}",
            "host": hit.resource.owner.host,
            "published": to_rfc3339(hit.resource.published_at),
            **({"starts": starts[0]} if (starts := _starts(hit)) else {}),
        }
    row = hit.actor if hit.actor is not None else hit.row
    assert row is not None
    text = plain(row.summary if hit.actor is not None else row.summary or row.content)
    found = {
        "kind": hit.kind,
        "uri": row.uri,
        "name": row.name or (row.username if hit.actor is not None else shorten(text, 90)),
        "summary": shorten(text, _SUMMARY),
        "page": row.url or row.uri,
        "host": row.host if hit.actor is not None else hit.author.host if hit.author is not None else "",
        "published": to_rfc3339(row.created_at if hit.actor is not None else row.published_at),
    }
    if hit.community is not None:
        found["community"] = hit.community.uri
    if hit.starts_at is not None:
        found["starts"] = to_rfc3339(hit.starts_at)
    return found


def _starts(hit: Hit) -> list[str]:
    instances = hit.resource.record.get("hasCourseInstance", ()) if hit.resource else ()
    return sorted(each["startDate"] for each in instances if "startDate" in each)


ROUTES = [web.get(f"{PREFIX}/search", search, name="learning-search")]

_MEANINGS: Mapping[str, str] = {
    **learning_resources.MEANINGS,
    "kind": "A kind of resource, or event, question, discussion, community, person, organization",
    "community": "The address of a community",
    "starts": "The month in which an event or a course begins, such as 2026-09",
}
PATHS: Mapping[str, Any] = {
    "/search": {
        "get": operation(
            "search",
            {**answer("What was found, as far as the caller may see it", "SearchResults"), "400": PROBLEM},
            [
                parameter("q", "Words, all of which must be there", TEXT),
                *(parameter(name, _MEANINGS.get(name, f"A value of {name}"), TEXT) for name in PARAMETERS),
                parameter("origin", "Of this node, or of others", {"enum": ["local", "remote"]}),
                parameter("since", "Published in the last day, week, month or year", {"enum": list(SINCE)}),
                parameter("from", "Published on this day or later", {"type": "string", "format": "date"}),
                parameter("until", "Published on this day or before", {"type": "string", "format": "date"}),
                parameter("sort", "The order", {"enum": [Sort.RELEVANCE.value, Sort.NEWEST.value]}),
                parameter("facets", "1 to count what there is of each value", {"enum": ["1"]}),
                *pages(),
            ],
        )
    }
}


def schemas() -> Mapping[str, Any]:
    """The schemas that ``PATHS`` refer to."""
    found = learning_resources.found_page("SearchResult")
    return {
        "SearchResults": {
            **found,
            "required": [*found["required"], "suggestion"],
            "properties": {
                **found["properties"],
                "suggestion": {"type": ["string", "null"], "description": "What was perhaps meant, if nothing fits"},
            },
        },
        "SearchResult": {
            "type": "object",
            "required": ["kind", "uri", "name", "summary", "page", "host", "published"],
            "properties": {
                "kind": TEXT,
                "uri": ADDRESS,
                "name": TEXT,
                "summary": TEXT,
                "page": ADDRESS,
                "host": TEXT,
                "published": INSTANT,
                "community": ADDRESS,
                "starts": TEXT,
            },
        },
    }
