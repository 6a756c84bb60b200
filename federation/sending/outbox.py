"""From what happened here to activities and their deliveries.

Events that services recorded come back as ``EVENT`` jobs (node.events). For each, one function (federation.builders)
builds the activity and names who must hear of it; the activity, its deliveries and the end of the job are written in
one transaction. Answers (Accept, Reject) are sent from within the transaction that applied what they answer.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import Connection

from federation.applying.batch import Batch
from federation.builders import build, documents
from federation.builders.audience import Audience, inboxes_of
from federation.builders.outgoing import Outgoing
from federation.contexts import explains_itself, with_context
from federation.sending import delivery
from federation.signatures.keypairs import Algorithm
from federation.signatures.keys import Keyring
from federation.signatures.proofs import add_proof
from federation.synchronisation import catalogue_header, followers_sync
from federation.vocab import PUBLIC
from node import events, log
from node.clock import Clock
from node.domain.visibility import Visibility
from node.ids import Ids
from node.jobs.kind import Kind
from node.jobs.kinds import EVENT
from node.jobs.outcome import Outcome, Settled
from node.services.context import Unit
from node.store import jobs
from node.store.database.engine import Store
from node.store.federation import activities
from node.store.federation.activities import Activity
from node.store.jobs import Job
from node.store.library import catalogues
from node.store.people import actors
from node.store.people.actors import Actor

#: A post each few milliseconds shares its transactions with others; a single one does not wait.
_AT_ONCE, _GATHER_SECONDS = 64, 0.1
_Made = tuple[Job, Outgoing | None, dict[str, Any] | None]
#: What others may want to pass on carries a proof.
_PROVEN = frozenset({"Create", "Update", "Delete", "Announce", "Add", "Remove"})


# -- answers, sent in the transaction of what they answer ------------------------------------------------------------


def answer(
    batch: Batch,
    actor: Actor,
    to: Actor,
    asked: Mapping[str, Any],
    *,
    accepted: bool,
    type_: str = "",
    result: str = "",
    summary: str = "",
) -> None:
    """Accept or Reject what ``to`` asked; the whole activity is embedded with its original id. ``summary``: why."""
    activity = {
        "type": type_ or ("Accept" if accepted else "Reject"),
        "actor": actor.uri,
        "object": {name: value for name, value in asked.items() if name != "@context"},
        "to": [to.uri],
        **({"result": result} if result else {}),
        **({"summary": summary} if summary else {}),
    }
    unit, activity_id = batch.unit, batch.unit.ids.new()
    document = with_context({"id": documents.activity_uri(unit.origin, activity_id), **activity})
    outgoing = Outgoing(actor, activity, str(asked.get("id", "")), Visibility.DIRECT, Audience(named=(to.uri,)))
    row = outgoing.as_row(activity_id, document["id"], orjson.dumps(document).decode(), unit.now)
    batch.add_activity(row)
    if (inbox := to.shared_inbox or to.inbox) and not to.local and to.is_active:
        batch.add_job(delivery.answer_to(unit, row, inbox=inbox, is_group=actor.is_group))


def answer_follow(batch: Batch, followed: Actor, follower: Actor, asked: Mapping[str, Any], *, accepted: bool) -> None:
    answer(batch, followed, follower, asked, accepted=accepted)


def follow_uri(unit: Unit, follow_id: int) -> str:
    """The id of a Follow of ours."""
    return documents.activity_uri(unit.origin, follow_id)


def record_follow_request(conn: Connection, unit: Unit, follow_id: int, followed_uri: str) -> None:
    """Have the Follow sent after the commit."""
    events.record(conn, unit.ids, unit.now, events.FollowRequested(follow_id), about=followed_uri)


def send(
    conn: Connection,
    unit: Unit,
    outgoing: Outgoing,
    *,
    document: dict[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> None:
    """Store the activity and a delivery for each inbox; ``document``: with context and proof, when already made.

    One that has its id from a row (a Follow, a Like) and was sent before is delivered again as it was.
    """
    if document is None:
        document = with_context({"id": documents.activity_uri(unit.origin, unit.ids.new()), **outgoing.activity})
    activity = activities.load_activity(conn, document["id"]) if "id" in outgoing.activity else None
    if activity is None:
        body = orjson.dumps(document).decode()
        activity = outgoing.as_row(unit.ids.new(), document["id"], body, unit.now)
        activities.insert_activities(conn, [activity])
    inboxes = inboxes_of(conn, outgoing.actor, outgoing.audience, own_host=unit.host)
    delivery.enqueue(
        conn,
        unit.ids,
        unit.now,
        activity,
        inboxes,
        is_group=outgoing.actor.is_group,
        headers=headers,
        inbox_headers=followers_sync.headers_for(conn, outgoing.actor, inboxes)
        if _is_for_followers_alone(outgoing.actor, document)
        else None,
    )


def _is_for_followers_alone(actor: Actor, document: Mapping[str, Any]) -> bool:
    """Whether other servers decide by who follows the actor who may read this: a post, or what a community tells its
    members (FEP-8fcf leaves to the sender with what it sends its digest, beside a Create).
    """
    addressed = (*document.get("to", ()), *document.get("cc", ()))
    is_shown = document["type"] in {"Create", "Announce"}
    return is_shown and bool(actor.followers) and actor.followers in addressed and PUBLIC not in addressed


# -- events ----------------------------------------------------------------------------------------------------------


class Outbox:
    """Turns recorded events into activities, those that wait at one time together."""

    def __init__(
        self, store: Store, clock: Clock, ids: Ids, keyring: Keyring, *, origin: str, host: str, tells_blocks: bool
    ) -> None:
        self._store, self._clock, self._ids, self._keyring = store, clock, ids, keyring
        self._origin, self._host = origin, host
        self._untold = () if tells_blocks else (events.Blocked,)

    def kind(self) -> Kind:
        return Kind(EVENT, self.run, batch=_AT_ONCE, slots=2, pause=_GATHER_SECONDS)

    async def run(self, jobs: Sequence[Job]) -> Sequence[Outcome]:
        """One outcome for each; they are about different things, or the worker would not have put them together."""
        unit = Unit(self._ids, self._clock.now(), self._origin, self._host)
        built = await self._store.read(_build_all, unit, jobs, self._untold)
        made = [(job, outgoing, await self._finish(unit, outgoing)) for job, outgoing in built]
        await self._store.write(_settle_all, unit, made)
        return [Settled()] * len(jobs)

    async def _finish(self, unit: Unit, outgoing: Outgoing | None) -> dict[str, Any] | None:
        """With id, context and, for what is public, proof; None where nobody is told."""
        if outgoing is None or outgoing.is_unheard:
            return None
        activity = {"id": documents.activity_uri(unit.origin, unit.ids.new()), **outgoing.activity}
        is_proven = _needs_proof(activity, outgoing.visibility)
        document = with_context(activity, signed=is_proven)
        if not is_proven:
            return document
        key = await self._keyring.signing_key(outgoing.actor.id, Algorithm.ED25519)
        return add_proof(document, key, created_at=unit.now)


def _needs_proof(activity: dict[str, Any], visibility: Visibility) -> bool:
    if activity["type"] == "Announce" and explains_itself(activity["object"]):
        return False  # what others wrote may define the words of proofs otherwise; JSON-LD allows them one meaning
    is_passed_on = "audience" in activity  # by the community, whose word proves nothing about its members
    return is_passed_on or (visibility.is_open and activity["type"] in _PROVEN)


def _build_all(
    conn: Connection, unit: Unit, waiting: Sequence[Job], untold: tuple[type, ...]
) -> list[tuple[Job, Outgoing | None]]:
    happened = ((job, events.read(job.payload)) for job in waiting)
    return [(job, None if isinstance(event, untold) else build(conn, unit, event)) for job, event in happened]


def _settle_all(conn: Connection, unit: Unit, made: Sequence[_Made]) -> None:
    unheard = [outgoing for _, outgoing, _ in made if outgoing is not None and outgoing.is_unheard]
    activities.insert_activities(conn, [_as_unheard(unit, outgoing) for outgoing in unheard])
    for job, outgoing, document in made:
        if outgoing is None or document is None:
            continue
        with log.bound(job=str(job.id), request=job.request_id or ""):  # its deliveries carry them on
            send(conn, unit, outgoing, document=document, headers=delivery_headers(conn, outgoing))
            _pass_on(conn, unit, outgoing, document)
    jobs.finish_many(conn, [job.id for job, _, _ in made])


def _as_unheard(unit: Unit, outgoing: Outgoing) -> Activity:
    """It has an id and a place in the outbox; what it says is written when somebody asks (``read_sent``)."""
    activity_id = unit.ids.new()
    return outgoing.as_row(activity_id, documents.activity_uri(unit.origin, activity_id), "", unit.now)


def _pass_on(conn: Connection, unit: Unit, outgoing: Outgoing, document: dict[str, Any]) -> None:
    """What one of ours does in a community of ours is passed on by it, like what comes from elsewhere."""
    audience = document.get("audience", "")
    group = actors.find_actor(conn, audience) if audience.startswith(f"{unit.origin}/") else None
    if group is not None and group.local and group.id != outgoing.actor.id:
        events.record(conn, unit.ids, unit.now, events.PassedOn(group.id, document["id"]), about=group.uri)


def delivery_headers(conn: Connection, outgoing: Outgoing) -> dict[str, str] | None:
    """What deliveries say beside their body: where the sender's catalogue stands."""
    if not outgoing.actor.catalogue:
        return None
    head = catalogues.load_head(conn, outgoing.actor.id)
    if head is None:
        return None
    return {catalogue_header.NAME.lower(): catalogue_header.write_header(head)}
