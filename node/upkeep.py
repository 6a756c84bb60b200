"""Periodic work that keeps the store small and honest."""

from sqlalchemy import Connection

from node.clock import DAY
from node.store.access import idempotency, joining, mailed_links, oauth, sessions
from node.store.database.engine import Store
from node.store.federation import inbox
from node.store.house import queue, workers
from node.store.news import notifications
from node.store.people import keys, mutes
from node.store.posts import burying

#: Duplicates are recognised, and refusals explained, for so long.
KEEP_RECEIVED = 30 * DAY
KEEP_KEYS = 30 * DAY
KEEP_PARKED = 30 * DAY
KEEP_WORKERS = DAY
KEEP_DISMISSED = 30 * DAY
SESSION_UNUSED = 14 * DAY
SESSION_IN_ALL = 30 * DAY
TOKEN_UNUSED = 180 * DAY
#: An account whose address nobody confirmed; its user name is free again.
KEEP_UNCONFIRMED = 14 * DAY
#: An app that nobody ever let in; a used code, so that a second use is recognised.
KEEP_IDLE_APPS = 30 * DAY
KEEP_CODES = DAY
#: So long the same request of an app makes nothing new.
KEEP_IDEMPOTENCY = DAY


def expire(conn: Connection, now: int) -> None:
    """Forget what has had its time."""
    inbox.expire_received(conn, now - KEEP_RECEIVED)
    queue.forget_parked(conn, now - KEEP_PARKED)
    workers.forget_workers(conn, now - KEEP_WORKERS)
    notifications.expire_dismissed(conn, now - KEEP_DISMISSED)
    burying.expire_tombstones(conn, now)
    mutes.expire_mutes(conn, now)
    keys.expire_remote_keys(conn, now - KEEP_KEYS)
    keys.delete_retired_keys(conn, now)
    sessions.expire_sessions(conn, unused_since=now - SESSION_UNUSED, created_before=now - SESSION_IN_ALL)
    mailed_links.expire_links(conn, now)
    joining.expire_unconfirmed(conn, now - KEEP_UNCONFIRMED)
    oauth.expire_tokens(conn, now - TOKEN_UNUSED)
    oauth.expire_codes(conn, now - KEEP_CODES)
    oauth.expire_apps(conn, now - KEEP_IDLE_APPS)
    idempotency.expire_keys(conn, now - KEEP_IDEMPOTENCY)


async def run(store: Store, now: int) -> None:
    await store.write(expire, now)
