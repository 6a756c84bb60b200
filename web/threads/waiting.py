"""``/scheduled``: what somebody has written for later, here or in an app; nobody else sees it."""

from collections.abc import Sequence

from aiohttp import web
from sqlalchemy import Connection

from node.clock import from_rfc3339
from node.domain.numbers import number_in
from node.domain.text import shorten
from node.domain.zones import from_wall, to_wall
from node.errors import Invalid, NotFound
from node.sentences import Sentence
from node.services.context import Unit
from node.services.posts import scheduling
from node.state import NODE
from node.store.database.windows import Window
from node.store.posts import scheduled
from node.store.posts.scheduled import Scheduled
from web import sessions
from web.design.cursor import cursor_of
from web.design.frame import done, html, page_of
from web.design.lists import Paging
from web.design.parts import Field
from web.events.timezones import own_zone
from web.threads.views import WaitingRow, WaitingView

PATH = "/scheduled"
_SAID = {"waits": Sentence("It is kept and will be published at its time.")}
_PAGE, _TEXT = 20, 300


async def show_waiting(request: web.Request) -> web.Response:
    session, node, before = sessions.require_person(request), request.app[NODE], cursor_of(request)
    window = Window(limit=_PAGE + 1, max_id=before)
    found: Sequence[Scheduled] = await node.store.read(scheduled.list_scheduled, session.actor_id, window)
    listed = found[:_PAGE]
    view = WaitingView(
        page=page_of(
            request,
            PATH,
            title=Sentence("What waits for its time"),
            section=PATH,
            noindex=True,
            said=_SAID,
        ),
        action=PATH,
        csrf=session.csrf,
        zone=own_zone(request),
        rows=tuple(_row(each, own_zone(request)) for each in listed),
        paging=Paging(
            next_path=f"{PATH}?before={listed[-1].id}" if len(found) > _PAGE else "", first_path=PATH if before else ""
        ),
    )
    return html(request, view)


def _row(found: Scheduled, zone: str) -> WaitingRow:
    draft = scheduling.read_draft(found)
    return WaitingRow(
        key=str(found.id),
        at=found.scheduled_at,
        title=draft.title,
        text=shorten(draft.text, _TEXT),
        problem=found.problem,
        wall=Field(value=to_wall(found.scheduled_at, zone)),
    )


async def decide(request: web.Request) -> web.StreamResponse:
    """Another time for it, or not at all."""
    session, node = sessions.require_person(request), request.app[NODE]
    fields = await sessions.read_form(request)
    key = number_in(fields.get("key", ""))
    if key is None:
        raise NotFound
    if fields.get("act") == "cancel":
        await node.store.write(scheduling.cancel, session.actor_id, key)
    else:
        await node.store.write(_move, node.unit(), session.actor_id, key, fields.get("at", ""), own_zone(request))
    return done(PATH, "done")


def _move(conn: Connection, unit: Unit, actor_id: int, key: int, wall: str, zone: str) -> None:
    at = from_rfc3339(from_wall(wall, zone) or "")
    if at is None:
        raise Invalid(Sentence("A date and a time are expected."))
    scheduling.reschedule(conn, unit, actor_id, key, at)
