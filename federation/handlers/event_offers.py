"""Events whose organisers live on several nodes: requests are offered to them, and they ask for changes.

Offer of a Join, its Undo, what they say of it; Update of the event by one of them, and the Reject of that.
"""

from typing import Any, cast

from federation.applying.batch import Batch, Inbound
from federation.mapping.activity import Activity
from federation.mapping.community_settings import CHANGED
from federation.mapping.event_record import read_record
from federation.sending import outbox
from node.domain.events import AnswerState, EventRecord, series_of
from node.domain.text import clean
from node.errors import Conflict, Invalid, NotFound
from node.sentences import Sentence, sentences
from node.services.events import event_changes, event_dates, event_messages, event_offers, event_organising
from node.store.events import event_answers, events
from node.store.events.event_answers import Answer
from node.store.events.events import Event
from node.store.federation import activities
from node.store.people import actors
from node.store.people.actors import Actor

_NO_RECORD = Sentence("What the event is to be was not said.")
#: What an organiser is told whose Update or Invite the home of an event answers with Reject.
_REFUSED = sentences(
    {
        "Update": "Your change was not taken over at the home of the event. {why}",
        "Invite": "Your invitation was not passed on at the home of the event. {why}",
    }
)


def offered(batch: Batch, inbound: Inbound) -> str:
    """An event elsewhere asks people here who look after it; '' where it is no such Offer."""
    activity, join = inbound.activity, inbound.activity.inner
    event = _event_elsewhere(batch, activity.actor, join)
    if event is None or join is None:
        return ""
    here = [each for each in batch.local_addressees(activity.to) if events.is_organiser(batch.conn, event, each.id)]
    if not here:
        return "not-ours"
    asker, note = batch.known_actor(join.actor), join.raw.get("participationMessage")
    batch.flush()
    if asker.local and event_answers.find_answer(batch.conn, event.id, asker.id) is None:
        return "not-asked"  # whether one of ours wants to come is hers to say
    note = clean(note)[:500] if isinstance(note, str) else ""
    event_offers.take_in(batch.conn, batch.unit, event, asker, join.own_id, note)
    for each in here:
        batch.add_owner(each.id, inbound.received_id)
    return "answer-offered"


def withdrawn(batch: Batch, actor: Actor, inner: Activity) -> str:
    """Undo of such an Offer: it is settled."""
    join = inner.inner
    event, asker = _event_elsewhere(batch, actor.uri, join), batch.actor(join.actor if join else "")
    if event is None or asker is None:
        return ""
    batch.flush()
    return "answer-settled" if event_offers.settle(batch.conn, event, asker) else ""


def _event_elsewhere(batch: Batch, owner_uri: str, join: Activity | None) -> Event | None:
    """The event that a Join is about, where it is its publisher who speaks; one date of a series is made."""
    uri = (join.object_uri if join is not None and join.type == "Join" else "") or ""
    found, owner = batch.live_object(uri), batch.actor(owner_uri)
    if found is None and batch.object(uri) is None:
        series_uri, day = series_of(uri)
        series = batch.live_object(series_uri)
        whole = events.find_event(batch.conn, series.id) if series is not None and not series.local else None
        if whole is None or owner is None or owner.id != whole.actor_id:
            return None
        batch.flush()
        try:
            event: Event | None = event_dates.make(batch.conn, batch.unit, whole, day)
        except (Conflict, NotFound):
            return None
        batch.forget(uri)
    else:
        event = events.find_event(batch.conn, found.id) if found is not None and not found.local else None
    return event if event is not None and owner is not None and owner.id == event.actor_id else None


def judged(batch: Batch, activity: Activity) -> str:
    """Accept or Reject of a request by somebody elsewhere who looks after an event of ours; '' where it is none."""
    asked = _request(batch, activity) if activity.type in {"Accept", "Reject"} else None
    event = events.find_event(batch.conn, asked.event_id) if asked is not None else None
    signer = batch.actor(activity.actor)
    if asked is None or event is None or not event.local or signer is None or signer.id == asked.actor_id:
        return ""
    if not events.is_organiser(batch.conn, event, signer.id):
        return "not-organiser"
    if asked.state != AnswerState.REQUESTED:
        return "decided-before"
    verdict = "admit" if activity.type == "Accept" else "refuse"
    event_organising.organise(batch.conn, batch.unit, signer.id, asked.id, verdict)
    return "answer-decided"


