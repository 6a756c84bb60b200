"""Events of this node and of those that it knows."""

from collections.abc import Mapping
from functools import partial
from typing import Any, cast

from aiohttp import web
from sqlalchemy import Connection

from node.calendar.recurrence import following
from node.clock import to_rfc3339
from node.domain.events import EventRecord
from node.domain.numbers import id_in, number_in
from node.domain.text import clean
from node.domain.visibility import Visibility
from node.domain.zones import local_text
from node.errors import Invalid, NotFound, Problem
from node.media.links import MediaLinks
from node.services.context import Unit
from node.services.events import event_changes
from node.services.events import events as service
from node.services.events.events import VISIBILITIES, EventDraft
from node.state import NODE, Node
from node.store.access import idempotency
from node.store.events import event_lists, events
from node.store.events.event_lists import Scope
from node.store.events.events import Event
from node.store.people import actors
from node.store.people.actors import Actor
from schemas import load as load_schema
from web.events.cards import path_of
from web.learning_api.answers import PREFIX, actor_json, json_answer, place_of, write_place
from web.learning_api.callers import key_of, read_json, reader, require_match, writer, written
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
from web.learning_api.event_pictures import FIELD, SENT, SHOWN, picture_json, take_picture
from web.queries import limit_of, one_of

SCOPE = "write:statuses"
_SHOWS = ("coming", "mine", "past")
#: What a writing call says beside the record.
_AROUND = ("visibility", "community", "asOrganisation")


# -- events ----------------------------------------------------------------------------------------------------------


async def list_events(request: web.Request) -> web.Response:
    """``GET /events?show=&q=&limit=&cursor=``: by the time at which they begin."""
    viewer, node = await reader(request), request.app[NODE]
    show = one_of(request.query.get("show", "coming"), "show", _SHOWS)
    limit, query = limit_of(request), clean(request.query.get("q", ""))[:200].strip()
    asked = (viewer, show, query, place_of(request), limit, node.clock.now())
    found, known = await node.store.read(_list, *asked)
    shown = found[:limit]
    following_page = write_place(shown[-1].next_at, shown[-1].id) if len(found) > limit else None
    items = [event_json(each, known[each.actor_id], node) for each in shown]
    return json_answer(request, {"items": items, "next": following_page})


def _list(
    conn: Connection,
    viewer: int | None,
    show: str,
    query: str,
    after: tuple[int, int] | None,
    limit: int,
    now: int,
) -> tuple[list[Event], dict[int, Actor]]:
    if show == "mine" and viewer is None:
        return [], {}
    scope = Scope(person_id=viewer if show == "mine" else None, text=query)
    found = event_lists.list_upcoming(conn, viewer, now, scope=scope, after=after, limit=limit + 1, past=show == "past")
    return found, actors.load_actors_by_id(conn, [each.actor_id for each in found])


async def show_event(request: web.Request) -> web.Response:
    """``GET /events/ID``"""
    viewer = await reader(request)
    return json_answer(request, await _shown(request, viewer, id_in(request.match_info, "event")))


async def _shown(request: web.Request, viewer: int | None, event_id: int) -> dict[str, Any]:
    node = request.app[NODE]
    event, publisher = await node.store.read(_one, event_id, viewer)
    return event_json(event, publisher, node)


def _one(conn: Connection, event_id: int, viewer: int | None) -> tuple[Event, Actor]:
    event = events.find_visible(conn, event_id, viewer)
    if event is None:
        raise NotFound
    return event, actors.load_actors_by_id(conn, [event.actor_id])[event.actor_id]


async def create_event(request: web.Request) -> web.Response:
    """``POST /events``: the record with ``visibility`` and ``picture``; the same Idempotency-Key answers the first."""
    person, node = await writer(request, SCOPE), request.app[NODE]
    sent = await read_json(request)
    draft = _read_draft(sent)
    event_id = await node.store.write(_create, node.unit(), person, draft, key_of(request), node.links)
    shown = await _shown(request, person, event_id)
    return written(shown, status=201, location=f"{PREFIX}/events/{event_id}")


def _create(conn: Connection, unit: Unit, person: int, draft: EventDraft, key: str, links: MediaLinks) -> int:
    event_id = unit.ids.new()
    if key:
        claimed = idempotency.claim(conn, person, key, event_id, unit.now)
        if claimed != event_id:
            return claimed
    return service.publish_event(conn, unit, person, draft, event_id=event_id, links=links).id


