"""Quotes by permission (FEP-044f), and the requests of interaction policies.

Whether a post of ours may be quoted is its own policy (``interactionPolicy.canQuote``), so a request is answered at
once: an Accept whose ``result`` is the address of a stamp on our host, or a Reject. Answers to requests of ours put
the stamp into the quoting post. Whoever gave a stamp may delete it.
"""

from typing import Any

import orjson

from federation import jsonld
from federation.applying.batch import Batch, Inbound
from federation.builders import documents
from federation.handlers.react import may_react
from federation.mapping.activity import Activity
from federation.sending import outbox
from node import events
from node.domain.posts import QuoteState
from node.domain.uris import host_of, same_origin
from node.services.news import happened
from node.store.federation import activities
from node.store.people import actors
from node.store.people.actors import Actor
from node.store.posts import objects, quotes
from node.store.posts.objects import Object
from node.store.posts.reactions import QUOTE, Reaction

REQUEST = "QuoteRequest"


def request(batch: Batch, inbound: Inbound) -> str:
    activity = inbound.activity
    found = batch.live_object(activity.object_uri)
    if found is None or not found.local:
        return "not-ours"
    quoter = batch.known_actor(activity.actor)
    owner = actors.load_actors_by_id(batch.conn, [found.actor_id])[found.actor_id]
    instrument = activity.instrument_uri or ""
    batch.flush()
    if not _wrote(batch, quoter, activity) or not quotes.may_quote(batch.conn, quoter, found):
        outbox.answer(batch, owner, quoter, activity.raw, accepted=False)
        return "quote-refused"
    stamp_id = batch.unit.ids.new()
    uri = documents.quote_stamp_uri(batch.unit.origin, stamp_id)
    new = Reaction(stamp_id, quoter.id, found.id, QUOTE, instrument, uri, batch.unit.now)
    stamp = quotes.grant(batch.conn, new)
    if (quoting := objects.find_object(batch.conn, instrument)) is not None:
        batch.add_news(happened.Quoted(quoting.id))
    else:
        batch.add_fetch(instrument, host_of(instrument), reason="quote")  # its author lists and revokes what she knows
    batch.add_owner(owner.id, inbound.received_id)
    outbox.answer(batch, owner, quoter, activity.raw, accepted=True, result=stamp.uri)
    return "quote-allowed"


def _wrote(batch: Batch, quoter: Actor, activity: Activity) -> bool:
    """Whether the quoting post is of who asks, as far as that can be known: hers here, or by its own word, else by its
    address. One that comes later, of somebody else, has no stamp (``serving.objects``).
    """
    uri = activity.instrument_uri or ""
    known, said = batch.object(uri), jsonld.read(activity.raw).objects("instrument")
    named = said[0].ref("attributedTo") if said else ""
    return (
        same_origin(uri, quoter.uri)
        and len(uri) <= quotes.MAX_URI
        and (known is None or known.actor_id == quoter.id)
        and named in {"", quoter.uri}
    )


def accepted(batch: Batch, inbound: Inbound) -> str:
    """The stamp for a quote of ours; '' where the answer is to something else."""
    found = _our_quote(batch, inbound)
    if found is None:
        return ""
    quoting, quoted = found
    stamp_uri = _id(inbound.activity.raw.get("result"))
    if not same_origin(stamp_uri, inbound.activity.actor):
        return "no-stamp"
    if (objects.load_row(batch.conn, quoting.id).details or {}).get("quote_authorization"):
        return "accepted-before"
    unit = batch.unit
    quotes.grant(
        batch.conn, Reaction(unit.ids.new(), quoting.actor_id, quoted.id, QUOTE, quoting.uri, stamp_uri, unit.now)
    )
    events.record(batch.conn, unit.ids, unit.now, events.ObjectUpdated(quoting.id), about=quoting.uri)
    batch.add_owner(quoting.actor_id, inbound.received_id)
    return "quote-accepted"


