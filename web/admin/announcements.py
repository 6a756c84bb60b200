"""``/admin/announcements``: what those who look after the node have to say to everybody here."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

from aiohttp import web

from node.clock import from_rfc3339, to_rfc3339
from node.domain.numbers import id_in
from node.domain.text import plain, shorten
from node.errors import Invalid, Malformed, Problem
from node.sentences import Sentence, sentences
from node.services.house import announcements
from node.services.house.announcements import MAX_TEXT, Draft
from node.state import NODE
from node.store.house import announcements as store
from web.design.frame import done, html, page_of
from web.design.page import Page
from web.design.parts import Field
from web.sessions import read_form, require_admin

_PATH = "/admin/announcements"
_TITLE = 90  # characters
_SAID = sentences(
    {
        "published": "The announcement has been published.",
        "kept": "The announcement is kept. Only administrators see it.",
        "withdrawn": "The announcement has been withdrawn.",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnouncementRow:
    """One announcement, or one that is being written (without ``id``). Fields hold instants in UTC as forms write them
    (``2026-03-01T09:00``), '' where there is none; ``title`` and ``..._at`` are what holds until it is changed.
    """

    id: str = ""
    text: Field = field(default_factory=Field)
    starts: Field = field(default_factory=Field)
    ends: Field = field(default_factory=Field)
    all_day: bool = False
    is_published: bool = True
    title: str = ""
    starts_at: int = 0
    ends_at: int = 0

    @property
    def has_errors(self) -> bool:
        return any(each.error for each in (self.text, self.starts, self.ends))


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnouncementsView:
    """All announcements, the newest first."""

    template: ClassVar[str] = "admin/announcements.html"

    page: Page
    csrf: str
    new: AnnouncementRow = field(default_factory=AnnouncementRow)
    rows: tuple[AnnouncementRow, ...] = ()
    path: str = _PATH
    max_text: int = MAX_TEXT


async def show_announcements(request: web.Request) -> web.Response:
    return await _page(request)


async def publish(request: web.Request) -> web.Response:
    """A new announcement, or one that is changed; a form that is wrong comes back as it was typed."""
    session = require_admin(request)
    fields, node = await read_form(request, session.csrf), request.app[NODE]
    known = request.match_info.get("announcement", "")
    try:
        await node.store.write(
            announcements.publish,
            node.unit(),
            _draft(fields),
            by=session.actor_id,
            announcement_id=int(known) if known else None,
        )
    except Invalid as error:
        return await _page(request, _typed(known, fields, error))
    return done(_PATH, "kept" if "draft" in fields else "published")


async def withdraw(request: web.Request) -> web.Response:
    session = require_admin(request)
    await read_form(request, session.csrf)
    node, one = request.app[NODE], id_in(request.match_info, "announcement")
    await node.store.write(announcements.withdraw, node.unit(), one, by=session.actor_id)
    return done(_PATH, "withdrawn")


async def _page(request: web.Request, typed: AnnouncementRow | None = None) -> web.Response:
    """All of them; ``typed`` stands in the place of what it was to become."""
    session, node = require_admin(request), request.app[NODE]
    rows = [_row(row) for row in await node.store.read(store.list_all)]
    view = AnnouncementsView(
        page=page_of(request, _PATH, title=Sentence("Announcements"), section="/admin", noindex=True, said=_SAID),
        csrf=session.csrf,
        new=typed if typed and not typed.id else AnnouncementRow(),
        rows=tuple(_retyped(row, typed) if typed and typed.id == row.id else row for row in rows),
    )
    return html(request, view, 422 if typed else 200)


def _row(row: Any) -> AnnouncementRow:
    return AnnouncementRow(
        id=str(row.id),
        text=Field(value=row.source),
        starts=Field(value=_written(row.starts_at)),
        ends=Field(value=_written(row.ends_at)),
        all_day=row.all_day,
        is_published=row.published_at is not None,
        title=shorten(plain(row.content), _TITLE),
        starts_at=row.starts_at or 0,
        ends_at=row.ends_at or 0,
    )


def _retyped(row: AnnouncementRow, typed: AnnouncementRow) -> AnnouncementRow:
    return replace(typed, title=row.title, starts_at=row.starts_at, ends_at=row.ends_at)


def _written(at: int | None) -> str:
    return "" if at is None else to_rfc3339(at)[:16]


def _draft(fields: Mapping[str, str]) -> Draft:
    return Draft(
        text=fields.get("text", ""),
        starts_at=_instant(fields, "starts"),
        ends_at=_instant(fields, "ends"),
        all_day="all_day" in fields,
        is_published="draft" not in fields,
    )


def _instant(fields: Mapping[str, str], name: str) -> int | None:
    """What a field for date and time holds, read as UTC."""
    text = fields.get(name, "").strip()
    if not text:
        return None
    found = from_rfc3339(text[:32])
    if found is None or found < 0:
        wrong = Problem(f"$.{name}", "a date and time", text[:32])
        raise Malformed("Please write the time as 2026-03-01T09:00.", problems=[wrong])
    return found


def _typed(known: str, fields: Mapping[str, str], error: Invalid) -> AnnouncementRow:
    wrong = {problem.path: error.sentence for problem in error.problems}
    text, starts, ends = (
        Field(value=fields.get(name, ""), error=wrong.get(f"$.{name}", "")) for name in ("text", "starts", "ends")
    )
    is_published = "draft" not in fields
    return AnnouncementRow(
        id=known, text=text, starts=starts, ends=ends, all_day="all_day" in fields, is_published=is_published
    )


ROUTES = [
    web.get(_PATH, show_announcements, name="admin-announcements"),
    web.post(_PATH, publish, name="admin-announcement-publish"),
    web.post(f"{_PATH}/{{announcement:[0-9]{{1,19}}}}", publish, name="admin-announcement-change"),
    web.post(f"{_PATH}/{{announcement:[0-9]{{1,19}}}}/remove", withdraw, name="admin-announcement-remove"),
]
