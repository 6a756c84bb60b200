"""Enrolling in an instance of a course and leaving it, by the buttons on the page of the course."""

from aiohttp import web
from sqlalchemy import Connection

from node.domain.courses import State
from node.services.context import Unit
from node.services.library import enrolling
from node.state import NODE
from node.store.library import resources
from node.store.library.resources import Resource, Viewer
from node.store.people.actors import load_actors_by_id
from web import sessions
from web.design.frame import done


async def enrol(request: web.Request) -> web.Response:
    session, node = sessions.require_person(request), request.app[NODE]
    sent = await sessions.read_form(request)
    slug, key = request.match_info["slug"], request.match_info["instance"]
    state = await node.store.write(_enrol, node.unit(), session.actor_id, slug, key, sent.get("note", ""))
    return done(f"/r/{slug}#{key}", f"course-{state}")


async def leave(request: web.Request) -> web.Response:
    session, node = sessions.require_person(request), request.app[NODE]
    await sessions.read_form(request)
    slug, key = request.match_info["slug"], request.match_info["instance"]
    await node.store.write(_leave, node.unit(), session.actor_id, slug, key)
    return done(f"/r/{slug}#{key}", "course-left")


def _enrol(conn: Connection, unit: Unit, actor_id: int, slug: str, key: str, note: str) -> State:
    course = _course(conn, actor_id, slug)
    return enrolling.enrol(conn, unit, load_actors_by_id(conn, [actor_id])[actor_id], course, key, note).state


def _leave(conn: Connection, unit: Unit, actor_id: int, slug: str, key: str) -> None:
    course = _course(conn, actor_id, slug)
    enrolling.leave(conn, unit, load_actors_by_id(conn, [actor_id])[actor_id], course, key)


def _course(conn: Connection, actor_id: int, slug: str) -> Resource:
    return resources.load_by_slug(conn, slug, Viewer(actor_id))
