"""People's answers to events: one's own, those that organisers decide on, and invitations."""

from collections.abc import Mapping
from typing import Any

from aiohttp import web
from sqlalchemy import Connection

from node.clock import to_rfc3339
from node.domain.events import AnswerState, Wish
from node.domain.numbers import id_in, number_in
from node.errors import Conflict, Invalid, NotFound, Problem
from node.services.context import Unit
from node.services.events import event_answers as answering
from node.services.events import event_changes, event_organising
from node.state import NODE
from node.store.events import event_answers, events
from node.store.events.event_answers import Answer
from node.store.people import actors
from node.store.people.actors import Actor
from web.events.answers import VERDICTS
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


async def show_answer(request: web.Request) -> web.Response:
    """``GET /events/ID/answer``: one's own."""
    person, node = await member(request, "read:statuses"), request.app[NODE]
    found, line = await node.store.read(own_answer, person, id_in(request.match_info, "event"))
    return json_answer(request, own_answer_json(found, line))


async def give_answer(request: web.Request) -> web.Response:
    """``PUT /events/ID/answer``: ``{"answer": "going", "companions": 1, "note": ""}``; again it changes nothing.

    ``state`` of the reply says what became of it: at home at once, elsewhere ``requested`` until the organisers' node
    has decided.
    """
    person, node = await writer(request, SCOPE), request.app[NODE]
    sent, event_id = await read_json(request), id_in(request.match_info, "event")
    wish, note, companions = read_answer(sent)
    await node.store.write(answering.answer, node.unit(), person, event_id, wish, note=note, companions=companions)
    found, line = await node.store.read(own_answer, person, event_id)
    return written(own_answer_json(found, line))


def read_answer(sent: Mapping[str, Any]) -> tuple[Wish, str, int]:
    said, note, companions = sent.get("answer"), sent.get("note", ""), sent.get("companions", 0)
    wishes = [wish.value for wish in Wish]
    problems = [
        *([] if said in wishes else [Problem("$.answer", " or ".join(wishes), str(said)[:60])]),
        *([] if isinstance(note, str) else [Problem("$.note", "a text", str(note)[:60])]),
        *([] if type(companions) is int else [Problem("$.companions", "a number", str(companions)[:60])]),
    ]
    if problems:
        raise Invalid(problems=problems)
    return Wish(str(said)), note, companions


def own_answer(conn: Connection, person: int, event_id: int) -> tuple[Answer, int]:
    event = events.find_visible(conn, event_id, person)
    found = event_answers.find_answer(conn, event_id, person) if event else None
    if event is None or found is None:
        raise NotFound
    waits = event.local and found.queued_at is not None
    return found, event_answers.place_in_line(conn, found) if waits else 0


async def list_answers(request: web.Request) -> web.Response:
    """``GET /events/ID/answers?cursor=``: for organisers only; of an event elsewhere what waits for their word."""
    person, node = await member(request, "read:statuses"), request.app[NODE]
    limit, after = limit_of(request), number_in(request.query.get("cursor", ""))
    found, people = await node.store.read(_answers, person, id_in(request.match_info, "event"), after, limit)
    shown = found[:limit]
    items = [answer_json(each, people[each.actor_id]) for each in shown]
    return json_answer(request, {"items": items, "next": str(shown[-1].id) if len(found) > limit else None})


def _answers(
    conn: Connection, person: int, event_id: int, after: int | None, limit: int
) -> tuple[list[Answer], dict[int, Actor]]:
    event = event_changes.find_looked_after(conn, event_id, person)
    states = () if event.local else (AnswerState.REQUESTED,)
    found = event_answers.list_answers(conn, event.id, states=states, after=after, limit=limit + 1)
    return found, actors.load_actors_by_id(conn, [each.actor_id for each in found])


async def decide_answer(request: web.Request) -> web.Response:
    """``POST /events/ID/answers/ANSWER``: ``{"verdict": "admit"}``, by organisers."""
    person, node = await writer(request, SCOPE), request.app[NODE]
    verdict = chosen(await read_json(request), "verdict", VERDICTS)
    answer_id = id_in(request.match_info, "answer")
    decided, who = await node.store.write(_decide, node.unit(), person, answer_id, verdict)
    return written(answer_json(decided, who))


def _decide(conn: Connection, unit: Unit, person: int, answer_id: int, verdict: str) -> tuple[Answer, Actor]:
    decided = event_organising.organise(conn, unit, person, answer_id, verdict)
    return decided, actors.load_actors_by_id(conn, [decided.actor_id])[decided.actor_id]


async def invite(request: web.Request) -> web.Response:
    """``POST /events/ID/invitations``: ``{"person": "https://..."}``, the URI of an account that this node knows."""
    person, node = await writer(request, SCOPE), request.app[NODE]
    uri = (await read_json(request)).get("person")
    if not isinstance(uri, str):
        raise Invalid(problems=[Problem("$.person", "the address of a person", str(uri)[:60])])
    event_id = id_in(request.match_info, "event")
    invited, who = await node.store.write(_invite, node.unit(), person, event_id, uri)
    if invited is None:
        return written({"result": "asked"}, status=202)
    return written(answer_json(invited, who), status=201)


