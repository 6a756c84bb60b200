"""Who takes part in the dates of a course: one's own enrolment, and all of them for those who hold the course.

``INSTANCE`` is the last part of the id of a date (``hasCourseInstance``): ``…#i0123456789a`` here and on the pages.
"""

from collections.abc import Mapping
from typing import Any

from aiohttp import web
from sqlalchemy import Connection

from node.clock import to_rfc3339
from node.domain.courses import MAX_NOTE, State
from node.domain.numbers import id_in, number_in
from node.errors import Conflict, Invalid, NotFound, Problem
from node.services.context import Unit
from node.services.library import enrolling
from node.state import NODE
from node.store.library import courses, resources
from node.store.library.courses import Enrolment
from node.store.library.resources import Resource, Viewer
from node.store.people import actors
from node.store.people.actors import Actor
from web.courses.enrolments import decide_for, held, list_for_holder
from web.learning_api.answers import PREFIX, actor_json, json_answer
from web.learning_api.callers import chosen, member, read_json, writer, written
from web.learning_api.description import (
    ACTOR,
    ADDRESS,
    INSTANT,
    PROBLEM,
    TEXT,
    answer,
    list_of,
    made,
    operation,
    pages,
    parameter,
)
from web.queries import limit_of

SCOPE = "write:statuses"
_VERDICTS = ("accept", "refuse")


# -- one's own -------------------------------------------------------------------------------------------------------


async def show_enrolment(request: web.Request) -> web.Response:
    """``GET /resources/SLUG/instances/INSTANCE/enrolment``: what one is to this date; 404 for who did not enrol."""
    actor_id, node = await member(request, "read:statuses"), request.app[NODE]
    found = await node.store.read(_find, actor_id, *_place(request))
    return json_answer(request, own_json(found))


async def enrol(request: web.Request) -> web.Response:
    """``PUT …/enrolment``: ``{"note": ""}``; again it changes nothing.

    ``state`` of the reply says what became of it; ``asked`` until the home of a course of another node has decided.
    """
    actor_id, node = await writer(request, SCOPE), request.app[NODE]
    note = (await read_json(request)).get("note", "")
    if not isinstance(note, str) or len(note) > MAX_NOTE:
        raise Invalid(problems=[Problem("$.note", f"a text of at most {MAX_NOTE} characters", str(note)[:60])])
    found = await node.store.write(_enrol, node.unit(), actor_id, *_place(request), note)
    return written(own_json(found))


async def leave(request: web.Request) -> web.Response:
    """``DELETE …/enrolment``: the next who waits moves up."""
    actor_id, node = await writer(request, SCOPE), request.app[NODE]
    await node.store.write(_leave, node.unit(), actor_id, *_place(request))
    return web.Response(status=204)


def _place(request: web.Request) -> tuple[str, str]:
    return request.match_info["slug"], request.match_info["instance"]


def _find(conn: Connection, actor_id: int, slug: str, key: str) -> Enrolment:
    found = courses.find(conn, _course(conn, actor_id, slug).id, key, actor_id)
    if found is None:
        raise NotFound
    return found


def _enrol(conn: Connection, unit: Unit, actor_id: int, slug: str, key: str, note: str) -> Enrolment:
    person = actors.load_actors_by_id(conn, [actor_id])[actor_id]
    return enrolling.enrol(conn, unit, person, _course(conn, actor_id, slug), key, note)


def _leave(conn: Connection, unit: Unit, actor_id: int, slug: str, key: str) -> None:
    person = actors.load_actors_by_id(conn, [actor_id])[actor_id]
    enrolling.leave(conn, unit, person, _course(conn, actor_id, slug), key)


def _course(conn: Connection, actor_id: int, slug: str) -> Resource:
    return resources.load_by_slug(conn, slug, Viewer(actor_id))


# -- for those who hold the course -----------------------------------------------------------------------------------


async def list_enrolments(request: web.Request) -> web.Response:
    """``GET /resources/SLUG/enrolments?limit=&cursor=``: in the order in which people enrolled; 404 for others."""
    actor_id, node = await member(request, "read:statuses"), request.app[NODE]
    limit, after = limit_of(request), number_in(request.query.get("cursor", "")) or 0
    found, people = await node.store.read(_list, actor_id, request.match_info["slug"], after, limit)
    shown = found[:limit]
    items = [enrolment_json(each, people[each.actor_id]) for each in shown]
    return json_answer(request, {"items": items, "next": str(shown[-1].id) if len(found) > limit else None})


async def decide(request: web.Request) -> web.Response:
    """``POST /resources/SLUG/enrolments/ENROLMENT``: ``{"verdict": "accept"}``; a place that was given can be taken."""
    actor_id, node = await writer(request, SCOPE), request.app[NODE]
    verdict = chosen(await read_json(request), "verdict", _VERDICTS)
    slug, enrolment_id = request.match_info["slug"], id_in(request.match_info, "enrolment")
    found, who = await node.store.write(_decide, node.unit(), actor_id, slug, enrolment_id, verdict == "accept")
    return written(enrolment_json(found, who))


async def invite(request: web.Request) -> web.Response:
    """``POST …/instances/INSTANCE/invitations``: ``{"person": "https://..."}``, a person whom this node knows."""
    actor_id, node = await writer(request, SCOPE), request.app[NODE]
    uri = (await read_json(request)).get("person")
    if not isinstance(uri, str):
        raise Invalid(problems=[Problem("$.person", "the address of a person", str(uri)[:60])])
    found, who = await node.store.write(_invite, node.unit(), actor_id, *_place(request), uri)
    return written(enrolment_json(found, who), status=201)


