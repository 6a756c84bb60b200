"""What pages show of threads: lists of them, and one with everything that was written in it.

Only what the reader may see, and nothing of people whom she does not want to read; what was deleted keeps its place in
a thread, because answers hang on it.
"""

import enum
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Row,
    Select,
    and_,
    bindparam,
    exists,
    func,
    literal,
    or_,
    select,
)

from node.domain.communities import TopicKind
from node.domain.visibility import Visibility
from node.store.database.prepared import Prepared
from node.store.posts.objects import DELETED
from node.store.posts.topics import LIVE
from node.store.reading.conversation import MAX_DEPTH
from node.store.reading.visible import SOMEONE, not_hidden_from, not_secret_to, seen_by, visible_to
from node.store.tables import actors, objects, topics

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
    at, object_id = wanted.after or (0, 0)
    values = {
        "now": wanted.now,
        "limit": wanted.limit,
        "kinds": [kind.value for kind in wanted.kinds],
        "community": wanted.community_id,
        "author": wanted.author_id,
        "at": at,
        "id": object_id,
        **seen_by(wanted.viewer_id),
    }
    return _prepared(_shape(wanted)).run(conn, values)


@dataclass(frozen=True, slots=True)
class Shape:
    """What a statement of a list depends on; its values come when it is run."""

    has_viewer: bool
    has_community: bool
    has_kinds: bool
    has_author: bool
    is_open: bool | None
    order: Order
    goes_on: bool
    pinned: bool
    listed: bool


def _shape(wanted: Wanted) -> Shape:
    return Shape(
        has_viewer=wanted.viewer_id is not None,
        has_community=wanted.community_id is not None,
        has_kinds=bool(wanted.kinds),
        has_author=wanted.author_id is not None,
        is_open=wanted.is_open,
        order=wanted.order,
        goes_on=wanted.after is not None,
        pinned=wanted.pinned,
        listed=wanted.listed,
    )


@cache
def _prepared(shape: Shape) -> Prepared:
    return Prepared(listing(shape), many="kinds" if shape.has_kinds else (), named=True)


def listing(shape: Shape) -> Select[Any]:
    """The statement of a list."""
    query = select(*_COLUMNS, *_TOPIC).join(topics, topics.c.object_id == objects.c.id)
    query = query.where(*_conditions(shape)).limit(_number("limit"))
    if shape.pinned:
        return query.order_by(topics.c.pinned_at.desc(), objects.c.id.desc())
    if shape.order is Order.ACTIVE:
        return query.order_by(topics.c.last_activity_at.desc(), topics.c.object_id.desc())
    return query.order_by(topics.c.object_id.desc())


def _number(name: str) -> Any:
    return bindparam(name, type_=BigInteger)


def _conditions(shape: Shape) -> list[ColumnElement[bool]]:
    viewer_id = SOMEONE if shape.has_viewer else None
    author = select(actors.c.state).where(actors.c.id == objects.c.actor_id).scalar_subquery()
    found: list[ColumnElement[bool]] = [
        topics.c.state == LIVE,
        visible_to(viewer_id),
        author == "active",
        *not_hidden_from(viewer_id, objects.c.actor_id),
    ]
    if shape.has_community:
        found.append(topics.c.community_id == _number("community"))
    else:
        found.append(_is_in_no_secret(viewer_id))
    if shape.has_kinds:
        found.append(topics.c.kind.in_(bindparam("kinds", expanding=True)))
    if shape.has_author:
        found.append(objects.c.actor_id == _number("author"))
    if shape.is_open is not None:
        found.append(topics.c.accepted_id.is_(None) if shape.is_open else topics.c.accepted_id.is_not(None))
    if shape.pinned:
        found.append(topics.c.pinned_at.is_not(None))
    if shape.listed:
        found.append(objects.c.visibility != Visibility.UNLISTED.value)
    if shape.goes_on:
        found.append(_comes_after(shape.order))
    return found


def _is_in_no_secret(viewer_id: int | None) -> ColumnElement[bool]:
    """Not in a community of which the reader may not even know, be the thread itself for everybody."""
    known = exists().where(actors.c.id == topics.c.community_id, not_secret_to(viewer_id))
    return or_(topics.c.community_id.is_(None), known)


