"""What is used and talked about these days: hashtags, posts, resources; public ones, of nobody who is silenced."""

import math
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Row,
    bindparam,
    distinct,
    func,
    literal_column,
    select,
    union_all,
)

from node.clock import DAY
from node.domain.moderation import Sanction
from node.domain.visibility import Visibility
from node.ids import first_id_at
from node.store.people.sanctions import is_under
from node.store.posts.objects import LIVE
from node.store.posts.reactions import LIKE, SHARE
from node.store.tables import object_tags, objects, reactions

DAYS = 7
#: Hashtags that fewer people used are no trend: one busy account makes none.
_PEOPLE_AT_LEAST = 2
#: So many of the newest posts are weighed, and so many for their hashtags; what is older has had its time.
_WEIGHED, _WEIGHED_TAGS = 2_000, 10_000


@dataclass(frozen=True, slots=True)
class Use:
    """How often something was used or spoken of on a day, and by how many."""

    day: int  # days since 1970, UTC
    uses: int
    people: int


#: Of ``objects``: what counts.
PUBLIC = (
    objects.c.state == LIVE,
    objects.c.visibility == Visibility.PUBLIC.value,
    ~is_under(objects.c.actor_id, Sanction.SILENCED),
)


def _public_since(since: ColumnElement[Any]) -> list[ColumnElement[bool]]:
    return [objects.c.id >= since, *PUBLIC]


_NEWEST = (
    select(objects.c.id, objects.c.actor_id)
    .where(*_public_since(bindparam("since")))
    .order_by(objects.c.id.desc())
    .limit(_WEIGHED_TAGS)
    .subquery()
)
_people = func.count(distinct(_NEWEST.c.actor_id))
_TAGS = (
    select(object_tags.c.tag)
    .join(_NEWEST, _NEWEST.c.id == object_tags.c.object_id)
    .group_by(object_tags.c.tag)
    .having(_people >= _PEOPLE_AT_LEAST)
    .order_by((2 * _people + func.count()).desc(), object_tags.c.tag)
    .limit(bindparam("limit"))
    .offset(bindparam("offset"))
)
#: Written out: PostgreSQL takes two parameters of one value for two expressions.
_day = (objects.c.published_at // literal_column(str(DAY), BigInteger)).label("day")
_USES = (
    select(
        object_tags.c.tag, _day, func.count().label("uses"), func.count(distinct(objects.c.actor_id)).label("people")
    )
    .join(objects, objects.c.id == object_tags.c.object_id)
    .where(object_tags.c.tag.in_(bindparam("tags", expanding=True)), *_public_since(bindparam("since")))
    .group_by(object_tags.c.tag, _day)
)


def list_tags(conn: Connection, now: int, *, limit: int, offset: int = 0) -> list[str]:
    """The hashtags of these days, those that most people used first."""
    since = first_id_at(now - DAYS * DAY)
    return list(conn.scalars(_TAGS, {"since": since, "limit": limit, "offset": offset}))


def load_uses(conn: Connection, tags: Collection[str], now: int) -> dict[str, list[Use]]:
    """How each of these hashtags was used on each of the last days, where it was."""
    found: dict[str, list[Use]] = defaultdict(list)
    if tags:
        wanted = {"tags": list(tags), "since": first_id_at((now // DAY - DAYS + 1) * DAY)}
        for row in conn.execute(_USES, wanted):
            found[row.tag].append(Use(row.day, row.uses, row.people))
    return found


_REACTED = union_all(
    select(reactions.c.object_id, reactions.c.actor_id, reactions.c.created_at.label("at")).where(
        reactions.c.object_id.in_(bindparam("ids", expanding=True)), reactions.c.kind.in_([LIKE, SHARE])
    ),
    select(objects.c.in_reply_to_id, objects.c.actor_id, objects.c.published_at).where(
        objects.c.in_reply_to_id.in_(bindparam("ids", expanding=True)), *PUBLIC
    ),
).subquery()
_reacted_on = (_REACTED.c.at // literal_column(str(DAY), BigInteger)).label("day")
_REACTIONS = (
    select(
        _REACTED.c.object_id,
        _reacted_on,
        func.count().label("uses"),
        func.count(distinct(_REACTED.c.actor_id)).label("people"),
    )
    .where(_REACTED.c.at >= bindparam("since"))
    .group_by(_REACTED.c.object_id, _reacted_on)
)


def load_reactions(conn: Connection, ids: Collection[int], now: int) -> dict[int, list[Use]]:
    """How often each of these objects was liked, shared and answered in the open on each of the last days."""
    found: dict[int, list[Use]] = defaultdict(list)
    if ids:
        for row in conn.execute(_REACTIONS, {"ids": list(ids), "since": (now // DAY - DAYS + 1) * DAY}):
            found[row.object_id].append(Use(row.day, row.uses, row.people))
    return found


def _ranked(kind: ColumnElement[bool]) -> Any:
    return (
        select(
            objects.c.id,
            objects.c.actor_id,
            objects.c.likes_count,
            objects.c.shares_count,
            objects.c.replies_count,
            objects.c.published_at,
        )
        .where(kind, objects.c.in_reply_to.is_(None), *_public_since(bindparam("since")))
        .order_by(objects.c.id.desc())
        .limit(_WEIGHED)
    )


_POSTS = _ranked(objects.c.kind != "resource")
_RESOURCES = _ranked(objects.c.kind == "resource")


def list_posts(conn: Connection, now: int, *, days: int = DAYS) -> list[int]:
    """Ids of the posts that people react to, the liveliest first; what nobody reacts to is no trend."""
    return _rank(conn.execute(_POSTS, {"since": first_id_at(now - days * DAY)}).all(), now)


def list_resources(conn: Connection, now: int, *, days: int = 90) -> list[int]:
    """Ids of the resources that people react to; a resource is new for longer than a post."""
    return _rank(conn.execute(_RESOURCES, {"since": first_id_at(now - days * DAY)}).all(), now)


def _rank(rows: Sequence[Row[Any]], now: int) -> list[int]:
    scored = [(_score(row, now), row.id) for row in rows]
    return [object_id for score, object_id in sorted(scored, reverse=True) if score > 0]


def _score(row: Row[Any], now: int) -> float:
    """Answers and shares say more than likes; each day halves what was said."""
    weight = float(row.likes_count + 2 * row.shares_count + 2 * row.replies_count)
    days: float = max(0, now - row.published_at) / DAY
    return weight * math.pow(0.5, days)
