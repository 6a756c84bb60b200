"""``/c/NAME/moderate?post=ID``: what can be done with one post of a community, with a reason for the log."""

from dataclasses import dataclass
from typing import Any

from aiohttp import web
from sqlalchemy import Connection

from node.domain.communities import Act
from node.domain.deeds import Deed
from node.domain.numbers import number_in
from node.domain.text import plain, shorten
from node.errors import Invalid, NotFound
from node.sentences import Sentence
from node.services import membership
from node.services.context import Unit
from node.services.governing import governing
from node.state import NODE
from node.store.posts import objects, topics
from node.store.posts.objects import Object
from node.store.posts.topics import Topic
from node.store.reading import showing
from web import sessions
from web.communities.listing import PATH as LIST
from web.communities.listing import community_path, crumbs_of
from web.communities.people import Inside, head_of, load_inside
from web.communities.views import ModerateView
from web.communities.words import BUTTONS
from web.design.cards import actor_card
from web.design.frame import done, html, page_of
from web.design.parts import Field, Prose, SafeHtml
from web.design.reader import reader_of

_ABOUT_POSTS = frozenset({Act.PIN, Act.UNPIN, Act.LOCK, Act.UNLOCK, Act.REMOVE, Act.RESTORE})


@dataclass(frozen=True, slots=True)
class Found:
    inside: Inside
    post: Object
    topic: Topic | None
    row: Any
    author: Any


async def show_post(request: web.Request) -> web.Response:
    session, node = sessions.require_person(request), request.app[NODE]
    post_id = number_in(request.query.get("post", ""))
    found = await node.store.read(_find, node.unit(), request.match_info["name"], session.actor_id, post_id)
    path = f"{community_path(found.inside.group)}/moderate"
    view = ModerateView(
        page=page_of(
            request,
            path,
            title=Sentence("Moderate a post"),
            section=LIST,
            noindex=True,
            breadcrumbs=crumbs_of(found.inside.group),
        ),
        head=head_of(found.inside),
        csrf=session.csrf,
        action=path,
        title=shorten(plain(found.row.name or found.row.content), 120),
        excerpt=Prose(value=SafeHtml(found.row.content), language=found.row.language) if found.row.content else None,
        author=actor_card(found.author, reader_of(request)),
        uri=found.post.uri,
        acts=tuple((act.value, BUTTONS[act]) for act in _acts(found)),
        reason=Field(),
    )
    return html(request, view)


def _acts(found: Found) -> list[Act]:
    """What makes sense with the post as it is."""
    is_removed = found.post.state == objects.REMOVED
    if not found.inside.may_govern:
        return _pinning(found) if not is_removed else []
    is_own = found.post.actor_id == found.inside.me.id
    acts = [Act.RESTORE] if is_removed else [] if is_own else [Act.REMOVE]
    if found.topic is not None and not is_removed:
        acts += [*_pinning(found), Act.UNLOCK if found.topic.locked else Act.LOCK]
    return acts


def _pinning(found: Found) -> list[Act]:
    """What facilitators do, too; an answer is not pinned."""
    if found.topic is None:
        return []
    return [Act.UNPIN if found.topic.pinned_at is not None else Act.PIN]


def _find(conn: Connection, unit: Unit, name: str, viewer_id: int, post_id: int | None) -> Found:
    inside = load_inside(conn, unit, name, viewer_id)
    post = objects.find_object_by_id(conn, post_id) if post_id is not None else None
    may_pin = inside.may_govern or membership.may(conn, unit, inside.group, inside.me, Act.PIN)
    if not may_pin or post is None or post.audience != inside.group.uri or post.state == objects.DELETED:
        raise NotFound
    row = objects.load_row(conn, post.id)
    author = showing.load_rows(conn, [post.actor_id])[post.actor_id]
    return Found(inside, post, topics.find_topic(conn, post.id), row, author)


async def moderate(request: web.Request) -> web.StreamResponse:
    session, node = sessions.require_person(request), request.app[NODE]
    fields = await sessions.read_form(request)
    act = next((act for act in _ABOUT_POSTS if act.value == fields.get("act")), None)
    if act is None:
        raise Invalid(Sentence("This is not possible."))
    name, target, reason = request.match_info["name"], fields.get("target", ""), fields.get("reason", "")
    await node.store.write(_moderate, node.unit(), name, session.actor_id, act, target, reason)
    return done(f"/c/{name}/log", "done")


def _moderate(conn: Connection, unit: Unit, name: str, viewer_id: int, act: Act, target: str, reason: str) -> None:
    inside = load_inside(conn, unit, name, viewer_id)
    governing.govern(conn, unit, inside.me, inside.group, Deed(act, inside.me.uri, target, reason=reason))
