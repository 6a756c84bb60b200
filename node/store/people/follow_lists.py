"""Followers, followed ones, requests and blocked ones as lists that are read in parts.

Who belongs to a closed community is told to its members alone, in the lists of whoever belongs to it, too.
"""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, and_, exists, func, select
from sqlalchemy.sql.expression import FromClause

from node.domain.visibility import Visibility
from node.store.database.windows import Window
from node.store.people.follows import ACCEPTED, PENDING
from node.store.tables import actors, blocks, communities, follows


def list_follower_ids(
    conn: Connection, actor_id: int, window: Window, *, viewer_id: int | None
) -> Sequence[tuple[int, int]]:
    """``(follow id, follower)``, newest first; without those whom the viewer blocks or who block her."""
    condition = and_(follows.c.followed_id == actor_id, ~_is_secret(follows, viewer_id))
    return _list(conn, condition, follows.c.follower_id, ACCEPTED, window, viewer_id)


def list_followed_ids(
    conn: Connection, actor_id: int, window: Window, *, viewer_id: int | None
) -> Sequence[tuple[int, int]]:
    """``(follow id, followed)``, newest first; the same."""
    condition = and_(follows.c.follower_id == actor_id, ~_is_secret(follows, viewer_id))
    return _list(conn, condition, follows.c.followed_id, ACCEPTED, window, viewer_id)


def _is_secret(of: FromClause, viewer_id: int | None) -> ColumnElement[bool]:
    """Whether a follow (``of``: ``follows``, or an alias) is of a closed community to which the viewer does not belong.

    Her own follows are none of these.
    """
    closed = (communities.c.actor_id == of.c.followed_id, communities.c.visibility != Visibility.PUBLIC.value)
    if viewer_id is None:
        return exists().where(*closed)
    mine = follows.alias()
    belongs = exists().where(
        mine.c.follower_id == viewer_id, mine.c.followed_id == of.c.followed_id, mine.c.state == ACCEPTED
    )
    return and_(of.c.follower_id != viewer_id, exists().where(*closed), ~belongs)


def list_requests(conn: Connection, actor_id: int, window: Window) -> Sequence[tuple[int, int]]:
    """``(follow id, who asks)``, newest first."""
    return _list(conn, follows.c.followed_id == actor_id, follows.c.follower_id, PENDING, window, None)


def count_requests(conn: Connection, actor_id: int) -> int:
    """How many have asked to follow."""
    query = select(func.count()).where(follows.c.followed_id == actor_id, follows.c.state == PENDING)
    return conn.scalar(query) or 0


def _list(
    conn: Connection,
    condition: ColumnElement[bool],
    other: ColumnElement[int],
    state: str,
    window: Window,
    viewer_id: int | None,
) -> Sequence[tuple[int, int]]:
    is_there = exists().where(actors.c.id == other, actors.c.state == "active")
    query = select(follows.c.id, other).where(condition, follows.c.state == state, is_there)
    if viewer_id is not None:
        blocked = exists().where(blocks.c.blocker_id == viewer_id, blocks.c.blocked_id == other)
        blocking = exists().where(blocks.c.blocker_id == other, blocks.c.blocked_id == viewer_id)
        query = query.where(~blocked, ~blocking)
    return window.newest_first([(row[0], row[1]) for row in conn.execute(window.over(query, follows.c.id))])


def list_blocked_ids(conn: Connection, blocker_id: int, window: Window) -> Sequence[tuple[int, int]]:
    """``(block id, blocked)``, newest first."""
    query = select(blocks.c.id, blocks.c.blocked_id).where(blocks.c.blocker_id == blocker_id)
    return window.newest_first([(row[0], row[1]) for row in conn.execute(window.over(query, blocks.c.id))])


def load_familiar(conn: Connection, viewer_id: int, targets: Sequence[int], *, each: int) -> dict[int, list[int]]:
    """Of each target the followers whom the viewer follows, at most ``each``; none of who hides whom she follows."""
    mine, theirs = follows.alias(), follows.alias()
    query = (
        select(theirs.c.followed_id, theirs.c.follower_id)
        .join(mine, mine.c.followed_id == theirs.c.follower_id)
        .join(actors, actors.c.id == theirs.c.follower_id)
        .where(
            mine.c.follower_id == viewer_id,
            mine.c.state == ACCEPTED,
            theirs.c.state == ACCEPTED,
            theirs.c.followed_id.in_(list(targets)),
            actors.c.state == "active",
            ~actors.c.hides_follows,
            ~_is_secret(theirs, viewer_id),
        )
        .order_by(theirs.c.id.desc())
    )
    found: dict[int, list[int]] = {target: [] for target in targets}
    for target, follower in conn.execute(query):
        if len(found[target]) < each:
            found[target].append(follower)
    return found