def _request(batch: Batch, activity: Activity) -> Answer | None:
    if (found := event_answers.find_here(batch.conn, activity.object_uri or "")) is not None:
        return found
    join = activity.inner
    if join is None or join.type != "Join":
        return None
    about, asker = batch.live_object(join.object_uri), batch.actor(join.actor)
    return (
        event_answers.find_answer(batch.conn, about.id, asker.id) if about is not None and asker is not None else None
    )


def change_asked(batch: Batch, inbound: Inbound, document: dict[str, Any]) -> str:
    """Update of an event of ours by somebody elsewhere who looks after it; '' where it is anything else.

    What cannot be is answered with Reject of the Update and the reason as ``summary``.
    """
    uri, fields = document.get("id"), inbound.activity.raw.get(CHANGED)
    known = batch.live_object(uri) if isinstance(uri, str) and not inbound.announced_by else None
    event = events.find_event(batch.conn, known.id) if known is not None and known.local else None
    signer = batch.actor(inbound.activity.actor)
    if event is None or signer is None:
        return ""
    if not events.is_organiser(batch.conn, event, signer.id):
        return "not-organiser"
    batch.flush()
    said = read_record(document.get("mainEntity"))
    try:
        if said is None:
            raise Invalid(_NO_RECORD)
        named = [each for each in fields if isinstance(each, str)] if isinstance(fields, list) else [*said]
        record = cast(EventRecord, said)
        event_changes.change_as_asked(batch.conn, batch.unit, signer.id, event, record, named, document.get("sequence"))
    except (Conflict, Invalid) as refused:
        publisher = actors.load_actors_by_id(batch.conn, [event.actor_id])[event.actor_id]
        outbox.answer(batch, publisher, signer, inbound.activity.raw, accepted=False, summary=refused.public)
        return "change-refused"
    batch.forget(event.uri)
    return "event-changed"


def invitation_asked(batch: Batch, inbound: Inbound) -> str:
    """Invite to an event of ours by somebody elsewhere who looks after it; '' for any other Invite."""
    activity = inbound.activity
    known = batch.live_object(activity.object_uri)
    event = events.find_event(batch.conn, known.id) if known is not None and known.local else None
    signer = batch.actor(activity.actor)
    if event is None or signer is None or not events.is_organiser(batch.conn, event, signer.id):
        return ""
    invited = batch.known_actor(activity.target_uri or "")
    batch.flush()
    try:
        event_organising.invite(batch.conn, batch.unit, signer.id, event.id, invited.id)
    except (Conflict, NotFound) as refused:
        publisher = actors.load_actors_by_id(batch.conn, [event.actor_id])[event.actor_id]
        outbox.answer(batch, publisher, signer, activity.raw, accepted=False, summary=refused.public)
        return "invitation-refused"
    batch.forget(event.uri)
    return "invited-for-organiser"


def refused(batch: Batch, activity: Activity) -> str:
    """The home of an event does not do what one of ours asked it to, who is told why, once; '' for any other Reject."""
    sent = activities.load_activity(batch.conn, activity.object_uri or "") if activity.type == "Reject" else None
    about = batch.live_object(sent.object_uri) if sent is not None and sent.type in _REFUSED else None
    event = events.find_event(batch.conn, about.id) if about is not None and not about.local else None
    signer = batch.actor(activity.actor)
    if sent is None or event is None or signer is None or signer.id != event.actor_id:
        return ""
    if not activities.note_refused(batch.conn, sent.id, batch.unit.now):
        return "refused-before"
    [organiser] = actors.load_actors_by_id(batch.conn, [sent.actor_id]).values()
    why = activity.raw.get("summary")
    told = Sentence(_REFUSED[sent.type].message, why=clean(why)[:500] if isinstance(why, str) else "")
    event_messages.refuse(batch.conn, batch.unit, event, organiser, told)
    return "invitation-refused" if sent.type == "Invite" else "change-refused"