def rejected(batch: Batch, inbound: Inbound) -> str:
    """No stamp for a quote of ours; after an Accept this takes it back. '' where the answer is to something else."""
    found = _our_quote(batch, inbound)
    if found is None:
        return ""
    quoting, quoted = found
    if (stamp := quotes.find_stamp_of(batch.conn, quoted.id, quoting.uri)) is not None:
        quotes.withdraw(batch.conn, stamp)
        _tell_readers(batch, quoting)
    quotes.set_state(batch.conn, quoting.id, QuoteState.REJECTED, "")
    batch.add_owner(quoting.actor_id, inbound.received_id)
    return "quote-rejected"


def _our_quote(batch: Batch, inbound: Inbound) -> tuple[Object, Object] | None:
    """The post of ours and what it quotes, where the signer wrote the latter and was asked by us."""
    activity = inbound.activity
    asked = _our_request(batch, inbound)
    signer = batch.actor(activity.actor)
    if asked is None or signer is None:
        return None
    batch.flush()
    quoting, quoted = objects.find_object(batch.conn, asked[0]), objects.find_object(batch.conn, asked[1])
    if quoting is None or quoted is None or not quoting.local or quoting.state != objects.LIVE:
        return None
    is_theirs = quoted.actor_id == signer.id
    says_so = (objects.load_row(batch.conn, quoting.id).details or {}).get("quote") == quoted.uri
    return (quoting, quoted) if is_theirs and says_so else None


def _our_request(batch: Batch, inbound: Inbound) -> tuple[str, str] | None:
    """``(quoting, quoted)`` of the request that is answered: as we sent it, else as the embedded copy says."""
    activity = inbound.activity
    sent = activities.load_activity(batch.conn, activity.object_uri or "")
    if sent is not None and sent.type == REQUEST:
        document = orjson.loads(sent.body)
        return _id(document["instrument"]), _id(document["object"])
    inner = activity.inner
    if inner is None or inner.type != REQUEST or not batch.is_local(inner.actor):
        return None
    return inner.instrument_uri or "", inner.object_uri or ""


def _id(value: Any) -> str:
    found = value.get("id") if isinstance(value, dict) else value
    return found if isinstance(found, str) else ""


def revoked(batch: Batch, uri: str, by: str) -> str:
    """The author of what is quoted deleted the stamp at ``uri``; '' where that is no stamp that we know."""
    stamp = quotes.find_stamp(batch.conn, uri)
    if stamp is None:
        return ""
    quoted = objects.find_object_by_id(batch.conn, stamp.object_id)
    author = actors.find_actor_by_id(batch.conn, quoted.actor_id) if quoted else None
    if author is None or author.uri != by or author.local:
        return "other-author"
    batch.flush()
    quoting = quotes.withdraw(batch.conn, stamp)
    if quoting is not None:
        _tell_readers(batch, quoting)
    batch.forget(stamp.content)
    return "quote-revoked"


def _tell_readers(batch: Batch, quoting: Object) -> None:
    """Whoever has a post of ours learns by an Update that it may no longer be shown with what it quotes."""
    if quoting.local:
        unit = batch.unit
        events.record(batch.conn, unit.ids, unit.now, events.ObjectUpdated(quoting.id), about=quoting.uri)


def allow(batch: Batch, inbound: Inbound) -> str:
    """We publish no policy that asks for permission, so whoever asks gets it (GoToSocial)."""
    activity = inbound.activity
    found = batch.live_object(activity.object_uri)
    if found is None or not found.local:
        return "not-ours"
    asker = batch.known_actor(activity.actor)
    owner = actors.load_actors_by_id(batch.conn, [found.actor_id])[found.actor_id]
    is_allowed = may_react(batch, asker, found)
    outbox.answer(batch, owner, asker, activity.raw, accepted=is_allowed)
    return "allowed" if is_allowed else "refused"
