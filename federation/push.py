"""Sending push messages: through the one outgoing client, within its address policy, never in a request."""

import asyncio
import random
from collections.abc import Callable, Sequence
from typing import Any

import orjson
from sqlalchemy import Connection, Row

from federation.transport.http import OutboundClient, Response
from node import log
from node.clock import HOUR, SECOND, Clock
from node.domain.filters import FilterContext
from node.domain.text import plain
from node.domain.uris import origin_of
from node.errors import Blocked, Invalid, RemoteRefused, RemoteUnavailable
from node.jobs import backoff
from node.jobs.kind import Kind, single
from node.jobs.kinds import PUSH
from node.jobs.outcome import Done, Outcome, Retry
from node.secretbox import PUSH_TOKEN, SecretBox
from node.services.news import push_words, vapid
from node.services.news.news import OWN
from node.services.news.push import TTL
from node.services.news.vapid import VapidKey
from node.store.database.engine import Store
from node.store.jobs import Job
from node.store.news import push
from node.store.news.push import Subscription
from node.store.posts.objects import LIVE
from node.store.reading import filters, hearing
from node.webpush import encrypt, encrypt_draft, read_recipient, vapid_token

_SLOTS, _PER_HOST = 8, 4
_TRIES = 6
_GONE = frozenset({404, 410})
#: RFC 8292 section 2 allows 24 hours.
_TOKEN_LASTS = 12 * HOUR
_MAX_TITLE, _MAX_BODY = 120, 400  # characters
MAX_MESSAGE = 3_000  # bytes, before it is encrypted: push services take 4 KiB

#: What somebody waits for is shown at once, the rest when the device wakes (RFC 8030 section 5.3).
_URGENT = frozenset({"mention", "follow_request", "poll", "admin.report", "moderation_warning"})


class Pusher:
    """Runs jobs of kind ``push``."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        client: OutboundClient,
        box: SecretBox,
        *,
        origin: str,
        proxied: Callable[[str], str],
        languages: Sequence[str],
    ) -> None:
        """``origin``: of this node; it is whom a push service can turn to. ``proxied``: where apps find a picture.

        ``languages``: of the node, for people who have chosen none.
        """
        self._store, self._clock, self._client, self._box, self._origin = store, clock, client, box, origin
        self._proxied, self._languages = proxied, tuple(languages)
        self._key: VapidKey | None = None

    def kind(self) -> Kind:
        return single(PUSH, self.run, slots=_SLOTS, per_host=_PER_HOST)

    async def run(self, job: Job) -> Outcome:
        """One message; nothing is sent of a notification that was taken back, or to an app that has gone."""
        subscription_id = int(job.payload["subscription"])
        found = await self._store.read(_load, subscription_id, job.ref or 0, self._clock.now())
        if found is None:
            return Done()
        subscription, row = found
        key = await self._load_key()
        try:
            body, headers = await asyncio.to_thread(self._build, subscription, row, key)
            response = await self._client.post(subscription.endpoint, body, headers)
        except (RemoteRefused, Blocked, Invalid) as error:
            log.event("push.refused", host=job.host, error=error)
            return Done()
        except RemoteUnavailable as error:
            return self._later(job, error.public, error.retry_after_seconds)
        return await self._conclude(job, response, subscription_id)

    async def _load_key(self) -> VapidKey:
        if self._key is None:
            self._key = await self._store.write(vapid.load_key, self._box)
        return self._key

    def _build(self, subscription: Subscription, row: Row[Any], key: VapidKey) -> tuple[bytes, dict[str, str]]:
        token = self._box.open(subscription.token_sealed, purpose=PUSH_TOKEN).decode()
        recipient = read_recipient(subscription.p256dh, subscription.auth)
        make = encrypt if subscription.standard else encrypt_draft
        made = make(message(row, token, (row.language, *self._languages), icon=self._proxied(row.icon)), recipient)
        jwt = vapid_token(
            key.private,
            audience=origin_of(subscription.endpoint),
            subject=f"{self._origin}/",
            expires_at_seconds=(self._clock.now() + _TOKEN_LASTS) // SECOND,
        )
        headers = {
            **made.headers,
            "Content-Type": "application/octet-stream",
            "TTL": str(TTL // SECOND),
            "Urgency": "high" if row.type in _URGENT else "normal",
        }
        if subscription.standard:
            return made.body, {**headers, "Authorization": f"vapid t={jwt}, k={key.public}"}
        crypto_key = f"{made.headers['Crypto-Key']};p256ecdsa={key.public}"
        return made.body, {**headers, "Authorization": f"WebPush {jwt}", "Crypto-Key": crypto_key}

    async def _conclude(self, job: Job, response: Response, subscription_id: int) -> Outcome:
        if response.status in _GONE:
            await self._store.write(push.delete_subscription_by_id, subscription_id)
            return Done()
        if response.status == 429 or response.status >= 500:
            return self._later(job, f"status {response.status}", self._client.retry_after(response))
        if not 200 <= response.status < 300:
            log.event("push.refused", host=job.host, status=response.status, excerpt=response.excerpt)
        return Done()

    def _later(self, job: Job, reason: str, wait: int | None) -> Outcome:
        """Try again, some times; a message that nobody took is not worth an administrator's time."""
        if job.attempts >= _TRIES:
            log.event("push.given_up", host=job.host, reason=reason)
            return Done()
        return Retry(backoff.next_delay(job.attempts, retry_after_seconds=wait, random=random.random), reason)


def _load(
    conn: Connection, subscription_id: int, notification_id: int, now: int
) -> tuple[Subscription, Row[Any]] | None:
    """None where nobody listens any more, it was taken back, or who is told does not want to read such."""
    subscription = push.find_subscription_by_id(conn, subscription_id)
    row = push.load_news(conn, notification_id)
    if subscription is None or row is None or row.state not in {None, LIVE}:
        return None
    owner, actor = [subscription.owner_id], [row.actor_id]
    if row.type not in OWN and hearing.load_deaf(conn, owner, actor, now, notices=True):
        return None
    about = [] if row.object_id is None else [row.object_id]
    if filters.load_hidden(conn, subscription.owner_id, FilterContext.NOTIFICATIONS, about, now):
        return None
    return subscription, row


def message(row: Row[Any], token: str, languages: Sequence[str], *, icon: str) -> bytes:
    """What the app decrypts: whose account it is, which notification, and words to show until it has loaded it."""
    name = " ".join((row.name or row.username).split())
    occasion = (row.event or {}).get("occasion", row.type)
    title, language = push_words.title(occasion, name, languages, row.called)
    text = plain(row.summary or "") or plain(row.content or "")
    said = {
        "access_token": token,
        "preferred_locale": language,
        "notification_id": row.id,
        "notification_type": row.type,
        "icon": icon,
        "title": _cut(title, _MAX_TITLE),
        "body": _cut(" ".join(text.split()), _MAX_BODY),
    }
    whole = orjson.dumps(said)
    return whole if len(whole) <= MAX_MESSAGE else orjson.dumps({**said, "icon": ""})  # its address may be any length


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
