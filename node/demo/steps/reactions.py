"""What people do with the posts and events of others."""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial

from sqlalchemy import Connection

from node.demo.taking import Taken
from node.domain.events import Wish
from node.services.events import event_answers
from node.services.news import happened, news
from node.services.posts import answers, polls, reacting
from node.store.house import reports
from node.store.people import actors
from node.store.posts.objects import Object


def _like(conn: Connection, taken: Taken, found: Object) -> None:
    reacting.favourite(conn, taken.unit, taken.by.id, found)


def _share(conn: Connection, taken: Taken, found: Object) -> None:
    reacting.share(conn, taken.unit, taken.by.id, found)


def _vote(conn: Connection, taken: Taken, found: Object) -> None:
    polls.vote(conn, taken.unit, taken.by.id, found, [taken.step["choice"]])


def _accept(conn: Connection, taken: Taken, found: Object) -> None:
    answers.accept(conn, taken.unit, taken.by.id, taken.about(conn, "question").id, found.id)


def _attend(conn: Connection, taken: Taken, found: Object) -> None:
    event_answers.answer(conn, taken.unit, taken.by.id, found.id, Wish.GOING)


def _report(conn: Connection, taken: Taken, found: Object) -> None:
    unit, report_id = taken.unit, taken.unit.ids.new()
    reports.insert_report(
        conn,
        report_id=report_id,
        uri=f"{unit.origin}/ap/x/{report_id}",
        reporter_uri=taken.by.uri,
        target_uri=actors.load_actors_by_id(conn, [found.actor_id])[found.actor_id].uri,
        object_uris=[found.uri],
        comment=taken.step["comment"],
        now=unit.now,
    )
    news.tell(conn, unit, happened.Reported(report_id, taken.by.id))


_REACTIONS: Mapping[str, Callable[[Connection, Taken, Object], None]] = {
    "likes": _like,
    "shares": _share,
    "votes": _vote,
    "accepts": _accept,
    "attends": _attend,
    "reports": _report,
}


async def _react(word: str, taken: Taken) -> str:
    return await taken.done(lambda conn: _REACTIONS[word](conn, taken, taken.about(conn, word)))


DOINGS: Mapping[str, Callable[[Taken], Awaitable[str]]] = {word: partial(_react, word) for word in _REACTIONS}
