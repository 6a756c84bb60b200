"""``/courses``: what starts soon, what the reader enrolled in, and all courses, searched and narrowed."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from aiohttp import web
from sqlalchemy import Connection, Row

from node.domain import resources as records
from node.domain.course_lines import course_line
from node.domain.courses import KIND, find_instance
from node.domain.text import language_of
from node.domain.uris import host_of
from node.sentences import Sentence
from node.state import NODE
from node.store.library import courses, resources
from node.store.library.courses import Enrolment
from node.store.library.resources import Resource, Viewer
from node.store.search import listing
from node.store.search.listing import Page
from node.store.search.wishes import Wish
from web.courses.views import CoursesView, StartCard
from web.design.cards import Reader, resource_cards
from web.design.frame import html, page_of
from web.design.lists import Paging
from web.design.page import Social
from web.design.parts import Text
from web.design.reader import reader_of
from web.library.catalogue import ORIGINS, asked_of, narrowing_of, sorts_of
from web.queries import resources_asked

PATH = "/courses"
_SOON, _MINE = 6, 12


@dataclass(frozen=True, slots=True)
class _Found:
    page: Page
    soon: Sequence[tuple[Resource, str]]
    mine: Sequence[tuple[Resource, Enrolment]]


async def show_courses(request: web.Request) -> web.Response:
    node, asked = request.app[NODE], resources_asked(request)
    wish = replace(asked, filters={**asked.filters, "kind": [KIND]})
    is_first = not asked_of(request) and wish.cursor is None
    found = await node.store.read(_find, wish, str(node.unit().today), is_first)
    return html(request, _view(request, wish, found))


def _find(conn: Connection, wish: Wish, today: str, is_first: bool) -> _Found:
    soon = _soon(conn, wish, today) if is_first else ()
    mine = _mine(conn, wish.viewer.actor_id) if is_first and wish.viewer.actor_id is not None else ()
    return _Found(listing.find(conn, wish, with_facets=True), soon, mine)


def _soon(conn: Connection, wish: Wish, today: str) -> list[tuple[Resource, str]]:
    listings = [each.value for each in wish.viewer.listings()]
    rows: list[Row[Any]] = courses.list_starting(conn, listings, today, limit=_SOON)
    found = {each.sort_key: each for each in resources.load_by_keys(conn, list({row.sort_key for row in rows}))}
    return [(found[row.sort_key], row.key) for row in rows if row.sort_key in found]


def _mine(conn: Connection, actor_id: int) -> list[tuple[Resource, Enrolment]]:
    rows = courses.list_of_person(conn, actor_id, before=2**63 - 1, limit=_MINE)
    found = resources.load_readable(conn, {each.object_id for each in rows}, Viewer(actor_id))
    return [(found[each.object_id], each) for each in rows if each.object_id in found]


def _view(request: web.Request, wish: Wish, found: _Found) -> CoursesView:
    reader, query, asked = reader_of(request), request.query.get("q", ""), asked_of(request)
    today = request.app[NODE].unit().today
    narrowing = narrowing_of(PATH, asked, reader, without="kind")
    page = page_of(
        request, PATH, title=Sentence("Courses"), section=PATH, noindex=bool(asked or wish.cursor), social=Social()
    )
    return CoursesView(
        page=page,
        search_path=PATH,
        query=query,
        kept=tuple(pair for pair in asked if pair[0] != "q"),
        total=found.page.total,
        mine=tuple(_start(course, each.key, reader, today, each.state.value) for course, each in found.mine),
        soon=tuple(
            _start(course, key, reader, today) for course, key in found.soon if reader.lists_actor(course.owner)
        ),
        cards=resource_cards(found.page.items, reader),
        facets=narrowing.groups(found.page.facets),
        chips=narrowing.chips(found.page.facets, ORIGINS),
        sorts=narrowing.sorts(*sorts_of(wish)),
        paging=Paging(
            next_path=narrowing.path([*asked, ("cursor", found.page.next)]) if found.page.next else "",
            first_path=narrowing.path(asked) if wish.cursor else "",
        ),
        clear_path=narrowing.path([("q", query)] if query else []),
        new_path="/resources/new?kind=course" if page.viewer is not None else "",
    )


def _start(course: Resource, key: str, reader: Reader, today: dt.date, state: str = "") -> StartCard:
    record, instance = course.record, find_instance(course.record, key)
    names = instance["name"] if instance is not None and "name" in instance else {}
    language = language_of(names, reader.languages)
    alone = {**record, "hasCourseInstance": [instance]} if instance is not None else record
    return StartCard(
        path=f"{course.path}#{key}",
        course=Text(
            value=records.title(record, reader.languages), language=records.title_language(record, reader.languages)
        ),
        name=Text(value=names[language], language=language) if language else None,
        line=course_line(alone, reader.languages[0], today),
        starts_on=instance.get("startDate", "")[:10] if instance is not None else "",
        host="" if course.local else host_of(course.uri),
        state=state,
    )
