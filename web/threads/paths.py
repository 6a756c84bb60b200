"""Where threads and communities are found on our pages, own and remote ones."""

from typing import Any

from node.domain.communities import TopicKind
from node.domain.posts import PostKind
from node.domain.slugs import slug_of
from node.domain.text import plain
from node.domain.topics import title_of, topic_path


def community_path(group: Any) -> str:
    """``/c/metals``, ``/c/metals@learn.uni.example``; ``group``: an actor or its row."""
    return f"/c/{group.username}" if group.local else f"/c/{group.username}@{group.host}"


def title_of_row(row: Any) -> str:
    """What a thread is called; ``row``: its first post."""
    return title_of(plain(row.name), plain(row.content or row.summary))


def thread_path(row: Any, group: Any | None) -> str:
    """The page of a thread; an event has one of its own. ``row``: as ``store.reading.threads`` reads it."""
    title = title_of_row(row)
    if row.kind == PostKind.EVENT.value:
        return f"/e/{row.id}-{slug_of(title, otherwise='event')}"
    community = community_path(group).removeprefix("/c/") if group is not None else ""
    return topic_path(row.id, title, TopicKind(row.topic_kind), community=community)
