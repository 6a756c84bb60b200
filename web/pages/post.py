"""``/@name/p123``: a post of anybody, with what it answers and what answers it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import hdrs, web
from sqlalchemy import Connection, Row

from federation.negotiation import wants_activity
from federation.state import FEDERATION
from node.domain.text import plain, shorten
from node.domain.uris import is_web_uri
from node.errors import Gone, NotFound
from node.sentences import Sentence
from node.state import NODE
from node.store import objects, showing
from node.store.objects import Object
from web.pages.actor import find_by_name
from web.pages.cards import Reader, actor_path, is_shown, post_card, post_cards, thread
from web.pages.frame import html, page_of
from web.pages.parts import Link
from web.pages.reader import reader_of
from web.pages.views import Alternate, PostView, Social


@dataclass(frozen=True, slots=True)
class Found:
    post: Object
    row: Row[Any]
    ancestors: Sequence[Row[Any]]
    answers: Sequence[Row[Any]]
    authors: dict[int, Row[Any]]


async def show_post(request: web.Request) -> web.Response:
    reader, name = reader_of(request), request.match_info["name"]
    found = await request.app[NODE].store.read(_find, name, int(request.match_info["post"]))
    if not is_shown(found.row, found.authors, reader):
        raise NotFound
    if found.row.state != objects.LIVE:
        raise Gone
    if wants_activity(request.headers.get(hdrs.ACCEPT, "")):
        raise web.HTTPFound(found.row.uri, headers={hdrs.VARY: "Accept"})
    if reader.actor_id is not None:
        await request.app[FEDERATION].threads.ask(found.post)
    return html(request, _view(request, found, reader))


def _find(conn: Connection, name: str, object_id: int) -> Found:
    author = find_by_name(conn, name)
    row = objects.find_rows(conn, [object_id]).get(object_id)
    if row is None or row.actor_id != author.id or row.kind == "resource":
        raise NotFound
    ancestors, answers = showing.load_ancestors(conn, row.id), showing.load_answers(conn, row.id)
    authors = showing.load_rows(conn, {each.actor_id for each in (row, *ancestors, *answers)})
    post = objects.find_object_by_id(conn, object_id)
    assert post is not None
    return Found(post, row, ancestors, answers, authors)


def _view(request: web.Request, found: Found, reader: Reader) -> PostView:
    row, author = found.row, found.authors[found.row.actor_id]
    name = author.name or author.username
    is_missing = bool(row.in_reply_to) and row.in_reply_to_id is None and is_web_uri(row.in_reply_to)
    page = page_of(
        request,
        f"{actor_path(author)}/p{row.id}",
        title=plain(row.name) or Sentence("Post by {name}", name=name),
        description=shorten(plain(row.summary or row.content), 200),
        breadcrumbs=(Link(label=name, href=actor_path(author)),),
        alternates=(Alternate(media_type="application/activity+json", href=row.uri),),
        social=Social(kind="article", creator=f"@{author.username}@{author.host}", published_at=row.published_at),
        noindex=not row.local or not author.indexable or row.visibility != "public",
    )
    return PostView(
        page=page,
        post=post_card(row, author, reader),
        address=row.url or row.uri,
        ancestors=post_cards((each for each in found.ancestors if each.kind != "resource"), found.authors, reader),
        missing_parent=row.in_reply_to if is_missing else "",
        replies=thread(found.answers, found.authors, row.id, reader),
    )
