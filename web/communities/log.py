"""``/c/NAME/log``: what those who govern did, for all members to read."""

from collections.abc import Mapping, Sequence
from typing import Any

from aiohttp import web
from sqlalchemy import Connection

from node.domain.communities import Act
from node.domain.numbers import number_in
from node.sentences import Sentence
from node.services.context import Unit
from node.state import NODE
from node.store.communities import community_log
from node.store.communities.community_log import LogEntry
from node.store.people import actors
from node.store.reading import showing
from web.communities.listing import PATH as LIST
from web.communities.listing import community_path, crumbs_of
from web.communities.people import Inside, count_waiting, head_of, load_inside
from web.communities.views import LogRow, LogView
from web.communities.words import ACTS, SETTINGS
from web.design.cards import actor_card
from web.design.frame import html, page_of
from web.design.lists import Paging
from web.design.reader import reader_of
from web.viewer import viewer_of

_PAGE = 50


async def show_log(request: web.Request) -> web.Response:
    node, name = request.app[NODE], request.match_info["name"]
    before = number_in(request.query.get("before", ""))
    inside, waiting, entries, people = await node.store.read(
        _find, node.unit(), name, viewer_of(request).actor_id, before
    )
    reader, here = reader_of(request), f"{community_path(inside.group)}/log"
    listed = entries[:_PAGE]
    view = LogView(
        page=page_of(
            request,
            here,
            title=Sentence("What moderators did"),
            section=LIST,
            noindex=True,
            breadcrumbs=crumbs_of(inside.group),
        ),
        head=head_of(inside, *waiting),
        rows=tuple(_row(entry, people, reader) for entry in listed),
        paging=Paging(
            next_path=f"{here}?before={listed[-1].id}" if len(entries) > _PAGE else "",
            first_path=here if before is not None else "",
        ),
    )
    return html(request, view)


def _find(
    conn: Connection, unit: Unit, name: str, viewer_id: int | None, before: int | None
) -> tuple[Inside, tuple[int, int], Sequence[LogEntry], Mapping[str, Any]]:
    inside = load_inside(conn, unit, name, viewer_id)
    entries = community_log.load_log(conn, inside.group.id, before=before, limit=_PAGE + 1)
    known = actors.load_actors(conn, {uri for each in entries for uri in (each.actor_uri, each.target_uri) if uri})
    rows = showing.load_rows(conn, {actor.id for actor in known.values()})
    return inside, count_waiting(conn, inside), entries, {row.uri: row for row in rows.values()}


def _row(entry: LogEntry, people: Mapping[str, Any], reader: Any) -> LogRow:
    by, target = people.get(entry.actor_uri), people.get(entry.target_uri)
    is_settings = entry.act == Act.SETTINGS
    return LogRow(
        act=ACTS[Act(entry.act)],
        by=actor_card(by, reader).name if by is not None else entry.actor_uri,
        by_path=actor_card(by, reader).path if by is not None else "",
        target="" if is_settings else entry.title,
        target_path=actor_card(target, reader).path if target is not None else "",
        reason=entry.reason,
        at=entry.created_at,
        refusal=(entry.refusal or "") if entry.refused_at is not None else None,
        until_at=entry.expires_at,
        changed=tuple(SETTINGS[name] for name in entry.title.split(", ") if is_settings and name in SETTINGS),
    )
