"""Topics and answers: beginning a thread, answering, changing, saying which answer helped."""

from collections.abc import Mapping
from typing import Any

from aiohttp import hdrs, web
from sqlalchemy import Connection

from federation.discovery.mentions import look_up_mentions
from federation.state import FEDERATION
from node.domain.communities import TopicKind
from node.domain.drafts import Draft
from node.domain.numbers import number_in
from node.domain.visibility import Visibility
from node.errors import Invalid, NotFound, Problem
from node.media.links import MediaLinks
from node.services.context import Unit
from node.services.posts import answers, post_changes, posts
from node.services.posts.post_changes import Edit
from node.state import NODE
from node.store.access import idempotency
from node.store.posts import objects
from node.store.reading import showing, threads
from web.learning_api.answers import PREFIX
from web.learning_api.callers import key_of, read_json, require_match, writer, written
from web.learning_api.description import PROBLEM, TEXT, made, operation, parameter
from web.learning_api.topic_json import answer_json
from web.learning_api.topics import BY_ID, find_group, id_of, load_topic

SCOPE = "write:statuses"


# -- topics ----------------------------------------------------------------------------------------------------------


async def create(request: web.Request) -> web.Response:
    """``POST /topics``: begin a thread in a community, or ask a question outside of any."""
    actor_id, node = await writer(request, SCOPE), request.app[NODE]
    sent = await read_json(request, "topic")
    await look_up_mentions(request.app[FEDERATION], node, sent.get("content", ""))
    made_id = await node.store.write(_create, node.unit(), actor_id, sent, key_of(request), node.links)
    shown = await node.store.read(load_topic, made_id, actor_id, node.config.origin)
    return written(shown, status=201, location=f"{PREFIX}/topics/{made_id}")


def _create(conn: Connection, unit: Unit, actor_id: int, sent: Mapping[str, Any], key: str, links: MediaLinks) -> int:
    """The id of what is made, or was made by the same request before."""
    made_id = unit.ids.new()
    if key and (claimed := idempotency.claim(conn, actor_id, key, made_id, unit.now)) != made_id:
        return claimed
    community = sent.get("community", "")
    if community and "visibility" in sent:
        raise Invalid(
            problems=[Problem("$.visibility", "nothing: the community says who reads it", sent["visibility"])]
        )
    draft = Draft(
        text=sent.get("content", ""),
        visibility=Visibility(sent.get("visibility", Visibility.PUBLIC.value)),
        spoiler=sent.get("warning", ""),
        language=sent.get("language"),
        media_ids=_media(sent),
        is_markdown=True,
        community_id=find_group(conn, unit, community, actor_id) if community else None,
        topic_kind=TopicKind(sent["kind"]),
        title=sent.get("title", ""),
        link=sent.get("link", ""),
    )
    posts.publish(conn, unit, actor_id, draft, links=links, post_id=made_id)
    return made_id


def _media(sent: Mapping[str, Any]) -> tuple[int, ...]:
    return tuple(int(each) for each in sent.get("media", ()))


async def change(request: web.Request) -> web.Response:
    """``PUT /topics/ID`` with ``If-Match``: title, content, link, warning and language anew; the rest stays."""
    actor_id, node, object_id = await writer(request, SCOPE), request.app[NODE], id_of(request)
    before = await node.store.read(_own_topic, object_id, actor_id, node.config.origin)
    require_match(request, before)
    sent = await read_json(request, "topic")
    if sent["kind"] != before["kind"]:
        raise Invalid(problems=[Problem("$.kind", f'"{before["kind"]}", which it is', sent["kind"])])
    await look_up_mentions(request.app[FEDERATION], node, sent.get("content", ""))
    await node.store.write(_change, node.unit(), actor_id, object_id, sent, node.links)
    return written(await node.store.read(load_topic, object_id, actor_id, node.config.origin))


def _own_topic(conn: Connection, object_id: int, actor_id: int, base: str) -> dict[str, Any]:
    """Raises NotFound for a topic of anybody else."""
    post_changes.find_own(conn, actor_id, object_id)
    return load_topic(conn, object_id, actor_id, base)


def _change(
    conn: Connection, unit: Unit, actor_id: int, object_id: int, sent: Mapping[str, Any], links: MediaLinks
) -> None:
    wanted = Edit(
        text=sent.get("content", ""),
        spoiler=sent.get("warning", ""),
        language=sent.get("language"),
        media_ids=_media(sent) if "media" in sent else None,
        title=sent.get("title", ""),
        link=sent.get("link", ""),
    )
    post_changes.edit(conn, unit, actor_id, object_id, wanted, links=links)


async def delete(request: web.Request) -> web.Response:
    """``DELETE /topics/ID``: it is gone; its answers stay with their authors."""
    actor_id, node, object_id = await writer(request, SCOPE), request.app[NODE], id_of(request)
    before = await node.store.read(_own_topic, object_id, actor_id, node.config.origin)
    if hdrs.IF_MATCH in request.headers:
        require_match(request, before)
    await node.store.write(post_changes.delete, node.unit(), actor_id, object_id)
    return web.Response(status=204)


# -- answers ---------------------------------------------------------------------------------------------------------


