"""Activities that cannot be applied before another host has been asked.

Three causes: an actor or object that is not known yet; an activity that its signer only passed on (forwarded, or
announced by a community); a Move, whose target must be looked at freshly. Each cause has a budget of 20 requests.

A passed-on activity proves nothing by itself (IN12). It is believed when it carries a valid proof of its own actor
(FEP-8b32), or when what it says can be seen at its actor's host: the object for Create and Update, its absence for
Delete, the activity itself for all else.
"""

from collections.abc import Callable
from typing import Any

import orjson
from sqlalchemy import Connection

from federation import jsonld
from federation.applying.batch import Batch, Inbound, Needs
from federation.applying.proven import read_proven
from federation.arriving import delivery_notes
from federation.arriving.announced import Announced, Proven
from federation.fetching.fetch import Budget, Fetcher
from federation.handlers import apply
from federation.mapping.activity import Activity, read_activity, with_object
from federation.signatures.keys import RemoteKeys
from federation.signatures.proofs import proof_key_id
from federation.strictjson import read_object
from federation.vocab import AS2, PUBLIC, TOMBSTONE
from node import log
from node.clock import Clock
from node.domain.uris import same_origin
from node.domain.visibility import Visibility
from node.errors import (
    Invalid,
    NodeError,
    RateLimited,
    RemoteGone,
    RemoteMalformed,
    RemoteNotFound,
    RemoteRefused,
    SignatureInvalid,
)
from node.jobs.kind import Kind, single
from node.jobs.kinds import FETCH, RESOLVE
from node.jobs.outcome import PAUSES, Done, Outcome, Settled
from node.store import jobs
from node.store.database.engine import Store
from node.store.federation import inbox
from node.store.federation.inbox import Received
from node.store.jobs import Job
from node.store.posts import objects

NewBatch = Callable[[Connection], Batch]
_ROUNDS = 3
#: What another host says once, it will say again; a host that is not there may be later.
_HOPELESS = (RemoteNotFound, RemoteMalformed, RemoteRefused, Invalid)
_SHOWN = frozenset({Visibility.PUBLIC, Visibility.UNLISTED})


