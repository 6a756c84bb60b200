"""Who looks after an event from another node decides on requests as people of its own node do (``teaching`` likewise).

The home of the event offers each request to them; what they say counts there as long as it waits. They change the event
by asking its home to. Units of work.
"""

from typing import Any, cast

from sqlalchemy import Connection

from node import events as happenings
from node.domain.events import AnswerState, EventRecord, Way
from node.domain.notices import Occasion
from node.errors import Conflict
from node.services.context import Unit
from node.services.news import happened, news
from node.store.events import event_answers, events
from node.store.events.event_answers import Answer
from node.store.events.events import Event
from node.store.news import notifications
from node.store.people import actors
from node.store.people.actors import Actor


def offer(conn: Connection, unit: Unit, event: Event, asked: Answer, *, is_settled: bool = False) -> None:
    """At home: ask those elsewhere who look after the event, or tell them that it is settled."""
    known = actors.load_actors_by_id(conn, events.list_organisers(conn, event.id)).values()
    to = sorted(each.uri for each in known if not each.local and each.is_active)
    if to:
        offered = happenings.AnswerOffered(event.id, asked.actor_id, asked.uri, asked.note, to, is_settled)
        happenings.record(conn, unit.ids, unit.now, offered, about=event.uri)


def take_in(conn: Connection, unit: Unit, event: Event, asker: Actor, uri: str, note: str) -> None:
    """At the node of an organiser: a request that she may decide; she is told."""
    asked = event_answers.find_answer(conn, event.id, asker.id)
    if asked is None:
        asked = Answer(
            id=unit.ids.new(),
            event_id=event.id,
            actor_id=asker.id,
            state=AnswerState.REQUESTED.value,
            uri=uri,
            invite_uri="",
            invited_by=None,
            note=note,
            companions=0,
            way=Way.ACTIVITY.value,
            queued_at=None,
            created_at=unit.now,
            updated_at=unit.now,
        )
        event_answers.insert_answer(conn, asked)
    news.tell(conn, unit, happened.Answered(event.id, asked.id, asker.id, Occasion.ASKS))


def settle(conn: Connection, event: Event, asker: Actor) -> bool:
    """It is decided, by whomever. Whether it waited here; what one of ours asked for herself stays hers."""
    asked = event_answers.find_answer(conn, event.id, asker.id)
    if asked is None:
        return False
    notifications.delete_for(conn, [asked.id])
    if not asker.local:
        event_answers.delete_answer(conn, asked.id)
    return True


def judge(conn: Connection, unit: Unit, event: Event, asked: Answer, person_id: int, verdict: str) -> Answer:
    """What one of ours says of a request at an event elsewhere goes to its home: ``admit`` or ``refuse``."""
    if verdict not in {"admit", "refuse"} or asked.state != AnswerState.REQUESTED:
        raise Conflict("This answer does not allow that.")
    said = happenings.AnswerJudged(event.id, person_id, asked.actor_id, asked.uri, verdict == "admit")
    happenings.record(conn, unit.ids, unit.now, said, about=event.uri)
    settle(conn, event, actors.load_actors_by_id(conn, [asked.actor_id])[asked.actor_id])
    return asked


def ask_to_invite(conn: Connection, unit: Unit, event: Event, person_id: int, invited: Actor) -> None:
    """One of ours wants somebody invited to an event elsewhere: its home does it, and tells her if it does not."""
    asked = happenings.InvitationAsked(event.id, person_id, invited.uri)
    happenings.record(conn, unit.ids, unit.now, asked, about=event.uri)


def ask_for_change(conn: Connection, unit: Unit, event: Event, person_id: int, record: EventRecord) -> None:
    """One of ours changes an event elsewhere: its home is asked to, field by field, and tells everybody if it does."""
    before, after = cast(dict[str, Any], event.record), cast(dict[str, Any], record)
    changed = sorted(key for key in {*before, *after} if before.get(key) != after.get(key))
    asked = happenings.EventChangeAsked(event.id, person_id, after, changed, event.sequence)
    happenings.record(conn, unit.ids, unit.now, asked, about=event.uri)
