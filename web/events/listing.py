"""``/events``: what comes, what is one's own, what was."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from aiohttp import web
from sqlalchemy import Connection, Row

from node.domain.numbers import number_in
from node.domain.text import clean
from node.sentences import Sentence
from node.state import NODE
from node.store.events import event_answers, event_lists
from node.store.events.event_answers import Answer
from node.store.events.event_lists import Scope
from node.store.events.events import Event
from node.store.reading import showing
from web.design.frame import html, page_of
from web.design.lists import Paging
from web.design.page import Alternate
from web.design.reader import reader_of
from web.events.cards import event_cards
from web.events.views import EventsView
from web.sessions import session_of

PATH = "/events"
_PER_PAGE = 24
TABS = ("coming", "mine", "past")


async def show_events(request: web.Request) -> web.Response:
    node, reader = request.app[NODE], reader_of(request)
    asked = request.query.get("show", "")
    tab = asked if asked in TABS and (asked != "mine" or reader.actor_id is not None) else "coming"
    query = clean(request.query.get("q", ""))[:200].strip()
    after = _after(request.query.get("after", ""))
    now = node.clock.now()
    found, authors, answers = await node.store.read(_find, reader.actor_id, tab, query, after, now)
    more = found[:_PER_PAGE]
    following = f"{more[-1].next_at}-{more[-1].id}" if len(found) > _PER_PAGE else ""
    view = EventsView(
        page=page_of(
            request,
            PATH,
            title=Sentence("Events"),
            section=PATH,
            alternates=(Alternate(media_type="text/calendar", href="/calendar.ics", title=Sentence("Calendar")),),
            noindex=bool(query) or tab != "coming",
            said={"deleted": Sentence("The event has been deleted.")},
        ),
        tab=tab,
        query=query,
        cards=event_cards(more, authors, answers, reader, now),
        paging=Paging(
            next_path=_path(tab, query, following) if following else "",
            first_path=_path(tab, query, "") if after else "",
        ),
        may_publish=session_of(request) is not None,
    )
    return html(request, view)


def _find(
    conn: Connection, viewer: int | None, tab: str, query: str, after: tuple[int, int] | None, now: int
) -> tuple[list[Event], Mapping[int, Row[Any]], Mapping[int, Answer]]:
    scope = Scope(person_id=viewer if tab == "mine" else None, text=query)
    found = event_lists.list_upcoming(
        conn, viewer, now, scope=scope, after=after, limit=_PER_PAGE + 1, past=tab == "past"
    )
    answers = event_answers.load_own(conn, viewer, [each.id for each in found]) if viewer is not None else {}
    return found, showing.load_rows(conn, {each.actor_id for each in found}), answers


def _after(text: str) -> tuple[int, int] | None:
    start, _, event = text.partition("-")
    pair = number_in(start), number_in(event)
    return (pair[0], pair[1]) if pair[0] is not None and pair[1] is not None else None


def _path(tab: str, query: str, after: str) -> str:
    chosen = {"show": tab if tab != "coming" else "", "q": query, "after": after}
    said = urlencode({name: value for name, value in chosen.items() if value})
    return f"{PATH}?{said}" if said else PATH


ROUTES = [web.get(PATH, show_events, name="events")]