def _invite(conn: Connection, unit: Unit, person: int, event_id: int, uri: str) -> tuple[Answer | None, Actor]:
    event_changes.find_looked_after(conn, event_id, person)
    found = actors.find_actor(conn, uri)
    if found is None:
        raise Conflict("This node does not know this person.")
    return event_organising.invite(conn, unit, person, event_id, found.id), found


# -- writing an answer ------------------------------------------------------------------------------------------------


def own_answer_json(found: Answer, line: int) -> dict[str, Any]:
    return {
        "state": found.state,
        "placeInLine": line or None,
        "companions": found.companions,
        "note": found.note,
        "updated": to_rfc3339(found.updated_at),
    }


def answer_json(found: Answer, who: Actor) -> dict[str, Any]:
    """As organisers see it."""
    return {
        "id": str(found.id),
        "person": actor_json(who),
        "state": found.state,
        "companions": found.companions,
        "note": found.note,
        "updated": to_rfc3339(found.updated_at),
    }


_EVENT = f"{PREFIX}/events/{{event:[0-9]{{1,19}}}}"
ROUTES = [
    web.get(f"{_EVENT}/answer", show_answer, name="learning-event-answer"),
    web.put(f"{_EVENT}/answer", give_answer, name="learning-event-answer-give"),
    web.get(f"{_EVENT}/answers", list_answers, name="learning-event-answers"),
    web.post(f"{_EVENT}/answers/{{answer:[0-9]{{1,19}}}}", decide_answer, name="learning-event-answer-decide"),
    web.post(f"{_EVENT}/invitations", invite, name="learning-event-invite"),
]

# -- the description ------------------------------------------------------------------------------------------------

_ID = parameter("event", "The id of the event here", TEXT, where="path")
_ANSWER_ID = parameter("answer", "The id of the answer", TEXT, where="path")
_REFUSALS = {"401": PROBLEM, "403": PROBLEM, "404": PROBLEM, "422": PROBLEM}
_COUNT = {"type": "integer", "minimum": 0}

PATHS: Mapping[str, Any] = {
    "/events/{event}/answer": {
        "get": operation(
            "showEventAnswer", {**answer("One's own answer", "OwnAnswer"), "401": PROBLEM, "404": PROBLEM}, [_ID]
        ),
        "put": operation(
            "giveEventAnswer",
            {"200": made("What became of it", "OwnAnswer"), **_REFUSALS, "409": PROBLEM},
            [_ID],
            body="NewAnswer",
        ),
    },
    "/events/{event}/answers": {
        "get": operation(
            "listEventAnswers",
            {**answer("For organisers", "EventAnswers"), "401": PROBLEM, "403": PROBLEM, "404": PROBLEM},
            [_ID, *pages()],
        )
    },
    "/events/{event}/answers/{answer}": {
        "post": operation(
            "decideEventAnswer",
            {"200": made("As it is now", "EventAnswer"), **_REFUSALS, "409": PROBLEM},
            [_ID, _ANSWER_ID],
            body="Verdict",
        )
    },
    "/events/{event}/invitations": {
        "post": operation(
            "inviteToEvent",
            {
                "201": made("The invitation", "EventAnswer"),
                "202": {"description": "Its home elsewhere has been asked to invite"},
                **_REFUSALS,
                "409": PROBLEM,
            },
            [_ID],
            body="EventInvitation",
        )
    },
}


def schemas() -> Mapping[str, Any]:
    """The schemas that ``PATHS`` refer to."""
    answered = {"state": TEXT, "companions": _COUNT, "note": TEXT, "updated": INSTANT}
    return {
        "NewAnswer": {
            "type": "object",
            "required": ["answer"],
            "properties": {
                "answer": {"enum": [wish.value for wish in Wish]},
                "companions": {"type": "integer", "minimum": 0, "maximum": 10},
                "note": {"type": "string", "maxLength": 500},
            },
        },
        "OwnAnswer": {
            "type": "object",
            "required": [*answered, "placeInLine"],
            "properties": {**answered, "placeInLine": {"type": ["integer", "null"], "minimum": 1}},
        },
        "EventAnswer": {
            "type": "object",
            "required": ["id", "person", *answered],
            "properties": {"id": TEXT, "person": ACTOR, **answered},
        },
        "EventAnswers": list_of("EventAnswer"),
        "Verdict": {"type": "object", "required": ["verdict"], "properties": {"verdict": {"enum": list(VERDICTS)}}},
        "EventInvitation": {"type": "object", "required": ["person"], "properties": {"person": ADDRESS}},
    }