def _read_draft(sent: dict[str, Any]) -> EventDraft:
    picture = take_picture(sent)
    around = {name: sent.pop(name, None) for name in _AROUND}
    levels = {level.value: level for level in VISIBILITIES}
    visibility = around["visibility"] or Visibility.ORGANISATION.value
    community = around["community"]
    problems = [
        *([] if visibility in levels else [Problem("$.visibility", " or ".join(levels), str(visibility)[:60])]),
        *(
            []
            if community is None or (isinstance(community, str) and number_in(community) is not None)
            else [Problem("$.community", "the id of a community", str(community)[:60])]
        ),
        *(
            []
            if around["asOrganisation"] in {None, True, False}
            else [Problem("$.asOrganisation", "true or false", str(around["asOrganisation"])[:60])]
        ),
    ]
    if problems:
        raise Invalid(problems=problems)
    return EventDraft(
        cast(EventRecord, sent),
        levels[visibility],
        community_id=number_in(community) if community else None,
        as_organisation=bool(around["asOrganisation"]),
        picture=picture,
    )


async def change_event(request: web.Request) -> web.Response:
    """``PUT /events/ID``: another record, or ``picture``, in the place of the one that was read (``If-Match``).

    Of an event elsewhere that one looks after: its home is asked to (202).
    """
    person, event_id = await writer(request, SCOPE), id_in(request.match_info, "event")
    require_match(request, await _shown(request, person, event_id))
    sent, node = await read_json(request), request.app[NODE]
    change = partial(event_changes.change_event, picture=take_picture(sent), links=node.links)
    changed = await node.store.write(change, node.unit(), person, event_id, cast(EventRecord, sent))
    return written(await _shown(request, person, event_id), status=200 if changed.local else 202)


async def cancel_event(request: web.Request) -> web.Response:
    """``POST /events/ID/cancel``: it stays, as cancelled, and everybody who answered hears of it."""
    person, event_id, node = await writer(request, SCOPE), id_in(request.match_info, "event"), request.app[NODE]
    cancelled = await node.store.write(event_changes.cancel_event, node.unit(), person, event_id)
    return written(await _shown(request, person, event_id), status=200 if cancelled.local else 202)


async def delete_event(request: web.Request) -> web.Response:
    """``DELETE /events/ID``: it is gone with all answers."""
    person, node = await writer(request, SCOPE), request.app[NODE]
    await node.store.write(event_changes.delete_event, node.unit(), person, id_in(request.match_info, "event"))
    return web.Response(status=204)


# -- writing an answer ------------------------------------------------------------------------------------------------


def event_json(event: Event, publisher: Actor, node: Node) -> dict[str, Any]:
    """Our JSON of an event: its record, and what the node knows; never who comes."""
    base, coming = node.config.origin, following(event.record, node.clock.now())
    return {
        **event.record,
        "id": str(event.id),
        "uri": event.uri,
        "page": f"{base}{path_of(event)}",
        "home": event.url or event.uri,
        "calendar": f"{base}{path_of(event)}.ics",
        "picture": picture_json(event, node.links),
        "visibility": event.visibility,
        "community": event.audience or None,
        "publisher": actor_json(publisher),
        "series": str(event.series_id) if event.series_id is not None else None,
        "day": event.day or None,
        "next": local_text(coming.start_at, event.timezone) if coming else None,
        "sequence": event.sequence,
        "version": event.version,
        "going": event.going_count,
        "waiting": event.waiting_count,
        "interested": event.interested_count,
        "remaining": event.remaining,
        "published": to_rfc3339(event.published_at),
        "updated": to_rfc3339(event.updated_at or event.published_at),
    }


_EVENT = f"{PREFIX}/events/{{event:[0-9]{{1,19}}}}"
ROUTES = [
    web.get(f"{PREFIX}/events", list_events, name="learning-events"),
    web.post(f"{PREFIX}/events", create_event, name="learning-event-create"),
    web.get(_EVENT, show_event, name="learning-event"),
    web.put(_EVENT, change_event, name="learning-event-change"),
    web.delete(_EVENT, delete_event, name="learning-event-delete"),
    web.post(f"{_EVENT}/cancel", cancel_event, name="learning-event-cancel"),
]

