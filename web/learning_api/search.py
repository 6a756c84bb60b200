"""One search over everything that this node knows: resources, courses, events, topics, communities, people."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from aiohttp import web

from node.clock import to_rfc3339
from node.domain import resources as records
from node.domain.text import plain, shorten
from node.state import NODE
from node.store.library.resources import Viewer
from node.store.search import everything
from node.store.search.everything import Hit
from node.store.search.wishes import Sort
from node.text import descriptions
from web.learning_api.answers import PREFIX, json_answer
from web.learning_api.callers import reader
from web.learning_api.description import ADDRESS, INSTANT, PROBLEM, TEXT, answer, operation, pages, parameter
from web.learning_api.resources import MEANINGS, facets_json, found_page
from web.queries import SEARCH_FACETS, SINCE, search_asked

_SUMMARY = 300


async def search(request: web.Request) -> web.Response:
    """``GET /search?q=&kind=&community=&starts=&since=&from=&until=`` ...; ``facets=1`` counts what there is."""
    node, wish = request.app[NODE], replace(search_asked(request), viewer=Viewer(await reader(request, "read:search")))
    with_facets = request.query.get("facets") in {"1", "true"}
    found = await node.store.read(
        everything.find, wish, node.clock.now(), typed=request.query.get("q", ""), with_facets=with_facets
    )
    body: dict[str, Any] = {
        "items": [hit_json(hit, node.config.origin) for hit in found.hits],
        "total": found.total,
        "totalIsExact": found.is_exact,
        "next": found.next,
        "suggestion": found.suggestion or None,
    }
    if with_facets:
        body["facets"] = facets_json(found.facets, SEARCH_FACETS)
    return json_answer(request, body)


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
    **MEANINGS,
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
                *(parameter(name, _MEANINGS.get(name, f"A value of {name}"), TEXT) for name in SEARCH_FACETS),
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
    found = found_page("SearchResult")
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
