"""Who was told of questions that nobody has answered."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import starmap

from sqlalchemy import Connection, exists, func, insert, select

from node.domain.communities import Role, TopicKind
from node.store.tables import actors, community_roles, expert_calls, objects, topics


@dataclass(frozen=True, slots=True)
class Waiting:
    """A question in a community of ours; ``author`` is the URI of who asked."""

    object_id: int
    community_id: int
    author: str


_ASKER, _GROUP = actors.alias("asker"), actors.alias("group")
_HAS_EXPERTS = exists().where(
    community_roles.c.community_id == topics.c.community_id, community_roles.c.role == Role.EXPERT.value
)
_IS_CALLED = exists().where(expert_calls.c.object_id == topics.c.object_id)
_WAITING = (
    select(topics.c.object_id, topics.c.community_id, _ASKER.c.uri)
    .join(objects, objects.c.id == topics.c.object_id)
    .join(_GROUP, _GROUP.c.id == topics.c.community_id)
    .join(_ASKER, _ASKER.c.id == objects.c.actor_id)
    .where(
        topics.c.kind == TopicKind.QUESTION.value,
        topics.c.state == "live",
        ~topics.c.locked,
        topics.c.accepted_id.is_(None),
        objects.c.state == "live",
        objects.c.replies_count == 0,
        _GROUP.c.local,
        _GROUP.c.state == "active",
        _HAS_EXPERTS,
        ~_IS_CALLED,
    )
)


def list_waiting(conn: Connection, *, since: int, until: int, limit: int) -> list[Waiting]:
    """Questions of this time without any answer, of communities that have experts, that nobody was called to yet."""
    query = _WAITING.where(objects.c.published_at > since, objects.c.published_at <= until)
    return list(starmap(Waiting, conn.execute(query.order_by(topics.c.object_id).limit(limit))))


def count_since(conn: Connection, actor_uris: Collection[str], since: int) -> dict[str, int]:
    """How often each was called lately; those who were not are left out."""
    query = select(expert_calls.c.actor_uri, func.count()).where(
        expert_calls.c.actor_uri.in_(list(actor_uris)), expert_calls.c.told_at > since
    )
    return {row[0]: row[1] for row in conn.execute(query.group_by(expert_calls.c.actor_uri))}


def insert_calls(conn: Connection, object_id: int, actor_uris: Sequence[str], now: int) -> None:
    rows = [{"object_id": object_id, "actor_uri": uri, "told_at": now} for uri in actor_uris]
    if rows:
        conn.execute(insert(expert_calls), rows)
