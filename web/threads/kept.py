"""``/bookmarks``: what somebody has kept for later, the newest first; nobody else sees it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from sqlalchemy import Connection

from node.sentences import Sentence
from node.state import NODE
from node.store.database.windows import Window
from node.store.library import resources
from node.store.library.resources import Resource
from node.store.reading import showing, statuses, threads, timelines
from node.store.reading.statuses import Own
from web import sessions
from web.design.cards import Reader, resource_card
from web.design.cursor import cursor_of
from web.design.frame import html, page_of
from web.design.lists import Paging
from web.design.reader import reader_of
from web.threads.cards import Doing, acting_card
from web.threads.views import KeptRow, KeptView

PATH = "/bookmarks"
_PAGE = 20


@dataclass(frozen=True, slots=True)
class Found:
    """Ids of what is kept, in order, and what they are; ``next_id``: where the list goes on."""

    ids: Sequence[int]
    posts: Mapping[int, Any]
    resources: Mapping[int, Resource]
    people: Mapping[int, Any]
    own: Own
    next_id: int | None


async def show_kept(request: web.Request) -> web.Response:
    session, node = sessions.require_person(request), request.app[NODE]
    before = cursor_of(request)
    found = await node.store.read(_find, session.actor_id, Window(limit=_PAGE + 1, max_id=before))
    reader = reader_of(request)
    here = f"{PATH}?before={before}" if before else PATH
    doing = Doing(csrf=session.csrf, actor_id=session.actor_id, back=here, own=found.own)
    view = KeptView(
        page=page_of(request, PATH, title=Sentence("Kept for later"), section=PATH, noindex=True),
        rows=tuple(row for each in found.ids if (row := _row(each, found, reader, doing)) is not None),
        paging=Paging(
            next_path=f"{PATH}?before={found.next_id}" if found.next_id is not None else "",
            first_path=PATH if before else "",
        ),
    )
    return html(request, view)


def _find(conn: Connection, owner_id: int, window: Window) -> Found:
    kept = timelines.list_bookmarks(conn, owner_id, window)
    ids = [entry.object_id for _, entry in kept[:_PAGE]]
    known = resources.load_by_objects(conn, ids)
    posts = threads.load_posts(conn, [each for each in ids if each not in known], owner_id)
    return Found(
        ids=ids,
        posts=posts,
        resources=known,
        people=showing.load_rows(conn, {post.actor_id for post in posts.values()}),
        own=statuses.load_own(conn, owner_id, ids),
        next_id=kept[_PAGE - 1][0] if len(kept) > _PAGE else None,
    )


def _row(object_id: int, found: Found, reader: Reader, doing: Doing) -> KeptRow | None:
    """None for what policies hide meanwhile."""
    resource, post = found.resources.get(object_id), found.posts.get(object_id)
    if resource is not None:
        return None if reader.hides_actor(resource.owner) else KeptRow(resource=resource_card(resource, reader))
    author = found.people.get(post.actor_id) if post is not None else None
    if post is None or author is None or reader.hides_actor(author):
        return None
    return KeptRow(post=acting_card(post, author, reader, doing))
