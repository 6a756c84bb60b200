"""``/questions``: what is asked here and elsewhere, in communities and outside of them; the open ones first of all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from sqlalchemy import Connection

from node.domain.communities import TopicKind
from node.sentences import Sentence
from node.state import NODE
from node.store.reading import showing, threads
from node.store.reading.threads import Wanted
from web.design.frame import html, page_of
from web.design.lists import Paging
from web.design.reader import reader_of
from web.threads.cards import thread_cards
from web.threads.cursors import next_cursor, read_cursor
from web.threads.views import QuestionsView
from web.viewer import viewer_of

_PAGE = 20
_STATES: Mapping[str, bool | None] = {"open": True, "answered": False, "all": None}


@dataclass(frozen=True, slots=True)
class Found:
    rows: Sequence[Any]
    people: Mapping[int, Any]


async def show_questions(request: web.Request) -> web.Response:
    asked = request.query.get("state", "")
    state, node = asked if asked in _STATES else "open", request.app[NODE]
    after = read_cursor(request)
    wanted = Wanted(
        viewer_of(request).actor_id,
        node.clock.now(),
        kinds=[TopicKind.QUESTION],
        is_open=_STATES[state],
        after=after,
        limit=_PAGE + 1,
        listed=True,
    )
    found = await node.store.read(_find, wanted)
    reader = reader_of(request)
    rows = [row for row in found.rows[:_PAGE] if reader.lists_actor(found.people[row.actor_id])]
    here = f"/questions?state={state}"
    more = f"{here}&after={next_cursor(found.rows[_PAGE - 1])}" if len(found.rows) > _PAGE else ""
    view = QuestionsView(
        page=page_of(request, "/questions", title=Sentence("Questions"), section="/questions", noindex=state != "open"),
        state=state,
        threads=thread_cards(rows, found.people, reader, with_community=True),
        paging=Paging(next_path=more, first_path=here if after else ""),
    )
    return html(request, view)


def _find(conn: Connection, wanted: Wanted) -> Found:
    rows = threads.list_threads(conn, wanted)
    ids = {row.actor_id for row in rows} | {row.community_id for row in rows if row.community_id is not None}
    return Found(rows, showing.load_rows(conn, ids))
