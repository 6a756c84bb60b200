"""Reading what somebody was told: one by one, in groups, and kept apart as requests."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, delete, exists, func, insert, or_, select, update

from node.domain.filters import FilterContext
from node.domain.numbers import number_in
from node.store.database.bulk import portions
from node.store.database.windows import Window
from node.store.reading import filters
from node.store.tables import (
    actors,
    markers,
    notification_permissions,
    notification_requests,
    notifications,
    objects,
    reports,
)

SAMPLES = 8
_GROUPED_ALONE = "ungrouped-"
_MOST_UNREAD = 1_000  # that are looked at, where filters hide some


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which of one person's notifications are asked for."""

    owner_id: int
    types: Collection[str] | None = None
    exclude_types: Collection[str] = ()
    actor_id: int | None = None
    include_filtered: bool = False
    grouped_types: Collection[str] | None = None  # None: all that can be


@dataclass(frozen=True, slots=True)
class Group:
    """What is told together; ``newest`` is its newest row, ``actor_ids`` the newest of those who did it."""

    key: str
    newest: Row[Any]
    oldest_id: int
    total: int
    actor_ids: tuple[int, ...]


def _matches(wanted: Wanted, table: Any = notifications) -> list[ColumnElement[bool]]:
    conditions = [table.c.owner_id == wanted.owner_id, ~table.c.dismissed]
    if not wanted.include_filtered:
        conditions.append(~table.c.filtered)
    if wanted.types is not None:
        conditions.append(table.c.type.in_(list(wanted.types)))
    if wanted.exclude_types:
        conditions.append(table.c.type.not_in(list(wanted.exclude_types)))
    if wanted.actor_id is not None:
        conditions.append(table.c.actor_id == wanted.actor_id)
    return conditions


def _active() -> ColumnElement[bool]:
    return exists().where(actors.c.id == notifications.c.actor_id, actors.c.state == "active")


def list_notifications(conn: Connection, wanted: Wanted, window: Window) -> list[Row[Any]]:
    """Whole rows, the newest first."""
    query = select(notifications).where(*_matches(wanted), _active())
    return window.newest_first(conn.execute(window.over(query, notifications.c.id)).all())


def load_notifications(conn: Connection, owner_id: int, ids: Collection[int]) -> list[Row[Any]]:
    """Whole rows of one owner, be they filtered; the newest first."""
    query = select(notifications).where(
        notifications.c.id.in_(list(ids)), notifications.c.owner_id == owner_id, ~notifications.c.dismissed
    )
    return list(conn.execute(query.order_by(notifications.c.id.desc())))


def load_rows(conn: Connection, ids: Collection[int]) -> list[Row[Any]]:
    """Whole rows of any owners."""
    return list(conn.execute(select(notifications).where(notifications.c.id.in_(list(ids))))) if ids else []


# -- groups -----------------------------------------------------------------------------------------------------------


def _leaders(wanted: Wanted) -> Select[Any]:
    """The newest row of each group: read along the ids, so that a page costs what a page holds."""
    newer = notifications.alias("newer")
    is_led = exists().where(
        newer.c.group_key == notifications.c.group_key, newer.c.id > notifications.c.id, *_matches(wanted, newer)
    )
    alone = [] if wanted.grouped_types is None else [notifications.c.type.not_in(list(wanted.grouped_types))]
    return select(notifications).where(*_matches(wanted), _active(), or_(*alone, ~is_led))


def list_groups(conn: Connection, wanted: Wanted, window: Window) -> list[Group]:
    """Groups, the one with the newest row first; three statements. A group stands on one page only."""
    leaders = window.newest_first(conn.execute(window.over(_leaders(wanted), notifications.c.id)).all())
    return _groups(conn, wanted, leaders)


def find_group(conn: Connection, owner_id: int, key: str) -> Group | None:
    """The group of this key; also one that stands alone only because somebody asked for it so."""
    wanted = Wanted(owner_id, include_filtered=True)
    if key.startswith(_GROUPED_ALONE):
        number = number_in(key.removeprefix(_GROUPED_ALONE))
        rows = load_notifications(conn, owner_id, [number] if number is not None else [])
        return _groups(conn, Wanted(owner_id, grouped_types=()), rows)[0] if rows else None
    query = select(notifications).where(*_matches(wanted), notifications.c.group_key == key)
    row = conn.execute(query.order_by(notifications.c.id.desc()).limit(1)).first()
    return _groups(conn, wanted, [row])[0] if row is not None else None


