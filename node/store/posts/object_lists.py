"""Objects as lists: what an actor published, what answers something, what a conversation holds."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Connection, Row, and_, bindparam, func, or_, select

from node.domain.visibility import Visibility
from node.store.database.prepared import Prepared
from node.store.posts.objects import COLUMNS, LIVE, Object
from node.store.tables import actors, home_entries, objects, pins

PUBLIC = ("public", "unlisted")


def list_by_actor(
    conn: Connection, actor_id: int, *, visibilities: Collection[str], before: int | None, limit: int
) -> list[Row[Any]]:
    """Whole rows of what an actor published, newest first."""
    query = select(objects).where(
        objects.c.actor_id == actor_id, objects.c.state == LIVE, objects.c.visibility.in_(list(visibilities))
    )
    if before is not None:
        query = query.where(objects.c.id < before)
    return list(conn.execute(query.order_by(objects.c.id.desc()).limit(limit)))


_COUNTED = Prepared(
    select(func.count()).where(
        objects.c.actor_id == bindparam("actor"),
        objects.c.state == LIVE,
        objects.c.visibility.in_(bindparam("levels", expanding=True)),
    ),
    many="levels",
)


def count_by_actor(conn: Connection, actor_id: int, visibilities: Collection[str]) -> int:
    return int(_COUNTED.first(conn, {"actor": actor_id, "levels": list(visibilities)})[0])


def _is_shown(community: str) -> ColumnElement[bool]:
    """What everybody may read, and what is in this closed community; none where it is empty."""
    is_open = objects.c.visibility.in_(PUBLIC)
    if not community:
        return is_open
    return or_(is_open, and_(objects.c.visibility == Visibility.COMMUNITY.value, objects.c.audience == community))


def list_replies(conn: Connection, object_id: int, *, after: int, limit: int, community: str = "") -> list[Row[Any]]:
    """Whole rows of direct replies that are public or in this closed community, the oldest first."""
    query = select(objects).where(
        objects.c.in_reply_to_id == object_id,
        objects.c.state == LIVE,
        _is_shown(community),
        objects.c.id > after,
    )
    return list(conn.execute(query.order_by(objects.c.id).limit(limit)))


def list_in_audience(conn: Connection, group_uri: str, actor_id: int) -> list[Object]:
    """What somebody wrote in a community."""
    query = select(*COLUMNS).where(
        objects.c.actor_id == actor_id, objects.c.audience == group_uri, objects.c.state == LIVE
    )
    return [Object._make(row) for row in conn.execute(query)]


def list_answers(conn: Connection, ids: Collection[int], *, limit: int) -> list[Object]:
    """What answers any of these objects directly, the oldest first."""
    if not ids:
        return []
    query = select(*COLUMNS).where(objects.c.in_reply_to_id.in_(list(ids)), objects.c.state == LIVE)
    return [Object._make(row) for row in conn.execute(query.order_by(objects.c.id).limit(limit))]


def find_first_of(conn: Connection, context: str) -> Object | None:
    """The first of ours in a conversation that began here; what others say of their age counts for nothing."""
    query = (
        select(*COLUMNS)
        .where(objects.c.context == context, objects.c.state == LIVE, objects.c.local)
        .order_by(objects.c.id)
    )
    row = conn.execute(query.limit(1)).first()
    return Object._make(row) if row else None


def list_context(conn: Connection, context: str, *, after: int, limit: int, community: str = "") -> list[Row[Any]]:
    """Whole rows of a conversation that are public or in this closed community, the oldest first."""
    query = select(objects).where(
        objects.c.context == context,
        objects.c.state == LIVE,
        _is_shown(community),
        objects.c.id > after,
    )
    return list(conn.execute(query.order_by(objects.c.id).limit(limit)))


def list_home(conn: Connection, owner_id: int, *, before: int | None, limit: int) -> list[Row[Any]]:
    """A home timeline, newest first: entry id, who shared it, and the whole object row."""
    query = (
        select(home_entries.c.id.label("entry_id"), home_entries.c.shared_by_id, objects)
        .join(objects, objects.c.id == home_entries.c.object_id)
        .where(home_entries.c.owner_id == owner_id, objects.c.state == LIVE)
    )
    if before is not None:
        query = query.where(home_entries.c.id < before)
    return list(conn.execute(query.order_by(home_entries.c.id.desc()).limit(limit)))


AFTER_ALL = 2**63 - 1
_PUBLIC_POSTS = {
    local: Prepared(
        select(objects, actors.c.username, actors.c.host, actors.c.acct, actors.c.name.label("author_name"))
        .join(actors, actors.c.id == objects.c.actor_id)
        .where(
            objects.c.state == LIVE,
            objects.c.visibility == "public",
            objects.c.local.is_(local),
            objects.c.kind != "resource",
            objects.c.in_reply_to.is_(None),
            objects.c.id < bindparam("before", type_=BigInteger),
        )
        .order_by(objects.c.id.desc())
        .limit(bindparam("limit", type_=BigInteger)),
        named=True,
    )
    for local in (True, False)
}


def list_public_posts(conn: Connection, *, local: bool, before: int | None, limit: int) -> list[Row[Any]]:
    """Public posts (no resources) with their authors' names, newest first."""
    before = AFTER_ALL if before is None else before
    return list(_PUBLIC_POSTS[local].run(conn, {"before": before, "limit": limit}))


def list_home_owners(conn: Connection, object_id: int, *, limit: int) -> list[int]:
    """Who has an object on their home timeline."""
    return list(conn.scalars(select(home_entries.c.owner_id).where(home_entries.c.object_id == object_id).limit(limit)))


def list_pinned(conn: Connection, actor_id: int) -> list[str]:
    """URIs of what an actor shows first, as far as everybody may read it."""
    query = (
        select(objects.c.uri)
        .join(pins, pins.c.object_id == objects.c.id)
        .where(pins.c.actor_id == actor_id, objects.c.state == LIVE, objects.c.visibility.in_(PUBLIC))
        .order_by(pins.c.created_at.desc())
        .limit(20)
    )
    return list(conn.scalars(query))


def count_context(conn: Connection, context: str, community: str = "") -> int:
    """How many objects of a conversation are public or in this closed community."""
    query = select(func.count()).where(objects.c.context == context, objects.c.state == LIVE, _is_shown(community))
    return conn.scalar(query) or 0
