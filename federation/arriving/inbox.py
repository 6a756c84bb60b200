"""The inbox: bound, parse, shape, block list, claim, key, signature, ownership, duplicate, commit, 202.

Cheap refusals come first, and nothing before the key leaves the machine (docs/develop/rules.md, IN1 to IN24). What
passes is stored raw with its job in one commit; everything else happens in the worker. Verification answers with a
``Proven`` that the next station needs as its argument, so there is no way past it.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from federation.applying.batch import Inbound
from federation.arriving import delivery_notes
from federation.arriving.handover import Handover
from federation.mapping.activity import Activity, read_activity
from federation.sending import renewed
from federation.signatures.httpsig import Claim, Message, read_claim
from federation.signatures.keys import RemoteKeys
from federation.strictjson import read_object
from federation.transport.hosts import Hosts
from node import log
from node.domain.actors import RemoteActor
from node.domain.moderation import Policies
from node.domain.uris import host_of, same_origin
from node.errors import Malformed, NodeError, RateLimited, RemoteGone, SignatureInvalid, Unavailable
from node.jobs.kinds import INBOX, RESOLVE
from node.ratelimit import Exemptions, Rate, key_of_address
from node.services.context import Unit
from node.store.database.engine import Store
from node.store.federation import inbox
from node.store.federation.inbox import Acceptance, Received
from node.store.jobs import NewJob
from node.store.people import actors

#: ``received.outcome`` and the answer 202 do not tell these apart: a sender learns nothing from them.
ACCEPTED, DUPLICATE, DROPPED = "accepted", "duplicate", "dropped"

_EACH_FOR_HIMSELF = frozenset({"Follow", "Like", "Dislike", "EmojiReact", "Announce", "Flag", "Join", "Leave"})


@dataclass(frozen=True, slots=True)
class Proven:
    """Who has really sent the request; ``unstored``: that actor as just read, to be stored with what it sent."""

    signer_uri: str
    unstored: RemoteActor | None = None


class Rates:
    """What an inbox takes: per sending host, and failed signatures per address (IN20)."""

    def __init__(self, exempt: Exemptions) -> None:
        self._exempt = exempt
        self._hosts = Rate(20, 400)
        self._failures = Rate(1, 60)

    def check_host(self, host: str, address: str) -> None:
        if not self._exempt.covers(address) and (wait := self._hosts.take(host)):
            raise RateLimited(retry_after_seconds=wait, detail=host)

    def check_failures(self, address: str) -> None:
        if not self._exempt.covers(address) and (wait := self._failures.would_refuse(key_of_address(address))):
            raise RateLimited(retry_after_seconds=wait, detail="failed signatures")

    def note_failure(self, address: str) -> None:
        if not self._exempt.covers(address):
            self._failures.take(key_of_address(address))


#: Where GoToSocial has the key of an actor, below its id.
_STUB = "/main-key"


class Inbox:
    """Takes activities in."""

    def __init__(
        self,
        store: Store,
        new_unit: Callable[[], Unit],
        keys: RemoteKeys,
        hosts: Hosts,
        policies: Callable[[], Policies],
        rates: Rates,
        handover: Handover,
        *,
        own_hosts: Collection[str],
        backlog_at_most: int,
        is_disk_low: Callable[[], bool],
    ) -> None:
        self._store, self._new_unit = store, new_unit
        self._keys, self._hosts, self._policies, self._rates = keys, hosts, policies, rates
        self._handover = handover
        self._own_hosts = own_hosts
        self._backlog_at_most, self._is_disk_low = backlog_at_most, is_disk_low
        self.is_full = is_disk_low()  # kept by ``measure``

    async def accept(self, message: Message, *, address: str, owner_id: int | None) -> str:
        """Take in one POST; answers with one of the constants above, and the sender gets 202 for each.

        ``owner_id``: the addressee, None for the shared inbox. Raises what the rules name: Malformed 400,
        SignatureInvalid 401, RateLimited 429, Unavailable 503.
        """
        if self.is_full:
            raise Unavailable("The inbox is full; try again later.", retry_after_seconds=300)
        self._rates.check_failures(address)
        document = read_object(message.body)
        activity = read_activity(document)
        log.activity_id.set(activity.id)  # until the request is answered
        if self._is_blocked(activity):
            return DROPPED
        if _is_of_itself(activity) and not await self._is_known(activity.actor):
            return DROPPED
        try:
            proven = await self._prove(message, activity, address)
        except SignatureInvalid:
            self._rates.note_failure(address)
            raise
        if proven is None:
            return DROPPED
        try:
            return await self._keep(proven, activity, message, owner_id)
        except NodeError:
            await self._keys.keep(proven.unstored)  # or its next word would have it fetched anew
            raise

    # -- before the key ---------------------------------------------------------------------------------------------

    def _is_blocked(self, activity: Activity) -> bool:
        """IN15: a blocked host gets 202 and nothing happens, nothing is fetched."""
        policies = self._policies()
        return policies.is_blocked(host_of(activity.actor)) or policies.is_blocked(host_of(activity.id))

    async def _is_known(self, actor_uri: str) -> bool:
        """IN6: accounts that we never heard of delete and update themselves all day."""
        return await self._store.read(actors.find_actor, actor_uri) is not None

    # -- the signature ----------------------------------------------------------------------------------------------

    async def _prove(self, message: Message, activity: Activity, address: str) -> Proven | None:
        claim = read_claim(message, now=self._new_unit().now, hosts=self._own_hosts)
        self._rates.check_host(host_of(claim.key_id), address)
        if self._policies().is_blocked(host_of(claim.key_id)):
            return None
        try:
            signer = await self._keys.verified(message, claim)
        except RemoteGone:
            return self._prove_farewell(claim, activity)
        if self._policies().is_suspended(signer.key.owner_uri):
            await self._keys.keep(signer.unstored)
            raise SignatureInvalid("This account is suspended here.", detail=signer.key.owner_uri)
        return Proven(signer.key.owner_uri, signer.unstored)

    def _prove_farewell(self, claim: Claim, activity: Activity) -> Proven:
        """The key's actor answers 410: its own Delete needs no other proof.

        The sender has chosen the key's id: it must be the actor's own, or anything that is gone below it would do.
        """
        owner = claim.key_id.partition("#")[0].removesuffix(_STUB)
        is_farewell = activity.type == "Delete" and activity.object_uri == activity.actor
        if not is_farewell or owner != activity.actor:
            raise SignatureInvalid(detail=f"{claim.key_id} is gone")
        return Proven(activity.actor)

    # -- what is proven ---------------------------------------------------------------------------------------------

    async def _keep(self, proven: Proven, activity: Activity, message: Message, owner_id: int | None) -> str:
        """Ownership (IN10, IN11), then the commit. A third party's activity must be proven by other means."""
        host = host_of(proven.signer_uri)
        self._hosts.seen(host)
        is_own = proven.signer_uri == activity.actor
        if not is_own and not _may_pass_on(activity):
            raise SignatureInvalid("The signature is not that of the actor.", detail=proven.signer_uri)
        unit = self._new_unit()
        require_at_home(activity, unit.origin if is_own else None)
        now, received_id = unit.now, unit.ids.new()
        received = Received(
            received_id, activity.id, activity.type[:64], activity.actor, proven.signer_uri, message.body.decode(), now
        )
        is_ready = is_own and not (activity.is_wrapped or activity.is_bare)
        job = NewJob(
            INBOX if is_ready else RESOLVE,
            unit.ids.new(),
            now,
            ref=received_id,
            host=host,
            payload=delivery_notes.read(message),
            serial_key=_order_of(host, activity),
        )
        if is_ready:
            self._handover.put(Inbound(received_id, activity, now), len(message.body))
        stored_id = 0
        try:
            stored_id = await self._store.gather(
                self._accept_many, (Acceptance(received, job, owner_id), proven.unstored)
            )
            self._keys.note_stored(proven.unstored)
        finally:
            if stored_id != received_id:  # nobody asks for it by this id
                self._handover.take([received_id])
        return ACCEPTED if stored_id else DUPLICATE

    def _accept_many(self, conn: Connection, items: Sequence[tuple[Acceptance, RemoteActor | None]]) -> Sequence[int]:
        """With those who sent it, where they are new: the store waits for one disk write, not for two."""
        unstored = [remote for _, remote in items if remote is not None]
        if unstored:
            renewed.save(conn, self._new_unit(), unstored)
        return inbox.accept_many(conn, [acceptance for acceptance, _ in items])

    async def measure(self) -> None:
        """Called every few seconds: is there room for more, in the queue and on the disk? (IN21, REL4)"""
        waiting = await self._store.read(inbox.count_backlog, (INBOX, RESOLVE))
        self.is_full = waiting > self._backlog_at_most or self._is_disk_low()


