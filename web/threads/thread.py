"""``/c/NAME/t/ID-slug`` and ``/questions/ID-slug``: a thread, whole, with the form to answer."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from aiohttp import hdrs, web
from sqlalchemy import Connection

from federation.discovery.negotiation import wants_activity
from federation.state import FEDERATION
from node.clock import to_rfc3339
from node.domain.actors import handle_of
from node.domain.communities import Role, TopicKind, refuse_post
from node.domain.numbers import id_in
from node.domain.text import plain, shorten
from node.domain.visibility import Visibility
from node.errors import NotFound
from node.sentences import Sentence
from node.services.context import Unit
from node.state import NODE
from node.store.people import actors
from node.store.posts import objects
from node.store.posts.objects import Object
from node.store.reading import conversation, showing, statuses, threads
from node.store.reading.statuses import Own
from web.communities.words import ROLES
from web.design.cards import Reader, threaded
from web.design.cursor import cursor_of
from web.design.frame import ACTIVITY, embedding, html, page_of
from web.design.lists import Paging
from web.design.page import Alternate, Page, Social
from web.design.parts import Link, Text
from web.design.posts import PostCard, Reply
from web.design.reader import reader_of
from web.sessions import session_of
from web.threads.access import Seen, find_around
from web.threads.cards import Doing, Standing, acting_card, community_head
from web.threads.forms import answer_form
from web.threads.paths import community_path, thread_path, title_of_row
from web.threads.views import CommunityHead, ThreadView
from web.viewer import viewer_of

_PAGE = 50
_OPEN = frozenset({Visibility.PUBLIC.value, Visibility.UNLISTED.value})


@dataclass(frozen=True, slots=True)
class Found:
    row: Any
    post: Object
    seen: Seen | None
    answers: Sequence[Any]
    after: int  # the direct answer before them
    best: Any | None
    total: int
    people: Mapping[int, Any]
    own: Own
    may_answer: bool
    roles: Mapping[str, Role]  # by URI, the first of several


class Answers(NamedTuple):
    """Some answers, and the id of the direct one that they come after."""

    after: int
    rows: Sequence[Any]


async def show_thread(request: web.Request) -> web.Response:
    """404 for whoever may not read it; another address of it leads here, software that asks for it to its document.

    ``?answer=ID`` is the page on which that answer stands, ``?after=ID`` the one that follows a direct answer.
    """
    node, object_id = request.app[NODE], id_in(request.match_info, "id")
    viewer_id = viewer_of(request).actor_id
    wanted = Wanted(cursor_of(request, "after") or 0, cursor_of(request, "answer"))
    found = await node.store.read(_find, node.unit(), object_id, viewer_id, wanted)
    reader = reader_of(request)
    if found.row.actor_id not in found.people or reader.hides_actor(found.people[found.row.actor_id]):
        raise NotFound
    if wants_activity(request.headers.get(hdrs.ACCEPT, "")):
        raise web.HTTPFound(found.row.uri, headers={hdrs.VARY: "Accept"})
    path = thread_path(found.row, found.seen.row if found.seen else None)
    if request.path != path:
        raise web.HTTPFound(str(request.rel_url.with_path(path, keep_query=True)))
    if viewer_id is not None:
        await request.app[FEDERATION].threads.ask(found.post)
    return html(request, _view(request, found, path, reader))


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which answers: those after a direct one, or those around one."""

    after: int = 0
    answer_id: int | None = None


def _load_answers(conn: Connection, unit: Unit, thread_id: int, viewer_id: int | None, wanted: Wanted) -> Answers:
    """The page of answers that is wanted, from the branch of a certain one on where it is not among the first."""

    def load(after: int) -> Answers:
        limit = _PAGE + 1
        return Answers(after, threads.load_answers(conn, thread_id, viewer_id, unit.now, after=after, limit=limit))

    found = load(wanted.after)
    if wanted.answer_id is None or any(each.id == wanted.answer_id for each in found.rows):
        return found
    above = [each.id for each in conversation.load_ancestors(conn, wanted.answer_id)]
    if thread_id not in above:
        return found
    branch = [*above, wanted.answer_id][above.index(thread_id) + 1]
    return load(branch - 1)