class Resolver:
    """Fetches what accepted activities need, then applies them."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        fetcher: Fetcher,
        keys: RemoteKeys,
        new_batch: NewBatch,
        announced: Announced,
        *,
        slots: int,
        per_host: int,
    ) -> None:
        self._store, self._clock, self._fetcher, self._keys, self._new_batch = store, clock, fetcher, keys, new_batch
        self._announced = announced
        self._slots, self._per_host = slots, per_host

    def kinds(self) -> list[Kind]:
        return [
            single(RESOLVE, self.resolve, slots=self._slots, per_host=self._per_host),
            single(FETCH, self.fetch, slots=self._slots, per_host=self._per_host),
        ]

    async def fetch(self, job: Job) -> Outcome:
        """Look at one address because something named it: a parent, a member of a thread."""
        try:
            await self._fetcher.object(job.target, budget=Budget.of(job))
        except RateLimited:
            if _may_wait(job):
                raise
        return Done()

    async def resolve(self, job: Job) -> Outcome:
        rows = await self._store.read(inbox.load_received, [job.ref or 0])
        row = rows.get(job.ref or 0)
        if row is None:
            return Done()
        with log.bound(activity=row.uri):
            try:
                outcome = await self._resolve(job, row)
            except RateLimited:
                if _may_wait(job):
                    raise
                outcome = await self._store.write(_settle, job.id, row.id, "needs-unmet")
            log.event("activity.applied", level=log.DEBUG, outcome=outcome)
        return Settled()

    async def _resolve(self, job: Job, row: Received) -> str:
        """What became of it; nothing is left to be written down."""
        budget = Budget(since=row.received_at)
        proven: Proven | None
        try:
            proven = await self._prove(row, budget)
        except SignatureInvalid as error:
            proven, outcome = None, f"unproven: {error.detail}"
        except _HOPELESS as error:
            proven, outcome = None, f"dropped: {error}"
        if proven is None:
            return await self._store.write(_settle, job.id, row.id, outcome)
        for _ in range(_ROUNDS):
            applied = await self._store.write(self._apply, job, row, proven, budget.left)
            if isinstance(applied, str):
                return applied
            if not await self._meet(applied, row, budget):
                break
        return await self._store.write(_settle, job.id, row.id, "needs-unmet")

    # -- what it lacks ----------------------------------------------------------------------------------------------

    async def _meet(self, needs: Needs, row: Received, budget: Budget) -> bool:
        """Fetch what a handler asked for; False where it cannot be had. An unreachable host raises: try later."""
        try:
            for uri in needs.actors:
                await self._fetcher.actor(uri, fresh=row.type == "Move", budget=budget)
            for uri in needs.objects:
                if await self._fetcher.object(uri, budget=budget) is None:
                    return False
        except _HOPELESS:
            return False
        return True

    # -- who says so ------------------------------------------------------------------------------------------------

    async def _prove(self, row: Received, budget: Budget) -> Proven:
        """The activity that may be applied. Raises SignatureInvalid where nothing proves it."""
        activity = read_activity(read_object(row.raw.encode()))
        if row.signer_uri != activity.actor:
            return await self._authenticate(activity, budget)
        if activity.type == "Announce" and activity.inner is not None:
            return await self._announced.unwrap(activity, activity.inner, budget, self._authenticate)
        await self._fetcher.actor(activity.actor, budget=budget)
        if activity.is_bare:
            return Proven(with_object(activity, await self._see_object(activity, budget)))
        return Proven(activity)

    async def _authenticate(self, activity: Activity, budget: Budget) -> Proven:
        """Prove whose it is by its proof or by asking its host; the actor is known afterwards."""
        await self._fetcher.actor(activity.actor, budget=budget)
        if (proven := await self._proven(activity)) is not None:
            return proven
        return Proven(await self._seen(activity, budget), is_as_sent=False)

    async def _seen(self, activity: Activity, budget: Budget) -> Activity:
        """What its actor's host shows of it, and nothing else of what was sent."""
        said: dict[str, Any] = {"@context": AS2, "id": activity.id, "type": activity.type, "actor": activity.actor}
        if activity.type in {"Create", "Update"} and activity.object_uri:
            document = await self._see_object(activity, budget)
            said |= {term: document[term] for term in ("to", "cc", "audience") if term in document}
            return read_activity(said | {"object": document})
        if activity.type == "Delete" and activity.object_uri:
            await self._see_absence(activity, budget)
            return read_activity(said | {"to": [PUBLIC], "object": activity.object_uri})
        seen = read_activity(await self._fetcher.get_object(activity.id, budget=budget))
        if (seen.type, seen.actor, seen.object_uri) != (activity.type, activity.actor, activity.object_uri):
            raise SignatureInvalid(detail=f"{activity.id} says something else at its host")
        return seen

    async def _proven(self, activity: Activity) -> Proven | None:
        """What a valid proof of its own actor covers; None without one."""
        if proof_key_id(activity.raw) is None:
            return None
        try:
            proven = await read_proven(self._keys, activity, now=self._clock.now())
        except NodeError:
            return None
        return Proven(proven, is_as_sent=proven is activity)

    async def _see_object(self, activity: Activity, budget: Budget) -> dict[str, Any]:
        """The object as its own host shows it, to take the place of the copy."""
        uri = activity.object_uri or ""
        if not same_origin(uri, activity.actor):
            raise SignatureInvalid(detail=f"{uri} is not on its author's host")
        return await self._fetcher.get_object(uri, budget=budget)

    async def _see_absence(self, activity: Activity, budget: Budget) -> None:
        """Raises SignatureInvalid where the object is still there."""
        uri = activity.object_uri or ""
        if not same_origin(uri, activity.actor):
            raise SignatureInvalid(detail=f"{uri} is not on its author's host")
        try:
            document = await self._fetcher.get_object(uri, budget=budget)
        except RemoteGone:
            return
        except RemoteNotFound:
            if not await self._store.read(_was_shown, uri):
                raise SignatureInvalid(detail=f"{uri} is missing, which is not gone") from None
            return
        if TOMBSTONE not in jsonld.read(document).types:
            raise SignatureInvalid(detail=f"{uri} is still there")

    # -- applying ---------------------------------------------------------------------------------------------------

    def _apply(self, conn: Connection, job: Job, row: Received, proven: Proven, left: int) -> Needs | str:
        batch = self._new_batch(conn)
        inbound = Inbound(
            row.id,
            proven.activity,
            row.received_at,
            announced_by=proven.announced_by,
            announce_uri=proven.announce_uri,
            left=left,
        )
        if not proven.is_as_sent:  # what a community passes on, and what people find in their inboxes
            inbox.correct(conn, row, orjson.dumps(dict(proven.activity.raw)).decode())
        try:
            outcome = apply(batch, inbound)
        except Needs as needs:
            return needs
        batch.finish()
        delivery_notes.compare(batch, job.payload, row.signer_uri)
        return _settle(conn, job.id, row.id, outcome)


def _was_shown(conn: Connection, uri: str) -> bool:
    """Whether that it is not found means that it is gone: of a post that its host showed to everybody.

    An account is never gone because of a 404; posts for few are not found by us at any time, nor what is not written.
    """
    known = objects.find_object(conn, uri)
    return known is not None and known.visibility in _SHOWN


def _may_wait(job: Job) -> bool:
    """What our own limits put off waits for its turn, but is nothing that an administrator should see to."""
    return job.attempts <= len(PAUSES)


def _settle(conn: Connection, job_id: int, received_id: int, outcome: str) -> str:
    inbox.set_outcomes(conn, [(received_id, outcome)])
    jobs.finish_many(conn, [job_id])
    return outcome
