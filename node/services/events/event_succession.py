"""What becomes of the coming events of somebody whose account is gone. Units of work.

Ids of what she published go with her, here and elsewhere. So an event that somebody of this node looks after with her
is published anew by that person: with all answers, whose places stand, and an invitation to whoever lives elsewhere.
An event of hers alone does not take place, and whoever answered it is told by her own node.
"""

from dataclasses import replace

from sqlalchemy import Connection

from node import events as happenings
from node.domain.events import AnswerState, Way
from node.domain.visibility import Visibility
from node.errors import NodeError
from node.sentences import Sentence
from node.services.context import Unit
from node.services.events import event_dates, event_deciding, event_messages
from node.services.events import events as service
from node.store.events import event_answers as answers
from node.store.events import event_dates as dates
from node.store.events import events
from node.store.events.event_answers import Answer
from node.store.events.events import Event
from node.store.people import actors
from node.store.people.actors import Actor
from node.store.posts import objects

_OFF = Sentence("This does not take place, for the account of its organiser is gone: {event}")
_GOES_ON = Sentence("Somebody else organises this now, and your answer stands: {event}")


def hand_over(conn: Connection, unit: Unit, gone: Actor) -> None:
    """Find an heir for each coming event of hers, or tell everybody here that it does not take place."""
    for event in events.list_published(conn, gone.id, unit.now):
        new = _publish_anew(conn, unit, event, gone) if gone.local else None
        _answers(conn, unit, event, new)
        for date in dates.list_dates(conn, event.id, since=unit.now):
            if date.cancelled_at is None:
                _answers(conn, unit, date, event_dates.make(conn, unit, new, date.day) if new is not None else None)
        if new is not None:
            event_deciding.settle(conn, unit, new)


def _publish_anew(conn: Connection, unit: Unit, event: Event, gone: Actor) -> Event | None:
    """The same event by somebody who looks after it with her; None where nobody does, or may not publish it."""
    named = [each for each in events.list_organisers(conn, event.id) if each != gone.id]
    known = actors.load_actors_by_id(conn, named)
    able = [each for each in known.values() if each.local and each.is_active]
    group = actors.find_actor(conn, event.audience) if event.audience else None
    for heir in able:
        draft = service.EventDraft(
            event.record,
            Visibility(event.visibility),
            community_id=group.id if group is not None else None,
            organisers=tuple(each.id for each in able if each is not heir),
        )
        try:
            return service.publish_event(conn, unit, heir.id, draft)
        except NodeError:  # no member of the community, or the record no longer holds
            continue
    return None


def _answers(conn: Connection, unit: Unit, old: Event, heir: Event | None) -> None:
    for answer in answers.list_hearing(conn, old.id):
        person = actors.find_actor_by_id(conn, answer.actor_id)
        if person is None or not person.is_active:
            continue
        if heir is not None:
            _carry_over(conn, unit, heir, answer, person)
        elif person.local or answer.way == Way.REPLY:
            event_messages.tell(conn, unit, old, person, _OFF)


def _carry_over(conn: Connection, unit: Unit, event: Event, answer: Answer, person: Actor) -> None:
    """Her place stands; elsewhere her node asks her whether she still comes, and her Join finds it."""
    if answers.find_answer(conn, event.id, person.id) is not None:
        return
    invite_uri = "" if person.local or answer.way == Way.REPLY else f"{unit.origin}/ap/x/{unit.ids.new()}"
    new = replace(answer, id=unit.ids.new(), event_id=event.id, uri="", invite_uri=invite_uri, updated_at=unit.now)
    answers.insert_answer(conn, new)
    objects.insert_mentions(conn, [{"object_id": event.id, "actor_uri": person.uri, "silent": True}])
    if invite_uri:
        happenings.record(conn, unit.ids, unit.now, happenings.PersonInvited(new.id), about=event.uri)
    elif AnswerState(new.state) is not AnswerState.INVITED or person.local:
        event_messages.tell(conn, unit, event, person, _GOES_ON)
