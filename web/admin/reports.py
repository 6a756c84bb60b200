"""``/admin/reports``: what people report, and what becomes of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from aiohttp import web
from sqlalchemy import Connection

from node.domain.numbers import id_in
from node.domain.text import plain, shorten
from node.domain.uris import host_of
from node.errors import Malformed, NotFound
from node.log import one_line
from node.sentences import Sentence, sentences
from node.services.house import moderate
from node.state import NODE
from node.store.communities import community_reports
from node.store.communities.community_reports import CommunityReport
from node.store.house import reports
from node.store.people import actors, sanctions
from node.store.people.actors import Actor
from node.store.posts import objects
from web.admin.people import PersonRow, person_row
from web.design.cards import actor_path
from web.design.cursor import cursor_of
from web.design.frame import done, html, page_of
from web.design.lists import Paging, SortOption
from web.design.page import Page
from web.design.parts import Link
from web.sessions import read_form, require_moderator
from web.threads.paths import community_path

PATH = "/admin/reports"
_PAGE = 30
_TEXT = 600
_SAID = sentences(
    {
        "closed": "The report is closed.",
        "open": "The report is open again.",
        "noted": "The note is kept, for moderators only.",
        "removed": "The post has been removed.",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRow:
    """A report in the list; ``reporter`` is the host alone where another server reports."""

    path: str
    number: str
    target: str
    reporter: str
    comment: str = ""
    category: str = "other"
    posts: int = 0
    at: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportsView:
    template: ClassVar[str] = "admin/reports.html"

    page: Page
    reports: tuple[ReportRow, ...] = ()
    total: int = 0
    is_open: bool = True
    filters: tuple[SortOption, ...] = ()
    paging: Paging = field(default_factory=Paging)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedPost:
    """What was reported, as plain text; without ``remove_path`` it is gone or not to be removed here."""

    text: str
    path: str = ""
    at: int = 0
    has_media: bool = False
    remove_path: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportNote:
    author: str
    text: str
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportIn:
    """A community whose moderators have the report first; ``closed_by`` is empty while they have not closed it."""

    community: Link
    closed_by: str = ""
    handed_on_at: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportView:
    template: ClassVar[str] = "admin/report.html"

    page: Page
    csrf: str
    report: ReportRow
    is_open: bool
    state_path: str
    note_path: str
    person: PersonRow | None = None
    posts: tuple[ReportedPost, ...] = ()
    notes: tuple[ReportNote, ...] = ()
    handled_by: str = ""
    closed_at: int = 0
    forwarded: bool = False
    communities: tuple[ReportIn, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """A report with everything that it names."""

    row: Any
    people: dict[str, Actor]
    target: Any | None
    decided: Sequence[Any]
    posts: Sequence[Any]
    notes: Sequence[Any]
    communities: Sequence[tuple[Actor, CommunityReport]]


async def show_reports(request: web.Request) -> web.Response:
    require_moderator(request)
    state = "closed" if request.query.get("state") == "closed" else "open"
    before, about = cursor_of(request), cursor_of(request, "about")
    rows, people, total = await request.app[NODE].store.read(_find_many, state, before, about)
    more = f"{PATH}?state={state}&before={rows[_PAGE - 1].id}" if len(rows) > _PAGE else ""
    view = ReportsView(
        page=page_of(request, PATH, title=Sentence("Reports"), section="/admin", noindex=True),
        reports=tuple(_row(row, people) for row in rows[:_PAGE]),
        total=total,
        is_open=state == "open",
        filters=(
            SortOption(label=Sentence("Open"), path=PATH, selected=state == "open"),
            SortOption(label=Sentence("Closed"), path=f"{PATH}?state=closed", selected=state == "closed"),
        ),
        paging=Paging(next_path=more, first_path=PATH if before else ""),
    )
    return html(request, view)


def _find_many(
    conn: Connection, state: str, before: int | None, about: int | None
) -> tuple[Sequence[Any], dict[str, Actor], int]:
    target = actors.find_actor_by_id(conn, about) if about is not None else None
    target_uri = target.uri if target is not None else ""
    rows = reports.list_reports(conn, state=state, before=before, limit=_PAGE + 1, target_uri=target_uri)
    people = actors.load_actors(conn, {uri for row in rows for uri in (row.target_uri, row.reporter_uri)})
    return rows, people, reports.count_reports(conn, state)


def _row(row: Any, people: dict[str, Actor]) -> ReportRow:
    reporter = people.get(row.reporter_uri)
    is_servers = reporter is None or reporter.kind == "application"
    return ReportRow(
        path=f"{PATH}/{row.id}",
        number=str(row.id),
        target=_name(people, row.target_uri),
        reporter=host_of(row.reporter_uri) if is_servers else _name(people, row.reporter_uri),
        comment=one_line(row.comment),
        category=row.category,
        posts=len(row.object_uris),
        at=row.created_at,
    )


def _name(people: dict[str, Actor], uri: str) -> str:
    found = people.get(uri)
    return found.handle if found is not None else one_line(uri)


async def show_report(request: web.Request) -> web.Response:
    session, node = require_moderator(request), request.app[NODE]
    found = await node.store.read(_find_one, id_in(request.match_info, "report"))
    row, path = found.row, f"{PATH}/{found.row.id}"
    view = ReportView(
        page=page_of(request, path, title=Sentence("Report"), section="/admin", noindex=True, said=_SAID),
        csrf=session.csrf,
        report=_row(row, found.people),
        is_open=row.state == "open",
        state_path=f"{path}/state",
        note_path=f"{path}/notes",
        person=person_row(found.target, found.decided) if found.target is not None else None,
        posts=tuple(_post(each, found.people, path) for each in found.posts),
        notes=tuple(
            ReportNote(author=_name(found.people, each.author_uri), text=each.text, at=each.created_at)
            for each in found.notes
        ),
        handled_by=_name(found.people, row.handled_by) if row.handled_by else "",
        closed_at=row.closed_at or 0,
        forwarded=row.forwarded,
        communities=tuple(_report_in(group, there, found.people) for group, there in found.communities),
    )
    return html(request, view)


def _report_in(group: Actor, there: CommunityReport, people: dict[str, Actor]) -> ReportIn:
    return ReportIn(
        community=Link(label=group.title, href=community_path(group)),
        closed_by=_name(people, there.handled_by) if there.closed_at else "",
        handed_on_at=there.handed_on_at or 0,
    )


def _find_one(conn: Connection, report_id: int) -> Found:
    row = reports.find_report(conn, report_id)
    if row is None:
        raise NotFound
    notes = reports.list_notes(conn, row.id)
    there = community_reports.load_of(conn, [row.id])
    groups = actors.load_actors_by_id(conn, [each.community_id for each in there])
    uris = {row.target_uri, row.reporter_uri, row.handled_by, *(note.author_uri for note in notes)} - {""}
    uris |= {each.handled_by for each in there if each.handled_by}
    people = actors.load_actors(conn, uris)
    target = people.get(row.target_uri)
    known = objects.load_objects(conn, row.object_uris)
    rows = objects.find_rows(conn, [each.id for each in known.values()])
    return Found(
        row=row,
        people=people,
        target=sanctions.find_actor(conn, target.id) if target is not None else None,
        decided=sanctions.load_many(conn, [target.id]).get(target.id, ()) if target is not None else (),
        posts=[rows[known[uri].id] for uri in row.object_uris if uri in known],
        notes=notes,
        communities=[(groups[each.community_id], each) for each in there],
    )


def _post(row: Any, people: dict[str, Actor], report_path: str) -> ReportedPost:
    if row.state != objects.LIVE:
        return ReportedPost(text="")
    author = next((each for each in people.values() if each.id == row.actor_id), None)
    return ReportedPost(
        text=shorten(plain(" ".join(filter(None, (row.name, row.summary, row.content)))), _TEXT),
        path=f"{actor_path(author)}/p{row.id}" if author is not None else "",
        at=row.published_at,
        has_media=bool((row.details or {}).get("attachments")),
        remove_path=f"{report_path}/posts/{row.id}/remove" if row.kind != "resource" else "",
    )


async def set_state(request: web.Request) -> web.Response:
    """Close or open again."""
    session, node, report_id = require_moderator(request), request.app[NODE], id_in(request.match_info, "report")
    fields = await read_form(request, session.csrf)
    changes = {"closed": moderate.close_report, "open": moderate.reopen_report}
    if fields.get("state") not in changes:
        raise Malformed("This state is not known.")
    await node.store.write(changes[fields["state"]], node.unit(), session.actor_id, report_id)
    return done(f"{PATH}/{report_id}", fields["state"])


async def add_note(request: web.Request) -> web.Response:
    session, node, report_id = require_moderator(request), request.app[NODE], id_in(request.match_info, "report")
    fields = await read_form(request, session.csrf)
    await node.store.write(moderate.note_report, node.unit(), session.actor_id, report_id, fields.get("text", ""))
    return done(f"{PATH}/{report_id}", "noted")


async def remove_post(request: web.Request) -> web.Response:
    session, node, report_id = require_moderator(request), request.app[NODE], id_in(request.match_info, "report")
    await read_form(request, session.csrf)
    await node.store.write(moderate.remove_object, node.unit(), session.actor_id, id_in(request.match_info, "post"))
    return done(f"{PATH}/{report_id}", "removed")
