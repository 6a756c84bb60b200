"""QuoteRequest and the requests of interaction policies: may this person quote, like, answer, share?

Our public posts allow everybody to quote them (``interactionPolicy.canQuote``), so an honest request is answered at
once with an Accept whose ``result`` is the address of a stamp on our host (FEP-044f).
"""

from federation import outbox
from federation.batch import Batch, Inbound
from federation.handlers.react import may_react
from node.domain.visibility import Visibility
from node.store import actors, reactions
from node.store.reactions import Reaction

QUOTE = "quote"


def request(batch: Batch, inbound: Inbound) -> str:
    activity = inbound.activity
    found = batch.live_object(activity.object_uri)
    if found is None or not found.local:
        return "not-ours"
    quoter = batch.known_actor(activity.actor)
    owner = actors.load_actors_by_id(batch.conn, [found.actor_id])[found.actor_id]
    is_open = Visibility(found.visibility).is_open and may_react(batch, quoter, found)
    instrument = activity.instrument_uri
    if not is_open or not instrument or len(instrument) > 255:
        outbox.answer(batch, owner, quoter, activity.raw, accepted=False)
        return "quote-refused"
    stamp = reactions.find_reaction(batch.conn, quoter.id, found.id, QUOTE, instrument)
    if stamp is None:
        stamp = Reaction(batch.unit.ids.new(), quoter.id, found.id, QUOTE, instrument, activity.id, batch.unit.now)
        reactions.insert_reaction(batch.conn, stamp)
    outbox.answer(
        batch, owner, quoter, activity.raw, accepted=True, result=outbox.quote_stamp_uri(batch.unit, stamp.id)
    )
    return "quote-allowed"


def allow(batch: Batch, inbound: Inbound) -> str:
    """We publish no policy that asks for permission, so whoever asks gets it (GoToSocial)."""
    activity = inbound.activity
    found = batch.live_object(activity.object_uri)
    if found is None or not found.local:
        return "not-ours"
    asker = batch.known_actor(activity.actor)
    owner = actors.load_actors_by_id(batch.conn, [found.actor_id])[found.actor_id]
    accepted = may_react(batch, asker, found)
    outbox.answer(batch, owner, asker, activity.raw, accepted=accepted)
    return "allowed" if accepted else "refused"
