"""Activities that leave from here, exactly as they are sent: our own, and those of others that we send on."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import starmap

from sqlalchemy import Connection, bindparam, delete, func, insert, or_, select, union, update

from node.store.database.bulk import Bulk
from node.store.database.prepared import Prepared
from node.store.tables import activities, actors, follows, jobs

#: What a host must hear of however long it was away: not to know of it would harm people.
LASTING = frozenset({"Delete", "Move", "Undo", "Join", "Leave", "Invite", "Accept", "Reject", "TentativeAccept"})
#: Instead of a visibility: an activity of somebody else that we send on to followers of ours; no outbox lists it.
FORWARDED = "forwarded"


@dataclass(frozen=True, slots=True)
class Activity:
    """One activity of one of our actors."""

    id: int
    uri: str
    actor_id: int
    type: str
    object_uri: str
    visibility: str
    body: str  # the JSON that goes out, byte for byte; empty where nobody elsewhere is told
    created_at: int


_FIELDS = tuple(Activity.__dataclass_fields__)
_COLUMNS = tuple(activities.c[name] for name in _FIELDS)
_INSERT = Bulk(insert(activities))
_BY_URI = Prepared(select(*_COLUMNS).where(activities.c.uri == bindparam("uri")))
_BY_IDS = Prepared(select(*_COLUMNS).where(activities.c.id.in_(bindparam("ids", expanding=True))), many="ids")


def insert_activities(conn: Connection, new: Iterable[Activity]) -> None:
    """Store activities."""
    _INSERT.run(conn, [{name: getattr(each, name) for name in _FIELDS} for each in new])


def load_activity(conn: Connection, uri: str) -> Activity | None:
    """The activity with this id."""
    rows = _BY_URI.run(conn, {"uri": uri})
    return Activity(*rows[0]) if rows else None


def find_last(conn: Connection, actor_id: int, type_: str, object_uri: str) -> Activity | None:
    """The last activity of this type that one of our actors sent about an object."""
    about = activities.c.object_uri == object_uri
    query = select(*_COLUMNS).where(about, activities.c.actor_id == actor_id, activities.c.type == type_)
    row = conn.execute(query.order_by(activities.c.id.desc()).limit(1)).first()
    return Activity(*row) if row else None


def note_refused(conn: Connection, activity_id: int, now: int) -> bool:
    """Who was asked will not do it; whether that is news."""
    first = (activities.c.id == activity_id, activities.c.refused_at.is_(None))
    return conn.execute(update(activities).where(*first).values(refused_at=now)).rowcount > 0


def load_activities(conn: Connection, ids: Collection[int]) -> dict[int, Activity]:
    """Activities by local id."""
    if not ids:
        return {}
    return {found.id: found for found in starmap(Activity, _BY_IDS.run(conn, {"ids": list(ids)}))}


def find_activities(conn: Connection, ids: Sequence[int]) -> list[Activity | None]:
    """The activities of these local ids, in order."""
    found = load_activities(conn, ids)
    return [found.get(each) for each in ids]


def list_by_actor(conn: Connection, actor_id: int, *, before: int | None, limit: int) -> list[Activity]:
    """What an actor sent, newest first."""
    query = select(*_COLUMNS).where(activities.c.actor_id == actor_id, activities.c.visibility != FORWARDED)
    if before is not None:
        query = query.where(activities.c.id < before)
    return [Activity(*row) for row in conn.execute(query.order_by(activities.c.id.desc()).limit(limit))]


def drop_deliveries(conn: Connection, host: str, kind: str) -> None:
    """Give up what waits for a host, but for what must not be forgotten (``LASTING``)."""
    lasting = select(activities.c.id).where(activities.c.id == jobs.c.ref, activities.c.type.in_(LASTING))
    conn.execute(
        delete(jobs).where(
            jobs.c.host == host,
            jobs.c.kind == kind,
            jobs.c.state == "live",
            jobs.c.owner == "",
            ~lasting.exists(),
        )
    )


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody behind an inbox who is to get an activity."""

    uri: str
    inbox: str


def load_readers(conn: Connection, inbox: str, *, actor_id: int, named: Collection[str]) -> list[Reader]:
    """The people behind a shared or personal inbox who follow ``actor_id`` or are ``named`` (URIs)."""
    concerned = union(
        select(follows.c.follower_id).where(follows.c.followed_id == actor_id),
        select(actors.c.id).where(actors.c.uri.in_(list(named))),
    )
    query = select(actors.c.uri, actors.c.inbox).where(
        actors.c.id.in_(concerned),
        actors.c.local.is_(False),
        or_(actors.c.shared_inbox == inbox, actors.c.inbox == inbox),
    )
    return [Reader(*row) for row in conn.execute(query.order_by(actors.c.id))]


def forget_shared_inbox(conn: Connection, inbox: str) -> None:
    """There is no such shared inbox: people who were reached by it are reached by their own from now on."""
    conn.execute(update(actors).where(actors.c.shared_inbox == inbox).values(shared_inbox=""))


_OUTBOX = (activities.c.type.in_(["Create", "Announce"]), activities.c.visibility.in_(["public", "unlisted"]))


def list_public(conn: Connection, actor_id: int, *, before: int | None, limit: int) -> list[Activity]:
    """What everybody may read of what an actor sent: its Create and Announce, newest first."""
    query = select(*_COLUMNS).where(activities.c.actor_id == actor_id, *_OUTBOX)
    if before is not None:
        query = query.where(activities.c.id < before)
    return [Activity(*row) for row in conn.execute(query.order_by(activities.c.id.desc()).limit(limit))]


def count_public(conn: Connection, actor_id: int) -> int:
    query = select(func.count()).select_from(activities).where(activities.c.actor_id == actor_id, *_OUTBOX)
    return conn.scalar(query) or 0


def count_by_actor(conn: Connection, actor_id: int) -> int:
    query = select(func.count()).where(activities.c.actor_id == actor_id, activities.c.visibility != FORWARDED)
    return conn.scalar(query) or 0
