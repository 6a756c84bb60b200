"""Instances of our courses under their addresses."""

from typing import Any

from aiohttp import web
from sqlalchemy import Connection

from federation.discovery.negotiation import wants_activity
from federation.mapping.course_event import build_instance
from federation.serving.answers import activity_response
from federation.serving.visitor import Visitor, may_read, require_visitor
from node.domain.courses import State
from node.errors import NotFound
from node.services.library.enrolling import require_instance
from node.state import NODE
from node.store.library import courses, resources
from node.store.posts import objects


async def show_instance(request: web.Request) -> web.Response:
    """``/ap/o/{id}/instances/{key}``: an Event for other servers; a browser is sent to the page of the course."""
    node = request.app[NODE]
    visitor = await require_visitor(request)
    uri, key = f"{node.config.origin}/ap/o/{request.match_info['object']}", request.match_info["instance"]
    document, is_open = await node.store.read(_read_instance, visitor, uri, key)
    if not wants_activity(request.headers.get("Accept", "")):
        raise web.HTTPFound(document["url"], headers={"Vary": "Accept, Signature"})
    return activity_response(request, document, public=is_open)


def _read_instance(conn: Connection, visitor: Visitor, uri: str, key: str) -> tuple[dict[str, Any], bool]:
    found = objects.find_object(conn, uri)
    is_there = found is not None and found.local and found.state == objects.LIVE and found.kind == resources.KIND
    if found is None or not is_there or not may_read(conn, visitor, found):
        raise NotFound
    course = resources.load_by_object(conn, found.id)
    instance = require_instance(course, key)
    taken = courses.count(conn, course.id).get((key, State.ENROLLED), 0)
    return build_instance(course, instance, taken=taken), course.visibility.is_open
