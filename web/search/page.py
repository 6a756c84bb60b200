"""``/search``: words, facets, dates; what was found, in one list."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from urllib.parse import urlencode

from aiohttp import web
from sqlalchemy import Connection

from node.domain.course_lines import month_in_words
from node.domain.search import parse
from node.sentences import Sentence, sentences
from node.state import NODE
from node.store.search import everything
from node.store.search.counts import Option
from node.store.search.everything import Found
from node.store.search.wishes import Sort, Wish
from web.design.cards import Reader
from web.design.frame import html, page_of
from web.design.lists import FacetGroup, FacetOption, Paging
from web.design.narrowing import Narrowing, Pairs
from web.design.page import Alternate
from web.design.reader import reader_of
from web.library.catalogue import HEADINGS, ORIGINS, label_of
from web.queries import SEARCH_FACETS, search_asked
from web.search.cards import result_cards
from web.search.views import SearchView

PATH = "/search"
_API = "/api/learning/v1/search"
_HEADINGS: Mapping[str, str] = {
    **HEADINGS,
    **sentences({"kind": "What", "community": "Community", "starts": "Starts in", "since": "Published"}),
}
_SINCE = sentences({"day": "Today", "week": "This week", "month": "This month", "year": "This year"})
_SORTS = sentences({Sort.RELEVANCE: "Best first", Sort.NEWEST: "Newest first"})


async def show_search(request: web.Request) -> web.Response:
    node = request.app[NODE]
    wish, typed = search_asked(request), request.query.get("q", "")
    found = await node.store.read(_find, wish, node.clock.now(), typed)
    return html(request, _view(request, wish, typed, found))


def _find(conn: Connection, wish: Wish, now: int, typed: str) -> Found:
    """Where nothing is found as it was typed, what was perhaps meant is searched for at once."""
    found = everything.find(conn, wish, now, typed=typed, with_facets=True)
    if found.suggestion:
        meant = replace(wish, query=parse(found.suggestion))
        return replace(everything.find(conn, meant, now, with_facets=True), suggestion=found.suggestion)
    return found


def _view(request: web.Request, wish: Wish, typed: str, found: Found) -> SearchView:
    reader, asked = reader_of(request), _asked(request)
    narrowing = Narrowing(
        PATH, asked, SEARCH_FACETS, _HEADINGS_OF_FACETS, lambda facet, each: _label(facet, each, reader)
    )
    page = page_of(
        request,
        PATH,
        title=Sentence("Search"),
        section=PATH,
        noindex=True,
        alternates=(Alternate(media_type="application/json", href=f"{_API}?{urlencode(list(asked))}"),)
        if asked
        else (),
    )
    meant = [("q", found.suggestion), *(pair for pair in asked if pair[0] != "q")]
    present = Sort.NEWEST if wish.sort is Sort.RELEVANCE and wish.query.blank else wish.sort
    return SearchView(
        page=page,
        search_path=PATH,
        query=typed,
        kept=tuple(pair for pair in asked if pair[0] != "q"),
        total=found.total,
        is_exact=found.is_exact,
        suggestion=found.suggestion,
        suggestion_path=narrowing.path(meant) if found.suggestion else "",
        results=result_cards(found.hits, reader, request.app[NODE].unit().today),
        facets=(*narrowing.groups(found.facets), _since(narrowing)),
        chips=narrowing.chips(found.facets, {**ORIGINS, "since": _SINCE}),
        sorts=narrowing.sorts({sort.value: label for sort, label in _SORTS.items()}, present)
        if not wish.query.blank
        else (),
        paging=Paging(
            next_path=narrowing.path([*asked, ("cursor", found.next)]) if found.next else "",
            first_path=narrowing.path(asked) if wish.cursor else "",
        ),
        clear_path=narrowing.path([("q", typed)] if typed else []),
    )


_HEADINGS_OF_FACETS = {name: heading for name, heading in _HEADINGS.items() if name in SEARCH_FACETS}


def _asked(request: web.Request) -> Pairs:
    names = {"q", "sort", "origin", "since", "from", "until", *SEARCH_FACETS}
    return [(name, value) for name, value in request.query.items() if name in names and value]


def _label(facet: str, option: Option, reader: Reader) -> str:
    if facet == "community":
        return option.labels.get("und", option.value)
    if facet == "starts":
        return _month(option.value, reader.languages[0])
    return label_of(facet, option, reader)


def _month(value: str, language: str) -> str:
    """``2026-09`` as people say it."""
    try:
        return month_in_words(dt.date.fromisoformat(f"{value}-01"), language)
    except ValueError:
        return value


def _since(narrowing: Narrowing) -> FacetGroup:
    """When it was published: one of four spans, without counts."""
    chosen = dict(narrowing.asked).get("since", "")
    rest: Sequence[tuple[str, str]] = [pair for pair in narrowing.asked if pair[0] != "since"]
    options = tuple(
        FacetOption(
            label=label,
            count=0,
            path=narrowing.path(rest if chosen == value else [*rest, ("since", value)]),
            selected=chosen == value,
        )
        for value, label in _SINCE.items()
    )
    return FacetGroup(key="since", label=_HEADINGS["since"], options=options)
