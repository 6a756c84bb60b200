"""Delivering activities: a job for each inbox, in the transaction of what is told, and what runs these jobs.

A delivery ends with an answer of 2xx, a refusal, or when it has lost its worth. Order is kept
for each (actor, object, host), and for a Group for each host. One host has at most three deliveries under way, one
while it fails; hosts that hang give way to those that answer (``federation.transport.places``).
"""

import asyncio
import functools
import math
import random
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Protocol

from sqlalchemy import Connection

from federation.sending.aftermath import Aftermath, Outgoing, Try
from federation.signatures.httpsig import Message, digest_of
from federation.signatures.keypairs import Algorithm, SigningKey
from federation.signatures.signing import Signing
from federation.transport.circuit import remembered_scheme
from federation.transport.double_knock import algorithm_of, knocks, may_knock_again, read_ask, sign_for
from federation.transport.hosts import Hosts
from federation.transport.http import OutboundClient, Response
from federation.transport.knock import Knock
from federation.transport.places import Crowded, GaveWay, Places, Tempo
from node import log, metrics
from node.clock import MINUTE, SECOND, Clock, SteadyClock
from node.domain.uris import host_of
from node.errors import NodeError
from node.ids import Ids
from node.jobs import backoff
from node.jobs.backoff import Answer
from node.jobs.kind import Kind, single
from node.jobs.kinds import DELIVER
from node.jobs.outcome import Done, GiveBack, Outcome, Retry
from node.services.context import Unit
from node.store import jobs
from node.store.database.engine import Store
from node.store.federation import activities, hosts
from node.store.federation.activities import LASTING, Activity
from node.store.federation.hosts import Host
from node.store.jobs import BEHIND, Job, NewJob

CONTENT_TYPE = "application/activity+json"
#: More than there are places, so that some can wait for one.
SLOTS = 200
#: Sent, or being sent, and not settled: what a killed process leaves to be sent again. A database settles 64 in some 20
#: to 60 ms, in which as many more are sent; beyond that, sending waits for it.
IN_HAND = 192
#: The fourth connection to a host stays free for what it may ask back before it answers: a key, an actor.
PER_HOST = 3
#: Answers that go to many hosts at about one time are claimed, and settled, together; a single one does not wait.
_PAUSE_SECONDS = 0.1
_REMEMBERED = 256
_SHORTLY = 2 * SECOND
_METRICS: Mapping[type, str] = MappingProxyType({Retry: "retry", GiveBack: "retry"})


def enqueue(
    conn: Connection,
    ids: Ids,
    now: int,
    activity: Activity,
    inboxes: Mapping[str, str],
    *,
    is_group: bool,
    headers: Mapping[str, str] | None = None,
    inbox_headers: Mapping[str, Mapping[str, str]] | None = None,
) -> None:
    """Store a delivery of an activity for each inbox (inbox -> host), in the caller's transaction.

    ``is_group``: its actor is one. ``headers`` go along with each, ``inbox_headers`` (by inbox) with some; names in
    lower case. Hosts that were heard of last come first, those that fail last: who answers does not wait for those who
    may be gone. A host that was given up gets only what must not be forgotten; one that is held gets its delivery at
    its next probe.
    """
    standings = hosts.load_standings(conn, set(inboxes.values()), now)
    expires_at = now + backoff.lifetime(activity.type)
    new = []
    for inbox, host in sorted(inboxes.items(), key=lambda pair: standings[pair[1]].promise, reverse=True):
        standing = standings[host]
        if standing.unavailable and activity.type not in LASTING:
            continue
        told = {**(headers or {}), **((inbox_headers or {}).get(inbox) or {})}
        new.append(
            NewJob(
                DELIVER,
                ids.new(),
                max(now, standing.held_until_at or 0),
                ref=activity.id,
                target=inbox,
                host=host,
                payload={"headers": told} if told else None,
                serial_key=_serial_key(activity, host, is_group=is_group),
                expires_at=expires_at,
            )
        )
    jobs.enqueue_many(conn, new)


def answer_to(unit: Unit, answer: Activity, *, inbox: str, is_group: bool) -> NewJob:
    """The delivery of an answer to who has just asked, whose host is well for all that is known."""
    return NewJob(
        DELIVER,
        unit.ids.new(),
        unit.now,
        ref=answer.id,
        target=inbox,
        host=(host := host_of(inbox)),
        serial_key=_serial_key(answer, host, is_group=is_group),
        expires_at=unit.now + backoff.lifetime(answer.type),
    )


def _serial_key(activity: Activity, host: str, *, is_group: bool) -> str:
    """What an actor says of one object is told in its order; of a group, all that it says."""
    return f"{activity.actor_id}||{host}" if is_group else f"{activity.actor_id}|{activity.object_uri}|{host}"


class Keyring(Protocol):
    """Where the signing keys of our actors are."""

    async def signing_key(self, actor_id: int, algorithm: Algorithm) -> SigningKey: ...


