"""Entries of the lists that client apps read: an object, or somebody's boost of one, with the stamps of what it shows.

An entry's id is that of the object or, for a boost, of the reaction: ids of both come from one space. Everything that
lists statuses selects ``ENTRY`` columns, so that one statement says what to show and whether it is rendered already.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    Connection,
    Executable,
    Select,
    bindparam,
    cast,
    exists,
    func,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.sql.expression import ColumnElement, FromClause

from node.store.database.prepared import Prepared
from node.store.database.windows import Window
from node.store.posts.reactions import SHARE
from node.store.reading import hearing
from node.store.reading.statuses import Version
from node.store.reading.visible import SOMEONE, is_shared_with, not_hidden_from, seen_by, someone, visible_to
from node.store.tables import (
    actor_stamps,
    follows,
    home_entries,
    list_members,
    lists,
    object_stamps,
    objects,
    reactions,
)

_sharer = actor_stamps.alias("sharer_stamps")
#: Of an object that has not changed since it was written.
FIRST_STAMP = 0


class Entry(NamedTuple):
    """One line of a list; what it says of the sharer is None where nobody shared it."""

    id: int
    object_id: int
    stamp: int
    author_id: int
    author_stamp: int
    author_statuses: int
    author_last_at: int | None
    sharer_id: int | None = None
    sharer_stamp: int | None = None
    sharer_statuses: int | None = None
    sharer_last_at: int | None = None

    def versions(self) -> Iterator[tuple[int, Version]]:
        """Which state of its author, and of its sharer, it shows."""
        yield self.author_id, Version(self.author_stamp, self.author_statuses, self.author_last_at)
        if self.sharer_id is not None and self.sharer_stamp is not None:
            yield self.sharer_id, Version(self.sharer_stamp, self.sharer_statuses or 0, self.sharer_last_at)


def _columns(entry_id: ColumnElement[Any], sharer_id: ColumnElement[Any] | None) -> list[ColumnElement[Any]]:
    stamp = func.coalesce(object_stamps.c.stamp, FIRST_STAMP)
    sharer = [cast(null(), BigInteger)] * 4 if sharer_id is None else [sharer_id, *_version(_sharer)]
    return [entry_id, objects.c.id, stamp, objects.c.actor_id, *_version(actor_stamps), *sharer]


def _version(stamps: FromClause) -> list[ColumnElement[Any]]:
    return [stamps.c[name] for name in Version._fields]


def _joined(source: FromClause) -> FromClause:
    return source.outerjoin(object_stamps, object_stamps.c.object_id == objects.c.id).join(
        actor_stamps, actor_stamps.c.actor_id == objects.c.actor_id
    )


def plain_entries(viewer_id: int | None) -> Select[Any]:
    """All objects that this viewer may read, as entries; the caller narrows it."""
    query = select(*_columns(objects.c.id, None)).select_from(_joined(objects))
    return query.where(visible_to(viewer_id), actor_stamps.c.state == "active")


def shared_entries(viewer_id: int | None) -> Select[Any]:
    """All boosts of what this viewer may read, as entries; the caller narrows it."""
    source = _joined(reactions.join(objects, objects.c.id == reactions.c.object_id))
    source = source.join(_sharer, _sharer.c.actor_id == reactions.c.actor_id)
    query = select(*_columns(reactions.c.id, reactions.c.actor_id)).select_from(source)
    return query.where(
        reactions.c.kind == SHARE,
        is_shared_with(viewer_id),
        visible_to(viewer_id),
        actor_stamps.c.state == "active",
        _sharer.c.state == "active",
    )


def read_entries(conn: Connection, query: Prepared | Executable, parameters: Mapping[str, Any]) -> list[Entry]:
    """Run a statement of entries."""
    rows = query.run(conn, parameters) if isinstance(query, Prepared) else conn.execute(query, parameters)
    return [Entry(*row) for row in rows]


@cache
def _by_id(viewer_id: int | None) -> Prepared:
    ids: Any = bindparam("ids", expanding=True)
    objects_and_shares = union_all(
        plain_entries(viewer_id).where(objects.c.id.in_(ids)), shared_entries(viewer_id).where(reactions.c.id.in_(ids))
    )
    return Prepared(objects_and_shares, many="ids")


def load_entries(conn: Connection, ids: Collection[int], viewer_id: int | None) -> dict[int, Entry]:
    """Those of these ids that the viewer may read, by id; one statement."""
    if not ids:
        return {}
    query = _by_id(someone(viewer_id))
    found = read_entries(conn, query, {"ids": list(ids), **seen_by(viewer_id)})
    return {entry.id: entry for entry in found}


def load_wanted(conn: Connection, ids: Collection[int], viewer_id: int | None, now: int) -> dict[int, Entry]:
    """The same without what is by people whom the viewer blocks or mutes, as lists leave it out; two statements."""
    found = load_entries(conn, ids, viewer_id)
    if viewer_id is None:
        return found
    away = hearing.load_turned_away(conn, viewer_id, {entry.author_id for entry in found.values()}, now)
    return {each: entry for each, entry in found.items() if entry.author_id not in away}


# -- windows over prebuilt statements --------------------------------------------------------------------------------

_LIMIT = bindparam("limit", type_=BigInteger)


def over(query: Select[Any], column: ColumnElement[Any], cursors: Sequence[str]) -> Select[Any]:
    """The statement for a part of a list whose cursors are bind parameters; for ``window_parameters``."""
    if "max_id" in cursors:
        query = query.where(column < bindparam("max_id"))
    if "since_id" in cursors:
        query = query.where(column > bindparam("since_id"))
    if "min_id" in cursors:
        query = query.where(column > bindparam("min_id"))
    return query.order_by(column.asc() if "min_id" in cursors else column.desc()).limit(_LIMIT)


def cursors_of(window: Window) -> tuple[str, ...]:
    """Which cursors a window has."""
    return tuple(name for name in ("max_id", "since_id", "min_id") if getattr(window, name) is not None)


def window_parameters(window: Window) -> dict[str, int]:
    """Its values for such a statement."""
    return {"limit": window.limit, **{name: getattr(window, name) for name in cursors_of(window)}}


# -- home ------------------------------------------------------------------------------------------------------------


def unwanted_at_home() -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Of ``home_entries`` with their ``objects``, what the owner does not want to read there, and may want again.

    Boosts of somebody whose boosts she does not want, and what comes by members of a list that keeps them for itself.
    """
    owner = home_entries.c.owner_id
    brought_by = func.coalesce(home_entries.c.shared_by_id, objects.c.actor_id)
    wants_no_shares = exists().where(
        follows.c.follower_id == owner, follows.c.followed_id == home_entries.c.shared_by_id, ~follows.c.shows_reblogs
    )
    is_elsewhere = exists().where(
        lists.c.owner_id == owner,
        lists.c.exclusive,
        list_members.c.list_id == lists.c.id,
        list_members.c.member_id == brought_by,
    )
    return wants_no_shares, is_elsewhere


