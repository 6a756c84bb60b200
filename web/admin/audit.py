"""``/admin/audit``: who changed what; nobody can change it here (ADM3)."""

from dataclasses import dataclass, field
from typing import Any, ClassVar

import orjson
from aiohttp import web

from node.log import one_line
from node.state import NODE
from node.store.access import accounts
from node.text.sentences import Sentence
from web.pages.cursor import cursor_of
from web.pages.frame import html, page_of
from web.pages.parts import Paging
from web.pages.views import Page
from web.sessions import require_admin

PATH = "/admin/audit"
_PAGE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRow:
    """One line of the log; ``by`` is empty for the command line; ``change`` is JSON of before and after."""

    at: int
    by: str
    action: str
    target: str
    change: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditView:
    template: ClassVar[str] = "admin/audit.html"

    page: Page
    rows: tuple[AuditRow, ...] = ()
    query: str = ""
    paging: Paging = field(default_factory=Paging)


async def show_audit(request: web.Request) -> web.Response:
    require_admin(request)
    about, cursor = request.query.get("q", "")[:200].strip(), cursor_of(request)
    rows = await request.app[NODE].store.read(accounts.list_audit, about=about, before=cursor, limit=_PAGE + 1)
    view = AuditView(
        page=page_of(request, PATH, title=Sentence("Log"), section="/admin", noindex=True),
        rows=tuple(_row(row) for row in rows[:_PAGE]),
        query=about,
        paging=Paging(
            next_path=f"{PATH}?before={rows[_PAGE - 1].id}" if len(rows) > _PAGE else "",
            first_path=PATH if cursor else "",
        ),
    )
    return html(request, view)


def _row(row: Any) -> AuditRow:
    changed = {name: value for name, value in (("before", row.before), ("after", row.after)) if value is not None}
    return AuditRow(
        at=row.created_at,
        by=one_line(row.actor_uri),
        action=row.action,
        target=one_line(row.target),
        change=one_line(orjson.dumps(changed).decode()) if changed else "",
    )