class Deliverer:
    """Runs delivery jobs."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        ids: Ids,
        client: OutboundClient,
        hosts: Hosts,
        keyring: Keyring,
        signing: Signing,
        *,
        places: Places | None = None,
        rnd: Callable[[], float] = random.random,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store, self._clock, self._ids = store, clock, ids
        self._client, self._hosts, self._keyring = client, hosts, keyring
        self._places, self._signing = places or Places(), signing
        self._aftermath = Aftermath(store, clock, ids, hosts, rnd=rnd)
        self._random, self._steady = rnd, SteadyClock(clock, monotonic)
        self._outgoing: OrderedDict[int, asyncio.Task[Outgoing | None]] = OrderedDict()
        self._tempo = Tempo()

    def kind(self) -> Kind:
        return single(DELIVER, self.run, slots=SLOTS, pause=_PAUSE_SECONDS, per_host=self._room, in_hand=IN_HAND)

    def _room(self, host: str) -> int:
        """How many deliveries to this host may be under way; runs in the store's thread.

        More than one only after a prompt answer: fifty hosts that hang are to take fifty slots, not two hundred.
        """
        return PER_HOST if self._tempo.is_prompt(host) and not self._is_suspect(self._hosts.peek(host)) else 1

    def _is_suspect(self, host: Host) -> bool:
        return bool(host.failures) or host.is_held or self._tempo.is_slow(host.host)

    async def run(self, job: Job) -> Outcome:
        """Try one delivery."""
        host = await self._hosts.get(job.host)
        if host.is_held or host.is_unavailable:
            host = await self._hosts.reread(job.host)  # another process may know better
        now = self._clock.now()
        if job.expires_at is not None and job.expires_at <= now:
            return await self._expire(job, host, now)
        if host.is_unavailable:
            return GiveBack(BEHIND)
        if host.held_until_at is not None and now < host.held_until_at:
            return GiveBack(host.held_until_at - now)
        outgoing = await self._find(job.ref or 0)
        if outgoing is None:
            return Done()  # the activity is gone, with its actor
        with log.bound(activity=outgoing.activity.uri):
            return await self._deliver(job, host, outgoing)

    async def _expire(self, job: Job, host: Host, now: int) -> Outcome:
        if not self._steady.is_steady():
            return GiveBack(MINUTE)
        if host.is_held:  # this may have been its probe
            await self._store.write(jobs.release_oldest, job.host, DELIVER, now)
        metrics.delivery_ended("expired", 0, host=job.host)
        log.event("delivery.expired", host=job.host, target=job.target, attempts=job.attempts)
        return Done()

    async def _find(self, activity_id: int) -> Outgoing | None:
        """Read once for all deliveries of an activity."""
        task = self._outgoing.get(activity_id)
        if task is None or (task.done() and (task.cancelled() or task.exception() is not None)):
            task = self._outgoing[activity_id] = asyncio.create_task(self._load(activity_id), name="load activity")
            if len(self._outgoing) > _REMEMBERED:
                self._outgoing.popitem(last=False)
        return task.result() if task.done() else await asyncio.shield(task)

    async def _load(self, activity_id: int) -> Outgoing | None:
        activity = await self._store.collect(activities.find_activities, activity_id)
        if activity is None:
            return None
        body = activity.body.encode()
        return Outgoing(activity, body, digest_of(body))

    async def _deliver(self, job: Job, host: Host, outgoing: Outgoing) -> Outcome:
        attempt = functools.partial(self._try, job, outgoing)
        try:
            tried = await self._places.run(attempt, is_slow=self._is_suspect(host))
        except GaveWay:
            self._tempo.note(job.host, math.inf)
            return GiveBack(_SHORTLY)
        except Crowded:
            return GiveBack(round(_SHORTLY * (1 + self._random())))
        if tried.answer is not Answer.UNTRIED:
            self._tempo.note(job.host, math.inf if tried.response is None else tried.seconds)
        outcome = await self._aftermath.conclude(tried)
        told = "ok" if tried.answer is Answer.TAKEN else _METRICS.get(type(outcome), "refused")
        metrics.delivery_ended(told, tried.seconds, host=job.host)
        return outcome

    async def _try(self, job: Job, outgoing: Outgoing) -> Try:
        started_at = time.monotonic()
        try:
            knock, response = await self._knock(job, outgoing)
        except NodeError as error:
            reason = f"{type(error).__name__}: {error}"
            return Try(job, outgoing, backoff.read_error(error), reason, time.monotonic() - started_at)
        answer, seconds = backoff.read_status(response.status), time.monotonic() - started_at
        if answer is Answer.TAKEN:
            return Try(job, outgoing, answer, "", seconds, response, knock)
        wait, reason = self._client.retry_after(response), f"{response.status} {response.excerpt}"
        return Try(job, outgoing, answer, reason, seconds, response, knock, wait)

    async def _knock(self, job: Job, outgoing: Outgoing) -> tuple[Knock, Response]:
        """Ask with one signature after the other until one is not complained of; the last answer."""
        told = (job.payload or {}).get("headers") or {}
        message = Message("POST", job.target, {"content-type": CONTENT_TYPE, **told}, outgoing.body)
        remembered = remembered_scheme(self._hosts.peek(job.host), self._clock.now())
        left, ask = list(knocks(self._hosts.hopeful(job.host), job.target)), None
        while True:
            knock = left.pop(0)
            key = await self._keyring.signing_key(outgoing.activity.actor_id, algorithm_of(knock))
            proof = functools.partial(
                sign_for, knock, message, key, body_digest=outgoing.digest, also=tuple(told), ask=ask
            )
            sign = functools.partial(self._sign, key, proof)
            response = await self._client.post(job.target, outgoing.body, message.headers, sign=sign)
            if not may_knock_again(response.status, response.body, is_proven=knock == remembered):
                return knock, response
            self._hosts.refused(job.host, knock)
            if ask is None and (ask := read_ask(response.headers, message)) is not None:
                left = [Knock.RFC9421]  # the host says what it wants: once, and nothing else
            if not left:
                return knock, response

    async def _sign(self, key: SigningKey, proof: Callable[..., dict[str, str]], _: str) -> dict[str, str]:
        """What ``proof`` says now; of the client, when there is somebody to say it to."""
        sign = functools.partial(proof, now=self._clock.now())
        return await self._signing.run(sign) if key.is_slow else sign()