@cache
def _home(cursors: tuple[str, ...]) -> Prepared:
    source = _joined(home_entries.join(objects, objects.c.id == home_entries.c.object_id)).outerjoin(
        _sharer, _sharer.c.actor_id == home_entries.c.shared_by_id
    )
    query = select(*_columns(home_entries.c.id, home_entries.c.shared_by_id)).select_from(source)
    owner = home_entries.c.owner_id
    wants_no_shares, is_elsewhere = unwanted_at_home()
    has_exclusive_lists = exists().where(lists.c.owner_id == bindparam("viewer"), lists.c.exclusive)
    query = query.where(
        owner == bindparam("viewer"),
        visible_to(SOMEONE),
        actor_stamps.c.state == "active",
        *not_hidden_from(SOMEONE, objects.c.actor_id, home_entries.c.shared_by_id),
        ~wants_no_shares,
        or_(~has_exclusive_lists, ~is_elsewhere),
    )
    return Prepared(over(query, home_entries.c.id, cursors))


def list_home(conn: Connection, owner_id: int, window: Window, now: int) -> list[Entry]:
    """The part of somebody's home timeline that is asked for, newest first."""
    parameters = {"viewer": owner_id, "now": now, **window_parameters(window)}
    return window.newest_first(read_entries(conn, _home(cursors_of(window)), parameters))
