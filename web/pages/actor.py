"""``/@name`` and ``/@name@host``: people, communities, organisations."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, cast

from aiohttp import hdrs, web
from sqlalchemy import Connection, Row

from federation.discovery.negotiation import wants_activity
from node.domain.actors import handle_of
from node.domain.numbers import number_in
from node.domain.text import plain, shorten
from node.errors import Malformed, NotFound, Problem
from node.state import NODE
from node.store.communities import communities
from node.store.library import topic_accounts
from node.store.library.resources import Resource, Viewer
from node.store.people import actors, follows
from node.store.people.actors import Actor
from node.store.posts import object_lists
from node.store.reading import showing, statuses
from node.store.reading.statuses import Own
from node.store.search import listing, wishes
from node.store.search.wishes import Wish
from web.design.cards import actor_path, origin_of_actor, resource_cards, shown_name, with_emojis
from web.design.frame import html, page_of
from web.design.lists import Paging
from web.design.page import Alternate, Social
from web.design.parts import Link, ProfileField, Prose
from web.design.paths import catalogue_path
from web.design.reader import reader_of
from web.names import find_by_name
from web.pages.views import ActorView
from web.threads.cards import acting_cards
from web.threads.paths import community_path
from web.viewer import viewer_of

_PAGE = 20
_KINDS = {"person", "group", "organization", "service"}
Kind = Literal["person", "group", "organization", "service"]


@dataclass(frozen=True, slots=True)
class Found:
    row: Row[Any]
    followers: int
    following: int
    posts: Sequence[Row[Any]]
    own: Own
    post_total: int
    resources: Sequence[Resource]
    resources_path: str
    moved_to: Link | None
    is_community: bool


async def show_actor(request: web.Request) -> web.Response:
    reader, before = reader_of(request), _cursor(request)
    found = await request.app[NODE].store.read(_find, request.match_info["name"], viewer_of(request), before)
    if reader.hides_actor(found.row):
        raise NotFound
    if wants_activity(request.headers.get(hdrs.ACCEPT, "")):
        raise web.HTTPFound(found.row.uri, headers={hdrs.VARY: "Accept"})
    if found.is_community:  # its page decides who may know of it
        raise web.HTTPFound(community_path(found.row))
    return html(request, _view(request, found, is_first=before is None))


def _cursor(request: web.Request) -> int | None:
    text = request.query.get("before", "")
    if not text:
        return None
    number = number_in(text)
    if number is None:
        raise Malformed(problems=[Problem("before", "what the page before named", text[:60])])
    return number


def _find(conn: Connection, name: str, viewer: Viewer, before: int | None) -> Found:
    actor = find_by_name(conn, name)
    followers, following = follows.count_follows(conn, actor.id)
    wish, list_path = _of_whom(conn, actor)
    posts = showing.list_posts(conn, actor.id, before=before, limit=_PAGE + 1)
    return Found(
        row=actors.load_profile(conn, actor.id),
        followers=followers,
        following=following,
        posts=posts,
        own=statuses.load_own(conn, viewer.actor_id, [row.id for row in posts]) if viewer.actor_id else Own(),
        post_total=object_lists.count_by_actor(conn, actor.id, object_lists.PUBLIC),
        resources=listing.find(conn, replace(wish, viewer=viewer, limit=6)).items,
        resources_path=list_path,
        moved_to=_find_new_address(conn, actor),
        is_community=actor.is_group and communities.find_community(conn, actor.id) is not None,
    )


def _of_whom(conn: Connection, actor: Actor) -> tuple[Wish, str]:
    """The resources that stand on its page, and the page of all of them: what it published, or what it shows."""
    if actor.local and (account := topic_accounts.find(conn, actor)) is not None:
        return wishes.wish_of(account.selection), account.path
    return Wish(filters={"owner": [actor.uri]}), catalogue_path(owner=actor.uri)


def _find_new_address(conn: Connection, actor: Actor) -> Link | None:
    if not actor.moved_to:
        return None
    known = actors.find_actor(conn, actor.moved_to)
    return (
        Link(label=known.handle, href=known.url or known.uri)
        if known
        else Link(label=actor.moved_to, href=actor.moved_to)
    )


def _view(request: web.Request, found: Found, *, is_first: bool) -> ActorView:
    row, reader = found.row, reader_of(request)
    path, name = actor_path(row), shown_name(row)
    page = page_of(
        request,
        path,
        title=name,
        description=shorten(plain(row.summary), 200),
        alternates=(Alternate(media_type="application/activity+json", href=row.uri),),
        social=Social(kind="profile", creator=handle_of(row)),
        noindex=not row.local or not row.indexable,
    )
    posts = found.posts[:_PAGE]
    more = len(found.posts) > _PAGE
    return ActorView(
        page=page,
        kind=cast(Kind, row.kind) if row.kind in _KINDS else "service",
        name=name,
        handle=handle_of(row),
        bio=Prose(value=with_emojis(row.summary, row.emojis, reader, row.host)) if row.summary else None,
        avatar=reader.picture(row.icon, host=row.host),
        banner=reader.picture(row.image, host=row.host),
        fields=tuple(
            ProfileField(name=each["name"], value=with_emojis(each["value"], row.emojis, reader, row.host))
            for each in row.fields
        ),
        joined_at=row.published_at or 0,
        followers=found.followers,
        following=found.following,
        post_total=found.post_total,
        origin=origin_of_actor(row),
        url=row.url if not row.local else "",
        moved_to=found.moved_to,
        resources=resource_cards(found.resources, reader),
        resources_path=found.resources_path,
        posts=acting_cards(request, posts, {row.id: row}, reader, found.own, path),
        paging=Paging(next_path=f"{path}?before={posts[-1].id}" if more else "", first_path="" if is_first else path),
    )