def _find(conn: Connection, unit: Unit, object_id: int, viewer_id: int | None, wanted: Wanted) -> Found:
    row = threads.find_thread(conn, object_id, viewer_id)
    post = objects.find_object_by_id(conn, object_id)
    if row is None or post is None:
        raise NotFound
    group = actors.find_actor_by_id(conn, row.community_id) if row.community_id is not None else None
    seen = find_around(conn, unit, group, viewer_id)
    after, answers = _load_answers(conn, unit, row.id, viewer_id, wanted)
    best = threads.load_post(conn, row.accepted_id, viewer_id) if row.accepted_id is not None else None
    shown = [row, *answers, *([best] if best is not None else [])]
    people = showing.load_rows(conn, {each.actor_id for each in shown})
    ids = {each.id for each in shown}
    return Found(
        row=row,
        post=post,
        seen=seen,
        answers=answers,
        after=after,
        best=best,
        total=threads.count_answers(conn, row.id, viewer_id),
        people=people,
        own=statuses.load_own(conn, viewer_id, ids) if viewer_id is not None else Own(),
        may_answer=viewer_id is not None and _may_answer(row, seen),
        roles=_roles(seen),
    )


def _roles(seen: Seen | None) -> Mapping[str, Role]:
    """What people are in the community of a thread; of several roles the first that ``Role`` names."""
    held = seen.roles if seen is not None else ()
    return {each.actor_uri: each.role for role in reversed(Role) for each in held if each.role is role}


def _may_answer(row: Any, seen: Seen | None) -> bool:
    """Whether somebody who is signed in answers here."""
    if seen is None or seen.membership is None:
        return seen is None
    policy, is_archived = seen.community.post_policy, seen.community.is_archived
    return refuse_post(policy, seen.membership, begins_topic=False, locked=row.locked, archived=is_archived) is None


# -- the page --------------------------------------------------------------------------------------------------------


def _view(request: web.Request, found: Found, path: str, reader: Reader) -> ThreadView:
    row = found.row
    here = f"{path}?after={found.after}" if found.after else path
    head = _head(request, found.seen, reader)
    standing = found.seen.standing if found.seen is not None else Standing()
    may_pin = standing.is_moderator or standing.may_announce
    card = _cards(found, reader, _doing(request, found, here, head))
    direct = [each.id for each in found.answers if each.depth == 0]
    last = direct[_PAGE - 1] if len(direct) > _PAGE else None
    replies = threaded(
        found.answers,
        row.id,
        card,
        lambda each: each.actor_id in found.people and not reader.hides_actor(found.people[each.actor_id]),
        first_id=row.accepted_id,  # with what was said about it
        last_id=last,
    )
    post = replace(card(row), title=None)  # it stands above
    best = card(found.best) if found.best is not None else None
    return ThreadView(
        page=_page(request, found, path, here, post, best, replies),
        kind=row.topic_kind,
        post=post,
        title=Text(value=title_of_row(row), language=row.language),
        address=row.url or row.uri,
        head=head,
        locked=row.locked,
        pinned=row.pinned_at is not None,
        answered=row.accepted_id is not None,
        best=None if any(reply.post.accepted for reply in replies) else best,
        replies=replies,
        answers=found.total,
        paging=Paging(
            next_path=f"{path}?after={last}" if last is not None else "", first_path=path if found.after else ""
        ),
        compose=answer_form(request, row, path) if found.may_answer else None,
        govern_path=f"{head.path}/moderate?post={row.id}" if may_pin and head is not None else "",
        governs=standing.is_moderator,
    )


def _doing(request: web.Request, found: Found, here: str, head: CommunityHead | None) -> Doing | None:
    """What somebody who is signed in can do with each post."""
    session = session_of(request)
    if session is None:
        return None
    row = found.row
    is_hers = row.actor_id == session.actor_id and row.local and row.topic_kind == TopicKind.QUESTION.value
    governs = head is not None and found.seen is not None and found.seen.standing.is_moderator
    return Doing(
        csrf=session.csrf,
        actor_id=session.actor_id,
        back=here,
        own=found.own,
        asks=row.id if is_hers else None,
        may_answer=found.may_answer,
        governs=head.path if head is not None and governs else "",
    )


