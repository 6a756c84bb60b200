"""``/@name/p123``: a post of anybody, with what it answers and what answers it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import hdrs, web
from sqlalchemy import Connection, Row

from federation.discovery.negotiation import wants_activity
from federation.state import FEDERATION
from node.domain.actors import handle_of
from node.domain.numbers import id_in
from node.domain.text import plain, shorten
from node.domain.uris import is_web_uri
from node.domain.visibility import Visibility
from node.errors import Gone, NotFound
from node.sentences import Sentence
from node.state import NODE
from node.store.library import resources
from node.store.posts import objects
from node.store.posts.objects import Object
from node.store.reading import conversation, showing, statuses, threads
from node.store.reading.statuses import Own
from web.design.cards import Reader, actor_path, threaded
from web.design.frame import ACTIVITY, embedding, html, page_of
from web.design.page import Alternate, Social
from web.design.parts import Link
from web.design.posts import PostCard
from web.design.reader import reader_of
from web.names import find_by_name
from web.pages.views import PostView
from web.sessions import session_of
from web.threads.cards import Doing, acting_card
from web.threads.forms import answer_form
from web.threads.paths import thread_path


@dataclass(frozen=True, slots=True)
class Found:
    post: Object
    row: Row[Any]
    ancestors: Sequence[Row[Any]]
    answers: Sequence[Row[Any]]
    authors: dict[int, Row[Any]]
    own: Own
    thread: str | None  # the page of the thread that it begins
    within: str  # its place in the thread that it answers


async def show_post(request: web.Request) -> web.Response:
    reader, name, node = reader_of(request), request.match_info["name"], request.app[NODE]
    found = await node.store.read(_find, node.clock.now(), name, id_in(request.match_info, "post"), reader.actor_id)
    if isinstance(found, str):
        raise web.HTTPFound(found)
    if reader.hides_actor(found.authors[found.row.actor_id]):
        raise NotFound
    if wants_activity(request.headers.get(hdrs.ACCEPT, "")):
        raise web.HTTPFound(found.row.uri, headers={hdrs.VARY: "Accept"})
    if found.thread is not None:
        raise web.HTTPFound(found.thread)
    if reader.actor_id is not None:
        await request.app[FEDERATION].threads.ask(found.post)
    return html(request, _view(request, found, reader))


def _find(conn: Connection, now: int, name: str, object_id: int, viewer_id: int | None) -> Found | str:
    """The post, or the address of the page that it has as a resource.

    Raises NotFound for what this reader may not see, Gone for what everybody could and is no more.
    """
    author = find_by_name(conn, name)
    row = objects.find_rows(conn, [object_id]).get(object_id)
    if row is None or row.actor_id != author.id:
        raise NotFound
    if row.state != objects.LIVE:
        raise Gone if Visibility(row.visibility).is_open else NotFound
    if threads.load_post(conn, object_id, viewer_id) is None:
        raise NotFound
    if row.kind == resources.KIND:  # apps and notifications know it as a post
        return resources.load_by_object(conn, row.id).path
    ancestors = conversation.load_ancestors(conn, row.id)
    seen = threads.load_posts(conn, [each.id for each in ancestors], viewer_id)
    ancestors = [each for each in ancestors if each.id in seen or each.state == objects.DELETED]
    answers = threads.load_answers(conn, row.id, viewer_id, now)
    authors = showing.load_rows(conn, {each.actor_id for each in (row, *ancestors, *answers)})
    post = objects.find_object_by_id(conn, object_id)
    assert post is not None
    ids = {each.id for each in (row, *ancestors, *answers)}
    own = statuses.load_own(conn, viewer_id, ids) if viewer_id is not None else Own()
    thread = _thread_of(conn, object_id, viewer_id)
    above = _thread_of(conn, ancestors[0].id, viewer_id) if ancestors and thread is None else None
    within = f"{above}?answer={object_id}#p{object_id}" if above is not None else ""
    return Found(post, row, ancestors, answers, authors, own, thread, within)


def _thread_of(conn: Connection, object_id: int, viewer_id: int | None) -> str | None:
    """The page of the thread that the post begins."""
    row = threads.find_thread(conn, object_id, viewer_id)
    if row is None:
        return None
    group = showing.load_rows(conn, [row.community_id]).get(row.community_id) if row.community_id is not None else None
    return thread_path(row, group)


def _view(request: web.Request, found: Found, reader: Reader) -> PostView:
    row, author, session = found.row, found.authors[found.row.actor_id], session_of(request)
    path = f"{actor_path(author)}/p{row.id}"
    doing = Doing(csrf=session.csrf, actor_id=session.actor_id, back=path, own=found.own) if session else None

    def card(each: Any) -> PostCard:
        return acting_card(each, found.authors[each.actor_id], reader, doing)

    name = author.name or author.username
    is_missing = bool(row.in_reply_to) and row.in_reply_to_id is None and is_web_uri(row.in_reply_to)
    page = page_of(
        request,
        path,
        title=plain(row.name) or Sentence("Post by {name}", name=name),
        description=shorten(plain(row.summary or row.content), 200),
        breadcrumbs=(Link(label=name, href=actor_path(author)),),
        alternates=(Alternate(media_type=ACTIVITY, href=row.uri), *embedding(request, row, path)),
        social=Social(kind="article", creator=handle_of(author), published_at=row.published_at),
        noindex=not row.local or not author.indexable or row.visibility != "public",
        live=f"/live?post={row.id}",
    )
    return PostView(
        page=page,
        post=card(row),
        address=row.url or row.uri,
        ancestors=tuple(card(each) for each in found.ancestors if _is_shown(each, found, reader)),
        missing_parent=row.in_reply_to if is_missing else "",
        thread_path=found.within,
        replies=threaded(found.answers, row.id, card, lambda each: _is_shown(each, found, reader)),
        compose=answer_form(request, row, path) if session else None,
    )


def _is_shown(row: Row[Any], found: Found, reader: Reader) -> bool:
    return row.kind != "resource" and not reader.hides_actor(found.authors[row.actor_id])
