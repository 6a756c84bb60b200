"""Topics and answers: what people discuss in communities, questions in and outside of them. Reading."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from aiohttp import web
from sqlalchemy import Connection

from node.domain.communities import TopicKind
from node.domain.numbers import id_in, number_in
from node.errors import Malformed, NotFound, Problem
from node.services.context import Unit
from node.state import NODE
from node.store.people import actors
from node.store.reading import showing, threads
from node.store.reading.threads import Order, Wanted
from schemas import load as load_schema
from web.learning_api.answers import PREFIX, json_answer
from web.learning_api.callers import reader
from web.learning_api.description import PROBLEM, TEXT, answer, list_of, operation, pages, parameter
from web.learning_api.topic_json import ANSWER, TOPIC, answer_json, entity, topic_json
from web.queries import limit_of, one_of
from web.threads.access import find_community, see
from web.threads.cursors import next_cursor, parse_cursor

_STATES = {"": None, "open": True, "answered": False}


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of a list with the people that they name; ``accepted``: URIs of accepted answers, by id."""

    rows: Sequence[Any]
    people: Mapping[int, Any]
    accepted: Mapping[int, str]


# -- handlers --------------------------------------------------------------------------------------------------------


async def list_topics(request: web.Request) -> web.Response:
    """``GET /topics?community=&kind=&state=&order=&limit=&cursor=``: what begins threads that the caller may read."""
    return await _list(request, [TopicKind(kind) for kind in _kinds(request)])


async def list_questions(request: web.Request) -> web.Response:
    """``GET /questions?state=open|answered``: the same of questions alone."""
    return await _list(request, [TopicKind.QUESTION])


def _kinds(request: web.Request) -> list[str]:
    known = tuple(kind.value for kind in TopicKind)
    return [one_of(each, "kind", known) for each in request.query.getall("kind", [])[: len(known)] if each]


async def _list(request: web.Request, kinds: Sequence[TopicKind]) -> web.Response:
    viewer_id, node, query = await reader(request), request.app[NODE], request.query
    state = one_of(query.get("state", ""), "state", tuple(_STATES))
    order = one_of(query.get("order", "newest"), "order", tuple(order.value for order in Order))
    limit, cursor = limit_of(request), query.get("cursor", "")
    after = parse_cursor(cursor)
    if cursor and after is None:
        raise Malformed(problems=[Problem("cursor", "what the page before gave as next", cursor[:60])])
    wanted = Wanted(
        viewer_id,
        node.clock.now(),
        kinds=kinds,
        is_open=_STATES[state],
        order=Order(order),
        after=after,
        limit=limit + 1,
        listed=True,
    )
    page = await node.store.read(_find_page, node.unit(), wanted, query.get("community", ""))
    rows, base = page.rows[:limit], node.config.origin
    items = [topic_json(row, page.people, page.accepted, base) for row in rows if row.actor_id in page.people]
    onward = next_cursor(rows[-1]) if len(page.rows) > limit else None
    return json_answer(request, {"items": items, "next": onward})


def _find_page(conn: Connection, unit: Unit, wanted: Wanted, community: str) -> Page:
    if community:
        group_id = find_group(conn, unit, community, wanted.viewer_id)
        wanted = replace(wanted, community_id=group_id)
    return page_of(conn, threads.list_threads(conn, wanted), wanted.viewer_id)


def find_group(conn: Connection, unit: Unit, named: str, viewer_id: int | None) -> int:
    """The id of the community of this name or address. Raises NotFound where the caller may not know of it."""
    if named.startswith(("https://", "http://")):
        group = actors.find_actor(conn, named)
        if group is None:
            raise NotFound
        return see(conn, unit, group, viewer_id).group.id
    return find_community(conn, unit, named.removeprefix("@"), viewer_id).group.id


def page_of(conn: Connection, rows: Sequence[Any], viewer_id: int | None) -> Page:
    """Rows with whom and what they name."""
    ids = {row.actor_id for row in rows} | {row.community_id for row in rows if row.community_id is not None}
    accepted = threads.load_posts(conn, [row.accepted_id for row in rows if row.accepted_id is not None], viewer_id)
    return Page(rows, showing.load_rows(conn, ids), {each.id: each.uri for each in accepted.values()})


async def show_topic(request: web.Request) -> web.Response:
    """``GET /topics/ID``"""
    viewer_id, node = await reader(request), request.app[NODE]
    return json_answer(request, await node.store.read(load_topic, id_of(request), viewer_id, node.config.origin))


