"""Who looks after an event beside whoever published it: people of this node and of others. Units of work."""

from sqlalchemy import Connection

from node import events as happenings
from node.domain.events import AnswerState
from node.errors import Conflict, NotFound
from node.sentences import Sentence
from node.services.context import Unit
from node.services.events import event_messages, event_offers
from node.services.events.event_changes import find_whole_here
from node.services.events.events import MAX_ORGANISERS
from node.store.events import event_answers, event_dates, events
from node.store.people import actors, blocks
from node.store.posts import objects

APPOINTED = Sentence("You look after this event now, and decide who comes: {event}")


def appoint(conn: Connection, unit: Unit, person_id: int, event_id: int, actor_id: int) -> None:
    """Choose somebody, here or elsewhere, who decides on answers with the others; she is told."""
    event = find_whole_here(conn, event_id, person_id)
    chosen = actors.find_actor_by_id(conn, actor_id)
    if chosen is None or chosen.kind != "person" or not chosen.is_active:
        raise NotFound
    if events.is_organiser(conn, event, chosen.id):
        return
    if blocks.has_blocked(conn, chosen.id, event.actor_id) or blocks.has_blocked(conn, chosen.id, person_id):
        raise Conflict("This person cannot be chosen.")
    if len(events.list_organisers(conn, event.id)) >= MAX_ORGANISERS:
        raise Conflict(Sentence("At most {n} people look after an event.", n=MAX_ORGANISERS))
    events.add_organisers(conn, event.id, [chosen.id])
    readable = [event, *event_dates.list_dates(conn, event.id)]
    objects.insert_mentions(
        conn, [{"object_id": each.id, "actor_uri": chosen.uri, "silent": True} for each in readable]
    )
    if chosen.local:
        event_messages.tell(conn, unit, event, chosen, APPOINTED)
        return
    happenings.record(conn, unit.ids, unit.now, happenings.ObjectUpdated(event.id), about=event.uri)
    for each in event_answers.list_answers(conn, event.id, states=[AnswerState.REQUESTED]):
        event_offers.offer(conn, unit, event, each)


def dismiss(conn: Connection, unit: Unit, person_id: int, event_id: int, actor_id: int) -> None:
    """She looks after the event no more. Somebody always does."""
    event = find_whole_here(conn, event_id, person_id)
    if events.list_organisers(conn, event.id) == [actor_id]:
        raise Conflict("Somebody has to look after the event.")
    events.remove_organiser(conn, event.id, actor_id)
    happenings.record(conn, unit.ids, unit.now, happenings.ObjectUpdated(event.id), about=event.uri)
