"""Who looks after an event: listed, chosen and dismissed by those who do."""

from collections.abc import Mapping
from typing import Any

from aiohttp import web
from sqlalchemy import Connection

from node.domain.numbers import id_in
from node.errors import Invalid, Malformed, NotFound, Problem, RemoteError
from node.services.events import co_organising, event_changes
from node.state import NODE
from node.store.events import events
from node.store.people import actors
from node.store.people.actors import Actor
from web.learning_api.answers import PREFIX, actor_json, json_answer
from web.learning_api.callers import member, read_json, writer, written
from web.learning_api.description import ACTOR, ADDRESS, PROBLEM, TEXT, answer, made, object_of, operation, parameter
from web.lookups import look_up

SCOPE = "write:statuses"


async def list_organisers(request: web.Request) -> web.Response:
    """``GET /events/ID/organisers``: for organisers; all of them, 20 at most."""
    person, node = await member(request, "read:statuses"), request.app[NODE]
    found = await node.store.read(_load, person, id_in(request.match_info, "event"))
    return json_answer(request, _list_json(found))


async def choose(request: web.Request) -> web.Response:
    """``POST /events/ID/organisers``: ``{"actor": URI}``, or the handle of somebody here or elsewhere."""
    person, node = await writer(request, SCOPE), request.app[NODE]
    said, event_id = (await read_json(request)).get("actor"), id_in(request.match_info, "event")
    nobody = Invalid(problems=[Problem("$.actor", "the URI or handle of a person", str(said)[:60])])
    if not isinstance(said, str):
        raise nobody
    await node.store.read(event_changes.find_whole_here, event_id, person)  # before anybody is looked up for her
    try:
        chosen = await look_up(request, said)
        await node.store.write(co_organising.appoint, node.unit(), person, event_id, chosen.id)
    except (NotFound, Malformed, RemoteError) as failure:
        raise nobody from failure
    return written(_list_json(await node.store.read(_load, person, event_id)))


async def dismiss(request: web.Request) -> web.Response:
    """``DELETE /events/ID/organisers?actor=URI``: the last one stays."""
    person, node = await writer(request, SCOPE), request.app[NODE]
    event_id = id_in(request.match_info, "event")
    gone = await node.store.read(actors.find_actor, request.query.get("actor", ""))
    if gone is None:
        raise NotFound
    await node.store.write(co_organising.dismiss, node.unit(), person, event_id, gone.id)
    return web.Response(status=204)


def _load(conn: Connection, person: int, event_id: int) -> list[Actor]:
    event = event_changes.find_looked_after(conn, event_id, person)
    order = events.list_organisers(conn, event.id)
    found = actors.load_actors_by_id(conn, order)
    return [found[each] for each in order if each in found]


def _list_json(found: list[Actor]) -> dict[str, Any]:
    return {"items": [actor_json(each) for each in found]}


_ORGANISERS = f"{PREFIX}/events/{{event:[0-9]{{1,19}}}}/organisers"
ROUTES = [
    web.get(_ORGANISERS, list_organisers, name="learning-event-organisers"),
    web.post(_ORGANISERS, choose, name="learning-event-organiser-choose"),
    web.delete(_ORGANISERS, dismiss, name="learning-event-organiser-dismiss"),
]

# -- the description ------------------------------------------------------------------------------------------------

_ID = parameter("event", "The id of the event here", TEXT, where="path")
_REFUSALS = dict.fromkeys(("401", "403", "404", "409", "422"), PROBLEM)

_NOW = {"200": made("Who looks after it now", "Organisers"), **_REFUSALS}

PATHS: Mapping[str, Any] = {
    "/events/{event}/organisers": {
        "get": operation(
            "listOrganisers",
            {**answer("Who looks after it", "Organisers"), "401": PROBLEM, "403": PROBLEM, "404": PROBLEM},
            [_ID],
        ),
        "post": operation(
            "chooseOrganiser",
            _NOW,
            [_ID],
            body="Organiser",
        ),
        "delete": operation(
            "dismissOrganiser",
            {"204": {"description": "She looks after it no more"}, **_REFUSALS},
            [_ID, parameter("actor", "The URI of the organiser", ADDRESS)],
        ),
    }
}


def schemas() -> Mapping[str, Any]:
    """The schemas that ``PATHS`` refer to."""
    return {
        "Organiser": object_of({"actor": {"type": "string", "description": "A URI, or a handle such as @ada@host"}}),
        "Organisers": object_of({"items": {"type": "array", "items": ACTOR}}),
    }
