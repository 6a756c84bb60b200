"""Who follows whom."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import starmap
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, delete, func, insert, or_, select, update

from node.store.database.bulk import Bulk
from node.store.database.planning import looked_at
from node.store.database.prepared import Prepared
from node.store.people.actors import Actor, load_actors_by_id
from node.store.tables import actors, follows, notifications

PENDING = "pending"
ACCEPTED = "accepted"
_SCHEMES = ("https", "http")


@dataclass(frozen=True, slots=True)
class Follow:
    id: int
    follower_id: int
    followed_id: int
    uri: str
    state: str
    created_at: int


_COLUMNS = tuple(follows.c[name] for name in Follow.__dataclass_fields__)
_PAIR = Prepared(
    select(*_COLUMNS).where(
        follows.c.follower_id == bindparam("follower_id"), follows.c.followed_id == bindparam("followed_id")
    )
)

_INSERT = Bulk(insert(follows))
_RENAME = Bulk(update(follows).where(follows.c.id == bindparam("follow_id")).values(uri=bindparam("new_uri")))


def find_follow(conn: Connection, follower_id: int, followed_id: int) -> Follow | None:
    rows = _PAIR.run(conn, {"follower_id": follower_id, "followed_id": followed_id})
    return Follow(*rows[0]) if rows else None


def find_follow_by_id(conn: Connection, follow_id: int) -> Follow | None:
    row = conn.execute(select(*_COLUMNS).where(follows.c.id == follow_id)).first()
    return Follow(*row) if row else None


def find_follow_by_uri(conn: Connection, uri: str) -> Follow | None:
    row = conn.execute(select(*_COLUMNS).where(follows.c.uri == uri)).first()
    return Follow(*row) if row else None


def save_follow(conn: Connection, new: Follow) -> Follow:
    """Insert, or give the row of this pair the new activity id; a follow that was accepted stays accepted."""
    known = find_follow(conn, new.follower_id, new.followed_id)
    if known is None:
        accepted_at = new.created_at if new.state == ACCEPTED else None
        values = {name: getattr(new, name) for name in Follow.__dataclass_fields__}
        _INSERT.run(conn, [{**values, "accepted_at": accepted_at}])
        return new
    state = ACCEPTED if ACCEPTED in {known.state, new.state} else PENDING
    conn.execute(update(follows).where(follows.c.id == known.id).values(uri=new.uri, state=state))
    return Follow(known.id, known.follower_id, known.followed_id, new.uri, state, known.created_at)


def rename_many(conn: Connection, uris: Mapping[int, str]) -> None:
    """Give follows (by their row) other activity ids."""
    _RENAME.run(conn, [{"follow_id": follow_id, "new_uri": uri} for follow_id, uri in uris.items()])


def accept_follow(conn: Connection, follow_id: int, now: int) -> None:
    """A request is granted; that somebody asked is no news any more."""
    conn.execute(delete(notifications).where(notifications.c.reference == follow_id))
    conn.execute(update(follows).where(follows.c.id == follow_id).values(state=ACCEPTED, accepted_at=now))


def set_options(
    conn: Connection,
    follow_id: int,
    *,
    reblogs: bool | None = None,
    notify: bool | None = None,
    languages: Sequence[str] | None = None,
) -> None:
    """How somebody is followed: with her boosts, with a notification of each post, in which languages (none: all)."""
    options = {"shows_reblogs": reblogs, "notifies": notify, "languages": languages}
    values = {name: value for name, value in options.items() if value is not None}
    if values:
        conn.execute(update(follows).where(follows.c.id == follow_id).values(**values))


def load_pending_followers(conn: Connection, followed_id: int) -> list[int]:
    """Who has asked to follow, the oldest request first."""
    query = select(follows.c.follower_id).where(follows.c.followed_id == followed_id, follows.c.state == PENDING)
    return list(conn.scalars(query.order_by(follows.c.id)))


def load_requests(conn: Connection, followed_id: int) -> list[Follow]:
    """The same as they are stored."""
    query = select(*_COLUMNS).where(follows.c.followed_id == followed_id, follows.c.state == PENDING)
    return list(starmap(Follow, conn.execute(query.order_by(follows.c.id))))


def delete_follow(conn: Connection, follow_id: int) -> None:
    """End it, and what was told of it."""
    conn.execute(delete(notifications).where(notifications.c.reference == follow_id))
    conn.execute(delete(follows).where(follows.c.id == follow_id))


def delete_between(conn: Connection, one_id: int, other_id: int) -> None:
    """Follows in both directions (a block)."""
    for follower_id, followed_id in ((one_id, other_id), (other_id, one_id)):
        found = find_follow(conn, follower_id, followed_id)
        if found is not None:
            delete_follow(conn, found.id)


def delete_followers_on(conn: Connection, host: str) -> int:
    """Whoever follows somebody here from this host, by the host of its inbox; answers how many there were."""
    lives_there = or_(*(actors.c.inbox.startswith(f"{scheme}://{host}/", autoescape=True) for scheme in _SCHEMES))
    followers = select(actors.c.id).where(actors.c.local.is_(False), lives_there)
    return conn.execute(delete(follows).where(follows.c.follower_id.in_(followers))).rowcount


_LOCAL_FOLLOWERS = Prepared(
    select(follows.c.followed_id, follows.c.follower_id)
    .join(actors, actors.c.id == follows.c.follower_id)
    .where(
        follows.c.followed_id.in_(bindparam("followed_ids", expanding=True)),
        follows.c.state == ACCEPTED,
        looked_at(actors.c.local),
    ),
    many="followed_ids",
)


def load_local_followers(conn: Connection, followed_ids: Collection[int]) -> dict[int, list[int]]:
    """Accepted local followers of each of these actors: followed id -> follower ids."""
    found: dict[int, list[int]] = {}
    if not followed_ids:
        return found
    for followed_id, follower_id in _LOCAL_FOLLOWERS.run(conn, {"followed_ids": list(followed_ids)}):
        found.setdefault(followed_id, []).append(follower_id)
    return found


def is_following(conn: Connection, follower_id: int, followed_id: int) -> bool:
    found = find_follow(conn, follower_id, followed_id)
    return found is not None and found.state == ACCEPTED


def _count(column: ColumnElement[Any]) -> Any:
    accepted = select(func.count()).where(column == bindparam("actor"), follows.c.state == ACCEPTED)
    return accepted.scalar_subquery()


_COUNTED = Prepared(select(_count(follows.c.followed_id), _count(follows.c.follower_id)))


def count_follows(conn: Connection, actor_id: int) -> tuple[int, int]:
    """``(followers, following)``, accepted ones."""
    followers, following = _COUNTED.first(conn, {"actor": actor_id})
    return followers, following


def list_followers(conn: Connection, actor_id: int, *, before: int | None, limit: int) -> Sequence[tuple[int, Actor]]:
    """``(follow id, follower)``, newest first."""
    return _list(conn, follows.c.followed_id == actor_id, "follower_id", before, limit)


def list_following(conn: Connection, actor_id: int, *, before: int | None, limit: int) -> Sequence[tuple[int, Actor]]:
    """``(follow id, followed)``, newest first."""
    return _list(conn, follows.c.follower_id == actor_id, "followed_id", before, limit)


def _list(
    conn: Connection, condition: ColumnElement[bool], other: str, before: int | None, limit: int
) -> Sequence[tuple[int, Actor]]:
    query = select(follows.c.id, follows.c[other]).where(condition, follows.c.state == ACCEPTED)
    if before is not None:
        query = query.where(follows.c.id < before)
    rows = conn.execute(query.order_by(follows.c.id.desc()).limit(limit)).all()
    known = load_actors_by_id(conn, [row[1] for row in rows])
    return [(row[0], known[row[1]]) for row in rows]


def load_follower_uris(conn: Connection, actor_id: int, origin: str) -> list[str]:
    """URIs of the accepted followers whose URI starts with this scheme and authority (FEP-8fcf)."""
    query = (
        select(actors.c.uri)
        .join(follows, follows.c.follower_id == actors.c.id)
        .where(
            follows.c.followed_id == actor_id,
            follows.c.state == ACCEPTED,
            actors.c.uri.startswith(origin.rstrip("/") + "/", autoescape=True),
        )
    )
    return list(conn.scalars(query))


def load_pending_out(conn: Connection, *, limit: int) -> list[Follow]:
    """Follow requests of ours to actors elsewhere that nobody has answered yet."""
    followed = actors.alias("followed")
    query = (
        select(*_COLUMNS)
        .join(actors, actors.c.id == follows.c.follower_id)
        .join(followed, followed.c.id == follows.c.followed_id)
        .where(follows.c.state == PENDING, actors.c.local, followed.c.local.is_(False))
        .order_by(follows.c.id)
        .limit(limit)
    )
    return [Follow(*row) for row in conn.execute(query)]


def load_out(conn: Connection, followed_id: int) -> list[Follow]:
    """Follows and requests of ours to one actor elsewhere."""
    query = (
        select(*_COLUMNS)
        .join(actors, actors.c.id == follows.c.follower_id)
        .where(follows.c.followed_id == followed_id, actors.c.local)
    )
    return [Follow(*row) for row in conn.execute(query.order_by(follows.c.id))]


def load_with_pins(conn: Connection) -> list[int]:
    """Whom people here follow elsewhere and who say where to read what they show first; no communities."""
    followed = actors.alias("followed")
    query = (
        select(follows.c.followed_id)
        .join(actors, actors.c.id == follows.c.follower_id)
        .join(followed, followed.c.id == follows.c.followed_id)
        .where(
            follows.c.state == ACCEPTED,
            actors.c.local,
            ~followed.c.local,
            followed.c.state == "active",
            followed.c.kind != "group",
            followed.c.featured != "",
        )
        .distinct()
    )
    return list(conn.scalars(query))


def load_states(conn: Connection, follower_id: int, actor_ids: Collection[int]) -> dict[int, str]:
    """PENDING or ACCEPTED, by the id of each of these actors whom somebody follows or has asked."""
    query = select(follows.c.followed_id, follows.c.state).where(
        follows.c.follower_id == follower_id, follows.c.followed_id.in_(list(actor_ids))
    )
    return {row.followed_id: row.state for row in conn.execute(query)}


def load_followed(conn: Connection, follower_id: int, actor_ids: Collection[int]) -> frozenset[int]:
    """Those of these actors whom somebody follows."""
    query = select(follows.c.followed_id).where(
        follows.c.follower_id == follower_id, follows.c.state == ACCEPTED, follows.c.followed_id.in_(list(actor_ids))
    )
    return frozenset(conn.scalars(query))
