"""``/c/NAME``: a community with its threads, whose way in and out stand at its top."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

from aiohttp import hdrs, web
from sqlalchemy import Connection

from federation.discovery.negotiation import wants_activity
from federation.state import FEDERATION
from node.clock import to_rfc3339
from node.domain.communities import Role, TopicKind
from node.domain.text import plain, shorten
from node.domain.visibility import Visibility
from node.errors import Forbidden, NotFound
from node.sentences import sentences
from node.services.context import Unit
from node.services.people import follows as following
from node.state import NODE
from node.store.events import event_answers, event_lists
from node.store.events.event_answers import Answer
from node.store.events.event_lists import Scope
from node.store.events.events import Event
from node.store.people import actors
from node.store.people.follows import ACCEPTED
from node.store.reading import showing, threads
from node.store.reading.threads import Order, Wanted
from web import sessions
from web.design.cards import Reader, actor_card, actor_path, shown_name
from web.design.frame import done, html, page_of
from web.design.lists import Paging
from web.design.page import Alternate, Social
from web.design.reader import reader_of
from web.events.cards import event_cards
from web.threads.access import Seen, find_community
from web.threads.cards import community_head, thread_cards
from web.threads.cursors import next_cursor, read_cursor
from web.threads.paths import community_path, thread_path, title_of_row
from web.threads.views import CommunityView, KindFilter
from web.viewer import viewer_of

_PAGE, _NAMED, _COMING = 20, 8, 4


@dataclass(frozen=True, slots=True)
class Found:
    seen: Seen
    rows: Sequence[Any]
    pinned: Sequence[Any]
    people: Mapping[int, Any]
    named: Mapping[Role, Sequence[Any]]  # those who have a role
    coming: Sequence[Event] = ()
    answers: Mapping[int, Answer] = field(default_factory=dict)


async def show_community(request: web.Request) -> web.Response:
    """Threads, the newest first or the last answered; a closed one shows strangers what it is, and nothing written."""
    name, node = request.match_info["name"], request.app[NODE]
    kinds = [kind for kind in TopicKind if kind.value == request.query.get("kind")]
    order = Order.ACTIVE if request.query.get("sort") == "active" else Order.NEWEST
    after = read_cursor(request)
    viewer_id = viewer_of(request).actor_id
    wanted = Wanted(viewer_id, node.clock.now(), kinds=kinds, order=order, after=after, limit=_PAGE + 1)
    found = await node.store.read(_find, node.unit(), name, wanted)
    if reader_of(request).hides_actor(found.seen.row):
        raise NotFound
    if wants_activity(request.headers.get(hdrs.ACCEPT, "")):
        raise web.HTTPFound(found.seen.row.uri, headers={hdrs.VARY: "Accept"})
    if viewer_id is not None and not found.seen.group.local:
        await request.app[FEDERATION].communities.ask_for_number(found.seen.group)
    return html(request, _view(request, found, wanted))


def _find(conn: Connection, unit: Unit, name: str, wanted: Wanted) -> Found:
    seen = find_community(conn, unit, name, wanted.viewer_id)
    rows: Sequence[Any] = ()
    pinned: Sequence[Any] = ()
    coming: Sequence[Event] = ()
    answers: Mapping[int, Answer] = {}
    if not seen.is_closed:
        wanted = replace(wanted, community_id=seen.group.id)
        rows = threads.list_threads(conn, wanted)
        if wanted.after is None and not wanted.kinds:
            pinned = threads.list_threads(conn, replace(wanted, pinned=True))
        scope = Scope(audience=seen.group.uri)
        coming = event_lists.list_upcoming(conn, wanted.viewer_id, wanted.now, scope=scope, limit=_COMING)
        if wanted.viewer_id is not None:
            answers = event_answers.load_own(conn, wanted.viewer_id, [event.id for event in coming])
    held = seen.roles
    known = actors.load_actors(conn, {each.actor_uri for each in held})
    ids = {row.actor_id for row in (*rows, *pinned, *coming)} | {actor.id for actor in known.values()}
    people = showing.load_rows(conn, ids)
    named = {
        role: [people[known[each.actor_uri].id] for each in held if each.role is role and each.actor_uri in known]
        for role in Role
    }
    return Found(seen, rows, pinned, people | {seen.group.id: seen.row}, named, coming, answers)


def _view(request: web.Request, found: Found, wanted: Wanted) -> CommunityView:
    seen, reader = found.seen, reader_of(request)
    head = community_head(request, seen.row, seen.community, seen.standing, reader)
    kind = next((each.value for each in wanted.kinds), "")
    sort = "active" if wanted.order is Order.ACTIVE else ""
    rows = found.rows[:_PAGE]
    here = _address(head.path, kind=kind, sort=sort)
    cursor = next_cursor(rows[-1]) if len(found.rows) > _PAGE else ""
    is_first = wanted.after is None
    named = {role: tuple(actor_card(row, reader) for row in rows[:_NAMED]) for role, rows in found.named.items()}
    page = page_of(
        request,
        head.path,
        title=head.name,
        description=shorten(plain(seen.row.summary), 200),
        section="/communities",
        alternates=(Alternate(media_type="application/activity+json", href=seen.row.uri),),
        social=Social(kind="website", creator=head.handle),
        json_ld=_json_ld(request, found, reader, head.path) if seen.row.local and seen.row.indexable else None,
        noindex=not seen.row.local or not seen.row.indexable,
        said=_SAID,
    )
    return CommunityView(
        page=page,
        head=head,
        closed=seen.is_closed,
        pinned=thread_cards(found.pinned, found.people, reader),
        threads=thread_cards(rows, found.people, reader),
        kinds=tuple(
            KindFilter(kind=each, path=_address(head.path, kind=each, sort=sort), selected=each == kind)
            for each in ("", *(kind.value for kind in TopicKind))
        ),
        by_activity=wanted.order is Order.ACTIVE,
        newest_path=_address(head.path, kind=kind),
        active_path=_address(head.path, kind=kind, sort="active"),
        paging=Paging(
            next_path=_address(head.path, kind=kind, sort=sort, after=cursor) if cursor else "",
            first_path="" if is_first else here,
        ),
        rules=tuple(seen.community.rules),
        moderators=named[Role.MODERATOR],
        facilitators=named[Role.FACILITATOR],
        experts=named[Role.EXPERT],
        coming=event_cards(found.coming, found.people, found.answers, reader, wanted.now),
        calendar_path=_calendar(seen, head.path),
    )


def _json_ld(request: web.Request, found: Found, reader: Reader, path: str) -> Mapping[str, Any]:
    """What search engines read of it: what it is, and the threads of authors who want to be found (schema.org)."""
    row, base = found.seen.row, request.app[NODE].config.origin

    def posting(thread: Any) -> dict[str, Any]:
        author = found.people[thread.actor_id]
        return {
            "@type": "DiscussionForumPosting",
            "headline": title_of_row(thread),
            "url": f"{base}{thread_path(thread, row)}",
            "datePublished": to_rfc3339(thread.published_at),
            "author": {"@type": "Person", "name": shown_name(author), "url": f"{base}{actor_path(author)}"},
        }

    return {
        "@context": "https://schema.org",
        "@type": "ProfilePage",
        "name": row.name or row.username,
        "url": f"{base}{path}",
        "description": shorten(plain(row.summary), 200),
        "hasPart": [
            posting(each)
            for each in found.rows[:_PAGE]
            if each.visibility == Visibility.PUBLIC.value
            and (author := found.people.get(each.actor_id)) is not None
            and author.indexable
            and not reader.hides_actor(author)
        ],
    }


def _calendar(seen: Seen, path: str) -> str:
    """Where its events are read as a calendar: by everybody, or at an address that each member makes for herself."""
    if seen.row.local and seen.community.visibility is Visibility.PUBLIC:
        return f"{path}/calendar.ics"
    return f"/calendar/addresses?of={seen.row.id}" if seen.standing.membership == "member" else ""


def _address(path: str, **chosen: str) -> str:
    said = {name: value for name, value in chosen.items() if value}
    return f"{path}?{urlencode(said)}" if said else path


_SAID = sentences(
    {
        "founded": "The community is there. Under “Members” you invite others, who join from their own servers, too.",
        "joined": "You are a member now.",
        "left": "You are no member any more.",
    }
)


# -- joining and leaving ---------------------------------------------------------------------------------------------


async def join(request: web.Request) -> web.Response:
    """Become a member, or ask to, as the community's policy says; its home decides."""
    session = sessions.require_person(request)
    await sessions.read_form(request)
    node, policies = request.app[NODE], request.app[FEDERATION].policies()
    path, state = await node.store.write(
        _join, node.unit(), request.match_info["name"], session.actor_id, policies.is_blocked
    )
    return done(path, "joined" if state == ACCEPTED else "asked")


def _join(conn: Connection, unit: Unit, name: str, me: int, is_blocked: Any) -> tuple[str, str]:
    seen = find_community(conn, unit, name, me)
    if seen.community.is_archived:
        raise Forbidden("This community is closed: nobody joins it any more.")
    made = following.follow(conn, unit, me, seen.group.id, is_blocked=is_blocked)
    return community_path(seen.row), made.state


async def leave(request: web.Request) -> web.Response:
    """Be a member no more, or take the request back."""
    session = sessions.require_person(request)
    await sessions.read_form(request)
    node = request.app[NODE]
    path = await node.store.write(_leave, node.unit(), request.match_info["name"], session.actor_id)
    return done(path, "left")


def _leave(conn: Connection, unit: Unit, name: str, me: int) -> str:
    seen = find_community(conn, unit, name, me)
    following.unfollow(conn, unit, me, seen.group.id)
    return community_path(seen.row)
