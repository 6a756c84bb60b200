"""Push: which apps are told of a notification."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from node.clock import HOUR
from node.domain.uris import host_of
from node.jobs.kinds import PUSH
from node.services.context import Unit
from node.store import jobs
from node.store.jobs import NewJob
from node.store.news import push, streams

#: A push service keeps a message for so long, and so do we.
TTL = 48 * HOUR


def enqueue(conn: Connection, unit: Unit, rows: Sequence[Mapping[str, Any]]) -> None:
    """Leave a job for each app that wants to hear of these notifications (rows of the table); one statement for most.

    Called in the transaction that writes them.
    """
    wishes = push.list_wishes(conn, {row["owner_id"] for row in rows})
    if not wishes:
        return
    wanted = [
        (wish, row)
        for wish in wishes
        for row in rows
        if row["owner_id"] == wish.owner_id and wish.alerts.get(row["type"]) and wish.policy != "none"
    ]
    owners = {wish.owner_id for wish, _ in wanted if wish.policy != "all"}
    others = {row["actor_id"] for _, row in wanted}
    follows = {
        *streams.load_following(conn, owners, others),
        *(streams.load_following(conn, others, owners) if owners else ()),
    }
    jobs.enqueue_many(
        conn,
        [
            NewJob(
                PUSH,
                unit.ids.new(),
                unit.now,
                ref=row["id"],
                target=f"subscription {wish.id}",
                host=host_of(wish.endpoint),
                payload={"subscription": wish.id},
                expires_at=unit.now + TTL,
            )
            for wish, row in wanted
            if _is_close(wish.policy, wish.owner_id, row["actor_id"], follows)
        ],
    )


def _is_close(policy: str, owner_id: int, actor_id: int, follows: set[tuple[int, int]]) -> bool:
    if policy == "followed":
        return (owner_id, actor_id) in follows
    return policy != "follower" or (actor_id, owner_id) in follows
