"""``/courses/SLUG/enrolments``: who enrolled, for those who hold the course; nobody else learns of the page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aiohttp import web
from sqlalchemy import Connection

from node.domain import resources as records
from node.domain.courses import State, find_instance, instances, key_of
from node.domain.numbers import id_in, number_in
from node.domain.text import language_of
from node.domain.uris import host_of
from node.errors import NotFound
from node.sentences import Sentence
from node.services.context import Unit
from node.services.library import enrolling, teaching
from node.state import NODE
from node.store.library import courses, resources
from node.store.library.courses import Enrolment
from node.store.library.resources import Resource, Viewer
from node.store.people import handles
from node.store.people.actors import Actor, load_actors_by_id
from web import sessions
from web.courses.views import EnrolmentGroup, EnrolmentRow, EnrolmentsView
from web.design.cards import Reader, actor_path
from web.design.frame import done, html, page_of
from web.design.lists import Paging
from web.design.parts import Field, Link, Text
from web.design.reader import reader_of

_PAGE = 200
_UNKNOWN = Sentence("Nobody is known here by this name. Have they followed or written to somebody here?")


@dataclass(frozen=True, slots=True)
class _Found:
    course: Resource
    rows: Sequence[Enrolment]
    people: Mapping[int, Actor]
    counts: Mapping[tuple[str, State], int]


async def show_enrolments(request: web.Request) -> web.Response:
    return await _show(request, Field())


async def _show(request: web.Request, handle: Field) -> web.Response:
    session, node = sessions.require_person(request), request.app[NODE]
    start = number_in(request.query.get("after", "")) or 0
    found = await node.store.read(_find, session.actor_id, request.match_info["slug"], start)
    return html(request, _view(request, found, handle, session.csrf, start), 422 if handle.error else 200)


async def decide(request: web.Request) -> web.Response:
    session, node = sessions.require_person(request), request.app[NODE]
    sent = await sessions.read_form(request)
    slug, enrolment = request.match_info["slug"], id_in(request.match_info, "enrolment")
    accepted = sent.get("decision") == "accept"
    await node.store.write(_decide, node.unit(), session.actor_id, slug, enrolment, accepted)
    return _back(slug)


async def invite(request: web.Request) -> web.Response:
    session, node = sessions.require_person(request), request.app[NODE]
    sent = await sessions.read_form(request)
    slug, handle = request.match_info["slug"], sent.get("handle", "").strip()
    hosts = (node.config.own_hosts, node.config.host)
    is_known = await node.store.write(
        _invite, node.unit(), session.actor_id, slug, request.match_info["instance"], handle, hosts
    )
    return _back(slug) if is_known else await _show(request, Field(value=handle, error=_UNKNOWN))


def _back(slug: str) -> web.Response:
    return done(f"/courses/{slug}/enrolments", "done")


# -- units of work --------------------------------------------------------------------------------------------------


def held(conn: Connection, actor_id: int, slug: str) -> Resource:
    """The course, for who holds it; ``NotFound`` for everybody else."""
    course = resources.load_by_slug(conn, slug, Viewer(actor_id))
    if not enrolling.may_hold(conn, course, actor_id):
        raise NotFound
    return course


def _find(conn: Connection, actor_id: int, slug: str, after: int) -> _Found:
    course = held(conn, actor_id, slug)
    rows = list_for_holder(conn, course, after=after, limit=_PAGE + 1)
    people = load_actors_by_id(conn, {each.actor_id for each in rows})
    return _Found(course, rows, people, courses.count(conn, course.id) if course.local else {})


def list_for_holder(conn: Connection, course: Resource, *, after: int, limit: int) -> list[Enrolment]:
    """Everybody who enrolled; of a course elsewhere, what it asks people here to decide."""
    if course.local:
        return courses.list_of_course(conn, course.id, after=after, limit=limit)
    return teaching.load_requests(conn, course, after=after, limit=limit)


def decide_for(
    conn: Connection, unit: Unit, actor_id: int, slug: str, enrolment_id: int, *, accepted: bool
) -> Enrolment:
    """What somebody who holds the course says of a request; raises NotFound for everybody else."""
    course = held(conn, actor_id, slug)
    if course.local:
        return enrolling.decide(conn, unit, course, enrolment_id, accepted=accepted)
    return teaching.decide(conn, unit, course, actor_id, enrolment_id, accepted=accepted)


def _decide(conn: Connection, unit: Unit, actor_id: int, slug: str, enrolment_id: int, accepted: bool) -> None:
    decide_for(conn, unit, actor_id, slug, enrolment_id, accepted=accepted)


def _invite(
    conn: Connection,
    unit: Unit,
    actor_id: int,
    slug: str,
    key: str,
    handle: str,
    hosts: tuple[frozenset[str], str],
) -> bool:
    """Whether somebody is known by this handle."""
    course = held(conn, actor_id, slug)
    found = handles.find_by_acct(conn, handle, *hosts) if handle else None
    person = load_actors_by_id(conn, [found])[found] if found is not None else None
    if person is None or person.kind != "person":
        return False
    enrolling.invite(conn, unit, course, key, person)
    return True


# -- the view -------------------------------------------------------------------------------------------------------


def _view(request: web.Request, found: _Found, handle: Field, csrf: str, after: int) -> EnrolmentsView:
    reader, record, slug = reader_of(request), found.course.record, found.course.slug
    title, path = records.title(record, reader.languages), f"/courses/{slug}/enrolments"
    shown = found.rows[:_PAGE]
    keys = [key_of(each["id"]) for each in instances(record)]
    gone = [each.key for each in shown if each.key not in keys]
    return EnrolmentsView(
        page=page_of(
            request,
            path,
            title=Sentence("Enrolments"),
            section="/courses",
            noindex=True,
            breadcrumbs=(Link(label=Sentence("Courses"), href="/courses"), Link(label=title, href=found.course.path)),
        ),
        course=Link(label=title, href=found.course.path),
        home="" if found.course.local else host_of(found.course.uri),
        csrf=csrf,
        groups=tuple(_group(found, key, shown, reader) for key in dict.fromkeys([*keys, *gone])),
        handle=handle,
        paging=Paging(
            next_path=f"{path}?after={shown[-1].id}" if len(found.rows) > _PAGE else "",
            first_path=path if after else "",
        ),
    )


def _group(found: _Found, key: str, rows: Sequence[Enrolment], reader: Reader) -> EnrolmentGroup:
    instance, slug = find_instance(found.course.record, key), found.course.slug
    names = instance["name"] if instance is not None and "name" in instance else {}
    language = language_of(names, reader.languages)
    return EnrolmentGroup(
        key=key,
        title=Text(value=names[language], language=language) if language else Text(value=""),
        starts_on=instance.get("startDate", "")[:10] if instance is not None else "",
        capacity=instance.get("capacity", 0) if instance is not None else 0,
        taken=found.counts.get((key, State.ENROLLED), 0),
        waiting=found.counts.get((key, State.WAITING), 0),
        invite_path=f"/courses/{slug}/{key}/invite" if instance is not None and found.course.local else "",
        is_counted=found.course.local,
        rows=tuple(_row(found, each) for each in rows if each.key == key and each.actor_id in found.people),
    )


def _row(found: _Found, enrolment: Enrolment) -> EnrolmentRow:
    person, slug = found.people[enrolment.actor_id], found.course.slug
    return EnrolmentRow(
        name=person.title,
        handle=person.handle,
        path=actor_path(person),
        state=enrolment.state.value,
        since=enrolment.created_at,
        note=enrolment.note,
        decide_path="" if enrolment.state is State.REFUSED else f"/courses/{slug}/enrolments/{enrolment.id}",
        can_accept=enrolment.state is State.REQUESTED,
    )