def _cards(found: Found, reader: Reader, doing: Doing | None) -> Callable[[Any], PostCard]:
    """Each post with what its author is in the community."""

    def card(each: Any) -> PostCard:
        author = found.people[each.actor_id]
        shown = acting_card(each, author, reader, doing, accepted_id=found.row.accepted_id)
        role = found.roles.get(author.uri)
        return replace(shown, role=ROLES[role]) if role is not None else shown

    return card


def _head(request: web.Request, seen: Seen | None, reader: Reader) -> CommunityHead | None:
    if seen is None:
        return None
    return community_head(request, seen.row, seen.community, seen.standing, reader)


def _page(
    request: web.Request,
    found: Found,
    path: str,
    here: str,
    post: PostCard,
    best: PostCard | None,
    replies: Sequence[Reply],
) -> Page:
    row, author = found.row, found.people[found.row.actor_id]
    crumbs = [Link(label=Sentence("Questions"), href="/questions")] if found.seen is None else []
    if found.seen is not None:
        crumbs = [
            Link(label=Sentence("Communities"), href="/communities"),
            Link(label=found.seen.row.name or found.seen.row.username, href=community_path(found.seen.row)),
        ]
    is_open = row.visibility == Visibility.PUBLIC.value
    return page_of(
        request,
        path,
        title=title_of_row(row),
        title_language=row.language,
        description=shorten(plain(row.content), 200) if not post.warning else post.warning,
        section="/communities" if found.seen is not None else "/questions",
        breadcrumbs=tuple(crumbs),
        alternates=(Alternate(media_type=ACTIVITY, href=row.uri), *embedding(request, row, path)) if is_open else (),
        social=Social(kind="article", creator=handle_of(author), published_at=row.published_at),
        json_ld=_json_ld(request, found, path, here, post, best, replies) if is_open else None,
        noindex=not row.local or not author.indexable or not is_open,
        live=f"/live?post={row.id}",
    )


# -- for search engines ----------------------------------------------------------------------------------------------


def _json_ld(
    request: web.Request,
    found: Found,
    path: str,
    here: str,
    post: PostCard,
    best: PostCard | None,
    replies: Sequence[Reply],
) -> Mapping[str, Any]:
    """A QAPage for a question, else a DiscussionForumPosting, of what everybody may read (schema.org)."""
    base, is_question = request.app[NODE].config.origin, found.row.topic_kind == TopicKind.QUESTION.value
    direct = [
        each.post
        for each in replies
        if each.depth == 0 and not each.post.gone and each.post.visibility in _OPEN and not each.post.accepted
    ]
    text = {"name": title_of_row(found.row), "text": plain(post.content.value), **_said(base, path, post)}
    if not is_question:
        return {
            "@context": "https://schema.org",
            "@type": "DiscussionForumPosting",
            "headline": text.pop("name"),
            **text,
            "comment": [_answer("Comment", base, here, each) for each in direct],
        }
    accepted = best if best is not None and best.visibility in _OPEN else None
    where = f"{path}?answer={found.row.accepted_id}"
    return {
        "@context": "https://schema.org",
        "@type": "QAPage",
        "mainEntity": {
            "@type": "Question",
            **text,
            "answerCount": found.total,
            **({"acceptedAnswer": _answer("Answer", base, where, accepted)} if accepted else {}),
            "suggestedAnswer": [_answer("Answer", base, here, each) for each in direct],
        },
    }


def _answer(kind: str, base: str, path: str, post: PostCard) -> dict[str, Any]:
    return {"@type": kind, "text": plain(post.content.value), **_said(base, f"{path}#{post.anchor}", post)}


def _said(base: str, path: str, post: PostCard) -> dict[str, Any]:
    return {
        "url": f"{base}{path}",
        "datePublished": to_rfc3339(post.published_at),
        "upvoteCount": post.likes,
        "author": {"@type": "Person", "name": post.author.name, "url": f"{base}{post.author.path}"},
    }
