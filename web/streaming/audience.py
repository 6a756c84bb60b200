"""Who gets what: from news to messages for those who listen now, in one unit of reading."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection

from node.domain.visibility import Visibility
from node.store.news import notification_lists, streams
from node.store.news.streams import Post
from node.store.posts import conversations
from web.client_api.entities import announcements as announcement_entities
from web.client_api.entities import conversations as conversation_entities
from web.client_api.entities import notifications as notification_entities
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
from web.streaming.interests import Delivery, Interests
from web.streaming.posts import SAME_FOR_ALL, deliver, home_targets, list_targets, open_targets

_READ_IN_THREADS = SAME_FOR_ALL | {Visibility.COMMUNITY}


def plan(conn: Connection, look: Look, said: Sequence[Mapping[str, Any]], interests: Interests) -> list[Delivery]:
    """What becomes of these messages (``node.services.news.messages``), in their order."""
    return [
        delivery
        for message in said
        if (act := _ACTS.get(message["event"])) is not None
        for delivery in act(conn, look, message, interests)
    ]


_Act = Callable[[Connection, Look, Mapping[str, Any], Interests], Iterable[Delivery]]


def _update(conn: Connection, look: Look, message: Mapping[str, Any], interests: Interests) -> Iterator[Delivery]:
    posts = {post.entry_id: post for post in streams.load_posts(conn, message["ids"])}
    targets = [*home_targets(conn, posts.values(), interests), *open_targets(conn, look, posts.values(), interests)]
    yield from deliver(conn, look, "update", targets)
    yield from _answers(posts.values(), interests)


def _answers(posts: Iterable[Post], interests: Interests) -> Iterator[Delivery]:
    """Pages that show a conversation hear that something was written in it, but for what is meant for few."""
    for context in {post.context for post in posts if post.context and post.visibility in _READ_IN_THREADS}:
        if (channel := Channel(THREAD, context)) in interests.channels:
            yield Delivery(channel, None, "answers", b"1")


def _share(conn: Connection, look: Look, message: Mapping[str, Any], interests: Interests) -> Iterator[Delivery]:
    """A boost: for those on whose timelines it put the post, and lists that hold the sharer."""
    shares = streams.load_shares(conn, message["ids"])
    targets = [*home_targets(conn, shares, interests), *list_targets(conn, shares, interests)]
    return deliver(conn, look, "update", targets)


def _edit(conn: Connection, look: Look, message: Mapping[str, Any], interests: Interests) -> Iterator[Delivery]:
    posts = streams.load_posts(conn, message["ids"])
    homes = home_targets(conn, posts, interests, however=True)
    return deliver(conn, look, "status.update", [*homes, *open_targets(conn, look, posts, interests)])


def _delete(conn: Connection, _look: Look, message: Mapping[str, Any], interests: Interests) -> Iterator[Delivery]:
    """The bare id, for those who may have it before them; nobody else learns that there was something."""
    (object_id,) = message["ids"]
    payload = str(object_id).encode()
    is_for_all, had = message["visibility"] in SAME_FOR_ALL, interests.people(USER, LIST)
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
