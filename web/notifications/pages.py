"""``/notifications``: what somebody was told, in groups, with filters; and those whose news are kept apart."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from sqlalchemy import Connection

from node.domain.filters import FilterContext
from node.domain.notices import CALLED_FOR, NoticeType, Occasion
from node.domain.numbers import id_in, number_in
from node.domain.text import plain, shorten
from node.domain.visibility import Visibility
from node.sentences import Sentence, sentences
from node.services.news import notices
from node.services.people import follows
from node.state import NODE
from node.store.database.windows import Window
from node.store.news import notification_lists as lists
from node.store.news.notification_lists import Group, Request, Wanted
from node.store.reading import filters, markers, showing, threads
from node.store.reading.kinds import load_called
from web import sessions
from web.design.cards import Reader, actor_card, actor_path, post_path, warning_of
from web.design.cursor import cursor_of
from web.design.frame import done, html, page_of
from web.design.lists import Paging
from web.design.parts import Text
from web.design.reader import reader_of
from web.notifications.views import NoticeRow, NotificationsView, RequestRow, RequestsView

PATH, REQUESTS = "/notifications", "/notifications/requests"
_PAGE, _EXCERPT = 30, 160
#: What the list can be narrowed to: name in the address -> types.
_ONLY: Mapping[str, tuple[NoticeType, ...]] = {
    "mentions": (NoticeType.MENTION, NoticeType.QUOTE),
    "posts": (NoticeType.STATUS, NoticeType.UPDATE, NoticeType.QUOTED_UPDATE, NoticeType.POLL),
    "reactions": (NoticeType.FAVOURITE, NoticeType.REBLOG),
    "people": (NoticeType.FOLLOW, NoticeType.FOLLOW_REQUEST, NoticeType.SIGN_UP),
}
#: What the pages say after something was done.
_SAID = sentences(
    {
        "read": "You have read all of this.",
        "cleared": "All notifications are gone.",
        "accept": "You have let this person follow you.",
        "reject": "This person does not follow you.",
    }
)
_SAID_OF_REQUESTS = sentences(
    {
        "accept": "What this person did is among your notifications now, and so is what comes.",
        "dismiss": "It is gone. What this person does from now on waits here.",
    }
)
_PEOPLE_PAGES = {NoticeType.REPORT.value: "/admin/reports", NoticeType.SIGN_UP.value: "/admin/members"}


@dataclass(frozen=True, slots=True)
class Found:
    groups: Sequence[Group]
    people: Mapping[int, Any]
    posts: Mapping[int, Any]
    kinds: Mapping[int, str]  # of posts that have a word of their own
    read_up_to: int
    requests: int
    newest: int


async def show_notifications(request: web.Request) -> web.Response:
    session, node = sessions.require_person(request), request.app[NODE]
    only = request.query.get("only", "")
    only = only if only in _ONLY else ""
    types = [kind.value for kind in _ONLY[only]] if only else None
    before = cursor_of(request)
    window = Window(limit=_PAGE + 1, max_id=before)
    found = await node.store.read(_find, Wanted(session.actor_id, types=types), window, node.clock.now())
    reader, groups = reader_of(request), found.groups[:_PAGE]
    here = f"{PATH}?only={only}" if only else PATH
    joint = "&" if only else "?"
    more = f"{here}{joint}before={groups[-1].newest.id}" if len(found.groups) > _PAGE else ""
    rows = tuple(_row(group, found, reader) for group in groups if _is_shown(group, found, reader))
    view = NotificationsView(
        page=page_of(request, PATH, title=Sentence("Notifications"), section=PATH, noindex=True, said=_SAID),
        csrf=session.csrf,
        only=only,
        rows=rows,
        paging=Paging(next_path=more, first_path=here if before else ""),
        requests=found.requests,
        newest=found.newest,
        has_new=found.newest > found.read_up_to,
    )
    return html(request, view)


def _find(conn: Connection, wanted: Wanted, window: Window, now: int) -> Found:
    groups = lists.list_groups(conn, wanted, window)
    object_ids = {group.newest.object_id for group in groups if group.newest.object_id is not None}
    hidden = filters.load_hidden(conn, wanted.owner_id, FilterContext.NOTIFICATIONS, object_ids, now)
    posts = threads.load_posts(conn, object_ids - hidden, wanted.owner_id)
    authors = {post.actor_id for post in posts.values()}
    read = markers.load_markers(conn, wanted.owner_id, ["notifications"])
    newest = lists.list_notifications(conn, Wanted(wanted.owner_id), Window(limit=1))
    return Found(
        groups=groups,
        people=showing.load_rows(conn, authors | {actor_id for group in groups for actor_id in group.actor_ids}),
        posts=posts,
        kinds=load_called(conn, posts),
        read_up_to=read[0].last_read_id if read else 0,
        requests=lists.count_requests(conn, wanted.owner_id)[0],
        newest=newest[0].id if newest else 0,
    )


def _is_shown(group: Group, found: Found, reader: Reader) -> bool:
    """News of a post that the reader may not see any more are none, nor are those of people who are hidden."""
    post_id = group.newest.object_id
    if post_id is not None and post_id not in found.posts:
        return False
    first = next((found.people[each] for each in group.actor_ids if each in found.people), None)
    return first is not None and not reader.hides_actor(first)


def _row(group: Group, found: Found, reader: Reader) -> NoticeRow:
    row = group.newest
    people = [found.people[each] for each in group.actor_ids if each in found.people]
    post = found.posts.get(row.object_id or 0)
    kind = (row.event or {}).get("occasion", "")
    path = _PEOPLE_PAGES.get(row.type, actor_path(people[0]))
    title, excerpt = None, ""
    if post is not None:
        path = post_path(post, found.people[post.actor_id])
        if kind in CALLED_FOR:
            path += "/answers" if post.kind == "event" else ""
        title = Text(value=plain(post.name), language=post.language) if post.name else None
        excerpt = warning_of(post) or shorten(plain(post.content or post.summary), _EXCERPT)
    return NoticeRow(
        kind=kind if kind in {each.value for each in Occasion} else row.type,
        who=actor_card(people[0], reader),
        others=max(0, group.total - 1),
        at=row.created_at,
        path=path,
        title=title,
        about=_about(post, found),
        excerpt=excerpt,
        is_new=row.id > found.read_up_to,
        request_path=f"{PATH}/follows/{row.actor_id}" if row.type == NoticeType.FOLLOW_REQUEST.value else "",
    )


def _about(post: Any, found: Found) -> str:
    if post is None:
        return ""
    return found.kinds.get(post.id) or ("direct" if post.visibility == Visibility.DIRECT else "")


async def mark_read(request: web.Request) -> web.Response:
    """Everything up to the newest that stood on the page is read: apps hear of it, too."""
    session, node = sessions.require_person(request), request.app[NODE]
    sent = await sessions.read_form(request)
    newest = number_in(sent.get("newest", ""))
    if newest:
        await node.store.write(markers.save_markers, session.actor_id, {"notifications": newest}, node.clock.now())
    return done(PATH, "read")


async def clear(request: web.Request) -> web.Response:
    """Nothing of it is shown any more."""
    session = sessions.require_person(request)
    await sessions.read_form(request)
    await request.app[NODE].store.write(lists.dismiss_all, session.actor_id)
    return done(PATH, "cleared")


_ANSWERS = {"accept": follows.authorize, "reject": follows.reject}


async def answer_follow(request: web.Request) -> web.Response:
    """Let somebody follow who has asked, or not."""
    session, node = sessions.require_person(request), request.app[NODE]
    await sessions.read_form(request)
    answer, follower_id = request.match_info["answer"], id_in(request.match_info, "id")
    await node.store.write(_ANSWERS[answer], node.unit(), session.actor_id, follower_id)
    return done(PATH, answer)


# -- kept apart ------------------------------------------------------------------------------------------------------


async def show_requests(request: web.Request) -> web.Response:
    session, node = sessions.require_person(request), request.app[NODE]
    before = cursor_of(request)
    window = Window(limit=_PAGE + 1, max_id=before)
    found, people, posts = await node.store.read(_find_requests, session.actor_id, window)
    reader = reader_of(request)
    more = f"{REQUESTS}?before={found[_PAGE - 1].id}" if len(found) > _PAGE else ""
    view = RequestsView(
        page=page_of(
            request, REQUESTS, title=Sentence("Kept apart"), section=PATH, noindex=True, said=_SAID_OF_REQUESTS
        ),
        csrf=session.csrf,
        rows=tuple(_request_row(each, people, posts, reader) for each in found[:_PAGE] if each.actor_id in people),
        paging=Paging(next_path=more, first_path=REQUESTS if before else ""),
    )
    return html(request, view)


def _find_requests(
    conn: Connection, owner_id: int, window: Window
) -> tuple[Sequence[Request], Mapping[int, Any], Mapping[int, Any]]:
    found = lists.list_requests(conn, owner_id, window)
    ids = {each.last_object_id for each in found if each.last_object_id is not None}
    return found, showing.load_rows(conn, {each.actor_id for each in found}), threads.load_posts(conn, ids, owner_id)


def _request_row(found: Request, people: Mapping[int, Any], posts: Mapping[int, Any], reader: Reader) -> RequestRow:
    post = posts.get(found.last_object_id or 0)
    return RequestRow(
        id=str(found.id),
        who=actor_card(people[found.actor_id], reader),
        total=found.total,
        at=found.updated_at,
        excerpt=shorten(plain(post.content), _EXCERPT) if post is not None else "",
    )


async def settle_request(request: web.Request) -> web.Response:
    """Let the news of somebody in, or go."""
    session, node = sessions.require_person(request), request.app[NODE]
    await sessions.read_form(request)
    act = request.match_info["act"]
    await node.store.write(_SETTLE[act], node.unit(), session.actor_id, [_request_id(request)])
    return done(REQUESTS, act)


_SETTLE = {"accept": notices.accept_requests, "dismiss": notices.dismiss_requests}


def _request_id(request: web.Request) -> int:
    return id_in(request.match_info, "id")


ROUTES = [
    web.get(PATH, show_notifications, name="notifications"),
    web.post(f"{PATH}/read", mark_read, name="notifications-read"),
    web.post(f"{PATH}/clear", clear, name="notifications-clear"),
    web.post(f"{PATH}/follows/{{id:[0-9]{{1,19}}}}/{{answer:accept|reject}}", answer_follow, name="follow-answer"),
    web.get(REQUESTS, show_requests, name="notification-requests"),
    web.post(f"{REQUESTS}/{{id:[0-9]{{1,19}}}}/{{act:accept|dismiss}}", settle_request, name="notification-request"),
]
