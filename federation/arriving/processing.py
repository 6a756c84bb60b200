"""The worker's side of the inbox: applies what was accepted, in batches.

``INBOX`` jobs are proven and are applied as sets: one query per table for the whole batch, one transaction in which
the effects, the outcome and the end of the job are written together. What needs another host first becomes a
``RESOLVE`` job, so that a slow host never delays what has arrived from others (federation.arriving.resolving).
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager

from sqlalchemy import Connection

from federation.applying.batch import Batch, Inbound, Needs
from federation.arriving import delivery_notes
from federation.arriving.handover import Handover
from federation.handlers import apply
from federation.mapping.activity import Activity, read_activity
from federation.strictjson import read_object
from node import log
from node.errors import Invalid
from node.ids import Ids
from node.jobs.kind import Kind
from node.jobs.kinds import INBOX, RESOLVE
from node.jobs.outcome import Outcome, Settled
from node.store import jobs
from node.store.database.engine import Store
from node.store.federation import inbox
from node.store.federation.inbox import Received
from node.store.jobs import Job, NewJob

#: So long a batch gathers while one after the other comes; the first after a quiet moment does not wait.
_PAUSE_SECONDS = 0.15

NewBatch = Callable[[Connection], Batch]


class Processor:
    """Applies accepted activities."""

    def __init__(self, store: Store, ids: Ids, new_batch: NewBatch, handover: Handover, *, batch: int) -> None:
        self._store, self._ids, self._new_batch, self._batch = store, ids, new_batch, batch
        self._handover = handover

    def kind(self) -> Kind:
        return Kind(INBOX, self.run, batch=self._batch, slots=1, pause=_PAUSE_SECONDS)

    async def run(self, batch: Sequence[Job]) -> Sequence[Outcome]:
        """Apply a batch; when it fails as a whole, the worker tries its jobs one by one."""
        received_ids = [job.ref for job in batch if job.ref is not None]
        read: dict[int, Inbound | str] = {**self._handover.take(received_ids)}
        if missing := [received_id for received_id in received_ids if received_id not in read]:
            rows = await self._store.read(inbox.load_received, missing)
            read |= await asyncio.to_thread(_read_many, rows)
        outcomes = await self._store.write(self._apply, batch, read)
        if log.is_on(log.DEBUG):
            for job, outcome in zip(batch, outcomes, strict=True):
                with _of(job, read.get(job.ref or 0)):
                    log.event("activity.applied", level=log.DEBUG, outcome=outcome or "waits")
        return [Settled()] * len(batch)

    def _apply(self, conn: Connection, batch: Sequence[Job], read: dict[int, Inbound | str]) -> list[str]:
        working = self._new_batch(conn)
        working.preload(*_named(each.activity for each in read.values() if isinstance(each, Inbound)))
        outcomes = [self._outcome(working, job, read.get(job.ref or 0, "gone")) for job in batch]
        log.turn_to()
        working.finish()
        for job, outcome in zip(batch, outcomes, strict=True):
            inbound = read.get(job.ref or 0)
            if job.payload and outcome and isinstance(inbound, Inbound):
                with _of(job, inbound):
                    delivery_notes.compare(working, job.payload, inbound.activity.actor)
        inbox.set_outcomes(conn, [(job.ref or 0, outcome) for job, outcome in zip(batch, outcomes, strict=True)])
        jobs.finish_many(conn, [job.id for job in batch])
        return outcomes

    def _outcome(self, working: Batch, job: Job, inbound: Inbound | str) -> str:
        """What became of one activity; empty where it waits for something to be fetched."""
        if isinstance(inbound, str):
            return inbound
        log.turn_to(request=job.request_id or "", job=str(job.id), activity=inbound.activity.id)
        try:
            return apply(working, inbound)
        except Needs:
            working.add_job(resolve_job(self._ids, working.unit.now, job))
            return ""


def _of(job: Job, inbound: Inbound | str | None) -> AbstractContextManager[None]:
    """What is logged, and what is left behind, belongs to the request that delivered this activity."""
    activity_uri = inbound.activity.id if isinstance(inbound, Inbound) else ""
    return log.bound(job=str(job.id), request=job.request_id or "", activity=activity_uri)


def resolve_job(ids: Ids, now: int, job: Job) -> NewJob:
    """The same activity again, once what it needs has been fetched; its place in the order is kept by the key."""
    return NewJob(RESOLVE, ids.new(), now, ref=job.ref, host=job.host, payload=job.payload, serial_key=job.serial_key)


def _read_many(rows: dict[int, Received]) -> dict[int, Inbound | str]:
    return {received_id: _read(row) for received_id, row in rows.items()}


def _read(row: Received) -> Inbound | str:
    try:
        return Inbound(row.id, read_activity(read_object(row.raw.encode())), row.received_at)
    except Invalid as error:
        return f"invalid: {error.public}"


def _named(activities: Iterable[Activity]) -> tuple[set[str], set[str]]:
    """All actors and objects that these activities name."""
    actor_uris: set[str] = set()
    object_uris: set[str] = set()
    for activity in activities:
        actor_uris.add(activity.actor)
        actor_uris.update(activity.to)
        actor_uris.update(activity.cc)
        object_uris.update(activity.object_uris)
        if activity.type != "Create":
            object_uris.add(activity.id)  # it may have been undone before it came
        for document in activity.objects:
            parent = document.get("inReplyTo")
            if isinstance(parent, str):
                object_uris.add(parent)
    return actor_uris, object_uris
