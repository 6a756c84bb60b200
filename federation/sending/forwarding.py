"""Inbox forwarding (ActivityPub 7.1.2): an answer in a thread of ours reaches the followers that it is addressed to.

Somebody elsewhere answers a post of one of our actors and addresses that actor's followers, whom only we know. What he
sent goes on to them as it came, byte for byte, if everybody may read it and if it carries a valid proof of its own
actor (FEP-8b32): without one they would have no reason to believe us, and find the answer through ``replies`` and
``context``.
"""

import orjson
from sqlalchemy import Connection

from federation.applying.batch import Batch, Inbound
from federation.applying.proven import read_proven
from federation.builders.audience import Audience, inboxes_of
from federation.mapping.activity import Activity, read_activity
from federation.sending import delivery
from federation.signatures.keys import RemoteKeys
from federation.vocab import PUBLIC
from node.clock import Clock
from node.domain.uris import host_of
from node.errors import Invalid, RemoteNotFound, SignatureInvalid
from node.ids import Ids
from node.jobs.kind import Kind, single
from node.jobs.kinds import FORWARD
from node.jobs.outcome import Done, Outcome
from node.store.database.engine import Store
from node.store.federation import activities, inbox
from node.store.jobs import Job, NewJob
from node.store.people import actors

_APPLIED = frozenset({"stored", "edited", "deleted"})
_FOLLOWERS = "/followers"


def note(batch: Batch, inbound: Inbound, outcome: str) -> None:
    """Have what was just applied sent on, where that is ours to do."""
    activity = inbound.activity
    if "proof" not in activity.raw or outcome not in _APPLIED or not inbound.received_id:
        return
    if PUBLIC not in (*activity.to, *activity.cc):
        return
    found = batch.object(activity.object_uri)
    if found is None or found.local or not batch.is_local(found.in_reply_to or ""):
        return
    collections = [uri for uri in (*activity.to, *activity.cc) if batch.is_local(uri) and uri.endswith(_FOLLOWERS)]
    parent = batch.object(found.in_reply_to)
    owners = {
        owner.id
        for owner in batch.local_addressees(uri.removesuffix(_FOLLOWERS) for uri in collections)
        # Of whoever else has followers here nothing was answered.
        if parent is not None and owner.id == parent.actor_id and not batch.has_blocked(owner.id, found.actor_id)
    }
    if owners:
        payload = {"owners": sorted(owners)}
        unit = batch.unit
        batch.add_job(NewJob(FORWARD, unit.ids.new(), unit.now, ref=inbound.received_id, payload=payload))


class Forwarding:
    """Sends on what is proven."""

    def __init__(self, store: Store, clock: Clock, ids: Ids, keys: RemoteKeys, *, host: str) -> None:
        self._store, self._clock, self._ids, self._keys, self._host = store, clock, ids, keys, host

    def kind(self) -> Kind:
        return single(FORWARD, self.run, slots=2)

    async def run(self, job: Job) -> Outcome:
        rows = await self._store.read(inbox.load_received, [job.ref or 0])
        row = rows.get(job.ref or 0)
        if row is None:
            return Done()
        try:
            told = read_activity(orjson.loads(row.raw))
            activity = await read_proven(self._keys, told, now=self._clock.now())
        except (SignatureInvalid, RemoteNotFound, Invalid):
            return Done()
        raw = row.raw if activity is told else orjson.dumps(dict(activity.raw)).decode()
        await self._store.write(self._send_on, activity, raw, job.payload["owners"])
        return Done()

    def _send_on(self, conn: Connection, activity: Activity, raw: str, owner_ids: list[int]) -> None:
        """In the name of the first of ours whose followers are meant; never back to where it came from."""
        if activities.load_activity(conn, activity.id) is not None:
            return
        owners = actors.load_actors_by_id(conn, owner_ids)
        inboxes: dict[str, str] = {}
        for owner in owners.values():
            inboxes |= inboxes_of(conn, owner, Audience(followers=True), own_host=self._host)
        sender = next(iter(owners.values()), None)
        elsewhere = {inbox: host for inbox, host in inboxes.items() if host != host_of(activity.actor)}
        if sender is None or not elsewhere:
            return
        activity_id, now, about = self._ids.new(), self._clock.now(), activity.object_uri or activity.id
        stored = activities.Activity(
            activity_id, activity.id, sender.id, activity.type, about, activities.FORWARDED, raw, now
        )
        activities.insert_activities(conn, [stored])
        delivery.enqueue(conn, self._ids, now, stored, elsewhere, is_group=False)
