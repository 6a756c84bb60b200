"""Which answer of a question helped: the asker says so, and may say otherwise later. Units of work."""

from sqlalchemy import Connection

from node import events
from node.domain.visibility import Visibility
from node.errors import Forbidden, Invalid, NotFound
from node.services.context import Unit
from node.services.news import happened, news
from node.store.posts import objects, topics
from node.store.posts.objects import Object
from node.store.posts.topics import Topic
from node.store.reading import entries


def accept(conn: Connection, unit: Unit, asker_id: int, question_id: int, answer_id: int) -> None:
    """Accept an answer, in place of the one before. Everybody who knows the question hears of it.

    Raises NotFound for a question or an answer that the asker may not see, Forbidden for the question of somebody
    else, Invalid for a post that does not answer this question.
    """
    question, topic = _own_question(conn, asker_id, question_id)
    answer = _visible(conn, asker_id, answer_id)
    if not is_answer(question, answer):
        raise Invalid("This is no answer to this question.")
    if topic.accepted_id == answer.id:
        return
    _save(conn, unit, question, answer.id)
    news.tell(conn, unit, happened.Accepted(question.id, answer.id))


def take_back(conn: Connection, unit: Unit, asker_id: int, question_id: int) -> None:
    """No answer has helped after all: the question is open again. Raises as ``accept``."""
    question, topic = _own_question(conn, asker_id, question_id)
    if topic.accepted_id is not None:
        _save(conn, unit, question, None)


def is_answer(question: Object, post: Object) -> bool:
    """Whether a post belongs to the thread of a question: an answer, or a word about one that helped more."""
    if post.id == question.id or post.state != objects.LIVE:
        return False
    return post.in_reply_to == question.uri or (post.in_reply_to is not None and post.context == question.context)


def find_question(conn: Connection, reader_id: int | None, question_id: int) -> tuple[Object, Topic]:
    """A question that this person may read. Raises NotFound for anything else."""
    question, topic = _visible(conn, reader_id, question_id), topics.find_topic(conn, question_id)
    if topic is None or not topic.is_question:
        raise NotFound
    return question, topic


def _own_question(conn: Connection, asker_id: int, question_id: int) -> tuple[Object, Topic]:
    question, topic = find_question(conn, asker_id, question_id)
    if question.actor_id != asker_id or not question.local:
        raise Forbidden("Only who asked says which answer helped.")
    return question, topic


def _visible(conn: Connection, reader_id: int | None, object_id: int) -> Object:
    if object_id not in entries.load_entries(conn, [object_id], reader_id):
        raise NotFound
    found = objects.find_object_by_id(conn, object_id)
    if found is None:
        raise NotFound
    return found


def _save(conn: Connection, unit: Unit, question: Object, answer_id: int | None) -> None:
    """Its text stays as it is, so no version is kept; the time tells other servers which of two states is the newer."""
    topics.update_topics(conn, [question.id], accepted_id=answer_id)
    objects.update_object(conn, question.id, {"updated_at": unit.now})
    news.tell(conn, unit, happened.Refreshed(question.id))
    if Visibility(question.visibility).federates:
        events.record(conn, unit.ids, unit.now, events.ObjectUpdated(question.id), about=question.uri)
