"""Posts for those who listen: on whose streams each stands, and how it looks to each of them.

A post is filtered when it is sent, by visibility, blocks, mutes and filters of each reader (STR6), and rendered as REST
would render it for that reader; readers to whom it looks the same share one rendering.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection

from node.domain.filters import FilterContext
from node.domain.posts import QuotePolicy
from node.domain.visibility import Visibility
from node.store.news import streams
from node.store.news.streams import Post
from node.store.reading import filters, hearing
from web.client_api.entities import statuses
from web.client_api.entities.look import Look
from web.streaming.channels import HASHTAG, HASHTAG_LOCAL, LIST, USER, Channel
from web.streaming.interests import Delivery, Interests

#: Everybody here may read these, and sees the same of them as long as no block stands between.
SAME_FOR_ALL = frozenset({Visibility.PUBLIC, Visibility.UNLISTED, Visibility.ORGANISATION, Visibility.PARTNERS})


class Target(NamedTuple):
    """A post for the readers of one channel."""

    channel: Channel
    shown_id: int  # what is rendered: the post, or the boost
    post: Post
    viewers: frozenset[int]
    context: FilterContext


def home_targets(
    conn: Connection, posts: Iterable[Post], interests: Interests, *, however: bool = False
) -> Iterator[Target]:
    """Home timelines that hold the entry; ``however``: that hold the post, be it by a boost."""
    listed = list(posts)
    entries = {(post.entry_id, post.object_id): post for post in listed}
    by_object = {post.object_id: post for post in listed}
    users = interests.people(USER)
    for entry_id, owner_id, object_id in streams.load_homes(conn, list(by_object), users):
        post = by_object[object_id] if however else entries.get((entry_id, object_id))
        if post is not None:
            channel = Channel(USER, owner_id)
            yield Target(channel, post.entry_id, post, frozenset({owner_id}), FilterContext.HOME)


def open_targets(conn: Connection, look: Look, posts: Iterable[Post], interests: Interests) -> Iterator[Target]:
    """Public streams, hashtags and lists."""
    listed = list(posts)
    shown = [post for post in listed if post.visibility == Visibility.PUBLIC and _is_listed(look, post)]
    has_readers = interests.of(HASHTAG) or interests.of(HASHTAG_LOCAL)
    tags = streams.load_tags(conn, [post.object_id for post in shown]) if has_readers else {}
    for post in shown:
        for channel in _open_channels(post, tags.get(post.object_id, ())):
            if (viewers := interests.channels.get(channel)) is not None:
                yield Target(channel, post.entry_id, post, viewers, FilterContext.PUBLIC)
    yield from list_targets(conn, listed, interests)


def _is_listed(look: Look, post: Post) -> bool:
    """Whether moderators let the author stand in public."""
    return not look.policies.is_limited(post.host) and not look.policies.is_silenced(post.author_uri)


def _open_channels(post: Post, tags: Iterable[str]) -> Iterator[Channel]:
    for tag in tags:
        yield Channel(HASHTAG, tag)
        if post.local:
            yield Channel(HASHTAG_LOCAL, tag)
    if post.in_reply_to is not None:
        return
    for origin in ("", ":local" if post.local else ":remote"):
        for media in ("", ":media") if post.has_media else ("",):
            yield Channel(f"public{origin}{media}")


def list_targets(conn: Connection, posts: Sequence[Post], interests: Interests) -> Iterator[Target]:
    """Lists that hold the author, or who shared it."""
    wanted = {int(channel.parameter) for channel in interests.of(LIST)}
    by_actor: defaultdict[int, list[Post]] = defaultdict(list)
    for post in posts:
        if post.visibility != Visibility.DIRECT:
            by_actor[post.sharer_id or post.author_id].append(post)
    rows = streams.load_listed(conn, wanted, list(by_actor))
    parents = {post.parent_author_id for post in posts if post.parent_author_id is not None}
    answered = {(row.id, row.member_id) for row in streams.load_listed(conn, wanted, parents)} if rows else set()
    followed = streams.load_following(conn, {row.owner_id for row in rows}, parents) if rows else set()
    for row in rows:
        for post in by_actor[row.member_id]:
            if _is_on_list(row, post, answered, followed):
                channel = Channel(LIST, row.id)
                yield Target(channel, post.entry_id, post, frozenset({row.owner_id}), FilterContext.HOME)


def _is_on_list(row: Any, post: Post, answered: set[tuple[int, int]], followed: set[tuple[int, int]]) -> bool:
    """Boosts are on a list where its owner wants those of the sharer, answers to others as its policy says."""
    if post.sharer_id is not None:
        return bool(row.shows_reblogs)
    if post.in_reply_to is None or post.parent_author_id == post.author_id:
        return True
    if post.parent_author_id is None or row.replies_policy == "none":
        return False
    if row.replies_policy == "followed":
        return (row.owner_id, post.parent_author_id) in followed
    return (row.id, post.parent_author_id) in answered


def deliver(conn: Connection, look: Look, event: str, targets: Sequence[Target]) -> Iterator[Delivery]:
    """Each of these posts for those of its readers who hear its author, as it looks to them."""
    if not targets:
        return
    viewers = {viewer for target in targets for viewer in target.viewers}
    actors = {actor for target in targets for actor in (target.post.author_id, target.post.sharer_id) if actor}
    deaf = hearing.load_deaf(conn, viewers, actors, look.now, notices=False)
    filtering = streams.load_filtering(conn, viewers)
    hidden = {
        (viewer, context): filters.load_hidden(conn, viewer, context, objects, look.now)
        for (viewer, context), objects in _asked_of(targets, filtering).items()
    }
    wanted = [
        (target, viewer)
        for target in targets
        for viewer in target.viewers
        if not {(viewer, target.post.author_id), (viewer, target.post.sharer_id)} & deaf
        and (viewer == target.post.author_id or target.post.object_id not in hidden.get((viewer, target.context), ()))
    ]
    rendered = _render(conn, look, wanted, filtering)
    readers: defaultdict[tuple[Channel, int, bytes], list[int]] = defaultdict(list)
    for target, viewer in wanted:
        if (body := rendered.get((target.shown_id, viewer))) is not None:
            readers[target.channel, target.shown_id, body].append(viewer)
    for (channel, _, body), who in readers.items():
        yield Delivery(channel, who, event, body)


def _asked_of(targets: Sequence[Target], filtering: Collection[int]) -> Mapping[tuple[int, FilterContext], set[int]]:
    asked: defaultdict[tuple[int, FilterContext], set[int]] = defaultdict(set)
    for target in targets:
        for viewer in target.viewers & set(filtering):
            asked[viewer, target.context].add(target.post.object_id)
    return asked


def _render(
    conn: Connection, look: Look, wanted: Sequence[tuple[Target, int]], filtering: Collection[int]
) -> dict[tuple[int, int], bytes]:
    """``(what is shown, viewer)`` -> Status; rendered once for all to whom it looks the same."""
    posts = {target.shown_id: target.post for target, _ in wanted}
    viewers = {viewer for _, viewer in wanted}
    objects = {post.object_id for post in posts.values()}
    own = streams.load_own(conn, objects, viewers)
    close = {post.author_id for post in posts.values() if _depends_on_following(post)}
    following = streams.load_following(conn, viewers, close)
    looks: defaultdict[tuple[int, Any], list[int]] = defaultdict(list)
    for shown_id, viewer in dict.fromkeys((target.shown_id, viewer) for target, viewer in wanted):
        post = posts[shown_id]
        is_own = viewer in filtering or (viewer, post.object_id) in own
        state = viewer if is_own else _state(post, viewer, (viewer, post.author_id) in following)
        looks[shown_id, state].append(viewer)
    by_example: defaultdict[int, list[tuple[int, list[int]]]] = defaultdict(list)
    for (shown_id, _), who in looks.items():
        by_example[who[0]].append((shown_id, who))
    found: dict[tuple[int, int], bytes] = {}
    for example, parts in by_example.items():
        bodies = statuses.render(conn, look, [shown_id for shown_id, _ in parts], example)
        for shown_id, who in parts:
            if shown_id in bodies:
                found.update(((shown_id, viewer), bodies[shown_id]) for viewer in who)
    return found


def _depends_on_following(post: Post) -> bool:
    details = post.details or {}
    return post.visibility == Visibility.FOLLOWERS or details.get("quote_policy") == QuotePolicy.FOLLOWERS


def _state(post: Post, viewer: int, follows: bool) -> Any:
    """What the look of a post depends on for somebody who did nothing with it; the viewer where she is alone with it.

    A quote within it may be visible to one and not to another.
    """
    if (post.details or {}).get("quote"):
        return viewer
    if post.visibility in SAME_FOR_ALL or (post.visibility == Visibility.FOLLOWERS and follows):
        return ("same", follows)
    return viewer