def _is_of_itself(activity: Activity) -> bool:
    """Whether an actor deletes or updates itself."""
    return activity.type in {"Delete", "Update"} and activity.object_uri == activity.actor


def require_at_home(activity: Activity, own_origin: str | None) -> None:
    """Raises Malformed where an id is not on its actor's host (IN11).

    ``own_origin`` is this node's; None for what somebody passes on, whose objects are looked at where they live.
    """
    if not same_origin(activity.id, activity.actor):
        raise Malformed("The activity's id is not on its actor's host.", detail=activity.id)
    if own_origin is not None and (elsewhere := _not_at_home(activity, own_origin)):
        raise Malformed("The object's id is not on its author's host.", detail=elsewhere)


#: What of ours people of other nodes look after, too.
_SHARED = frozenset({"Group", "Event"})


def _not_at_home(activity: Activity, own_origin: str) -> str:
    """The id on another host of an object that somebody claims to have made or changed (IN11); empty where none is.

    Moderators change communities of ours from their own nodes, and organisers events; whether somebody is one is asked
    where that is applied.
    """
    if activity.type not in {"Create", "Update"}:
        return ""
    claimed = (
        document.get("id")
        for document in activity.objects
        if not (activity.type == "Update" and document.get("type") in _SHARED and _lies_at(document, own_origin))
    )
    return next((uri for uri in claimed if isinstance(uri, str) and uri and not same_origin(uri, activity.actor)), "")


def _lies_at(document: Mapping[str, Any], origin: str) -> bool:
    uri = document.get("id")
    return isinstance(uri, str) and same_origin(uri, origin)


def _order_of(host: str, activity: Activity) -> str:
    """What must be applied in the order of arrival has one key: what is said of one object. What many say of the same
    thing, each for himself, does not wait for each other.
    """
    key = f"{host}|{activity.object_uri or activity.id}"
    return f"{key}|{activity.actor}" if activity.type in _EACH_FOR_HIMSELF else key


def _may_pass_on(activity: Activity) -> bool:
    """What servers forward for each other: answers, edits and deletions of things that have an address."""
    return activity.type in {"Create", "Update", "Delete", "Announce", "Like", "Dislike", "Undo", "Add", "Remove"}
