"""``/admin/announcements``: what those who look after the node have to say to everybody here."""

from dataclasses import dataclass
from typing import Any, ClassVar

from aiohttp import web

from node.clock import from_rfc3339, to_rfc3339
from node.domain.numbers import id_in
from node.errors import Malformed
from node.sentences import Sentence
from node.services.house import announcements
from node.services.house.announcements import MAX_TEXT, Draft
from node.state import NODE
from node.store.house import announcements as store
from web.design.frame import html, page_of
from web.design.page import Page
from web.sessions import read_form, require_admin

_PATH = "/admin/announcements"


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnouncementRow:
    """One announcement; instants in UTC as forms write them (``2026-03-01T09:00``), '' where there is none."""

    id: int
    text: str
    starts: str = ""
    ends: str = ""
    all_day: bool = False
    is_published: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnouncementsView:
    """All announcements, the newest first."""

    template: ClassVar[str] = "admin/announcements.html"

    page: Page
    csrf: str
    rows: tuple[AnnouncementRow, ...] = ()
    path: str = _PATH
    max_text: int = MAX_TEXT


async def show_announcements(request: web.Request) -> web.Response:
    session, node = require_admin(request), request.app[NODE]
    view = AnnouncementsView(
        page=page_of(request, _PATH, title=Sentence("Announcements"), section="/admin", noindex=True),
        csrf=session.csrf,
        rows=tuple(_row(row) for row in await node.store.read(store.list_all)),
    )
    return html(request, view)


async def publish(request: web.Request) -> web.Response:
    """A new announcement, or one that is changed."""
    session = require_admin(request)
    fields, node = await read_form(request, session.csrf), request.app[NODE]
    draft = Draft(
        text=fields.get("text", ""),
        starts_at=_instant(fields.get("starts", "")),
        ends_at=_instant(fields.get("ends", "")),
        all_day="all_day" in fields,
        is_published="draft" not in fields,
    )
    known = request.match_info.get("announcement")
    await node.store.write(
        announcements.publish,
        node.unit(),
        draft,
        by=session.actor_id,
        announcement_id=int(known) if known else None,
    )
    return _back()


async def withdraw(request: web.Request) -> web.Response:
    session = require_admin(request)
    await read_form(request, session.csrf)
    node, one = request.app[NODE], id_in(request.match_info, "announcement")
    await node.store.write(announcements.withdraw, node.unit(), one, by=session.actor_id)
    return _back()


def _back() -> web.Response:
    return web.Response(status=303, headers={"Location": _PATH})


def _row(row: Any) -> AnnouncementRow:
    return AnnouncementRow(
        id=row.id,
        text=row.source,
        starts=_written(row.starts_at),
        ends=_written(row.ends_at),
        all_day=row.all_day,
        is_published=row.published_at is not None,
    )


def _written(at: int | None) -> str:
    return "" if at is None else to_rfc3339(at)[:16]


def _instant(text: str) -> int | None:
    """What a field for date and time holds, read as UTC."""
    if not text.strip():
        return None
    found = from_rfc3339(text.strip()[:32])
    if found is None or found < 0:
        raise Malformed("Please write the time as 2026-03-01T09:00.")
    return found


ROUTES = [
    web.get(_PATH, show_announcements, name="admin-announcements"),
    web.post(_PATH, publish, name="admin-announcement-publish"),
    web.post(f"{_PATH}/{{announcement:[0-9]{{1,19}}}}", publish, name="admin-announcement-change"),
    web.post(f"{_PATH}/{{announcement:[0-9]{{1,19}}}}/remove", withdraw, name="admin-announcement-remove"),
]
