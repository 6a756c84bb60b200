"""Push: which apps are told of a notification, and what they subscribe with (shelf: mastodon-api section 8)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from node.clock import HOUR
from node.domain.notices import NoticeType
from node.domain.uris import host_of
from node.errors import Invalid, NotFound
from node.jobs.kinds import PUSH
from node.secretbox import SecretBox
from node.services.context import Unit
from node.store import jobs
from node.store.jobs import NewJob
from node.store.news import push
from node.store.news.push import Subscription
from node.store.reading import streams
from node.webpush import read_recipient

#: What tokens in subscriptions are sealed for.
TOKEN_PURPOSE = "push token"  # noqa: S105 (a name)
#: A push service keeps a message for so long, and so do we.
TTL = 48 * HOUR
POLICIES = ("all", "followed", "follower", "none")
ALERTS = tuple(kind.value for kind in NoticeType)
MAX_ENDPOINT = 2_048


@dataclass(frozen=True, slots=True)
class Draft:
    """What an app subscribes with; ``endpoint`` has passed the address policy."""

    endpoint: str
    p256dh: str
    auth: str
    standard: bool
    alerts: Mapping[str, bool]
    policy: str


def subscribe(
    conn: Connection, unit: Unit, box: SecretBox, owner_id: int, token: tuple[str, str], draft: Draft
) -> Subscription:
    """In place of what the token subscribed to before; a unit of work.

    ``token``: text and hash. Raises Invalid for keys that cannot be used.
    """
    read_recipient(draft.p256dh, draft.auth)
    check_policy(draft.policy)
    text, token_hash = token
    new = Subscription(
        id=unit.ids.new(),
        token_hash=token_hash,
        owner_id=owner_id,
        endpoint=draft.endpoint,
        p256dh=draft.p256dh,
        auth=draft.auth,
        standard=draft.standard,
        alerts=draft.alerts,
        policy=draft.policy,
        token_sealed=box.seal(text.encode(), purpose=TOKEN_PURPOSE),
    )
    push.replace_subscription(conn, new, unit.now)
    return new


def change(conn: Connection, token_hash: str, alerts: Mapping[str, bool], policy: str | None, now: int) -> Subscription:
    """Other alerts, perhaps another policy; raises NotFound without a subscription."""
    if policy is not None:
        check_policy(policy)
    push.update_subscription(conn, token_hash, alerts, policy, now)
    return find(conn, token_hash)


def find(conn: Connection, token_hash: str) -> Subscription:
    """The subscription of this token; raises NotFound."""
    found = push.find_subscription(conn, token_hash)
    if found is None:
        raise NotFound("Record not found")
    return found


def check_policy(policy: str) -> None:
    if policy not in POLICIES:
        raise Invalid("Validation failed: Policy is not included in the list")


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
