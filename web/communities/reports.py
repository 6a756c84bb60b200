"""``/c/NAME/reports``: what was reported in a community, for its moderators, wherever it lives."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from sqlalchemy import Connection

from node.domain.numbers import number_in
from node.domain.text import plain, shorten
from node.errors import Invalid, NotFound
from node.sentences import Sentence
from node.services.communities import community_reports as reporting
from node.services.context import Unit
from node.state import NODE
from node.store.communities import community_reports
from node.store.communities.community_reports import CLOSED, OPEN, CommunityReport
from node.store.people import actors
from node.store.posts import objects
from node.store.reading import showing
from web import sessions
from web.communities.listing import PATH as LIST
from web.communities.listing import community_path, crumbs_of
from web.communities.people import Inside, count_waiting, head_of, load_inside
from web.communities.views import CommunityReportRow, CommunityReportsView, ReportedPost
from web.design.cards import Reader, actor_card
from web.design.frame import done, html, page_of
from web.design.lists import Paging
from web.design.reader import reader_of

_PAGE, _TEXT = 30, 600
_DECISIONS = {"close": reporting.close, "hand-on": reporting.hand_on}


@dataclass(frozen=True, slots=True)
class Found:
    """``posts``: whole rows by URI; ``people``: whole rows by id and by URI."""

    inside: Inside
    waiting: tuple[int, int]
    rows: Sequence[Any]
    here: Mapping[int, CommunityReport]
    posts: Mapping[str, Any]
    people: Mapping[Any, Any]


async def show_reports(request: web.Request) -> web.Response:
    session, node, name = sessions.require_person(request), request.app[NODE], request.match_info["name"]
    state = CLOSED if request.query.get("state") == CLOSED else OPEN
    before = number_in(request.query.get("before", ""))
    found = await node.store.read(_find, node.unit(), name, session.actor_id, state, before)
    reader, group = reader_of(request), found.inside.group
    path = f"{community_path(group)}/reports"
    here = f"{path}?state={CLOSED}" if state == CLOSED else path
    listed = found.rows[:_PAGE]
    more = f"{path}?state={state}&before={listed[-1].id}" if len(found.rows) > _PAGE else ""
    view = CommunityReportsView(
        page=page_of(
            request,
            path,
            title=Sentence("Reports"),
            section=LIST,
            noindex=True,
            breadcrumbs=crumbs_of(group),
        ),
        head=head_of(found.inside, *found.waiting),
        csrf=session.csrf,
        action=path,
        is_open=state == OPEN,
        open_path=path,
        closed_path=f"{path}?state={CLOSED}",
        rows=tuple(_row(row, found, reader) for row in listed),
        paging=Paging(next_path=more, first_path=here if before is not None else ""),
    )
    return html(request, view)


def _find(conn: Connection, unit: Unit, name: str, viewer_id: int, state: str, before: int | None) -> Found:
    inside = load_inside(conn, unit, name, viewer_id)
    if not inside.may_govern:
        raise NotFound
    rows = community_reports.list_for(conn, inside.group.id, state=state, before=before, limit=_PAGE + 1)
    of_reports = community_reports.load_of(conn, [row.id for row in rows])
    here = {each.report_id: each for each in of_reports if each.community_id == inside.group.id}
    known = objects.load_objects(conn, {uri for row in rows for uri in row.object_uris})
    posts = objects.find_rows(conn, [each.id for each in known.values() if each.audience == inside.group.uri])
    named = actors.load_actors(conn, {each.handled_by for each in here.values() if each.handled_by})
    people = showing.load_rows(conn, {row.actor_id for row in posts.values()} | {each.id for each in named.values()})
    return Found(
        inside=inside,
        waiting=count_waiting(conn, inside),
        rows=rows,
        here=here,
        posts={row.uri: row for row in posts.values()},
        people={row.uri: row for row in people.values()} | people,
    )


def _row(row: Any, found: Found, reader: Reader) -> CommunityReportRow:
    here = found.here[row.id]
    by = found.people.get(here.handled_by)
    return CommunityReportRow(
        number=str(row.id),
        comment=row.comment,
        category=row.category,
        at=row.created_at,
        posts=tuple(_post(found.posts[uri], found, reader) for uri in row.object_uris if uri in found.posts),
        closed_by=(actor_card(by, reader).name if by is not None else here.handled_by) if here.closed_at else "",
        handed_on=here.handed_on_at is not None,
    )


def _post(row: Any, found: Found, reader: Reader) -> ReportedPost:
    if row.state == objects.DELETED:
        return ReportedPost(title="", text="")
    author = found.people.get(row.actor_id)
    return ReportedPost(
        title=shorten(plain(row.name), 120),
        text=shorten(plain(" ".join(filter(None, (row.summary, row.content)))), _TEXT),
        author=actor_card(author, reader) if author is not None else None,
        moderate_path=f"{community_path(found.inside.group)}/moderate?post={row.id}",
    )


async def decide(request: web.Request) -> web.StreamResponse:
    """A moderator has dealt with a report, or wants those who look after the node to decide."""
    session, node, name = sessions.require_person(request), request.app[NODE], request.match_info["name"]
    fields = await sessions.read_form(request)
    number = number_in(fields.get("report", ""))
    if fields.get("act") not in _DECISIONS or number is None:
        raise Invalid(Sentence("This is not possible."))
    await node.store.write(_decide, node.unit(), name, session.actor_id, fields["act"], number)
    return done(f"/c/{name}/reports", "done")


def _decide(conn: Connection, unit: Unit, name: str, actor_id: int, act: str, report_id: int) -> None:
    inside = load_inside(conn, unit, name, actor_id)
    if not inside.may_govern:
        raise NotFound
    _DECISIONS[act](conn, unit, inside.me, inside.group, report_id)
