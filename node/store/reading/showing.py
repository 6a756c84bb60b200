"""What pages show of many actors and posts at once: one statement for all of them."""

from collections.abc import Collection, Sequence
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, Connection, Row, bindparam, exists, func, select

from node.store.access.accounts import ACTIVE
from node.store.database.prepared import Prepared
from node.store.people.follows import ACCEPTED
from node.store.posts.object_lists import AFTER_ALL
from node.store.posts.objects import LIVE
from node.store.reading.visible import not_secret_to, seen_by
from node.store.tables import accounts, actors, follows, object_tags, objects

_OPEN = ("public", "unlisted")
_HOMES = Prepared(
    select(actors.c.id, actors.c.uri, actors.c.host, actors.c.local, actors.c.state).where(
        actors.c.id.in_(bindparam("ids", expanding=True))
    ),
    many="ids",
    named=True,
)
_BY_ID = Prepared(select(actors).where(actors.c.id.in_(bindparam("ids", expanding=True))), many="ids", named=True)


def load_rows(conn: Connection, ids: Collection[int]) -> dict[int, Row[Any]]:
    """Whole rows of actors, by id."""
    return {row.id: row for row in _BY_ID.run(conn, {"ids": list(ids)})} if ids else {}


def load_homes(conn: Connection, ids: Collection[int]) -> dict[int, Any]:
    """By id what says whether lists may show what an actor made: ``id, uri, host, local, state``."""
    return {row.id: row for row in _HOMES.run(conn, {"ids": list(ids)})} if ids else {}


@cache
def _known(is_member: bool) -> Prepared:
    query = select(actors.c.id).where(actors.c.id.in_(bindparam("ids", expanding=True)))
    return Prepared(query.where(not_secret_to(0 if is_member else None)), many="ids")


def load_known(conn: Connection, ids: Collection[int], viewer_id: int | None) -> list[int]:
    """Of these ids those of actors of which this person may know (``not_secret_to``), in the same order."""
    if not ids:
        return []
    found = {
        actor_id for (actor_id,) in _known(viewer_id is not None).run(conn, {"ids": list(ids), **seen_by(viewer_id)})
    }
    return [each for each in ids if each in found]


_OF_KIND = (
    select(actors)
    .where(actors.c.kind == bindparam("kind"))
    .order_by(actors.c.id.desc())
    .limit(bindparam("limit", type_=BigInteger))
)
_NEWEST = {
    local: Prepared(
        _OF_KIND.where(actors.c.local.is_(local), actors.c.state == "active", actors.c.discoverable), named=True
    )
    for local in (True, False)
}
_IS_FOLLOWED = exists().where(follows.c.followed_id == actors.c.id, follows.c.state == ACCEPTED)
_FOLLOWED = Prepared(_OF_KIND.where(actors.c.local.is_(False), _IS_FOLLOWED), named=True)


def list_actors(conn: Connection, kind: str, *, local: bool, limit: int) -> Sequence[Row[Any]]:
    """Whole rows of actors of a kind that are there and want to be found, the newest first."""
    return _NEWEST[local].run(conn, {"kind": kind, "limit": limit})


_KINDS = Prepared(
    select(actors.c.kind, func.count()).where(actors.c.local, actors.c.state == "active").group_by(actors.c.kind)
)
_PEOPLE = Prepared(select(func.count()).select_from(accounts).where(accounts.c.state == ACTIVE))


def count_kinds(conn: Connection) -> dict[str, int]:
    """How many local actors there are of each kind; of people, those with an account."""
    return {**dict(_KINDS.run(conn, {})), "person": _PEOPLE.first(conn, {})[0]}


def list_followed(conn: Connection, kind: str, *, limit: int) -> Sequence[Row[Any]]:
    """Whole rows of the remote actors of a kind that somebody here follows, the newest first."""
    return _FOLLOWED.run(conn, {"kind": kind, "limit": limit})


_POSTS = Prepared(
    select(objects)
    .where(
        objects.c.actor_id == bindparam("actor"),
        objects.c.state == LIVE,
        objects.c.visibility.in_(_OPEN),
        objects.c.kind != "resource",
        objects.c.id < bindparam("before", type_=BigInteger),
    )
    .order_by(objects.c.id.desc())
    .limit(bindparam("limit", type_=BigInteger)),
    named=True,
)


def list_posts(conn: Connection, actor_id: int, *, before: int | None, limit: int) -> Sequence[Row[Any]]:
    """Whole rows of the open posts of an actor, no resources, the newest first."""
    return _POSTS.run(conn, {"actor": actor_id, "before": AFTER_ALL if before is None else before, "limit": limit})


def list_tagged(conn: Connection, tag: str, *, before: int | None, limit: int) -> Sequence[Row[Any]]:
    """Whole rows of the public posts with a hashtag (``domain.tags.key_of``), no resources, the newest first."""
    query = (
        select(objects)
        .join(object_tags, object_tags.c.object_id == objects.c.id)
        .where(
            object_tags.c.tag == tag,
            objects.c.state == LIVE,
            objects.c.visibility == "public",
            objects.c.kind != "resource",
        )
    )
    if before is not None:
        query = query.where(object_tags.c.object_id < before)
    return conn.execute(query.order_by(object_tags.c.object_id.desc()).limit(limit)).all()
