"""Where apps are told of news while they sleep, and what they are told."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from node.store.access.accounts import ACTIVE
from node.store.database.prepared import Prepared
from node.store.reading.kinds import CALLED, OBJECTS
from node.store.tables import accounts, actors, notifications, objects, push_subscriptions


@dataclass(frozen=True, slots=True)
class Subscription:
    """Of one token. ``alerts``: type of notification -> whether it is wanted."""

    id: int
    token_hash: str
    owner_id: int
    endpoint: str
    p256dh: str
    auth: str
    standard: bool
    alerts: Mapping[str, bool]
    policy: str  # all, followed, follower, none
    token_sealed: bytes


_COLUMNS = tuple(push_subscriptions.c[name] for name in Subscription.__dataclass_fields__)
_OF_OWNERS = Prepared(
    select(
        push_subscriptions.c.id,
        push_subscriptions.c.owner_id,
        push_subscriptions.c.endpoint,
        push_subscriptions.c.alerts,
        push_subscriptions.c.policy,
    ).where(push_subscriptions.c.owner_id.in_(bindparam("owners", expanding=True))),
    many="owners",
    named=True,
)


def find_subscription(conn: Connection, token_hash: str) -> Subscription | None:
    row = conn.execute(select(*_COLUMNS).where(push_subscriptions.c.token_hash == token_hash)).first()
    return Subscription(*row) if row else None


def find_subscription_by_id(conn: Connection, subscription_id: int) -> Subscription | None:
    row = conn.execute(select(*_COLUMNS).where(push_subscriptions.c.id == subscription_id)).first()
    return Subscription(*row) if row else None


def replace_subscription(conn: Connection, new: Subscription, now: int) -> None:
    """The subscription of this token from now on."""
    delete_subscription(conn, new.token_hash)
    values = {name: getattr(new, name) for name in Subscription.__dataclass_fields__}
    conn.execute(insert(push_subscriptions).values(**values, created_at=now, updated_at=now))


def update_subscription(
    conn: Connection, token_hash: str, alerts: Mapping[str, bool], policy: str | None, now: int
) -> bool:
    """Answers whether there is one; without ``policy`` that stays."""
    values: dict[str, Any] = {"alerts": dict(alerts), "updated_at": now, **({"policy": policy} if policy else {})}
    query = update(push_subscriptions).where(push_subscriptions.c.token_hash == token_hash)
    return conn.execute(query.values(**values)).rowcount > 0


def delete_subscription(conn: Connection, token_hash: str) -> None:
    conn.execute(delete(push_subscriptions).where(push_subscriptions.c.token_hash == token_hash))


def delete_subscription_by_id(conn: Connection, subscription_id: int) -> None:
    conn.execute(delete(push_subscriptions).where(push_subscriptions.c.id == subscription_id))


def list_wishes(conn: Connection, owner_ids: Collection[int]) -> Sequence[Any]:
    """Rows of ``id, owner_id, endpoint, alerts, policy`` of all apps of these people."""
    return _OF_OWNERS.run(conn, {"owners": list(owner_ids)}) if owner_ids else []


def load_news(conn: Connection, notification_id: int) -> Any:
    """What a message tells: of the notification, who did it, the post, and the language of who reads it.

    None for a notification that was taken back.
    """
    query = (
        select(
            notifications.c.id,
            notifications.c.type,
            notifications.c.event,
            notifications.c.actor_id,
            actors.c.name,
            actors.c.username,
            actors.c.icon,
            accounts.c.language,
            CALLED,
            objects.c.id.label("object_id"),
            objects.c.summary,
            objects.c.content,
            objects.c.state,
        )
        .join(actors, actors.c.id == notifications.c.actor_id)
        .join(accounts, accounts.c.actor_id == notifications.c.owner_id)
        .outerjoin(OBJECTS, objects.c.id == notifications.c.object_id)
        .where(notifications.c.id == notification_id, ~notifications.c.dismissed, accounts.c.state == ACTIVE)
    )
    return conn.execute(query).first()
