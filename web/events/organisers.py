"""``/e/ID-slug/organisers``: who looks after an event is chosen and dismissed there, by those who do."""

from aiohttp import web
from sqlalchemy import Connection

from federation.discovery.mentions import look_up_mentions
from federation.state import FEDERATION
from node.domain.numbers import id_in
from node.errors import Conflict, Invalid, NotFound
from node.services.context import Unit
from node.services.events.co_organising import appoint, dismiss
from node.state import NODE
from node.store.people import actors
from node.store.people.actors import Actor
from web.events.answers import answers_page, back_to_answers
from web.events.page import event_id_of
from web.sessions import read_form, require_person


def find_named(conn: Connection, unit: Unit, handle: str) -> Actor:
    """Whoever has this handle, ``ada`` or ``ada@museum.example``; Invalid where nobody has."""
    name, _, host = handle.partition("@")
    found = actors.find_actor_by_handle(conn, name, host or unit.host)
    if found is None:
        raise Invalid("Nobody of this name was found.")
    return found


async def choose(request: web.Request) -> web.Response:
    """By handle; somebody of another server is looked up first."""
    session, node = require_person(request), request.app[NODE]
    handle = (await read_form(request)).get("organiser", "").strip().lstrip("@")[:300]
    await look_up_mentions(request.app[FEDERATION], node, f"@{handle}")
    try:
        await node.store.write(_choose, node.unit(), session.actor_id, event_id_of(request), handle)
    except (Conflict, Invalid) as refused:
        return await answers_page(request, refused.public, organiser=handle)
    return back_to_answers(request)


def _choose(conn: Connection, unit: Unit, person_id: int, event_id: int, handle: str) -> None:
    try:
        appoint(conn, unit, person_id, event_id, find_named(conn, unit, handle).id)
    except NotFound:
        raise Invalid("Only people can be chosen.") from None


async def remove(request: web.Request) -> web.Response:
    session, node = require_person(request), request.app[NODE]
    await read_form(request)
    asked = (session.actor_id, event_id_of(request), id_in(request.match_info, "organiser"))
    try:
        await node.store.write(dismiss, node.unit(), *asked)
    except Conflict as refused:
        return await answers_page(request, refused.public)
    return back_to_answers(request)