def _groups(conn: Connection, wanted: Wanted, leaders: Sequence[Row[Any]]) -> list[Group]:
    grouped = [row for row in leaders if wanted.grouped_types is None or row.type in wanted.grouped_types]
    keys = [row.group_key for row in grouped if not row.group_key.startswith(_GROUPED_ALONE)]
    members = (*_matches(wanted), notifications.c.group_key.in_(keys))
    totals: dict[str, Any] = {}
    samples: defaultdict[str, list[int]] = defaultdict(list)
    if keys:
        counting = select(
            notifications.c.group_key, func.count().label("total"), func.min(notifications.c.id).label("oldest")
        )
        totals = {row.group_key: row for row in conn.execute(counting.where(*members).group_by("group_key"))}
        place = func.row_number().over(partition_by=notifications.c.group_key, order_by=notifications.c.id.desc())
        ranked = select(notifications.c.group_key, notifications.c.actor_id, place.label("place"))
        placed = ranked.where(*members).subquery()
        for row in conn.execute(select(placed).where(placed.c.place <= SAMPLES).order_by(placed.c.place)):
            samples[row.group_key].append(row.actor_id)
    is_grouped = {row.id for row in grouped}
    return [
        Group(row.group_key, row, found.oldest, found.total, tuple(dict.fromkeys(samples[row.group_key])))
        if row.id in is_grouped and (found := totals.get(row.group_key)) is not None
        else Group(f"{_GROUPED_ALONE}{row.id}", row, row.id, 1, (row.actor_id,))
        for row in leaders
    ]


def list_group_actors(conn: Connection, group: Group, owner_id: int) -> list[int]:
    """Everybody who did what a group tells of, the newest first."""
    query = select(notifications.c.actor_id).where(
        notifications.c.owner_id == owner_id, notifications.c.group_key == group.newest.group_key
    )
    if group.key.startswith(_GROUPED_ALONE):
        query = query.where(notifications.c.id == group.newest.id)
    found = conn.scalars(query.where(~notifications.c.dismissed).order_by(notifications.c.id.desc()).limit(500))
    return list(dict.fromkeys(found))


# -- unread -----------------------------------------------------------------------------------------------------------


def _unread(wanted: Wanted) -> ColumnElement[bool]:
    marker = select(markers.c.last_read_id).where(
        markers.c.owner_id == wanted.owner_id, markers.c.timeline == "notifications"
    )
    return notifications.c.id > func.coalesce(marker.scalar_subquery(), 0)


def count_unread(conn: Connection, wanted: Wanted, limit: int, now: int) -> int:
    """How many are newer than what was read last, up to ``limit``."""
    return _count(conn, wanted, select(notifications).where(*_matches(wanted), _active()), limit, now)


def count_unread_groups(conn: Connection, wanted: Wanted, limit: int, now: int) -> int:
    return _count(conn, wanted, _leaders(wanted), limit, now)


def _count(conn: Connection, wanted: Wanted, query: Select[Any], limit: int, now: int) -> int:
    """Up to ``limit``, without what the owner's filters hide: lists do not show it, so nobody could ever read it."""
    unread = query.where(_unread(wanted)).with_only_columns(notifications.c.object_id)
    count, most = 0, limit
    for most in (limit, _MOST_UNREAD):  # the second time where filters hide some of the newest
        objects_of = conn.scalars(unread.order_by(notifications.c.id.desc()).limit(most)).all()
        told = {each for each in objects_of if each is not None}
        hidden = filters.load_hidden(conn, wanted.owner_id, FilterContext.NOTIFICATIONS, told, now)
        count = sum(each not in hidden for each in objects_of)
        if count == len(objects_of) or len(objects_of) < most:
            break
    return min(count, limit)


# -- taking away ------------------------------------------------------------------------------------------------------


def dismiss(conn: Connection, owner_id: int, ids: Collection[int]) -> int:
    """Answers how many there were."""
    query = update(notifications).where(
        notifications.c.owner_id == owner_id, notifications.c.id.in_(list(ids)), ~notifications.c.dismissed
    )
    return conn.execute(query.values(dismissed=True)).rowcount


def dismiss_group(conn: Connection, owner_id: int, group: Group) -> None:
    if group.key.startswith(_GROUPED_ALONE):
        dismiss(conn, owner_id, [group.newest.id])
        return
    query = update(notifications).where(
        notifications.c.owner_id == owner_id, notifications.c.group_key == group.key, ~notifications.c.dismissed
    )
    conn.execute(query.values(dismissed=True))


def dismiss_all(conn: Connection, owner_id: int) -> None:
    """All of them, those that were kept apart too."""
    query = update(notifications).where(notifications.c.owner_id == owner_id, ~notifications.c.dismissed)
    conn.execute(query.values(dismissed=True))
    conn.execute(delete(notification_requests).where(notification_requests.c.owner_id == owner_id))


