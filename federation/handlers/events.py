"""Join, Leave and their answers: who comes to an event (FEP-8a8e, Mobilizon, Friendica).

Only the home node of an event decides whether there is a place (``node.services.events.event_answers``); it answers a
Join with Accept, with TentativeAccept while the person waits in line, or with Reject, and says Accept when she moves
up. What it says counts only where it comes from whoever published the event.
"""

from federation.applying.batch import Batch, Inbound
from federation.handlers import courses, event_offers
from federation.mapping.activity import Activity
from federation.relations import relation
from federation.sending import outbox
from node.domain.events import AnswerState, Way, Wish, series_of
from node.domain.uris import host_of
from node.domain.visibility import Visibility, may_see
from node.errors import Conflict, NotFound
from node.services.events import event_answers as service
from node.services.events import event_dates, event_deciding
from node.store.events import event_answers, events
from node.store.events.event_answers import Answer
from node.store.events.events import Event
from node.store.federation import hosts
from node.store.people import actors
from node.store.people.actors import Actor
from node.store.posts import objects

#: Software that takes a TentativeAccept of a Join for an error; there a Join without an answer shows as waiting.
_NO_TENTATIVE = frozenset({"mobilizon"})
#: How the home node's answer is told.
_TOLD = {
    AnswerState.GOING: "Accept",
    AnswerState.ATTENDED: "Accept",
    AnswerState.WAITLIST: "TentativeAccept",
    AnswerState.REFUSED: "Reject",
}
_DECISIONS = {
    "Accept": AnswerState.GOING,
    "TentativeAccept": AnswerState.WAITLIST,
    "Reject": AnswerState.REFUSED,
    "TentativeReject": AnswerState.REFUSED,
    "Ignore": AnswerState.UNTRACKED,
}
_WISHES = {
    "Accept": Wish.GOING,
    "TentativeAccept": Wish.INTERESTED,
    "Reject": Wish.DECLINED,
    "TentativeReject": Wish.DECLINED,
}


# -- answers to our events -------------------------------------------------------------------------------------------


def join(batch: Batch, inbound: Inbound) -> str:
    """Somebody elsewhere wants to come; the same Join again gets the same answer."""
    activity = inbound.activity
    if outcome := courses.join(batch, inbound):
        return outcome
    asker = batch.known_actor(activity.actor)
    event = _own_event(batch, activity.object_uri, asker)
    if event is None:
        return _no_event(batch, activity, asker)
    if batch.is_deleted(activity.id, asker.uri):
        return "undone-before"
    if not _may_answer(batch, event, asker):
        return "not-visible"
    companions = activity.raw.get("companions")
    note = activity.raw.get("participationMessage")
    return _decide(
        batch,
        inbound,
        event,
        asker,
        Wish.GOING,
        note=note if isinstance(note, str) else "",
        companions=companions if type(companions) is int and companions > 0 else 0,
        uri=activity.id,
    )


def _no_event(batch: Batch, activity: Activity, asker: Actor) -> str:
    """Nobody tracks who takes part: FEP-8a8e answers Ignore; Mobilizon understands Reject only, so both go out."""
    owner = _owner(batch, activity)
    if owner is None:
        return "not-ours"
    outbox.answer(batch, owner, asker, activity.raw, accepted=False, type_="Ignore")
    outbox.answer(batch, owner, asker, activity.raw, accepted=False)
    return "join-refused"


def _owner(batch: Batch, activity: Activity) -> Actor | None:
    found = batch.live_object(activity.object_uri)
    if found is not None and found.local:
        return actors.load_actors_by_id(batch.conn, [found.actor_id])[found.actor_id]
    actor = batch.actor(activity.object_uri or "")
    return actor if actor is not None and actor.local else None