def _comes_after(order: Order) -> ColumnElement[bool]:
    is_before: ColumnElement[bool] = topics.c.object_id < _number("id")
    if order is Order.NEWEST:
        return is_before
    at = _number("at")
    return or_(topics.c.last_activity_at < at, and_(topics.c.last_activity_at == at, is_before))


# -- one thread ------------------------------------------------------------------------------------------------------


def find_thread(conn: Connection, object_id: int, viewer_id: int | None) -> Row[Any] | None:
    """The first post of a thread, as in lists; None where it is none, or not for this reader.

    One that a moderator has removed is there for its author alone.
    """
    rows = _thread(viewer_id is not None).run(conn, {"id": object_id, **seen_by(viewer_id)})
    return rows[0] if rows else None


@cache
def _thread(has_viewer: bool) -> Prepared:
    query = select(*_COLUMNS, *_TOPIC).join(topics, topics.c.object_id == objects.c.id)
    is_there: ColumnElement[bool] = topics.c.state == LIVE
    if has_viewer:
        is_there = or_(is_there, objects.c.actor_id == _number("viewer"))
    seen = visible_to(SOMEONE if has_viewer else None)
    known = _is_in_no_secret(SOMEONE if has_viewer else None)
    return Prepared(query.where(objects.c.id == _number("id"), seen, is_there, known), named=True)


def load_post(conn: Connection, object_id: int, viewer_id: int | None) -> Row[Any] | None:
    return load_posts(conn, [object_id], viewer_id).get(object_id)


def load_posts(conn: Connection, ids: Collection[int], viewer_id: int | None) -> dict[int, Row[Any]]:
    """Those of these posts that this reader may see, by id: columns of ``objects`` without ``raw``."""
    if not ids:
        return {}
    rows = _posts(viewer_id is not None).run(conn, {"ids": list(ids), **seen_by(viewer_id)})
    return {row.id: row for row in rows}


@cache
def _posts(has_viewer: bool) -> Prepared:
    seen = visible_to(SOMEONE if has_viewer else None)
    query = select(*_COLUMNS).where(objects.c.id.in_(bindparam("ids", expanding=True)), seen)
    return Prepared(query, many="ids", named=True)


def load_answers(
    conn: Connection, object_id: int, viewer_id: int | None, now: int, *, after: int = 0, limit: int = 50
) -> Sequence[Row[Any]]:
    """What answers a post and what hangs on that, each with its ``depth`` from 0, the oldest first; one statement.

    ``after`` and ``limit`` are about direct answers. What was deleted is there, as such.
    """
    values = {"id": object_id, "after": after, "limit": limit, "now": now, **seen_by(viewer_id)}
    return _answers(viewer_id is not None).run(conn, values)


@cache
def _answers(has_viewer: bool) -> Prepared:
    viewer_id = SOMEONE if has_viewer else None
    may_see = or_(objects.c.state == DELETED, visible_to(viewer_id))
    shown = and_(may_see, *not_hidden_from(viewer_id, objects.c.actor_id))
    direct = (
        select(objects.c.id, literal(0).label("depth"))
        .where(objects.c.in_reply_to_id == _number("id"), objects.c.id > _number("after"), shown)
        .order_by(objects.c.id)
        .limit(_number("limit"))
        .subquery()
    )
    tree = select(direct.c.id, direct.c.depth).cte("answers", recursive=True)
    child = objects.alias()
    tree = tree.union_all(
        select(child.c.id, tree.c.depth + 1).where(child.c.in_reply_to_id == tree.c.id, tree.c.depth < MAX_DEPTH)
    )
    query: Select[Any] = select(*_COLUMNS, tree.c.depth).join(tree, tree.c.id == objects.c.id).where(shown)
    return Prepared(query.order_by(objects.c.id).limit(MOST_POSTS), named=True)


def count_answers(conn: Connection, object_id: int, viewer_id: int | None) -> int:
    """How many posts answer this one directly and are there for this reader."""
    rows = _count(viewer_id is not None).run(conn, {"id": object_id, **seen_by(viewer_id)})
    return int(rows[0][0])


@cache
def _count(has_viewer: bool) -> Prepared:
    seen = visible_to(SOMEONE if has_viewer else None)
    return Prepared(select(func.count()).where(objects.c.in_reply_to_id == _number("id"), seen))
