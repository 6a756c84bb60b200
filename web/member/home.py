"""``/`` for a member: new in her communities, what colleagues recommend, coming events, open questions."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from sqlalchemy import Connection, Row

from node.clock import DAY
from node.domain import resources as records
from node.domain.text import plain, shorten
from node.sentences import Sentence
from node.state import NODE
from node.store.events import event_answers, events
from node.store.events.event_answers import Answer
from node.store.events.events import Event
from node.store.library import resources
from node.store.library.resources import Resource
from node.store.news import briefing
from node.store.news.briefing import Tip
from node.store.reading import showing
from web.design.cards import Reader, actor_path
from web.design.frame import html, page_of
from web.design.parts import Link, Text
from web.design.reader import reader_of
from web.events.cards import event_cards
from web.member.views import MemberHomeView, TipRow, TopicRow
from web.sessions import session_of
from web.threads.paths import community_path, thread_path, title_of_row

#: The front page of the organisation, for members too.
FRONT_PATH = "/?as=guest"
_TOPICS, _TIPS, _COMING, _QUESTIONS = 7, 5, 5, 5
_RECENT = 30 * DAY
_TITLE = 110
_NAMED = 2


@dataclass(frozen=True, slots=True)
class _Found:
    joined: Sequence[int]
    topics: Sequence[Row[Any]]
    questions: Sequence[Row[Any]]
    coming: Sequence[Event]
    answers: Mapping[int, Answer]
    tips: Mapping[int, Sequence[Tip]]  # by what they are about, the best first
    recommended: Mapping[int, Row[Any]]
    resources: Mapping[int, Resource]
    actors: Mapping[int, Row[Any]]


async def show_member_home(request: web.Request) -> web.Response:
    node, reader = request.app[NODE], reader_of(request)
    session = session_of(request)
    assert session is not None  # who has no session gets the front page
    found = await node.store.read(_find, session.actor_id, node.clock.now())
    me = found.actors.get(session.actor_id)
    view = MemberHomeView(
        page=page_of(request, "/", title=Sentence("Home"), section="/", noindex=True),
        name=(me.name if me else "") or session.username,
        front_path=FRONT_PATH,
        follows_anybody=bool(me and me.following_count),
        communities=tuple(_community(found.actors[each]) for each in found.joined if each in found.actors),
        topics=tuple(_topic(row, found) for row in found.topics if _is_shown(row, found, reader)),
        tips=tuple(_tips(found, reader)),
        coming=event_cards(found.coming, found.actors, found.answers, reader, node.clock.now()),
        questions=tuple(_topic(row, found) for row in found.questions if _is_shown(row, found, reader)),
    )
    return html(request, view)


def _find(conn: Connection, person_id: int, now: int) -> _Found:
    joined = briefing.load_joined(conn, person_id)
    new = briefing.list_new_topics(conn, person_id, joined, now, limit=_TOPICS)
    new = sorted(new, key=lambda row: -row.published_at)  # not as they arrived
    questions = briefing.list_open_questions(conn, person_id, joined, now, limit=_QUESTIONS)
    planned = briefing.list_coming(conn, person_id, now, limit=_COMING)
    known = events.load_events(conn, planned) if planned else {}
    coming = [known[each] for each in planned if each in known]
    shared = briefing.list_shares(conn, person_id, now, since=now - _RECENT)
    tips = _grouped([*shared, *briefing.list_opinions(conn, person_id, now, since=now - _RECENT)])
    recommended = briefing.load_recommended(conn, person_id, list(tips)[: _TIPS * 3], now)
    learning = [row.id for row in recommended.values() if row.kind == "resource"]
    people = {row.actor_id for row in (*new, *questions, *recommended.values())} | {each.actor_id for each in coming}
    people |= {tip.actor_id for each in recommended for tip in tips[each]}
    people |= set(showing.load_known(conn, {row.community_id for row in questions if row.community_id}, person_id))
    rows = showing.load_rows(conn, {person_id, *joined, *people})
    return _Found(
        joined=joined,
        topics=new,
        questions=questions,
        coming=coming,
        answers=event_answers.load_own(conn, person_id, planned),
        tips=tips,
        recommended=recommended,
        resources=resources.load_by_objects(conn, learning) if learning else {},
        actors=rows,
    )


def _grouped(tips: Iterable[Tip]) -> dict[int, list[Tip]]:
    """By what they are about, each person once; those with most people first, then the newest."""
    found: dict[int, dict[int, Tip]] = defaultdict(dict)
    for tip in tips:
        found[tip.object_id].setdefault(tip.actor_id, tip)
    return {key: list(by.values()) for key, by in sorted(found.items(), key=lambda pair: -len(pair[1]))}


# -- rows -----------------------------------------------------------------------------------------------------------


def _is_shown(row: Row[Any], found: _Found, reader: Reader) -> bool:
    author = found.actors.get(row.actor_id)
    return author is not None and not reader.hides_actor(author)


def _link(actor: Any) -> Link:
    return Link(label=actor.name or actor.username, href=actor_path(actor))


def _title(row: Row[Any]) -> Text:
    """The title, or how the text begins."""
    return Text(value=shorten(plain(row.name) or plain(row.content), _TITLE) or "…", language=row.language)


def _path(row: Row[Any], found: _Found) -> str:
    return f"{actor_path(found.actors[row.actor_id])}/p{row.id}"


def _community(group: Any) -> Link:
    return Link(label=group.name or group.username, href=community_path(group))


def _topic(row: Row[Any], found: _Found) -> TopicRow:
    group = found.actors.get(row.community_id) if row.community_id else None
    return TopicRow(
        title=Text(value=shorten(title_of_row(row), _TITLE) or "…", language=row.language),
        path=thread_path(row, group),
        kind=row.topic_kind,
        author=_link(found.actors[row.actor_id]),
        at=row.published_at,
        replies=row.replies_count,
        community=_community(group) if group else None,
    )


def _tips(found: _Found, reader: Reader) -> Iterable[TipRow]:
    shown = 0
    for object_id, tips in found.tips.items():
        row = found.recommended.get(object_id)
        by = [tip for tip in tips if tip.actor_id in found.actors and (row is None or tip.actor_id != row.actor_id)]
        by = [tip for tip in by if not reader.hides_actor(found.actors[tip.actor_id])]
        if row is None or not by or not _is_shown(row, found, reader):
            continue
        yield _tip(row, by, found, reader)
        shown += 1
        if shown == _TIPS:
            return


def _tip(row: Row[Any], by: Sequence[Tip], found: _Found, reader: Reader) -> TipRow:
    resource, maker = found.resources.get(row.id), found.actors[row.actor_id]
    title, path = _title(row), _path(row, found)
    if resource is not None:
        record = resource.record
        language = records.title_language(record, reader.languages)
        title, path = Text(value=records.title(record, reader.languages), language=language), resource.path
    return TipRow(
        title=title,
        path=path,
        form=resource.kind if resource else row.kind,
        by=tuple(_link(found.actors[tip.actor_id]) for tip in by[:_NAMED]),
        others=max(0, len(by) - _NAMED),
        from_house=all(tip.is_here for tip in by),
        origin=maker.name or maker.username,
    )