# -- the description ------------------------------------------------------------------------------------------------

_ID = parameter("event", "The id of the event here", TEXT, where="path")
_MATCH = {**parameter("If-Match", "The entity tag of what was read", TEXT, where="header"), "required": True}
_KEY = parameter("Idempotency-Key", "The same key again makes nothing more", TEXT, where="header")
_REFUSALS = {"401": PROBLEM, "403": PROBLEM, "404": PROBLEM, "422": PROBLEM}
_ASKED = made("Its home is asked to", "Event")
_COUNT = {"type": "integer", "minimum": 0}


PATHS: Mapping[str, Any] = {
    "/events": {
        "get": operation(
            "listEvents",
            {**answer("A page", "Events"), "400": PROBLEM},
            [
                parameter("show", "What comes, one's own, what was", {"enum": list(_SHOWS)}),
                parameter("q", "Words of the title", TEXT),
                *pages(),
            ],
        ),
        "post": operation(
            "createEvent", {"201": made("It is published", "Event"), **_REFUSALS}, [_KEY], body="NewEvent"
        ),
    },
    "/events/{event}": {
        "get": operation("showEvent", {**answer("The event", "Event"), "404": PROBLEM}, [_ID]),
        "put": operation(
            "changeEvent",
            {"200": made("It is changed", "Event"), "202": _ASKED, **_REFUSALS, "412": PROBLEM, "428": PROBLEM},
            [_ID, _MATCH],
            body="ChangedEvent",
        ),
        "delete": operation("deleteEvent", {"204": {"description": "It is gone"}, **_REFUSALS}, [_ID]),
    },
    "/events/{event}/cancel": {
        "post": operation("cancelEvent", {"200": made("It is cancelled", "Event"), "202": _ASKED, **_REFUSALS}, [_ID])
    },
}


def schemas() -> Mapping[str, Any]:
    """The schemas that ``PATHS`` refer to."""
    record = _moved(load_schema("event"))
    parts = {f"EventRecord.{name}": part for name, part in record.pop("$defs").items()}
    bare = {key: value for key, value in record.items() if key not in {"$schema", "$id", "$comment"}}
    known = {
        "id": TEXT,
        "uri": ADDRESS,
        "page": {**ADDRESS, "description": "Its page on this node"},
        "home": {**ADDRESS, "description": "Its page at home"},
        "calendar": {**ADDRESS, "description": "The same as a calendar file"},
        FIELD: SHOWN,
        "visibility": TEXT,
        "community": {"type": ["string", "null"]},
        "publisher": ACTOR,
        "series": {"type": ["string", "null"], "description": "The id of the series that this is one date of"},
        "day": {"type": ["string", "null"], "format": "date", "description": "On which the series has it"},
        "next": {"type": ["string", "null"], "format": "date-time", "description": "When it takes place next"},
        "sequence": {**_COUNT, "description": "How often time, place or state changed"},
        "version": _COUNT,
        "going": {**_COUNT, "description": "Places that are given away"},
        "waiting": _COUNT,
        "interested": _COUNT,
        "remaining": {"type": ["integer", "null"], "minimum": 0, "description": "null: as many as like"},
        "published": INSTANT,
        "updated": INSTANT,
    }
    around = {
        "visibility": {"enum": [level.value for level in VISIBILITIES], "default": "organisation"},
        "community": {"type": "string", "description": "The id of a community that one belongs to"},
        "asOrganisation": {"type": "boolean", "description": "For those who look after the node"},
    }
    event = {name: value for name, value in bare.items() if name != "additionalProperties"}
    return {
        **parts,
        "ChangedEvent": {**bare, "title": "Event as it is to be", "properties": {**bare["properties"], FIELD: SENT}},
        "NewEvent": {**bare, "title": "Event to publish", "properties": {**bare["properties"], FIELD: SENT, **around}},
        "Event": {
            **event,
            "title": "Event as a node lists it",
            "properties": {**bare["properties"], **known},
            "required": [*bare["required"], *known],
        },
        "Events": list_of("Event"),
    }


def _moved(value: Any) -> Any:
    """A schema whose parts lie among the components of the description."""
    if isinstance(value, dict):
        return {key: _moved(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_moved(each) for each in value]
    return value.replace("#/$defs/", "#/components/schemas/EventRecord.") if isinstance(value, str) else value
