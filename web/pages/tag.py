"""``/tags/name``: what carries a hashtag, resources and posts; where hashtags in texts lead."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from sqlalchemy import Connection, Row

from node.domain.tags import key_of
from node.errors import Invalid, NotFound
from node.services.posts.tag_lists import name_of
from node.state import NODE
from node.store.library.resources import Resource, Viewer
from node.store.reading import showing, statuses
from node.store.reading.statuses import Own
from node.store.search import listing
from node.store.search.wishes import Wish
from web.design.cards import resource_cards
from web.design.cursor import cursor_of
from web.design.frame import html, page_of
from web.design.lists import Paging
from web.design.paths import catalogue_path
from web.design.reader import reader_of
from web.pages.views import TagView
from web.threads.cards import acting_cards
from web.viewer import viewer_of

_PAGE, _RESOURCES = 20, 6


@dataclass(frozen=True, slots=True)
class Found:
    resources: Sequence[Resource]
    posts: Sequence[Row[Any]]
    authors: Mapping[int, Any]
    own: Own


async def show_tag(request: web.Request) -> web.Response:
    """404 for what is no hashtag; one that nothing carries yet has a page that says so."""
    try:
        name = name_of(request.match_info["name"])
    except Invalid as error:
        raise NotFound from error
    cursor = cursor_of(request)
    found = await request.app[NODE].store.read(_find, name, viewer_of(request), cursor)
    reader, path = reader_of(request), f"/tags/{name}"
    listed = [row for row in found.posts[:_PAGE] if reader.lists_actor(found.authors[row.actor_id])]
    more = f"{path}?before={found.posts[_PAGE - 1].id}" if len(found.posts) > _PAGE else ""
    view = TagView(
        page=page_of(request, path, title=f"#{name}", noindex=not (listed or found.resources)),
        name=name,
        resources=resource_cards(found.resources, reader),
        resources_path=catalogue_path(keyword=name),
        posts=acting_cards(request, listed, found.authors, reader, found.own, path),
        paging=Paging(next_path=more, first_path=path if cursor else ""),
    )
    return html(request, view)


def _find(conn: Connection, name: str, viewer: Viewer, before: int | None) -> Found:
    posts = showing.list_tagged(conn, key_of(name), before=before, limit=_PAGE + 1)
    wish = Wish(filters={"keyword": [name]}, viewer=viewer, limit=_RESOURCES)
    return Found(
        resources=listing.find(conn, wish).items if before is None else (),
        posts=posts,
        authors=showing.load_rows(conn, {row.actor_id for row in posts}),
        own=statuses.load_own(conn, viewer.actor_id, [row.id for row in posts]) if viewer.actor_id else Own(),
    )