async def answer(request: web.Request) -> web.Response:
    """``POST /topics/ID/answers``: answer the first post, or another of the thread (``inReplyTo``)."""
    actor_id, node, topic_id = await writer(request, SCOPE), request.app[NODE], id_of(request)
    sent = await read_json(request, "answer")
    await look_up_mentions(request.app[FEDERATION], node, sent["content"])
    links, base = node.links, node.config.origin
    shown = await node.store.write(_answer, node.unit(), actor_id, topic_id, sent, key_of(request), links, base)
    return written(shown, status=201, location=f"{PREFIX}/topics/{topic_id}/answers")


def _answer(
    conn: Connection,
    unit: Unit,
    actor_id: int,
    topic_id: int,
    sent: Mapping[str, Any],
    key: str,
    links: MediaLinks,
    base: str,
) -> dict[str, Any]:
    topic = threads.find_thread(conn, topic_id, actor_id)
    if topic is None:
        raise NotFound
    parent_id = int(sent.get("inReplyTo", topic_id))
    parent = objects.find_object_by_id(conn, parent_id)
    is_in_thread = parent is not None and bool(parent.context) and parent.context == topic.context
    if parent is None or (parent.id != topic_id and not is_in_thread):
        raise Invalid(problems=[Problem("$.inReplyTo", "a post of this thread", str(parent_id))])
    made_id = unit.ids.new()
    claimed = idempotency.claim(conn, actor_id, key, made_id, unit.now) if key else made_id
    if claimed == made_id:
        draft = Draft(
            text=sent["content"],
            visibility=Visibility(parent.visibility),
            spoiler=sent.get("warning", ""),
            language=sent.get("language", topic.language),
            in_reply_to_id=parent_id,
            media_ids=_media(sent),
            is_markdown=True,
            names_author=True,
        )
        posts.publish(conn, unit, actor_id, draft, links=links, post_id=made_id)
    row = threads.load_post(conn, claimed, actor_id)
    if row is None:
        raise NotFound  # made by this key, and deleted since
    return answer_json(row, showing.load_rows(conn, [row.actor_id]), topic.accepted_id, base)


async def accept(request: web.Request) -> web.Response:
    """``PUT /topics/ID/accepted-answer`` with ``{"answer": ID}``: which answer helped, as who asked says."""
    actor_id, node, question_id = await writer(request, SCOPE), request.app[NODE], id_of(request)
    sent = (await read_json(request)).get("answer")
    answer_id = number_in(sent) if isinstance(sent, str) else None
    if answer_id is None:
        raise Invalid(problems=[Problem("$.answer", "the id of an answer", str(sent)[:60])])
    await node.store.write(answers.accept, node.unit(), actor_id, question_id, answer_id)
    return written(await node.store.read(load_topic, question_id, actor_id, node.config.origin))


async def take_back(request: web.Request) -> web.Response:
    """``DELETE /topics/ID/accepted-answer``: the question is open again."""
    actor_id, node, question_id = await writer(request, SCOPE), request.app[NODE], id_of(request)
    await node.store.write(answers.take_back, node.unit(), actor_id, question_id)
    return written(await node.store.read(load_topic, question_id, actor_id, node.config.origin))


ROUTES = [
    web.post(f"{PREFIX}/topics", create, name="learning-topic-create"),
    web.put(f"{PREFIX}/topics/{{id}}", change, name="learning-topic-change"),
    web.delete(f"{PREFIX}/topics/{{id}}", delete, name="learning-topic-delete"),
    web.post(f"{PREFIX}/topics/{{id}}/answers", answer, name="learning-answer-create"),
    web.put(f"{PREFIX}/topics/{{id}}/accepted-answer", accept, name="learning-answer-accept"),
    web.delete(f"{PREFIX}/topics/{{id}}/accepted-answer", take_back, name="learning-answer-take-back"),
]

# -- the description -------------------------------------------------------------------------------------------------

_KEY = parameter("Idempotency-Key", "The same key again makes nothing more", TEXT, where="header")
_MATCH = {**parameter("If-Match", "The entity tag of what was read", TEXT, where="header"), "required": True}
_REFUSALS = {"401": PROBLEM, "403": PROBLEM, "404": PROBLEM, "422": PROBLEM}


PATHS: Mapping[str, Any] = {
    "/topics": {
        "post": operation(
            "createTopic", {"201": made("It is published", "Topic"), **_REFUSALS}, [_KEY], body="TopicToWrite"
        )
    },
    "/topics/{id}": {
        "put": operation(
            "changeTopic",
            {"200": made("It is changed", "Topic"), **_REFUSALS, "412": PROBLEM, "428": PROBLEM},
            [BY_ID, _MATCH],
            body="TopicToWrite",
        ),
        "delete": operation("deleteTopic", {"204": {"description": "It is gone"}, **_REFUSALS}, [BY_ID]),
    },
    "/topics/{id}/answers": {
        "post": operation(
            "createAnswer",
            {"201": made("It is published", "Answer"), **_REFUSALS},
            [BY_ID, _KEY],
            body="AnswerToWrite",
        )
    },
    "/topics/{id}/accepted-answer": {
        "put": operation(
            "acceptAnswer", {"200": made("It helped", "Topic"), **_REFUSALS}, [BY_ID], body="AcceptedAnswer"
        ),
        "delete": operation("takeAnswerBack", {"200": made("It is open again", "Topic"), **_REFUSALS}, [BY_ID]),
    },
}


def schemas() -> Mapping[str, Any]:
    """The schemas that ``PATHS`` refer to, beside those of ``topics``."""
    return {"AcceptedAnswer": {"type": "object", "required": ["answer"], "properties": {"answer": TEXT}}}
