"""``/admin/queue``: work that waits, and what was set aside, to be tried again or dropped."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import orjson
from aiohttp import web
from sqlalchemy import Connection

from node.domain.numbers import id_in
from node.errors import NotFound
from node.log import one_line
from node.sentences import Sentence, sentences
from node.services import audit
from node.services.context import Unit
from node.state import NODE
from node.store.house import queue
from node.store.house.queue import Count
from web.design.cursor import cursor_of
from web.design.frame import done, html, page_of
from web.design.lists import Paging
from web.design.page import Page
from web.sessions import read_form, require_admin

PATH = "/admin/queue"
_PAGE = 20
_MAX_BODY = 4_000
_SAID = sentences(
    {
        "again": "It is tried again now.",
        "dropped": "It has been discarded.",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueRow:
    """Work of one kind: due and waiting, being done, put off for a retry, and how long the oldest has been due."""

    kind: str
    waiting: int = 0
    running: int = 0
    retrying: int = 0
    oldest_at: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ParkedMessage:
    """Work that was set aside after its last try, with the error and, where there is one, the body."""

    id: str
    kind: str
    host: str
    error: str
    attempts: int
    parked_at: int
    retry_path: str
    discard_path: str
    request_id: str = ""
    subject: str = ""
    body: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueView:
    template: ClassVar[str] = "admin/queue.html"

    page: Page
    csrf: str
    queues: tuple[QueueRow, ...] = ()
    parked: tuple[ParkedMessage, ...] = ()
    parked_total: int = 0
    paging: Paging = field(default_factory=Paging)


async def show_queue(request: web.Request) -> web.Response:
    session, node = require_admin(request), request.app[NODE]
    before = cursor_of(request)
    counts, rows = await node.store.read(_find, node.clock.now(), before)
    view = QueueView(
        page=page_of(request, PATH, title=Sentence("Queue"), section="/admin", noindex=True, said=_SAID),
        csrf=session.csrf,
        queues=tuple(_queue(count) for count in counts),
        parked=tuple(_parked(row) for row in rows[:_PAGE]),
        parked_total=sum(count.parked for count in counts),
        paging=Paging(
            next_path=f"{PATH}?before={rows[_PAGE - 1].id}" if len(rows) > _PAGE else "",
            first_path=PATH if before else "",
        ),
    )
    return html(request, view)


async def retry(request: web.Request) -> web.Response:
    return await _decide(request, "job.retry", queue.revive, "again")


async def discard(request: web.Request) -> web.Response:
    return await _decide(request, "job.discard", lambda conn, job_id, _: queue.discard(conn, job_id), "dropped")


async def _decide(
    request: web.Request, action: str, change: Callable[[Connection, int, int], bool], what: str
) -> web.Response:
    session = require_admin(request)
    await read_form(request, session.csrf)
    node = request.app[NODE]
    await node.store.write(_change, node.unit(), session.actor_id, id_in(request.match_info, "job"), action, change)
    return done(PATH, what)


def _change(
    conn: Connection,
    unit: Unit,
    admin_id: int,
    job_id: int,
    action: str,
    change: Callable[[Connection, int, int], bool],
) -> None:
    if not change(conn, job_id, unit.now):
        raise NotFound
    audit.record(conn, unit, admin_id, action, str(job_id))


def _find(conn: Connection, now: int, before: int | None) -> tuple[list[Count], Sequence[Any]]:
    return queue.count_by_kind(conn, now), queue.load_parked(conn, _PAGE + 1, before=before)


def _queue(count: Count) -> QueueRow:
    return QueueRow(
        kind=count.kind, waiting=count.due + count.later, retrying=count.failing, oldest_at=count.oldest_due_at or 0
    )


def _parked(row: Any) -> ParkedMessage:
    body = orjson.dumps(row.payload, option=orjson.OPT_INDENT_2).decode() if row.payload else ""
    return ParkedMessage(
        id=str(row.id),
        kind=row.kind,
        host=row.host,
        error=one_line(row.error),
        attempts=row.attempts,
        request_id=row.request_id or "",
        parked_at=row.due_at,
        retry_path=f"/admin/queue/{row.id}/retry",
        discard_path=f"/admin/queue/{row.id}/discard",
        subject=one_line(row.target),
        body=body[:_MAX_BODY],
    )
