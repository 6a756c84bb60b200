"""The dates of a series, and one's answer for one of them alone."""

from collections.abc import Mapping
from typing import Any

from aiohttp import web
from sqlalchemy import Connection

from node.calendar.recurrence import between, record_of_date
from node.domain.numbers import id_in
from node.domain.zones import local_text
from node.errors import NotFound
from node.services.events import event_answers as answering
from node.services.events.event_dates import HORIZON, may_be_answered
from node.state import NODE
from node.store.events import event_dates, events
from web.learning_api.answers import PREFIX, json_answer
from web.learning_api.callers import read_json, reader, writer, written
from web.learning_api.description import INSTANT, PROBLEM, TEXT, answer, list_of, made, operation, parameter
from web.learning_api.event_answers import SCOPE, own_answer, own_answer_json, read_answer


async def list_dates(request: web.Request) -> web.Response:
    """``GET /events/ID/dates``: of a series those that can be answered alone by now, in order; no pages, 91 at most."""
    viewer, node = await reader(request), request.app[NODE]
    items = await node.store.read(_list, id_in(request.match_info, "event"), viewer, node.clock.now())
    return json_answer(request, {"items": items, "next": None})


def _list(conn: Connection, event_id: int, viewer: int | None, now: int) -> list[dict[str, Any]]:
    event = events.find_visible(conn, event_id, viewer)
    if event is None:
        raise NotFound
    if "recurrence" not in event.record:
        return []
    known = {each.day: each for each in event_dates.list_dates(conn, event.id, since=now)}
    own = event_dates.load_own(conn, viewer, [event.id]) if viewer is not None else {}
    items: list[dict[str, Any]] = []
    for found in between(event.record, now, now + HORIZON):
        if not may_be_answered(found, now):
            continue
        date, state = known.get(found.day), own.get((event.id, found.day))
        record = record_of_date(event.record, found)
        items.append(
            {
                "day": found.day,
                "event": str(date.id) if date is not None else None,
                "start": local_text(found.start_at, event.timezone),
                "end": record.get("end"),
                "status": record.get("status", "scheduled"),
                "going": date.going_count if date is not None else None,
                "remaining": date.remaining if date is not None else None,
                "answer": state.value if state is not None else None,
            }
        )
    return items


async def answer_date(request: web.Request) -> web.Response:
    """``PUT /events/ID/dates/DAY/answer``: as for an event; it holds for that date, whatever is said of the series."""
    person, node = await writer(request, SCOPE), request.app[NODE]
    wish, note, companions = read_answer(await read_json(request))
    asked = (person, id_in(request.match_info, "event"), request.match_info["day"], wish)
    kept = await node.store.write(answering.answer_date, node.unit(), *asked, note=note, companions=companions)
    found, line = await node.store.read(own_answer, person, kept.event_id)
    return written({**own_answer_json(found, line), "event": str(kept.event_id)})


_EVENT = f"{PREFIX}/events/{{event:[0-9]{{1,19}}}}"
ROUTES = [
    web.get(f"{_EVENT}/dates", list_dates, name="learning-event-dates"),
    web.put(
        f"{_EVENT}/dates/{{day}}/answer",
        answer_date,
        name="learning-event-date-answer",
    ),
]

# -- the description ------------------------------------------------------------------------------------------------

_ID = parameter("event", "The id of the series here", TEXT, where="path")
_DAY = parameter("day", "On which the rule of the series has it, as 2026-05-07", TEXT, where="path")

PATHS: Mapping[str, Any] = {
    "/events/{event}/dates": {
        "get": operation("listEventDates", {**answer("The dates to come", "EventDates"), "404": PROBLEM}, [_ID])
    },
    "/events/{event}/dates/{day}/answer": {
        "put": operation(
            "answerEventDate",
            {
                "200": made("What became of it", "DateAnswer"),
                **dict.fromkeys(("401", "403", "404", "409", "422"), PROBLEM),
            },
            [_ID, _DAY],
            body="NewAnswer",
        )
    },
}


def schemas() -> Mapping[str, Any]:
    """The schemas that ``PATHS`` refer to."""
    count = {"type": ["integer", "null"], "minimum": 0}
    date = {
        "day": {"type": "string", "format": "date"},
        "event": {"type": ["string", "null"], "description": "The id of this date as an event, once it is one"},
        "start": INSTANT,
        "end": {"type": ["string", "null"], "format": "date-time"},
        "status": TEXT,
        "going": {**count, "description": "Places given away on this date; null: nobody answered it alone"},
        "remaining": count,
        "answer": {"type": ["string", "null"], "description": "One's own for this date alone"},
    }
    return {
        "EventDate": {"type": "object", "required": [*date], "properties": date},
        "EventDates": list_of("EventDate"),
        "DateAnswer": {
            "allOf": [{"$ref": "#/components/schemas/OwnAnswer"}],
            "required": ["event"],
            "properties": {"event": {"type": "string", "description": "The id of this date as an event"}},
        },
    }