def _own_event(batch: Batch, uri: str | None, asker: Actor | None) -> Event | None:
    """An event of ours; one date of a series that ``asker`` may read is made when she answers it."""
    found = batch.live_object(uri)
    if found is None and asker is not None and batch.object(uri) is None:
        return _date_of_series(batch, uri or "", asker)
    return events.find_event(batch.conn, found.id) if found is not None and found.local else None


def _date_of_series(batch: Batch, uri: str, asker: Actor) -> Event | None:
    series_uri, day = series_of(uri)
    series = _own_event(batch, series_uri, None) if series_uri else None
    if series is None or not _may_answer(batch, series, asker):
        return None
    batch.flush()
    try:
        made = event_dates.make(batch.conn, batch.unit, series, day)
    except (Conflict, NotFound):
        return None
    batch.forget(uri)
    return made


def _may_answer(batch: Batch, event: Event, asker: Actor) -> bool:
    found = objects.find_object_by_id(batch.conn, event.id)
    return found is not None and may_see(Visibility(found.visibility), relation(batch.conn, asker, found))


def _decide(
    batch: Batch,
    inbound: Inbound,
    event: Event,
    asker: Actor,
    wish: Wish,
    *,
    note: str = "",
    companions: int = 0,
    uri: str = "",
) -> str:
    """Decide on an answer from elsewhere, and say what became of it."""
    batch.flush()
    publisher = actors.load_actors_by_id(batch.conn, [event.actor_id])[event.actor_id]
    batch.add_owner(publisher.id, inbound.received_id)
    asked = inbound.activity.raw
    try:
        kept = event_deciding.decide(
            batch.conn,
            batch.unit,
            event.id,
            asker.id,
            wish,
            note=note,
            companions=companions,
            way=Way.ACTIVITY,
            uri=uri,
        )
    except Conflict:
        outbox.answer(batch, publisher, asker, asked, accepted=False)
        return "join-refused"
    state = AnswerState(kept.state)
    told = _TOLD.get(state, "")
    if told == "TentativeAccept" and _software(batch, asker) in _NO_TENTATIVE:
        told = ""
    if told and wish is Wish.GOING:
        outbox.answer(batch, publisher, asker, asked, accepted=told == "Accept", type_=told)
    return f"answer-{state.value}"


def _software(batch: Batch, actor: Actor) -> str:
    known = hosts.load_hosts(batch.conn, [actor.host]).get(actor.host)
    return known.software if known else ""


def leave(batch: Batch, inbound: Inbound) -> str:
    """Somebody elsewhere does not come after all. Who never wanted to is left alone."""
    activity = inbound.activity
    if outcome := courses.leave(batch, inbound):
        return outcome
    leaver = batch.actor(activity.actor)
    event = _own_event(batch, activity.object_uri, leaver)
    if event is None or leaver is None:
        return "ignored" if _owner(batch, activity) else "not-ours"
    return _take_back(batch, event.id, leaver)


def undo_join(batch: Batch, actor: Actor, inner: Activity) -> str:
    if outcome := courses.undo_join(batch, actor, inner):
        return outcome
    event = _own_event(batch, inner.object_uri, None)
    return _take_back(batch, event.id, actor) if event else ""


def undo_answer(batch: Batch, actor: Actor, inner: Activity) -> str:
    """Undo of an Accept, TentativeAccept or Reject of the event itself (Friendica, Hubzilla)."""
    event = _own_event(batch, inner.object_uri, None)
    return _take_back(batch, event.id, actor) if event else ""


def undo_by_id(batch: Batch, actor: Actor, uri: str) -> str:
    """Undo of a Join that is named by its id; '' where it is none."""
    found = event_answers.find_here(batch.conn, uri)
    if found is None or found.actor_id != actor.id or actor.local:
        return ""
    return _take_back(batch, found.event_id, actor)


def _take_back(batch: Batch, event_id: int, actor: Actor) -> str:
    batch.flush()
    known = event_answers.find_answer(batch.conn, event_id, actor.id)
    if known is None:
        known = event_deciding.find_for_series(batch.conn, event_id, actor.id)  # she comes to the other dates
    if known is None:
        return "ignored"
    event_deciding.decide(batch.conn, batch.unit, event_id, actor.id, Wish.DECLINED, way=Way(known.way))
    return "left"


