"""Topics: the first posts of threads, with what communities know of them (kind, lock, pin, accepted answer)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import starmap
from typing import Any

from sqlalchemy import Connection, and_, bindparam, delete, func, select, update

from node.domain.communities import TopicKind
from node.store.database.prepared import Prepared
from node.store.database.upsert import Upsert
from node.store.tables import objects, reactions, topics

LIVE, REMOVED = "live", "removed"


@dataclass(frozen=True, slots=True)
class Topic:
    object_id: int
    community_id: int | None
    kind: str  # domain.communities.TopicKind
    locked: bool
    pinned_at: int | None
    last_activity_at: int
    accepted_id: int | None
    state: str

    @property
    def is_question(self) -> bool:
        return self.kind == TopicKind.QUESTION


_COLUMNS = tuple(topics.c[name] for name in Topic.__dataclass_fields__)
_BY_ID = Prepared(select(*_COLUMNS).where(topics.c.object_id.in_(bindparam("ids", expanding=True))), many="ids")
_SAVE = Upsert(
    lambda into: (statement := into(topics)).on_conflict_do_update(
        index_elements=[topics.c.object_id],
        set_={"community_id": statement.excluded.community_id, "kind": statement.excluded.kind},
    )
)


def save_topics(conn: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Topics as ``{object_id, community_id, kind, last_activity_at}``; one that is known keeps lock, pin and answer."""
    if rows:
        conn.execute(_SAVE[conn.dialect.name], list(rows))


def load_topics(conn: Connection, object_ids: Collection[int]) -> dict[int, Topic]:
    """Those of these posts that are topics, by id."""
    if not object_ids:
        return {}
    return {topic.object_id: topic for topic in starmap(Topic, _BY_ID.run(conn, {"ids": list(object_ids)}))}


def find_topic(conn: Connection, object_id: int) -> Topic | None:
    return load_topics(conn, [object_id]).get(object_id)


def find_topic_of(conn: Connection, context: str) -> Topic | None:
    """The topic of a conversation."""
    query = select(*_COLUMNS).join(objects, objects.c.id == topics.c.object_id).where(objects.c.context == context)
    row = conn.execute(query.order_by(topics.c.object_id).limit(1)).first() if context else None
    return Topic(*row) if row else None


def update_topics(conn: Connection, object_ids: Collection[int], **values: Any) -> None:
    """Change columns of topics: ``locked``, ``pinned_at``, ``accepted_id``, ``state``, ``kind``."""
    conn.execute(update(topics).where(topics.c.object_id.in_(list(object_ids))).values(**values))


def delete_topics(conn: Connection, object_ids: Collection[int]) -> None:
    """These posts begin no threads any more; the posts stay."""
    conn.execute(delete(topics).where(topics.c.object_id.in_(list(object_ids))))


def touch_topics(conn: Connection, contexts: Collection[str], at: int) -> None:
    """Somebody wrote in these conversations at this time (milliseconds)."""
    of_context = select(objects.c.id).where(objects.c.context.in_([each for each in contexts if each]))
    conn.execute(
        update(topics)
        .where(topics.c.object_id.in_(of_context), topics.c.last_activity_at < at)
        .values(last_activity_at=at)
    )


def load_pinned(conn: Connection, community_id: int) -> list[int]:
    """Ids of the topics that a community shows first, the one that was pinned last first."""
    query = select(topics.c.object_id).where(
        topics.c.community_id == community_id, topics.c.pinned_at.is_not(None), topics.c.state == LIVE
    )
    return list(conn.scalars(query.order_by(topics.c.pinned_at.desc(), topics.c.object_id.desc())))


@dataclass(frozen=True, slots=True)
class Shared:
    """A thread as its community lists it: the post, and the URI of the Announce that shows it."""

    object_id: int
    uri: str
    visibility: str
    published_at: int
    share_uri: str


def list_shared(conn: Connection, community_id: int, *, before: int | None, limit: int) -> list[Shared]:
    """The threads of a community, the newest first; ``before`` is the id of a post."""
    query = (
        select(objects.c.id, objects.c.uri, objects.c.visibility, objects.c.published_at, reactions.c.uri)
        .join(topics, topics.c.object_id == objects.c.id)
        .join(
            reactions,
            and_(
                reactions.c.object_id == objects.c.id,
                reactions.c.actor_id == topics.c.community_id,
                reactions.c.kind == "share",
            ),
        )
        .where(topics.c.community_id == community_id, topics.c.state == LIVE, objects.c.state == "live")
    )
    if before is not None:
        query = query.where(objects.c.id < before)
    return list(starmap(Shared, conn.execute(query.order_by(objects.c.id.desc()).limit(limit))))


def count_topics(conn: Connection, community_ids: Collection[int]) -> dict[int, int]:
    """How many live topics these communities have; those without any are left out."""
    query = select(topics.c.community_id, func.count()).where(
        topics.c.community_id.in_(list(community_ids)), topics.c.state == LIVE
    )
    return {row[0]: row[1] for row in conn.execute(query.group_by(topics.c.community_id))}
