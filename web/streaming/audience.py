"""Who gets what: from news to messages for those who listen now, in one unit of reading.

A message is filtered when it is sent, by visibility, blocks, mutes and filters of each reader (STR6), and rendered as
REST would render it for that reader; readers to whom a post looks the same share one rendering.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, NamedTuple

from sqlalchemy import Connection

from node.domain.filters import FilterContext
from node.domain.posts import QuotePolicy
from node.domain.visibility import Visibility
from node.store.news import notification_lists, streams
from node.store.news.streams import Post
from node.store.posts import conversations
from node.store.reading import filters, hearing
from web.client_api.entities import announcements as announcement_entities
from web.client_api.entities import conversations as conversation_entities
from web.client_api.entities import notifications as notification_entities
from web.client_api.entities import statuses
from web.client_api.entities.look import Look
from web.streaming.channels import (
    DIRECT,
    HASHTAG,
    HASHTAG_LOCAL,
    LIST,
    NEWS,
    NOTIFICATIONS,
    PUBLIC,
    THREAD,
    USER,
    Channel,
)

#: Everybody here may read these, and sees the same of them as long as no block stands between.
_SAME_FOR_ALL = frozenset({Visibility.PUBLIC, Visibility.UNLISTED, Visibility.ORGANISATION, Visibility.PARTNERS})
_READ_IN_THREADS = _SAME_FOR_ALL | {Visibility.COMMUNITY}


class Delivery(NamedTuple):
    """One event for some of those who listen to a channel; ``viewers`` None: for all of them."""

    channel: Channel
    viewers: Collection[int] | None
    event: str
    payload: bytes | None


@dataclass(frozen=True, slots=True)
class Interests:
    """What is listened to in this process at one moment: the people behind each channel."""

    channels: Mapping[Channel, frozenset[int]]

    def people(self, *names: str) -> set[int]:
        """Those who listen to something of their own."""
        return {viewer for channel, viewers in self.channels.items() if channel.name in names for viewer in viewers}

    def of(self, name: str) -> list[Channel]:
        return [channel for channel in self.channels if channel.name == name]


def plan(conn: Connection, look: Look, said: Sequence[Mapping[str, Any]], interests: Interests) -> list[Delivery]:
    """What becomes of these messages (``node.services.news.messages``), in their order."""
    return [
        delivery
        for message in said
        if (act := _ACTS.get(message["event"])) is not None
        for delivery in act(conn, look, message, interests)
    ]


_Act = Callable[[Connection, Look, Mapping[str, Any], Interests], Iterable[Delivery]]


# -- posts ------------------------------------------------------------------------------------------------------------


class _Target(NamedTuple):
    """A post for the readers of one channel."""

    channel: Channel
    shown_id: int  # what is rendered: the post, or the boost
    post: Post
    viewers: frozenset[int]
    context: FilterContext


def _update(conn: Connection, look: Look, message: Mapping[str, Any], interests: Interests) -> Iterator[Delivery]:
    posts = {post.entry_id: post for post in streams.load_posts(conn, message["ids"])}
    targets = [*_home_targets(conn, posts.values(), interests), *_open_targets(conn, look, posts.values(), interests)]
    yield from _deliver(conn, look, "update", targets)
    yield from _answers(posts.values(), interests)


def _answers(posts: Iterable[Post], interests: Interests) -> Iterator[Delivery]:
    """Pages that show a conversation hear that something was written in it, but for what is meant for few."""
    for context in {post.context for post in posts if post.context and post.visibility in _READ_IN_THREADS}:
        if (channel := Channel(THREAD, context)) in interests.channels:
            yield Delivery(channel, None, "answers", b"1")


def _share(conn: Connection, look: Look, message: Mapping[str, Any], interests: Interests) -> Iterator[Delivery]:
    """A boost: for those on whose timelines it put the post, and lists that hold the sharer."""
    shares = streams.load_shares(conn, message["ids"])
    targets = [*_home_targets(conn, shares, interests), *_list_targets(conn, shares, interests)]
    return _deliver(conn, look, "update", targets)


def _edit(conn: Connection, look: Look, message: Mapping[str, Any], interests: Interests) -> Iterator[Delivery]:
    posts = streams.load_posts(conn, message["ids"])
    homes = _home_targets(conn, posts, interests, however=True)
    return _deliver(conn, look, "status.update", [*homes, *_open_targets(conn, look, posts, interests)])


def _home_targets(
    conn: Connection, posts: Iterable[Post], interests: Interests, *, however: bool = False
) -> Iterator[_Target]:
    """Home timelines that hold the entry; ``however``: that hold the post, be it by a boost."""
    listed = list(posts)
    entries = {(post.entry_id, post.object_id): post for post in listed}
    by_object = {post.object_id: post for post in listed}
    users = interests.people(USER)
    for entry_id, owner_id, object_id in streams.load_homes(conn, list(by_object), users):
        post = by_object[object_id] if however else entries.get((entry_id, object_id))
        if post is not None:
            channel = Channel(USER, owner_id)
            yield _Target(channel, post.entry_id, post, frozenset({owner_id}), FilterContext.HOME)


def _open_targets(conn: Connection, look: Look, posts: Iterable[Post], interests: Interests) -> Iterator[_Target]:
    """Public streams, hashtags and lists."""
    listed = list(posts)
    shown = [post for post in listed if post.visibility == Visibility.PUBLIC and _is_listed(look, post)]
    has_readers = interests.of(HASHTAG) or interests.of(HASHTAG_LOCAL)
    tags = streams.load_tags(conn, [post.object_id for post in shown]) if has_readers else {}
    for post in shown:
        for channel in _open_channels(post, tags.get(post.object_id, ())):
            if (viewers := interests.channels.get(channel)) is not None:
                yield _Target(channel, post.entry_id, post, viewers, FilterContext.PUBLIC)
    yield from _list_targets(conn, listed, interests)


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


def _list_targets(conn: Connection, posts: Sequence[Post], interests: Interests) -> Iterator[_Target]:
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
                yield _Target(channel, post.entry_id, post, frozenset({row.owner_id}), FilterContext.HOME)


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


def _deliver(conn: Connection, look: Look, event: str, targets: Sequence[_Target]) -> Iterator[Delivery]:
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


def _asked_of(targets: Sequence[_Target], filtering: Collection[int]) -> Mapping[tuple[int, FilterContext], set[int]]:
    asked: defaultdict[tuple[int, FilterContext], set[int]] = defaultdict(set)
    for target in targets:
        for viewer in target.viewers & set(filtering):
            asked[viewer, target.context].add(target.post.object_id)
    return asked


def _render(
    conn: Connection, look: Look, wanted: Sequence[tuple[_Target, int]], filtering: Collection[int]
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
    if post.visibility in _SAME_FOR_ALL or (post.visibility == Visibility.FOLLOWERS and follows):
        return ("same", follows)
    return viewer


# -- what else happens ------------------------------------------------------------------------------------------------


def _delete(conn: Connection, _look: Look, message: Mapping[str, Any], interests: Interests) -> Iterator[Delivery]:
    """The bare id, for those who may have it before them; nobody else learns that there was something."""
    (object_id,) = message["ids"]
    payload = str(object_id).encode()
    is_for_all, had = message["visibility"] in _SAME_FOR_ALL, interests.people(USER, LIST)
    if message["owners"] is not None:
        had &= set(message["owners"])
    elif not is_for_all:
        had = {viewer for viewer, _ in streams.load_following(conn, had, [message["actor"]])}
    wanted = [Channel(USER, viewer) for viewer in sorted(had)]
    if message["visibility"] == Visibility.PUBLIC:
        wanted += [channel for channel in interests.channels if channel.name in {*PUBLIC, HASHTAG, HASHTAG_LOCAL}]
    lists = {int(channel.parameter) for channel in interests.of(LIST)}
    of_lists = streams.load_listed(conn, lists, [message["actor"]])
    wanted += [Channel(LIST, row.id) for row in of_lists if is_for_all or row.owner_id in had]
    for channel in wanted:
        yield Delivery(channel, None, "delete", payload)


def _notification(conn: Connection, look: Look, message: Mapping[str, Any], interests: Interests) -> Iterator[Delivery]:
    here = interests.people(USER, NOTIFICATIONS)
    wanted = [each for each, owner in zip(message["ids"], message["owners"], strict=True) if owner in here]
    by_owner: defaultdict[int, list[Any]] = defaultdict(list)
    for row in sorted(notification_lists.load_rows(conn, wanted), key=lambda row: row.id):
        by_owner[row.owner_id].append(row)
    for owner, rows in by_owner.items():
        for body in notification_entities.render(conn, look, owner, rows).values():
            for name in (USER, NOTIFICATIONS):
                yield Delivery(Channel(name, owner), None, "notification", body)
    for owner in interests.people(NEWS) & set(message["owners"]):
        yield Delivery(Channel(NEWS, owner), None, "news", str(streams.count_new(conn, owner, look.now)).encode())


def _conversation(conn: Connection, look: Look, message: Mapping[str, Any], interests: Interests) -> Iterator[Delivery]:
    here = interests.people(DIRECT)
    by_owner: defaultdict[int, list[Any]] = defaultdict(list)
    for row in conversations.load_conversations(conn, message["ids"]) if here else ():
        if row.owner_id in here:
            by_owner[row.owner_id].append(row)
    for owner, rows in by_owner.items():
        for body in conversation_entities.render(conn, look, owner, rows).values():
            yield Delivery(Channel(DIRECT, owner), None, "conversation", body)


def _to_owners(_conn: Connection, _look: Look, message: Mapping[str, Any], interests: Interests) -> Iterator[Delivery]:
    for owner in message["owners"]:
        if (channel := Channel(USER, owner)) in interests.channels:
            yield Delivery(channel, None, message["event"], None)


def _announcement(conn: Connection, look: Look, message: Mapping[str, Any], interests: Interests) -> Iterator[Delivery]:
    """For everybody; as nobody has read it yet."""
    (announcement_id,) = message["ids"]
    if message["event"] == "announcement.delete":
        payload: bytes | None = str(announcement_id).encode()
    elif message["event"] == "announcement.reaction":
        payload = announcement_entities.reaction(conn, announcement_id, message["name"])
    else:
        payload = announcement_entities.render(conn, None, [announcement_id]).get(announcement_id)
    for channel in interests.of(USER) if payload is not None else ():
        yield Delivery(channel, None, message["event"], payload)


_ACTS: Mapping[str, _Act] = MappingProxyType(
    {
        "update": _update,
        "share": _share,
        "status.update": _edit,
        "delete": _delete,
        "notification": _notification,
        "conversation": _conversation,
        "filters_changed": _to_owners,
        "notifications_merged": _to_owners,
        "announcement": _announcement,
        "announcement.reaction": _announcement,
        "announcement.delete": _announcement,
    }
)