def load_topic(conn: Connection, object_id: int, viewer_id: int | None, base: str) -> dict[str, Any]:
    """A topic as JSON. Raises NotFound for what is none, and for what the caller may not read."""
    row = threads.find_thread(conn, object_id, viewer_id)
    if row is None:
        raise NotFound
    page = page_of(conn, [row], viewer_id)
    return topic_json(row, page.people, page.accepted, base)


async def list_answers(request: web.Request) -> web.Response:
    """``GET /topics/ID/answers``: direct answers page by page, each page with everything that answers them."""
    viewer_id, node, limit = await reader(request), request.app[NODE], limit_of(request)
    cursor = request.query.get("cursor", "")
    after = number_in(cursor)
    if cursor and after is None:
        raise Malformed(problems=[Problem("cursor", "what the page before gave as next", cursor[:60])])
    now, base = node.clock.now(), node.config.origin
    items, onward = await node.store.read(_answers, id_of(request), viewer_id, now, after or 0, limit, base)
    return json_answer(request, {"items": items, "next": onward})


def _answers(
    conn: Connection, object_id: int, viewer_id: int | None, now: int, after: int, limit: int, base: str
) -> tuple[list[dict[str, Any]], str | None]:
    topic = threads.find_thread(conn, object_id, viewer_id)
    if topic is None:
        raise NotFound
    rows = threads.load_answers(conn, object_id, viewer_id, now, after=after, limit=limit + 1)
    direct = [row.id for row in rows if row.depth == 0]
    last = direct[limit - 1] if len(direct) > limit else None
    dropped = {row.id for row in rows if row.depth == 0 and last is not None and row.id > last}
    kept = []
    for row in rows:  # the oldest first: whatever is answered stands in front of its answers
        if row.id in dropped or row.in_reply_to_id in dropped:
            dropped.add(row.id)
        else:
            kept.append(row)
    people = showing.load_rows(conn, {row.actor_id for row in kept})
    shown = [answer_json(row, people, topic.accepted_id, base) for row in kept if row.actor_id in people]
    return shown, str(last) if last is not None else None


def id_of(request: web.Request) -> int:
    """The id in the path. Raises NotFound for what is none."""
    return id_in(request.match_info, "id")


ROUTES = [
    web.get(f"{PREFIX}/topics", list_topics, name="learning-topics"),
    web.get(f"{PREFIX}/questions", list_questions, name="learning-questions"),
    web.get(f"{PREFIX}/topics/{{id}}", show_topic, name="learning-topic"),
    web.get(f"{PREFIX}/topics/{{id}}/answers", list_answers, name="learning-answers"),
]

# -- the description -------------------------------------------------------------------------------------------------

BY_ID = parameter("id", "The id of the topic", TEXT, where="path")
_COMMUNITY = parameter("community", "Name or address of a community", TEXT)
_STATE = parameter("state", "Of questions: without an accepted answer, or with one", {"enum": ["open", "answered"]})
_ORDER = parameter(
    "order", "By when they began, or by when somebody wrote in them last", {"enum": ["newest", "active"]}
)
_LISTED = {"400": PROBLEM, "404": PROBLEM}

PATHS: Mapping[str, Any] = {
    "/topics": {
        "get": operation(
            "listTopics",
            {**answer("Topics", "Topics"), **_LISTED},
            [
                _COMMUNITY,
                parameter(
                    "kind", "What they are; may stand several times", {"enum": [kind.value for kind in TopicKind]}
                ),
                _STATE,
                _ORDER,
                *pages(),
            ],
        )
    },
    "/questions": {
        "get": operation(
            "listQuestions", {**answer("Questions", "Topics"), **_LISTED}, [_COMMUNITY, _STATE, _ORDER, *pages()]
        )
    },
    "/topics/{id}": {"get": operation("showTopic", {**answer("The topic", "Topic"), "404": PROBLEM}, [BY_ID])},
    "/topics/{id}/answers": {
        "get": operation("listAnswers", {**answer("Its answers", "Answers"), **_LISTED}, [BY_ID, *pages()])
    },
}


def schemas() -> Mapping[str, Any]:
    """The schemas that ``PATHS`` refer to."""
    written = {
        name: {key: value for key, value in load_schema(name).items() if key not in {"$schema", "$id"}}
        for name in ("topic", "answer")
    }
    return {
        "Topic": entity(TOPIC),
        "Answer": entity(ANSWER),
        "Topics": list_of("Topic"),
        "Answers": list_of("Answer"),
        "TopicToWrite": written["topic"],
        "AnswerToWrite": written["answer"],
    }
