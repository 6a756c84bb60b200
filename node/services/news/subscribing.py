"""What apps subscribe to push messages with, and what they may choose."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from node.domain.notices import NoticeType
from node.errors import Invalid, NotFound
from node.secretbox import PUSH_TOKEN, SecretBox
from node.services.context import Unit
from node.store.news import push
from node.store.news.push import Subscription
from node.webpush import read_recipient

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
        token_sealed=box.seal(text.encode(), purpose=PUSH_TOKEN),
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
