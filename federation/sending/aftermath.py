"""What follows from the answer to a delivery: for the job, for its host, and for the people behind the inbox."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import orjson
from sqlalchemy import Connection

from federation.sending.recheck import recheck_actors
from federation.transport.hosts import Hosts
from federation.transport.http import Response
from federation.transport.knock import Knock
from node import log
from node.clock import SECOND, Clock
from node.domain.uris import host_of
from node.ids import Ids
from node.jobs import backoff
from node.jobs.backoff import Answer
from node.jobs.kinds import DELIVER
from node.jobs.outcome import Done, GiveBack, Outcome, Park, Retry, Settled
from node.store import jobs
from node.store.database.engine import Store
from node.store.federation import activities
from node.store.federation.activities import LASTING, Activity, Reader
from node.store.jobs import Job, NewJob

_SHORTLY = 2 * SECOND


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What many deliveries of one activity share; ``digest`` as ``signatures.httpsig.digest_of`` makes it."""

    activity: Activity
    body: bytes = field(repr=False)
    digest: str

    @property
    def named(self) -> set[str]:
        """URIs of those whom it is addressed to."""
        document = orjson.loads(self.body)
        return {uri for name in ("to", "cc", "audience") for uri in _list(document.get(name)) if isinstance(uri, str)}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


@dataclass(frozen=True, slots=True)
class Try:
    """One try to deliver and how it ended; without ``response`` there was no answer.

    ``knock`` is how the answered request was signed, ``wait`` the seconds that the answer asked for.
    """

    job: Job
    outgoing: Outgoing
    answer: Answer
    reason: str
    seconds: float
    response: Response | None = None
    knock: Knock | None = None
    wait: int | None = None

    @property
    def is_host_alive(self) -> bool | None:
        """Whether it shows that the host works; None where it says nothing about that."""
        if self.response is None:
            return None if self.answer in _SAY_NOTHING else False
        return backoff.is_alive(self.response.status, has_retry_after=self.wait is not None)


#: Ended before the host was reached.
_SAY_NOTHING = frozenset({Answer.REFUSED, Answer.UNTRIED})
_Ending = Callable[[Try], Awaitable[Outcome]]


class Aftermath:
    """Draws the consequences of tries."""

    def __init__(self, store: Store, clock: Clock, ids: Ids, hosts: Hosts, *, rnd: Callable[[], float]) -> None:
        self._store, self._clock, self._ids, self._hosts, self._random = store, clock, ids, hosts, rnd
        self._endings: Mapping[Answer, _Ending] = MappingProxyType(
            {
                Answer.TAKEN: self._end,
                Answer.REFUSED: self._end,
                Answer.MISTRUSTED: self._sign_anew,
                Answer.GONE: self._end_inbox,
                Answer.MISSING: self._end_inbox,
                Answer.MOVED: self._look_where,
                Answer.ODD: self._set_aside,
                Answer.LATER: self._wait,
                Answer.UNTRIED: self._give_back,
            }
        )

    async def conclude(self, tried: Try) -> Outcome:
        """What becomes of the job; hosts and inboxes are seen to."""
        job = tried.job
        if tried.answer is not Answer.TAKEN:
            log.event("delivery.failed", host=job.host, target=job.target, attempt=job.attempts, reason=tried.reason)
        alive = tried.is_host_alive
        if alive is False:
            return await self._fail(tried)
        if alive:
            is_proven = tried.answer is Answer.TAKEN and tried.knock is not None
            await self._hosts.answered(job.host, scheme=str(tried.knock) if is_proven else "")
        return await self._endings[tried.answer](tried)

    async def _fail(self, tried: Try) -> Outcome:
        """The host failed: wait for the next step or, when its circuit is open, be its next probe."""
        host = await self._hosts.failed(tried.job.host, tried.reason)
        if host.is_unavailable and tried.outgoing.activity.type not in LASTING:
            return Done()
        if host.held_until_at is not None:
            return Retry(max(SECOND, host.held_until_at - self._clock.now()), tried.reason)
        return await self._wait(tried)

    async def _end(self, _: Try) -> Outcome:
        return Done()

    async def _give_back(self, _: Try) -> Outcome:
        return GiveBack(_SHORTLY)

    async def _set_aside(self, tried: Try) -> Outcome:
        return Park(tried.reason)

    async def _wait(self, tried: Try) -> Outcome:
        after = backoff.next_delay(tried.job.attempts, retry_after_seconds=tried.wait, random=self._random)
        return Retry(after, tried.reason)

    async def _sign_anew(self, tried: Try) -> Outcome:
        await self._hosts.mistrusted(tried.job.host)
        if tried.job.attempts >= backoff.MISTRUSTED_TRIES:
            return await self._set_aside(tried)
        return await self._wait(tried)

    async def _look_where(self, tried: Try) -> Outcome:
        await self._store.write(_recheck_readers, self._ids, self._clock.now(), tried)
        return await self._wait(tried)

    async def _end_inbox(self, tried: Try) -> Outcome:
        await self._store.write(_replace_inbox, self._ids, self._clock.now(), tried)
        return Settled()


def _readers(conn: Connection, tried: Try) -> list[Reader]:
    outgoing = tried.outgoing
    return activities.load_readers(conn, tried.job.target, actor_id=outgoing.activity.actor_id, named=outgoing.named)


def _recheck_readers(conn: Connection, ids: Ids, now: int, tried: Try) -> None:
    recheck_actors(conn, ids, now, [reader.uri for reader in _readers(conn, tried)])


def _replace_inbox(conn: Connection, ids: Ids, now: int, tried: Try) -> None:
    """The inbox has ended: look at those behind it again; where it was shared, send to their own inboxes instead."""
    job, readers = tried.job, _readers(conn, tried)
    own = sorted({reader.inbox for reader in readers} - {job.target, ""})
    new = [_redirected(job, ids.new(), now, inbox) for inbox in own]
    jobs.enqueue_many(conn, new)
    activities.forget_shared_inbox(conn, job.target)
    recheck_actors(conn, ids, now, [reader.uri for reader in readers])
    jobs.finish_many(conn, [job.id])


def _redirected(job: Job, job_id: int, now: int, inbox: str) -> NewJob:
    """The same delivery to another inbox."""
    return NewJob(
        DELIVER,
        job_id,
        now,
        ref=job.ref,
        target=inbox,
        host=host_of(inbox),
        payload=job.payload,
        serial_key=job.serial_key,
        expires_at=job.expires_at,
    )