def delete_between(conn: Connection, owner_id: int, actor_ids: Collection[int]) -> None:
    """The owner wants to hear nothing of these any more, nor have heard of them."""
    for table in (notifications, notification_requests, notification_permissions):
        for part in portions(actor_ids):
            conn.execute(delete(table).where(table.c.owner_id == owner_id, table.c.actor_id.in_(part)))


# -- requests ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Request:
    """Filtered news of one actor."""

    id: int
    actor_id: int
    created_at: int
    updated_at: int
    total: int
    last_object_id: int | None


_FILTERED = and_(
    notifications.c.owner_id == notification_requests.c.owner_id,
    notifications.c.actor_id == notification_requests.c.actor_id,
    notifications.c.filtered,
    ~notifications.c.dismissed,
)
_REQUESTS = (
    select(
        notification_requests.c.id,
        notification_requests.c.actor_id,
        notification_requests.c.created_at,
        notification_requests.c.updated_at,
        func.count(notifications.c.id),
        func.max(notifications.c.object_id),
    )
    .join(notifications, _FILTERED)
    .group_by(*(notification_requests.c[name] for name in ("id", "actor_id", "created_at", "updated_at")))
)


def list_requests(conn: Connection, owner_id: int, window: Window) -> list[Request]:
    query = _REQUESTS.where(notification_requests.c.owner_id == owner_id)
    rows = conn.execute(window.over(query, notification_requests.c.id)).all()
    return [Request(*row) for row in window.newest_first(rows)]


def load_requests(conn: Connection, owner_id: int, ids: Collection[int]) -> list[Request]:
    query = _REQUESTS.where(notification_requests.c.owner_id == owner_id, notification_requests.c.id.in_(list(ids)))
    return [Request(*row) for row in conn.execute(query)]


def count_requests(conn: Connection, owner_id: int) -> tuple[int, int]:
    """``(requests, notifications in them)``"""
    query = select(func.count(notifications.c.actor_id.distinct()), func.count()).where(
        notifications.c.owner_id == owner_id, notifications.c.filtered, ~notifications.c.dismissed
    )
    row = conn.execute(query).one()
    return row[0], row[1]


def accept_requests(conn: Connection, owner_id: int, actor_ids: Collection[int]) -> None:
    """Their news stand among the others from now on."""
    conn.execute(
        update(notifications)
        .where(notifications.c.owner_id == owner_id, notifications.c.actor_id.in_(list(actor_ids)))
        .values(filtered=False)
    )
    _end_requests(conn, owner_id, actor_ids)
    known = set(
        conn.scalars(
            select(notification_permissions.c.actor_id).where(
                notification_permissions.c.owner_id == owner_id,
                notification_permissions.c.actor_id.in_(list(actor_ids)),
            )
        )
    )
    new = [{"owner_id": owner_id, "actor_id": actor_id} for actor_id in set(actor_ids) - known]
    if new:
        conn.execute(insert(notification_permissions), new)


def dismiss_requests(conn: Connection, owner_id: int, actor_ids: Collection[int]) -> None:
    """Their filtered news are gone; what they do from now on makes a new request."""
    conn.execute(
        update(notifications)
        .where(
            notifications.c.owner_id == owner_id,
            notifications.c.actor_id.in_(list(actor_ids)),
            notifications.c.filtered,
        )
        .values(dismissed=True)
    )
    _end_requests(conn, owner_id, actor_ids)


def _end_requests(conn: Connection, owner_id: int, actor_ids: Collection[int]) -> None:
    conn.execute(
        delete(notification_requests).where(
            notification_requests.c.owner_id == owner_id, notification_requests.c.actor_id.in_(list(actor_ids))
        )
    )


# -- what they are about ----------------------------------------------------------------------------------------------


def load_reported(conn: Connection, report_ids: Collection[int]) -> tuple[dict[int, Row[Any]], dict[str, int]]:
    """Whole rows of reports by id, and the ids of the actors and posts that they name by URI."""
    if not report_ids:
        return {}, {}
    rows = {row.id: row for row in conn.execute(select(reports).where(reports.c.id.in_(list(report_ids))))}
    targets = {row.target_uri for row in rows.values()}
    posts = {uri for row in rows.values() for uri in row.object_uris}
    known = {
        row.uri: row.id
        for query in (
            select(actors.c.uri, actors.c.id).where(actors.c.uri.in_(targets)),
            select(objects.c.uri, objects.c.id).where(objects.c.uri.in_(posts)),
        )
        for row in conn.execute(query)
    }
    return rows, known
