"""What was typed becomes a post, at once or later. Units of work."""

from dataclasses import replace
from typing import Any

from sqlalchemy import Connection

from node.clock import from_rfc3339
from node.domain.drafts import Draft
from node.domain.visibility import Visibility
from node.domain.zones import from_wall
from node.errors import Gone, Invalid, NotFound, Problem
from node.media.links import MediaLinks
from node.sentences import Sentence
from node.services.context import Unit
from node.services.posts import media as media_service
from node.services.posts import placing, posts, scheduling
from node.store.access import idempotency
from node.store.people import actors
from node.store.posts import objects, scheduled, topics
from web.threads.desk import Desk
from web.threads.forms import Typed
from web.threads.paths import thread_path
from web.threads.waiting import PATH as WAITING

_WAITS = (WAITING, "waits")  # where what is for later stands, and the word for that page


def publish(
    conn: Connection, unit: Unit, author_id: int, typed: Typed, desk: Desk, links: MediaLinks, zone: str
) -> tuple[str, str]:
    """Answers the path of the page that shows it, and the word for that page. The same form again leads to what it
    made.
    """
    made_id = unit.ids.new()
    if typed.key:
        claimed = idempotency.claim(conn, author_id, f"page|{typed.key}", made_id, unit.now)
        if claimed != made_id:
            return _WAITS if scheduled.find_scheduled(conn, claimed) else _shown(conn, claimed)
    for media_id, alt in typed.media:
        media_service.describe(conn, author_id, media_id, description=alt, focus=None)
    draft = typed.draft(desk.community_id if desk.mode == "thread" else None)
    if desk.mode in {"post", "answer"}:
        draft = replace(draft, topic_kind=None, title="", link="")
    if desk.levels == () or typed.visibility not in desk.levels:
        draft = replace(draft, visibility=_wanted(desk))
    if typed.at and desk.mode != "answer":
        _schedule(conn, unit, author_id, draft, typed.at, zone, made_id)
        return _WAITS
    made = posts.publish(conn, unit, author_id, draft, links=links, post_id=made_id)
    return _shown(conn, made.id)


def _shown(conn: Connection, object_id: int) -> tuple[str, str]:
    path, found = path_of(conn, object_id), objects.find_object_by_id(conn, object_id)
    is_for_few = found is not None and found.visibility == Visibility.DIRECT
    return path, "sent" if is_for_few else "published"


def _schedule(conn: Connection, unit: Unit, author_id: int, draft: Draft, wall: str, zone: str, made_id: int) -> None:
    """For later; what a community would not take, it is told now."""
    at = from_rfc3339(from_wall(wall, zone) or "")
    if at is None:
        raise Invalid(problems=[Problem("$.scheduled_at", Sentence("a date and a time"), wall[:40])])
    placing.find_place(conn, unit, actors.load_actors_by_id(conn, [author_id])[author_id], draft, None, ())
    scheduling.schedule(conn, unit, author_id, draft, at, scheduled_id=made_id)


def _wanted(desk: Desk) -> Visibility | None:
    """An answer is for those who read what it answers."""
    return Visibility(desk.above.visibility) if desk.above is not None else None


def path_of(conn: Connection, object_id: int) -> str:
    """The page of a post of ours: that of its thread, with its place there."""
    found = objects.find_object_by_id(conn, object_id)
    if found is None:
        raise NotFound
    if found.state != objects.LIVE:
        raise Gone
    topic = topics.find_topic_of(conn, found.context) if found.in_reply_to else topics.find_topic(conn, found.id)
    root = objects.find_rows(conn, [topic.object_id]).get(topic.object_id) if topic else None
    if topic is None or root is None:
        author = actors.load_actors_by_id(conn, [found.actor_id])[found.actor_id]
        return f"/@{author.username}/p{found.id}"
    group = actors.find_actor_by_id(conn, topic.community_id) if topic.community_id else None
    path = thread_path(_Root(root, topic.kind), group)
    return path if root.id == found.id else f"{path}?answer={found.id}#p{found.id}"


class _Root:
    """A row of ``objects`` with the kind of its topic, as ``thread_path`` reads it."""

    def __init__(self, row: Any, kind: str) -> None:
        self.id, self.kind, self.name, self.topic_kind = row.id, row.kind, row.name, kind
        self.content, self.summary = row.content, row.summary
