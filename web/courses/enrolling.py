"""Enrolling in an instance of a course and leaving it, by the buttons on the page of the course."""

from aiohttp import web
from sqlalchemy import Connection

from node.services.context import Unit
from node.services.library import enrolling
from node.state import NODE
from node.store.library import resources
from node.store.library.resources import Resource, Viewer
from node.store.people.actors import load_actors_by_id
from web import sessions


async def enrol(request: web.Request) -> web.Response:
    session, node = sessions.require_person(request), request.app[NODE]
    sent = await sessions.read_form(request)
    slug, key = request.match_info["slug"], request.match_info["instance"]
    await node.store.write(_enrol, node.unit(), session.actor_id, slug, key, sent.get("note", ""))
    return _back(slug, key)


async def leave(request: web.Request) -> web.Response:
    session, node = sessions.require_person(request), request.app[NODE]
    await sessions.read_form(request)
    slug, key = request.match_info["slug"], request.match_info["instance"]
    await node.store.write(_leave, node.unit(), session.actor_id, slug, key)
    return _back(slug, key)


def _back(slug: str, key: str) -> web.Response:
    return web.Response(status=303, headers={"Location": f"/r/{slug}#{key}"})


def _enrol(conn: Connection, unit: Unit, actor_id: int, slug: str, key: str, note: str) -> None:
    course = _course(conn, actor_id, slug)
    enrolling.enrol(conn, unit, load_actors_by_id(conn, [actor_id])[actor_id], course, key, note)


def _leave(conn: Connection, unit: Unit, actor_id: int, slug: str, key: str) -> None:
    course = _course(conn, actor_id, slug)
    enrolling.leave(conn, unit, load_actors_by_id(conn, [actor_id])[actor_id], course, key)


def _course(conn: Connection, actor_id: int, slug: str) -> Resource:
    return resources.load_by_slug(conn, slug, Viewer(actor_id))
