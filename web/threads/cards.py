"""From rows to what pages of threads show: cards, the head of a community, what a reader can do with posts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from aiohttp import web

from node.domain.actors import handle_of
from node.domain.text import plain, shorten
from node.domain.visibility import Visibility
from node.store.communities.communities import Community
from node.store.reading.statuses import Own
from web.communities.rooms import rooms_of
from web.design.cards import Reader, actor_card, is_shown, post_card, said_of, warning_of
from web.design.parts import Link, Prose, SafeHtml, Text
from web.design.posts import Acts, Poll, PostCard
from web.sessions import session_of
from web.threads.paths import community_path, thread_path, title_of_row
from web.threads.views import CommunityHead, ThreadCard

_EXCERPT = 220
_SHARED = frozenset({Visibility.PUBLIC.value, Visibility.UNLISTED.value})


# -- communities -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Standing:
    """What a reader is to a community. ``membership``: '' (no member), member, asked.

    ``may_announce``: lead what is said; ``requests``, ``reports``: how many wait for her, who governs it.
    """

    membership: str = ""
    is_moderator: bool = False
    may_write: bool = False
    may_announce: bool = False
    requests: int = 0
    reports: int = 0


def community_head(
    request: web.Request, row: Any, community: Community, standing: Standing, reader: Reader
) -> CommunityHead:
    """``row``: the whole row of the Group."""
    session, path = session_of(request), community_path(row)
    return CommunityHead(
        path=path,
        name=row.name or row.username,
        handle=handle_of(row),
        avatar=reader.picture(row.icon, host=row.host),
        banner=reader.picture(row.image, host=row.host),
        purpose=_purpose(row, community),
        members=row.followers_count,
        visibility=community.visibility.value,
        join_policy=community.join_policy.value,
        membership=standing.membership,
        is_moderator=standing.is_moderator,
        may_write=standing.may_write,
        is_archived=community.is_archived,
        csrf=session.csrf if session else "",
        home=None if row.local else Link(label=row.host, href=row.url or row.uri),
        topics=tuple(community.topics),
        rooms=rooms_of(
            path,
            is_inside=standing.membership == "member",
            governs=standing.is_moderator,
            lives_here=row.local,
            requests=standing.requests,
            reports=standing.reports,
        ),
    )


def _purpose(row: Any, community: Community) -> Prose | None:
    """What it says of itself; the rules, which stand in its profile for apps, have a place of their own."""
    if community.purpose:
        from node.text.markdown import render_markdown  # late: the first community that is shown loads it

        return Prose(value=SafeHtml(render_markdown(community.purpose)))
    return Prose(value=SafeHtml(row.summary)) if row.summary and not row.local else None


# -- threads ---------------------------------------------------------------------------------------------------------


def thread_cards(
    rows: Iterable[Any], people: Mapping[int, Any], reader: Reader, *, with_community: bool = False
) -> tuple[ThreadCard, ...]:
    """``people``: whole rows of the authors and of the communities, by id."""
    return tuple(
        _thread_card(row, people[row.actor_id], people.get(row.community_id or 0), reader, with_community)
        for row in rows
        if row.actor_id in people and not reader.hides_actor(people[row.actor_id])
    )


def _thread_card(row: Any, author: Any, group: Any | None, reader: Reader, with_community: bool) -> ThreadCard:
    title, warning = title_of_row(row), warning_of(row)
    text = plain(said_of(row) or row.summary)
    community = Link(label=group.name or group.username, href=community_path(group)) if group is not None else None
    return ThreadCard(
        path=thread_path(row, group),
        kind=row.topic_kind,
        title=Text(value=title, language=row.language),
        author=actor_card(author, reader),
        published_at=row.published_at,
        active_at=row.last_activity_at,
        excerpt="" if warning else shorten(_after_title(text, title), _EXCERPT),
        warning=warning,
        answers=row.replies_count,
        answered=row.accepted_id is not None,
        locked=row.locked,
        pinned=row.pinned_at is not None,
        community=community if with_community else None,
        visibility=row.visibility,
    )


def _after_title(text: str, title: str) -> str:
    """A title that is the first sentence need not be read twice; one that ends within it stays part of it.

    >>> _after_title("The next book. We read aloud.", "The next book")
    'We read aloud.'
    >>> _after_title("The next book, forty pages. We read aloud.", "The next book")
    'The next book, forty pages. We read aloud.'
    """
    rest = text.removeprefix(title)
    is_whole = title != "" and text.startswith(title) and (not rest or rest[0] in ".!?" or rest[0].isspace())
    return rest.lstrip(".!? \n") if is_whole else text


# -- what a reader can do --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Doing:
    """Who reads, what she did, and what she may do on this page.

    ``asks``: the question that is hers; ``may_answer``: in this thread; ``governs``: the path of the community that
    she governs.
    """

    csrf: str
    actor_id: int
    back: str
    own: Own
    asks: int | None = None
    may_answer: bool = True
    governs: str = ""


def with_acts(row: Any, card: PostCard, doing: Doing | None, *, accepted_id: int | None = None) -> PostCard:
    """The card with its anchor and, for who is signed in, with what she can do."""
    shown = replace(card, anchor=f"p{row.id}", accepted=accepted_id == row.id)
    if doing is None or card.gone:
        return shown
    is_own = row.actor_id == doing.actor_id
    return replace(
        shown,
        poll=_poll(shown.poll, row.id, doing, is_own=is_own) if shown.poll is not None else None,
        acts=Acts(
            csrf=doing.csrf,
            path=f"/posts/{row.id}",
            back=doing.back,
            liked=row.id in doing.own.favourited,
            shared=row.id in doing.own.shared,
            bookmarked=row.id in doing.own.bookmarked,
            may_share=row.visibility in _SHARED,
            may_answer=doing.may_answer,
            is_own=is_own and row.local and row.kind in {"note", "question", "page"},
            accepts=doing.asks is not None and row.id != doing.asks,
            moderate_path=f"{doing.governs}/moderate?post={row.id}" if doing.governs and row.in_reply_to else "",
        ),
    )


def _poll(poll: Poll, object_id: int, doing: Doing, *, is_own: bool) -> Poll:
    """What the reader chose, and whether she may still choose: once, and not in her own."""
    chosen = doing.own.votes.get(object_id, ())
    options = tuple(replace(each, chosen=each.label in chosen) for each in poll.options)
    may_vote = not (poll.closed or chosen or is_own)
    return replace(poll, options=options, key=str(object_id) if may_vote else "")


def acting_card(
    row: Any, author: Any, reader: Reader, doing: Doing | None, *, accepted_id: int | None = None
) -> PostCard:
    """A post as a card with what can be done."""
    return with_acts(row, post_card(row, author, reader), doing, accepted_id=accepted_id)


def acting_cards(
    request: web.Request, rows: Sequence[Any], authors: Mapping[int, Any], reader: Reader, own: Own, back: str
) -> tuple[PostCard, ...]:
    """Posts of a list as cards; who is signed in can act on each. ``back``: the page that shows them."""
    session = session_of(request)
    doing = Doing(csrf=session.csrf, actor_id=session.actor_id, back=back, own=own) if session else None
    return tuple(
        acting_card(row, authors[row.actor_id], reader, doing) for row in rows if is_shown(row, authors, reader)
    )