# -- answers to what we asked ----------------------------------------------------------------------------------------


def answer(batch: Batch, inbound: Inbound) -> str:
    """Accept, Reject and their like of a Join, of an Invite, or of an event itself (Friendica, Hubzilla)."""
    activity = inbound.activity
    if outcome := courses.answer(batch, inbound):
        return outcome
    batch.flush()
    if (asked := _our_answer(batch, activity)) is not None:
        return _apply(batch, inbound, *asked)
    if outcome := event_offers.judged(batch, activity) or event_offers.refused(batch, activity):
        return outcome
    signer = batch.actor(activity.actor)
    wish = _WISHES.get(activity.type)
    invited = event_answers.find_by_invite(batch.conn, activity.object_uri or "")
    if invited is not None and wish is not None:
        event = events.find_event(batch.conn, invited.event_id)
        if event is None or not event.local or signer is None or signer.id != invited.actor_id:
            return "other-actor"
        return _decide(batch, inbound, event, signer, wish, uri=activity.id)
    event = _own_event(batch, activity.object_uri, signer)
    if event is not None and wish is not None:
        asker = batch.known_actor(activity.actor)
        if not _may_answer(batch, event, asker):
            return "not-visible"
        return _decide(batch, inbound, event, asker, wish, uri=activity.id if wish is Wish.GOING else "")
    return _kept_for(batch, inbound)


def ignored(batch: Batch, inbound: Inbound) -> str:
    """Ignore of FEP-8a8e: the organisers keep no list."""
    batch.flush()
    asked = _our_answer(batch, inbound.activity)
    return _apply(batch, inbound, *asked) if asked else "ignored"


def _our_answer(batch: Batch, activity: Activity) -> tuple[Event, Answer] | None:
    """The answer of one of ours that is spoken of: by the id of its Join, else by what the embedded copy names."""
    found = event_answers.find_elsewhere(batch.conn, activity.object_uri or "")
    inner = activity.inner
    if found is None and inner is not None and inner.type == "Join":
        person, about = batch.actor(inner.actor), batch.object(inner.object_uri)
        if person is not None and person.local and about is not None:
            found = event_answers.find_answer(batch.conn, about.id, person.id)
    event = events.find_event(batch.conn, found.event_id) if found else None
    return (event, found) if event is not None and found is not None and not event.local else None


def _apply(batch: Batch, inbound: Inbound, event: Event, asked: Answer) -> str:
    """Only whoever published the event decides (IN17)."""
    if not speaks_for(batch, event, inbound.activity.actor):
        return "not-organiser"
    batch.add_owner(asked.actor_id, inbound.received_id)
    return service.apply_decision(batch.conn, batch.unit, event, asked, _DECISIONS[inbound.activity.type])


def speaks_for(batch: Batch, event: Event, actor_uri: str) -> bool:
    """Whether this actor published the event, or its document names it as such (Mobilizon: person and group)."""
    signer = batch.actor(actor_uri)
    if signer is None or signer.local:
        return False
    if signer.id == event.actor_id:
        return True
    if host_of(actor_uri) != host_of(event.uri):
        return False
    document = objects.load_row(batch.conn, event.id).raw or {}
    named = [document.get("actor"), document.get("attributedTo")]
    return actor_uri in [each.get("id") if isinstance(each, dict) else each for each in named]


def _kept_for(batch: Batch, inbound: Inbound) -> str:
    """An answer to something else that was sent from here, kept in the inbox of whom it is addressed to."""
    addressed = batch.local_addressees(inbound.activity.to)
    if not addressed or not batch.is_local(inbound.activity.object_uri or ""):
        return "not-asked"
    for actor in addressed:
        batch.add_owner(actor.id, inbound.received_id)
    return "answered"
