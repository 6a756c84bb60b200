"""What pages show of threads: lists of them, and one with everything that was written in it.

Only what the reader may see, and nothing of people whom she does not want to read; what was deleted keeps its place in
a thread, because answers hang on it.
"""

import enum
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, func, literal, or_, select

from node.domain.communities import TopicKind
from node.store.objects import DELETED
from node.store.showing import MAX_DEPTH
from node.store.tables import actors, objects, topics
from node.store.topics import LIVE
from node.store.visible import not_hidden_from, visible_to

#: So many posts of a thread stand on one page, whatever hangs on its answers.
MOST_POSTS = 500


class Order(enum.StrEnum):
    NEWEST = "newest"  # threads by when they began
    ACTIVE = "active"  # by when somebody wrote in them last


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which threads are asked for. ``community_id``: None for all, of communities and outside of them.

    ``after``: where the page before ended (``Position`` of its last row).
    """

    viewer_id: int | None
    now: int
    community_id: int | None = None
    kinds: Collection[TopicKind] = ()
    is_open: bool | None = None  # of questions: without an accepted answer, or with one
    author_id: int | None = None
    order: Order = Order.NEWEST
    after: tuple[int, int] | None = None
    limit: int = 20
    pinned: bool = False
    listed: bool = False  # for lists that everybody reads: nothing that is only for those who have its address


_COLUMNS = [column for column in objects.c if column.name != "raw"]
_TOPIC = [
    topics.c.kind.label("topic_kind"),
    topics.c.community_id,
    topics.c.locked,
    topics.c.pinned_at,
    topics.c.last_activity_at,
    topics.c.accepted_id,
]


def position_of(row: Row[Any]) -> tuple[int, int]:
    """Where a list goes on after this row, in either order."""
    return row.last_activity_at, row.id


def list_threads(conn: Connection, wanted: Wanted) -> Sequence[Row[Any]]:
    """First posts of threads: columns of ``objects`` without ``raw``, and of their topics (``topic_kind``)."""
    return conn.execute(_listing(wanted), {"now": wanted.now}).all()


def _listing(wanted: Wanted) -> Select[Any]:
    query = (
        select(*_COLUMNS, *_TOPIC)
        .join(topics, topics.c.object_id == objects.c.id)
        .where(*_conditions(wanted))
        .limit(wanted.limit)
    )
    if wanted.pinned:
        return query.order_by(topics.c.pinned_at.desc(), objects.c.id.desc())
    if wanted.order is Order.ACTIVE:
        return query.order_by(topics.c.last_activity_at.desc(), topics.c.object_id.desc())
    return query.order_by(topics.c.object_id.desc())


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    author = select(actors.c.state).where(actors.c.id == objects.c.actor_id).scalar_subquery()
    found: list[ColumnElement[bool]] = [
        topics.c.state == LIVE,
        visible_to(wanted.viewer_id),
        author == "active",
        *not_hidden_from(wanted.viewer_id, objects.c.actor_id),
    ]
    if wanted.community_id is not None:
        found.append(topics.c.community_id == wanted.community_id)
    if wanted.kinds:
        found.append(topics.c.kind.in_([kind.value for kind in wanted.kinds]))
    if wanted.is_open is not None:
        found.append(topics.c.accepted_id.is_(None) if wanted.is_open else topics.c.accepted_id.is_not(None))
    if wanted.author_id is not None:
        found.append(objects.c.actor_id == wanted.author_id)
    if wanted.pinned:
        found.append(topics.c.pinned_at.is_not(None))
    if wanted.listed:
        found.append(objects.c.visibility != "unlisted")
    if wanted.after is not None:
        found.append(_comes_after(wanted.order, *wanted.after))
    return found


def _comes_after(order: Order, at: int, object_id: int) -> ColumnElement[bool]:
    if order is Order.NEWEST:
        return topics.c.object_id < object_id
    same = and_(topics.c.last_activity_at == at, topics.c.object_id < object_id)
    return or_(topics.c.last_activity_at < at, same)


# -- one thread ------------------------------------------------------------------------------------------------------


def find_thread(conn: Connection, object_id: int, viewer_id: int | None) -> Row[Any] | None:
    """The first post of a thread, as in lists; None where it is none, or not for this reader."""
    query = select(*_COLUMNS, *_TOPIC).join(topics, topics.c.object_id == objects.c.id)
    is_author = objects.c.actor_id == viewer_id if viewer_id is not None else literal(value=False)
    is_there = or_(topics.c.state == LIVE, is_author)
    return conn.execute(query.where(objects.c.id == object_id, visible_to(viewer_id), is_there)).first()


def load_post(conn: Connection, object_id: int, viewer_id: int | None) -> Row[Any] | None:
    return load_posts(conn, [object_id], viewer_id).get(object_id)


def load_posts(conn: Connection, ids: Collection[int], viewer_id: int | None) -> dict[int, Row[Any]]:
    """Those of these posts that this reader may see, by id: columns of ``objects`` without ``raw``."""
    if not ids:
        return {}
    query: Select[Any] = select(*_COLUMNS).where(objects.c.id.in_(list(ids)), visible_to(viewer_id))
    return {row.id: row for row in conn.execute(query)}


def load_answers(
    conn: Connection, object_id: int, viewer_id: int | None, now: int, *, after: int = 0, limit: int = 50
) -> Sequence[Row[Any]]:
    """What answers a post and what hangs on that, each with its ``depth`` from 0, the oldest first; one statement.

    ``after`` and ``limit`` are about direct answers. What was deleted is there, as such.
    """
    shown = and_(
        or_(objects.c.state == DELETED, visible_to(viewer_id)), *not_hidden_from(viewer_id, objects.c.actor_id)
    )
    direct = (
        select(objects.c.id, literal(0).label("depth"))
        .where(objects.c.in_reply_to_id == object_id, objects.c.id > after, shown)
        .order_by(objects.c.id)
        .limit(limit)
        .subquery()
    )
    tree = select(direct.c.id, direct.c.depth).cte("answers", recursive=True)
    child = objects.alias()
    tree = tree.union_all(
        select(child.c.id, tree.c.depth + 1).where(child.c.in_reply_to_id == tree.c.id, tree.c.depth < MAX_DEPTH)
    )
    query: Select[Any] = select(*_COLUMNS, tree.c.depth).join(tree, tree.c.id == objects.c.id).where(shown)
    return conn.execute(query.order_by(objects.c.id).limit(MOST_POSTS), {"now": now}).all()


def count_answers(conn: Connection, object_id: int, viewer_id: int | None) -> int:
    """How many posts answer this one directly and are there for this reader."""
    query = select(func.count()).where(objects.c.in_reply_to_id == object_id, visible_to(viewer_id))
    return conn.scalar(query) or 0