def _list(
    conn: Connection, actor_id: int, slug: str, after: int, limit: int
) -> tuple[list[Enrolment], dict[int, Actor]]:
    found = list_for_holder(conn, held(conn, actor_id, slug), after=after, limit=limit + 1)
    return found, actors.load_actors_by_id(conn, {each.actor_id for each in found})


def _decide(
    conn: Connection, unit: Unit, actor_id: int, slug: str, enrolment_id: int, accepted: bool
) -> tuple[Enrolment, Actor]:
    found = decide_for(conn, unit, actor_id, slug, enrolment_id, accepted=accepted)
    return found, actors.load_actors_by_id(conn, [found.actor_id])[found.actor_id]


def _invite(conn: Connection, unit: Unit, actor_id: int, slug: str, key: str, uri: str) -> tuple[Enrolment, Actor]:
    course, person = held(conn, actor_id, slug), actors.find_actor(conn, uri)
    if person is None or person.kind != "person":
        raise Conflict("This node does not know this person.")
    return enrolling.invite(conn, unit, course, key, person), person


# -- writing an answer -----------------------------------------------------------------------------------------------


def own_json(found: Enrolment) -> dict[str, Any]:
    return {
        "instance": found.key,
        "state": found.state.value,
        "note": found.note,
        "updated": to_rfc3339(found.updated_at),
    }


def enrolment_json(found: Enrolment, who: Actor) -> dict[str, Any]:
    """As those see it who hold the course."""
    person = actor_json(who)
    return {"id": str(found.id), "person": person, **own_json(found)}


_COURSE = f"{PREFIX}/resources/{{slug}}"
_INSTANCE = _COURSE + "/instances/{instance:i[0-9a-f]{11}}"
ROUTES = [
    web.get(f"{_INSTANCE}/enrolment", show_enrolment, name="learning-enrolment"),
    web.put(f"{_INSTANCE}/enrolment", enrol, name="learning-enrol"),
    web.delete(f"{_INSTANCE}/enrolment", leave, name="learning-leave"),
    web.post(f"{_INSTANCE}/invitations", invite, name="learning-course-invite"),
    web.get(f"{_COURSE}/enrolments", list_enrolments, name="learning-enrolments"),
    web.post(f"{_COURSE}/enrolments/{{enrolment:[0-9]{{1,19}}}}", decide, name="learning-enrolment-decide"),
]

# -- the description -------------------------------------------------------------------------------------------------

_SLUG = parameter("slug", "The last part of the address of the course here", TEXT, where="path")
_KEY = parameter("instance", "The last part of the id of a date", TEXT, where="path")
_ID = parameter("enrolment", "The id of the enrolment", TEXT, where="path")
_REFUSALS = {"401": PROBLEM, "403": PROBLEM, "404": PROBLEM, "409": PROBLEM, "422": PROBLEM}
_OWN: Mapping[str, Any] = {
    "instance": TEXT,
    "state": {"enum": [state.value for state in State]},
    "note": TEXT,
    "updated": INSTANT,
}


PATHS: Mapping[str, Any] = {
    "/resources/{slug}/instances/{instance}/enrolment": {
        "get": operation(
            "showEnrolment", {**answer("One's own", "OwnEnrolment"), "401": PROBLEM, "404": PROBLEM}, [_SLUG, _KEY]
        ),
        "put": operation(
            "enrol",
            {"200": made("What became of it", "OwnEnrolment"), **_REFUSALS},
            [_SLUG, _KEY],
            body="NewEnrolment",
        ),
        "delete": operation("leaveCourse", {"204": {"description": "It is gone"}, **_REFUSALS}, [_SLUG, _KEY]),
    },
    "/resources/{slug}/instances/{instance}/invitations": {
        "post": operation(
            "inviteToCourse",
            {"201": made("The invitation", "Enrolment"), **_REFUSALS},
            [_SLUG, _KEY],
            body="CourseInvitation",
        )
    },
    "/resources/{slug}/enrolments": {
        "get": operation(
            "listEnrolments",
            {**answer("For those who hold the course", "Enrolments"), "401": PROBLEM, "404": PROBLEM},
            [_SLUG, *pages()],
        )
    },
    "/resources/{slug}/enrolments/{enrolment}": {
        "post": operation(
            "decideEnrolment",
            {"200": made("As it is now", "Enrolment"), **_REFUSALS},
            [_SLUG, _ID],
            body="EnrolmentVerdict",
        )
    },
}


def schemas() -> Mapping[str, Any]:
    """The schemas that ``PATHS`` refer to."""
    full = {"id": TEXT, "person": ACTOR, **_OWN}
    return {
        "OwnEnrolment": {"type": "object", "required": [*_OWN], "properties": _OWN},
        "NewEnrolment": {"type": "object", "properties": {"note": {**TEXT, "maxLength": MAX_NOTE}}},
        "Enrolment": {"type": "object", "required": [*full], "properties": full},
        "Enrolments": list_of("Enrolment"),
        "EnrolmentVerdict": {
            "type": "object",
            "required": ["verdict"],
            "properties": {"verdict": {"enum": list(_VERDICTS)}},
        },
        "CourseInvitation": {"type": "object", "required": ["person"], "properties": {"person": ADDRESS}},
    }
